/* y = lower triangles of matrices x up to diagonal k, zero above      cotangent: xbar = tril(ybar)
 *
 * Linear. */
#include "matrices.h"

#include <string.h>

struct attr {
    int64_t k; /* the last diagonal kept: 0 the main one, 1 that above it */
};

static dt_status shape(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    if (x.ndim < 2) {
        return dt_node_fail(n, DT_ERR_SHAPE, "needs at least two dimensions");
    }
    return dt_node_output(n, 0, x.dtype, x.ndim, x.shape);
}

/* Row i of every matrix in the batch, its first i + 1 + k elements. */
static dt_array row_start(const dt_array *x, int64_t i, int64_t k) {
    dt_array row, start;
    dti_array_slice(&row, x, x->ndim - 2, i, i + 1, 1, NULL);
    int64_t columns = x->shape[x->ndim - 1], kept = k > columns ? columns : i + 1 + k;
    dti_array_slice(&start, &row, x->ndim - 1, 0, kept > 0 ? kept : 0, 1, NULL);
    return start;
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    memset(y.data, 0, dt_array_bytes(&y));
    for (int64_t i = 0; i < x.shape[x.ndim - 2]; i++) {
        const dt_array target = row_start(&y, i, attr->k), source = row_start(&x, i, attr->k);
        dt_array_copy(&target, &source, NULL); /* equal shapes and types: cannot fail */
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_apply(n->op, 1, ybar, n->attr);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

const dt_op dti_op_tril = {
    .name = "tril",
    .formula = "y[.., i, j] = x[.., i, j] where j <= i, zero elsewhere",
    .arity = 1,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 3)}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(2, 2, 4)}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(2, 4, 2)}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(1, 1)}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(0, 2, 2)}}, .attr = &(const struct attr){0}}),
};

dt_tensor *dt_tril(dt_tensor *x, int64_t k) {
    return dt_apply(&dti_op_tril, 1, &x, &(const struct attr){k});
}

dt_tensor *dt_triu(dt_tensor *x, int64_t k) {
    int64_t below = k == INT64_MIN ? INT64_MAX : -k;
    return dt_transpose(dt_tril(dt_transpose(x), below));
}
