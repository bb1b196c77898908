/* complex_parts.h - one tile of complex numbers as separate real and imaginary parts. */
#ifndef DTI_COMPLEX_PARTS_H
#define DTI_COMPLEX_PARTS_H

#include "kernels.h"

#include <complex.h>
#include <string.h>

/* A complex result whose parts are computed in loops of real numbers: real and imaginary parts side
 * by side in memory tempt gcc 12 into fused multiply-add-subtract instructions, which round
 * differently from set to set, even under -ffp-contract=off. */
typedef struct dti_parts_f32 {
    float re[DTI_TILE], im[DTI_TILE];
} dti_parts_f32;

typedef struct dti_parts_f64 {
    double re[DTI_TILE], im[DTI_TILE];
} dti_parts_f64;

static inline void dti_split_c128(int64_t n, dti_parts_f64 *ret, const dt_c128 *restrict z) {
    for (int64_t i = 0; i < n; i++) {
        ret->re[i] = z[i].re;
        ret->im[i] = z[i].im;
    }
}

static inline void dti_join_c64(int64_t n, dt_c64 *restrict z, const dti_parts_f32 *parts) {
    for (int64_t i = 0; i < n; i++) {
        z[i] = (dt_c64){parts->re[i], parts->im[i]};
    }
}

static inline void dti_join_c128(int64_t n, dt_c128 *restrict z, const dti_parts_f64 *parts) {
    for (int64_t i = 0; i < n; i++) {
        z[i] = (dt_c128){parts->re[i], parts->im[i]};
    }
}

static inline double complex dti_get_part(const dti_parts_f64 *parts, int64_t i) {
    const double both[2] = {parts->re[i], parts->im[i]};
    double complex z;
    memcpy(&z, both, sizeof z);
    return z;
}

static inline void dti_set_part(dti_parts_f64 *parts, int64_t i, double complex z) {
    parts->re[i] = creal(z);
    parts->im[i] = cimag(z);
}

/* Kernels name_c64 and name_c128 from a call that fills the parts `result` of n > 0 numbers from
 * the parts z, both in double precision, and may use attr. */
#define DTI_COMPLEX_FUNCTION(name, call)                                                           \
    static void name##_c64(int64_t n, void *out, const void *const *in, const void *attr) {        \
        (void)attr;                                                                                \
        dt_c64 *restrict y = out;                                                                  \
        const dt_c64 *restrict x = in[0];                                                          \
        dti_parts_f64 z, result;                                                                   \
        if (n <= 0) {                                                                              \
            return;                                                                                \
        }                                                                                          \
        for (int64_t i = 0; i < n; i++) {                                                          \
            z.re[i] = (double)x[i].re;                                                             \
            z.im[i] = (double)x[i].im;                                                             \
        }                                                                                          \
        call;                                                                                      \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = (dt_c64){(float)result.re[i], (float)result.im[i]};                             \
        }                                                                                          \
    }                                                                                              \
    static void name##_c128(int64_t n, void *out, const void *const *in, const void *attr) {       \
        (void)attr;                                                                                \
        dti_parts_f64 z, result;                                                                   \
        if (n <= 0) {                                                                              \
            return;                                                                                \
        }                                                                                          \
        dti_split_c128(n, &z, in[0]);                                                              \
        call;                                                                                      \
        dti_join_c128(n, out, &result);                                                            \
    }

#endif
