/* test_qr.c - QR factors and least squares. */
#include "dense.h"

#include <difftape/derivatives.h>
#include <difftape/linalg.h>

#include <stdio.h>

static const double scales[] = {1, 1e26, 1e-26};

static struct dense unit_matrix(int n) {
    struct dense unit = {.rows = n, .columns = n};
    for (int i = 0; i < n; i++) {
        *place(&unit, i, i) = 1;
    }
    return unit;
}

Test(qr, reproduces_the_matrix_with_orthonormal_columns_and_a_positive_diagonal) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t sizes[][2] = {{1, 1}, {4, 1}, {3, 3}, {5, 3}, {6, 4}, {5, 5}};
    int compared = 0;
    for (size_t c = 0; c < COUNT(float_types) * COUNT(scales) * COUNT(sizes); c++) {
        dt_dtype dtype = float_types[c % 4];
        const int64_t *size = sizes[c / 4 % COUNT(sizes)];
        double scale = scales[c / 4 / COUNT(sizes)];
        dt_tensor *a = matrices(tape, 4, dtype, scale, SHAPE(2, size[0], size[1])), *q, *r;
        dt_qr(a, &q, &r);
        expect_shape("q", q, SHAPE(2, size[0], size[1]));
        expect_shape("r", r, SHAPE(2, size[1], size[1]));
        for (int k = 0; k < 2; k++) {
            struct dense left = dense_of(q, k), right = dense_of(r, k), adj = adjoint(&left);
            struct dense whole = product(&left, &right), gram = product(&adj, &left);
            struct dense unit = unit_matrix((int)size[1]), expected = dense_of(a, k);
            for (int i = 0; i < right.rows; i++) {
                for (int j = 0; j < i; j++) {
                    cr_expect(*place(&right, i, j) == 0, "r is not triangular");
                }
                wide d = *place(&right, i, i);
                cr_expect(creall(d) > 0 && cimagl(d) == 0, "diagonal (%g, %g)", (double)creall(d),
                          (double)cimagl(d));
            }
            double largest = size_of(&expected);
            for (int i = 0; i < whole.rows * whole.columns; i++, compared++) {
                double error = (double)cabsl(whole.at[i] - expected.at[i]);
                cr_expect(error <= 10 * tolerance(dtype) * largest, "q r: error %g of %g", error,
                          largest);
            }
            for (int i = 0; i < gram.rows * gram.columns; i++, compared++) {
                double error = (double)cabsl(gram.at[i] - unit.at[i]);
                cr_expect(error <= 10 * tolerance(dtype), "q^H q: error %g", error);
            }
        }
        dt_tape_reset(tape);
    }
    cr_assert(compared > 1000, "%d compared", compared);
    dt_tape_free(tape);
}

/* Gram and Schmidt: for a well-conditioned matrix these are Q and R with a positive diagonal. */
static void gram_schmidt(const struct dense *a, struct dense *q, struct dense *r) {
    *q = *a;
    *r = (struct dense){.rows = a->columns, .columns = a->columns};
    for (int j = 0; j < a->columns; j++) {
        for (int k = 0; k < 2 * j; k++) { /* twice */
            wide overlap = 0;
            for (int i = 0; i < a->rows; i++) {
                overlap += conjl(*place(q, i, k % j)) * *place(q, i, j);
            }
            *place(r, k % j, j) += overlap;
            for (int i = 0; i < a->rows; i++) {
                *place(q, i, j) -= overlap * *place(q, i, k % j);
            }
        }
        long double sum = 0;
        for (int i = 0; i < a->rows; i++) {
            sum += powl(cabsl(*place(q, i, j)), 2);
        }
        *place(r, j, j) = sqrtl(sum);
        for (int i = 0; i < a->rows; i++) {
            *place(q, i, j) /= sqrtl(sum);
        }
    }
}

