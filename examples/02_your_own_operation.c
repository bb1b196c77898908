/* 02_your_own_operation.c - an operation the engine does not have, and a check of its gradient. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

/* y = sqrt(1 + x^2) - 1: a quadratic near 0, linear far away, so that outliers in the data cannot
 * dominate a fit.  dy/dx = x / (1 + y). */
static dt_status shape(dt_node *n) {
    if (dt_node_in(n, 0).dtype != DT_F64) {
        return dt_node_fail(n, DT_ERR_DTYPE, "the residual must be f64");
    }
    return dt_node_output_like(n, 0, DT_F64);
}

/* One run of elements; the engine takes care of shapes, strides and memory. */
static void robust_run(int64_t n, void *out, const void *const *in, const void *attr) {
    double *y = out;
    const double *x = in[0];
    (void)attr;
    for (int64_t i = 0; i < n; i++) {
        y[i] = hypot(1, x[i]) - 1;
    }
}

static dt_map map(const dt_node *n) {
    (void)n;
    return (dt_map){robust_run, {DT_F64}};
}

/* The rules are made of operations, so that they can be differentiated again. */
static dt_tensor *slope(const dt_node *n) {
    return dt_div(n->in[0], dt_add(n->out[0], dt_scalar(n->tape, 1)));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

static const dt_op robust = {
    .name = "robust",
    .formula = "y = sqrt(1 + x^2) - 1",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
};

/* The function to check: the robust loss of residuals in[0] (n) with weights in[1] (n). */
static dt_tensor *loss(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_tensor *each = dt_apply(&robust, 1, &in[0], NULL);
    return dt_sum(dt_mul(in[1], each), DT_ALL);
}

int main(void) {
    const int64_t n = 5;
    const double residual[] = {0.1, -0.4, 3, -20, 0}, weight[] = {1, 2, 0.5, 1, 4};
    const dt_array at[] = {dt_array_wrap(DT_F64, 1, &n, residual),
                           dt_array_wrap(DT_F64, 1, &n, weight)};
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    if (dt_gradcheck("robust loss", loss, NULL, 2, at, &options, &report, &error) != DT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("%lld numbers compared; worst relative error: adjoint %.1e, direction %.1e, entry %.1e, "
           "second order %.1e\n",
           (long long)report.compared, report.worst_adjoint, report.worst_direction,
           report.worst_entry, report.worst_second);
    return 0;
}
