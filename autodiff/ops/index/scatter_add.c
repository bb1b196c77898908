/* y = 0, then y[.., index[i], ..] += x[.., i, ..]      cotangent: xbar = gather(ybar)   linear. */
#include "../ops.h"

#include "entries.h"

#include <inttypes.h>
#include <string.h>

struct attr {
    int axis;
    int64_t size; /* of y along axis */
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), index = dt_node_in(n, 1);
    int axis;
    if (dt_node_need(n, 0, DT_REAL_AND_COMPLEX) != DT_OK || dti_need_index(n, 1) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (dt_node_axis(n, attr->axis, x.ndim, &axis) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    if (index.shape[0] != x.shape[axis]) {
        return dt_node_fail(n, DT_ERR_SHAPE,
                            "%" PRId64 " index entries for %" PRId64 " elements along axis %d",
                            index.shape[0], x.shape[axis], axis);
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

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    const int64_t *index;
    if (dti_index_entries(n, 1, attr->size, &index)) {
        dti_scatter_add(&y, &x, index, axis_of(n));
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_gather(ybar[0], n->in[1], axis_of(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    if (xdot[0] != NULL) { /* the index moves nothing smoothly */
        ydot[0] = dt_scatter_add(xdot[0], n->in[1], axis_of(n), attr->size);
    }
}

const dt_op dti_op_scatter_add = {
    .name = "scatter_add",
    .formula = "y[.., index[i], ..] += x[.., i, ..] along an axis",
    .arity = 2,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_INPUT(1),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(6, 3)}, {DT_SHAPE(6), .fill = DT_FILL_INDEX, .limit = 4}},
                .attr = &(const struct attr){0, 4}},
               {.in = {{DT_SHAPE(2, 5, 2)}, {DT_SHAPE(5), .fill = DT_FILL_INDEX, .limit = 3}},
                .attr = &(const struct attr){-2, 4}},
               {.in = {{DT_SHAPE(2, 1)}, {DT_SHAPE(1), .fill = DT_FILL_INDEX, .limit = 1}},
                .attr = &(const struct attr){1, 1}},
               {.in = {{DT_SHAPE(0, 2)}, {DT_SHAPE(0), .fill = DT_FILL_INDEX, .limit = 3}},
                .attr = &(const struct attr){0, 3}}),
};

dt_tensor *dt_scatter_add(dt_tensor *x, dt_tensor *index, int axis, int64_t n) {
    const struct attr attr = {axis, n};
    return dt_apply(&dti_op_scatter_add, 2, (dt_tensor *const[]){x, index}, &attr);
}
