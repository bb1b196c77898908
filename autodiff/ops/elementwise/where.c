/* y = mask ? a : b      cotangents: abar = mask ? ybar : 0, bbar = mask ? 0 : ybar
 *
 * The branch not taken receives an exact 0 even where its own derivative is infinite or NaN. */
#include "../ops.h"

static dt_status shape(dt_node *n) {
    dt_dtype dtype;
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    if (dt_node_in(n, 0).dtype != DT_BOOL) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "input 0, the mask, must be bool (dt_compare makes it)");
    }
    if (!dti_dtype_promote(dt_node_in(n, 1).dtype, dt_node_in(n, 2).dtype, &dtype)) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "types do not mix (use dt_cast to convert on purpose)");
    }
    dt_status status = dti_broadcast_sizes(n, &ndim, sizes);
    return status == DT_OK ? dt_node_output(n, 0, dtype, ndim, sizes) : status;
}

static dt_map map(const dt_node *n) {
    dt_dtype dtype = dt_node_out(n, 0).dtype;
    return (dt_map){dti_k_where[dtype], {DT_BOOL, dtype, dtype}};
}

static dt_tensor *zero_like(const dt_node *n) {
    return dt_full(n->tape, dt_dtype_of(n->out[0]), 0, NULL, 0);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (dt_node_wants(n, 1)) {
        xbar[1] = dt_where(n->in[0], ybar[0], zero_like(n));
    }
    if (dt_node_wants(n, 2)) {
        xbar[2] = dt_where(n->in[0], zero_like(n), ybar[0]);
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_where(n->in[0], xdot[1] != NULL ? xdot[1] : zero_like(n),
                       xdot[2] != NULL ? xdot[2] : zero_like(n));
}

const dt_op dti_op_where = {
    .name = "where",
    .formula = "y = mask ? a : b",
    .arity = 3,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_BOOL}, {DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(3, 1), .fill = DT_FILL_BOOL}, {DT_SHAPE(2, 1, 4)}, {DT_SHAPE(1)}}},
               {.in = {{DT_SHAPE(4), .fill = DT_FILL_BOOL},
                       {.ndim = 0, .fill = DT_FILL_REAL},
                       {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_BOOL}, {.ndim = 0}, {DT_SHAPE(2, 1)}}}),
};

dt_tensor *dt_where(dt_tensor *mask, dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_where, 3, (dt_tensor *const[]){mask, a, b}, NULL);
}
