/* y = 1 / sqrt(x), principal branch      cotangent: xbar = -ybar (y^3)* / 2      infinite at 0. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_rsqrt, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dt_scale(dt_mul(n->out[0], dt_square(n->out[0])), -0.5);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(slope(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_rsqrt = {
    .name = "rsqrt",
    .formula = "y = 1 / sqrt(x), principal branch",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_POSITIVE}}}),
};

dt_tensor *dt_rsqrt(dt_tensor *x) {
    return dt_apply(&dti_op_rsqrt, 1, &x, NULL);
}
