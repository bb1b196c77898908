/* y = Im z      cotangent: zbar = i ybar      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_imag, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = dti_times_i(ybar[0]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    ydot[0] = dt_imag(xdot[0]);
}

const dt_op dti_op_imag = {
    .name = "imag",
    .formula = "y = Im z",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_COMPLEX_ONLY,
    .saves = DT_SAVE_NOTHING,
    .shape = dti_shape_to_real,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}}),
};

dt_tensor *dt_imag(dt_tensor *z) {
    if (z != NULL && dti_is_real(z)) {
        return dt_full(dt_tape_of(z), dt_dtype_of(z), dt_ndim(z), dt_shape(z), 0);
    }
    return dt_apply(&dti_op_imag, 1, &z, NULL);
}
