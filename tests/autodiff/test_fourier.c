/* test_fourier.c - transforms against sums in long double, over axes, sizes, types and norms. */
#include "oracle.h"

#include <difftape/fourier.h>

#include <pthread.h>

typedef long double complex wide;

enum { MOST_POINTS = 512 };

static const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 12, 16, 17, 97};
static const dt_fft_norm norms[] = {DT_FFT_BACKWARD, DT_FFT_ORTHO, DT_FFT_FORWARD};

/* exp(+- 2 pi i j k / n), the product reduced first. */
static wide root_of_unity(int64_t jk, int64_t n, bool inverse) {
    const long double pi = 3.141592653589793238462643383279502884L;
    long double angle = 2 * pi * (long double)(jk % n) / (long double)n;
    return cosl(angle) + (inverse ? 1 : -1) * sinl(angle) * (wide)I;
}

/* The sums of fourier.h over the axes of a mask, axis by axis, without a scale. */
static void sums(wide *x, int ndim, const int64_t *shape, unsigned mask, bool inverse) {
    int64_t count = count_of(ndim, shape), at[DT_MAX_DIMS];
    static wide y[MOST_POINTS];
    cr_assert(count <= MOST_POINTS, "%lld points are too many", (long long)count);
    for (int d = 0; d < ndim; d++) {
        for (int64_t i = 0; mask >> d & 1u && i < count; i++) {
            coordinates(i, ndim, shape, at);
            int64_t k = at[d];
            y[i] = 0;
            for (at[d] = 0; at[d] < shape[d]; at[d]++) {
                y[i] += x[place_of(at, ndim, shape)] * root_of_unity(at[d] * k, shape[d], inverse);
            }
        }
        if (mask >> d & 1u) {
            memcpy(x, y, (size_t)count * sizeof *x);
        }
    }
}

static double scale_of(int ndim, const int64_t *shape, unsigned mask, dt_fft_norm norm,
                       bool inverse) {
    double n = 1;
    for (int d = 0; d < ndim; d++) {
        n *= mask >> d & 1u ? (double)shape[d] : 1;
    }
    switch (norm) {
    case DT_FFT_BACKWARD: return inverse ? 1 / n : 1;
    case DT_FFT_FORWARD: return inverse ? 1 : 1 / n;
    default: return 1 / sqrt(n);
    }
}

static void load(wide *x, int seed, dt_dtype dtype, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        x[i] = (wide)number_at(seed, i, dtype);
    }
}

/* Rounding of a transform is a few units of the length of the whole signal (Parseval). */
static double allowed_error(const wide *x, int64_t count, double scale, dt_dtype dtype) {
    long double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        sum += creall(x[i] * conjl(x[i]));
    }
    return tolerance(dtype) / 2 * scale * (double)sqrtl(sum);
}

static int axes_of(unsigned mask) {
    return DT_AXES_LIST | (int)mask;
}

static void compare_complex(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                            unsigned mask, dt_fft_norm norm, bool inverse) {
    wide x[MOST_POINTS];
    int64_t count = count_of(ndim, shape);
    load(x, 1, dtype, count);
    double scale = scale_of(ndim, shape, mask, norm, inverse);
    double allowed = allowed_error(x, count, scale, dtype);
    sums(x, ndim, shape, mask, inverse);
    dt_tensor *in = many(tape, 1, dtype, ndim, shape);
    dt_tensor *y = inverse ? dt_ifft(in, axes_of(mask), norm) : dt_fft(in, axes_of(mask), norm);
    expect_shape("fft", y, ndim, shape);
    cr_assert(dt_dtype_of(y) == dt_dtype_complex(dtype), "a transform is complex");
    for (int64_t i = 0; i < count; i++) {
        expect_near("fft", i, element(y, i), scale * (value)x[i], allowed);
    }
}

Test(fourier, complex_transforms_are_the_sums_for_every_size_norm_and_type) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (size_t s = 0; s < COUNT(sizes); s++) {
            for (int c = 0; c < 6; c++) {
                compare_complex(tape, float_types[t], 1, &sizes[s], 1u, norms[c / 2], c % 2);
                dt_tape_reset(tape);
            }
        }
    }
    dt_tape_free(tape);
}

static const int64_t boxes[][3] = {{3, 4, 5}, {2, 1, 7}, {6, 8, 2}, {5, 3, 16}};

