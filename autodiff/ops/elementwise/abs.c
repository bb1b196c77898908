/* y = |z|, real      cotangent: zbar = ybar z/|z|, 0 at z = 0 (a kink: 0 is a subgradient). */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_abs, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_sign(n->in[0]));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dti_real_of_product(xdot[0], dt_sign(n->in[0]));
}

const dt_op dti_op_abs = {
    .name = "abs",
    .formula = "y = |z|",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_to_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_abs(dt_tensor *z) {
    return dt_apply(&dti_op_abs, 1, &z, NULL);
}
