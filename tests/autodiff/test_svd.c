/* test_svd.c - singular values and vectors: right where they have derivatives, errors elsewhere. */
#include "matrices_checked.h"

#include <difftape/spectral.h>

/* -- values ------------------------------------------------------------------------------------ */

static void expect_decomposition(const char *what, dt_tensor *a) {
    dt_tensor *u, *s, *vh;
    dt_svd(a, &u, &s, &vh);
    dt_tape *tape = dt_tape_of(a);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s: %s", what, dt_tape_message(tape));
    int64_t k = dt_shape(s)[dt_ndim(s) - 1], batch = dt_size(s) / k;
    double allowed = rounding(dt_dtype_of(a));
    dt_tensor *again = dt_matmul(dt_mul(u, dt_expand_dims(s, -2)), vh);
    expect_same(what, again, a, allowed);
    int64_t squares[DT_MAX_DIMS];
    memcpy(squares, dt_shape(u), sizeof squares);
    squares[dt_ndim(u) - 2] = k;
    dt_tensor *one = dt_broadcast(identity(tape, dt_dtype_of(a), k), dt_ndim(u), squares);
    expect_same(what, dt_matmul_flags(u, DT_C, u, DT_N), one, allowed);
    expect_same(what, dt_matmul_flags(vh, DT_N, vh, DT_C), one, allowed);
    for (int64_t i = 0; i < batch * k; i++) {
        double x = creal(element(s, i));
        cr_expect(x >= 0 && (i % k == 0 || x <= creal(element(s, i - 1))),
                  "%s: singular value %lld is %g", what, (long long)i, x);
    }
}

Test(svd, makes_the_matrix_again_from_orthonormal_vectors_for_any_shape_and_type) {
    static const int64_t shapes[][4] = {{1, 1, 3, 3}, {1, 1, 4, 2}, {1, 1, 2, 4}, {2, 3, 3, 2},
                                        {1, 4, 1, 3}, {1, 1, 1, 1}, {1, 1, 6, 6}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (size_t i = 0; i < COUNT(shapes); i++) {
            dt_tensor *a = numbers(tape, 2 + (int)i, float_types[t], 4, shapes[i]);
            expect_decomposition("as it lies", a);
            expect_decomposition("transposed view", dt_transpose(a));
        }
    }
    dt_tape_free(tape);
}

Test(svd, values_are_the_roots_of_the_eigenvalues_of_the_product) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *a = numbers(tape, 4, double_types[t], SHAPE(2, 5, 3));
        dt_tensor *s = dt_svdvals(a);
        dt_tensor *w = dt_eigvalsh(dt_matmul_flags(a, DT_C, a, DT_N));
        expect_same("squares", dt_square(s), dt_flip(w, -1), 1e-13);
    }
    /* (3 0; 4 5): s^2 = 45, 5 */
    const double a[4] = {3, 0, 4, 5};
    dt_tensor *s = dt_svdvals(dt_constant(tape, DT_F64, SHAPE(2, 2), a));
    expect_near("closed form", 0, element(s, 0), sqrt(45.0), 1e-14);
    expect_near("closed form", 1, element(s, 1), sqrt(5.0), 1e-14);
    dt_tape_free(tape);
}

Test(svd, takes_any_number_of_rows_if_columns_are_few) {
    enum { ROWS = 20000 };
    static double a[2 * ROWS]; /* columns 3, 3, 3, ... and 1, -1, 1, ... */
    for (int i = 0; i < ROWS; i++) {
        a[2 * i] = 3;
        a[2 * i + 1] = i % 2 == 0 ? 1 : -1;
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *tall = dt_constant(tape, DT_F64, SHAPE(ROWS, 2), a);
    for (int c = 0; c < 2; c++) {
        dt_tensor *s = dt_svdvals(c == 0 ? tall : dt_transpose(tall));
        expect_near("s", 0, element(s, 0), 3 * sqrt((double)ROWS), 1e-11);
        expect_near("s", 1, element(s, 1), sqrt((double)ROWS), 1e-11);
    }
    dt_tape_free(tape);
}

Test(svd, of_nothing_is_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t shapes[][3] = {{1, 0, 3}, {1, 3, 0}, {0, 2, 3}, {1, 0, 0}};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        dt_tensor *a = dt_parameter(tape, DT_C128, 3, shapes[i], NULL), *u, *s, *vh;
        int64_t k = shapes[i][1] < shapes[i][2] ? shapes[i][1] : shapes[i][2];
        dt_svd(a, &u, &s, &vh);
        expect_shape("u", u, SHAPE(shapes[i][0], shapes[i][1], k));
        expect_shape("s", s, SHAPE(shapes[i][0], k));
        expect_shape("vh", vh, SHAPE(shapes[i][0], k, shapes[i][2]));
        dt_backward(dt_add(dt_sum(s, DT_ALL), dt_sum(dt_abs2(u), DT_ALL)));
        cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    }
    dt_tape_free(tape);
}

