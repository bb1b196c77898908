/* elementwise.h - arithmetic, functions, complex numbers and choices, element by element (ops.h has
 * the conventions). */
#ifndef DIFFTAPE_ELEMENTWISE_H
#define DIFFTAPE_ELEMENTWISE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/* -- arithmetic -------------------------------------------------------------------------------- */

/** a + b.  abar = ybar, bbar = ybar. */
DT_API dt_tensor *dt_add(dt_tensor *a, dt_tensor *b);

/** a - b.  abar = ybar, bbar = -ybar. */
DT_API dt_tensor *dt_sub(dt_tensor *a, dt_tensor *b);

/** a b.  abar = ybar b*, bbar = ybar a*. */
DT_API dt_tensor *dt_mul(dt_tensor *a, dt_tensor *b);

/** a / b.  abar = ybar / b*, bbar = -abar y*.  At b = 0: inf or NaN, for complex b NaN. */
DT_API dt_tensor *dt_div(dt_tensor *a, dt_tensor *b);

/** -x.  xbar = -ybar. */
DT_API dt_tensor *dt_neg(dt_tensor *x);

/** factor x.  xbar = factor ybar. */
DT_API dt_tensor *dt_scale(dt_tensor *x, double factor);

/** x^2.  xbar = 2 ybar x*. */
DT_API dt_tensor *dt_square(dt_tensor *x);

/** x^p for a fixed real p, principal branch (dt_power takes a tensor of powers).
 *  xbar = ybar (p x^(p-1))*, and 0 for p = 0. */
DT_API dt_tensor *dt_pow(dt_tensor *x, double p);

/** sqrt(x), principal branch.  xbar = ybar / (2 y*): infinite at 0. */
DT_API dt_tensor *dt_sqrt(dt_tensor *x);

/** exp(x).  xbar = ybar y*. */
DT_API dt_tensor *dt_exp(dt_tensor *x);

/** log(x), principal branch.  xbar = ybar / x*. */
DT_API dt_tensor *dt_log(dt_tensor *x);

/** sin(x), real or complex.  xbar = ybar cos(x)*. */
DT_API dt_tensor *dt_sin(dt_tensor *x);

/** cos(x), real or complex.  xbar = -ybar sin(x)*. */
DT_API dt_tensor *dt_cos(dt_tensor *x);

/** 1/x.  xbar = -ybar (y^2)*: infinite at 0. */
static inline dt_tensor *dt_reciprocal(dt_tensor *x) {
    return dt_pow(x, -1);
}

/** 1/sqrt(x), principal branch.  xbar = -ybar (y^3)* / 2: infinite at 0. */
DT_API dt_tensor *dt_rsqrt(dt_tensor *x);

/** x^(1/3) for real x of either sign.  xbar = ybar / (3 y^2): infinite at 0. */
DT_API dt_tensor *dt_cbrt(dt_tensor *x);

/** a^b, both tensors, principal branch; real a < 0 gives NaN unless b is an integer. For one fixed
 *  real power dt_pow is faster.
 *  abar = ybar (b a^(b-1))*, bbar = ybar (y log a)*, which is 0 at a = 0. */
DT_API dt_tensor *dt_power(dt_tensor *a, dt_tensor *b);

/** sqrt(a^2 + b^2), real, without overflow.  abar = ybar a/y, bbar = ybar b/y, 0 at 0. */
DT_API dt_tensor *dt_hypot(dt_tensor *a, dt_tensor *b);

/** a - trunc(a/b) b, real, with the sign of a (C's fmod).  abar = ybar, bbar = -ybar trunc(a/b). */
DT_API dt_tensor *dt_fmod(dt_tensor *a, dt_tensor *b);

/* -- functions --------------------------------------------------------------------------------- */

/** exp(x) - 1, 2^x, log(1 + x), log2(x); expm1 and log1p are real and accurate near 0.
 *  xbar = ybar exp(x), ybar (y log 2)*, ybar / (1 + x), ybar / (x log 2)*. */
DT_API dt_tensor *dt_expm1(dt_tensor *x);
DT_API dt_tensor *dt_exp2(dt_tensor *x);
DT_API dt_tensor *dt_log1p(dt_tensor *x);
DT_API dt_tensor *dt_log2(dt_tensor *x);

