/* test_convolve.c - convolutions and sub-pixel shifts through transforms against plain sums. */
#include "oracle.h"

#include <difftape/fourier.h>

/* -- convolutions ------------------------------------------------------------------------------ */

/* sum_j a_j b_(k-j) along one axis of two vectors, j and k - j inside (or circular). */
static value convolved(int64_t na, int64_t nb, dt_dtype ta, dt_dtype tb, int64_t k, bool circular) {
    value sum = 0;
    for (int64_t j = 0; j < na; j++) {
        int64_t other = circular ? (k - j + na) % na : k - j;
        if (other >= 0 && other < nb) {
            sum += number_at(1, j, ta) * number_at(2, other, tb);
        }
    }
    return sum;
}

static void compare_vectors(dt_tape *tape, dt_dtype ta, dt_dtype tb, int64_t na, int64_t nb,
                            dt_convolution mode) {
    dt_tensor *a = many(tape, 1, ta, SHAPE(na)), *b = many(tape, 2, tb, SHAPE(nb));
    dt_tensor *y = dt_fft_convolve(a, b, 0, mode);
    int64_t n = mode == DT_CONV_FULL ? na + nb - 1 : na, start = 0;
    if (mode == DT_CONV_SAME) {
        start = (na + nb - 1 - na) / 2; /* the middle na of all */
    }
    expect_shape("convolve", y, 1, &n);
    bool complex_result = dt_dtype_is_complex(ta) || dt_dtype_is_complex(tb);
    cr_assert(dt_dtype_is_complex(dt_dtype_of(y)) == complex_result, "real for real operands");
    for (int64_t k = 0; k < n; k++) {
        value expected = convolved(na, nb, ta, tb, k + start, mode == DT_CONV_CIRCULAR);
        expect_near("convolve", k, element(y, k), expected, tolerance(ta) * 4 * (double)(na + nb));
    }
}

Test(convolve, full_same_and_circular_are_the_sums) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t pairs[][2] = {{1, 1}, {5, 3}, {3, 5}, {8, 2}, {7, 7}, {4, 13}, {31, 11}};
    static const dt_dtype types[][2] = {{DT_F64, DT_F64},
                                        {DT_C128, DT_C128},
                                        {DT_F64, DT_C128},
                                        {DT_F32, DT_F32},
                                        {DT_C64, DT_F32}};
    for (size_t t = 0; t < COUNT(types); t++) {
        for (size_t p = 0; p < COUNT(pairs); p++) {
            int64_t na = pairs[p][0], nb = pairs[p][1];
            compare_vectors(tape, types[t][0], types[t][1], na, nb, DT_CONV_FULL);
            compare_vectors(tape, types[t][0], types[t][1], na, nb, DT_CONV_SAME);
            compare_vectors(tape, types[t][0], types[t][1], na, na, DT_CONV_CIRCULAR);
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

Test(convolve, several_axes_together_and_the_others_broadcast) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t a_shape[] = {2, 4, 3}, b_shape[] = {1, 2, 3}, y_shape[] = {2, 5, 5};
    dt_tensor *y = dt_fft_convolve(many(tape, 1, DT_F64, 3, a_shape),
                                   many(tape, 2, DT_F64, 3, b_shape), DT_AXES(2, 1), DT_CONV_FULL);
    expect_shape("convolve", y, 3, y_shape);
    for (int64_t at = 0; at < 50; at++) {
        int64_t k[3];
        value expected = 0;
        coordinates(at, 3, y_shape, k);
        for (int64_t i = 0; i < 4; i++) {
            for (int64_t j = 0; j < 3; j++) {
                int64_t p = k[1] - i, q = k[2] - j;
                if (p >= 0 && p < 2 && q >= 0 && q < 3) {
                    expected += number_at(1, (k[0] * 4 + i) * 3 + j, DT_F64) *
                                number_at(2, p * 3 + q, DT_F64);
                }
            }
        }
        expect_near("two axes", at, element(y, at), expected, 1e-13);
    }
    dt_tensor *same =
        dt_fft_convolve(many(tape, 1, DT_F64, 3, a_shape), many(tape, 2, DT_F64, 3, b_shape),
                        DT_AXES(1, 2), DT_CONV_SAME);
    expect_equal("the middle", same, dt_slice(dt_slice(y, 1, 0, 4, 1), 2, 1, 4, 1), 1e-13);
    dt_tape_free(tape);
}

static dt_tensor *mixed_convolution(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_add(dt_sum(dt_square(dt_fft_convolve(in[0], in[1], 1, DT_CONV_SAME)), DT_ALL),
                  dt_sum(dt_fft_convolve(in[0], in[0], DT_ALL, DT_CONV_CIRCULAR), DT_ALL));
}

Test(convolve, convolutions_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 3, double_types[t], SHAPE(2, 4)),
                                 numbers(tape, 4, double_types[t], SHAPE(1, 3))};
        expect_exact_gradients("fft_convolve", mixed_convolution, 2, at);
    }
    dt_tape_free(tape);
}

