/* vector_math.c - loops that compilers turn into calls of glibc's vector mathematics (libmvec).
 *
 * gcc takes the vector variants from the simd attribute below, clang from -fveclib=libmvec (see
 * meson.build); where neither works the loops call libm. One function per loop: sin and cos of one
 * argument in a common loop would be merged into sincos, which has no vector variant. No
 * -ffast-math is involved, so NaN and infinity keep their meaning. */
#include "vector_math.h"

#include <math.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define HAS_VECTOR_VARIANT __attribute__((simd("notinbranch")))
float sinf(float) HAS_VECTOR_VARIANT;
float cosf(float) HAS_VECTOR_VARIANT;
float expf(float) HAS_VECTOR_VARIANT;
float logf(float) HAS_VECTOR_VARIANT;
double sin(double) HAS_VECTOR_VARIANT;
double cos(double) HAS_VECTOR_VARIANT;
double exp(double) HAS_VECTOR_VARIANT;
double log(double) HAS_VECTOR_VARIANT;
#endif

/* The widest vector is 16 floats: runs are cut into whole blocks so that no scalar remainder loop,
 * whose last bit may differ, ever runs. */
#define BLOCK 16

#define LOOP(name, type, function)                                                                 \
    static void name(int64_t n_blocks, type *restrict out, const type *restrict x) {               \
        for (int64_t i = 0; i < n_blocks * BLOCK; i++) {                                           \
            out[i] = function(x[i]);                                                               \
        }                                                                                          \
    }

#if defined(__x86_64__) && defined(__GNUC__)
#define LOOPS(name, type, function)                                                                \
    LOOP(name##_default, type, function)                                                           \
    __attribute__((target("avx2,fma"))) LOOP(name##_avx2, type, function)                          \
        __attribute__((target("avx512f"))) LOOP(name##_avx512, type, function) static void         \
        name(int64_t n_blocks, type *out, const type *x) {                                         \
        if (__builtin_cpu_supports("avx512f")) {                                                   \
            name##_avx512(n_blocks, out, x);                                                       \
        } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {              \
            name##_avx2(n_blocks, out, x);                                                         \
        } else {                                                                                   \
            name##_default(n_blocks, out, x);                                                      \
        }                                                                                          \
    }
#else
#define LOOPS(name, type, function) LOOP(name, type, function)
#endif

/* `fill` pads the last block with an argument that is quick and raises nothing. */
#define VECTOR_FUNCTION(name, type, function, fill)                                                \
    LOOPS(name##_blocks, type, function)                                                           \
    void dti_vec_##name(int64_t n, type *out, const type *x) {                                     \
        int64_t n_blocks = n / BLOCK, done = n_blocks * BLOCK;                                     \
        name##_blocks(n_blocks, out, x);                                                           \
        if (done < n) {                                                                            \
            type arguments[BLOCK], values[BLOCK];                                                  \
            for (int i = 0; i < BLOCK; i++) {                                                      \
                arguments[i] = done + i < n ? x[done + i] : (fill);                                \
            }                                                                                      \
            name##_blocks(1, values, arguments);                                                   \
            for (int64_t i = done; i < n; i++) {                                                   \
                out[i] = values[i - done];                                                         \
            }                                                                                      \
        }                                                                                          \
    }

VECTOR_FUNCTION(sin_f32, float, sinf, 1.0f)
VECTOR_FUNCTION(cos_f32, float, cosf, 1.0f)
VECTOR_FUNCTION(exp_f32, float, expf, 1.0f)
VECTOR_FUNCTION(log_f32, float, logf, 1.0f)
VECTOR_FUNCTION(sqrt_f32, float, sqrtf, 1.0f)
VECTOR_FUNCTION(sin_f64, double, sin, 1.0)
VECTOR_FUNCTION(cos_f64, double, cos, 1.0)
VECTOR_FUNCTION(exp_f64, double, exp, 1.0)
VECTOR_FUNCTION(log_f64, double, log, 1.0)
VECTOR_FUNCTION(sqrt_f64, double, sqrt, 1.0)