/** Circular functions and their inverses, real or complex, principal branches as in C99 annex G;
 *  real arguments outside the domain give NaN (cast to complex for a value).
 *  xbar = ybar (1 + y^2)*, ybar / sqrt(1 - x^2)*, -ybar / sqrt(1 - x^2)*, ybar / (1 + x^2)*. */
DT_API dt_tensor *dt_tan(dt_tensor *x);
DT_API dt_tensor *dt_asin(dt_tensor *x);
DT_API dt_tensor *dt_acos(dt_tensor *x);
DT_API dt_tensor *dt_atan(dt_tensor *x);

/** The angle of the point (x, y), both real, in (-pi, pi]: dt_angle of x + iy.
 *  With abar the cotangent of the angle: ybar = abar x / r^2, xbar = -abar y / r^2, 0 at the
 *  origin. */
DT_API dt_tensor *dt_atan2(dt_tensor *y, dt_tensor *x);

/** Both solutions of a cos w + b sin w = c in (-pi, pi], real: roots (..., 2), first the one where
 *  the left side rises, then where it falls, and the slope q = sqrt(a^2 + b^2 - c^2) of the left
 *  side there (its negative at the second). Where |c| >= sqrt(a^2 + b^2), or q <= slope_min (>= 0),
 *  roots and slope are 0 and so are all their derivatives; other elements are not touched by such a
 *  row. Squares must not leave the range of the type (below it they count as 0). With r^2 = a^2 +
 *  b^2, m the difference and s the sum of the cotangents of a pair of roots:
 *  cbar = m/q, abar = -m a c/(q r^2) - s b/r^2, bbar = -m b c/(q r^2) + s a/r^2, plus
 *  qbar (a, b, -c)/q. */
DT_API void dt_sinusoid_roots(dt_tensor *a, dt_tensor *b, dt_tensor *c, double slope_min,
                              dt_tensor **ret_roots, dt_tensor **ret_slope);

/** Hyperbolic functions and their inverses, as the circular ones.
 *  xbar = ybar cosh(x)*, ybar sinh(x)*, ybar (1 - y^2)*, ybar / sqrt(1 + x^2)*,
 *  ybar / (sqrt(x - 1) sqrt(x + 1))*, ybar / (1 - x^2)*. */
DT_API dt_tensor *dt_sinh(dt_tensor *x);
DT_API dt_tensor *dt_cosh(dt_tensor *x);
DT_API dt_tensor *dt_tanh(dt_tensor *x);
DT_API dt_tensor *dt_asinh(dt_tensor *x);
DT_API dt_tensor *dt_acosh(dt_tensor *x);
DT_API dt_tensor *dt_atanh(dt_tensor *x);

/** sin(x)/x, 1 at 0, real or complex, with derivatives of any order exact near 0 too. This is the
 *  unnormalised function: numpy.sinc(x) is dt_sinc(pi x). */
DT_API dt_tensor *dt_sinc(dt_tensor *x);

/** Error function and its complement, real.  xbar = +-ybar 2/sqrt(pi) exp(-x^2). */
DT_API dt_tensor *dt_erf(dt_tensor *x);
DT_API dt_tensor *dt_erfc(dt_tensor *x);

/** log |Gamma(x)|, real.  xbar = ybar digamma(x). */
DT_API dt_tensor *dt_lgamma(dt_tensor *x);

/** 1 / (1 + exp(-x)), log(1 + exp(x)), x sigmoid(x), max(x, 0): real, without overflow. The slope
 *  of relu at 0 is taken as 0.
 *  xbar = ybar y (1 - y), ybar sigmoid(x), ybar (y + sigmoid(x) (1 - y)), ybar where x > 0. */
DT_API dt_tensor *dt_sigmoid(dt_tensor *x);
DT_API dt_tensor *dt_softplus(dt_tensor *x);
static inline dt_tensor *dt_silu(dt_tensor *x) {
    return dt_mul(x, dt_sigmoid(x));
}
DT_API dt_tensor *dt_relu(dt_tensor *x);

/* -- complex ----------------------------------------------------------------------------------- */

/** exp(i x), x real: the phase of a structure factor.  xbar = Im(ybar y*). */
DT_API dt_tensor *dt_cis(dt_tensor *x);

