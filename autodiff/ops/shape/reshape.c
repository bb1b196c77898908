/* y = x in C order with another shape      cotangent: xbar = ybar reshaped back      linear. */
#include "../ops.h"

#include <string.h>

struct attr {
    int ndim;
    int64_t shape[DT_MAX_DIMS]; /* one size may be -1 */
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    const dt_array flat = dt_array_wrap(x.dtype, x.ndim, x.shape, NULL);
    dt_array y;
    dt_error error = DT_ERROR_INIT;
    if (dti_array_reshape(&y, &flat, attr->ndim, attr->shape, &error) != DT_OK) {
        return dt_node_fail(n, error.status, "%s", error.message);
    }
    return dt_node_output(n, 0, y.dtype, y.ndim, y.shape);
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    dt_array view;
    if (dti_array_reshape(&view, &x, y.ndim, y.shape, NULL) == DT_OK) {
        dt_node_set_view(n, &view);
        return;
    }
    void *memory = dt_node_scratch(n, dt_array_bytes(&x));
    if (memory == NULL) {
        return;
    }
    const dt_array copy = dt_array_wrap(x.dtype, x.ndim, x.shape, memory);
    dt_array_copy(&copy, &x, NULL); /* equal shapes and types: cannot fail */
    view = dt_array_wrap(y.dtype, y.ndim, y.shape, memory);
    dt_node_set_view(n, &view);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const dt_array x = dt_node_in(n, 0);
    xbar[0] = dt_reshape(ybar[0], x.ndim, x.shape);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_reshape = {
    .name = "reshape",
    .formula = "y = x in C order with another shape",
    .arity = 1,
    .kind = DT_VIEW,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){3, {2, 3, 2}}},
               {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct attr){2, {-1, 6}}},
               {.in = {{DT_SHAPE(1, 1)}}, .attr = &(const struct attr){0, {0}}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){2, {1, 1}}},
               {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct attr){3, {2, 0, 3}}}),
};

dt_tensor *dt_reshape(dt_tensor *x, int ndim, const int64_t *shape_wanted) {
    struct attr attr = {.ndim = ndim}; /* an impossible ndim is refused by shape() */
    if (ndim > 0 && ndim <= DT_MAX_DIMS) {
        memcpy(attr.shape, shape_wanted, (size_t)ndim * sizeof *shape_wanted);
    }
    return dt_apply(&dti_op_reshape, 1, &x, &attr);
}
