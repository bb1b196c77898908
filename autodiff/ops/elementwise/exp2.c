/* y = 2^x      cotangent: xbar = ybar (y log 2)*      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_exp2, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    return dt_scale(n->out[0], 0.69314718055994530942);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(slope(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_exp2 = {
    .name = "exp2",
    .formula = "y = 2^x",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(70)}}}),
};

dt_tensor *dt_exp2(dt_tensor *x) {
    return dt_apply(&dti_op_exp2, 1, &x, NULL);
}
