/* y = x[.., start:stop:step, ..]      cotangent: xbar = unslice(ybar)      linear. */
#include "../ops.h"

struct attr {
    int axis;
    int64_t start, stop, step; /* positions as in Python: negative from the end, clipped */
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    int axis;
    dt_array y;
    dt_error error = DT_ERROR_INIT;
    if (dt_node_axis(n, attr->axis, x.ndim, &axis) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    if (dti_array_slice(&y, &x, axis, attr->start, attr->stop, attr->step, &error) != DT_OK) {
        return dt_node_fail(n, error.status, "%s", error.message);
    }
    return dt_node_output(n, 0, y.dtype, y.ndim, y.shape);
}

/* The axis counted from the front: shape() has checked that it exists. */
static int axis_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->axis < 0 ? attr->axis + dt_node_in(n, 0).ndim : attr->axis;
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    dt_array view;
    if (dti_array_slice(&view, &x, axis_of(n), attr->start, attr->stop, attr->step, NULL) ==
        DT_OK) {
        dt_node_set_view(n, &view);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    int axis = axis_of(n);
    int64_t size = dt_node_in(n, 0).shape[axis];
    int64_t start = attr->start < 0 ? attr->start + size : attr->start;
    start = start < 0 ? 0 : start;
    xbar[0] = dt_unslice(ybar[0], axis, start, attr->step, size);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_slice = {
    .name = "slice",
    .formula = "y = x[start:stop:step] along an axis",
    .arity = 1,
    .kind = DT_VIEW,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(5, 3)}}, .attr = &(const struct attr){0, 1, 4, 1}},
               {.in = {{DT_SHAPE(2, 7)}}, .attr = &(const struct attr){-1, -9, 100, 2}},
               {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct attr){1, -1, 3, 5}},
               {.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){0, 9, 2, 1}},
               {.in = {{DT_SHAPE(1, 0)}}, .attr = &(const struct attr){0, 0, 1, 1}}),
};

dt_tensor *dt_slice(dt_tensor *x, int axis, int64_t start, int64_t stop, int64_t step) {
    const struct attr attr = {axis, start, stop, step};
    return dt_apply(&dti_op_slice, 1, &x, &attr);
}
