/* small_product.c - products of small matrices, where calling BLAS costs more than the work.
 *
 * Rows of op(b) are read as vectors, elements of op(a) one by one; only an op(b) whose rows are not
 * rows of its memory is copied first. */
#include "small_product.h"
#include "../iterate.h"
#include "set.h"

#include <string.h>

#define INLINE __attribute__((always_inline))

/* A row of real numbers as long as the longest vector. */
typedef union real_vector {
    float f32[16];
    double f64[8];
} real_vector;

/* What the loops see: strides and width in real numbers. */
typedef struct operands {
    int64_t m, k, width;
    int64_t a_row, a_col, b_row, c_row;
    real_vector sign_by_re, sign_by_im; /* of the sums by re(a) and by im(a), part by part */
} operands;

/* One product with an op(b) of contiguous rows. */
typedef void product_fn(const operands *o, const void *a, const void *b, void *c);

/* The same without vectors: the reference, and for rows shorter than a vector. */
#define DEFINE_PLAIN(suffix, real, complex_suffix)                                                 \
    static void plain_##suffix(const operands *o, const void *a0, const void *b0, void *c0) {      \
        const real *a = a0, *b = b0;                                                               \
        real *c = c0;                                                                              \
        for (int64_t i = 0; i < o->m; i++) {                                                       \
            for (int64_t j = 0; j < o->width; j++) {                                               \
                real sum = 0;                                                                      \
                for (int64_t p = 0; p < o->k; p++) {                                               \
                    sum += a[i * o->a_row + p * o->a_col] * b[p * o->b_row + j];                   \
                }                                                                                  \
                c[i * o->c_row + j] = sum;                                                         \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void plain_##complex_suffix(const operands *o, const void *a0, const void *b0,          \
                                       void *c0) {                                                 \
        const real *a = a0, *b = b0;                                                               \
        real *c = c0;                                                                              \
        const real *by_re = o->sign_by_re.suffix, *by_im = o->sign_by_im.suffix;                   \
        for (int64_t i = 0; i < o->m; i++) {                                                       \
            for (int64_t j = 0; j < o->width; j += 2) {                                            \
                real re_re = 0, re_im = 0, im_re = 0, im_im = 0;                                   \
                for (int64_t p = 0; p < o->k; p++) {                                               \
                    const real *x = a + i * o->a_row + p * o->a_col, *y = b + p * o->b_row + j;    \
                    re_re += x[0] * y[0];                                                          \
                    re_im += x[0] * y[1];                                                          \
                    im_re += x[1] * y[0];                                                          \
                    im_im += x[1] * y[1];                                                          \
                }                                                                                  \
                c[i * o->c_row + j] = by_re[0] * re_re + by_im[0] * im_im;                         \
                c[i * o->c_row + j + 1] = by_re[1] * re_im + by_im[1] * im_re;                     \
            }                                                                                      \
        }                                                                                          \
    }

DEFINE_PLAIN(f32, float, c64)
DEFINE_PLAIN(f64, double, c128)

#ifndef DTI_SCALAR
#define REAL          double
#define LANES         2
#define NAME(x)       x##_f64_16
#define SWAP_PARTS(v) __builtin_shufflevector(v, v, 1, 0)
#include "small_product_tiles.h"
#define REAL          float
#define LANES         4
#define NAME(x)       x##_f32_16
#define SWAP_PARTS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#include "small_product_tiles.h"
#endif
#ifdef __AVX2__
#define REAL          double
#define LANES         4
#define NAME(x)       x##_f64_32
#define SWAP_PARTS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2)
#include "small_product_tiles.h"
#define REAL          float
#define LANES         8
#define NAME(x)       x##_f32_32
#define SWAP_PARTS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#include "small_product_tiles.h"
#endif
#ifdef __AVX512F__
#define REAL          double
#define LANES         8
#define NAME(x)       x##_f64_64
#define SWAP_PARTS(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6)
#include "small_product_tiles.h"
#define REAL    float
#define LANES   16
#define NAME(x) x##_f32_64
#define SWAP_PARTS(v)                                                                              \
    __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#include "small_product_tiles.h"
#endif

/* What is run for rows of any length, of at least 16, of 32 and of 64 bytes. */
typedef struct choice {
    product_fn *any, *from_16, *from_32, *from_64;
} choice;

/* Vectors of 16 bytes lose against BLAS sooner. */
#if defined(DTI_SCALAR)
#define LIMIT DTI_SMALL
#define CHOICE(suffix, kind, real)                                                                 \
    { plain_##suffix, plain_##suffix, plain_##suffix, plain_##suffix }
#elif defined(__AVX512F__)
#define LIMIT DTI_SMALL
#define CHOICE(suffix, kind, real)                                                                 \
    { plain_##suffix, kind##_##real##_16, kind##_##real##_32, kind##_##real##_64 }
#elif defined(__AVX2__)
#define LIMIT DTI_SMALL
#define CHOICE(suffix, kind, real)                                                                 \
    { plain_##suffix, kind##_##real##_16, kind##_##real##_32, kind##_##real##_32 }
#else
#define LIMIT 6
#define CHOICE(suffix, kind, real)                                                                 \
    { plain_##suffix, kind##_##real##_16, kind##_##real##_16, kind##_##real##_16 }
#endif

extern dti_pack_fn *const DTI_OF_SET(dti_packs)[DT_DTYPE_COUNT][DT_DTYPE_COUNT];

/* re = re re' - im im', im = re im' + im re', where conjugating turns im or im' around. */
static void set_signs(operands *o, dt_dtype dtype, int of_im_a, int of_im_b) {
    const int by_re[2] = {1, of_im_b}, by_im[2] = {-of_im_a * of_im_b, of_im_a};
    for (int l = 0; dtype == DT_C64 && l < 16; l++) {
        o->sign_by_re.f32[l] = (float)by_re[l % 2];
        o->sign_by_im.f32[l] = (float)by_im[l % 2];
    }
    for (int l = 0; dtype == DT_C128 && l < 8; l++) {
        o->sign_by_re.f64[l] = by_re[l % 2];
        o->sign_by_im.f64[l] = by_im[l % 2];
    }
}

static void multiply_all(const choice *from, dt_dtype dtype, const dti_small_product *s,
                         int64_t n_matrices, const char *a, const char *b, char *c) {
    const int64_t parts = dt_dtype_is_complex(dtype) ? 2 : 1;
    const int64_t size = (int64_t)dt_dtype_size(dtype), row = s->n * size;
    const bool straight = s->b_col == 1 || s->n == 1;
    operands o = {.m = s->m,
                  .k = s->k,
                  .width = parts * s->n,
                  .a_row = parts * s->a_row,
                  .a_col = parts * s->a_col,
                  .b_row = parts * (straight ? s->b_row : s->n),
                  .c_row = parts * s->n};
    set_signs(&o, dtype, s->conjugate_a ? -1 : 1, s->conjugate_b ? -1 : 1);
    product_fn *run = row >= 64   ? from->from_64
                      : row >= 32 ? from->from_32
                      : row >= 16 ? from->from_16
                                  : from->any;
    dt_c128 copy[DTI_SMALL * DTI_SMALL]; /* of op(b), the largest type */
    for (int64_t i = 0; i < n_matrices; i++) {
        if (!straight && (i == 0 || s->b_step != 0)) {
            DTI_OF_SET(dti_packs)[dtype][dtype](copy, b, s->k, s->b_row, s->n, s->b_col);
        }
        run(&o, a, straight ? b : (const char *)copy, c);
        a += s->a_step * size;
        b += s->b_step * size;
        c += s->m * row;
    }
}

#define DEFINE_PRODUCTS(suffix, dtype, kind, real)                                                 \
    static void products_##suffix(const dti_small_product *s, int64_t n_matrices, const void *a,   \
                                  const void *b, void *c) {                                        \
        static const choice from = CHOICE(suffix, kind, real);                                     \
        multiply_all(&from, dtype, s, n_matrices, a, b, c);                                        \
    }

DEFINE_PRODUCTS(f32, DT_F32, real, f32)
DEFINE_PRODUCTS(f64, DT_F64, real, f64)
DEFINE_PRODUCTS(c64, DT_C64, complex, f32)
DEFINE_PRODUCTS(c128, DT_C128, complex, f64)

const dti_small_products DTI_OF_SET(dti_small_products)[DT_DTYPE_COUNT] = {
    [DT_F32] = {LIMIT, products_f32},
    [DT_F64] = {LIMIT, products_f64},
    [DT_C64] = {LIMIT, products_c64},
    [DT_C128] = {LIMIT, products_c128},
};
