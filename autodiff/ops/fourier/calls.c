/* calls.c - the public transforms: axes, normalisation and what is made of transforms. */
#include "transforms.h"

#include <math.h>
#include <string.h>

/* Points over the axes of a mask; n instead of the size of axis `half` if half >= 0. */
static double points(const dt_tensor *x, unsigned mask, int half, int64_t n) {
    double count = 1;
    for (int d = 0; d < dt_ndim(x); d++) {
        if (mask >> d & 1u) {
            count *= (double)(d == half ? n : dt_shape(x)[d]);
        }
    }
    return count;
}

static double scale_of(double count, dt_fft_norm norm, bool inverse) {
    if (norm == DT_FFT_ORTHO) {
        return 1 / sqrt(count);
    }
    return (norm == DT_FFT_BACKWARD) == inverse ? 1 / count : 1;
}

static int last_axis(unsigned mask) {
    int last = -1;
    for (int d = 0; d < DT_MAX_DIMS; d++) {
        last = mask >> d & 1u ? d : last;
    }
    return last;
}

/* The axes to work on: at least one. Fails the tape. */
static bool read_axes(dt_tensor *x, int axis, const char *name, unsigned *ret_mask) {
    if (!dti_axes(x, axis, name, ret_mask)) {
        return false;
    }
    if (*ret_mask == 0) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_ARGUMENT, "%s: a scalar has no axis to transform", name);
    }
    return *ret_mask != 0;
}

/* The same of a transform, whose normalisation must be one of the three. */
static bool read_transform(dt_tensor *x, int axis, dt_fft_norm norm, const char *name,
                           unsigned *ret_mask) {
    if (!read_axes(x, axis, name, ret_mask)) {
        return false;
    }
    bool known = norm == DT_FFT_BACKWARD || norm == DT_FFT_ORTHO || norm == DT_FFT_FORWARD;
    if (!known) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_ARGUMENT,
                     "%s: normalisation %d must be DT_FFT_BACKWARD, DT_FFT_ORTHO or "
                     "DT_FFT_FORWARD",
                     name, (int)norm);
    }
    return known;
}

static dt_tensor *complex_transform(dt_tensor *x, int axis, dt_fft_norm norm, bool inverse) {
    struct dti_fft_attr attr = {.fft = {.inverse = inverse}};
    if (!read_transform(x, axis, norm, inverse ? "ifft" : "fft", &attr.fft.mask)) {
        return dti_inert_of(x);
    }
    attr.fft.scale = scale_of(points(x, attr.fft.mask, -1, 0), norm, inverse);
    dt_dtype dtype = dt_dtype_of(x);
    if (dt_dtype_is_float(dtype)) {
        x = dt_cast(x, dt_dtype_complex(dtype));
    }
    return dt_apply(&dti_op_fft, 1, &x, &attr);
}

dt_tensor *dt_fft(dt_tensor *x, int axis, dt_fft_norm norm) {
    return complex_transform(x, axis, norm, false);
}

dt_tensor *dt_ifft(dt_tensor *x, int axis, dt_fft_norm norm) {
    return complex_transform(x, axis, norm, true);
}

dt_tensor *dt_rfft(dt_tensor *x, int axis, dt_fft_norm norm) {
    struct dti_fft_attr attr = {.n = 0};
    if (!read_transform(x, axis, norm, "rfft", &attr.fft.mask)) {
        return dti_inert_of(x);
    }
    attr.fft.half = last_axis(attr.fft.mask);
    attr.fft.scale = scale_of(points(x, attr.fft.mask, -1, 0), norm, false);
    attr.n = dt_shape(x)[attr.fft.half];
    return dt_apply(&dti_op_rfft, 1, &x, &attr);
}