Test(fourier, complex_transforms_run_over_any_axes) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t b = 0; b < COUNT(boxes); b++) {
        for (unsigned mask = 1; mask < 8; mask++) {
            compare_complex(tape, DT_C128, 3, boxes[b], mask, DT_FFT_BACKWARD, mask % 2);
            compare_complex(tape, DT_C64, 3, boxes[b], mask, DT_FFT_ORTHO, true);
            compare_complex(tape, DT_F64, 3, boxes[b], mask, DT_FFT_FORWARD, false);
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

Test(fourier, the_ways_to_name_axes_agree_and_views_are_read_as_they_are) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = many(tape, 2, DT_C128, SHAPE(3, 4, 5));
    dt_tensor *all = dt_fft(x, DT_ALL, DT_FFT_BACKWARD);
    expect_equal("all", all, dt_fft(x, DT_AXES(2, 0, -2), DT_FFT_BACKWARD), 0);
    expect_equal("negative", dt_fft(x, -2, DT_FFT_ORTHO), dt_fft(x, 1, DT_FFT_ORTHO), 0);
    dt_tensor *turned = dt_permute(x, (int[]){2, 0, 1}); /* (5, 3, 4) */
    expect_equal("a permuted view", dt_fft(turned, DT_AXES(0, 2), DT_FFT_BACKWARD),
                 dt_permute(dt_fft(x, DT_AXES(2, 1), DT_FFT_BACKWARD), (int[]){2, 0, 1}), 1e-13);
    dt_tensor *steps = dt_slice(many(tape, 3, DT_F64, SHAPE(4, 11)), 1, 1, 11, 3);
    dt_tensor *copy = dt_add(steps, dt_scalar(tape, 0));
    expect_equal("steps", dt_rfft(steps, 1, DT_FFT_BACKWARD), dt_rfft(copy, 1, DT_FFT_BACKWARD),
                 1e-15);
    dt_tensor *wide_view = dt_broadcast(many(tape, 4, DT_C128, SHAPE(3, 1)), SHAPE(2, 3, 4));
    expect_equal("stride 0", dt_fft(wide_view, DT_AXES(1, 2), DT_FFT_BACKWARD),
                 dt_fft(dt_scale(wide_view, 1), DT_AXES(1, 2), DT_FFT_BACKWARD), 1e-14);
    dt_tape_free(tape);
}

/* -- real signals ------------------------------------------------------------------------------ */

static int last_of(unsigned mask) {
    return mask >> 2 ? 2 : mask >> 1 ? 1 : 0;
}

static void compare_rfft(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                         unsigned mask, dt_fft_norm norm) {
    wide x[MOST_POINTS];
    int64_t count = count_of(ndim, shape), half[3], at[3];
    load(x, 3, dtype, count);
    double scale = scale_of(ndim, shape, mask, norm, false);
    double allowed = allowed_error(x, count, scale, dtype);
    sums(x, ndim, shape, mask, false);
    memcpy(half, shape, (size_t)ndim * sizeof *half);
    half[last_of(mask)] = shape[last_of(mask)] / 2 + 1;
    dt_tensor *y = dt_rfft(many(tape, 3, dtype, ndim, shape), axes_of(mask), norm);
    expect_shape("rfft", y, ndim, half);
    for (int64_t i = 0; i < count_of(ndim, half); i++) {
        coordinates(i, ndim, half, at);
        value expected = scale * (value)x[place_of(at, ndim, shape)];
        expect_near("rfft", i, element(y, i), expected, allowed);
    }
}

/* Each frequency of the halved axis that stands for its conjugate too counts twice, and the real
 * part is taken: what remains of any spectrum, whether a real signal has it or not. */
static void compare_irfft(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                          unsigned mask, dt_fft_norm norm) {
    wide x[MOST_POINTS];
    int64_t half[3], at[3], count = count_of(ndim, shape), n = shape[last_of(mask)];
    memcpy(half, shape, (size_t)ndim * sizeof *half);
    half[last_of(mask)] = n / 2 + 1;
    for (int64_t i = 0; i < count; i++) {
        coordinates(i, ndim, shape, at);
        int64_t k = at[last_of(mask)];
        bool kept = k < n / 2 + 1, single = k == 0 || 2 * k == n;
        x[i] = kept ? (single ? 1 : 2) * (wide)number_at(4, place_of(at, ndim, half), dtype) : 0;
    }
    double scale = scale_of(ndim, shape, mask, norm, true);
    double allowed = allowed_error(x, count, scale, dtype);
    sums(x, ndim, shape, mask, true);
    dt_tensor *y = dt_irfft(many(tape, 4, dtype, ndim, half), axes_of(mask), n, norm);
    expect_shape("irfft", y, ndim, shape);
    cr_assert(dt_dtype_of(y) == dt_dtype_real(dtype), "the way back is real");
    for (int64_t i = 0; i < count; i++) {
        expect_near("irfft", i, element(y, i), scale * (double)creall(x[i]), allowed);
    }
}

Test(fourier, real_transforms_keep_the_lower_half_and_come_back) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t s = 0; s < COUNT(sizes); s++) {
        for (size_t m = 0; m < COUNT(norms); m++) {
            compare_rfft(tape, DT_F64, 1, &sizes[s], 1u, norms[m]);
            compare_rfft(tape, DT_F32, 1, &sizes[s], 1u, norms[m]);
            compare_irfft(tape, DT_C128, 1, &sizes[s], 1u, norms[m]);
            compare_irfft(tape, DT_C64, 1, &sizes[s], 1u, norms[m]);
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

Test(fourier, real_transforms_halve_the_last_of_the_axes) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t b = 0; b < COUNT(boxes); b++) {
        for (unsigned mask = 1; mask < 8; mask++) {
            compare_rfft(tape, DT_F64, 3, boxes[b], mask, norms[mask % 3]);
            compare_irfft(tape, DT_C128, 3, boxes[b], mask, norms[mask % 3]);
            compare_irfft(tape, DT_C64, 3, boxes[b], mask, norms[(mask + 1) % 3]);
            dt_tape_reset(tape);
        }
    }
    dt_tape_free(tape);
}

