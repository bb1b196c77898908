/* y = r exp(i angle), both real
 *
 * cotangents: rbar = Re(ybar exp(-i angle)), anglebar = Im(ybar y*)
 *
 * Smooth everywhere, at r = 0 too; r may be negative. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_polar, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (dt_node_wants(n, 0)) {
        xbar[0] = dti_real_of_product(ybar[0], dt_cis(n->in[1]));
    }
    if (dt_node_wants(n, 1)) {
        xbar[1] = dti_imag_of_product(ybar[0], n->out[0]);
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (xdot[0] != NULL) {
        ydot[0] = dt_mul(xdot[0], dt_cis(n->in[1]));
    }
    if (xdot[1] != NULL) {
        dt_tensor *term = dt_mul(dti_times_i(xdot[1]), n->out[0]);
        ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
    }
}

const dt_op dti_op_polar = {
    .name = "polar",
    .formula = "y = r exp(i angle)",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(1) | DT_SAVE_OUTPUT,
    .shape = dti_shape_pair_to_complex,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}},
               {.in = {{.ndim = 0}, {DT_SHAPE(2, 0)}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}, {DT_SHAPE(3)}}}),
};

dt_tensor *dt_polar(dt_tensor *r, dt_tensor *angle) {
    return dt_apply(&dti_op_polar, 2, (dt_tensor *const[]){r, angle}, NULL);
}
