/* test_det.c - determinants, their logarithms and adjugates, against expansions into minors. */
#include "dense.h"

#include <difftape/derivatives.h>
#include <difftape/linalg.h>

#include <stdio.h>

/* A matrix of rank `rank`: products of small integers and eighths, so that its determinant is zero
 * exactly or to rounding; `scale` times that. */
static dt_tensor *of_rank(dt_tape *tape, int seed, dt_dtype dtype, int n, int rank, double scale) {
    value data[MOST] = {0};
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            for (int r = 0; r < rank; r++) {
                data[i * n + j] += scale * number_at(seed + r, 3 * i + 1, dtype) *
                                   number_at(seed + 5 * r + 2, 2 * j + r, dtype);
            }
        }
    }
    return tensor(tape, dtype, SHAPE(n, n), data, true);
}

Test(det, is_the_sum_over_minors_in_every_type_size_and_unit) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double scales[] = {1, 1e5, 1e-5};
    int compared = 0;
    for (size_t c = 0; c < COUNT(float_types) * 3 * 5; c++) {
        dt_dtype dtype = float_types[c % 4];
        double scale = scales[c / 4 % 3];
        int64_t n = 1 + (int64_t)(c / 12);
        dt_tensor *a = matrices(tape, 2 + (int)n, dtype, scale, SHAPE(2, n, n));
        dt_tensor *y = dt_det(a);
        expect_shape("det", y, SHAPE(2));
        for (int k = 0; k < 2; k++) {
            struct dense m = dense_of(a, k);
            value expected = (value)determinant(&m);
            expect_near("det", k, element(y, k), expected,
                        30 * tolerance(dtype) * pow(2 * scale, (double)n));
            compared++;
        }
        dt_tape_reset(tape);
    }
    cr_assert(compared == 120, "%d compared", compared);
    dt_tape_free(tape);
}

Test(det, of_no_rows_is_one) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_C128, SHAPE(3, 0, 0), NULL), *sign, *logabs;
    dt_tensor *y = dt_det(a);
    expect_shape("det", y, SHAPE(3));
    dt_slogdet(a, &sign, &logabs);
    for (int64_t i = 0; i < 3; i++) {
        expect_near("det", i, element(y, i), 1, 0);
        expect_near("sign", i, element(sign, i), 1, 0);
        expect_near("logabs", i, element(logabs, i), 0, 0);
        expect_near("logdet", i, element(dt_logdet(a), i), 0, 0);
    }
    dt_backward(dt_sum(dt_add(dt_abs2(y), logabs), DT_ALL));
    expect_shape("no gradient", dt_gradient(a), SHAPE(3, 0, 0));
    expect_shape("no matrices", dt_det(dt_full(tape, DT_F64, SHAPE(0, 2, 2), 0)), SHAPE(0));
    dt_tape_free(tape);
}

Test(det, product_neither_overflows_nor_underflows_on_the_way) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double diagonal[4] = {1e200, 1e-200, 3e200, 2e-200};
    dt_tensor *x = dt_parameter(tape, DT_F64, SHAPE(4), diagonal);
    dt_tensor *y = dt_det(dt_diag(x));
    expect_near("det", 0, element(y, 0), 6, 1e-14);
    dt_backward(y);
    for (int64_t i = 0; i < 4; i++) { /* the adjugate's products as well */
        double expected = 6 / diagonal[i];
        expect_near("gradient", i, element(dt_gradient(x), i), expected, 1e-14 * expected);
    }
    dt_tape_free(tape);
}

/* The gradient of det with a cotangent of 1, against the adjugate by cofactors; its scale is that
 * of the largest product of n - 1 elements. */
static int check_adjugate(dt_tape *tape, dt_tensor *a, double allowed) {
    int n = (int)dt_shape(a)[0];
    struct dense m = dense_of(a, 0), adj = adjugate_of(&m), expected = adjoint(&adj);
    dt_tensor *one = dt_full(tape, dt_dtype_of(a), 0, NULL, 1);
    dt_backward_from(dt_det(a), one);
    cr_assert(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
    double scale = pow(size_of(&m), n - 1);
    struct dense got = dense_of(dt_gradient(a), 0);
    for (int i = 0; i < n * n; i++) {
        double error = (double)cabsl(got.at[i] - expected.at[i]);
        cr_expect(error <= allowed * scale, "%s, n = %d, element %d: error %g of %g",
                  dt_dtype_name(dt_dtype_of(a)), n, i, error / scale, size_of(&expected) / scale);
    }
    return n * n;
}

Test(det, gradient_is_the_adjugate_at_every_rank) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double scales[] = {1, 1e26, 1e-26};
    int compared = 0;
    for (size_t t = 0; t < COUNT(double_types); t++) {
        for (int n = 1; n <= 6; n++) {
            for (int rank = 0; rank <= n; rank++) {
                for (int s = 0; s < 3; s++) {
                    dt_tensor *a = of_rank(tape, 3 + n, double_types[t], n, rank, scales[s]);
                    compared += check_adjugate(tape, a, 1e-14);
                    dt_tape_reset(tape);
                }
            }
        }
    }
    cr_assert(compared > 1000, "%d compared", compared);
    dt_tape_free(tape);
}