Test(fourier, forward_and_back_is_the_identity) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t m = 0; m < COUNT(norms); m++) {
        for (int64_t n = 6; n < 8; n++) {
            dt_tensor *x = many(tape, 5, DT_F64, SHAPE(3, n));
            dt_tensor *half = dt_rfft(x, DT_ALL, norms[m]);
            expect_equal("real", dt_irfft(half, DT_ALL, n, norms[m]), x, 1e-14);
            dt_tensor *z = many(tape, 6, DT_C128, SHAPE(3, n));
            expect_equal("complex", dt_ifft(dt_fft(z, DT_ALL, norms[m]), DT_ALL, norms[m]), z,
                         1e-14);
        }
    }
    dt_tape_free(tape);
}

/* -- what transforms are known for ------------------------------------------------------------- */

Test(fourier, the_energy_of_a_signal_is_that_of_its_spectrum) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = many(tape, 7, DT_C128, SHAPE(5, 7));
    double energy = dt_item(dt_sum(dt_abs2(x), DT_ALL));
    const double factors[] = {35, 1, 1.0 / 35}; /* of the three normalisations */
    for (size_t m = 0; m < COUNT(norms); m++) {
        double got = dt_item(dt_sum(dt_abs2(dt_fft(x, DT_ALL, norms[m])), DT_ALL));
        cr_expect(fabs(got / energy / factors[m] - 1) < 1e-14, "norm %zu: %.17g", m, got / energy);
    }
    dt_tape_free(tape);
}

Test(fourier, transforms_are_linear_and_a_roll_is_a_phase_ramp) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { N = 12 };
    dt_tensor *x = many(tape, 8, DT_C128, SHAPE(N)), *y = many(tape, 9, DT_C128, SHAPE(N));
    dt_tensor *fx = dt_fft(x, 0, DT_FFT_BACKWARD), *fy = dt_fft(y, 0, DT_FFT_BACKWARD);
    expect_equal("linear", dt_fft(dt_add(dt_scale(x, 3), y), 0, DT_FFT_BACKWARD),
                 dt_add(dt_scale(fx, 3), fy), 1e-12);
    dt_tensor *rolled = dt_fft(dt_roll(x, 0, 5), 0, DT_FFT_BACKWARD);
    for (int64_t k = 0; k < N; k++) {
        value ramp = (value)root_of_unity(5 * k, N, false);
        expect_near("shift theorem", k, element(rolled, k), ramp * element(fx, k), 1e-13);
    }
    dt_tape_free(tape);
}

/* Zeros behind a signal give its spectrum on a finer grid; cutting a spectrum to its lowest
 * frequencies samples the same wave with fewer points. */