/* -- gradients of singular values -------------------------------------------------------------- */

Test(svd, symmetric_functions_of_equal_values_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        const double s[3] = {2, 2, 2};
        dt_tensor *a = with_singular_values(tape, double_types[t], 4, 3, s);
        dt_backward(dt_sum(dt_square(dt_square(dt_svdvals(a))), DT_ALL)); /* 4 a a^H a */
        dt_tensor *expected = dt_scale(dt_matmul(dt_matmul_flags(a, DT_N, a, DT_C), a), 4);
        expect_same("sum of s^4", dt_gradient(a), expected, 1e-13);
    }
    dt_tape_free(tape);
}

/* In forward mode too: d sum s^4 = 4 Re <a a^H a, e>. Other readers of vectors do not matter. */
Test(svd, tangents_of_symmetric_functions_of_equal_values_are_exact) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *a = with_singular_values(tape, double_types[t], 4, 3, (const double[]){2, 2, 2});
        dt_tensor *e = numbers(tape, 7, double_types[t], SHAPE(4, 3)), *u, *s, *vh;
        dt_svd(a, &u, &s, &vh);
        dt_tensor *y = dt_sum(dt_square(dt_square(s)), DT_ALL);
        dt_abs2(u);
        double got = dt_item(dt_jvp(y, 1, &a, &e));
        dt_tensor *cube = dt_matmul(dt_matmul_flags(a, DT_N, a, DT_C), a);
        double expected = 4 * dt_item(against(cube, e));
        cr_expect(fabs(got - expected) < 1e-12 * fabs(expected), "%.15g, should be %.15g", got,
                  expected);
        for (int c = 0; c < 2; c++) { /* the vectors themselves have none */
            a = with_singular_values(tape, double_types[t], 4, 3, (const double[]){2, 2, 2});
            e = numbers(tape, 7, double_types[t], SHAPE(4, 3));
            dt_svd(a, &u, &s, &vh);
            dt_jvp(c == 0 ? u : vh, 1, &a, &e);
            expect_message(tape, DT_ERR_GAUGE, "svd: matrix 0: singular values ", "are one level");
        }
    }
    dt_tape_free(tape);
}

Test(svd, values_at_zero_receive_nothing_where_they_have_their_kink) {
    dt_tape *tape = dt_tape_new(NULL);
    const double s[3] = {3, 2, 0}, kept[3] = {1, 1, 0};
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *a = with_singular_values(tape, double_types[t], 3, 4, s);
        dt_tensor *expected = with_singular_values(tape, double_types[t], 3, 4, kept);
        dt_backward(dt_sum(dt_svdvals(a), DT_ALL));
        expect_same("sum of s", dt_gradient(a), expected, 1e-13);
        dt_tensor *zero = parameter(dt_zeros(tape, double_types[t], SHAPE(2, 3)));
        dt_backward(dt_sum(dt_svdvals(zero), DT_ALL));
        cr_expect_eq(largest_of(dt_gradient(zero)), 0);
    }
    dt_tape_free(tape);
}

/* -- gradients of vectors ---------------------------------------------------------------------- */

static dt_tensor *weighted(dt_tensor *a) {
    dt_tensor *u, *s, *vh;
    dt_svd(a, &u, &s, &vh);
    int64_t k = dt_size(s);
    double x[] = {1, -2, 0.5};
    dt_tensor *weights = dt_expand_dims(levels(dt_tape_of(a), dt_dtype_of(a), k, x), 0);
    return dt_matmul(dt_mul(u, weights), vh); /* free of phases */
}

static dt_tensor *weighted_in_unit(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return weighted(dt_scale(in[0], *(const double *)user));
}

