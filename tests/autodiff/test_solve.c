/* test_solve.c - solutions and inverses of general matrices, against elimination by hand in
 * extended precision. */
#include "dense.h"

#include <difftape/derivatives.h>
#include <difftape/linalg.h>

#include <stdio.h>

/* Units of the unknowns' equations, as far as single precision reaches. */
static const double scales[] = {1, 1e26, 1e-26};

Test(solve, agrees_with_elimination_in_every_type_and_unit) {
    dt_tape *tape = dt_tape_new(NULL);
    int compared = 0;
    for (size_t c = 0; c < COUNT(float_types) * COUNT(scales); c++) {
        dt_dtype dtype = float_types[c / COUNT(scales)];
        double scale = scales[c % COUNT(scales)];
        dt_tensor *a = matrices(tape, 3, dtype, scale, SHAPE(2, 4, 4));
        dt_tensor *b = matrices(tape, 4, dtype, 1, SHAPE(2, 4, 3));
        dt_tensor *x = dt_solve(a, b);
        for (int k = 0; k < 2; k++) {
            struct dense expected = eliminated(dense_of(a, k), dense_of(b, k));
            compared += expect_matrix("solve", x, k, &expected, 50 * tolerance(dtype));
        }
        dt_tape_reset(tape);
    }
    cr_assert(compared == 4 * 3 * 2 * 12, "%d numbers compared", compared);
    dt_tape_free(tape);
}

Test(solve, takes_one_column_one_row_and_strided_views) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *a = dt_transpose(matrices(tape, 3, dtype, 1, SHAPE(5, 5)));
        dt_tensor *b = dt_transpose(matrices(tape, 5, dtype, 1, SHAPE(3, 5)));
        struct dense expected = eliminated(dense_of(a, 0), dense_of(b, 0));
        cr_assert(expect_matrix("views", dt_solve(a, b), 0, &expected, 100 * tolerance(dtype)) > 0);
        dt_tensor *column = matrices(tape, 6, dtype, 1, SHAPE(5, 1));
        expected = eliminated(dense_of(a, 0), dense_of(column, 0));
        cr_assert(expect_matrix("a column", dt_solve(a, column), 0, &expected,
                                100 * tolerance(dtype)) > 0);
        dt_tensor *one = dt_full(tape, dtype, SHAPE(1, 1), 4);
        dt_tensor *row = dt_full(tape, dtype, SHAPE(1, 2), 6);
        expect_near("1 x 1", 1, element(dt_solve(one, row), 1), 1.5, 0);
    }
    dt_tape_free(tape);
}

Test(solve, broadcasts_batches_of_either_operand_and_mixes_real_with_complex) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = matrices(tape, 3, DT_F64, 1, SHAPE(2, 1, 3, 3));
    dt_tensor *b = matrices(tape, 4, DT_C128, 1, SHAPE(3, 3, 2));
    dt_tensor *x = dt_solve(a, b);
    expect_shape("both", x, SHAPE(2, 3, 3, 2));
    cr_assert_eq(dt_dtype_of(x), DT_C128);
    for (int k = 0; k < 6; k++) {
        struct dense expected = eliminated(dense_of(a, k / 3), dense_of(b, k % 3));
        cr_assert(expect_matrix("broadcast", x, k, &expected, 1e-13) > 0);
    }
    dt_tape_free(tape);
}

Test(solve, gradients_are_those_of_the_adjoint_equations) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(double_types) * COUNT(scales); c++) {
        dt_dtype dtype = double_types[c / COUNT(scales)];
        double scale = scales[c % COUNT(scales)];
        dt_tensor *a = matrices(tape, 3, dtype, scale, SHAPE(4, 4));
        dt_tensor *b = matrices(tape, 4, dtype, 1, SHAPE(4, 2));
        dt_tensor *ybar = numbers(tape, 7, dtype, SHAPE(4, 2));
        dt_backward_from(dt_solve(a, b), ybar);
        struct dense turned = dense_of(a, 0), right = dense_of(ybar, 0);
        struct dense x = eliminated(turned, dense_of(b, 0));
        struct dense bbar = eliminated(adjoint(&turned), right), x_adjoint = adjoint(&x);
        struct dense abar = product(&bbar, &x_adjoint);
        for (int i = 0; i < 16; i++) {
            abar.at[i] = -abar.at[i];
        }
        cr_assert(expect_matrix("bbar", dt_gradient(b), 0, &bbar, 1e-12) == 8);
        cr_assert(expect_matrix("abar", dt_gradient(a), 0, &abar, 1e-12) == 16);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(solve, a_matrix_singular_but_for_rounding_gives_what_elimination_gives) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double nearly[4] = {1, 1, 1, 1 + 0x1p-50}, right[2] = {0, 1};
    dt_tensor *x = dt_solve(dt_constant(tape, DT_F64, SHAPE(2, 2), nearly),
                            dt_constant(tape, DT_F64, SHAPE(2, 1), right));
    expect_near("x", 0, element(x, 0), -0x1p50, 0);
    expect_near("x", 1, element(x, 1), 0x1p50, 0);
    dt_tape_free(tape);
}

