/* y = the smaller of a and b, real      cotangents: abar = w ybar, bbar = (1 - w) ybar, w = 1 where a is taken,
 * 1/2 where they are equal      kink at a = b; a NaN in either is the result. */
#include "../ops.h"

#include "internal.h"

static dt_status shape(dt_node *n) {
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK || dt_node_need(n, 1, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    return dti_node_output_broadcast(n);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_minimum, dt_node_out(n, 0).dtype);
}

/* The part of the result that input i makes: 1, 1/2 or 0. */
static dt_tensor *weight(const dt_node *n, int i) {
    dt_tensor *x = n->in[i], *other = n->in[1 - i];
    dt_dtype dtype = dt_dtype_of(n->out[0]);
    dt_tensor *taken = dt_cast(dt_compare(x, DT_LT, other), dtype);
    return dt_add(taken, dt_scale(dt_cast(dt_compare(x, DT_EQ, other), dtype), 0.5));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    for (int i = 0; i < 2; i++) {
        if (dt_node_wants(n, i)) {
            xbar[i] = dt_mul(ybar[0], weight(n, i));
        }
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    for (int i = 0; i < 2; i++) {
        if (xdot[i] != NULL) {
            dt_tensor *term = dt_mul(xdot[i], weight(n, i));
            ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
        }
    }
}

const dt_op dti_op_minimum = {
    .name = "minimum",
    .formula = "y = the smaller of a and b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUTS,
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_DISTINCT}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}},
               {.in = {{.ndim = 0}, {DT_SHAPE(5)}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}, {DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_minimum(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_minimum, 2, (dt_tensor *const[]){a, b}, NULL);
}
