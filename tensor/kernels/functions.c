/* functions.c - map kernels of the C library's functions of one argument, real and complex.
 *
 * Single precision is computed in double and rounded once. Complex functions are those of C99 annex
 * G: exact at branch cuts, zeros and infinities. */
#include "map_loop.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#define REAL_KERNELS(name, function)                                                               \
    DTI_UNARY(name##_f32, float, float, (float)function((double)a))                                \
    DTI_UNARY(name##_f64, double, double, function(a))

static inline double complex complex_of(double re, double im) {
    double both[2] = {re, im};
    double complex z;
    memcpy(&z, both, sizeof z);
    return z;
}

#define COMPLEX_KERNELS(name, function)                                                            \
    DTI_UNARY(name##_c64, dt_c64, dt_c64,                                                          \
              single(function(complex_of((double)a.re, (double)a.im))))                            \
    DTI_UNARY(name##_c128, dt_c128, dt_c128, whole(function(complex_of(a.re, a.im))))

static inline dt_c64 single(double complex z) {
    return (dt_c64){(float)creal(z), (float)cimag(z)};
}

static inline dt_c128 whole(double complex z) {
    return (dt_c128){creal(z), cimag(z)};
}

static inline double reciprocal_root(double x) {
    return 1 / sqrt(x);
}

static inline double complex complex_reciprocal_root(double complex z) {
    return 1 / csqrt(z);
}

/* 2^z = 2^x (cos(y log 2) + i sin(y log 2)). */
static inline double complex complex_exp2(double complex z) {
    const double log2 = 0.69314718055994530942, r = exp2(creal(z)), phase = cimag(z) * log2;
    return complex_of(r * cos(phase), phase == 0 ? cimag(z) : r * sin(phase));
}

static inline double complex complex_log2(double complex z) {
    const double inverse = 1.4426950408889634074;
    double complex l = clog(z);
    return complex_of(creal(l) * inverse, cimag(l) * inverse);
}

static inline double sigmoid(double x) {
    double e = exp(-fabs(x)), y = 1 / (1 + e);
    return x < 0 ? e * y : y;
}

static inline double softplus(double x) {
    return x != x ? x : (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* lgamma writes a global sign in some libraries; its reentrant form does not. */
double lgamma_r(double x, int *sign);

static inline double log_gamma(double x) {
    int sign;
    return lgamma_r(x, &sign);
}

REAL_KERNELS(rsqrt, reciprocal_root)
REAL_KERNELS(cbrt, cbrt)
REAL_KERNELS(expm1, expm1)
REAL_KERNELS(exp2, exp2)
REAL_KERNELS(log1p, log1p)
REAL_KERNELS(log2, log2)
REAL_KERNELS(tan, tan)
REAL_KERNELS(asin, asin)
REAL_KERNELS(acos, acos)
REAL_KERNELS(atan, atan)
REAL_KERNELS(sinh, sinh)
REAL_KERNELS(cosh, cosh)
REAL_KERNELS(tanh, tanh)
REAL_KERNELS(asinh, asinh)
REAL_KERNELS(acosh, acosh)
REAL_KERNELS(atanh, atanh)
REAL_KERNELS(erf, erf)
REAL_KERNELS(erfc, erfc)
REAL_KERNELS(lgamma, log_gamma)
REAL_KERNELS(sigmoid, sigmoid)
REAL_KERNELS(softplus, softplus)

COMPLEX_KERNELS(rsqrt, complex_reciprocal_root)
COMPLEX_KERNELS(exp2, complex_exp2)
COMPLEX_KERNELS(log2, complex_log2)
COMPLEX_KERNELS(tan, ctan)
COMPLEX_KERNELS(asin, casin)
COMPLEX_KERNELS(acos, cacos)
COMPLEX_KERNELS(atan, catan)
COMPLEX_KERNELS(sinh, csinh)
COMPLEX_KERNELS(cosh, ccosh)
COMPLEX_KERNELS(tanh, ctanh)
COMPLEX_KERNELS(asinh, casinh)
COMPLEX_KERNELS(acosh, cacosh)
COMPLEX_KERNELS(atanh, catanh)

FLOAT_TABLE(rsqrt);
FLOAT_TABLE(exp2);
FLOAT_TABLE(log2);
FLOAT_TABLE(tan);
FLOAT_TABLE(asin);
FLOAT_TABLE(acos);
FLOAT_TABLE(atan);
FLOAT_TABLE(sinh);
FLOAT_TABLE(cosh);
FLOAT_TABLE(tanh);
FLOAT_TABLE(asinh);
FLOAT_TABLE(acosh);
FLOAT_TABLE(atanh);
REAL_TABLE(cbrt);
REAL_TABLE(expm1);
REAL_TABLE(log1p);
REAL_TABLE(erf);
REAL_TABLE(erfc);
REAL_TABLE(lgamma);
REAL_TABLE(sigmoid);
REAL_TABLE(softplus);