Test(fourier, zero_padding_refines_the_spectrum_and_cropping_coarsens_the_signal) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { N = 5, M = 16 };
    dt_tensor *x = many(tape, 10, DT_C128, SHAPE(N));
    dt_tensor *fine = dt_fft(dt_pad(x, 0, 0, M - N, 0), 0, DT_FFT_BACKWARD);
    expect_shape("padded", fine, SHAPE(M));
    for (int64_t k = 0; k < M; k++) {
        wide expected = 0;
        for (int64_t j = 0; j < N; j++) {
            expected += (wide)number_at(10, j, DT_C128) * root_of_unity(j * k, M, false);
        }
        expect_near("padded", k, element(fine, k), (value)expected, 1e-14);
    }
    double wave[12];
    for (int j = 0; j < 12; j++) {
        wave[j] = 1 + 2 * cos(2 * PI * j / 12) - sin(2 * PI * 2 * j / 12);
    }
    dt_tensor *spectrum = dt_rfft(dt_constant(tape, DT_F64, SHAPE(12), wave), 0, DT_FFT_FORWARD);
    dt_tensor *coarse = dt_irfft(dt_slice(spectrum, 0, 0, 4, 1), 0, 6, DT_FFT_FORWARD);
    for (int64_t j = 0; j < 6; j++) {
        expect_near("cropped", j, element(coarse, j), wave[2 * j], 1e-15 * 8);
    }
    dt_tape_free(tape);
}

Test(fourier, a_nan_spoils_its_own_row_only) {
    dt_tape *tape = dt_tape_new(NULL);
    double data[10] = {1, 2, NAN, 4, 5, 1, 2, 3, 4, 5};
    dt_tensor *y = dt_rfft(dt_constant(tape, DT_F64, SHAPE(2, 5), data), 1, DT_FFT_BACKWARD);
    for (int64_t k = 0; k < 3; k++) {
        cr_expect(isnan(creal(element(y, k))), "frequency %lld of the row with NaN", (long long)k);
        cr_expect(isfinite(creal(element(y, 3 + k))), "frequency %lld of the other", (long long)k);
    }
    dt_tape_free(tape);
}

Test(fourier, no_rows_give_no_rows) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *real = dt_zeros(tape, DT_F64, SHAPE(0, 6)), *none = dt_fft(real, 1, DT_FFT_ORTHO);
    expect_shape("fft", none, SHAPE(0, 6));
    expect_shape("rfft", dt_rfft(real, -1, DT_FFT_ORTHO), SHAPE(0, 4));
    expect_shape("irfft", dt_irfft(none, 1, 11, DT_FFT_ORTHO), SHAPE(0, 11));
    dt_tape_free(tape);
}

/* -- cotangents -------------------------------------------------------------------------------- */

/* For a cotangent Y of y = F x: X = s sum_k Y_k exp(+2 pi i j k / n), of which a real x keeps the
 * real part and a halved spectrum its half; for irfft the frequencies between count twice. */
Test(fourier, cotangents_are_the_opposite_sums) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int64_t n = 6; n < 8; n++) {
        int64_t half = n / 2 + 1;
        wide y[MOST_POINTS], full[MOST_POINTS], z[MOST_POINTS];
        load(y, 12, DT_C128, n);
        load(full, 12, DT_C128, half);
        load(z, 12, DT_F64, n);
        memset(full + half, 0, (size_t)(n - half) * sizeof *full);
        sums(y, 1, &n, 1u, true);
        sums(full, 1, &n, 1u, true);
        sums(z, 1, &n, 1u, false);
        dt_tensor *p = dt_parameter(tape, DT_C128, 1, &n, NULL);
        dt_tensor *r = dt_parameter(tape, DT_F64, 1, &n, NULL);
        dt_tensor *h = dt_parameter(tape, DT_C128, 1, &half, NULL);
        dt_backward_from(dt_fft(p, 0, DT_FFT_FORWARD), many(tape, 12, DT_C128, 1, &n));
        dt_backward_from(dt_rfft(r, 0, DT_FFT_FORWARD), many(tape, 12, DT_C128, 1, &half));
        dt_backward_from(dt_irfft(h, 0, n, DT_FFT_BACKWARD), many(tape, 12, DT_F64, 1, &n));
        for (int64_t j = 0; j < n; j++) {
            expect_near("fft", j, element(dt_gradient(p), j), (value)y[j] / (double)n, 1e-14);
            expect_near("rfft", j, element(dt_gradient(r), j), creal((value)full[j]) / (double)n,
                        1e-14);
        }
        for (int64_t k = 0; k < half; k++) {
            double weight = (k == 0 || 2 * k == n ? 1 : 2) / (double)n;
            expect_near("irfft", k, element(dt_gradient(h), k), weight * (value)z[k], 1e-14);
        }
    }
    dt_tape_free(tape);
}

