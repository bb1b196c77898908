/* y = cos(x), real or complex      cotangent: xbar = -ybar sin(x)*      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_cos, dt_node_out(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_neg(dt_mul(ybar[0], dt_conj(dt_sin(n->in[0]))));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_neg(dt_mul(xdot[0], dt_sin(n->in[0])));
}

const dt_op dti_op_cos = {
    .name = "cos",
    .formula = "y = cos(x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_cos(dt_tensor *x) {
    return dt_apply(&dti_op_cos, 1, &x, NULL);
}
