/* y = running sums of x along an axis
 *
 * cotangent: xbar = running sums of ybar from the other end
 *
 * Linear. */
#include "../ops.h"

#include <string.h>

struct attr {
    int axis;
    bool reverse; /* from the last element to the first */
};

static dt_status shape(dt_node *n) {
    dt_status status = dt_node_need(n, 0, DT_REAL_AND_COMPLEX);
    return status == DT_OK ? dt_node_output_like(n, 0, dt_node_in(n, 0).dtype) : status;
}

/* Neumaier's compensated sum, so that the last element is as good as a sum in a tree. */
#define RUNNING(type)                                                                              \
    static void running_##type(int64_t n, int64_t step, type *x) {                                 \
        type sum = 0, lost = 0;                                                                    \
        for (int64_t i = 0; i < n; i++, x += step) {                                               \
            type next = sum + *x, size = sum < 0 ? -sum : sum, added = *x < 0 ? -*x : *x;          \
            lost += size >= added ? (sum - next) + *x : (*x - next) + sum;                         \
            sum = next;                                                                            \
            *x = lost == lost ? sum + lost : sum;                                                  \
        }                                                                                          \
    }
RUNNING(float)
RUNNING(double)

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    dt_array_copy(&y, &x, NULL);
    int parts = dt_dtype_is_complex(y.dtype) ? 2 : 1;
    int64_t length = y.shape[attr->axis], inner = y.strides[attr->axis] * parts;
    int64_t total = dt_array_size(&y) * parts;
    bool single = dt_dtype_real(y.dtype) == DT_F32;
    for (int64_t outer = 0; total > 0 && outer < total; outer += length * inner) {
        for (int64_t i = 0; i < inner; i++) {
            int64_t start = outer + i + (attr->reverse ? (length - 1) * inner : 0);
            int64_t step = attr->reverse ? -inner : inner;
            if (single) {
                running_float(length, step, (float *)y.data + start);
            } else {
                running_double(length, step, (double *)y.data + start);
            }
        }
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    xbar[0] = dt_apply(n->op, 1, ybar, &(const struct attr){attr->axis, !attr->reverse});
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_cumsum = {
    .name = "cumsum",
    .formula = "y = running sums of x along an axis",
    .arity = 1,
    .kind = DT_REDUCTION,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct attr){1, false}},
               {.in = {{DT_SHAPE(5)}}, .attr = &(const struct attr){0, true}},
               {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct attr){0, false}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){1, false}}),
};

dt_tensor *dt_cumsum(dt_tensor *x, int axis) {
    int d;
    return dti_one_axis(x, axis, "cumsum", &d)
               ? dt_apply(&dti_op_cumsum, 1, &x, &(const struct attr){d, false})
               : dti_inert_of(x);
}
