/* y = re + i im, both real      cotangents: rebar = Re ybar, imbar = Im ybar      smooth. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_complex, dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (dt_node_wants(n, 0)) {
        xbar[0] = dt_real(ybar[0]);
    }
    if (dt_node_wants(n, 1)) {
        xbar[1] = dt_imag(ybar[0]);
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    if (xdot[0] != NULL && xdot[1] != NULL) {
        ydot[0] = dt_complex(xdot[0], xdot[1]);
    } else {
        ydot[0] = xdot[0] != NULL ? xdot[0] : dti_times_i(xdot[1]);
    }
}

const dt_op dti_op_complex = {
    .name = "complex",
    .formula = "y = re + i im",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_NOTHING,
    .shape = dti_shape_pair_to_complex,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}},
               {.in = {{DT_SHAPE(2, 0)}, {.ndim = 0}}}),
};

dt_tensor *dt_complex(dt_tensor *re, dt_tensor *im) {
    return dt_apply(&dti_op_complex, 2, (dt_tensor *const[]){re, im}, NULL);
}