Test(qr, is_the_unique_one_of_gram_and_schmidt) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *a = matrices(tape, 6, dtype, 1, SHAPE(2, 5, 3)), *q, *r;
        dt_qr(a, &q, &r);
        for (int k = 0; k < 2; k++) {
            struct dense m = dense_of(a, k), left, right;
            gram_schmidt(&m, &left, &right);
            int compared = expect_matrix("q", q, k, &left, 30 * tolerance(dtype)) +
                           expect_matrix("r", r, k, &right, 30 * tolerance(dtype));
            cr_assert(compared == 24);
        }
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(qr, large_matrices_go_through_blocked_code) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_random_normal(tape, DT_C128, SHAPE(150, 70), 3), *q, *r;
    dt_qr(a, &q, &r);
    dt_tensor *rest = dt_sub(dt_matmul(q, r), a);
    dt_tensor *gram = dt_sub(dt_matmul_flags(q, DT_C, q, DT_N), dt_eye(tape, DT_C128, 70));
    double error = creal(element(dt_max(dt_abs(rest), DT_ALL), 0));
    double skew = creal(element(dt_max(dt_abs(gram), DT_ALL), 0));
    cr_expect(error < 1e-13 && skew < 1e-13, "q r: %g, q^H q: %g", error, skew);
    dt_tape_free(tape);
}

Test(qr, of_nothing_is_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, SHAPE(0, 3, 2), NULL), *q, *r;
    dt_qr(a, &q, &r);
    expect_shape("q", q, SHAPE(0, 3, 2));
    expect_shape("r", r, SHAPE(0, 2, 2));
    dt_backward(dt_add(dt_sum(q, DT_ALL), dt_sum(r, DT_ALL)));
    expect_shape("gradient", dt_gradient(a), SHAPE(0, 3, 2));
    dt_qr(dt_full(tape, DT_C64, SHAPE(3, 0), 0), &q, &r);
    expect_shape("q", q, SHAPE(3, 0));
    expect_shape("r", r, SHAPE(0, 0));
    dt_tensor *x =
        dt_lstsq(dt_full(tape, DT_C64, SHAPE(3, 0), 0), dt_full(tape, DT_C64, SHAPE(3, 2), 1));
    expect_shape("x", x, SHAPE(0, 2));
    x = dt_lstsq(a, dt_full(tape, DT_F64, SHAPE(3, 1), 1));
    expect_shape("x", x, SHAPE(0, 2, 1));
    dt_tape_free(tape);
}

/* Columns 1, 2, 1 - 2 (times 1 + i if complex); matrix 0 is regular. */
static dt_tensor *deficient(dt_tape *tape, dt_dtype dtype, double scale) {
    value data[24];
    for (int64_t i = 0; i < 12; i++) {
        data[i] = scale * number_at(6, i, dtype);
    }
    for (int64_t i = 0; i < 4; i++) {
        value x = number_at(6, 3 * i, dtype), y = number_at(6, 3 * i + 1, dtype);
        data[12 + 3 * i] = scale * x;
        data[12 + 3 * i + 1] = scale * 1e5 * y;
        data[12 + 3 * i + 2] = scale * (x - 1e5 * y);
    }
    return tensor(tape, dtype, SHAPE(2, 4, 3), data, true);
}