Test(solve, names_the_singular_matrix) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        value a[12] = {2, 1, 1, 2, 1, 2, 2, 4, 0, 0, 0, 0}; /* matrices 1 and 2 */
        dt_tensor *b = dt_full(tape, float_types[t], SHAPE(2, 1), 1);
        dt_tensor *x = dt_solve(tensor(tape, float_types[t], SHAPE(3, 2, 2), a, false), b);
        cr_expect(dt_tape_error(tape)->index == 1, "index %lld",
                  (long long)dt_tape_error(tape)->index);
        char message[160];
        const char *type = dt_dtype_name(float_types[t]);
        snprintf(message, sizeof message,
                 "solve: matrix 1 of 3 is singular, elimination ends at a zero pivot: dt_pinv "
                 "times the right-hand side gives the shortest solution: %s(3,2,2), "
                 "%s(2,1)",
                 type, type);
        expect_failure(tape, x, DT_ERR_SINGULAR, message);
    }
    dt_tape_free(tape);
}

Test(solve, nan_and_infinity_arrive_in_the_result_wherever_they_stand) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double poison[] = {NAN, INFINITY};
    for (int c = 0; c < 4 * 9 * 2; c++) {
        dt_dtype dtype = float_types[c % 4];
        value a[9] = {2, 1, 0, 1, 3, 1, 0, 1, 4};
        a[c / 8] = poison[c / 4 % 2];
        dt_tensor *x = dt_solve(tensor(tape, dtype, SHAPE(3, 3), a, false),
                                dt_full(tape, dtype, SHAPE(3, 2), 1));
        int bad = 0;
        if (dt_tape_status(tape) == DT_OK) {
            for (int64_t i = 0; i < 6; i++) {
                bad += !isfinite(creal(element(x, i))) || element(x, i) == 0;
            }
        }
        bool refused = dt_tape_status(tape) == DT_ERR_SINGULAR;
        cr_expect(bad > 0 || (refused && isinf(poison[c / 4 % 2])), "%s, element %d is %g: %s",
                  dt_dtype_name(dtype), c / 8, poison[c / 4 % 2], dt_tape_message(tape));
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(solve, of_nothing_is_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_C128, SHAPE(0, 2, 2), NULL);
    dt_tensor *x = dt_solve(a, dt_full(tape, DT_C128, SHAPE(2, 3), 1));
    expect_shape("no matrices", x, SHAPE(0, 2, 3));
    dt_backward(dt_sum(dt_abs2(x), DT_ALL));
    expect_shape("no gradient", dt_gradient(a), SHAPE(0, 2, 2));
    x = dt_solve(dt_full(tape, DT_F64, SHAPE(0, 0), 0), dt_full(tape, DT_F64, SHAPE(4, 0, 3), 0));
    expect_shape("no rows", x, SHAPE(4, 0, 3));
    x = dt_solve(dt_full(tape, DT_F32, SHAPE(2, 2), 1), dt_full(tape, DT_F32, SHAPE(2, 0), 0));
    expect_shape("no columns", x, SHAPE(2, 0));
    expect_shape("no inverse", dt_inverse(a), SHAPE(0, 2, 2));
    dt_tape_free(tape);
}

