/* test_fixed_point.c - implicit functions: values, derivatives of any order, failures. */
#include "numbers.h"

#include <difftape/derivatives.h>
#include <difftape/gradcheck.h>

static const int64_t of_three[] = {3};

/* Kepler's equation E = M + e sin E. */
static dt_tensor *kepler(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape;
    return dt_add(p[0], dt_mul(p[1], dt_sin(x)));
}

static dt_tensor *anomaly(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    return dt_fixed_point(kepler, NULL, dt_full(tape, DT_F64, 1, of_three, 1), 2, in, NULL);
}

static const double mean_anomaly[] = {0.3, 1.7, 2.9}, eccentricity[] = {0.2, 0.55, 0.7};

Test(fixed_point, solves_keplers_equation_with_its_closed_form_derivatives) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p[] = {dt_parameter(tape, DT_F64, 1, of_three, mean_anomaly),
                      dt_parameter(tape, DT_F64, 1, of_three, eccentricity)};
    dt_tensor *y = anomaly(NULL, tape, p);
    cr_assert(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
    cr_expect(dt_tape_get_stats(tape).operations == 1, "the iteration was recorded");
    dt_backward(dt_sum(y, DT_ALL));
    const double *e = dt_data_f64(y), *by_m = dt_data_f64(dt_gradient(p[0])),
                 *by_e = dt_data_f64(dt_gradient(p[1]));
    cr_assert(by_e != NULL, "%s", dt_tape_message(tape));
    for (int k = 0; k < 3; k++) {
        double residual = e[k] - mean_anomaly[k] - eccentricity[k] * sin(e[k]);
        cr_expect(fabs(residual) < 1e-12, "residual %g", residual);
        double slope = 1 / (1 - eccentricity[k] * cos(e[k]));
        cr_expect(fabs(by_m[k] - slope) < 1e-12 * slope, "dE/dM %.15g, %.15g", by_m[k], slope);
        double want = slope * sin(e[k]);
        cr_expect(fabs(by_e[k] - want) < 1e-12 * slope, "dE/de %.15g, %.15g", by_e[k], want);
    }
    dt_tape_free(tape);
}

static void check(const char *name, dt_tensor_fn *fn, int n_in, const dt_array *at) {
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck(name, fn, NULL, n_in, at, &options, &report, &error);
    cr_expect(error.status == DT_OK, "%s", error.message);
    cr_expect(report.compared > 6, "only %lld numbers compared", (long long)report.compared);
}

Test(fixed_point, has_right_first_and_second_derivatives) {
    const dt_array at[] = {dt_array_wrap(DT_F64, 1, of_three, mean_anomaly),
                           dt_array_wrap(DT_F64, 1, of_three, eccentricity)};
    check("kepler", anomaly, 2, at);
}

/* X = X + (A - X X)/2 converges to the square root of a complex matrix near 1; the step is not a
 * function of single elements, so the solver must mix them. */
static dt_tensor *root_step(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape;
    return dt_add(x, dt_scale(dt_sub(p[0], dt_matmul(x, x)), 0.5));
}

static dt_tensor *root(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *start = dt_diag(dt_full(tape, DT_C128, 1, of_three, 1));
    return dt_fixed_point(root_step, NULL, start, 1, in, NULL);
}

static const dt_c128 near_one[9] = {{1.2, 0.1},  {0.1, -0.05}, {0, 0.1},
                                    {0.05, 0.1}, {0.9, -0.1},  {-0.1, 0.02},
                                    {0.1, 0},    {0.03, 0.08}, {1.1, 0.2}};

Test(fixed_point, of_complex_matrices_is_right_to_second_order) {
    const dt_array at = dt_array_wrap(DT_C128, 2, (const int64_t[]){3, 3}, near_one);
    check("matrix root", root, 1, &at);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_constant(tape, at.dtype, at.ndim, at.shape, at.data),
              *x = root(NULL, tape, &a);
    const double error = dt_item(dt_sum(dt_abs2(dt_sub(dt_matmul(x, x), a)), DT_ALL));
    cr_expect(error < 1e-24, "|X X - A|^2 = %g", error);
    dt_tape_free(tape);
}

/* The derivative does not need the iteration to be short: a step of 1 % of the way. */
static dt_tensor *slow(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape;
    return dt_add(x, dt_scale(dt_sub(p[0], dt_mul(x, dt_square(x))), 0.004)); /* x^3 = p */
}

Test(fixed_point, derivative_is_exact_however_slowly_the_iteration_converges) {
    dt_tape *tape = dt_tape_new(NULL);
    const double eight = 8;
    dt_tensor *p = dt_parameter(tape, DT_F64, 0, NULL, &eight);
    const dt_fixed_point_options options = {.max_iterations = 2000};
    dt_tensor *y = dt_fixed_point(slow, NULL, dt_scalar(tape, 1.5), 1, &p, &options);
    dt_backward(y);
    double x = dt_item(y), slope = dt_item(dt_gradient(p));
    cr_expect(fabs(x - 2) < 1e-11 && fabs(slope - 1.0 / 12) < 1e-11, "%.15g %.15g", x, slope);
    dt_tape_free(tape);
}

/* -- failures ---------------------------------------------------------------------------------- */

static void expect_refused(dt_tape *tape, dt_status status, const char *part) {
    cr_expect(dt_tape_status(tape) == status && strstr(dt_tape_message(tape), part) != NULL,
              "should fail with %s (%s), has %s: %s", dt_status_name(status), part,
              dt_status_name(dt_tape_status(tape)), dt_tape_message(tape));
    dt_tape_reset(tape);
}

static dt_tensor *doubles(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape;
    return dt_add(dt_scale(x, 2), p[0]);
}

static dt_tensor *squares(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape;
    return dt_add(dt_square(x), p[0]);
}

static dt_tensor *narrows(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape, (void)p;
    return dt_sum(x, DT_ALL);
}

static dt_tensor *nothing(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape, (void)x, (void)p;
    return NULL;
}

static dt_tensor *stays(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape;
    return dt_add(x, dt_scale(p[0], 0));
}

Test(fixed_point, says_why_there_is_none) {
    dt_tape *tape = dt_tape_new(NULL);
    const double one[] = {1, 1, 1};
#define P dt_parameter(tape, DT_F64, 1, of_three, one)
#define FIXED(step)                                                                                \
    dt_fixed_point(step, NULL, dt_full(tape, DT_F64, 1, of_three, 1), 1, (dt_tensor *const[]){P},  \
                   NULL)
    FIXED(doubles);
    expect_refused(tape, DT_ERR_NONCONVERGENT, "of its length after 200 steps");
    FIXED(squares);
    expect_refused(tape, DT_ERR_NONCONVERGENT, "fixed_point: x has a NaN or infinity after step");
    FIXED(narrows);
    expect_refused(tape, DT_ERR_SHAPE, "the step returned f64(), x is f64(3)");
    FIXED(nothing);
    expect_refused(tape, DT_ERR_ARGUMENT, "the step returned NULL");
    dt_fixed_point(doubles, NULL, dt_full(tape, DT_F32, 0, NULL, 1), 0, NULL, NULL);
    expect_refused(tape, DT_ERR_ARGUMENT, "needs an f64 or c128 start and at least one parameter");
    dt_backward(dt_sum(FIXED(stays), DT_ALL));
    expect_refused(tape, DT_ERR_NONCONVERGENT, "I - J is singular");
#undef FIXED
#undef P
    dt_tape_free(tape);
}
