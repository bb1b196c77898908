/* y = not x, bool      cotangent: none. */
#include "../ops.h"

static dt_status shape(dt_node *n) {
    if (dt_node_in(n, 0).dtype != DT_BOOL) {
        return dt_node_fail(n, DT_ERR_DTYPE, "the operand must be bool (dt_compare makes them)");
    }
    return dt_node_output_like(n, 0, DT_BOOL);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_logical_not, DT_BOOL);
}

const dt_op dti_op_not = {
    .name = "not",
    .formula = "y = not x",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .shape = shape,
    .map = map,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_BOOL}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_BOOL}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_BOOL}}}),
};

dt_tensor *dt_not(dt_tensor *x) {
    return dt_apply(&dti_op_not, 1, &x, NULL);
}
