/* y = exp(i x), x real      cotangent: xbar = Im(ybar y*)      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_cis, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dti_imag_of_product(ybar[0], n->out[0]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(dti_times_i(xdot[0]), n->out[0]);
}

const dt_op dti_op_cis = {
    .name = "cis",
    .formula = "y = exp(i x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_to_complex,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(700)}}}),
};

dt_tensor *dt_cis(dt_tensor *x) {
    return dt_apply(&dti_op_cis, 1, &x, NULL);
}
