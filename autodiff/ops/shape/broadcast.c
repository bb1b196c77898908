/* y = x repeated to a larger shape      cotangent: xbar = ybar summed over repeats      linear. */
#include "../ops.h"

#include <string.h>

struct attr {
    int ndim;
    int64_t shape[DT_MAX_DIMS];
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    dt_array y;
    dt_error error = DT_ERROR_INIT;
    if (dti_array_broadcast(&y, &x, attr->ndim, attr->shape, &error) != DT_OK) {
        return dt_node_fail(n, error.status, "%s", error.message);
    }
    return dt_node_output(n, 0, y.dtype, y.ndim, y.shape);
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    dt_array view;
    if (dti_array_broadcast(&view, &x, attr->ndim, attr->shape, NULL) == DT_OK) {
        dt_node_set_view(n, &view);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = ybar[0]; /* the sweep sums over what was broadcast */
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_broadcast = {
    .name = "broadcast",
    .formula = "y = x repeated to a larger shape",
    .arity = 1,
    .kind = DT_VIEW,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 1)}}, .attr = &(const struct attr){2, {3, 4}}},
               {.in = {{DT_SHAPE(4)}}, .attr = &(const struct attr){3, {2, 3, 4}}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){2, {2, 2}}},
               {.in = {{DT_SHAPE(2, 3)}}, .attr = &(const struct attr){2, {2, 3}}},
               {.in = {{DT_SHAPE(1, 3)}}, .attr = &(const struct attr){2, {0, 3}}}),
};

dt_tensor *dt_broadcast(dt_tensor *x, int ndim, const int64_t *shape_wanted) {
    struct attr attr = {.ndim = ndim}; /* an impossible ndim is refused by shape() */
    if (ndim > 0 && ndim <= DT_MAX_DIMS) {
        memcpy(attr.shape, shape_wanted, (size_t)ndim * sizeof *shape_wanted);
    }
    return dt_apply(&dti_op_broadcast, 1, &x, &attr);
}
