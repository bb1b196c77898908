/* y = the place of the smallest element, i64      cotangent: none
 *
 * The first of equal ones; a NaN counts as the smallest. */
#include "rows.h"

static dt_status shape(dt_node *n) {
    dt_status status = dti_shape_extremum(n);
    return status == DT_OK ? dti_shape_reduced(n, DT_I64) : status;
}

#define PLACE(type)                                                                                \
    static void place_##type(int64_t length, const void *row, void *out) {                         \
        const type *x = row;                                                                       \
        int64_t best = 0;                                                                          \
        for (int64_t i = 1; i < length && x[best] == x[best]; i++) {                               \
            best = x[i] < x[best] || x[i] != x[i] ? i : best;                                      \
        }                                                                                          \
        *(int64_t *)out = best;                                                                    \
    }
PLACE(float)
PLACE(double)

static void forward(dt_node *n) {
    dti_reduce_rows(n, dt_node_in(n, 0).dtype == DT_F32 ? place_float : place_double);
}

const dt_op dti_op_argmin = {
    .name = "argmin",
    .formula = "y = the place of the smallest element",
    .arity = 1,
    .kind = DT_REDUCTION,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .attr_size = sizeof(struct dti_reduce_attr),
    .shape = shape,
    .forward = forward,
    DT_SAMPLES({.in = {{DT_SHAPE(2, 3, 4), .fill = DT_FILL_DISTINCT}},
                .attr = &(const struct dti_reduce_attr){2u}},
               {.in = {{DT_SHAPE(5), .fill = DT_FILL_DISTINCT}},
                .attr = &(const struct dti_reduce_attr){1u}},
               {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct dti_reduce_attr){2u}}),
};

dt_tensor *dt_argmin(dt_tensor *x, int axis) {
    return dti_apply_reduction(&dti_op_argmin, x, axis);
}
