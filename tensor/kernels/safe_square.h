/* safe_square.h - detecting squared moduli that underflow or overflow has spoiled.
 *
 * Kernels on complex numbers run their plain formula over a whole tile and then, only if some
 * square left the safe range, mend those elements with a scaled formula. */
#ifndef DTI_SAFE_SQUARE_H
#define DTI_SAFE_SQUARE_H

#include "complex_parts.h"

#include <math.h>

/* The squares of one tile and their bit patterns. */
typedef union dti_squares {
    double value[DTI_TILE];
    uint64_t bits[DTI_TILE];
} dti_squares;

/* Exponent fields of 2^-930 and 2^930: between them squares, and products of numbers whose squares
 * lie there, keep all their digits. */
#define DTI_SAFE_LOW  93u
#define DTI_SAFE_HIGH 1953u

/* |z|^2 of a whole tile; something is written even if n is 0. */
static inline void dti_square_tile(int64_t n, dti_squares *ret_squares, const dt_c128 *z) {
    ret_squares->value[0] = 1;
    for (int64_t i = 0; i < n; i++) {
        ret_squares->value[i] = z[i].re * z[i].re + z[i].im * z[i].im;
    }
}

/* |z|^2 of a tile; something is written even if n is 0. */
static inline void dti_square_parts(int64_t n, dti_squares *ret, const dti_parts_f64 *z) {
    ret->value[0] = 1;
    for (int64_t i = 0; i < n; i++) {
        ret->value[i] = z->re[i] * z->re[i] + z->im[i] * z->im[i];
    }
}

static inline bool dti_square_is_safe(double square) {
    return square >= 0x1p-930 && square <= 0x1p930;
}

/* True if every square is safe. Integers, because comparisons of doubles do not vectorise as well:
 * the top bit of a difference is set when an exponent lies outside (0, infinity and NaN do). */
static inline bool dti_squares_are_safe(int64_t n, const dti_squares *squares) {
    uint64_t outside = 0;
    for (int64_t i = 0; i < n; i++) {
        uint64_t exponent = squares->bits[i] >> 52;
        outside |= (exponent - DTI_SAFE_LOW) | (DTI_SAFE_HIGH - exponent);
    }
    return outside >> 63 == 0;
}

/* Smith's quotient (Comm. ACM 5, 435, 1962): no intermediate overflow. Where the ratio r of the
 * parts of b underflows a product with it would lose a term; there Baudin and Smith
 * (arXiv:1210.4539) divide first. */
static inline dt_c128 dti_smith_quotient(dt_c128 a, dt_c128 b) {
    const bool swap = fabs(b.re) < fabs(b.im);
    const double large = swap ? b.im : b.re, small = swap ? b.re : b.im;
    const double p = swap ? a.im : a.re, q = swap ? a.re : a.im;
    const double r = small / large, d = large + small * r;
    const double x = r != 0 ? q * r : small * (q / large);
    const double y = r != 0 ? p * r : small * (p / large);
    const double im = (q - y) / d;
    return (dt_c128){(p + x) / d, swap ? -im : im};
}

#endif
