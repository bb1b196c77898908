/* test_linalg.c - triangles, factorisations and solves: values, failures, gradients. */
#include "numbers.h"

#include <difftape/linalg.h>

#include <stdio.h>

/* a a^H + 4 I for a batch of 3 x 3 matrices: well inside the positive definite ones. */
static dt_tensor *positive_definite(dt_tape *tape, dt_dtype dtype, int seed, int64_t batch) {
    const int64_t shape[3] = {batch, 3, 3};
    dt_tensor *a = numbers(tape, seed, dtype, 3, shape);
    dt_tensor *shift = dt_diag(dt_full(tape, dt_dtype_real(dtype), SHAPE(3), 4));
    return dt_add(dt_matmul_flags(a, DT_N, a, DT_C), shift);
}

static void expect_same(const char *what, dt_tensor *got, dt_tensor *expected, double allowed) {
    expect_shape(what, got, dt_ndim(expected), dt_shape(expected));
    cr_assert(dt_size(got) > 0, "%s: nothing to compare", what);
    for (int64_t i = 0; i < dt_size(got); i++) {
        expect_near(what, i, element(got, i), element(expected, i), allowed);
    }
}

Test(linalg, diag_and_diagonal_move_between_vectors_and_matrices) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *x = numbers(tape, 1, dtype, SHAPE(2, 3));
        dt_tensor *y = dt_diag(x);
        expect_shape("diag", y, SHAPE(2, 3, 3));
        for (int64_t at = 0; at < 18; at++) {
            int64_t i = at / 3 % 3, j = at % 3;
            value expected = i == j ? number_at(1, at / 9 * 3 + i, dtype) : 0;
            expect_near("diag", at, element(y, at), expected, 0);
        }
        expect_same("diagonal", dt_diagonal(y), x, 0);
    }
    dt_tape_free(tape);
}

Test(linalg, tril_keeps_the_lower_triangle_of_any_rectangle) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *wide = dt_tril(numbers(tape, 2, float_types[t], SHAPE(2, 2, 4)), 0);
        dt_tensor *tall = dt_tril(dt_transpose(numbers(tape, 3, float_types[t], SHAPE(2, 4))), 0);
        for (int64_t at = 0; at < 16; at++) {
            value expected = at % 4 <= at / 4 % 2 ? number_at(2, at, float_types[t]) : 0;
            expect_near("wide", at, element(wide, at), expected, 0);
        }
        for (int64_t at = 0; at < 8; at++) {
            int64_t i = at / 2, j = at % 2;
            value expected = j <= i ? number_at(3, j * 4 + i, float_types[t]) : 0;
            expect_near("tall", at, element(tall, at), expected, 0);
        }
    }
    dt_tape_free(tape);
}

Test(linalg, cholesky_gives_a_lower_factor_of_every_matrix_in_the_batch) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *a = positive_definite(tape, dtype, 1, 4);
        dt_tensor *l = dt_cholesky(a);
        expect_same("l l^H", dt_matmul_flags(l, DT_N, l, DT_C), a, 100 * tolerance(dtype));
        expect_same("lower", dt_tril(l, 0), l, 0);
        for (int64_t i = 0; i < 12; i++) {
            value pivot = element(dt_diagonal(l), i);
            cr_expect(creal(pivot) > 0 && cimag(pivot) == 0, "pivot %lld is (%g, %g)", (long long)i,
                      creal(pivot), cimag(pivot));
        }
    }
    dt_tape_free(tape);
}

Test(linalg, cholesky_depends_on_both_triangles) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_c128 skewed[4] = {{4, 9}, {2, 2}, {0, 0}, {5, -9}}; /* Hermitian part: 4, 1+i, 5 */
    dt_tensor *p = dt_parameter(tape, DT_C128, SHAPE(2, 2), skewed);
    dt_tensor *l = dt_cholesky(p);
    expect_near("l", 0, element(l, 0), 2, 1e-15);
    expect_near("l", 1, element(l, 1), 0, 0);
    expect_near("l", 2, element(l, 2), parts(0.5, -0.5), 1e-15);
    expect_near("l", 3, element(l, 3), sqrt(4.5), 1e-15);
    dt_backward(dt_sum(dt_abs2(dt_add(l, dt_full(tape, DT_F64, 0, NULL, 1))), DT_ALL));
    dt_tensor *g = dt_gradient(p);
    expect_near("the gradient is Hermitian", 1, element(g, 1), conj(element(g, 2)), 0);
    cr_expect(cabs(element(g, 1)) > 0.1, "both triangles matter, got %g", cabs(element(g, 1)));
    expect_near("its diagonal is real", 0, cimag(element(g, 0)), 0, 0);
    dt_tape_free(tape);
}

