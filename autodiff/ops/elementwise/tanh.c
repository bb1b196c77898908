/* y = tanh(x)      cotangent: xbar = ybar (1 - y^2)*      smooth for real x. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_tanh, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dti_plus(dt_neg(dt_square(n->out[0])), 1);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(slope(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_tanh = {
    .name = "tanh",
    .formula = "y = tanh(x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_UNIT}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_UNIT}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_UNIT}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_UNIT}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_tanh(dt_tensor *x) {
    return dt_apply(&dti_op_tanh, 1, &x, NULL);
}
