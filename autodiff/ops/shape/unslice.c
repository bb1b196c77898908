/* y = zeros with x at start, start+step, ..      cotangent: xbar = slice(ybar)      linear. */
#include "../ops.h"

#include <inttypes.h>
#include <string.h>

struct attr {
    int axis;
    int64_t start, step;
    int64_t size; /* of y along axis */
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    int axis;
    if (dt_node_axis(n, attr->axis, x.ndim, &axis) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    if (attr->start < 0 || attr->step < 1) {
        return dt_node_fail(n, DT_ERR_ARGUMENT,
                            "start %" PRId64 " must be at least 0 and step %" PRId64 " at least 1",
                            attr->start, attr->step);
    }
    int64_t count = x.shape[axis];
    int64_t room = attr->size > attr->start ? (attr->size - attr->start - 1) / attr->step + 1 : 0;
    if (count > room) {
        return dt_node_fail(n, DT_ERR_SHAPE,
                            "%" PRId64 " elements from %" PRId64 " in steps of %" PRId64
                            " do not fit in size %" PRId64,
                            count, attr->start, attr->step, attr->size);
    }
    int64_t full[DT_MAX_DIMS];
    memcpy(full, x.shape, sizeof full);
    full[axis] = attr->size;
    return dt_node_output(n, 0, x.dtype, x.ndim, full);
}

/* The axis counted from the front: shape() has checked that it exists. */
static int axis_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->axis < 0 ? attr->axis + dt_node_in(n, 0).ndim : attr->axis;
}

/* One beyond the last position that x fills. */
static int64_t stop_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    int64_t count = dt_node_in(n, 0).shape[axis_of(n)];
    return count == 0 ? attr->start : attr->start + (count - 1) * attr->step + 1;
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    memset(y.data, 0, dt_array_bytes(&y));
    dt_array window;
    if (dti_array_slice(&window, &y, axis_of(n), attr->start, stop_of(n), attr->step, NULL) ==
        DT_OK) {
        dt_array_copy(&window, &x, NULL); /* shape() made them equal: cannot fail */
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    xbar[0] = dt_slice(ybar[0], axis_of(n), attr->start, stop_of(n), attr->step);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_unslice = {
    .name = "unslice",
    .formula = "y = zeros with x at start, start+step, .. along an axis",
    .arity = 1,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 2)}}, .attr = &(const struct attr){0, 1, 1, 5}},
               {.in = {{DT_SHAPE(2, 3, 2)}}, .attr = &(const struct attr){-2, 0, 2, 5}},
               {.in = {{DT_SHAPE(2, 1)}}, .attr = &(const struct attr){1, 3, 7, 4}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){1, 0, 1, 3}}),
};

dt_tensor *dt_unslice(dt_tensor *x, int axis, int64_t start, int64_t step, int64_t n) {
    const struct attr attr = {axis, start, step, n};
    return dt_apply(&dti_op_unslice, 1, &x, &attr);
}