Test(solve, inverse_agrees_with_elimination_and_its_gradient_with_two_products) {
    dt_tape *tape = dt_tape_new(NULL);
    int compared = 0;
    for (size_t c = 0; c < COUNT(float_types) * COUNT(scales); c++) {
        dt_dtype dtype = float_types[c / COUNT(scales)];
        double scale = scales[c % COUNT(scales)];
        dt_tensor *a = matrices(tape, 8, dtype, scale, SHAPE(2, 4, 4));
        dt_tensor *x = dt_inverse(a), *ybar = numbers(tape, 7, dtype, SHAPE(2, 4, 4));
        dt_backward_from(x, ybar);
        for (int k = 0; k < 2; k++) {
            struct dense unit = {.rows = 4, .columns = 4}, y = dense_of(ybar, k);
            for (int i = 0; i < 4; i++) {
                *place(&unit, i, i) = 1;
            }
            struct dense expected = eliminated(dense_of(a, k), unit), turned = adjoint(&expected);
            compared += expect_matrix("inverse", x, k, &expected, 50 * tolerance(dtype));
            if (scale == 1) { /* its square leaves single precision in other units */
                struct dense half = product(&turned, &y), abar = product(&half, &turned);
                for (int i = 0; i < 16; i++) {
                    abar.at[i] = -abar.at[i];
                }
                compared +=
                    expect_matrix("its gradient", dt_gradient(a), k, &abar, 100 * tolerance(dtype));
            }
        }
        dt_tape_reset(tape);
    }
    cr_assert(compared == 4 * 2 * 16 * (3 + 1), "%d numbers compared", compared);
    dt_tape_free(tape);
}

Test(solve, factors_are_not_computed_again_for_the_gradient) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = matrices(tape, 3, DT_F64, 1, SHAPE(3, 3));
    dt_tensor *x = dt_solve(dt_scale(a, 1), numbers(tape, 4, DT_F64, SHAPE(3, 2)));
    dt_backward(dt_sum(dt_abs2(x), DT_ALL));
    double before[9];
    memcpy(before, dt_data_f64(dt_gradient(a)), sizeof before);
    dt_tape_zero_gradients(tape);
    const double other[9] = {9, 9, 9, 9, 9, 9, 9, 9, 9}; /* singular */
    dt_set_data(a, other);
    dt_backward(dt_sum(dt_abs2(x), DT_ALL));
    for (int64_t i = 0; i < 9; i++) {
        expect_near("from the same factors", i, element(dt_gradient(a), i), before[i], 0);
    }
    dt_tape_free(tape);
}

Test(solve, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
#define A(...) dt_full(tape, DT_F64, SHAPE(__VA_ARGS__), 0)
    expect_failure(tape, dt_solve(A(2, 3), A(3, 1)), DT_ERR_SHAPE,
                   "solve: the first input needs square matrices: f64(2,3), f64(3,1)");
    expect_failure(tape, dt_solve(A(3, 3), A(2, 1)), DT_ERR_SHAPE,
                   "solve: the matrix and the right-hand side differ in their number of rows: "
                   "f64(3,3), f64(2,1)");
    expect_failure(tape, dt_solve(A(3, 3), A(3)), DT_ERR_SHAPE,
                   "solve: input 1 needs at least two dimensions (dt_expand_dims makes a vector a "
                   "matrix): f64(3,3), f64(3)");
    expect_failure(tape, dt_solve(A(2, 3, 3), A(4, 3, 1)), DT_ERR_SHAPE,
                   "solve: leading dimensions do not broadcast: f64(2,3,3), f64(4,3,1)");
    expect_failure(tape, dt_solve(A(2, 2), dt_full(tape, DT_F32, SHAPE(2, 2), 0)), DT_ERR_DTYPE,
                   "solve: types do not mix (use dt_cast to convert on purpose): f64(2,2), "
                   "f32(2,2)");
    expect_failure(tape, dt_solve(A(2, 2), NULL), DT_ERR_ARGUMENT, "solve: input 1 is NULL");
    expect_failure(tape, dt_inverse(A(2, 3)), DT_ERR_SHAPE,
                   "inverse: solve: the first input needs square matrices: f64(2,3), f64(3,3)");
    expect_failure(tape, dt_inverse(A(3)), DT_ERR_SHAPE,
                   "inverse: solve: input 0 needs at least two dimensions (dt_expand_dims makes a "
                   "vector a matrix): f64(3), f64(3)");
    expect_failure(tape, dt_inverse(A(2, 2)), DT_ERR_SINGULAR,
                   "inverse: solve: the matrix is singular, elimination ends at a zero pivot: "
                   "dt_pinv times the right-hand side gives the shortest solution: "
                   "f64(2,2), f64(2,2)");
#undef A
    cr_expect(dt_inverse(NULL) == NULL, "NULL for NULL");
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_tensor *x = dt_inert(tape);
    cr_expect(dt_solve(x, x) == x && dt_inverse(x) == x, "a failed tape stays inert");
    cr_expect_str_eq(dt_tape_message(tape), "the first failure", "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}
