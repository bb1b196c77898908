/* special.c - map kernels: derivatives of sin(x)/x, polygamma functions, exp(2 pi i x), angles. */
#include "map_loop.h"

#include <complex.h>
#include <math.h>
#include <string.h>

static inline double complex complex_of(double re, double im) {
    double both[2] = {re, im};
    double complex z;
    memcpy(&z, both, sizeof z);
    return z;
}

/* -- derivatives of sin(x)/x ------------------------------------------------------------------- */

/* s_n(z) = (d/dz)^n sin(z)/z = int_0^1 t^n cos(z t + n pi/2) dt. For |z| below about n the Taylor
 * series; above it, from z s_0 = sin z differentiated n times,
 *     s_n = (sin(z + n pi/2) - n s_{n-1}) / z,
 * which loses no digits as long as n < |z|. */
static double complex sinc_series(double complex z, int order) {
    /* sum over k of (-1)^k z^(2k-n) (2k)! / ((2k-n)! (2k+1)!), 2k >= n */
    int k = (order + 1) / 2, power = 2 * k - order;
    double complex term = power == 1 ? z : 1; /* z^power / power! */
    term *= (k % 2 == 0 ? 1.0 : -1.0) / (2 * k + 1);
    double complex sum = term;
    for (int m = power; cabs(term) > 1e-17 * cabs(sum) && m < 400; m += 2, k++) {
        term *= -z * z * ((2 * k + 1.0) / ((2 * k + 3.0) * (m + 1.0) * (m + 2.0)));
        sum += term;
    }
    return sum;
}

/* sin(z + n pi/2) without rounding the shift. */
static double complex shifted_sine(double complex z, int n) {
    switch (n % 4) {
    case 0: return csin(z);
    case 1: return ccos(z);
    case 2: return -csin(z);
    default: return -ccos(z);
    }
}

static double complex sinc_derivative(double complex z, int order) {
    if (cabs(z) < (order < 1 ? 0.5 : order + 0.5)) {
        return sinc_series(z, order);
    }
    double complex s = csin(z) / z;
    for (int n = 1; n <= order; n++) {
        s = (shifted_sine(z, n) - n * s) / z;
    }
    return s;
}

static double real_sinc(double x, int order) {
    if (order == 0 && fabs(x) >= 0.5) {
        return isinf(x) ? 0 : sin(x) / x;
    }
    return isinf(x) ? 0 : creal(sinc_derivative(complex_of(x, 0), order));
}

#define ORDER (*(const int *)attr)
DTI_UNARY(sinc_f32, float, float, (float)real_sinc((double)a, ORDER))
DTI_UNARY(sinc_f64, double, double, real_sinc(a, ORDER))

static inline dt_c128 complex_sinc(double re, double im, int order) {
    double complex s = sinc_derivative(complex_of(re, im), order);
    return (dt_c128){creal(s), cimag(s)};
}

static inline dt_c64 rounded(dt_c128 z) {
    return (dt_c64){(float)z.re, (float)z.im};
}

DTI_UNARY(sinc_c64, dt_c64, dt_c64, rounded(complex_sinc((double)a.re, (double)a.im, ORDER)))
DTI_UNARY(sinc_c128, dt_c128, dt_c128, complex_sinc(a.re, a.im, ORDER))
FLOAT_TABLE(sinc);

/* -- Stumpff functions ------------------------------------------------------------------------- */

/* c_k(x) = sum (-x)^j / (2j + k)!; for larger |x| from c_0, c_1 by c_(k+2) = (1/k! - c_k) / x. */
static double stumpff(double x, int k) {
    if (fabs(x) < 4 + 2 * k) {
        double term = 1 / tgamma(k + 1.0), sum = term;
        for (int j = 1; j < 200 && fabs(term) > 1e-18 * fabs(sum); j++) {
            term *= -x / ((2.0 * j + k - 1) * (2.0 * j + k));
            sum += term;
        }
        return sum;
    }
    double root = sqrt(fabs(x)), c = k % 2 == 0 ? x > 0 ? cos(root) : cosh(root)
                                     : x > 0 ? sin(root) / root
                                                : sinh(root) / root;
    for (int i = k % 2; i < k; i += 2) {
        c = (1 / tgamma(i + 1.0) - c) / x;
    }
    return c;
}

DTI_UNARY(stumpff_f32, float, float, (float)stumpff((double)a, ORDER))
DTI_UNARY(stumpff_f64, double, double, stumpff(a, ORDER))
REAL_TABLE(stumpff);

