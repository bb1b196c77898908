/* sum_loops.c - adding rows and runs; the order of additions is written out, so that it does not
 * depend on the width of vectors. */
#include "sum_loops.h"
#include "set.h"

#define ADD_REAL(y, x)    ((y) += (x))
#define ADD_COMPLEX(y, x) ((y).re += (x).re, (y).im += (x).im)

#define DEFINE_LANES(suffix, type, ADD)                                                            \
    static void add_##suffix(int64_t n, void *to, const void *from) {                              \
        type *restrict y = to;                                                                     \
        const type *restrict x = from;                                                             \
        for (int64_t i = 0; i < n; i++) {                                                          \
            ADD(y[i], x[i]);                                                                       \
        }                                                                                          \
    }                                                                                              \
    static void lanes_##suffix(void *to, const void *from, int64_t n, int64_t stride,              \
                               bool first) {                                                       \
        type *restrict y = to;                                                                     \
        const type *restrict x = from;                                                             \
        for (int64_t i = 0; first && i < n; i++) {                                                 \
            y[i] = x[i * stride];                                                                  \
        }                                                                                          \
        if (stride == 1 && !first) {                                                               \
            add_##suffix(n, to, from);                                                             \
        }                                                                                          \
        for (int64_t i = 0; !first && stride != 1 && i < n; i++) {                                 \
            ADD(y[i], x[i * stride]);                                                              \
        }                                                                                          \
    }

DEFINE_LANES(f32, float, ADD_REAL)
DEFINE_LANES(f64, double, ADD_REAL)
DEFINE_LANES(c64, dt_c64, ADD_COMPLEX)
DEFINE_LANES(c128, dt_c128, ADD_COMPLEX)

/* Eight interleaved partial sums of n reals: independent chains that vectorise. A complex run is
 * twice as many reals whose even and odd partial sums are the two parts. */
#define DEFINE_RUN(suffix, real, complex_suffix)                                                   \
    static void partial_##suffix(real *ret_sums, const real *x, int64_t n) {                       \
        real s[8] = {0};                                                                           \
        int64_t whole = n / 8 * 8;                                                                 \
        for (int64_t i = 0; i < whole; i += 8) {                                                   \
            for (int j = 0; j < 8; j++) {                                                          \
                s[j] += x[i + j];                                                                  \
            }                                                                                      \
        }                                                                                          \
        for (int64_t i = whole; i < n; i++) {                                                      \
            s[i - whole] += x[i];                                                                  \
        }                                                                                          \
        ret_sums[0] = (s[0] + s[4]) + (s[2] + s[6]);                                               \
        ret_sums[1] = (s[1] + s[5]) + (s[3] + s[7]);                                               \
    }                                                                                              \
    static void run_##suffix(void *y, const void *x, int64_t n) {                                  \
        real sums[2];                                                                              \
        partial_##suffix(sums, x, n);                                                              \
        *(real *)y = sums[0] + sums[1];                                                            \
    }                                                                                              \
    static void run_##complex_suffix(void *y, const void *x, int64_t n) {                          \
        partial_##suffix(y, x, 2 * n);                                                             \
    }

DEFINE_RUN(f32, float, c64)
DEFINE_RUN(f64, double, c128)

const dti_sum_loops DTI_OF_SET(dti_sum_loops)[DT_DTYPE_COUNT] = {
    [DT_F32] = {add_f32, lanes_f32, run_f32},
    [DT_F64] = {add_f64, lanes_f64, run_f64},
    [DT_C64] = {add_c64, lanes_c64, run_c64},
    [DT_C128] = {add_c128, lanes_c128, run_c128},
};
