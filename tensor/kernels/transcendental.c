/* transcendental.c - map kernels: exp, sin, cos, atan2, cis, polar. */
#include "complex_parts.h"
#include "map_loop.h"
#include "vector_math.h"

#include <float.h>
#include <math.h>

DTI_VECTOR_KERNEL(exp_f32, float)
DTI_VECTOR_KERNEL(exp_f64, double)
DTI_VECTOR_KERNEL(sin_f32, float)
DTI_VECTOR_KERNEL(sin_f64, double)
DTI_VECTOR_KERNEL(cos_f32, float)
DTI_VECTOR_KERNEL(cos_f64, double)

static void atan2_f32(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)attr;
    dti_vec_atan2_f32(n, out, in[0], in[1]);
}

static void atan2_f64(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)attr;
    dti_vec_atan2_f64(n, out, in[0], in[1]);
}

/* sin(x + iy) = sin x cosh y + i cos x sinh y and cos(x + iy) = cos x cosh y - i sin x sinh y, each
 * part to a few units in its last place. Beyond the limit cosh may overflow where the product does
 * not, and infinities and NaN follow rules of their own: the C library knows them. */
#define LARGEST_COSH 700

static bool wave_is_ordinary(double x, double y) {
    return fabs(x) <= DBL_MAX && fabs(y) <= LARGEST_COSH;
}

static void sin_parts(int64_t n, dti_parts_f64 *ret, const dti_parts_f64 *z) {
    double factor[DTI_TILE];
    bool ordinary = true;
    dti_vec_sin_f64(n, ret->re, z->re);
    dti_vec_cosh_f64(n, factor, z->im);
    for (int64_t i = 0; i < n; i++) {
        ret->re[i] *= factor[i];
    }
    dti_vec_cos_f64(n, ret->im, z->re);
    dti_vec_sinh_f64(n, factor, z->im);
    for (int64_t i = 0; i < n; i++) {
        ret->im[i] *= factor[i];
        ordinary &= wave_is_ordinary(z->re[i], z->im[i]);
    }
    for (int64_t i = 0; i < n && !ordinary; i++) {
        if (!wave_is_ordinary(z->re[i], z->im[i])) {
            dti_set_part(ret, i, csin(dti_get_part(z, i)));
        }
    }
}

static void cos_parts(int64_t n, dti_parts_f64 *ret, const dti_parts_f64 *z) {
    double factor[DTI_TILE];
    bool ordinary = true;
    dti_vec_cos_f64(n, ret->re, z->re);
    dti_vec_cosh_f64(n, factor, z->im);
    for (int64_t i = 0; i < n; i++) {
        ret->re[i] *= factor[i];
    }
    dti_vec_sin_f64(n, ret->im, z->re);
    dti_vec_sinh_f64(n, factor, z->im);
    for (int64_t i = 0; i < n; i++) {
        ret->im[i] *= -factor[i];
        ordinary &= wave_is_ordinary(z->re[i], z->im[i]);
    }
    for (int64_t i = 0; i < n && !ordinary; i++) {
        if (!wave_is_ordinary(z->re[i], z->im[i])) {
            dti_set_part(ret, i, ccos(dti_get_part(z, i)));
        }
    }
}

DTI_COMPLEX_FUNCTION(sin, sin_parts(n, &result, &z))
DTI_COMPLEX_FUNCTION(cos, cos_parts(n, &result, &z))

/* exp(x + iy) = exp(x) (cos y + i sin y); for y = 0 the imaginary part is 0 even if exp(x)
 * overflows. */
#define COMPLEX_EXP(name, type, real, suffix)                                                      \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        (void)attr;                                                                                \
        type *restrict y = out;                                                                    \
        const type *restrict z = in[0];                                                            \
        real re[DTI_TILE], im[DTI_TILE], r[DTI_TILE], c[DTI_TILE], s[DTI_TILE];                    \
        re[0] = im[0] = 0; /* defined even if n is 0 */                                            \
        for (int64_t i = 0; i < n; i++) {                                                          \
            re[i] = z[i].re;                                                                       \
            im[i] = z[i].im;                                                                       \
        }                                                                                          \
        dti_vec_exp_##suffix(n, r, re);                                                            \
        dti_vec_cos_##suffix(n, c, im);                                                            \
        dti_vec_sin_##suffix(n, s, im);                                                            \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = (type){r[i] * c[i], im[i] == 0 ? im[i] : r[i] * s[i]};                          \
        }                                                                                          \
    }

COMPLEX_EXP(exp_c64, dt_c64, float, f32)
COMPLEX_EXP(exp_c128, dt_c128, double, f64)

#define CIS(suffix, type, real)                                                                    \
    static void cis_##suffix(int64_t n, void *out, const void *const *in, const void *attr) {      \
        (void)attr;                                                                                \
        type *restrict y = out;                                                                    \
        real c[DTI_TILE], s[DTI_TILE];                                                             \
        dti_vec_cos_##suffix(n, c, in[0]);                                                         \
        dti_vec_sin_##suffix(n, s, in[0]);                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = (type){c[i], s[i]};                                                             \
        }                                                                                          \
    }                                                                                              \
    static void polar_##suffix(int64_t n, void *out, const void *const *in, const void *attr) {    \
        (void)attr;                                                                                \
        type *restrict y = out;                                                                    \
        const real *restrict r = in[0];                                                            \
        real c[DTI_TILE], s[DTI_TILE];                                                             \
        dti_vec_cos_##suffix(n, c, in[1]);                                                         \
        dti_vec_sin_##suffix(n, s, in[1]);                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = (type){r[i] * c[i], r[i] * s[i]};                                               \
        }                                                                                          \
    }

CIS(f32, dt_c64, float)
CIS(f64, dt_c128, double)

FLOAT_TABLE(exp);
FLOAT_TABLE(sin);
FLOAT_TABLE(cos);

REAL_TABLE(atan2);
REAL_TABLE(cis);
REAL_TABLE(polar);
