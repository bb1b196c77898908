/* y = sqrt(sum |x|^2) over axes, real      cotangent: xbar = ybar x / y, 0 at y = 0
 *
 * Kink at 0; neither overflow nor underflow. */
#include "rows.h"

#include <math.h>

static dt_status shape(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_AND_COMPLEX);
    return status == DT_OK ? dti_shape_reduced(n, dt_dtype_real(dt_node_in(n, 0).dtype)) : status;
}

/* Plain sum of squares first; only if that left the safe range, again with the largest part taken
 * out. A NaN passes, an infinity is the result. */
static double length_of(int64_t n, const double *x) {
    double sum = 0, largest = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i] * x[i];
    }
    if (sum > 0x1p-900 && sum < 0x1p900) {
        return sqrt(sum);
    }
    for (int64_t i = 0; i < n; i++) {
        largest = fabs(x[i]) > largest || x[i] != x[i] ? fabs(x[i]) : largest;
    }
    if (!(largest > 0) || isinf(largest)) {
        return largest;
    }
    sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i] / largest * (x[i] / largest);
    }
    return largest * sqrt(sum);
}

static double short_length(int64_t n, const float *x) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += (double)x[i] * (double)x[i];
    }
    return sqrt(sum);
}

static void norm_f32(int64_t length, const void *row, void *out) {
    *(float *)out = (float)short_length(length, row);
}

static void norm_f64(int64_t length, const void *row, void *out) {
    *(double *)out = length_of(length, row);
}

static void norm_c64(int64_t length, const void *row, void *out) {
    *(float *)out = (float)short_length(2 * length, row);
}

static void norm_c128(int64_t length, const void *row, void *out) {
    *(double *)out = length_of(2 * length, row);
}

static void forward(dt_node *n) {
    static dti_row_fn *const table[DT_DTYPE_COUNT] = {
        [DT_F32] = norm_f32, [DT_F64] = norm_f64, [DT_C64] = norm_c64, [DT_C128] = norm_c128};
    dti_reduce_rows(n, table[dt_node_in(n, 0).dtype]);
}

/* x / y, the direction of x, and 0 where y = 0. */
static dt_tensor *direction(const dt_node *n) {
    dt_tensor *y = n->out[0], *one = dt_full(n->tape, dt_dtype_of(y), 0, NULL, 1);
    dt_tensor *divisor = dt_where(dt_cast(y, DT_BOOL), y, one);
    return dt_div(n->in[0], dti_restore_axes(n, divisor));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(dti_restore_axes(n, ybar[0]), direction(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct dti_reduce_attr *attr = n->attr;
    dt_tensor *along = dti_real_of_product(xdot[0], direction(n));
    ydot[0] = dt_sum(along, DT_AXES_LIST | (int)attr->mask);
}

const dt_op dti_op_norm = {
    .name = "norm",
    .formula = "y = sqrt(sum |x|^2) over axes",
    .arity = 1,
    .kind = DT_REDUCTION,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct dti_reduce_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct dti_reduce_attr){2u}},
        {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct dti_reduce_attr){5u}},
        {.in = {{DT_SHAPE(2, 3)}}, .attr = &(const struct dti_reduce_attr){3u}},
        {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct dti_reduce_attr){1u}},
        {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}, .attr = &(const struct dti_reduce_attr){1u}}),
};

dt_tensor *dt_norm(dt_tensor *x, int axis) {
    return dti_apply_reduction(&dti_op_norm, x, axis);
}