Test(det, gradient_at_rank_n_minus_1_is_far_from_zero_and_below_it_vanishes) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int rank = 4; rank >= 2; rank--) {
        dt_tensor *a = of_rank(tape, 8, DT_C128, 5, rank, 1);
        dt_backward_from(dt_det(a), dt_full(tape, DT_C128, 0, NULL, 1));
        struct dense m = dense_of(a, 0), g = dense_of(dt_gradient(a), 0);
        double size = size_of(&g) / pow(size_of(&m), 4);
        cr_expect(rank == 4 ? size > 1e-4 : size < 1e-16, "rank %d: %g", rank, size);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(det, gradient_of_single_precision_is_that_of_double) {
    dt_tape *tape = dt_tape_new(NULL);
    int compared = check_adjugate(tape, of_rank(tape, 8, DT_F32, 4, 3, 1), 1e-6) +
                   check_adjugate(tape, of_rank(tape, 8, DT_C64, 4, 4, 1), 1e-6);
    cr_assert(compared == 32);
    dt_tape_free(tape);
}

/* det plus a sum of squares: at low rank the derivatives of det are zero, and differences need
 * something to be measured by. */
static dt_tensor *det(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_add(dt_det(in[0]), dt_sum(dt_scale(dt_square(in[0]), 0.25), DT_ALL));
}

Test(det, has_exact_derivatives_of_both_orders_at_singular_matrices) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        for (int rank = 1; rank <= 4; rank++) {
            dt_tensor *a = of_rank(tape, 8, double_types[t], 4, rank, 0.5);
            expect_exact_gradients("det", det, 1, &a);
        }
    }
    dt_tape_free(tape);
}

