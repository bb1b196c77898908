/* y = max(x, 0), real      cotangent: xbar = x > 0 ? ybar : 0
 *
 * Kink at 0, where the slope is taken as 0. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_relu, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    dt_tensor *x = n->in[0];
    dt_tensor *zero = dt_full(n->tape, dt_dtype_of(x), 0, NULL, 0);
    return dt_cast(dt_compare(x, DT_GT, zero), dt_dtype_of(x));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_relu = {
    .name = "relu",
    .formula = "y = max(x, 0)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .shape = dti_shape_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(70)}}}, {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_relu(dt_tensor *x) {
    return dt_apply(&dti_op_relu, 1, &x, NULL);
}
