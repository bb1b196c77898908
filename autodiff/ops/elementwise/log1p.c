/* y = log(1 + x), real, accurate near 0      cotangent: xbar = ybar / (1 + x)
 *
 * Infinite at -1, NaN below. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_log1p, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    dt_tensor *x = n->in[0];
    return dt_pow(dti_plus(x, 1), -1);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_log1p = {
    .name = "log1p",
    .formula = "y = log(1 + x), accurate near 0",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_UNIT}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_UNIT}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_UNIT}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_UNIT}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_log1p(dt_tensor *x) {
    return dt_apply(&dti_op_log1p, 1, &x, NULL);
}