Test(linalg, cholesky_names_the_matrix_and_the_minor_that_fail) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        value batch[3 * 9] = {0};
        for (int i = 0; i < 27; i += i % 9 == 8 ? 1 : 4) {
            batch[i] = 2;
        }
        batch[9 + 8] = -1; /* matrix 1: the third minor */
        batch[18] = 0;     /* matrix 2 fails as well, but later */
        dt_tensor *l = dt_cholesky(tensor(tape, dtype, SHAPE(3, 3, 3), batch, false));
        cr_expect(dt_tape_error(tape)->index == 1, "index %lld",
                  (long long)dt_tape_error(tape)->index);
        char message[160];
        snprintf(message, sizeof message,
                 "cholesky: matrix 1 of 3 is not positive definite (leading minor 3): a ridge on "
                 "its diagonal, large enough, makes it so: %s(3,3,3)",
                 dt_dtype_name(dtype));
        expect_failure(tape, l, DT_ERR_NOT_POSITIVE_DEFINITE, message);
    }
    dt_tape_free(tape);
}

Test(linalg, cholesky_of_nan_or_infinity_is_not_positive_definite) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double poison[] = {NAN, INFINITY};
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (int i = 0; i < 8; i++) {
            value a[4] = {2, 0, 0, 2};
            a[i % 4] = poison[i / 4];
            dt_cholesky(tensor(tape, float_types[t], SHAPE(2, 2), a, false));
            cr_expect(dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE, "%s element %d: %s",
                      dt_dtype_name(float_types[t]), i % 4, dt_tape_message(tape));
            cr_expect(strncmp(dt_tape_message(tape), "cholesky: the matrix is not", 27) == 0, "%s",
                      dt_tape_message(tape));
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

/* A (2, 3, 3) batch with NaN in the triangle that must not be read. */
static dt_tensor *triangle(dt_tape *tape, dt_dtype dtype, bool lower, value other) {
    value data[18];
    for (int64_t at = 0; at < 18; at++) {
        int64_t i = at / 3 % 3, j = at % 3;
        data[at] = i == j             ? 3 + number_at(1, at, dtype) / 4
                   : (j < i) == lower ? number_at(1, at, dtype)
                                      : other;
    }
    return tensor(tape, dtype, SHAPE(2, 3, 3), data, true);
}

Test(linalg, triangular_solve_inverts_the_product_and_reads_one_triangle_only) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        for (int c = 0; c < 6; c++) {
            bool lower = c < 3;
            dt_flag flag = (dt_flag[]){DT_N, DT_T, DT_C}[c % 3];
            dt_tensor *b = numbers(tape, 2, dtype, SHAPE(3, 2)); /* broadcasts over the batch */
            dt_tensor *poisoned = triangle(tape, dtype, lower, NAN);
            dt_tensor *x = dt_triangular_solve(poisoned, b, lower, flag);
            expect_shape("x", x, SHAPE(2, 3, 2));
            dt_tensor *clean = triangle(tape, dtype, lower, 0);
            expect_same("op(t) x", dt_matmul_flags(clean, flag, x, DT_N),
                        dt_broadcast(b, SHAPE(2, 3, 2)), 200 * tolerance(dtype));
            dt_backward(dt_sum(dt_abs2(x), DT_ALL));
            for (int64_t at = 0; at < 18; at++) {
                value g = element(dt_gradient(poisoned), at);
                int64_t i = at / 3 % 3, j = at % 3;
                bool read = i == j || (j < i) == lower;
                cr_expect(isfinite(creal(g)) && (read || g == 0), "gradient %lld is (%g, %g)",
                          (long long)at, creal(g), cimag(g));
            }
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

Test(linalg, triangular_solve_names_a_singular_matrix) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *t = dt_add(dt_diag(dt_constant(tape, DT_F64, SHAPE(2, 2), (double[]){1, 2, 3, 0})),
                          dt_scalar(tape, 0));
    dt_tensor *x = dt_triangular_solve(t, numbers(tape, 1, DT_F64, SHAPE(2, 1)), true, DT_N);
    cr_expect(dt_tape_error(tape)->index == 1, "index %lld", (long long)dt_tape_error(tape)->index);
    expect_failure(tape, x, DT_ERR_SINGULAR,
                   "triangular_solve: matrix 1 of 2 is singular: it has a zero on its diagonal: "
                   "f64(2,2,2), f64(2,1)");
    dt_tape_free(tape);
}

Test(linalg, hermitian_solve_leaves_no_residual) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *a = positive_definite(tape, dtype, 5, 3);
        dt_tensor *b = numbers(tape, 6, dtype, SHAPE(3, 3, 2));
        expect_same("a x", dt_matmul(a, dt_hermitian_solve(a, b)), b, 200 * tolerance(dtype));
    }
    dt_tensor *real = positive_definite(tape, DT_F64, 7, 2);
    dt_tensor *mixed = numbers(tape, 8, DT_C128, SHAPE(3, 1));
    expect_same("real a, complex b", dt_matmul(real, dt_hermitian_solve(real, mixed)),
                dt_broadcast(mixed, SHAPE(2, 3, 1)), 1e-12);
    dt_tape_free(tape);
}

