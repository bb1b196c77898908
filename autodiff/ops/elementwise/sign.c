/* y = z/|z|, 0 at z = 0      cotangent: zbar = (ybar - y^2 ybar*) / (2|z|) = i y Im(y* ybar) / |z|
 *
 * At z = 0 the function jumps and the rule gives 0. Only the part of ybar across the direction of z
 * matters, so a real x, which has no such direction, receives nothing. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_sign, dt_node_out(n, 0).dtype);
}

/* The derivative applied to v; it is its own adjoint. Where z = 0 the modulus is replaced by 1
 * before the division, and y = 0 makes the quotient 0, so no 0/0 enters the graph. */
static dt_tensor *turn(const dt_node *n, dt_tensor *v) {
    dt_tensor *y = n->out[0], *modulus = dt_abs(n->in[0]);
    dt_tensor *one = dt_full(n->tape, dt_dtype_of(modulus), 0, NULL, 1);
    dt_tensor *divisor = dt_where(dt_cast(modulus, DT_BOOL), modulus, one);
    dt_tensor *angle = dt_div(dti_imag_of_product(v, y), divisor);
    return dt_mul(dti_times_i(angle), y);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (!dti_is_real(n->in[0])) {
        xbar[0] = turn(n, ybar[0]);
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (!dti_is_real(n->in[0])) {
        ydot[0] = turn(n, xdot[0]);
    }
}

const dt_op dti_op_sign = {
    .name = "sign",
    .formula = "y = z/|z|, 0 at 0",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_POSITIVE}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_sign(dt_tensor *z) {
    return dt_apply(&dti_op_sign, 1, &z, NULL);
}
