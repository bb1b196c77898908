/* y = |z|^2, real      cotangent: zbar = 2 ybar z      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_abs2, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_scale(dt_mul(ybar[0], n->in[0]), 2);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_scale(dti_real_of_product(xdot[0], n->in[0]), 2);
}

const dt_op dti_op_abs2 = {
    .name = "abs2",
    .formula = "y = |z|^2",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_to_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_abs2(dt_tensor *z) {
    return dt_apply(&dti_op_abs2, 1, &z, NULL);
}
