/* test_rare.c - what models seldom meet: single precision and refusals of random numbers, powers
 * near the ends of the range, spectral functions in single precision, models without a value. */
#include "numbers.h"

#include <difftape/create.h>
#include <difftape/derivatives.h>
#include <difftape/optimize.h>
#include <difftape/spectral.h>

#include <stdio.h>

/* The tape failed with a sentence that contains this; it is reset, so operands are made anew. */
static void refused(dt_tape *tape, dt_tensor *result, dt_status status, const char *part) {
    cr_expect_eq(dt_tape_status(tape), status, "%s instead of %s", dt_tape_message(tape), part);
    cr_expect(strstr(dt_tape_message(tape), part) != NULL, "%s instead of %s",
              dt_tape_message(tape), part);
    cr_expect_eq(result, dt_inert(tape), "%s", part);
    dt_tape_reset(tape);
}

/* -- random numbers ---------------------------------------------------------------------------- */

Test(rare, random_numbers_of_single_precision_are_those_of_double_rounded) {
    dt_tape *tape = dt_tape_new(NULL);
    int compared = 0;
    for (int64_t i = 0; i < 50; i++, compared += 3) {
        dt_tensor *u = dt_random_uniform(tape, DT_F32, SHAPE(50), 9);
        dt_tensor *n = dt_random_normal(tape, DT_F32, SHAPE(50), 9);
        dt_tensor *c = dt_random_normal(tape, DT_C64, SHAPE(50), 9);
        expect_near("uniform", i, element(u, i),
                    element(dt_random_uniform(tape, DT_F64, SHAPE(50), 9), i), 0x1p-24);
        expect_near("normal", i, element(n, i),
                    element(dt_random_normal(tape, DT_F64, SHAPE(50), 9), i), 0x1p-22);
        expect_near("complex", i, element(c, i),
                    element(dt_random_normal(tape, DT_C128, SHAPE(50), 9), i), 0x1p-22);
    }
    cr_assert_eq(compared, 150);
    dt_tape_free(tape);
}

Test(rare, random_numbers_refuse_types_they_do_not_come_in) {
    dt_tape *tape = dt_tape_new(NULL);
    expect_failure(tape, dt_random_uniform(tape, DT_C128, SHAPE(2), 1), DT_ERR_DTYPE,
                   "random_uniform: there are no such numbers of type c128");
    expect_failure(tape, dt_random_normal(tape, DT_I64, SHAPE(2), 1), DT_ERR_DTYPE,
                   "random_normal: there are no such numbers of type i64");
    cr_expect_null(dt_random_poisson(NULL, 1));
    expect_shape("no numbers", dt_random_permutation(tape, 0, 1), SHAPE(0));
    dt_tape_free(tape);
}

/* -- elementwise and reductions ---------------------------------------------------------------- */

/* 1 / z^p where |z|^2 is no normal number although the result is. */
Test(rare, negative_powers_of_very_large_and_small_complex_numbers_are_exact) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double sizes[] = {1e-200, 1e200, 1e-300, 1e300};
    int compared = 0;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const dt_c128 z = {3 * sizes[i], -4 * sizes[i]};
        dt_tensor *x = dt_constant(tape, DT_C128, 0, NULL, &z);
        const value expected = parts(0.12 / sizes[i], 0.16 / sizes[i]); /* (3 + 4i) / 25 */
        expect_near("pow -1", 0, element(dt_pow(x, -1), 0), expected, 1e-15 / sizes[i]);
        compared++;
    }
    cr_assert_eq(compared, 4);
    dt_tape_free(tape);
}

Test(rare, functions_made_of_others_say_their_own_name_when_they_refuse) {
    dt_tape *tape = dt_tape_new(NULL);
#define FLAGS dt_cast(dt_ones(tape, DT_F64, SHAPE(2)), DT_BOOL)
#define X     dt_ones(tape, DT_F64, SHAPE(2))
    refused(tape, dt_prod(FLAGS, 0), DT_ERR_DTYPE,
            "prod: input 0 must be f32, f64, c64 or c128: bool");
    refused(tape, dt_mean(FLAGS, 0), DT_ERR_DTYPE, "mean: sum: ");
    refused(tape, dt_mean(X, 3), DT_ERR_ARGUMENT,
            "mean: axis 3 does not exist among the 1 dimensions (first 0, last -1)");
    refused(tape, dt_prod(X, 3), DT_ERR_ARGUMENT,
            "prod: axis 3 does not exist among the 1 dimensions (first 0, last -1)");
    refused(tape, dt_cumprod(X, 3), DT_ERR_ARGUMENT,
            "cumprod: axis 3 does not exist among the 1 dimensions (first 0, last -1)");
    refused(tape, dt_var(X, 3, 0), DT_ERR_ARGUMENT,
            "var: axis 3 does not exist among the 1 dimensions (first 0, last -1)");
    dt_tensor *grids[2], *many[DT_MAX_DIMS + 1], *out[DT_MAX_DIMS + 1];
    dt_meshgrid(2, (dt_tensor *const[]){X, dt_ones(tape, DT_F64, SHAPE(2, 2))}, grids);
    refused(tape, grids[1], DT_ERR_SHAPE, "meshgrid: axis 1 has 2 dimensions, must have one");
    for (int i = 0; i <= DT_MAX_DIMS; i++) {
        many[i] = X;
    }
    dt_meshgrid(DT_MAX_DIMS + 1, many, out);
    refused(tape, out[0], DT_ERR_SHAPE, "meshgrid: 9 axes are more than 8");
#undef X
#undef FLAGS
    dt_tape_free(tape);
}

