/* power.c - map kernel: pow, with a real exponent in *attr. */
#include "complex_parts.h"
#include "map_loop.h"
#include "safe_square.h"
#include "vector_math.h"

#include <math.h>
#include <stdlib.h>

static void fill(int64_t n, double *ret, double value) {
    ret[0] = value; /* defined even if n is 0 */
    for (int64_t i = 1; i < n; i++) {
        ret[i] = value;
    }
}

static void pow_f64(int64_t n, void *out, const void *const *in, const void *attr) {
    const double p = *(const double *)attr;
    double *restrict y = out;
    const double *restrict x = in[0];
    if (p == 2 || p == -1) {
        for (int64_t i = 0; i < n; i++) {
            y[i] = p == 2 ? x[i] * x[i] : 1 / x[i];
        }
        return;
    }
    double exponent[DTI_TILE];
    fill(n, exponent, p);
    dti_vec_pow_f64(n, y, x, exponent);
}

/* In double precision, because the exponent need not be a float. */
static void pow_f32(int64_t n, void *out, const void *const *in, const void *attr) {
    float *restrict y = out;
    const float *restrict x = in[0];
    double base[DTI_TILE], power[DTI_TILE];
    base[0] = 1; /* defined even if n is 0 */
    for (int64_t i = 0; i < n; i++) {
        base[i] = (double)x[i];
    }
    pow_f64(n, power, (const void *const[]){base}, attr);
    for (int64_t i = 0; i < n; i++) {
        y[i] = (float)power[i];
    }
}

/* Exponents up to this are multiplied out, which is exact where the powers are. */
#define LARGEST_INTEGER_POWER 16

static bool small_integer(double p) {
    return fabs(p) <= LARGEST_INTEGER_POWER && p == floor(p);
}

static void multiply(int64_t n, dti_parts_f64 *restrict y, const dti_parts_f64 *restrict z) {
    for (int64_t i = 0; i < n; i++) {
        const double re = y->re[i], im = y->im[i];
        y->re[i] = re * z->re[i] - im * z->im[i];
        y->im[i] = re * z->im[i] + im * z->re[i];
    }
}

static void square(int64_t n, dti_parts_f64 *z) {
    for (int64_t i = 0; i < n; i++) {
        const double re = z->re[i], im = z->im[i];
        z->re[i] = (re - im) * (re + im);
        z->im[i] = 2 * re * im;
    }
}

static void invert(int64_t n, dti_parts_f64 *z) {
    dti_squares squares;
    dti_square_parts(n, &squares, z);
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(squares.value[i])) {
            const dt_c128 inverse =
                dti_smith_quotient((dt_c128){1, 0}, (dt_c128){z->re[i], z->im[i]});
            z->re[i] = inverse.re;
            z->im[i] = inverse.im;
            squares.value[i] = -1;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        const double factor = 1 / squares.value[i];
        z->re[i] *= factor < 0 ? 1 : factor;
        z->im[i] *= factor < 0 ? 1 : -factor;
    }
}

/* z^p by squaring; a negative exponent inverts the result. */
static void integer_power(int64_t n, dti_parts_f64 *ret, const dti_parts_f64 *z, int p) {
    dti_parts_f64 power = *z;
    fill(n, ret->re, 1);
    fill(n, ret->im, 0);
    for (int left = abs(p); left > 0; left >>= 1) {
        if ((left & 1) != 0) {
            multiply(n, ret, &power);
        }
        square(n, &power);
    }
    if (p < 0) {
        invert(n, ret);
    }
}

/* z^p for numbers near either end of the range, zeros, infinities and NaN; 0^p = 0 for p > 0. */
static dt_c128 rare_power(double re, double im, double p) {
    if (re == 0 && im == 0 && p > 0) {
        return (dt_c128){0, 0};
    }
    const double r = pow(hypot(re, im), p), phase = p * atan2(im, re);
    return (dt_c128){r * cos(phase), r * sin(phase)};
}

/* z^p = |z|^p exp(i p arg z) on the principal branch. */
static void pow_parts(int64_t n, dti_parts_f64 *ret, const dti_parts_f64 *z, double p) {
    if (small_integer(p)) {
        integer_power(n, ret, z, (int)p);
        return;
    }
    dti_squares squares;
    double exponent[DTI_TILE], r[DTI_TILE], phase[DTI_TILE];
    dti_square_parts(n, &squares, z);
    fill(n, exponent, p);
    dti_vec_sqrt_f64(n, r, squares.value);
    dti_vec_pow_f64(n, r, r, exponent);
    dti_vec_atan2_f64(n, phase, z->im, z->re);
    for (int64_t i = 0; i < n; i++) {
        phase[i] *= p;
    }
    dti_vec_cos_f64(n, ret->re, phase);
    dti_vec_sin_f64(n, ret->im, phase);
    for (int64_t i = 0; i < n; i++) {
        ret->re[i] *= r[i];
        ret->im[i] *= r[i];
    }
    if (dti_squares_are_safe(n, &squares)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(squares.value[i])) {
            const dt_c128 power = rare_power(z->re[i], z->im[i], p);
            ret->re[i] = power.re;
            ret->im[i] = power.im;
        }
    }
}

DTI_COMPLEX_FUNCTION(pow, pow_parts(n, &result, &z, *(const double *)attr))

FLOAT_TABLE(pow);