static dt_tensor *solve(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_hermitian_solve(in[0], in[1]);
}

Test(linalg, hermitian_solve_has_exact_gradients_of_both_orders) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {positive_definite(tape, double_types[t], 9, 2),
                                 numbers(tape, 10, double_types[t], SHAPE(3, 2))};
        expect_exact_gradients("hermitian_solve", solve, 2, at);
    }
    dt_tape_free(tape);
}

Test(linalg, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
#define A(...) dt_full(tape, DT_F64, SHAPE(__VA_ARGS__), 0)
    expect_failure(tape, dt_diag(dt_scalar(tape, 1)), DT_ERR_SHAPE,
                   "diag: needs at least one dimension: f64()");
    expect_failure(tape, dt_diag(A(1, 1, 1, 1, 1, 1, 1, 1)), DT_ERR_SHAPE,
                   "diag: result: 9 dimensions given: an array has 0 to 8: f64(1,1,1,1,1,1,1,1)");
    expect_failure(tape, dt_diagonal(A(2, 3)), DT_ERR_SHAPE,
                   "diagonal: needs square matrices in the last two dimensions: f64(2,3)");
    expect_failure(tape, dt_tril(A(3), 0), DT_ERR_SHAPE,
                   "tril: needs at least two dimensions: f64(3)");
    expect_failure(tape, dt_cholesky(A(2, 3)), DT_ERR_SHAPE,
                   "cholesky: needs square matrices in the last two dimensions: f64(2,3)");
    expect_failure(tape, dt_triangular_solve(A(2, 3), A(3, 1), true, DT_N), DT_ERR_SHAPE,
                   "triangular_solve: the first input needs square matrices: f64(2,3), f64(3,1)");
    expect_failure(tape, dt_triangular_solve(A(3, 3), A(2, 1), true, DT_N), DT_ERR_SHAPE,
                   "triangular_solve: the matrix and the right-hand side differ in their number of "
                   "rows: f64(3,3), f64(2,1)");
    expect_failure(tape, dt_triangular_solve(A(3, 3), A(3, 1), true, (dt_flag)-1), DT_ERR_ARGUMENT,
                   "triangular_solve: flag -1 must be DT_N, DT_T or DT_C: f64(3,3), f64(3,1)");
    expect_failure(tape, dt_hermitian_solve(A(2, 2), A(2, 1)), DT_ERR_NOT_POSITIVE_DEFINITE,
                   "hermitian_solve: cholesky: the matrix is not positive definite (leading minor "
                   "1): a ridge on its diagonal, large enough, makes it so: f64(2,2)");
#undef A
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_tensor *x = dt_inert(tape);
    cr_expect(dt_cholesky(x) == x && dt_triangular_solve(x, x, true, DT_N) == x &&
                  dt_hermitian_solve(x, x) == x,
              "a failed tape stays inert");
    cr_expect_str_eq(dt_tape_message(tape), "the first failure", "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}
