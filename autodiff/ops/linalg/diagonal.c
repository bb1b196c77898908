/* y = the diagonals of matrices x      cotangent: xbar = diag(ybar)      linear. */
#include "matrices.h"

static dt_status shape(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    dt_array y;
    if (dti_array_diagonal(&y, &x, NULL) != DT_OK) {
        return dt_node_fail(n, DT_ERR_SHAPE, "needs square matrices in the last two dimensions");
    }
    return dt_node_output(n, 0, y.dtype, y.ndim, y.shape);
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    dt_array view;
    if (dti_array_diagonal(&view, &x, NULL) == DT_OK) {
        dt_node_set_view(n, &view);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    (void)n;
    xbar[0] = dt_diag(ybar[0]);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    (void)n;
    ydot[0] = dt_diagonal(xdot[0]);
}

const dt_op dti_op_diagonal = {
    .name = "diagonal",
    .formula = "y[.., i] = x[.., i, i]",
    .arity = 1,
    .kind = DT_VIEW,
    .saves = DT_SAVE_NOTHING,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 3)}}}, {.in = {{DT_SHAPE(2, 3, 3)}}},
               {.in = {{DT_SHAPE(2, 1, 1)}}}, {.in = {{DT_SHAPE(0, 0)}}},
               {.in = {{DT_SHAPE(0, 2, 2)}}}),
};

dt_tensor *dt_diagonal(dt_tensor *x) {
    return dt_apply(&dti_op_diagonal, 1, &x, NULL);
}
