/* test_reduce.c - sums and means over axes. */
#include "numbers.h"

/* Sum of a (2, 3, 4) operand over the axes in mask; summed axes of place do not matter. */
static value naive_sum(dt_dtype dtype, unsigned mask, const int64_t *place) {
    static const int64_t shape[3] = {2, 3, 4};
    value sum = 0;
    for (int64_t at = 0; at < 24; at++) {
        const int64_t here[3] = {at / 12, at / 4 % 3, at % 4};
        bool counts = true;
        for (int d = 0; d < 3; d++) {
            counts = counts && ((mask & 1u << d) != 0 || here[d] == place[d] % shape[d]);
        }
        sum += counts ? number_at(1, at, dtype) : 0;
    }
    return sum;
}

static void compare(dt_tape *tape, dt_dtype dtype, unsigned mask) {
    static const int64_t shape[3] = {2, 3, 4};
    int axes = DT_AXES_LIST;
    int64_t kept[3];
    int n_kept = 0;
    double count = 1;
    for (int d = 0; d < 3; d++) {
        if (mask & 1u << d) {
            axes |= DT_AXIS(d == 1 ? -2 : d);
            count *= (double)shape[d];
        } else {
            kept[n_kept++] = shape[d];
        }
    }
    dt_tensor *x = numbers(tape, 1, dtype, SHAPE(2, 3, 4));
    dt_tensor *sum = dt_sum(x, axes), *mean = dt_mean(x, axes);
    expect_shape("sum", sum, n_kept, kept);
    expect_shape("mean", mean, n_kept, kept);
    for (int64_t at = 0; at < dt_size(sum); at++) {
        int64_t place[3] = {0}, rest = at;
        for (int d = 2; d >= 0; d--) {
            if (!(mask & 1u << d)) {
                place[d] = rest % shape[d];
                rest /= shape[d];
            }
        }
        value expected = naive_sum(dtype, mask, place);
        expect_near("sum", at, element(sum, at), expected, 0); /* eighths: exact in any order */
        expect_near("mean", at, element(mean, at), expected / count, 2 * tolerance(dtype));
    }
}

Test(reduce, sums_and_means_agree_with_plain_loops_over_any_axes) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (unsigned mask = 0; mask < 8; mask++) {
            compare(tape, float_types[t], mask);
        }
    }
    dt_tape_free(tape);
}

Test(reduce, one_axis_and_all_axes_are_special_cases) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = numbers(tape, 1, DT_F64, SHAPE(2, 3, 4));
    const int64_t zero[3] = {0, 0, 0};
    expect_near("last axis", 0, element(dt_sum(x, -1), 0), naive_sum(DT_F64, 4, zero), 0);
    expect_near("last mean", 0, element(dt_mean(x, -1), 0), naive_sum(DT_F64, 4, zero) / 4, 1e-15);
    expect_near("all", 0, element(dt_sum(x, DT_ALL), 0), naive_sum(DT_F64, 7, zero), 0);
    expect_near("mean of all", 0, element(dt_mean(x, DT_ALL), 0), naive_sum(DT_F64, 7, zero) / 24,
                1e-15);
    expect_near("a scalar", 0, element(dt_mean(dt_scalar(tape, 3), DT_ALL), 0), 3, 0);
    dt_tape_free(tape);
}

Test(reduce, the_sum_of_nothing_is_zero_and_its_mean_an_error) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = numbers(tape, 1, DT_F32, SHAPE(0, 4));
    dt_tensor *sum = dt_sum(x, 0);
    expect_shape("sum", sum, SHAPE(4));
    for (int64_t i = 0; i < 4; i++) {
        expect_near("empty sum", i, element(sum, i), 0, 0);
    }
    expect_shape("no means of four each", dt_mean(x, 1), SHAPE(0));
    expect_failure(tape, dt_mean(x, 0), DT_ERR_SHAPE,
                   "mean: there are no elements to take the mean of: f32(0,4)");
    dt_tape_free(tape);
}

Test(reduce, bad_axes_are_named) {
    dt_tape *tape = dt_tape_new(NULL);
#define X numbers(tape, 1, DT_F64, SHAPE(3, 4))
    expect_failure(tape, dt_sum(X, 2), DT_ERR_ARGUMENT,
                   "sum: axis 2 does not exist among the 2 dimensions (first 0, last -1)");
    expect_failure(tape, dt_sum(X, DT_AXES(0, -2)), DT_ERR_ARGUMENT,
                   "sum: axis -2 of 2 is named twice");
    expect_failure(tape, dt_mean(X, -3), DT_ERR_ARGUMENT,
                   "mean: axis -3 does not exist among the 2 dimensions (first 0, last -1)");
    expect_failure(tape, dt_sum(dt_constant(tape, DT_I64, SHAPE(2), NULL), DT_ALL), DT_ERR_DTYPE,
                   "sum: input 0 must be f32, f64, c64 or c128: i64(2)");
#undef X
    dt_tape_free(tape);
}

static dt_tensor *mean_square(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_mean(dt_square(in[0]), DT_AXES(2, 0));
}

Test(reduce, means_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *at = numbers(tape, 3, double_types[t], SHAPE(2, 3, 4));
        expect_exact_gradients("mean_square", mean_square, 1, &at);
    }
    dt_tape_free(tape);
}
