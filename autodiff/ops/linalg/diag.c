/* y = matrices with x on the diagonal      cotangent: xbar = diagonal(ybar)      linear. */
#include "matrices.h"

#include <string.h>

static dt_status shape(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    if (x.ndim < 1) {
        return dt_node_fail(n, DT_ERR_SHAPE, "needs at least one dimension");
    }
    int64_t square[DT_MAX_DIMS + 1]; /* one dimension too many is refused by dt_node_output */
    memcpy(square, x.shape, sizeof x.shape);
    square[x.ndim] = x.shape[x.ndim - 1];
    return dt_node_output(n, 0, x.dtype, x.ndim + 1, square);
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    memset(y.data, 0, dt_array_bytes(&y));
    dt_array diagonal;
    if (dti_array_diagonal(&diagonal, &y, NULL) == DT_OK) {
        dt_array_copy(&diagonal, &x, NULL); /* equal shapes and types: cannot fail */
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = dt_diagonal(ybar[0]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    ydot[0] = dt_diag(xdot[0]);
}

const dt_op dti_op_diag = {
    .name = "diag",
    .formula = "y[.., i, i] = x[.., i], zero elsewhere",
    .arity = 1,
    .kind = DT_INDEXING,
    .saves = DT_SAVE_NOTHING,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3)}}}, {.in = {{DT_SHAPE(2, 3)}}}, {.in = {{DT_SHAPE(2, 2, 1)}}},
               {.in = {{DT_SHAPE(0)}}}, {.in = {{DT_SHAPE(0, 2)}}}),
};

dt_tensor *dt_diag(dt_tensor *x) {
    return dt_apply(&dti_op_diag, 1, &x, NULL);
}
