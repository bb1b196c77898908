/* y = cosh(x)      cotangent: xbar = ybar sinh(x)*      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_cosh, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dt_sinh(n->in[0]);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(slope(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_cosh = {
    .name = "cosh",
    .formula = "y = cosh(x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(70)}}}, {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_cosh(dt_tensor *x) {
    return dt_apply(&dti_op_cosh, 1, &x, NULL);
}
