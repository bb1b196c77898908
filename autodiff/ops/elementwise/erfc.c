/* y = 1 - erf(x), real, accurate where it is small
 *
 * cotangent: xbar = -ybar 2/sqrt(pi) exp(-x^2)
 *
 * Smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_erfc, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dt_scale(dt_exp(dt_neg(dt_square(n->in[0]))), -1.1283791670955125739);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_erfc = {
    .name = "erfc",
    .formula = "y = 1 - erf(x), accurate where it is small",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(70)}}}, {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_erfc(dt_tensor *x) {
    return dt_apply(&dti_op_erfc, 1, &x, NULL);
}