dt_tensor *dt_irfft(dt_tensor *z, int axis, int64_t n, dt_fft_norm norm) {
    struct dti_fft_attr attr = {.n = n};
    if (!read_transform(z, axis, norm, "irfft", &attr.fft.mask)) {
        return dti_inert_of(z);
    }
    attr.fft.half = last_axis(attr.fft.mask);
    attr.fft.scale = scale_of(points(z, attr.fft.mask, attr.fft.half, n), norm, true);
    return dt_apply(&dti_op_irfft, 1, &z, &attr);
}

/* -- order of frequencies ---------------------------------------------------------------------- */

static dt_tensor *shifted(dt_tensor *x, int axis, const char *name, bool back) {
    unsigned mask;
    if (!dti_axes(x, axis, name, &mask)) {
        return dti_inert_of(x);
    }
    for (int d = 0; d < dt_ndim(x); d++) {
        if (mask >> d & 1u) {
            int64_t n = dt_shape(x)[d];
            x = dt_roll(x, d, back ? -(n / 2) : n / 2);
        }
    }
    return x;
}

dt_tensor *dt_fftshift(dt_tensor *x, int axis) {
    return shifted(x, axis, "fftshift", false);
}

dt_tensor *dt_ifftshift(dt_tensor *x, int axis) {
    return shifted(x, axis, "ifftshift", true);
}

dt_tensor *dt_fftfreq(dt_tape *tape, int64_t n, double d) {
    if (n < 1 || d == 0 || !isfinite(d)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "fftfreq: %lld points %g apart have no frequencies",
                     (long long)n, d);
        return dt_inert(tape);
    }
    dt_tensor *up = dt_arange(tape, 0, (double)(n - n / 2), 1);
    dt_tensor *down = dt_arange(tape, -(double)(n / 2), 0, 1);
    return dt_scale(dt_concat(2, (dt_tensor *const[]){up, down}, 0), 1 / ((double)n * d));
}

/* -- convolutions ------------------------------------------------------------------------------ */

/* The smallest number from n on that has no prime factors above 5, n at most 2^60: of every product
 * of powers of 3 and 5 the first multiple by a power of 2 that is large enough. */
static int64_t good_size(int64_t n) {
    int64_t best = INT64_MAX;
    for (int64_t fives = 1; fives < best; fives = fives < n ? fives * 5 : best) {
        for (int64_t rest = fives; rest < best; rest = rest < n ? rest * 3 : best) {
            int64_t size = rest;
            while (size < n) {
                size *= 2;
            }
            best = size < best ? size : best;
        }
    }
    return best;
}

/* No transform of more points fits in memory (good_size must not overflow). */
#define LARGEST_SIZE (INT64_C(1) << 58)

struct sizes {
    int64_t padded, start, length;
};

/* Transform size and the part to return along one axis; false with a failed tape. */
static bool measure(dt_tape *tape, int64_t na, int64_t nb, dt_convolution mode, int d,
                    struct sizes *ret) {
    if (na < 1 || nb < 1 || (mode == DT_CONV_CIRCULAR && na != nb)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "fft_convolve: axis %d has sizes %lld and %lld%s", d,
                     (long long)na, (long long)nb,
                     na < 1 || nb < 1 ? "" : ", a circular convolution needs equal ones");
        return false;
    }
    if (na > LARGEST_SIZE || nb > LARGEST_SIZE) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "fft_convolve: axis %d is too long: %lld and %lld", d,
                     (long long)na, (long long)nb);
        return false;
    }
    bool circular = mode == DT_CONV_CIRCULAR;
    ret->padded = circular ? na : good_size(na + nb - 1);
    ret->start = mode == DT_CONV_SAME ? (nb - 1) / 2 : 0;
    ret->length = mode == DT_CONV_FULL ? na + nb - 1 : na;
    return true;
}

