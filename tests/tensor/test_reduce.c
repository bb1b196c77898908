/* test_reduce.c - sums over axes against plain loops, and their accuracy. */
#include "helpers.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

/* Compare dti_sum with a loop in extended precision; returns the number of sums compared. */
static int check_sum(const dt_array *in, unsigned mask) {
    int64_t out_shape[DT_MAX_DIMS];
    int out_ndim = 0;
    for (int d = 0; d < in->ndim; d++) {
        if ((mask >> d & 1u) == 0) {
            out_shape[out_ndim++] = in->shape[d];
        }
    }
    dt_array out = random_array(99, in->dtype, out_ndim, out_shape);
    int64_t size = dt_array_size(in), n_sums = dt_array_size(&out);
    long double complex *expected = calloc((size_t)n_sums, sizeof *expected);
    cr_assert(expected != NULL);
    for (int64_t i = 0; i < size; i++) {
        int64_t rest = i, index = 0, step = 1;
        for (int d = in->ndim - 1; d >= 0; d--) {
            if ((mask >> d & 1u) == 0) {
                index += rest % in->shape[d] * step;
                step *= in->shape[d];
            }
            rest /= in->shape[d];
        }
        expected[index] += get(in, i);
    }
    dti_sum(&out, in, mask);
    double terms = n_sums == 0 ? 0 : (double)size / (double)n_sums;
    for (int64_t i = 0; i < n_sums; i++) {
        double error = cabs(get(&out, i) - (double complex)expected[i]);
        double allowed = 20 * epsilon_of(in->dtype) * (sqrt(terms) + 1);
        cr_assert(error <= allowed, "mask %u of %d dimensions, %s: sum %d is off by %g, allowed %g",
                  mask, in->ndim, dt_dtype_name(in->dtype), (int)i, error, allowed);
    }
    dt_array_free(&out);
    free(expected);
    return (int)n_sums;
}

Test(reduce, sums_over_every_set_of_axes) {
    static const struct {
        int ndim;
        int64_t shape[4];
    } shapes[] = {{1, {1}},          {1, {15}},        {1, {5000}},
                  {2, {300, 3}},     {2, {3, 300}},    {2, {130, 112}},
                  {3, {5, 70, 20}},  {3, {40, 2, 33}}, {4, {3, 17, 2, 19}},
                  {4, {2, 1, 30, 1}}};
    int compared = 0;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (int t = 0; t < 4; t++) {
            dt_array in = random_array(s + 1, float_types[t], shapes[s].ndim, shapes[s].shape);
            for (unsigned mask = 0; mask < 1u << in.ndim; mask++) {
                compared += check_sum(&in, mask);
            }
            dt_array_free(&in);
        }
    }
    cr_assert(compared > 1000, "%d sums compared", compared);
}

Test(reduce, sums_views) {
    static const int axes[3] = {2, 0, 1};
    dt_array base = random_array(21, DT_C128, SHAPE(20, 6, 45)),
             row = random_array(22, DT_F64, SHAPE(1, 40));
    dt_array view;
    dti_array_permute(&view, &base, axes, NULL);
    dti_array_slice(&view, &view, 0, 1, 45, 2, NULL);
    for (unsigned mask = 0; mask < 8; mask++) {
        cr_assert(check_sum(&view, mask) > 0);
    }
    dti_array_broadcast(&view, &row, SHAPE(7, 40), NULL);
    for (unsigned mask = 0; mask < 4; mask++) {
        cr_assert(check_sum(&view, mask) > 0);
    }
    dt_array_free(&base);
    dt_array_free(&row);
}

Test(reduce, long_sums_are_cut_into_parts) {
    dt_array tall = random_array(23, DT_F64, SHAPE(70000, 5)),
             flat = random_array(24, DT_C64, SHAPE(200000));
    cr_assert(check_sum(&tall, 1) == 5);
    cr_assert(check_sum(&tall, 3) == 1);
    cr_assert(check_sum(&tall, 2) == 70000);
    cr_assert(check_sum(&flat, 1) == 1);
    dt_array_free(&tall);
    dt_array_free(&flat);
}

Test(reduce, an_empty_sum_is_zero) {
    dt_array in = zero_array(DT_F64, SHAPE(3, 0)), out = random_array(25, DT_F64, SHAPE(3));
    dti_sum(&out, &in, 2);
    for (int64_t i = 0; i < 3; i++) {
        cr_expect(get(&out, i) == 0, "sum %d of nothing is %g", (int)i, creal(get(&out, i)));
    }
    dt_array_free(&in);
    dt_array_free(&out);
}

Test(reduce, rounding_errors_grow_with_the_logarithm_only) {
    /* A running sum of 4 million times 0.1f is off by more than one part in a thousand. */
    const int64_t n = 1 << 22;
    const float value = 0.1f;
    dt_array tenth = dt_array_wrap(DT_F32, 0, NULL, &value), in, out = zero_array(DT_F32, 0, NULL);
    dti_array_broadcast(&in, &tenth, 1, &n, NULL);
    dti_sum(&out, &in, 1);
    double exact = (double)value * (double)n, error = fabs(creal(get(&out, 0)) - exact) / exact;
    cr_expect(error < 2e-6, "4 million times 0.1f: relative error %g", error);
    dt_array plain = zero_array(DT_F32, 1, &n), half;
    cr_assert(dt_array_copy(&plain, &in, NULL) == DT_OK);
    dti_sum(&out, &plain, 1);
    error = fabs(creal(get(&out, 0)) - exact) / exact;
    cr_expect(error < 2e-6, "the same in contiguous memory: relative error %g", error);
    dti_array_slice(&half, &plain, 0, 0, 30000, 1, NULL); /* too short to be cut into parts */
    dti_sum(&out, &half, 1);
    exact = (double)value * 30000;
    error = fabs(creal(get(&out, 0)) - exact) / exact;
    cr_expect(error < 3e-7, "30000 times 0.1f: relative error %g", error);
    dt_array_free(&out);
    dt_array_free(&plain);
}

Test(reduce, passes_nan_and_infinity_on) {
    dt_array in = random_array(27, DT_F64, SHAPE(4, 300)), out = zero_array(DT_F64, SHAPE(4));
    set(&in, 300 + 77, NAN);
    set(&in, 600 + 299, INFINITY);
    dti_sum(&out, &in, 2);
    cr_expect(isfinite(creal(get(&out, 0))) && isnan(creal(get(&out, 1))) &&
              isinf(creal(get(&out, 2))) && isfinite(creal(get(&out, 3))));
    dt_array_free(&in);
    dt_array_free(&out);
}