Test(svd, vectors_have_exact_derivatives_in_any_unit) {
    static double units[] = {1, 1e-26, 1e26};
    const double s[3] = {3, 2, 0.5};
    static const int64_t shapes[][2] = {{3, 3}, {5, 3}, {3, 5}};
    dt_tape *tape = dt_tape_new(NULL);
    for (int u = 0; u < 3; u++) {
        for (size_t t = 0; t < COUNT(double_types); t++) {
            for (size_t i = 0; i < COUNT(shapes); i++) {
                dt_tensor *a =
                    with_singular_values(tape, double_types[t], shapes[i][0], shapes[i][1], s);
                const dt_array at = dt_array_of(a);
                dt_gradcheck_report report;
                dt_error error = DT_ERROR_INIT;
                const dt_gradcheck_options options = {.second_order = true};
                dt_gradcheck("weighted", weighted_in_unit, &units[u], 1, &at, &options, &report,
                             &error);
                cr_expect(error.status == DT_OK && report.compared > 9, "unit %g: %s", units[u],
                          error.message);
            }
        }
    }
    dt_tape_free(tape);
}

Test(svd, single_precision_gradients_scale_with_the_unit_down_to_1e_minus_26) {
    static const double units[] = {0x1p-86, 0x1p86}; /* about 1e-26, 1e26 */
    dt_tape *tape = dt_tape_new(NULL);
    const double s[3] = {3, 2, 0.5};
    for (int c = 0; c < 2; c++) {
        dt_dtype dtype = c == 0 ? DT_F32 : DT_C64;
        dt_tensor *plain = with_singular_values(tape, dtype, 4, 3, s);
        dt_tensor *cotangent = numbers(tape, 6, dtype, SHAPE(4, 3));
        dt_backward(against(cotangent, weighted(plain)));
        for (int u = 0; u < 2; u++) {
            dt_tensor *a = parameter(dt_scale(plain, units[u]));
            dt_backward(against(cotangent, weighted(a)));
            expect_same("scaled", dt_scale(dt_gradient(a), units[u]), dt_gradient(plain), 2e-5);
        }
    }
    dt_tape_free(tape);
}

/* The best matrix of rank 1 takes no notice of what is equal among the rest. */
static double rank_one(const double *data, double *gradient) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, SHAPE(3, 3), data), *u, *s, *vh;
    dt_svd(a, &u, &s, &vh);
    dt_tensor *scaled = dt_mul(dt_slice(u, 1, 0, 1, 1), dt_slice(s, 0, 0, 1, 1));
    dt_tensor *best = dt_matmul(scaled, dt_slice(vh, 0, 0, 1, 1));
    dt_tensor *loss = against(numbers(tape, 5, DT_F64, SHAPE(3, 3)), best);
    double y = dt_item(loss);
    if (gradient != NULL) {
        dt_backward(loss);
        cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        memcpy(gradient, dt_data_f64(dt_gradient(a)), 9 * sizeof *gradient);
    }
    dt_tape_free(tape);
    return y;
}

Test(svd, equal_values_whose_vectors_nobody_uses_do_not_matter) {
    static const double values[][3] = {{3, 1, 1}, {3, 0, 0}};
    for (int c = 0; c < 2; c++) {
        double at[9], gradient[9];
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *a = with_singular_values(tape, DT_F64, 3, 3, values[c]);
        memcpy(at, dt_data_f64(a), sizeof at);
        dt_tape_free(tape);
        rank_one(at, gradient);
        for (int k = 0; k < 9; k++) {
            double h = 1e-3, x = at[k], side[4];
            for (int i = 0; i < 4; i++) {
                at[k] = x + h * (double[]){-2, -1, 1, 2}[i];
                side[i] = rank_one(at, NULL);
            }
            at[k] = x;
            double numeric = (side[0] - 8 * side[1] + 8 * side[2] - side[3]) / (12 * h);
            cr_expect(fabs(gradient[k] - numeric) < 1e-9, "%.12g, numerically %.12g", gradient[k],
                      numeric);
        }
    }
}

/* -- refusals ---------------------------------------------------------------------------------- */

Test(svd, vectors_of_equal_or_zero_values_are_refused_by_name) {
    static const struct {
        double s[3];
        const char *part, *also;
    } cases[] = {{{3, 2, 2},
                  "svd: matrix 0: singular values 1 and 2, 2 and 2, are one level",
                  "dt_svdvals, dt_pinv, dt_matrix_norm"},
                 {{3, 3 - 1e-9, 1},
                  "singular values 0 and 1, 3 and 2.999999999, are one level",
                  "dt_svdvals"},
                 {{3, 2, 0},
                  "svd: matrix 0: singular value 2, ",
                  "is zero beside the largest, 3: its vectors have no derivative"}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t t = 0; t < COUNT(double_types); t++) {
            dt_tensor *a = with_singular_values(tape, double_types[t], 4, 3, cases[i].s);
            dt_tensor *y = weighted(a);
            dt_backward(against(numbers(tape, 1, double_types[t], SHAPE(4, 3)), y));
            expect_message(tape, DT_ERR_GAUGE, cases[i].part, cases[i].also);
            a = with_singular_values(tape, double_types[t], 4, 3, cases[i].s);
            y = weighted(a); /* forward mode */
            dt_tensor *direction = numbers(tape, 9, double_types[t], SHAPE(4, 3));
            dt_jvp(y, 1, &a, &direction);
            expect_message(tape, DT_ERR_GAUGE, cases[i].part, cases[i].also);
        }
    }
    dt_tape_free(tape);
}

