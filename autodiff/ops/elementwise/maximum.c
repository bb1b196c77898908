/* y = the larger of a and b, real
 *
 * cotangents: abar = w ybar, bbar = (1 - w) ybar, w = 1 where a is taken, 1/2 where they are equal
 *
 * Kink at a = b; a NaN in either is the result. */
#include "extremes.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_maximum, dt_node_out(n, 0).dtype);
}

const dt_op dti_op_maximum = {
    .name = "maximum",
    .formula = "y = the larger of a and b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUTS,
    .shape = dti_extreme_shape,
    .map = map,
    .vjp = dti_extreme_vjp,
    .jvp = dti_extreme_jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_DISTINCT}, {DT_SHAPE(3, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}},
               {.in = {{.ndim = 0}, {DT_SHAPE(5)}}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}, {DT_SHAPE(3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_maximum(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_maximum, 2, (dt_tensor *const[]){a, b}, NULL);
}