dt_tensor *dt_fft_convolve(dt_tensor *a, dt_tensor *b, int axis, dt_convolution mode) {
    unsigned mask;
    struct sizes sizes[DT_MAX_DIMS];
    if (a == NULL || b == NULL || !read_axes(a, axis, "fft_convolve", &mask)) {
        return dti_inert_of(a == NULL ? b : a);
    }
    dt_tape *tape = dt_tape_of(a);
    if (mode != DT_CONV_FULL && mode != DT_CONV_SAME && mode != DT_CONV_CIRCULAR) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "fft_convolve: mode %d must be DT_CONV_FULL, DT_CONV_SAME or DT_CONV_CIRCULAR",
                     (int)mode);
    }
    if (dt_ndim(a) != dt_ndim(b)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "fft_convolve: operands have %d and %d dimensions",
                     dt_ndim(a), dt_ndim(b));
    }
    bool real = !dt_dtype_is_complex(dt_dtype_of(a)) && !dt_dtype_is_complex(dt_dtype_of(b));
    for (int d = 0; d < dt_ndim(a) && dt_tape_status(tape) == DT_OK; d++) {
        if (mask >> d & 1u && measure(tape, dt_shape(a)[d], dt_shape(b)[d], mode, d, &sizes[d])) {
            a = dt_unslice(a, d, 0, 1, sizes[d].padded);
            b = dt_unslice(b, d, 0, 1, sizes[d].padded);
        }
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    int axes = DT_AXES_LIST | (int)mask;
    dt_tensor *y;
    if (real) {
        y = dt_mul(dt_rfft(a, axes, DT_FFT_BACKWARD), dt_rfft(b, axes, DT_FFT_BACKWARD));
        y = dt_irfft(y, axes, sizes[last_axis(mask)].padded, DT_FFT_BACKWARD);
    } else {
        y = dt_mul(dt_fft(a, axes, DT_FFT_BACKWARD), dt_fft(b, axes, DT_FFT_BACKWARD));
        y = dt_ifft(y, axes, DT_FFT_BACKWARD);
    }
    for (int d = 0; d < dt_ndim(a); d++) {
        if (mask >> d & 1u) {
            y = dt_slice(y, d, sizes[d].start, sizes[d].start + sizes[d].length, 1);
        }
    }
    return y;
}

/* -- shifts ------------------------------------------------------------------------------------ */

dt_tensor *dt_fourier_shift(dt_tensor *x, dt_tensor *shift, int axis) {
    unsigned mask;
    if (x == NULL || shift == NULL || !read_axes(x, axis, "fourier_shift", &mask)) {
        return dti_inert_of(x == NULL ? shift : x);
    }
    dt_tape *tape = dt_tape_of(x);
    int ndim = dt_ndim(x), n_axes = 0;
    for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
        n_axes++;
    }
    if (dt_ndim(shift) != 1 || dt_shape(shift)[0] != n_axes) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "fourier_shift: needs %d shifts, one for each axis",
                     n_axes);
        return dt_inert(tape);
    }
    bool real = !dt_dtype_is_complex(dt_dtype_of(x));
    dt_dtype dtype = dt_dtype_real(dt_dtype_of(x));
    dt_tensor *y = dt_fft(x, axis, DT_FFT_BACKWARD); /* refuses other types of x */
    if (dt_dtype_of(shift) != dtype) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "fourier_shift: the shifts must be %s, are %s",
                     dt_dtype_name(dtype), dt_dtype_name(dt_dtype_of(shift)));
        return dt_inert(tape);
    }
    for (int d = 0, k = 0; d < ndim; d++) {
        if (mask >> d & 1u) {
            int64_t shape[DT_MAX_DIMS];
            for (int e = 0; e < ndim; e++) {
                shape[e] = e == d ? dt_shape(x)[d] : 1;
            }
            dt_tensor *turns = dt_cast(dt_fftfreq(tape, dt_shape(x)[d], 1), dtype);
            turns = dt_neg(dt_mul(turns, dt_select(shift, 0, k++)));
            y = dt_mul(y, dt_reshape(dt_cis2pi(turns), ndim, shape));
        }
    }
    y = dt_ifft(y, axis, DT_FFT_BACKWARD);
    return real ? dt_real(y) : y;
}
