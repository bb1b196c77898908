/* test_matmul.c - matrix products against plain loops, under all flags, types and batches. */
#include "numbers.h"

#include <stdio.h>

static const dt_flag flags[3] = {DT_N, DT_T, DT_C};

/* Element (i, j) of op(x) for one stored matrix of `cols` columns starting at place `start`. */
static value entry(int seed, dt_dtype dtype, int64_t start, int64_t cols, dt_flag flag, int64_t i,
                   int64_t j) {
    int64_t at = flag == DT_N ? i * cols + j : j * cols + i;
    value x = number_at(seed, start + at, dtype);
    return flag == DT_C ? conj(x) : x;
}

/* (2, 3) times (3, 4), each stored as its flag asks, `batch` of them. */
static void compare_flags(dt_tape *tape, dt_dtype dtype, dt_flag fa, dt_flag fb, int64_t batch) {
    int64_t a_shape[3] = {batch, 2, 3}, b_shape[3] = {batch, 3, 4};
    if (fa != DT_N) {
        a_shape[1] = 3;
        a_shape[2] = 2;
    }
    if (fb != DT_N) {
        b_shape[1] = 4;
        b_shape[2] = 3;
    }
    int skip = batch == 1; /* also products of plain matrices */
    dt_tensor *y = dt_matmul_flags(numbers(tape, 1, dtype, 3 - skip, a_shape + skip), fa,
                                   numbers(tape, 2, dtype, 3 - skip, b_shape + skip), fb);
    const int64_t y_shape[3] = {batch, 2, 4};
    expect_shape("matmul", y, 3 - skip, y_shape + skip);
    for (int64_t at = 0; at < batch * 8; at++) {
        int64_t m = at / 8, i = at / 4 % 2, j = at % 4;
        value expected = 0;
        for (int64_t k = 0; k < 3; k++) {
            expected += entry(1, dtype, m * 6, a_shape[2], fa, i, k) *
                        entry(2, dtype, m * 12, b_shape[2], fb, k, j);
        }
        char what[64];
        snprintf(what, sizeof what, "%s flags %d, %d", dt_dtype_name(dtype), (int)fa, (int)fb);
        expect_near(what, at, element(y, at), expected, 20 * tolerance(dtype));
    }
}

Test(matmul, agrees_with_plain_loops_for_all_types_and_flags) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (int f = 0; f < 9; f++) {
            compare_flags(tape, float_types[t], flags[f / 3], flags[f % 3], 1);
            compare_flags(tape, float_types[t], flags[f / 3], flags[f % 3], 3);
        }
    }
    dt_tape_free(tape);
}

Test(matmul, leading_dimensions_broadcast) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *y = dt_matmul(numbers(tape, 1, dtype, SHAPE(2, 1, 2, 3)),
                                 numbers(tape, 2, dtype, SHAPE(3, 3, 2)));
        expect_shape("matmul", y, SHAPE(2, 3, 2, 2));
        for (int64_t at = 0; at < 24; at++) {
            int64_t p = at / 12, q = at / 4 % 3, i = at / 2 % 2, j = at % 2;
            value expected = 0;
            for (int64_t k = 0; k < 3; k++) {
                expected += number_at(1, (p * 2 + i) * 3 + k, dtype) *
                            number_at(2, (q * 3 + k) * 2 + j, dtype);
            }
            expect_near("broadcast batch", at, element(y, at), expected, 20 * tolerance(dtype));
        }
    }
    dt_tape_free(tape);
}

Test(matmul, takes_strided_operands) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *a = dt_slice(numbers(tape, 1, dtype, SHAPE(3, 8)), 1, 1, 8, 3); /* 1, 4, 7 */
        dt_tensor *b = dt_broadcast(numbers(tape, 2, dtype, SHAPE(3, 1)), SHAPE(3, 2));
        dt_tensor *y = dt_matmul_flags(dt_transpose(a), DT_C, b, DT_N);
        expect_shape("matmul", y, SHAPE(3, 2));
        for (int64_t at = 0; at < 6; at++) {
            value expected = 0;
            for (int64_t k = 0; k < 3; k++) {
                expected +=
                    conj(number_at(1, at / 2 * 8 + 1 + 3 * k, dtype)) * number_at(2, k, dtype);
            }
            expect_near("strided", at, element(y, at), expected, 20 * tolerance(dtype));
        }
    }
    dt_tape_free(tape);
}

