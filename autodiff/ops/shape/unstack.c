/* y = x[.., 0, ..], x[.., 1, ..], ..      cotangent: xbar = the cotangents stacked along the
 * axis      linear. */
#include "../ops.h"

struct attr {
    int n, axis;
};

/* The axis counted from the front: shape() has checked that it exists. */
static int axis_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->axis < 0 ? attr->axis + dt_node_in(n, 0).ndim : attr->axis;
}

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    int axis, ndim = 0;
    int64_t rest[DT_MAX_DIMS];
    if (dt_node_axis(n, attr->axis, x.ndim, &axis) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    if (attr->n < 1 || attr->n > DT_MAX_OUTPUTS || x.shape[axis] != attr->n) {
        return dt_node_fail(n, DT_ERR_SHAPE, "%d parts (at most %d) of axis %d of size %lld",
                            attr->n, DT_MAX_OUTPUTS, axis, (long long)x.shape[axis]);
    }
    for (int d = 0; d < x.ndim; d++) {
        if (d != axis) {
            rest[ndim++] = x.shape[d];
        }
    }
    dt_status status = DT_OK;
    for (int o = 0; o < x.shape[axis] && status == DT_OK; o++) {
        status = dt_node_output(n, o, x.dtype, ndim, rest);
    }
    return status;
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    int axis = axis_of(n);
    for (int o = 0; o < n->n_out; o++) {
        const dt_array y = dt_node_out(n, o);
        dt_array part, row;
        int64_t with_axis[DT_MAX_DIMS];
        for (int d = 0; d < x.ndim; d++) {
            with_axis[d] = d == axis ? 1 : x.shape[d];
        }
        if (dti_array_slice(&part, &x, axis, o, o + 1, 1, NULL) == DT_OK &&
            dti_array_reshape(&row, &y, x.ndim, with_axis, NULL) == DT_OK) {
            dt_array_copy(&row, &part, NULL); /* equal shapes and types: cannot fail */
        }
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *parts[DT_MAX_OUTPUTS];
    const dt_array y = dt_node_out(n, 0);
    dt_tensor *zero = NULL;
    for (int o = 0; o < n->n_out; o++) {
        if (ybar[o] == NULL && zero == NULL) {
            zero = dt_broadcast(dt_full(n->tape, y.dtype, 0, NULL, 0), y.ndim, y.shape);
        }
        parts[o] = ybar[o] == NULL ? zero : ybar[o];
    }
    xbar[0] = dt_stack(n->n_out, parts, axis_of(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_unstack(xdot[0], n->n_out, axis_of(n), ydot);
}

const dt_op dti_op_unstack = {
    .name = "unstack",
    .formula = "y = x[.., 0, ..], x[.., 1, ..], .. along an axis",
    .arity = 1,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(5, 3)}}, .attr = &(const struct attr){3, -1}},
               {.in = {{DT_SHAPE(2, 4, 3)}}, .attr = &(const struct attr){4, 1}},
               {.in = {{DT_SHAPE(4)}}, .attr = &(const struct attr){4, 0}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){2, 0}},
               {.in = {{DT_SHAPE(1, 3)}}, .attr = &(const struct attr){1, 0}}),
};

void dt_unstack(dt_tensor *x, int n, int axis, dt_tensor **ret_parts) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    const struct attr attr = {n, axis};
    dt_apply_multi(&dti_op_unstack, 1, &x, &attr, out);
    for (int o = 0; o < n; o++) {
        ret_parts[o] = o < DT_MAX_OUTPUTS ? out[o] : dti_inert_of(x);
    }
}
