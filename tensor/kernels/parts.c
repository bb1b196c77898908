/* parts.c - map kernels: real, imag, abs, abs2, sign, conj, complex. */
#include "map_loop.h"
#include "safe_square.h"
#include "vector_math.h"

#include <math.h>
#include <string.h>

DTI_UNARY(real_f32, float, float, a)
DTI_UNARY(real_f64, double, double, a)
DTI_UNARY(real_c64, float, dt_c64, a.re)
DTI_UNARY(real_c128, double, dt_c128, a.re)

DTI_UNARY(imag_c64, float, dt_c64, a.im)
DTI_UNARY(imag_c128, double, dt_c128, a.im)

static void imag_f32(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)in;
    (void)attr;
    memset(out, 0, (size_t)n * sizeof(float));
}

static void imag_f64(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)in;
    (void)attr;
    memset(out, 0, (size_t)n * sizeof(double));
}

DTI_UNARY(abs2_f32, float, float, (a * a))
DTI_UNARY(abs2_f64, double, double, (a * a))
DTI_UNARY(abs2_c64, float, dt_c64, (a.re * a.re + a.im * a.im))
DTI_UNARY(abs2_c128, double, dt_c128, (a.re * a.re + a.im * a.im))

#define conj_f32 real_f32
#define conj_f64 real_f64
DTI_UNARY(conj_c64, dt_c64, dt_c64, ((dt_c64){a.re, -a.im}))
DTI_UNARY(conj_c128, dt_c128, dt_c128, ((dt_c128){a.re, -a.im}))

DTI_UNARY(abs_f32, float, float, fabsf(a))
DTI_UNARY(abs_f64, double, double, fabs(a))
/* In double precision the square of a float neither overflows nor underflows. */
DTI_UNARY(abs_c64, float, dt_c64,
          (float)sqrt((double)a.re *(double)a.re + (double)a.im * (double)a.im))

static void abs_c128(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)attr;
    double *restrict y = out;
    const dt_c128 *restrict z = in[0];
    dti_squares square;
    dti_square_tile(n, &square, z);
    dti_vec_sqrt_f64(n, y, square.value);
    if (dti_squares_are_safe(n, &square)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(square.value[i])) {
            y[i] = hypot(z[i].re, z[i].im);
        }
    }
}

/* z / |z| for numbers near either end of the range: the larger part divides first. */
static dt_c128 scaled_direction(dt_c128 z) {
    double larger = fmax(fabs(z.re), fabs(z.im));
    if (larger == 0 && !isnan(z.re) && !isnan(z.im)) {
        return (dt_c128){0, 0};
    }
    z = (dt_c128){z.re / larger, z.im / larger};
    double length = sqrt(z.re * z.re + z.im * z.im);
    return (dt_c128){z.re / length, z.im / length};
}

static void sign_c128(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)attr;
    dt_c128 *restrict y = out;
    const dt_c128 *restrict z = in[0];
    dti_squares square;
    double length[DTI_TILE];
    dti_square_tile(n, &square, z);
    dti_vec_sqrt_f64(n, length, square.value);
    for (int64_t i = 0; i < n; i++) {
        const double inverse = 1 / length[i];
        y[i] = (dt_c128){z[i].re * inverse, z[i].im * inverse};
    }
    if (dti_squares_are_safe(n, &square)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(square.value[i])) {
            y[i] = scaled_direction(z[i]);
        }
    }
}

/* In double precision no square of a float overflows or underflows. */
static dt_c64 direction_c64(dt_c64 z) {
    const double re = (double)z.re, im = (double)z.im, square = re * re + im * im;
    const double inverse = square == 0 ? 0 : 1 / sqrt(square);
    return (dt_c64){(float)(re * inverse), (float)(im * inverse)};
}

/* a > 0 and a < 0 are both false for NaN, which then passes through. */
DTI_UNARY(sign_f32, float, float, a > 0 ? 1 : a < 0 ? -1 : a == 0 ? 0 : a)
DTI_UNARY(sign_f64, double, double, a > 0 ? 1 : a < 0 ? -1 : a == 0 ? 0 : a)
DTI_UNARY(sign_c64, dt_c64, dt_c64, direction_c64(a))

DTI_BINARY(complex_f32, dt_c64, float, ((dt_c64){a, b}))
DTI_BINARY(complex_f64, dt_c128, double, ((dt_c128){a, b}))

FLOAT_TABLE(real);
FLOAT_TABLE(imag);
FLOAT_TABLE(abs);
FLOAT_TABLE(abs2);
FLOAT_TABLE(sign);
FLOAT_TABLE(conj);

REAL_TABLE(complex);