/** exp(2 pi i x), x real, in reduced units: whole turns are taken off exactly, so it is more
 *  accurate than dt_cis(2 pi x) for large x. xbar = 2 pi Im(ybar y*). */
DT_API dt_tensor *dt_cis2pi(dt_tensor *x);

/** r exp(i angle), both real.  rbar = Re(ybar exp(-i angle)), anglebar = Im(ybar y*). */
DT_API dt_tensor *dt_polar(dt_tensor *r, dt_tensor *angle);

/** re + i im, both real.  rebar = Re ybar, imbar = Im ybar. */
DT_API dt_tensor *dt_complex(dt_tensor *re, dt_tensor *im);

/** z*.  zbar = ybar*.  A real tensor is returned as it is. */
DT_API dt_tensor *dt_conj(dt_tensor *z);

/** Re z.  zbar = ybar.  A real tensor is returned as it is. */
DT_API dt_tensor *dt_real(dt_tensor *z);

/** Im z.  zbar = i ybar.  Zeros for a real tensor. */
DT_API dt_tensor *dt_imag(dt_tensor *z);

/** |z|, real.  zbar = ybar z/|z|, 0 at z = 0, where it has a kink. */
DT_API dt_tensor *dt_abs(dt_tensor *z);

/** |z|^2, real.  zbar = 2 ybar z.  Smooth: the primitive for intensities. */
DT_API dt_tensor *dt_abs2(dt_tensor *z);

/** The argument of z in (-pi, pi], real.  zbar = i ybar (z/|z|)/|z|, 0 at z = 0. */
DT_API dt_tensor *dt_angle(dt_tensor *z);

/** z/|z| (sign of a real x), 0 at 0; type kept. zbar = (ybar - y^2 ybar*) / (2|z|), 0 at z = 0. */
DT_API dt_tensor *dt_sign(dt_tensor *z);

/** Change the element type: between f32 and f64, c64 and c128, from real to complex, and from and
 *  to i64 (truncating) and bool (x != 0), which carry no gradient; complex to anything else is
 *  DT_ERR_DTYPE: take dt_real. xbar = ybar cast back. A tensor of that type comes back as it is. */
DT_API dt_tensor *dt_cast(dt_tensor *x, dt_dtype dtype);

/* -- choices ----------------------------------------------------------------------------------- */

/** The smaller or larger of two real numbers; NaN if either is. The one that is taken receives
 *  ybar, both ybar/2 where they are equal. */
DT_API dt_tensor *dt_minimum(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_maximum(dt_tensor *a, dt_tensor *b);

/** x held in [low, high], real.  xbar = ybar inside and on the bounds, 0 outside. */
DT_API dt_tensor *dt_clamp(dt_tensor *x, double low, double high);

/** The nearest integer, halves to even, real. No gradient. */
DT_API dt_tensor *dt_round(dt_tensor *x);

/** Neither NaN nor infinite? bool. No gradient. */
DT_API dt_tensor *dt_isfinite(dt_tensor *x);

/** a relation b, bool, e.g. dt_compare(x, DT_GT, y). Operands of one type (i64 and bool too), or
 *  real with complex; complex numbers can only be equal or not. No gradient. */
typedef enum dt_relation { DT_EQ, DT_NE, DT_LT, DT_LE, DT_GT, DT_GE } dt_relation;
DT_API dt_tensor *dt_compare(dt_tensor *a, dt_relation relation, dt_tensor *b);

/** Logic on bool tensors, e.g. dt_logic(a, DT_AND, b). */
typedef enum dt_connective { DT_AND, DT_OR, DT_XOR } dt_connective;
DT_API dt_tensor *dt_logic(dt_tensor *a, dt_connective connective, dt_tensor *b);
DT_API dt_tensor *dt_not(dt_tensor *x);

/** mask ? a : b, mask bool, all three broadcast. abar = mask ? ybar : 0, bbar = mask ? 0 : ybar. */
DT_API dt_tensor *dt_where(dt_tensor *mask, dt_tensor *a, dt_tensor *b);

/** x without its history: no gradient flows through. */
DT_API dt_tensor *dt_stop_gradient(dt_tensor *x);

DT_END_DECLS

#endif