Test(rare, a_missing_operand_of_a_product_of_vectors_gives_the_inert_tensor) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_ones(tape, DT_F64, SHAPE(3)), *inert = dt_inert(tape);
    dt_tensor *(*const products[])(dt_tensor *, dt_tensor *) = {dt_outer, dt_dot, dt_vdot, dt_cross,
                                                                dt_quadratic_form};
    for (size_t i = 0; i < COUNT(products); i++) {
        cr_expect_eq(products[i](x, NULL), inert, "product %d", (int)i);
        cr_expect_eq(products[i](NULL, x), inert, "product %d", (int)i);
        cr_expect_null(products[i](NULL, NULL), "product %d", (int)i);
    }
    dt_tape_free(tape);
}

/* -- spectral functions ------------------------------------------------------------------------ */

/* A positive definite matrix of any type, the same numbers in all. */
static dt_tensor *definite(dt_tape *tape, dt_dtype dtype) {
    dt_tensor *x = numbers(tape, 3, dtype, SHAPE(4, 4));
    return dt_add(dt_matmul_flags(x, DT_N, x, DT_C), dt_eye(tape, dtype, 4));
}

/* Its square root, and the second derivative of the root's sum along the matrix itself. */
static void root_and_curvature(dt_tape *tape, dt_dtype dtype, value *ret_root, value *ret_second) {
    const dt_spectral_function root = {.kind = DT_SPECTRAL_SQRT};
    dt_tensor *fixed = definite(tape, dtype);
    const dt_array matrix = dt_array_of(fixed);
    dt_tensor *a = dt_parameter(tape, matrix.dtype, matrix.ndim, matrix.shape, matrix.data);
    dt_tensor *y = dt_real(dt_sum(dt_spectral_apply(a, &root, 0, NULL), DT_ALL));
    dt_tensor *curvature;
    dt_hvp(y, 1, &a, &fixed, &curvature);
    for (int64_t i = 0; i < 16; i++) {
        ret_root[i] = element(dt_spectral_apply(a, &root, 0, NULL), i);
        ret_second[i] = element(curvature, i);
    }
}

Test(rare, spectral_functions_and_their_second_derivatives_agree_in_both_precisions) {
    int compared = 0;
    for (int pair = 0; pair < 2; pair++) {
        dt_tape *tape = dt_tape_new(NULL);
        value single[2][16], twice[2][16];
        root_and_curvature(tape, pair ? DT_C64 : DT_F32, single[0], single[1]);
        root_and_curvature(tape, pair ? DT_C128 : DT_F64, twice[0], twice[1]);
        for (int64_t i = 0; i < 32; i++, compared++) {
            expect_near(i < 16 ? "root" : "curvature", i % 16, single[i / 16][i % 16],
                        twice[i / 16][i % 16], 2e-5);
        }
        cr_expect(cabs(twice[1][0]) > 1e-3, "there is a curvature to compare");
        dt_tape_free(tape);
    }
    cr_assert_eq(compared, 64);
}

Test(rare, spectral_functions_refuse_operands_and_parameters_that_do_not_fit) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_spectral_function power = {.kind = DT_SPECTRAL_POWER},
                               root = {.kind = DT_SPECTRAL_SQRT};
#define A       definite(tape, DT_F64)
#define LIST(x) (dt_tensor *const[]){x}
    refused(tape, dt_spectral_apply(A, &power, 1, LIST(dt_ones(tape, DT_F64, SHAPE(2)))),
            DT_ERR_SHAPE, "spectral_apply: parameter 0 of the function must be a scalar");
    refused(tape, dt_spectral_apply(A, &power, 1, LIST(dt_ones(tape, DT_C128, 0, NULL))),
            DT_ERR_DTYPE, "spectral_apply: ");
    refused(tape,
            dt_spectral_form(dt_ones(tape, DT_F64, SHAPE(3, 2, 4)), dt_broadcast(A, SHAPE(2, 4, 4)),
                             &root, 0, NULL),
            DT_ERR_SHAPE, "spectral_form: leading dimensions do not broadcast");
    refused(tape, dt_spectral_form(dt_ones(tape, DT_F32, SHAPE(2, 4)), A, &root, 0, NULL),
            DT_ERR_DTYPE, "spectral_form: types do not mix (use dt_cast to convert on purpose)");
    refused(tape, dt_spectral_form(A, A, &power, 0, NULL), DT_ERR_ARGUMENT,
            "spectral_form: the function takes 1 parameters, got 0");
    cr_expect_eq(dt_spectral_form(NULL, A, &root, 0, NULL), dt_inert(tape));
