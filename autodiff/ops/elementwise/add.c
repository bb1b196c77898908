/* y = a + b      cotangents: abar = ybar, bbar = ybar      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_add, dt_node_out(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = ybar[0];
    xbar[1] = ybar[0];
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    if (xdot[0] != NULL && xdot[1] != NULL) {
        ydot[0] = dt_add(xdot[0], xdot[1]);
    } else {
        ydot[0] = xdot[0] != NULL ? xdot[0] : xdot[1];
    }
}

const dt_op dti_op_add = {
    .name = "add",
    .formula = "y = a + b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .shape = dti_shape_broadcast,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}},
               {.in = {{.ndim = 0}, {DT_SHAPE(5)}}}),
};

dt_tensor *dt_add(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_add, 2, (dt_tensor *const[]){a, b}, NULL);
}
