/* y = arcosh(x), principal branch      cotangent: xbar = ybar / (sqrt(x - 1) sqrt(x + 1))*
 *
 * Slope infinite at 1; real x below: NaN. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_acosh, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    dt_tensor *x = n->in[0];
    return dt_mul(dt_rsqrt(dti_plus(x, -1)), dt_rsqrt(dti_plus(x, 1)));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(slope(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_acosh = {
    .name = "acosh",
    .formula = "y = arcosh(x), principal branch",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_ABOVE_ONE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_ABOVE_ONE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_ABOVE_ONE}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_ABOVE_ONE}}}),
};

dt_tensor *dt_acosh(dt_tensor *x) {
    return dt_apply(&dti_op_acosh, 1, &x, NULL);
}