#undef LIST
#undef A
    dt_tape_free(tape);
}

Test(rare, derivatives_of_spectral_functions_end_at_an_order_that_is_said) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_array matrix = dt_array_of(definite(tape, DT_F64));
    dt_tensor *a = dt_parameter(tape, matrix.dtype, matrix.ndim, matrix.shape, matrix.data),
              *p = dt_parameter(tape, DT_F64, 0, NULL, (double[]){0.3});
    const dt_spectral_function power = {.kind = DT_SPECTRAL_POWER};
    dt_tensor *y = dt_sum(dt_spectral_apply(a, &power, 1, &p), DT_ALL), *one = dt_scalar(tape, 1);
    for (int order = 1; order <= 3; order++) {
        dt_tensor *derivative;
        dt_vjp(y, one, 1, &p, &derivative);
        y = derivative;
    }
    refused(tape, y, DT_ERR_GRADIENT, "with respect to parameters are not available");
    dt_tape_free(tape);
}

/* -- optimisers -------------------------------------------------------------------------------- */

static dt_tensor *nothing(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape, (void)in;
    return NULL;
}

/* Residuals whose derivative is that of another function: no step can help. */
static dt_tensor *misled(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *wrong = dt_scale(in[0], -1);
    return dt_add(wrong, dt_stop_gradient(dt_sub(dt_exp(in[0]), wrong)));
}

static dt_tensor *line(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_sub(in[0], dt_linspace(tape, 1, 3, 3));
}

static dt_optimizer *optimizer(dt_method method, dt_tensor_fn *fn) {
    static const double start = 1;
    const dt_unknown x = {.name = "x", .value = dt_array_wrap(DT_F64, 0, NULL, &start)};
    dt_optimizer *o = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_optimizer_new(fn, NULL, 1, &x, &(dt_optimize_options){.method = method}, &o, &error);
    cr_assert(o != NULL, "%s", error.message);
    return o;
}

Test(rare, levenberg_marquardt_says_that_no_step_lowers_the_loss) {
    dt_optimizer *o = optimizer(DT_LEVENBERG_MARQUARDT, misled);
    dt_error error = DT_ERROR_INIT;
    dt_optimizer_run(o, &error);
    const dt_optimize_report *r = dt_optimizer_report(o);
    cr_expect_eq(error.status, DT_OK, "%s", error.message);
    cr_expect_eq(r->stop, DT_STOP_LINE_SEARCH, "stopped for %d: %s", (int)r->stop, r->reason);
    cr_expect(strstr(r->reason, "rounding or a wrong derivative") != NULL, "%s", r->reason);
    dt_optimizer_free(o);
}

Test(rare, a_model_that_returns_nothing_is_an_error_with_a_sentence) {
    dt_optimizer *o = optimizer(DT_LBFGS, nothing);
    dt_error error = DT_ERROR_INIT;
    dt_optimizer_run(o, &error);
    cr_expect_eq(error.status, DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "the function returned NULL") != NULL, "%s", error.message);
    dt_optimizer_free(o);
}

static void expect_no_covariance(dt_optimizer *o, const dt_array *target, dt_status status,
                                 const char *message) {
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_optimizer_covariance(o, true, target, &error), status, "%s", error.message);
    cr_expect(strstr(error.message, message) != NULL, "%s", error.message);
}

Test(rare, covariance_refuses_what_it_cannot_know) {
    double memory[4] = {0};
    const dt_array small = dt_array_wrap(DT_F64, SHAPE(1, 1), memory),
                   wide = dt_array_wrap(DT_F64, SHAPE(2, 2), memory);
    dt_optimizer *o = optimizer(DT_LBFGS, line);
    expect_no_covariance(o, &small, DT_ERR_ARGUMENT,
                         "covariance: only Levenberg-Marquardt knows residuals");
    dt_optimizer_free(o);
    o = optimizer(DT_LEVENBERG_MARQUARDT, line);
    expect_no_covariance(o, &wide, DT_ERR_SHAPE, "covariance: the target must be f64 (1,1)");
    dt_optimizer_free(o);
    o = optimizer(DT_LEVENBERG_MARQUARDT, misled);
    expect_no_covariance(o, &small, DT_ERR_SHAPE,
                         "covariance: 1 residuals leave no freedom beside 1 unknowns");
    dt_optimizer_free(o);
    o = optimizer(DT_LEVENBERG_MARQUARDT, nothing);
    expect_no_covariance(o, &small, DT_ERR_ARGUMENT, "the function returned NULL");
    dt_optimizer_free(o);
}
