/* y = sqrt(x), principal branch      cotangent: xbar = ybar / (2 y*)
 *
 * The derivative is infinite at x = 0. A negative real x gives NaN: cast it to complex first. The
 * complex branch cut is the negative real axis. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_sqrt, dt_node_out(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_scale(dt_div(ybar[0], dt_conj(n->out[0])), 0.5);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_scale(dt_div(xdot[0], n->out[0]), 0.5);
}

const dt_op dti_op_sqrt = {
    .name = "sqrt",
    .formula = "y = sqrt(x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_OUTPUT,
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_POSITIVE}}}),
};

dt_tensor *dt_sqrt(dt_tensor *x) {
    return dt_apply(&dti_op_sqrt, 1, &x, NULL);
}
