/* y = x[.., index[i], ..] along an axis      cotangent: xbar = scatter_add(ybar)      linear. */
#include "../ops.h"

#include "entries.h"

#include <string.h>

struct attr {
    int axis;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), index = dt_node_in(n, 1);
    int axis;
    if (dti_need_index(n, 1) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (dt_node_axis(n, attr->axis, x.ndim, &axis) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    int64_t picked[DT_MAX_DIMS];
    memcpy(picked, x.shape, sizeof picked);
    picked[axis] = index.shape[0];
    return dt_node_output(n, 0, x.dtype, x.ndim, picked);
}

/* The axis counted from the front: shape() has checked that it exists. */
static int axis_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->axis < 0 ? attr->axis + dt_node_in(n, 0).ndim : attr->axis;
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    int axis = axis_of(n);
    const int64_t *index;
    if (dti_index_entries(n, 1, x.shape[axis], &index)) {
        dti_gather(&y, &x, index, axis);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    int axis = axis_of(n);
    xbar[0] = dt_scatter_add(ybar[0], n->in[1], axis, dt_node_in(n, 0).shape[axis]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (xdot[0] != NULL) { /* the index moves nothing smoothly */
        ydot[0] = dt_gather(xdot[0], n->in[1], axis_of(n));
    }
}

const dt_op dti_op_gather = {
    .name = "gather",
    .formula = "y[.., i, ..] = x[.., index[i], ..] along an axis",
    .arity = 2,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_INPUT(1),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(4, 3)}, {DT_SHAPE(6), .fill = DT_FILL_INDEX, .limit = 4}},
                .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(2, 3, 2)}, {DT_SHAPE(5), .fill = DT_FILL_INDEX, .limit = 3}},
                .attr = &(const struct attr){1}},
               {.in = {{DT_SHAPE(2, 5)}, {DT_SHAPE(1), .fill = DT_FILL_INDEX, .limit = 5}},
                .attr = &(const struct attr){-1}},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(0), .fill = DT_FILL_INDEX, .limit = 3}},
                .attr = &(const struct attr){0}}),
};

dt_tensor *dt_gather(dt_tensor *x, dt_tensor *index, int axis) {
    const struct attr attr = {axis};
    return dt_apply(&dti_op_gather, 2, (dt_tensor *const[]){x, index}, &attr);
}
