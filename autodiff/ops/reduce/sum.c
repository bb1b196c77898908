/* y = sum of x over chosen axes, which disappear      cotangent: xbar = ybar broadcast back. */
#include "../ops.h"

#include "region.h"

#include <string.h>

struct attr {
    unsigned mask; /* bit d set: dimension d is summed */
};

unsigned dti_sum_mask(const dt_node *n) {
    return ((const struct attr *)n->attr)->mask;
}

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    if (dt_node_need(n, 0, DT_REAL_AND_COMPLEX) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    int64_t kept[DT_MAX_DIMS];
    int ndim = 0;
    for (int d = 0; d < x.ndim; d++) {
        if (!(attr->mask & 1u << d)) {
            kept[ndim++] = x.shape[d];
        }
    }
    return dt_node_output(n, 0, x.dtype, ndim, kept);
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    int64_t length;
    if (dt_array_size(&x) >= dti_lazy_size() &&
        dti_fold_of(&x, attr->mask, &length) != DTI_FOLD_NONE) {
        dti_region_sum(n->tape, &y, &x, attr->mask);
    } else {
        dti_sum(&y, &x, attr->mask);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    int64_t kept[DT_MAX_DIMS];
    memcpy(kept, x.shape, sizeof kept);
    for (int d = 0; d < x.ndim; d++) {
        if (attr->mask & 1u << d) {
            kept[d] = 1;
        }
    }
    xbar[0] = dt_broadcast(dt_reshape(ybar[0], x.ndim, kept), x.ndim, x.shape);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_sum = {
    .name = "sum",
    .formula = "y = sum of x over axes",
    .arity = 1,
    .kind = DT_REDUCTION,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct attr){2u}},
               {.in = {{DT_SHAPE(2, 3, 4)}}, .attr = &(const struct attr){5u}},
               {.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){0u}},
               {.in = {{DT_SHAPE(0, 4)}}, .attr = &(const struct attr){1u}},
               {.in = {{DT_SHAPE(700)}}, .attr = &(const struct attr){1u}}),
};

dt_tensor *dt_sum(dt_tensor *x, int axis) {
    struct attr attr;
    return dti_axes(x, axis, "sum", &attr.mask) ? dt_apply(&dti_op_sum, 1, &x, &attr)
                                                : dti_inert_of(x);
}
