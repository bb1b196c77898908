/* vector_math.c - real functions over runs through glibc's vector mathematics (libmvec), called by
 * the names of the x86-64 vector function ABI; loops over libm in the reference set and where there
 * is no libmvec. There is no common sincos: libmvec's stores through pointers, one element at a
 * time, and takes longer than sin and cos. */
#include "vector_math.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(DTI_SCALAR)
#if __GLIBC_PREREQ(2, 35)
#define HAS_LIBMVEC
#endif
#endif

#define SCALAR_UNARY(name, type, function)                                                         \
    void DTI_OF_SET(dti_vec_##name)(int64_t n, type * out, const type *x) {                        \
        for (int64_t i = 0; i < n; i++) {                                                          \
            out[i] = function(x[i]);                                                               \
        }                                                                                          \
    }
#define SCALAR_BINARY(name, type, function)                                                        \
    void DTI_OF_SET(dti_vec_##name)(int64_t n, type * out, const type *x, const type *y) {         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            out[i] = function(x[i], y[i]);                                                         \
        }                                                                                          \
    }

/* The processor's own instruction, exact in every set. */
SCALAR_UNARY(sqrt_f32, float, sqrtf)
SCALAR_UNARY(sqrt_f64, double, sqrt)

#ifdef HAS_LIBMVEC

#if defined(__AVX512F__)
#define BYTES              64
#define MVEC_F32(args, fn) _ZGVeN16##args##_##fn##f
#define MVEC_F64(args, fn) _ZGVeN8##args##_##fn
#elif defined(__AVX2__)
#define BYTES              32
#define MVEC_F32(args, fn) _ZGVdN8##args##_##fn##f
#define MVEC_F64(args, fn) _ZGVdN4##args##_##fn
#else
#define BYTES              16
#define MVEC_F32(args, fn) _ZGVbN4##args##_##fn##f
#define MVEC_F64(args, fn) _ZGVbN2##args##_##fn
#endif

typedef float vector_f32 __attribute__((vector_size(BYTES)));
typedef double vector_f64 __attribute__((vector_size(BYTES)));

/* The last elements of a run fill a vector with copies of the run's last argument: a scalar
 * remainder might differ in the last bit. */
#define VECTOR_UNARY(name, suffix, type, mvec)                                                     \
    vector_##suffix mvec(vector_##suffix);                                                         \
    void DTI_OF_SET(dti_vec_##name##_##suffix)(int64_t n, type * out, const type *x) {             \
        enum { WIDTH = sizeof(vector_##suffix) / sizeof(type) };                                   \
        vector_##suffix v;                                                                         \
        int64_t i = 0;                                                                             \
        for (; i + WIDTH <= n; i += WIDTH) {                                                       \
            memcpy(&v, x + i, sizeof v);                                                           \
            v = mvec(v);                                                                           \
            memcpy(out + i, &v, sizeof v);                                                         \
        }                                                                                          \
        if (i < n) {                                                                               \
            type tail[WIDTH];                                                                      \
            for (int k = 0; k < WIDTH; k++) {                                                      \
                tail[k] = x[i + k < n ? i + k : n - 1];                                            \
            }                                                                                      \
            memcpy(&v, tail, sizeof v);                                                            \
            v = mvec(v);                                                                           \
            memcpy(out + i, &v, (size_t)(n - i) * sizeof *out);                                    \
        }                                                                                          \
    }
#define VECTOR_BINARY(name, suffix, type, mvec)                                                    \
    vector_##suffix mvec(vector_##suffix, vector_##suffix);                                        \
    void DTI_OF_SET(dti_vec_##name##_##suffix)(int64_t n, type * out, const type *x,               \
                                               const type *y) {                                    \
        enum { WIDTH = sizeof(vector_##suffix) / sizeof(type) };                                   \
        vector_##suffix v, w;                                                                      \
        int64_t i = 0;                                                                             \
        for (; i + WIDTH <= n; i += WIDTH) {                                                       \
            memcpy(&v, x + i, sizeof v);                                                           \
            memcpy(&w, y + i, sizeof w);                                                           \
            v = mvec(v, w);                                                                        \
            memcpy(out + i, &v, sizeof v);                                                         \
        }                                                                                          \
        if (i < n) {                                                                               \
            type tail[2][WIDTH];                                                                   \
            for (int k = 0; k < WIDTH; k++) {                                                      \
                tail[0][k] = x[i + k < n ? i + k : n - 1];                                         \
                tail[1][k] = y[i + k < n ? i + k : n - 1];                                         \
            }                                                                                      \
            memcpy(&v, tail[0], sizeof v);                                                         \
            memcpy(&w, tail[1], sizeof w);                                                         \
            v = mvec(v, w);                                                                        \
            memcpy(out + i, &v, (size_t)(n - i) * sizeof *out);                                    \
        }                                                                                          \
    }
#define UNARY(function)                                                                            \
    VECTOR_UNARY(function, f32, float, MVEC_F32(v, function))                                      \
    VECTOR_UNARY(function, f64, double, MVEC_F64(v, function))
#define BINARY(function)                                                                           \
    VECTOR_BINARY(function, f32, float, MVEC_F32(vv, function))                                    \
    VECTOR_BINARY(function, f64, double, MVEC_F64(vv, function))

#else

#define UNARY(function)                                                                            \
    SCALAR_UNARY(function##_f32, float, function##f)                                               \
    SCALAR_UNARY(function##_f64, double, function)
#define BINARY(function)                                                                           \
    SCALAR_BINARY(function##_f32, float, function##f)                                              \
    SCALAR_BINARY(function##_f64, double, function)

#endif

UNARY(cbrt)
UNARY(exp)
UNARY(exp2)
UNARY(expm1)
UNARY(log)
UNARY(log2)
UNARY(log10)
UNARY(log1p)
UNARY(sin)
UNARY(cos)
UNARY(tan)
UNARY(asin)
UNARY(acos)
UNARY(atan)
UNARY(sinh)
UNARY(cosh)
UNARY(tanh)
UNARY(asinh)
UNARY(acosh)
UNARY(atanh)
UNARY(erf)
UNARY(erfc)
BINARY(atan2)
BINARY(hypot)
BINARY(pow)