Test(svd, single_precision_calls_values_equal_that_rounding_cannot_tell_apart) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double gaps[] = {0, 5e-4, 2e-3}; /* 3e-4 of the largest, 3, lies between */
    for (int c = 0; c < 6; c++) {
        dt_dtype dtype = c < 3 ? DT_F32 : DT_C64;
        dt_tensor *a = with_singular_values(tape, dtype, 3, 3, (double[]){3, 2, 2 - gaps[c % 3]});
        dt_backward(against(numbers(tape, 1, dtype, SHAPE(3, 3)), weighted(a)));
        if (c % 3 < 2) {
            expect_message(tape, DT_ERR_GAUGE, "singular values 1 and 2", "are one level");
        }
        cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    }
    dt_tape_free(tape);
}

Test(svd, the_matrix_of_a_batch_is_named) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *good = with_singular_values(tape, DT_F64, 3, 3, (const double[]){3, 2, 1});
    dt_tensor *bad = with_singular_values(tape, DT_F64, 3, 3, (const double[]){2, 2, 1});
    dt_tensor *u, *s, *vh, *a = dt_stack(2, (dt_tensor *const[]){good, bad}, 0);
    dt_svd(a, &u, &s, &vh);
    dt_backward(dt_sum(dt_square(dt_mul(u, u)), DT_ALL));
    cr_expect_eq(dt_tape_error(tape)->index, 1);
    expect_message(tape, DT_ERR_GAUGE, "svd: matrix 1: singular values 0 and 1", "one level");
    dt_tape_free(tape);
}

Test(svd, losses_that_depend_on_free_phases_are_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    const double s[3] = {3, 2, 1};
    dt_tensor *u, *values, *vh, *a = with_singular_values(tape, DT_C128, 3, 3, s);
    dt_svd(a, &u, &values, &vh);
    dt_backward(against(numbers(tape, 4, DT_C128, SHAPE(3, 3)), u));
    expect_message(tape, DT_ERR_GAUGE, "svd: matrix 0: the loss depends on the free phase of",
                   "use products u_k v_k^H");
    a = with_singular_values(tape, DT_C64, 3, 3, s);
    dt_svd(a, &u, &values, &vh);
    dt_backward(against(numbers(tape, 4, DT_C64, SHAPE(3, 3)), vh));
    expect_message(tape, DT_ERR_GAUGE, "svd: matrix 0: the loss depends on the free phase of",
                   "use products u_k v_k^H");
    dt_tape_free(tape);
}

Test(svd, refuses_what_is_no_matrix_of_finite_numbers) {
    dt_tape *tape = dt_tape_new(NULL);
    double bad[8] = {1, 2, 3, 4, 5, 6, NAN, 8};
    dt_svdvals(dt_constant(tape, DT_F64, SHAPE(2, 2, 2), bad));
    cr_expect_eq(dt_tape_error(tape)->index, 1);
    expect_message(tape, DT_ERR_NONFINITE, "svd: matrix 1 of 2 has an element that is not finite",
                   "(2,2,2)");
    bad[6] = INFINITY;
    dt_svdvals(dt_constant(tape, DT_F64, SHAPE(2, 4), bad));
    expect_message(tape, DT_ERR_NONFINITE, "svd: the matrix has an element that is not finite",
                   "(2,4)");
    dt_svdvals(dt_constant(tape, DT_F64, SHAPE(8), bad));
    expect_message(tape, DT_ERR_SHAPE, "svd: input 0 needs at least two dimensions", "(8)");
    dt_svdvals(dt_zeros(tape, DT_I64, SHAPE(2, 2)));
    expect_message(tape, DT_ERR_DTYPE, "svd: ", "i64");
    /* no memory is asked for, the matrix is a view of one number */
    dt_svdvals(dt_broadcast(dt_scalar(tape, 1), SHAPE(20000, 30000)));
    expect_message(tape, DT_ERR_SHAPE,
                   "svd: matrices beyond 15000 in the smaller of their two sizes are more than",
                   "LAPACK's integers can hold: f64(20000,30000)");
    dt_tape_free(tape);
}