/* -- polygamma --------------------------------------------------------------------------------- */

/* Bernoulli numbers B_2, B_4, ... */
static const double bernoulli[] = {1.0 / 6,       -1.0 / 30, 1.0 / 42,      -1.0 / 30,    5.0 / 66,
                                   -691.0 / 2730, 7.0 / 6,   -3617.0 / 510, 43867.0 / 798};
#define N_BERNOULLI ((int)(sizeof bernoulli / sizeof *bernoulli))

/* psi(x) = log x - 1/(2x) - sum B_2k / (2k x^2k) after moving x up by psi(x) = psi(x+1) - 1/x.
 * Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 6.3.5, 6.3.18. */
static double digamma(double x) {
    const double pi = 3.14159265358979323846;
    double shift = 0;
    if (x <= 0) {
        if (x == floor(x)) {
            return NAN; /* a pole */
        }
        double fraction = x - round(x); /* psi(x) = psi(1 - x) - pi cot(pi x) */
        return digamma(1 - x) - pi / tan(pi * fraction);
    }
    for (; x < 10; x += 1) {
        shift -= 1 / x;
    }
    double inverse = 1 / (x * x), power = inverse, sum = log(x) - 0.5 / x;
    for (int k = 1; k <= N_BERNOULLI; k++, power *= inverse) {
        sum -= bernoulli[k - 1] / (2 * k) * power;
    }
    return sum + shift;
}

/* psi_n(x) = (-1)^(n+1) n! sum_k (x + k)^-(n+1), n >= 1, x > 0, by Euler-Maclaurin.
 * Source: as above, 6.4.10. */
static double polygamma(double x, int n) {
    if (n == 0) {
        return digamma(x);
    }
    if (!(x > 0)) {
        return NAN;
    }
    double s = n + 1, sum = 0, at = x;
    for (; at < n + 10; at += 1) {
        sum += pow(at, -s);
    }
    sum += pow(at, 1 - s) / (s - 1) + pow(at, -s) / 2;
    double rising = s * pow(at, -s - 1), factorial = 2; /* s (s+1) ... at^-(s+2k-1) / (2k)! */
    for (int k = 1; k <= N_BERNOULLI; k++) {
        sum += bernoulli[k - 1] / factorial * rising;
        rising *= (s + 2 * k - 1) * (s + 2 * k) / (at * at);
        factorial *= (2.0 * k + 1) * (2 * k + 2);
    }
    return (n % 2 == 0 ? -1 : 1) * tgamma(n + 1.0) * sum;
}

DTI_UNARY(polygamma_f32, float, float, (float)polygamma((double)a, ORDER))
DTI_UNARY(polygamma_f64, double, double, polygamma(a, ORDER))
REAL_TABLE(polygamma);

/* -- angles ------------------------------------------------------------------------------------ */

DTI_UNARY(angle_f32, float, float, a < 0 ? 3.14159265358979323846f : a >= 0 ? 0 : a)
DTI_UNARY(angle_f64, double, double, a < 0 ? 3.14159265358979323846 : a >= 0 ? 0 : a)
DTI_UNARY(angle_c64, float, dt_c64, atan2f(a.im, a.re))
DTI_UNARY(angle_c128, double, dt_c128, atan2(a.im, a.re))
FLOAT_TABLE(angle);

/* exp(2 pi i x): subtracting the nearest integer is exact, so large x cost no accuracy, and so is
 * going on to the nearest quarter, so multiples of 1/4 give exact values. */
static dt_c128 turn(double x) {
    const double two_pi = 6.28318530717958647693;
    double part = x - round(x), quarter = round(4 * part);
    double angle = two_pi * (part - quarter / 4), c = cos(angle), s = sin(angle);
    switch ((int)quarter) {
    case 0: return (dt_c128){c, s};
    case 1: return (dt_c128){-s, c};
    case -1: return (dt_c128){s, -c};
    default: return (dt_c128){-c, -s};
    }
}

static dt_c128 safe_turn(double x) {
    return isfinite(x) ? turn(x) : (dt_c128){NAN, NAN};
}

DTI_UNARY(cis2pi_f32, dt_c64, float, rounded(safe_turn((double)a)))
DTI_UNARY(cis2pi_f64, dt_c128, double, safe_turn(a))
REAL_TABLE(cis2pi);
