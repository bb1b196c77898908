/* y = log sum exp(x) over axes, real      cotangent: xbar = ybar exp(x - y)
 *
 * Smooth; of nothing, or of -inf alone, it is -inf with a gradient of 0. */
#include "rows.h"

#include <math.h>

static dt_status shape(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_ONLY);
    return status == DT_OK ? dti_shape_reduced(n, dt_node_in(n, 0).dtype) : status;
}

/* The largest term is taken out, so nothing overflows; sums in double. */
#define LOG_SUM(type)                                                                              \
    static void log_sum_##type(int64_t length, const void *row, void *out) {                       \
        const type *x = row;                                                                       \
        double largest = -INFINITY, sum = 0, lost = 0;                                             \
        for (int64_t i = 0; i < length; i++) {                                                     \
            largest = (double)x[i] > largest || x[i] != x[i] ? (double)x[i] : largest;             \
        }                                                                                          \
        for (int64_t i = 0; i < length && isfinite(largest); i++) {                                \
            double term = exp((double)x[i] - largest) - lost, next = sum + term;                   \
            lost = (next - sum) - term;                                                            \
            sum = next;                                                                            \
        }                                                                                          \
        *(type *)out = (type)(isfinite(largest) ? largest + log(sum) : largest);                   \
    }
LOG_SUM(float)
LOG_SUM(double)

static void forward(dt_node *n) {
    dti_reduce_rows(n, dt_node_in(n, 0).dtype == DT_F32 ? log_sum_float : log_sum_double);
}

/* exp(x - y), the parts of the sum; 0 where y is -inf. */
static dt_tensor *parts(const dt_node *n) {
    dt_tensor *y = n->out[0], *zero = dt_full(n->tape, dt_dtype_of(y), 0, NULL, 0);
    dt_tensor *nothing = dt_full(n->tape, dt_dtype_of(y), 0, NULL, -INFINITY);
    dt_tensor *level = dt_where(dt_compare(y, DT_EQ, nothing), zero, y);
    return dt_exp(dt_sub(n->in[0], dti_restore_axes(n, level)));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(dti_restore_axes(n, ybar[0]), parts(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct dti_reduce_attr *attr = n->attr;
    ydot[0] = dt_sum(dt_mul(xdot[0], parts(n)), DT_AXES_LIST | (int)attr->mask);
}

const dt_op dti_op_logsumexp = {
    .name = "logsumexp",
    .formula = "y = log sum exp(x) over axes",
    .arity = 1,
    .kind = DT_REDUCTION,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct dti_reduce_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct dti_reduce_attr){2u}},
               {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct dti_reduce_attr){5u}},
               {.in = {{.ndim = 0}}, .attr = &(const struct dti_reduce_attr){0u}},
               {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct dti_reduce_attr){2u}}),
};

dt_tensor *dt_logsumexp(dt_tensor *x, int axis) {
    return dti_apply_reduction(&dti_op_logsumexp, x, axis);
}