Test(convolve, refuses_operands_that_do_not_fit) {
    dt_tape *tape = dt_tape_new(NULL);
#define X(...) dt_zeros(tape, DT_F64, SHAPE(__VA_ARGS__))
    expect_failure(tape, dt_fft_convolve(X(3), X(2, 3), 0, DT_CONV_FULL), DT_ERR_SHAPE,
                   "fft_convolve: operands have 1 and 2 dimensions");
    expect_failure(tape, dt_fft_convolve(X(3), X(4), 0, DT_CONV_CIRCULAR), DT_ERR_SHAPE,
                   "fft_convolve: axis 0 has sizes 3 and 4, a circular convolution needs equal "
                   "ones");
    expect_failure(tape, dt_fft_convolve(X(3, 0), X(3, 4), 1, DT_CONV_FULL), DT_ERR_SHAPE,
                   "fft_convolve: axis 1 has sizes 0 and 4");
    expect_failure(tape, dt_fft_convolve(X(3), X(4), 1, DT_CONV_FULL), DT_ERR_ARGUMENT,
                   "fft_convolve: axis 1 does not exist among the 1 dimensions (first 0, last -1)");
    expect_failure(tape, dt_fft_convolve(X(3), X(4), 0, (dt_convolution)3), DT_ERR_ARGUMENT,
                   "fft_convolve: mode 3 must be DT_CONV_FULL, DT_CONV_SAME or DT_CONV_CIRCULAR");
    expect_failure(tape, dt_fft_convolve(X(2, 3), X(3, 3), 1, DT_CONV_FULL), DT_ERR_SHAPE,
                   "mul: shapes do not broadcast (sizes, aligned at the right, must be equal or "
                   "1): c128(2,3), c128(3,3)");
    dt_tensor *huge = dt_broadcast(X(1), SHAPE((INT64_C(1) << 59) + 12345));
    expect_failure(tape, dt_fft_convolve(huge, huge, 0, DT_CONV_FULL), DT_ERR_SHAPE,
                   "fft_convolve: axis 0 is too long: 576460752303435833 and 576460752303435833");
#undef X
    dt_tape_free(tape);
}

/* -- shifts ------------------------------------------------------------------------------------ */

/* A wave with frequencies below the highest: at any shift its values are known. */
static double wave(double r, double n) {
    double t = 2 * PI * r / n;
    return 0.5 + cos(t + 0.3) - 2 * sin(2 * t) + 0.25 * cos(3 * t - 1);
}

Test(fourier_shift, a_band_limited_function_moves_as_it_is_written) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int64_t n = 8; n < 10; n++) {
        double data[10];
        dt_c128 turned[10];
        for (int64_t r = 0; r < n; r++) {
            data[r] = wave((double)r, (double)n);
            turned[r] = (dt_c128){-2 * data[r], data[r]};
        }
        const double by = 1.37;
        dt_tensor *shift = dt_constant(tape, DT_F64, SHAPE(1), &by);
        dt_tensor *y = dt_fourier_shift(dt_constant(tape, DT_F64, SHAPE(n), data), shift, 0);
        dt_tensor *z = dt_fourier_shift(dt_constant(tape, DT_C128, SHAPE(n), turned), shift, 0);
        cr_assert(dt_dtype_of(y) == DT_F64 && dt_dtype_of(z) == DT_C128, "types are kept");
        expect_shape("shifted", y, SHAPE(n));
        for (int64_t r = 0; r < n; r++) {
            double expected = wave((double)r - by, (double)n);
            expect_near("shifted", r, element(y, r), expected, 1e-14);
            expect_near("shifted", r, element(z, r), expected * parts(-2, 1), 2e-14);
        }
    }
    dt_tape_free(tape);
}

