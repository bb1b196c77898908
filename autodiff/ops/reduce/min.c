/* y = the smallest element over axes, real
 *
 * cotangent: xbar = ybar / count where x = y, 0 elsewhere
 *
 * Kink where several are equal: they share. A NaN is the result. */
#include "rows.h"

#define EXTREMUM(type)                                                                             \
    static void min_##type(int64_t length, const void *row, void *out) {                           \
        const type *x = row;                                                                       \
        type best = x[0];                                                                          \
        for (int64_t i = 1; i < length; i++) {                                                     \
            best = x[i] < best || x[i] != x[i] ? x[i] : best;                                      \
        }                                                                                          \
        *(type *)out = best;                                                                       \
    }
EXTREMUM(float)
EXTREMUM(double)

static void forward(dt_node *n) {
    dti_reduce_rows(n, dt_node_in(n, 0).dtype == DT_F32 ? min_float : min_double);
}

const dt_op dti_op_min = {
    .name = "min",
    .formula = "y = the smallest element over axes",
    .arity = 1,
    .kind = DT_REDUCTION,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct dti_reduce_attr),
    .shape = dti_shape_extremum,
    .forward = forward,
    .vjp = dti_extremum_vjp,
    .jvp = dti_extremum_jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(2, 3, 4), .fill = DT_FILL_DISTINCT}},
         .attr = &(const struct dti_reduce_attr){2u}},
        {.in = {{DT_SHAPE(2, 3, 4), .fill = DT_FILL_DISTINCT}},
         .attr = &(const struct dti_reduce_attr){5u}},
        {.in = {{.ndim = 0}}, .attr = &(const struct dti_reduce_attr){0u}},
        {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct dti_reduce_attr){2u}},
        {.in = {{DT_SHAPE(4), .fill = DT_FILL_ZERO}}, .attr = &(const struct dti_reduce_attr){1u}}),
};

dt_tensor *dt_min(dt_tensor *x, int axis) {
    return dti_apply_reduction(&dti_op_min, x, axis);
}
