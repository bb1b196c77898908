/* y = x_0, x_1, .. joined along an axis      cotangent: xbar_i = its part of ybar      linear. */
#include "../ops.h"

#include <string.h>

struct attr {
    int axis;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array first = dt_node_in(n, 0);
    int axis;
    if (dt_node_axis(n, attr->axis, first.ndim, &axis) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    int64_t joined[DT_MAX_DIMS];
    memcpy(joined, first.shape, sizeof joined);
    for (int i = 1; i < n->n_in; i++) {
        const dt_array x = dt_node_in(n, i);
        bool fits = x.ndim == first.ndim;
        for (int d = 0; d < first.ndim && fits; d++) {
            fits = d == axis || x.shape[d] == first.shape[d];
        }
        if (!fits) {
            return dt_node_fail(n, DT_ERR_SHAPE,
                                "input %d differs from input 0 in more than the size along axis %d",
                                i, axis);
        }
        if (x.dtype != first.dtype) {
            return dt_node_fail(n, DT_ERR_DTYPE,
                                "input %d has another type than input 0 (use dt_cast)", i);
        }
        if (x.shape[axis] > INT64_MAX - joined[axis]) {
            return dt_node_fail(n, DT_ERR_SHAPE, "the joined size does not fit in 64 bits");
        }
        joined[axis] += x.shape[axis];
    }
    return dt_node_output(n, 0, first.dtype, first.ndim, joined);
}

/* The axis counted from the front: shape() has checked that it exists. */
static int axis_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->axis < 0 ? attr->axis + dt_node_in(n, 0).ndim : attr->axis;
}

static void forward(dt_node *n) {
    const dt_array y = dt_node_out(n, 0);
    int axis = axis_of(n);
    int64_t at = 0;
    for (int i = 0; i < n->n_in; i++) {
        const dt_array x = dt_node_in(n, i);
        dt_array part;
        if (dti_array_slice(&part, &y, axis, at, at + x.shape[axis], 1, NULL) == DT_OK) {
            dt_array_copy(&part, &x, NULL); /* equal shapes and types: cannot fail */
        }
        at += x.shape[axis];
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    int axis = axis_of(n);
    int64_t at = 0;
    for (int i = 0; i < n->n_in; i++) {
        int64_t size = dt_node_in(n, i).shape[axis];
        if (dt_node_wants(n, i)) {
            xbar[i] = dt_slice(ybar[0], axis, at, at + size, 1);
        }
        at += size;
    }
}

/* Each tangent goes to its place among zeros: absent ones cost nothing. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    int axis = axis_of(n);
    int64_t total = dt_node_out(n, 0).shape[axis], at = 0;
    bool all = true;
    for (int i = 0; i < n->n_in; i++) {
        all = all && xdot[i] != NULL;
    }
    if (all) {
        ydot[0] = dt_apply(n->op, n->n_in, xdot, n->attr);
        return;
    }
    for (int i = 0; i < n->n_in; i++) {
        if (xdot[i] != NULL) {
            dt_tensor *term = dt_unslice(xdot[i], axis, at, 1, total);
            ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
        }
        at += dt_node_in(n, i).shape[axis];
    }
}

const dt_op dti_op_concat = {
    .name = "concat",
    .formula = "y = x_0, x_1, .. joined along an axis",
    .arity = DT_VARIADIC,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(2, 3)}, {DT_SHAPE(2, 3)}}, .n_in = 2, .attr = &(const struct attr){0}},
        {.in = {{DT_SHAPE(2, 1, 2)}, {DT_SHAPE(2, 3, 2)}, {DT_SHAPE(2, 2, 2)}},
         .n_in = 3,
         .attr = &(const struct attr){-2}},
        {.in = {{DT_SHAPE(4)}}, .n_in = 1, .attr = &(const struct attr){0}},
        {.in = {{DT_SHAPE(2, 0)}, {DT_SHAPE(2, 3)}}, .n_in = 2, .attr = &(const struct attr){1}}),
};

dt_tensor *dt_concat(int n, dt_tensor *const *x, int axis) {
    const struct attr attr = {axis};
    return dt_apply(&dti_op_concat, n, x, &attr);
}