Test(matmul, real_mixes_with_complex) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, SHAPE(1, 2), (double[]){2, -3});
    dt_tensor *b = dt_parameter(tape, DT_C128, SHAPE(2, 1), (dt_c128[]){{1, 4}, {5, -1}});
    dt_tensor *y = dt_matmul(a, b);
    cr_assert(dt_dtype_of(y) == DT_C128, "got %s", dt_dtype_name(dt_dtype_of(y)));
    expect_near("mixed", 0, element(y, 0), parts(-13, 11), 0);
    dt_backward(dt_sum(dt_abs2(y), DT_ALL));
    cr_assert(dt_dtype_of(dt_gradient(a)) == DT_F64, "a real operand has a real gradient");
    const value ybar = 2 * parts(-13, 11);
    expect_near("abar", 0, element(dt_gradient(a), 0), creal(ybar * parts(1, -4)), 1e-12);
    expect_near("abar", 1, element(dt_gradient(a), 1), creal(ybar * parts(5, 1)), 1e-12);
    expect_near("bbar", 1, element(dt_gradient(b), 1), -3 * ybar, 1e-12);
    dt_tape_free(tape);
}

Test(matmul, an_inner_size_of_zero_gives_zeros) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *y =
        dt_matmul(numbers(tape, 1, DT_C64, SHAPE(2, 2, 0)), numbers(tape, 1, DT_C64, SHAPE(0, 3)));
    expect_shape("matmul", y, SHAPE(2, 2, 3));
    for (int64_t i = 0; i < 12; i++) {
        expect_near("zeros", i, element(y, i), 0, 0);
    }
    expect_shape(
        "no rows",
        dt_matmul(numbers(tape, 1, DT_C64, SHAPE(0, 2)), numbers(tape, 1, DT_C64, SHAPE(2, 3))),
        SHAPE(0, 3));
    dt_tape_free(tape);
}

Test(matmul, refuses_operands_that_do_not_fit_with_their_shapes) {
    dt_tape *tape = dt_tape_new(NULL);
#define A(...) dt_full(tape, DT_F64, SHAPE(__VA_ARGS__), 0)
    expect_failure(
        tape, dt_matmul(A(4096, 3), A(256, 3)), DT_ERR_SHAPE,
        "matmul: inner sizes differ (dt_matmul_flags transposes): f64(4096,3), f64(256,3)");
    expect_failure(tape, dt_matmul_flags(A(4, 3), DT_T, A(3, 3), DT_C), DT_ERR_SHAPE,
                   "matmul: inner sizes differ under flags T, C: f64(4,3), f64(3,3)");
    expect_failure(tape, dt_matmul(A(3), A(3, 4)), DT_ERR_SHAPE,
                   "matmul: input 0 needs at least two dimensions (dt_expand_dims makes a vector a "
                   "matrix): f64(3), f64(3,4)");
    expect_failure(tape, dt_matmul(A(2, 3, 3), A(4, 3, 3)), DT_ERR_SHAPE,
                   "matmul: leading dimensions do not broadcast: f64(2,3,3), f64(4,3,3)");
    expect_failure(tape, dt_matmul(A(3, 3), dt_full(tape, DT_C64, SHAPE(3, 3), 0)), DT_ERR_DTYPE,
                   "matmul: types do not mix (use dt_cast to convert on purpose): f64(3,3), "
                   "c64(3,3)");
    expect_failure(tape, dt_matmul_flags(A(3, 3), (dt_flag)7, A(3, 3), DT_N), DT_ERR_ARGUMENT,
                   "matmul: flags 7, 0: each must be DT_N, DT_T or DT_C: f64(3,3), f64(3,3)");
#undef A
    dt_tape_free(tape);
}

/* One matrix under a batch, whose cotangent is contracted over the batch at once: from contiguous
 * operands, from a strided one, and where the flag forbids it. */
static dt_tensor *shared_weights(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_tensor *plain = dt_matmul(in[0], in[1]);
    dt_tensor *strided = dt_matmul(dt_permute(in[0], (int[]){1, 0, 2}), in[1]);
    dt_tensor *flagged = dt_matmul_flags(in[0], DT_C, dt_transpose(in[1]), DT_N);
    return dt_add(dt_sum(dt_square(plain), DT_AXES(0, 1, 2)),
                  dt_add(dt_sum(dt_mul(strided, dt_square(strided)), DT_ALL),
                         dt_sum(dt_square(flagged), DT_ALL)));
}

Test(matmul, weights_shared_by_a_batch_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 3, double_types[t], SHAPE(2, 3, 3)),
                                 numbers(tape, 4, double_types[t], SHAPE(3, 3))};
        expect_exact_gradients("shared_weights", shared_weights, 2, at);
    }
    dt_tape_free(tape);
}