/* -- threads, refusals ------------------------------------------------------------------------- */

Test(fourier, any_number_of_threads_gives_the_same_bits) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { ROWS = 33, N = 63, M = 34 };
    static dt_c128 one[ROWS * N * M];
    for (int threads = 1; threads <= 3; threads++) {
        dt_set_threads(threads);
        dt_tensor *x = many(tape, 13, DT_C128, SHAPE(ROWS, N, M));
        dt_tensor *y = dt_fft(x, DT_AXES(1, 2), DT_FFT_BACKWARD);
        y = dt_add(y, dt_fft(dt_real(y), 0, DT_FFT_ORTHO));
        dt_tensor *half = dt_rfft(dt_real(y), DT_AXES(0, 2), DT_FFT_BACKWARD);
        y = dt_add(y, dt_irfft(half, DT_AXES(0, 2), M, DT_FFT_BACKWARD));
        const dt_c128 *data = dt_data_c128(y);
        cr_assert(data != NULL, "%s", dt_tape_message(tape));
        if (threads == 1) {
            memcpy(one, data, sizeof one);
        }
        cr_expect(memcmp(one, data, sizeof one) == 0, "%d threads differ from one", threads);
        dt_tape_reset(tape);
    }
    dt_set_threads(1);
    dt_tape_free(tape);
}

