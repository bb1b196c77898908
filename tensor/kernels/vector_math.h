/* vector_math.h - real mathematical functions over contiguous runs, vectorised where the C library
 * can.
 *
 *     void dti_vec_<function>_<f32 or f64>(int64_t n, type *out, const type *x)
 *     void dti_vec_<function>_<f32 or f64>(int64_t n, type *out, const type *x, const type *y)
 *
 * out may be x (or y) itself. The value at an element depends on its arguments only, not on its
 * place in the run or on n, so splitting the work differently never changes a bit of the result.
 * Accuracy is that of glibc's libmvec (at most 4 units in the last place) or, without it, of libm.
 * Special values - zeros with their sign, infinities, NaN, arguments outside the domain - are those
 * of libm. */
#ifndef DTI_VECTOR_MATH_H
#define DTI_VECTOR_MATH_H

#include "set.h"

#include <stdint.h>

/* F(function): those of one argument and those of two. */
#define DTI_VECTOR_UNARY(F)                                                                        \
    F(sqrt)                                                                                        \
    F(cbrt)                                                                                        \
    F(exp)                                                                                         \
    F(exp2)                                                                                        \
    F(expm1)                                                                                       \
    F(log)                                                                                         \
    F(log2)                                                                                        \
    F(log10)                                                                                       \
    F(log1p)                                                                                       \
    F(sin)                                                                                         \
    F(cos)                                                                                         \
    F(tan)                                                                                         \
    F(asin)                                                                                        \
    F(acos)                                                                                        \
    F(atan)                                                                                        \
    F(sinh)                                                                                        \
    F(cosh)                                                                                        \
    F(tanh)                                                                                        \
    F(asinh)                                                                                       \
    F(acosh)                                                                                       \
    F(atanh)                                                                                       \
    F(erf)                                                                                         \
    F(erfc)
#define DTI_VECTOR_BINARY(F)                                                                       \
    F(atan2)                                                                                       \
    F(hypot)                                                                                       \
    F(pow)

#define DTI_DECLARE_UNARY(function, type)                                                          \
    void DTI_OF_SET(dti_vec_##function)(int64_t n, type * out, const type *x);                     \
    static inline void dti_vec_##function(int64_t n, type *out, const type *x) {                   \
        DTI_OF_SET(dti_vec_##function)(n, out, x);                                                 \
    }
#define DTI_DECLARE_BINARY(function, type)                                                         \
    void DTI_OF_SET(dti_vec_##function)(int64_t n, type * out, const type *x, const type *y);      \
    static inline void dti_vec_##function(int64_t n, type *out, const type *x, const type *y) {    \
        DTI_OF_SET(dti_vec_##function)(n, out, x, y);                                              \
    }
#define DTI_DECLARE_UNARIES(function)                                                              \
    DTI_DECLARE_UNARY(function##_f32, float)                                                       \
    DTI_DECLARE_UNARY(function##_f64, double)
#define DTI_DECLARE_BINARIES(function)                                                             \
    DTI_DECLARE_BINARY(function##_f32, float)                                                      \
    DTI_DECLARE_BINARY(function##_f64, double)

DTI_VECTOR_UNARY(DTI_DECLARE_UNARIES)
DTI_VECTOR_BINARY(DTI_DECLARE_BINARIES)

#endif
