/* arithmetic.c - map kernels: add, sub, mul (also mixed and conjugate), div, neg, scale, square. */
#include "complex_parts.h"
#include "map_loop.h"
#include "safe_square.h"

/* Sums and real multiples of complex numbers are those of their parts: twice as many reals. */
#define TWICE(name, real_name)                                                                     \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        real_name(2 * n, out, in, attr);                                                           \
    }

DTI_BINARY(add_f32, float, float, a + b)
DTI_BINARY(add_f64, double, double, a + b)
TWICE(add_c64, add_f32)
TWICE(add_c128, add_f64)

DTI_BINARY(sub_f32, float, float, a - b)
DTI_BINARY(sub_f64, double, double, a - b)
TWICE(sub_c64, sub_f32)
TWICE(sub_c128, sub_f64)

DTI_UNARY(neg_f32, float, float, -a)
DTI_UNARY(neg_f64, double, double, -a)
TWICE(neg_c64, neg_f32)
TWICE(neg_c128, neg_f64)

DTI_UNARY(scale_f32, float, float, (a * (float)*(const double *)attr))
DTI_UNARY(scale_f64, double, double, (a * *(const double *)attr))
TWICE(scale_c64, scale_f32)
TWICE(scale_c128, scale_f64)

/* The textbook product: a NaN or infinity in an operand may give NaN in both parts. */
#define COMPLEX_PRODUCT(suffix, type, real_suffix)                                                 \
    static void mul_##suffix(int64_t n, void *out, const void *const *in, const void *attr) {      \
        (void)attr;                                                                                \
        const type *restrict a = in[0];                                                            \
        const type *restrict b = in[1];                                                            \
        dti_parts_##real_suffix y;                                                                 \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y.re[i] = a[i].re * b[i].re - a[i].im * b[i].im;                                       \
            y.im[i] = a[i].re * b[i].im + a[i].im * b[i].re;                                       \
        }                                                                                          \
        dti_join_##suffix(n, out, &y);                                                             \
    }

DTI_BINARY(mul_f32, float, float, (a * b))
DTI_BINARY(mul_f64, double, double, (a * b))
COMPLEX_PRODUCT(c64, dt_c64, f32)
COMPLEX_PRODUCT(c128, dt_c128, f64)

static inline dt_c64 times_c64(dt_c64 z, float r) {
    return (dt_c64){r * z.re, r * z.im};
}

static inline dt_c128 times_c128(dt_c128 z, double r) {
    return (dt_c128){r * z.re, r * z.im};
}

DTI_MIXED(mul_real_complex_c64, dt_c64, float, dt_c64, times_c64(b, a))
DTI_MIXED(mul_real_complex_c128, dt_c128, double, dt_c128, times_c128(b, a))
DTI_MIXED(mul_complex_real_c64, dt_c64, dt_c64, float, times_c64(a, b))
DTI_MIXED(mul_complex_real_c128, dt_c128, dt_c128, double, times_c128(a, b))

DTI_BINARY(real_of_product_c64, float, dt_c64, (a.re * b.re + a.im * b.im))
DTI_BINARY(real_of_product_c128, double, dt_c128, (a.re * b.re + a.im * b.im))
DTI_BINARY(imag_of_product_c64, float, dt_c64, (a.im * b.re - a.re * b.im))
DTI_BINARY(imag_of_product_c128, double, dt_c128, (a.im * b.re - a.re * b.im))

static inline dt_c64 square_of_c64(dt_c64 a) {
    return (dt_c64){(a.re - a.im) * (a.re + a.im), 2 * a.re * a.im};
}

static inline dt_c128 square_of_c128(dt_c128 a) {
    return (dt_c128){(a.re - a.im) * (a.re + a.im), 2 * a.re * a.im};
}

DTI_UNARY(square_f32, float, float, (a * a))
DTI_UNARY(square_f64, double, double, (a * a))
DTI_UNARY(square_c64, dt_c64, dt_c64, square_of_c64(a))
DTI_UNARY(square_c128, dt_c128, dt_c128, square_of_c128(a))

/* The common case, a conj(b) / |b|^2, is one vector loop. */
static void div_c128(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)attr;
    dt_c128 *restrict y = out;
    const dt_c128 *restrict a = in[0];
    const dt_c128 *restrict b = in[1];
    dti_squares a2, b2;
    dti_parts_f64 quotient;
    for (int64_t i = 0; i < n; i++) {
        a2.value[i] = a[i].re * a[i].re + a[i].im * a[i].im;
        b2.value[i] = b[i].re * b[i].re + b[i].im * b[i].im;
        const double inverse = 1 / b2.value[i];
        quotient.re[i] = (a[i].re * b[i].re + a[i].im * b[i].im) * inverse;
        quotient.im[i] = (a[i].im * b[i].re - a[i].re * b[i].im) * inverse;
    }
    dti_join_c128(n, y, &quotient);
    if (dti_squares_are_safe(n, &a2) && dti_squares_are_safe(n, &b2)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(a2.value[i]) || !dti_square_is_safe(b2.value[i])) {
            y[i] = dti_smith_quotient(a[i], b[i]);
        }
    }
}

/* In double precision no square of a float overflows or underflows. */
static void div_c64(int64_t n, void *out, const void *const *in, const void *attr) {
    (void)attr;
    const dt_c64 *restrict a = in[0];
    const dt_c64 *restrict b = in[1];
    dti_parts_f32 y;
    for (int64_t i = 0; i < n; i++) {
        const double a_re = (double)a[i].re, a_im = (double)a[i].im;
        const double b_re = (double)b[i].re, b_im = (double)b[i].im;
        const double inverse = 1 / (b_re * b_re + b_im * b_im);
        y.re[i] = (float)((a_re * b_re + a_im * b_im) * inverse);
        y.im[i] = (float)((a_im * b_re - a_re * b_im) * inverse);
    }
    dti_join_c64(n, out, &y);
}

DTI_BINARY(div_f32, float, float, a / b)
DTI_BINARY(div_f64, double, double, a / b)

FLOAT_TABLE(add);
FLOAT_TABLE(sub);
FLOAT_TABLE(mul);
COMPLEX_TABLE(mul_real_complex);
COMPLEX_TABLE(mul_complex_real);
COMPLEX_TABLE(real_of_product);
COMPLEX_TABLE(imag_of_product);
FLOAT_TABLE(div);
FLOAT_TABLE(neg);
FLOAT_TABLE(scale);
FLOAT_TABLE(square);