/* Each caller has a tape and sizes of his own; every transform needs a plan. */
static void *transform_repeatedly(void *context) {
    const int64_t first = *(const int64_t *)context;
    long wrong = 0;
    dt_tape *tape = dt_tape_new(NULL);
    for (int64_t i = 0; i < 60; i++) {
        int64_t n = 2 + (first + i) % 31;
        dt_tensor *x = dt_ones(tape, i % 2 == 0 ? DT_F64 : DT_F32, SHAPE(n, n));
        dt_tensor *half = dt_rfft(x, DT_ALL, DT_FFT_ORTHO);
        dt_tensor *y = dt_sub(dt_irfft(half, DT_ALL, n, DT_FFT_ORTHO), x);
        dt_tensor *z = dt_sub(dt_fft(half, 0, DT_FFT_ORTHO), dt_fft(half, 0, DT_FFT_ORTHO));
        wrong +=
            !(dt_item(dt_max(dt_abs(y), DT_ALL)) < 1e-5) || dt_item(dt_max(dt_abs(z), DT_ALL)) != 0;
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
    return (void *)wrong;
}

Test(fourier, several_callers_transform_at_once) {
    enum { CALLERS = 4 };
    pthread_t caller[CALLERS];
    int64_t first[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        first[i] = 7 * i;
        cr_assert_eq(pthread_create(&caller[i], NULL, transform_repeatedly, &first[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++) {
        void *wrong = NULL;
        pthread_join(caller[i], &wrong);
        cr_expect_null(wrong, "caller %d: %ld wrong transforms", i, (long)wrong);
    }
}

Test(fourier, shifts_put_frequency_zero_in_the_middle_and_back) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int64_t n = 1; n < 8; n++) {
        dt_tensor *x = many(tape, 14, DT_C64, SHAPE(3, n));
        dt_tensor *y = dt_fftshift(x, 1), *both = dt_fftshift(x, DT_ALL);
        for (int64_t i = 0; i < 3 * n; i++) {
            int64_t to = i / n * n + (i % n + n / 2) % n, row = (i / n + 1) % 3;
            expect_near("fftshift", i, element(y, to), number_at(14, i, DT_C64), 0);
            expect_near("both", i, element(both, row * n + to % n), number_at(14, i, DT_C64), 0);
        }
        expect_near("zero", n, element(y, n / 2), element(x, 0), 0);
        expect_equal("back", dt_ifftshift(y, 1), x, 0);
        expect_equal("back, all", dt_ifftshift(both, DT_ALL), x, 0);
    }
    dt_tape_free(tape);
}

Test(fourier, fftfreq_counts_up_then_from_below_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double even[] = {0, 1, 2, -3, -2, -1}, odd[] = {0, 1, 2, -2, -1};
    dt_tensor *six = dt_fftfreq(tape, 6, 0.25), *five = dt_fftfreq(tape, 5, -2);
    expect_shape("six", six, SHAPE(6));
    expect_shape("five", five, SHAPE(5));
    for (int64_t k = 0; k < 6; k++) {
        expect_near("six", k, element(six, k), even[k] / 1.5, 1e-15);
    }
    for (int64_t k = 0; k < 5; k++) {
        expect_near("five", k, element(five, k), odd[k] / -10, 1e-16);
    }
    expect_near("one", 0, element(dt_fftfreq(tape, 1, 3), 0), 0, 0);
    dt_tape_free(tape);
}

Test(fourier, refuses_what_it_cannot_transform) {
    dt_tape *tape = dt_tape_new(NULL);
#define Z(...) dt_zeros(tape, DT_C128, SHAPE(__VA_ARGS__))
#define NORM   DT_FFT_BACKWARD
    expect_failure(tape, dt_fft(dt_zeros(tape, DT_F64, SHAPE(3, 0)), 1, NORM), DT_ERR_SHAPE,
                   "fft: axis 1 has no points to transform: c128(3,0)");
    expect_failure(tape, dt_rfft(dt_zeros(tape, DT_F32, SHAPE(0)), 0, NORM), DT_ERR_SHAPE,
                   "rfft: axis 0 has no points to transform: f32(0)");
    expect_failure(tape, dt_ifft(dt_scalar(tape, 1), DT_ALL, NORM), DT_ERR_ARGUMENT,
                   "ifft: a scalar has no axis to transform");
    expect_failure(tape, dt_fft(Z(2, 4), 2, NORM), DT_ERR_ARGUMENT,
                   "fft: axis 2 does not exist among the 2 dimensions (first 0, last -1)");
    expect_failure(tape, dt_fft(Z(2, 4), DT_AXES(1, -1), NORM), DT_ERR_ARGUMENT,
                   "fft: axis -1 of 2 is named twice");
    expect_failure(tape, dt_rfft(Z(2, 4), 1, NORM), DT_ERR_DTYPE,
                   "rfft: input 0 must be real (f32 or f64): c128(2,4)");
    expect_failure(tape, dt_irfft(Z(2, 4), 1, 8, NORM), DT_ERR_SHAPE,
                   "irfft: 8 points have 5 frequencies, axis 1 has 4: c128(2,4)");
    expect_failure(tape, dt_irfft(Z(2, 1), 1, 0, DT_FFT_ORTHO), DT_ERR_SHAPE,
                   "irfft: 0 points have 1 frequencies, axis 1 has 1: c128(2,1)");
    expect_failure(tape, dt_irfft(dt_zeros(tape, DT_F64, SHAPE(4)), 0, 6, NORM), DT_ERR_DTYPE,
                   "irfft: input 0 must be c64 or c128: f64(4)");
    expect_failure(tape, dt_fft(dt_constant(tape, DT_I64, SHAPE(2), NULL), 0, NORM), DT_ERR_DTYPE,
                   "fft: input 0 must be c64 or c128: i64(2)");
    expect_failure(tape, dt_fft(Z(2, 4), 0, (dt_fft_norm)5), DT_ERR_ARGUMENT,
                   "fft: normalisation 5 must be DT_FFT_BACKWARD, DT_FFT_ORTHO or DT_FFT_FORWARD");
    expect_failure(tape, dt_irfft(Z(2, 4), 1, 6, (dt_fft_norm)-1), DT_ERR_ARGUMENT,
                   "irfft: normalisation -1 must be DT_FFT_BACKWARD, DT_FFT_ORTHO or "
                   "DT_FFT_FORWARD");
    expect_failure(tape, dt_fftshift(dt_zeros(tape, DT_F64, SHAPE(3)), 1), DT_ERR_ARGUMENT,
                   "fftshift: axis 1 does not exist among the 1 dimensions (first 0, last -1)");
    expect_failure(tape, dt_fftfreq(tape, 0, 1), DT_ERR_ARGUMENT,
                   "fftfreq: 0 points 1 apart have no frequencies");
    expect_failure(tape, dt_fftfreq(tape, 4, 0), DT_ERR_ARGUMENT,
                   "fftfreq: 4 points 0 apart have no frequencies");
    expect_failure(tape, dt_fftfreq(tape, 4, NAN), DT_ERR_ARGUMENT,
                   "fftfreq: 4 points nan apart have no frequencies");
    dt_fftfreq(tape, INT64_MAX, 1);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_ARGUMENT);
    dt_tape_reset(tape);
#undef NORM
#undef Z
    dt_tape_free(tape);
}
