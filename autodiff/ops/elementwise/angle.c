/* y = arg z, in (-pi, pi]      cotangent: zbar = i ybar (z/|z|) / |z|, 0 at z = 0
 *
 * Dividing twice, never by |z|^2, which would underflow. A real z has angle 0 or pi and receives
 * nothing. Jumps by 2 pi across the negative axis. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_angle, dt_node_in(n, 0).dtype);
}

/* z/|z| / |z|, and 0 at 0. */
static dt_tensor *inverse_radius(const dt_node *n) {
    dt_tensor *z = n->in[0], *modulus = dt_abs(z);
    dt_tensor *one = dt_full(n->tape, dt_dtype_of(modulus), 0, NULL, 1);
    return dt_div(dt_sign(z), dt_where(dt_cast(modulus, DT_BOOL), modulus, one));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (!dti_is_real(n->in[0])) {
        xbar[0] = dt_mul(dti_times_i(ybar[0]), inverse_radius(n));
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (!dti_is_real(n->in[0])) { /* Im(zdot / z) */
        ydot[0] = dti_imag_of_product(xdot[0], inverse_radius(n));
    }
}

const dt_op dti_op_angle = {
    .name = "angle",
    .formula = "y = arg z",
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

dt_tensor *dt_angle(dt_tensor *z) {
    return dt_apply(&dti_op_angle, 1, &z, NULL);
}
