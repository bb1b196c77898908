/* choice.c - map kernels: minimum, maximum, clamp, relu, rounding, remainders, powers, comparisons
 * and logic. */
#include "map_loop.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* A NaN in either operand is the result. */
DTI_BINARY(minimum_f32, float, float, a < b || a != a ? a : b)
DTI_BINARY(minimum_f64, double, double, a < b || a != a ? a : b)
DTI_BINARY(maximum_f32, float, float, a > b || a != a ? a : b)
DTI_BINARY(maximum_f64, double, double, a > b || a != a ? a : b)
REAL_TABLE(minimum);
REAL_TABLE(maximum);

#define LOW  (((const double *)attr)[0])
#define HIGH (((const double *)attr)[1])
DTI_UNARY(clamp_f32, float, float, a<(float)LOW ? (float)LOW : a>(float) HIGH ? (float)HIGH : a)
DTI_UNARY(clamp_f64, double, double, a<LOW ? LOW : a> HIGH ? HIGH : a)
REAL_TABLE(clamp);

DTI_UNARY(relu_f32, float, float, a <= 0 ? 0 : a)
DTI_UNARY(relu_f64, double, double, a <= 0 ? 0 : a)
REAL_TABLE(relu);

/* To the nearest integer, halves to even. */
DTI_UNARY(round_f32, float, float, rintf(a))
DTI_UNARY(round_f64, double, double, rint(a))
REAL_TABLE(round);

DTI_BINARY(fmod_f32, float, float, fmodf(a, b))
DTI_BINARY(fmod_f64, double, double, fmod(a, b))
REAL_TABLE(fmod);

/* -- powers ------------------------------------------------------------------------------------ */

static dt_c128 complex_power(dt_c128 a, dt_c128 b) {
    if (a.re == 0 && a.im == 0) {
        bool one = b.re == 0 && b.im == 0;
        return b.re > 0 || one ? (dt_c128){one ? 1 : 0, 0} : (dt_c128){NAN, NAN};
    }
    double r = log(hypot(a.re, a.im)), phase = atan2(a.im, a.re);
    double size = exp(b.re * r - b.im * phase), angle = b.im * r + b.re * phase;
    return (dt_c128){size * cos(angle), size * sin(angle)};
}

static dt_c64 complex_power_c64(dt_c64 a, dt_c64 b) {
    dt_c128 y =
        complex_power((dt_c128){(double)a.re, (double)a.im}, (dt_c128){(double)b.re, (double)b.im});
    return (dt_c64){(float)y.re, (float)y.im};
}

DTI_BINARY(power_f32, float, float, (float)pow((double)a, (double)b))
DTI_BINARY(power_f64, double, double, pow(a, b))
DTI_BINARY(power_c64, dt_c64, dt_c64, complex_power_c64(a, b))
DTI_BINARY(power_c128, dt_c128, dt_c128, complex_power(a, b))
FLOAT_TABLE(power);

/* -- yes and no -------------------------------------------------------------------------------- */

DTI_UNARY(isfinite_f32, bool, float, isfinite(a) != 0)
DTI_UNARY(isfinite_f64, bool, double, isfinite(a) != 0)
DTI_UNARY(isfinite_c64, bool, dt_c64, isfinite(a.re) && isfinite(a.im))
DTI_UNARY(isfinite_c128, bool, dt_c128, isfinite(a.re) && isfinite(a.im))
FLOAT_TABLE(isfinite);

#define SAME(a, b) ((a).re == (b).re && (a).im == (b).im)
DTI_BINARY(equal_c64, bool, dt_c64, SAME(a, b))
DTI_BINARY(equal_c128, bool, dt_c128, SAME(a, b))
DTI_BINARY(unequal_c64, bool, dt_c64, !SAME(a, b))
DTI_BINARY(unequal_c128, bool, dt_c128, !SAME(a, b))

#define ORDERED(name, relation)                                                                    \
    DTI_BINARY(name##_f32, bool, float, a relation b)                                              \
    DTI_BINARY(name##_f64, bool, double, a relation b)                                             \
    DTI_BINARY(name##_i64, bool, int64_t, a relation b)                                            \
    DTI_BINARY(name##_bool, bool, bool, a relation b)
ORDERED(equal, ==)
ORDERED(unequal, !=)
ORDERED(less, <)
ORDERED(less_equal, <=)
ORDERED(greater, >)
ORDERED(greater_equal, >=)

FULL_TABLE(equal);
FULL_TABLE(unequal);
ORDERED_TABLE(less);
ORDERED_TABLE(less_equal);
ORDERED_TABLE(greater);
ORDERED_TABLE(greater_equal);

DTI_BINARY(logical_and_bool, bool, bool, a &&b)
DTI_BINARY(logical_or_bool, bool, bool, a || b)
DTI_BINARY(logical_xor_bool, bool, bool, a != b)
DTI_UNARY(logical_not_bool, bool, bool, !a)
BOOL_TABLE(logical_and);
BOOL_TABLE(logical_or);
BOOL_TABLE(logical_xor);
BOOL_TABLE(logical_not);