Test(qr, without_full_column_rank_has_values_but_no_derivative) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(float_types) * COUNT(scales); c++) {
        dt_dtype dtype = float_types[c % 4];
        for (int way = 0; way < 2; way++) {
            dt_tensor *a = deficient(tape, dtype, scales[c / 4]), *q, *r;
            dt_qr(a, &q, &r);
            cr_assert(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
            if (way == 0) {
                dt_backward_from(q, dt_full(tape, dtype, SHAPE(2, 4, 3), 1));
            } else {
                dt_jvp(r, 1, &a, &a);
            }
            cr_expect(dt_tape_status(tape) == DT_ERR_SINGULAR && dt_tape_error(tape)->index == 1,
                      "%s", dt_tape_message(tape));
            const char *start = "qr: matrix 1 of 2 does not have full column rank (reciprocal "
                                "condition number of its scaled columns ";
            cr_expect(strncmp(dt_tape_message(tape), start, strlen(start)) == 0, "%s",
                      dt_tape_message(tape));
            cr_expect(strstr(dt_tape_message(tape), "): its factors have no derivative") != NULL,
                      "%s", dt_tape_message(tape));
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

/* (A^H A)^-1 by elimination. */
static struct dense inverse_gram(const struct dense *a) {
    struct dense adj = adjoint(a), gram = product(&adj, a);
    return eliminated(gram, unit_matrix(a->columns));
}

Test(lstsq, solves_the_normal_equations_in_every_type_and_unit) {
    dt_tape *tape = dt_tape_new(NULL);
    int compared = 0;
    for (size_t c = 0; c < COUNT(float_types) * COUNT(scales); c++) {
        dt_dtype dtype = float_types[c % 4];
        dt_tensor *a = matrices(tape, 6, dtype, scales[c / 4], SHAPE(2, 5, 3));
        dt_tensor *b = matrices(tape, 7, dtype, 1, SHAPE(5, 2)), *x = dt_lstsq(a, b);
        expect_shape("x", x, SHAPE(2, 3, 2));
        for (int k = 0; k < 2; k++) {
            struct dense m = dense_of(a, k), adj = adjoint(&m), gram = product(&adj, &m);
            struct dense right = dense_of(b, 0), expected = product(&adj, &right);
            expected = eliminated(gram, expected);
            compared += expect_matrix("x", x, k, &expected, 50 * tolerance(dtype));
        }
        dt_tape_reset(tape);
    }
    cr_assert(compared == 12 * 2 * 6);
    dt_tape_free(tape);
}

Test(lstsq, does_not_mind_columns_in_very_different_units) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = numbers(tape, 6, DT_F64, SHAPE(5, 3)),
              *b = numbers(tape, 7, DT_F64, SHAPE(5, 1));
    static const double units[3] = {1e-26, 1, 1e26};
    dt_tensor *u = dt_constant(tape, DT_F64, SHAPE(3), units);
    dt_tensor *plain = dt_lstsq(a, b), *scaled = dt_lstsq(dt_mul(a, u), b);
    for (int64_t i = 0; i < 3; i++) {
        value expected = element(plain, i) / units[i];
        expect_near("x", i, element(scaled, i), expected, 1e-13 * cabs(expected));
    }
    dt_tape_free(tape);
}

Test(lstsq, gradients_contain_the_residual) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(double_types) * COUNT(scales); c++) {
        dt_dtype dtype = double_types[c % 2];
        dt_tensor *a = matrices(tape, 6, dtype, scales[c / 2], SHAPE(5, 3));
        dt_tensor *b = matrices(tape, 7, dtype, 1, SHAPE(5, 2)), *x = dt_lstsq(a, b);
        dt_tensor *ybar = numbers(tape, 8, dtype, SHAPE(3, 2));
        dt_backward_from(x, ybar);
        struct dense m = dense_of(a, 0), w = inverse_gram(&m), y = dense_of(ybar, 0);
        struct dense adj = adjoint(&m), right = dense_of(b, 0), solution = product(&adj, &right);
        solution = product(&w, &solution);
        struct dense wy = product(&w, &y), bbar = product(&m, &wy), fit = product(&m, &solution);
        for (int i = 0; i < 10; i++) {
            right.at[i] -= fit.at[i];
        }
        struct dense x_adjoint = adjoint(&solution), wy_adjoint = adjoint(&wy);
        struct dense abar = product(&bbar, &x_adjoint), with = product(&right, &wy_adjoint);
        for (int i = 0; i < 15; i++) {
            abar.at[i] = with.at[i] - abar.at[i];
        }
        cr_expect(size_of(&with) > 0.01 * size_of(&abar), "the residual matters");
        cr_assert(expect_matrix("bbar", dt_gradient(b), 0, &bbar, 1e-12) == 10);
        cr_assert(expect_matrix("abar", dt_gradient(a), 0, &abar, 1e-12) == 15);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(lstsq, names_the_matrix_without_full_column_rank) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(float_types) * COUNT(scales); c++) {
        dt_dtype dtype = float_types[c % 4];
        dt_tensor *x =
            dt_lstsq(deficient(tape, dtype, scales[c / 4]), dt_full(tape, dtype, SHAPE(4, 1), 1));
        cr_expect(x == dt_inert(tape) && dt_tape_status(tape) == DT_ERR_SINGULAR &&
                      dt_tape_error(tape)->index == 1,
                  "%s", dt_tape_message(tape));
        const char *start = "lstsq: matrix 1 of 2 does not have full column rank (";
        cr_expect(strncmp(dt_tape_message(tape), start, strlen(start)) == 0, "%s",
                  dt_tape_message(tape));
        dt_tape_reset(tape);
    }
    static const double nothing[6] = {1, 0, 2, 0, 3, 0}, bad[2] = {1, NAN};
    dt_tensor *b = dt_full(tape, DT_F64, SHAPE(3, 1), 1);
    expect_failure(tape, dt_lstsq(dt_constant(tape, DT_F64, SHAPE(3, 2), nothing), b),
                   DT_ERR_SINGULAR,
                   "lstsq: the matrix does not have full column rank (reciprocal condition number "
                   "of its scaled columns 0): drop dependent columns, or use dt_pinv");
    b = dt_full(tape, DT_F64, SHAPE(2, 1), 1);
    expect_failure(tape, dt_lstsq(dt_constant(tape, DT_F64, SHAPE(2, 1), bad), b), DT_ERR_SINGULAR,
                   "lstsq: the matrix holds a NaN or infinity: no rank can be found");
    dt_tape_free(tape);
}

