/* y = exp(2 pi i x), x real      cotangent: xbar = 2 pi Im(ybar y*)
 *
 * Smooth everywhere; whole turns are taken off x exactly, so large x loses nothing and multiples of
 * 1/4 give exact values. */
#include "../ops.h"

#define TWO_PI 6.28318530717958647693

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_cis2pi, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_scale(dti_imag_of_product(ybar[0], n->out[0]), TWO_PI);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(dti_times_i(dt_scale(xdot[0], TWO_PI)), n->out[0]);
}

const dt_op dti_op_cis2pi = {
    .name = "cis2pi",
    .formula = "y = exp(2 pi i x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_to_complex,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(70)}}}, {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_cis2pi(dt_tensor *x) {
    return dt_apply(&dti_op_cis2pi, 1, &x, NULL);
}
