/* transcendental.c - map kernels: sqrt, exp, log, sin, cos, cis, polar. */
#include "map_loop.h"
#include "vector_math.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* A real kernel that is one vector function. */
#define VECTOR_KERNEL(name, type)                                                                  \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        (void)attr;                                                                                \
        dti_vec_##name(n, (type *)out, in[0]);                                                     \
    }

VECTOR_KERNEL(exp_f32, float)
VECTOR_KERNEL(exp_f64, double)
VECTOR_KERNEL(log_f32, float)
VECTOR_KERNEL(log_f64, double)
VECTOR_KERNEL(sin_f32, float)
VECTOR_KERNEL(sin_f64, double)
VECTOR_KERNEL(cos_f32, float)
VECTOR_KERNEL(cos_f64, double)
VECTOR_KERNEL(sqrt_f32, float)
VECTOR_KERNEL(sqrt_f64, double)

/* The C library's complex functions: exact at branch cuts, zeros and infinities. */
#define LIBRARY_KERNEL(name, type, complex_type, function)                                         \
    static inline type name##_value(type z) {                                                      \
        complex_type c;                                                                            \
        memcpy(&c, &z, sizeof c);                                                                  \
        c = function(c);                                                                           \
        memcpy(&z, &c, sizeof c);                                                                  \
        return z;                                                                                  \
    }                                                                                              \
    DTI_UNARY(name, type, type, name##_value(a))

LIBRARY_KERNEL(sqrt_c64, dt_c64, float complex, csqrtf)
LIBRARY_KERNEL(sqrt_c128, dt_c128, double complex, csqrt)
LIBRARY_KERNEL(log_c64, dt_c64, float complex, clogf)
LIBRARY_KERNEL(log_c128, dt_c128, double complex, clog)
LIBRARY_KERNEL(sin_c64, dt_c64, float complex, csinf)
LIBRARY_KERNEL(sin_c128, dt_c128, double complex, csin)
LIBRARY_KERNEL(cos_c64, dt_c64, float complex, ccosf)
LIBRARY_KERNEL(cos_c128, dt_c128, double complex, ccos)

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

FLOAT_TABLE(sqrt);
FLOAT_TABLE(exp);
FLOAT_TABLE(log);
FLOAT_TABLE(sin);
FLOAT_TABLE(cos);

REAL_TABLE(cis);
REAL_TABLE(polar);
