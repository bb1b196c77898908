/* y = a b      cotangents: abar = ybar b*, bbar = ybar a*      smooth everywhere. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    dt_dtype compute = dt_node_out(n, 0).dtype, real = dt_dtype_real(compute);
    if (compute != real && dt_node_in(n, 0).dtype == real) {
        return (dt_map){dti_k_mul_real_complex[compute], {real, compute}};
    }
    if (compute != real && dt_node_in(n, 1).dtype == real) {
        return (dt_map){dti_k_mul_complex_real[compute], {compute, real}};
    }
    return dti_map_table(n, dti_k_mul, compute);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    for (int i = 0; i < 2; i++) {
        if (dt_node_wants(n, i)) {
            xbar[i] = dti_is_real(n->in[i]) ? dti_real_of_product(ybar[0], n->in[1 - i])
                                            : dt_mul(ybar[0], dt_conj(n->in[1 - i]));
        }
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    for (int i = 0; i < 2; i++) {
        if (xdot[i] != NULL) {
            dt_tensor *term = dt_mul(xdot[i], n->in[1 - i]);
            ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
        }
    }
}

const dt_op dti_op_mul = {
    .name = "mul",
    .formula = "y = a b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUTS,
    .shape = dti_shape_broadcast,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}},
               {.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_REAL}, {DT_SHAPE(3, 4)}}}),
};

dt_tensor *dt_mul(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_mul, 2, (dt_tensor *const[]){a, b}, NULL);
}
