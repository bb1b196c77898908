/* y = a - trunc(a/b) b, real, the sign of a      cotangents: abar = ybar, bbar = -ybar trunc(a/b)
 *
 * Jumps where a/b is an integer; NaN at b = 0. */
#include "../ops.h"

#include "internal.h"

static dt_status shape(dt_node *n) {
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK || dt_node_need(n, 1, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    return dti_node_output_broadcast(n);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_fmod, dt_node_out(n, 0).dtype);
}

/* trunc(a/b): what was taken off, which rounding recovers exactly. */
static dt_tensor *times(const dt_node *n) {
    return dt_round(dt_div(dt_sub(n->in[0], n->out[0]), n->in[1]));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = ybar[0];
    if (dt_node_wants(n, 1)) {
        xbar[1] = dt_neg(dt_mul(ybar[0], times(n)));
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = xdot[0];
    if (xdot[1] != NULL) {
        dt_tensor *term = dt_neg(dt_mul(xdot[1], times(n)));
        ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
    }
}

const dt_op dti_op_fmod = {
    .name = "fmod",
    .formula = "y = a - trunc(a/b) b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUTS | DT_SAVE_OUTPUT,
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_DISTINCT}, {.ndim = 0, .fill = DT_FILL_POSITIVE}}},
        {.in = {{DT_SHAPE(2, 1, 4), .fill = DT_FILL_ABOVE_ONE},
                {DT_SHAPE(3, 1), .fill = DT_FILL_POSITIVE}}},
        {.in = {{DT_SHAPE(2, 0)}, {DT_SHAPE(1), .fill = DT_FILL_POSITIVE}}}),
};

dt_tensor *dt_fmod(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_fmod, 2, (dt_tensor *const[]){a, b}, NULL);
}
