/* y = x^(1/3), real, odd      cotangent: xbar = ybar / (3 y^2)      slope infinite at 0. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_cbrt, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dt_pow(dt_scale(dt_square(n->out[0]), 3), -1);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_cbrt = {
    .name = "cbrt",
    .formula = "y = x^(1/3), odd",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_POSITIVE}}}),
};

dt_tensor *dt_cbrt(dt_tensor *x) {
    return dt_apply(&dti_op_cbrt, 1, &x, NULL);
}
