/* y = x to the nearest integer, halves to even, real      cotangent: none. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_round, dt_node_out(n, 0).dtype);
}

const dt_op dti_op_round = {
    .name = "round",
    .formula = "y = x to the nearest integer",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .shape = dti_shape_real,
    .map = map,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}}),
};

dt_tensor *dt_round(dt_tensor *x) {
    return dt_apply(&dti_op_round, 1, &x, NULL);
}
