/* y = log |Gamma(x)|, real      cotangent: xbar = ybar psi(x), the digamma function
 *
 * Infinite at 0, -1, -2, ... */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_lgamma, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dti_polygamma(n->in[0], 0);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_lgamma = {
    .name = "lgamma",
    .formula = "y = log |Gamma(x)|",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_ABOVE_ONE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_ABOVE_ONE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_ABOVE_ONE}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_ABOVE_ONE}}}),
};

dt_tensor *dt_lgamma(dt_tensor *x) {
    return dt_apply(&dti_op_lgamma, 1, &x, NULL);
}
