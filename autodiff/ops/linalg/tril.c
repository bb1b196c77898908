/* y = lower triangles of matrices x, zero above      cotangent: xbar = tril(ybar)      linear. */
#include "matrices.h"

#include <string.h>

static dt_status shape(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    if (x.ndim < 2) {
        return dt_node_fail(n, DT_ERR_SHAPE, "needs at least two dimensions");
    }
    return dt_node_output(n, 0, x.dtype, x.ndim, x.shape);
}

/* Row i of every matrix in the batch, its first i + 1 elements. */
static dt_array row_start(const dt_array *x, int64_t i) {
    dt_array row, start;
    dt_array_slice(&row, x, x->ndim - 2, i, i + 1, 1, NULL);
    dt_array_slice(&start, &row, x->ndim - 1, 0, i + 1, 1, NULL);
    return start;
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    memset(y.data, 0, dt_array_bytes(&y));
    for (int64_t i = 0; i < x.shape[x.ndim - 2]; i++) {
        const dt_array target = row_start(&y, i), source = row_start(&x, i);
        dt_array_copy(&target, &source, NULL); /* equal shapes and types: cannot fail */
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = dt_tril(ybar[0]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    ydot[0] = dt_tril(xdot[0]);
}

const dt_op dti_op_tril = {
    .name = "tril",
    .formula = "y[.., i, j] = x[.., i, j] where j <= i, zero elsewhere",
    .arity = 1,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_NOTHING,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 3)}}}, {.in = {{DT_SHAPE(2, 2, 4)}}},
               {.in = {{DT_SHAPE(2, 4, 2)}}}, {.in = {{DT_SHAPE(1, 1)}}},
               {.in = {{DT_SHAPE(2, 0)}}}, {.in = {{DT_SHAPE(0, 2, 2)}}}),
};

dt_tensor *dt_tril(dt_tensor *x) {
    return dt_apply(&dti_op_tril, 1, &x, NULL);
}
