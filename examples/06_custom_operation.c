/* 06_custom_operation.c - Dawson's function, an operation of your own, and its derivatives. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

static dt_status shape(dt_node *n) {
    return dt_node_in(n, 0).dtype == DT_F64
               ? dt_node_output_like(n, 0, DT_F64)
               : dt_node_fail(n, DT_ERR_DTYPE, "the argument must be f64");
}

/* y = exp(-x^2) int_0^x exp(t^2) dt on one run of elements: sum over odd k of exp(-(x - k h)^2) / k
 * over sqrt(pi), exact to exp(-(pi / 2h)^2). G. B. Rybicki, Computers in Physics 3, 85 (1989). */
static void dawson_run(int64_t n, void *out, const void *const *in, const void *attr) {
    const double *x = in[0], h = 0.2;
    (void)attr;
    for (int64_t i = 0; i < n; i++) {
        double middle = 2 * floor(x[i] / (2 * h)) + 1, sum = 0; /* the odd k near x / h */
        for (int j = -34; j <= 34; j += 2) {
            sum += exp(-pow(x[i] - (middle + j) * h, 2)) / (middle + j);
        }
        ((double *)out)[i] = sum / sqrt(acos(-1));
    }
}

static dt_map map(const dt_node *n) {
    return (void)n, (dt_map){dawson_run, {DT_F64}};
}

/* dy/dx = 1 - 2 x y. Rules are made of operations, so that they can be differentiated again. */
static dt_tensor *slope(const dt_node *n) {
    return dt_sub(dt_scalar(n->tape, 1), dt_scale(dt_mul(n->in[0], n->out[0]), 2));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

static const dt_op dawson = {
    .name = "dawson",
    .formula = "y = exp(-x^2) int_0^x exp(t^2) dt",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT, /* what the two rules read */
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
};

static dt_tensor *apply(void *user, dt_tape *tape, dt_tensor *const *in) {
    return (void)user, (void)tape, dt_apply(&dawson, 1, in, NULL);
}

int main(void) {
    double at[] = {-2, 0, 0.3, 5}, found = 1;
    const dt_array points = dt_array_wrap(DT_F64, 1, (int64_t[]){4}, at);
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck_report report = {0};
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck("dawson", apply, NULL, 1, &points, &options, &report, &error);
    printf("worst error of %d derivatives %.1e, of second ones %.1e\n%s", (int)report.compared,
           report.worst_entry, report.worst_second, error.message);
    dt_tape *t = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(t, DT_F64, 0, NULL, &found), *dy, *ddy;
    for (int step = 0; step < 6; step++) { /* Newton's method on the slope */
        dt_vjp(apply(NULL, t, &x), dt_scalar(t, 1), 1, &x, &dy);
        dt_vjp(dy, dt_scalar(t, 1), 1, &x, &ddy);
        found -= dt_item(dy) / dt_item(ddy);
        dt_set_data(x, &found);
    }
    printf("maximum %.12f at %.12f\n%s", dt_item(apply(NULL, t, &x)), found, dt_tape_message(t));
    dt_tape_free(t); /* tables: 0.541044224635 at 0.924138873005 */
    return error.status == DT_OK && fabs(found - 0.924138873005) < 1e-11 ? 0 : 1;
}
