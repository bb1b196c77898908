/* tutorial.c - the program that docs/tutorial.md writes, step by step: a Bragg peak, its loss, the
 * gradient, a check of the gradient, a fit with errors, an operation of its own. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>

/* -- step 1: the model ------------------------------------------------------------------------- */

enum { POINTS = 41, UNKNOWNS = 4 };

/* Counts of a Gaussian peak on a flat background at angles x (n): p is (position, width, height,
 * background), y = height exp(-(x - position)^2 / (2 width^2)) + background. */
static dt_tensor *peak(dt_tensor *x, dt_tensor *p) {
    dt_tensor *position = dt_select(p, 0, 0), *width = dt_select(p, 0, 1);
    dt_tensor *height = dt_select(p, 0, 2), *background = dt_select(p, 0, 3);
    dt_tensor *t = dt_div(dt_sub(x, position), width);
    return dt_add(dt_mul(height, dt_exp(dt_scale(dt_square(t), -0.5))), background);
}

/* -- step 2: data and loss --------------------------------------------------------------------- */

struct scan {
    double angle[POINTS], counts[POINTS]; /* degrees; counts in thousands */
};

/* Calculated minus measured counts; in[0] is p. */
static dt_tensor *residuals(void *user, dt_tape *tape, dt_tensor *const *in) {
    const struct scan *scan = user;
    const int64_t n = POINTS;
    dt_tensor *x = dt_constant(tape, DT_F64, 1, &n, scan->angle);
    dt_tensor *y = dt_constant(tape, DT_F64, 1, &n, scan->counts);
    return dt_sub(peak(x, in[0]), y);
}

static dt_tensor *loss(void *user, dt_tape *tape, dt_tensor *const *in) {
    return dt_mean(dt_square(residuals(user, tape, in)), DT_ALL);
}

/* A peak at 0.3 of width 0.4 and height 10 on 1, with a little noise. */
static void measure(struct scan *scan) {
    for (int i = 0; i < POINTS; i++) {
        double x = -2 + 0.1 * i, t = (x - 0.3) / 0.4;
        scan->angle[i] = x;
        scan->counts[i] = 10 * exp(-0.5 * t * t) + 1 + 0.05 * sin(37.0 * i);
    }
}

/* -- step 3: the gradient ---------------------------------------------------------------------- */

static int show_gradient(struct scan *scan) {
    const double start[UNKNOWNS] = {0, 0.5, 8, 0};
    const int64_t n = UNKNOWNS;
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = dt_parameter(tape, DT_F64, 1, &n, start);
    dt_tensor *l = loss(scan, tape, &p);
    dt_backward(l);
    int failed = dt_tape_status(tape) != DT_OK;
    if (failed) {
        fprintf(stderr, "%s\n", dt_tape_message(tape));
    } else {
        const double *g = dt_data_f64(dt_gradient(p));
        printf("loss %.6f, gradient (%.6f, %.6f, %.6f, %.6f)\n", dt_item(l), g[0], g[1], g[2],
               g[3]);
    }
    dt_tape_free(tape);
    return failed;
}

/* -- step 4: is it right? ---------------------------------------------------------------------- */

static int check_gradient(dt_tensor_fn *fn, const char *name, struct scan *scan) {
    const double at[UNKNOWNS] = {0.1, 0.5, 8, 0.5};
    const int64_t n = UNKNOWNS;
    const dt_array values = dt_array_wrap(DT_F64, 1, &n, at);
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    if (dt_gradcheck(name, fn, scan, 1, &values, &options, &report, &error) != DT_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("%s: %lld numbers compared, worst relative error %.0e\n", name,
           (long long)report.compared, fmax(report.worst_entry, report.worst_second));
    return 0;
}

/* -- step 5: the fit --------------------------------------------------------------------------- */

/* Minimises fn over p, which holds start and result; deviation may be NULL. */
static int fit(dt_tensor_fn *fn, dt_method method, struct scan *scan, double *p,
               double *deviation) {
    const int64_t n = UNKNOWNS, square[] = {UNKNOWNS, UNKNOWNS};
    double covariance[UNKNOWNS][UNKNOWNS];
    const dt_array values = dt_array_wrap(DT_F64, 1, &n, p);
    const dt_array matrix = dt_array_wrap(DT_F64, 2, square, covariance);
    const dt_unknown unknown = {.name = "peak", .value = values};
    dt_optimizer *o = NULL;
    dt_error error = DT_ERROR_INIT;
    if (dt_optimizer_new(fn, scan, 1, &unknown, &(dt_optimize_options){.method = method}, &o,
                         &error) == DT_OK &&
        dt_optimizer_run(o, &error) == DT_OK && dt_optimizer_get(o, 0, &values, &error) == DT_OK) {
        printf("%s\n", dt_optimizer_report(o)->reason);
    }
    if (deviation != NULL && error.status == DT_OK &&
        dt_optimizer_covariance(o, true, &matrix, &error) == DT_OK) {
        for (int i = 0; i < UNKNOWNS; i++) {
            deviation[i] = sqrt(covariance[i][i]);
        }
    }
    dt_optimizer_free(o);
    if (error.status != DT_OK) {
        fprintf(stderr, "%s\n", error.message);
    }
    return error.status != DT_OK;
}

/* -- step 6: an operation of our own ----------------------------------------------------------- */

/* y = sqrt(1 + x^2) - 1: a quadratic near 0, linear far away, so that a wrong point cannot dominate
 * the fit.  dy/dx = x / (1 + y). */
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

/* Residuals count as robust from about 0.1 on. */
static dt_tensor *robust_loss(void *user, dt_tape *tape, dt_tensor *const *in) {
    dt_tensor *scaled = dt_scale(residuals(user, tape, in), 1 / 0.1);
    return dt_mean(dt_apply(&robust, 1, &scaled, NULL), DT_ALL);
}

/* -- all together ------------------------------------------------------------------------------ */

int main(void) {
    struct scan scan;
    double p[UNKNOWNS] = {0, 0.5, 8, 0}, deviation[UNKNOWNS], plain[UNKNOWNS], safe[UNKNOWNS];
    measure(&scan);
    if (show_gradient(&scan) || check_gradient(loss, "loss", &scan) ||
        fit(residuals, DT_LEVENBERG_MARQUARDT, &scan, p, deviation)) {
        return 1;
    }
    printf("position %.4f +- %.4f, width %.4f +- %.4f\n", p[0], deviation[0], p[1], deviation[1]);
    scan.counts[26] += 20; /* a cosmic ray */
    for (int i = 0; i < UNKNOWNS; i++) {
        plain[i] = safe[i] = p[i];
    }
    if (check_gradient(robust_loss, "robust loss", &scan) ||
        fit(residuals, DT_LEVENBERG_MARQUARDT, &scan, plain, NULL) ||
        fit(robust_loss, DT_LBFGS, &scan, safe, NULL)) {
        return 1;
    }
    printf("with a wrong point: least squares %.4f, robust %.4f\n", plain[0], safe[0]);
    return fabs(p[0] - 0.3) < 3 * deviation[0] && fabs(safe[0] - p[0]) < 0.005 ? 0 : 1;
}
