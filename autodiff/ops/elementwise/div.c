/* y = a / b      cotangents: abar = ybar / b*, bbar = -abar y*      infinite or NaN at b = 0.
 *
 * bbar divides twice instead of forming b^2, which would overflow or underflow before b does. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_div, dt_node_out(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_div(ybar[0], dt_conj(n->in[1]));
    if (dt_node_wants(n, 1)) {
        xbar[1] = dt_neg(dt_mul(xbar[0], dt_conj(n->out[0])));
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *numerator = xdot[0];
    if (xdot[1] != NULL) {
        dt_tensor *term = dt_mul(n->out[0], xdot[1]);
        numerator = numerator == NULL ? dt_neg(term) : dt_sub(numerator, term);
    }
    ydot[0] = dt_div(numerator, n->in[1]);
}

const dt_op dti_op_div = {
    .name = "div",
    .formula = "y = a / b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(1) | DT_SAVE_OUTPUT,
    .shape = dti_shape_broadcast,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
        {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1), .fill = DT_FILL_POSITIVE}}},
        {.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_REAL}, {DT_SHAPE(1), .fill = DT_FILL_POSITIVE}}},
        {.in = {{DT_SHAPE(2, 0)}, {.ndim = 0, .fill = DT_FILL_POSITIVE}}},
        {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}, {DT_SHAPE(3), .fill = DT_FILL_POSITIVE}}}),
};

dt_tensor *dt_div(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_div, 2, (dt_tensor *const[]){a, b}, NULL);
}
