/* y = -x      cotangent: xbar = -ybar      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_neg, dt_node_out(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = dt_neg(ybar[0]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    ydot[0] = dt_neg(xdot[0]);
}

const dt_op dti_op_neg = {
    .name = "neg",
    .formula = "y = -x",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}}),
};

dt_tensor *dt_neg(dt_tensor *x) {
    return dt_apply(&dti_op_neg, 1, &x, NULL);
}
