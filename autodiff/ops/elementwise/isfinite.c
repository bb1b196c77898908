/* y = x is neither NaN nor infinite, bool      cotangent: none. */
#include "../ops.h"

static dt_status shape(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_AND_COMPLEX);
    return status == DT_OK ? dt_node_output_like(n, 0, DT_BOOL) : status;
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_isfinite, dt_node_in(n, 0).dtype);
}

const dt_op dti_op_isfinite = {
    .name = "isfinite",
    .formula = "y = x is neither NaN nor infinite",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .shape = shape,
    .map = map,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}}, {.in = {{.ndim = 0}}}, {.in = {{DT_SHAPE(2, 0)}}}),
};

dt_tensor *dt_isfinite(dt_tensor *x) {
    return dt_apply(&dti_op_isfinite, 1, &x, NULL);
}
