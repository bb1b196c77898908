/* y = are all the elements true, bool      cotangent: none      of nothing: true. */
#include "rows.h"

static dt_status shape(dt_node *n) {
    if (dt_node_in(n, 0).dtype != DT_BOOL) {
        return dt_node_fail(n, DT_ERR_DTYPE, "the operand must be bool (dt_compare makes them)");
    }
    return dti_shape_reduced(n, DT_BOOL);
}

static void look(int64_t length, const void *row, void *out) {
    const bool *x = row;
    bool result = true;
    for (int64_t i = 0; i < length && result == true; i++) {
        result = x[i];
    }
    *(bool *)out = result;
}

static void forward(dt_node *n) {
    dti_reduce_rows(n, look);
}

const dt_op dti_op_all = {
    .name = "all",
    .formula = "y = are all the elements true",
    .arity = 1,
    .kind = DT_REDUCTION,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .attr_size = sizeof(struct dti_reduce_attr),
    .shape = shape,
    .forward = forward,
    DT_SAMPLES({.in = {{DT_SHAPE(2, 3, 4), .fill = DT_FILL_BOOL}},
                .attr = &(const struct dti_reduce_attr){6u}},
               {.in = {{DT_SHAPE(0, 4), .fill = DT_FILL_BOOL}},
                .attr = &(const struct dti_reduce_attr){1u}}),
};

dt_tensor *dt_all(dt_tensor *x, int axis) {
    return dti_apply_reduction(&dti_op_all, x, axis);
}