Test(qr, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *q, *r;
#define A(...) dt_full(tape, DT_F64, SHAPE(__VA_ARGS__), 0)
    dt_qr(A(2, 3), &q, &r);
    cr_expect(q == r, "both inert");
    expect_failure(tape, q, DT_ERR_SHAPE,
                   "qr: needs at least as many rows as columns (decompose the conjugate transpose "
                   "instead): f64(2,3)");
    dt_qr(A(3), &q, &r);
    expect_failure(tape, q, DT_ERR_SHAPE,
                   "qr: input 0 needs at least two dimensions (dt_expand_dims makes a vector a "
                   "matrix): f64(3)");
    dt_qr(dt_full(tape, DT_BOOL, SHAPE(3, 2), 0), &q, &r);
    expect_failure(tape, q, DT_ERR_DTYPE, "qr: input 0 must be f32, f64, c64 or c128: bool(3,2)");
    expect_failure(tape, dt_lstsq(A(2, 3), A(2, 1)), DT_ERR_SHAPE,
                   "lstsq: needs at least as many rows as columns, as many equations as unknowns "
                   "(dt_pinv gives the shortest of many solutions): f64(2,3), f64(2,1)");
    expect_failure(tape, dt_lstsq(A(3, 2), A(2, 1)), DT_ERR_SHAPE,
                   "lstsq: the matrix and the right-hand side differ in their number of rows: "
                   "f64(3,2), f64(2,1)");
    expect_failure(tape, dt_lstsq(A(3, 2), A(3)), DT_ERR_SHAPE,
                   "lstsq: needs at least two dimensions (dt_expand_dims makes a vector a matrix): "
                   "f64(3,2), f64(3)");
    expect_failure(tape, dt_lstsq(A(3, 2), NULL), DT_ERR_ARGUMENT,
                   "lstsq: the right-hand side is NULL");
    expect_failure(tape, dt_lstsq(NULL, A(3, 2)), DT_ERR_ARGUMENT, "lstsq: the matrix is NULL");
#undef A
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_tensor *x = dt_inert(tape);
    cr_expect(dt_lstsq(x, x) == x, "a failed tape stays inert");
    dt_tape_free(tape);
}