Test(det, has_second_derivatives_at_rank_n_minus_2_and_third_at_n_minus_3) {
    dt_tape *tape = dt_tape_new(NULL);
    /* det(A + t E) = t^2 (1 + t) for A = diag(1, 0, 0), E = 1: second derivative 2 at t = 0. */
    static const double rank_one[9] = {1}, unit[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (int rank = 1; rank >= 0; rank--) {
        double start[9] = {rank_one[0] * rank};
        dt_tensor *t = dt_parameter(tape, DT_F64, 0, NULL, &(double){0});
        dt_tensor *a = dt_add(dt_constant(tape, DT_F64, SHAPE(3, 3), start),
                              dt_mul(t, dt_constant(tape, DT_F64, SHAPE(3, 3), unit)));
        dt_tensor *y = dt_det(a), *one = dt_full(tape, DT_F64, 0, NULL, 1), *d[4] = {y};
        for (int k = 0; k < 3; k++) {
            d[k + 1] = dt_jvp(d[k], 1, &t, &one);
        }
        expect_near("value", rank, element(y, 0), 0, 0);
        expect_near("first", rank, element(d[1], 0), 0, 0);
        expect_near("second", rank, element(d[2], 0), 2 * rank, 1e-15);
        expect_near("third", rank, element(d[3], 0), 6, 1e-14);
    }
    dt_tape_free(tape);
}

/* What is linear in each of four matrices of a 4 x 4 determinant: det of the sum of a subset, over
 * all subsets with alternating signs. With A, E, F, G it is the third derivative of det at A. */
static wide mixed_discriminant(const struct dense m[4]) {
    wide sum = 0;
    for (int subset = 1; subset < 16; subset++) {
        struct dense total = {.rows = 4, .columns = 4};
        int left_out = 4;
        for (int k = 0; k < 4; k++) {
            for (int i = 0; i < 16 && (subset >> k & 1); i++) {
                total.at[i] += m[k].at[i];
            }
            left_out -= subset >> k & 1;
        }
        sum += (left_out % 2 == 0 ? 1 : -1) * determinant(&total);
    }
    return sum;
}

Test(det, third_derivative_in_three_directions_is_a_mixed_discriminant) {
    dt_tape *tape = dt_tape_new(NULL);
    int compared = 0;
    for (size_t t = 0; t < COUNT(double_types); t++) {
        for (int rank = 0; rank <= 4; rank++, compared++) {
            dt_tensor *a = of_rank(tape, 8, double_types[t], 4, rank, 0.5), *d = dt_det(a);
            struct dense m[4] = {dense_of(a, 0)};
            for (int k = 1; k < 4; k++) {
                dt_tensor *e = numbers(tape, 10 + k, double_types[t], SHAPE(4, 4));
                m[k] = dense_of(e, 0);
                d = dt_jvp(d, 1, &a, &e);
            }
            double scale = 24 * (size_of(&m[0]) + 1) * 8;
            expect_near("third", rank, element(d, 0), (value)mixed_discriminant(m), 1e-14 * scale);
        }
    }
    cr_assert(compared == 10);
    dt_tape_free(tape);
}

Test(det, of_nan_is_nan_and_so_is_its_gradient) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < 4 * 9; c++) {
        value a[9] = {2, 1, 0, 1, 3, 1, 0, 1, 4};
        a[c / 4] = NAN;
        dt_tensor *x = tensor(tape, float_types[c % 4], SHAPE(3, 3), a, true), *sign, *logabs;
        dt_tensor *y = dt_det(x);
        dt_slogdet(x, &sign, &logabs);
        cr_expect(isnan(creal(element(y, 0))) && isnan(creal(element(logabs, 0))), "element %d",
                  (int)(c / 4));
        dt_backward_from(y, dt_full(tape, float_types[c % 4], 0, NULL, 1));
        cr_expect(isnan(creal(element(dt_gradient(x), (int64_t)(8 - c / 4)))), "gradient, %d",
                  (int)(c / 4));
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(slogdet, is_the_sign_and_logarithm_of_the_sum_over_minors) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double scales[] = {1, 1e26, 1e-26};
    int compared = 0;
    for (size_t c = 0; c < COUNT(float_types) * 3; c++) {
        dt_dtype dtype = float_types[c % 4];
        dt_tensor *a = matrices(tape, 4, dtype, scales[c / 4], SHAPE(3, 4, 4)), *sign, *logabs;
        dt_slogdet(a, &sign, &logabs);
        cr_assert(dt_dtype_of(logabs) == dt_dtype_real(dtype));
        for (int k = 0; k < 3; k++, compared++) { /* the determinant itself leaves f32 */
            struct dense m = dense_of(a, k);
            wide d = determinant(&m);
            double log_d = (double)logl(cabsl(d));
            expect_near("sign", k, element(sign, k), (value)(d / cabsl(d)), 50 * tolerance(dtype));
            expect_near("logabs", k, element(logabs, k), log_d,
                        50 * tolerance(dtype) + tolerance(dtype) * fabs(log_d));
        }
        dt_tape_reset(tape);
    }
    cr_assert(compared == 36);
    dt_tape_free(tape);
}

Test(slogdet, gradients_are_the_inverse_and_its_phase) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_dtype dtype = double_types[t];
        dt_tensor *a = matrices(tape, 4, dtype, 1, SHAPE(4, 4)), *sign, *logabs;
        dt_slogdet(a, &sign, &logabs);
        dt_backward(dt_scale(logabs, 3));
        struct dense unit = {.rows = 4, .columns = 4}, m = dense_of(a, 0);
        for (int i = 0; i < 4; i++) {
            *place(&unit, i, i) = 3;
        }
        struct dense expected = eliminated(adjoint(&m), unit);
        cr_assert(expect_matrix("logabs", dt_gradient(a), 0, &expected, 1e-12) == 16);
        if (dtype == DT_C128) { /* angle = Im log det */
            dt_tensor *turned = matrices(tape, 4, dtype, 1, SHAPE(4, 4));
            dt_slogdet(turned, &sign, &logabs);
            dt_backward(dt_scale(dt_angle(sign), 3));
            for (int i = 0; i < 16; i++) {
                expected.at[i] *= I;
            }
            cr_assert(expect_matrix("angle", dt_gradient(turned), 0, &expected, 1e-12) == 16);
        }
    }
    dt_tape_free(tape);
}