Test(fourier_shift, whole_points_are_a_roll_along_each_axis_in_ascending_order) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *x = many(tape, 5, dtype, SHAPE(4, 3, 6));
        const double by[2] = {3, -2};
        dt_tensor *shift = dt_cast(dt_constant(tape, DT_F64, SHAPE(2), by), dt_dtype_real(dtype));
        dt_tensor *expected = dt_roll(dt_roll(x, 0, 3), 2, -2);
        expect_equal("whole points", dt_fourier_shift(x, shift, DT_AXES(2, 0)), expected,
                     8 * tolerance(dtype));
        expect_equal("negative axes", dt_fourier_shift(x, shift, DT_AXES(-1, -3)), expected,
                     8 * tolerance(dtype));
    }
    dt_tape_free(tape);
}

/* cos(pi r) moved by s: cos(pi s) cos(pi r), as sin(pi r) vanishes on all points. */
Test(fourier_shift, the_highest_frequency_of_an_even_size_is_a_cosine) {
    dt_tape *tape = dt_tape_new(NULL);
    const double data[4] = {1, -1, 1, -1}, by = 0.3;
    dt_tensor *y = dt_fourier_shift(dt_constant(tape, DT_F64, SHAPE(4), data),
                                    dt_constant(tape, DT_F64, SHAPE(1), &by), 0);
    for (int64_t r = 0; r < 4; r++) {
        expect_near("alternating", r, element(y, r), data[r] * cos(PI * by), 1e-15);
    }
    dt_tape_free(tape);
}

static dt_tensor *shifted(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_fourier_shift(in[0], dt_real(in[1]), DT_AXES(0, 1));
}

Test(fourier_shift, signals_and_shifts_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 6, double_types[t], SHAPE(3, 4)),
                                 numbers(tape, 7, double_types[t], SHAPE(2))};
        expect_exact_gradients("fourier_shift", shifted, 2, at);
    }
    const double zeros[2] = {0, 0};
    dt_tensor *const rest[] = {numbers(tape, 6, DT_F64, SHAPE(3, 4)),
                               dt_constant(tape, DT_F64, SHAPE(2), zeros)};
    expect_exact_gradients("fourier_shift by nothing", shifted, 2, rest);
    dt_tape_free(tape);
}

Test(fourier_shift, refuses_shifts_that_do_not_fit) {
    dt_tape *tape = dt_tape_new(NULL);
#define X dt_zeros(tape, DT_F64, SHAPE(3, 4))
    expect_failure(tape, dt_fourier_shift(X, dt_zeros(tape, DT_F64, SHAPE(2)), 1), DT_ERR_SHAPE,
                   "fourier_shift: needs 1 shifts, one for each axis");
    expect_failure(tape, dt_fourier_shift(X, dt_scalar(tape, 1), 1), DT_ERR_SHAPE,
                   "fourier_shift: needs 1 shifts, one for each axis");
    expect_failure(
        tape, dt_fourier_shift(X, dt_zeros(tape, DT_F64, SHAPE(1)), 2), DT_ERR_ARGUMENT,
        "fourier_shift: axis 2 does not exist among the 2 dimensions (first 0, last -1)");
    expect_failure(tape, dt_fourier_shift(X, dt_zeros(tape, DT_C128, SHAPE(1)), 1), DT_ERR_DTYPE,
                   "fourier_shift: the shifts must be f64, are c128");
    expect_failure(
        tape,
        dt_fourier_shift(dt_zeros(tape, DT_I64, SHAPE(3)), dt_zeros(tape, DT_F64, SHAPE(1)), 0),
        DT_ERR_DTYPE, "fft: input 0 must be c64 or c128: i64(3)");
#undef X
    dt_tape_free(tape);
}
