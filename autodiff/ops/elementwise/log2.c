/* y = log(x) / log(2), principal branch      cotangent: xbar = ybar / (x log 2)*
 *
 * Infinite at 0. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_log2, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dt_scale(dt_pow(n->in[0], -1), 1.4426950408889634074);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(slope(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_log2 = {
    .name = "log2",
    .formula = "y = log(x) / log(2), principal branch",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(70), .fill = DT_FILL_POSITIVE}}}),
};

dt_tensor *dt_log2(dt_tensor *x) {
    return dt_apply(&dti_op_log2, 1, &x, NULL);
}
