/* y = x, dimensions in another order      cotangent: xbar = ybar permuted back      linear. */
#include "../ops.h"

#include <string.h>

struct attr {
    int axes[DT_MAX_DIMS]; /* dimension d of y is dimension axes[d] of x */
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    dt_array y;
    dt_error error = DT_ERROR_INIT;
    if (dti_array_permute(&y, &x, attr->axes, &error) != DT_OK) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "%s", error.message);
    }
    return dt_node_output(n, 0, y.dtype, y.ndim, y.shape);
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    dt_array view;
    if (dti_array_permute(&view, &x, attr->axes, NULL) == DT_OK) {
        dt_node_set_view(n, &view);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    int inverse[DT_MAX_DIMS] = {0};
    for (int d = 0; d < dt_node_in(n, 0).ndim; d++) {
        inverse[attr->axes[d]] = d;
    }
    xbar[0] = dt_permute(ybar[0], inverse);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_permute = {
    .name = "permute",
    .formula = "y = x with its dimensions in another order",
    .arity = 1,
    .kind = DT_VIEW,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){{1, 0}}},
               {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct attr){{2, 0, 1}}},
               {.in = {{DT_SHAPE(2, 1, 3, 2)}}, .attr = &(const struct attr){{3, 1, 0, 2}}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){{0}}},
               {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct attr){{1, 0}}}),
};

dt_tensor *dt_permute(dt_tensor *x, const int *axes) {
    struct attr attr = {{0}};
    if (x != NULL && dt_ndim(x) > 0) {
        memcpy(attr.axes, axes, (size_t)dt_ndim(x) * sizeof *axes);
    }
    return dt_apply(&dti_op_permute, 1, &x, &attr);
}