Test(slogdet, of_a_singular_matrix_is_zero_and_minus_infinity_without_a_derivative) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double data[8] = {2, 1, 1, 2, 1, 2, 2, 4};
    dt_tensor *a = dt_parameter(tape, DT_F64, SHAPE(2, 2, 2), data), *sign, *logabs;
    dt_slogdet(a, &sign, &logabs);
    expect_near("sign", 0, element(sign, 0), 1, 0);
    expect_near("sign", 1, element(sign, 1), 0, 0);
    cr_expect(creal(element(logabs, 1)) == -INFINITY, "%g", creal(element(logabs, 1)));
    const char *message =
        "slogdet: matrix 1 of 2 is singular: the logarithm of its determinant has "
        "no derivative (that of dt_det exists)";
    dt_backward(dt_sum(logabs, DT_ALL));
    cr_expect(dt_tape_error(tape)->index == 1, "index");
    expect_failure(tape, dt_inert(tape), DT_ERR_SINGULAR, message);
    a = dt_parameter(tape, DT_F64, SHAPE(2, 2, 2), data);
    dt_slogdet(a, &sign, &logabs);
    expect_failure(tape, dt_jvp(logabs, 1, &a, &a), DT_ERR_SINGULAR, message);
    dt_tape_free(tape);
}

Test(logdet, is_that_of_slogdet_and_its_gradient_the_inverse) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(float_types) * 3; c++) {
        dt_dtype dtype = float_types[c % 4];
        double scale = pow(1e26, (double)(c / 4) - 1);
        dt_tensor *b = numbers(tape, 5, dtype, SHAPE(2, 3, 3)), *sign, *logabs;
        dt_tensor *shift = dt_diag(dt_full(tape, dt_dtype_real(dtype), SHAPE(3), 4));
        dt_tensor *a = dt_scale(dt_add(dt_matmul_flags(b, DT_N, b, DT_C), shift), scale);
        dt_tensor *p = dt_parameter(tape, dtype, SHAPE(2, 3, 3), dt_data(a));
        dt_slogdet(a, &sign, &logabs);
        dt_tensor *y = dt_logdet(p);
        for (int k = 0; k < 2; k++) {
            double expected = creal(element(logabs, k));
            expect_near("logdet", k, element(y, k), expected,
                        100 * tolerance(dtype) + tolerance(dtype) * fabs(expected));
        }
        dt_backward(dt_sum(y, DT_ALL));
        for (int k = 0; k < 2; k++) {
            struct dense unit = {.rows = 3, .columns = 3};
            for (int i = 0; i < 3; i++) {
                *place(&unit, i, i) = 1;
            }
            struct dense expected = eliminated(dense_of(a, k), unit);
            cr_assert(expect_matrix("gradient", dt_gradient(p), k, &expected,
                                    100 * tolerance(dtype)) == 9);
        }
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

static dt_tensor *fourth_derivative(dt_tape *tape) {
    dt_tensor *t = dt_parameter(tape, DT_F64, 0, NULL, &(double){0.5});
    dt_tensor *one = dt_full(tape, DT_F64, 0, NULL, 1);
    dt_tensor *d = dt_det(dt_mul(t, dt_eye(tape, DT_F64, 5)));
    for (int k = 0; k < 4; k++) {
        d = dt_jvp(d, 1, &t, &one);
    }
    return d;
}

Test(det, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *sign, *logabs;
#define A(...) dt_full(tape, DT_F64, SHAPE(__VA_ARGS__), 0)
    expect_failure(tape, dt_det(A(2, 3)), DT_ERR_SHAPE,
                   "det: input 0 must hold square matrices in its last two dimensions: f64(2,3)");
    expect_failure(tape, dt_det(dt_full(tape, DT_I64, SHAPE(2, 2), 0)), DT_ERR_DTYPE,
                   "det: input 0 must be f32, f64, c64 or c128: i64(2,2)");
    dt_slogdet(A(3), &sign, &logabs);
    cr_expect(sign == logabs, "both inert");
    expect_failure(tape, sign, DT_ERR_SHAPE,
                   "slogdet: input 0 must hold square matrices in its last two dimensions: f64(3)");
    expect_failure(tape, dt_logdet(A(2, 2)), DT_ERR_NOT_POSITIVE_DEFINITE,
                   "logdet: cholesky: the matrix is not positive definite (leading minor 1): a "
                   "ridge on its diagonal, large enough, makes it so: "
                   "f64(2,2)");
    expect_failure(tape, fourth_derivative(tape), DT_ERR_GRADIENT,
                   "det: derivatives of an order above 3 are not available");
#undef A
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_tensor *x = dt_inert(tape);
    cr_expect(dt_det(x) == x && dt_logdet(x) == x && dt_logdet(NULL) == NULL, "inert");
    dt_tape_free(tape);
}
