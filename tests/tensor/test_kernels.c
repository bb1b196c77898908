/* test_kernels.c - each map kernel against the C library in double precision, and at the edges of
 * the number range. */
#include "helpers.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>

#include <float.h>
#include <math.h>

enum { N = 203 }; /* no multiple of any vector width */

typedef double complex reference_fn(double complex a, double complex b);

static double complex ref_add(double complex a, double complex b) {
    return a + b;
}
static double complex ref_sub(double complex a, double complex b) {
    return a - b;
}
static double complex ref_mul(double complex a, double complex b) {
    return a * b;
}
static double complex ref_div(double complex a, double complex b) {
    return a / b;
}
static double complex ref_copy(double complex a, double complex b) {
    return (void)b, a;
}
static double complex ref_neg(double complex a, double complex b) {
    return (void)b, -a;
}
static double complex ref_conj(double complex a, double complex b) {
    return (void)b, conj(a);
}
static double complex ref_scale(double complex a, double complex b) {
    return (void)b, -2.5 * a;
}
static double complex ref_square(double complex a, double complex b) {
    return (void)b, a * a;
}
static double complex ref_sqrt(double complex a, double complex b) {
    return (void)b, csqrt(a);
}
static double complex ref_exp(double complex a, double complex b) {
    return (void)b, cexp(a);
}
static double complex ref_log(double complex a, double complex b) {
    return (void)b, clog(a);
}
static double complex ref_sin(double complex a, double complex b) {
    return (void)b, csin(a);
}
static double complex ref_cos(double complex a, double complex b) {
    return (void)b, ccos(a);
}
static double complex ref_real(double complex a, double complex b) {
    return (void)b, creal(a);
}
static double complex ref_imag(double complex a, double complex b) {
    return (void)b, cimag(a);
}
static double complex ref_abs(double complex a, double complex b) {
    return (void)b, cabs(a);
}
static double complex ref_abs2(double complex a, double complex b) {
    return (void)b, creal(a * conj(a));
}
static double complex ref_sign(double complex a, double complex b) {
    return (void)b, a / cabs(a);
}
static double complex ref_cis(double complex a, double complex b) {
    return (void)b, cexp(I * a);
}
static double complex ref_polar(double complex a, double complex b) {
    return a * cexp(I * b);
}
static double complex ref_complex(double complex a, double complex b) {
    return a + I * b;
}

static const double factor = -2.5;

/* Output type as a function of the input type. */
enum { SAME, REAL, COMPLEX };

static const struct {
    const char *name;
    dt_map_fn *const *table;
    reference_fn *reference;
    int n_in, output;
    bool positive; /* real inputs must be positive */
    const double *attr;
} cases[] = {
    {"add", dti_k_add, ref_add, 2, SAME, false, NULL},
    {"sub", dti_k_sub, ref_sub, 2, SAME, false, NULL},
    {"mul", dti_k_mul, ref_mul, 2, SAME, false, NULL},
    {"div", dti_k_div, ref_div, 2, SAME, false, NULL},
    {"copy", dti_k_copy, ref_copy, 1, SAME, false, NULL},
    {"neg", dti_k_neg, ref_neg, 1, SAME, false, NULL},
    {"conj", dti_k_conj, ref_conj, 1, SAME, false, NULL},
    {"scale", dti_k_scale, ref_scale, 1, SAME, false, &factor},
    {"square", dti_k_square, ref_square, 1, SAME, false, NULL},
    {"sqrt", dti_k_sqrt, ref_sqrt, 1, SAME, true, NULL},
    {"exp", dti_k_exp, ref_exp, 1, SAME, false, NULL},
    {"log", dti_k_log, ref_log, 1, SAME, true, NULL},
    {"sin", dti_k_sin, ref_sin, 1, SAME, false, NULL},
    {"cos", dti_k_cos, ref_cos, 1, SAME, false, NULL},
    {"real", dti_k_real, ref_real, 1, REAL, false, NULL},
    {"imag", dti_k_imag, ref_imag, 1, REAL, false, NULL},
    {"abs", dti_k_abs, ref_abs, 1, REAL, false, NULL},
    {"abs2", dti_k_abs2, ref_abs2, 1, REAL, false, NULL},
    {"sign", dti_k_sign, ref_sign, 1, SAME, false, NULL},
    {"cis", dti_k_cis, ref_cis, 1, COMPLEX, false, NULL},
    {"polar", dti_k_polar, ref_polar, 2, COMPLEX, false, NULL},
    {"complex", dti_k_complex, ref_complex, 2, COMPLEX, false, NULL},
};

static void run(dt_map_fn *kernel, const dt_array *out, int n_in, const dt_array *a,
                const dt_array *b, const void *attr) {
    const dt_array *in[2] = {a, b};
    const dt_dtype types[2] = {a->dtype, b->dtype};
    dti_map(out, kernel, n_in, in, types, attr);
}

static dt_array input_array(uint64_t seed, dt_dtype dtype, bool positive) {
    dt_array array = random_array(seed, dtype, SHAPE(N));
    for (int64_t i = 0; i < N; i++) {
        double complex value = 3 * get(&array, i);
        set(&array, i, positive && !dt_dtype_is_complex(dtype) ? fabs(creal(value)) : value);
    }
    return array;
}

Test(kernels, agree_with_the_c_library_for_every_type) {
    int compared = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        for (int t = 0; t < 4; t++) {
            dt_dtype dtype = float_types[t];
            if (cases[c].output == COMPLEX && dt_dtype_is_complex(dtype)) {
                cr_expect(cases[c].table[dtype] == NULL, "%s takes complex", cases[c].name);
                continue;
            }
            dt_array a = input_array(11, dtype, cases[c].positive);
            dt_array b = input_array(12, dtype, cases[c].positive);
            dt_array out = zero_array(cases[c].output == REAL      ? dt_dtype_real(dtype)
                                      : cases[c].output == COMPLEX ? dt_dtype_complex(dtype)
                                                                   : dtype,
                                      SHAPE(N));
            run(cases[c].table[dtype], &out, cases[c].n_in, &a, &b, cases[c].attr);
            for (int64_t i = 0; i < N; i++) {
                double complex expected = cases[c].reference(get(&a, i), get(&b, i));
                double error = cabs(get(&out, i) - expected);
                double allowed = 8 * epsilon_of(dtype) * (cabs(expected) + 0.1);
                cr_assert(error <= allowed, "%s of %s at %g%+gi: off by %g, allowed %g",
                          cases[c].name, dt_dtype_name(dtype), creal(get(&a, i)), cimag(get(&a, i)),
                          error, allowed);
                compared++;
            }
            dt_array_free(&a);
            dt_array_free(&b);
            dt_array_free(&out);
        }
        cr_expect(cases[c].table == dti_k_copy || cases[c].table[DT_I64] == NULL, "%s of i64",
                  cases[c].name);
    }
    cr_assert(compared == 82 * N, "%d values compared", compared);
}

Test(kernels, value_does_not_depend_on_the_place_in_the_run) {
    dt_map_fn *const kernels[] = {dti_k_sin[DT_F64], dti_k_cos[DT_F64], dti_k_exp[DT_F64],
                                  dti_k_sqrt[DT_F64]};
    double x[DTI_TILE], whole[DTI_TILE], one;
    for (int i = 0; i < DTI_TILE; i++) {
        x[i] = 1 + 40 * fabs(random_number(13, i));
    }
    for (size_t k = 0; k < 4; k++) {
        const void *in[1] = {x};
        kernels[k](DTI_TILE, whole, in, NULL);
        for (int i = 0; i < DTI_TILE; i++) {
            in[0] = x + i;
            kernels[k](1, &one, in, NULL);
            cr_assert(one == whole[i], "kernel %zu at %.17g: %.17g alone, %.17g in a tile", k, x[i],
                      one, whole[i]);
        }
    }
}

static double real_value(dt_map_fn *kernel, double x, const double *attr) {
    double y;
    const void *in[1] = {&x};
    kernel(1, &y, in, attr);
    return y;
}

Test(kernels, real_functions_keep_special_values) {
    const double huge = 1e308, inf = INFINITY;
    cr_expect(real_value(dti_k_exp[DT_F64], 710, NULL) == inf, "exp(710) = %g",
              real_value(dti_k_exp[DT_F64], 710, NULL));
    cr_expect(real_value(dti_k_exp[DT_F64], inf, NULL) == inf);
    cr_expect(real_value(dti_k_exp[DT_F64], -inf, NULL) == 0);
    cr_expect(real_value(dti_k_exp[DT_F64], -800, NULL) == 0);
    cr_expect(real_value(dti_k_exp[DT_F64], 0, NULL) == 1);
    cr_expect(real_value(dti_k_log[DT_F64], 0, NULL) == -inf, "log(0) = %g",
              real_value(dti_k_log[DT_F64], 0, NULL));
    cr_expect(real_value(dti_k_log[DT_F64], inf, NULL) == inf);
    cr_expect(real_value(dti_k_log[DT_F64], 1, NULL) == 0);
    cr_expect(isnan(real_value(dti_k_log[DT_F64], -1, NULL)));
    cr_expect(isnan(real_value(dti_k_sqrt[DT_F64], -1, NULL)));
    cr_expect(isnan(real_value(dti_k_sin[DT_F64], inf, NULL)));
    cr_expect(isnan(real_value(dti_k_cos[DT_F64], inf, NULL)));
    cr_expect(real_value(dti_k_sin[DT_F64], 0, NULL) == 0);
    double sine = real_value(dti_k_sin[DT_F64], huge, NULL);
    cr_expect(fabs(sine - sin(huge)) < 1e-15, "sin(1e308) = %.17g, libm %.17g", sine, sin(huge));
    dt_map_fn *const all[] = {dti_k_exp[DT_F64], dti_k_log[DT_F64],  dti_k_sin[DT_F64],
                              dti_k_cos[DT_F64], dti_k_sqrt[DT_F64], dti_k_abs[DT_F64],
                              dti_k_sign[DT_F64]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cr_expect(isnan(real_value(all[i], NAN, NULL)), "kernel %zu loses NaN", i);
    }
    cr_expect(real_value(dti_k_sign[DT_F64], -3, NULL) == -1);
    cr_expect(real_value(dti_k_sign[DT_F64], 0, NULL) == 0);
}

Test(kernels, single_precision_functions_keep_special_values) {
    static const float x[] = {100, -200, 0, -1, INFINITY, NAN};
    float y[6];
    const void *in[1] = {x};
    dti_k_exp[DT_F32](6, y, in, NULL);
    cr_expect(isinf(y[0]) && y[1] == 0 && y[2] == 1 && isinf(y[4]) && isnan(y[5]),
              "exp: %g %g %g %g %g", (double)y[0], (double)y[1], (double)y[2], (double)y[4],
              (double)y[5]);
    dti_k_log[DT_F32](6, y, in, NULL);
    cr_expect(isinf(y[2]) && y[2] < 0 && isnan(y[3]) && isinf(y[4]) && isnan(y[5]),
              "log: %g %g %g %g", (double)y[2], (double)y[3], (double)y[4], (double)y[5]);
    dti_k_sin[DT_F32](6, y, in, NULL);
    cr_expect(isnan(y[4]) && isnan(y[5]) && fabsf(y[0] - sinf(100)) < 1e-6f, "sin(100) = %g",
              (double)y[0]);
}

Test(kernels, pow_follows_the_real_function_and_the_principal_branch) {
    static const double exponents[] = {-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 7, 2.7};
    for (size_t e = 0; e < sizeof exponents / sizeof *exponents; e++) {
        double p = exponents[e];
        for (int t = 0; t < 4; t++) {
            dt_array a = input_array(14, float_types[t], p != floor(p));
            dt_array out = zero_array(float_types[t], SHAPE(N));
            run(dti_k_pow[float_types[t]], &out, 1, &a, &a, &p);
            for (int64_t i = 0; i < N; i++) {
                double complex z = get(&a, i);
                double complex expected = t < 2 ? pow(creal(z), p) : cpow(z, p);
                double error = cabs(get(&out, i) - expected);
                cr_assert(error <= 30 * epsilon_of(float_types[t]) * cabs(expected),
                          "(%g%+gi)^%g in %s: off by %g of %g", creal(z), cimag(z), p,
                          dt_dtype_name(float_types[t]), error, cabs(expected));
            }
            dt_array_free(&a);
            dt_array_free(&out);
        }
    }
    const double half = 0.5, zero = 0;
    const dt_c128 origin = {0, 0};
    dt_c128 y;
    const void *in[1] = {&origin};
    dti_k_pow[DT_C128](1, &y, in, &half);
    cr_expect(y.re == 0 && y.im == 0, "0^0.5 = %g%+gi", y.re, y.im);
    dti_k_pow[DT_C128](1, &y, in, &zero);
    cr_expect(y.re == 1 && y.im == 0, "0^0 = %g%+gi", y.re, y.im);
    cr_expect(real_value(dti_k_pow[DT_F64], 0, &zero) == 1);
}

Test(kernels, complex_abs_and_sign_neither_overflow_nor_underflow) {
    static const double sizes[] = {5e-324, 1e-320, 1e-300, 1e-160, 1, 1e160, 1e300, 2e307};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const dt_c128 z = {3 * sizes[s], -4 * sizes[s]};
        const void *in[1] = {&z};
        double length;
        dt_c128 sign;
        dti_k_abs[DT_C128](1, &length, in, NULL);
        dti_k_sign[DT_C128](1, &sign, in, NULL);
        double expected = hypot(z.re, z.im);
        cr_expect(fabs(length - expected) <= 4 * DBL_EPSILON * expected,
                  "|z| at scale %g is %.17g, expected %.17g", sizes[s], length, expected);
        cr_expect(fabs(sign.re - 0.6) < 1e-15 && fabs(sign.im + 0.8) < 1e-15,
                  "sign at scale %g is %.17g%+.17gi", sizes[s], sign.re, sign.im);
    }
    const dt_c128 special[3] = {{0, 0}, {INFINITY, 1}, {NAN, 0}};
    const void *in[1] = {special};
    dt_c128 sign[3];
    double length[3];
    dti_k_abs[DT_C128](3, length, in, NULL);
    dti_k_sign[DT_C128](3, sign, in, NULL);
    cr_expect(length[0] == 0 && isinf(length[1]) && isnan(length[2]));
    cr_expect(sign[0].re == 0 && sign[0].im == 0 && isnan(sign[2].re), "sign(0) = %g%+gi",
              sign[0].re, sign[0].im);
}

Test(kernels, complex_division_is_accurate_over_the_whole_range) {
    static const double scales[] = {1e-300, 1e-150, 1, 1e150, 1e300};
    for (int i = 0; i < 25; i++) {
        double s = scales[i / 5], t = scales[i % 5];
        const dt_c128 q = {0.75, -0.5}, b = {3 * s, 5 * t};
        /* a = q b is exact up to rounding of each part */
        const dt_c128 a = {q.re * b.re - q.im * b.im, q.re * b.im + q.im * b.re};
        const void *in[2] = {&a, &b};
        dt_c128 y;
        dti_k_div[DT_C128](1, &y, in, NULL);
        cr_expect(hypot(y.re - q.re, y.im - q.im) < 1e-15, "scales %g, %g: %.17g%+.17gi", s, t,
                  y.re, y.im);
    }
}

Test(kernels, complex_exp_handles_overflow_on_the_real_axis) {
    const dt_c128 z[3] = {{1000, 0}, {-1000, 5}, {INFINITY, 0}};
    dt_c128 y[3];
    const void *in[1] = {z};
    dti_k_exp[DT_C128](3, y, in, NULL);
    cr_expect(isinf(y[0].re) && y[0].im == 0, "exp(1000) = %g%+gi", y[0].re, y[0].im);
    cr_expect(y[1].re == 0 && y[1].im == 0, "exp(-1000+5i) = %g%+gi", y[1].re, y[1].im);
    cr_expect(isinf(y[2].re) && y[2].im == 0);
}

Test(kernels, cast_converts_every_pair_but_complex_to_real) {
    int defined = 0;
    for (int from = 0; from < DT_DTYPE_COUNT; from++) {
        for (int to = 0; to < DT_DTYPE_COUNT; to++) {
            bool refused =
                dt_dtype_is_complex((dt_dtype)from) && !dt_dtype_is_complex((dt_dtype)to);
            cr_expect((dti_k_cast[from][to] == NULL) == refused, "%s to %s",
                      dt_dtype_name((dt_dtype)from), dt_dtype_name((dt_dtype)to));
            if (refused) {
                continue;
            }
            dt_array a = random_array(15, (dt_dtype)from, SHAPE(N));
            dt_array out = zero_array((dt_dtype)to, SHAPE(N));
            run(dti_k_cast[from][to], &out, 1, &a, &a, NULL);
            for (int64_t i = 0; i < N; i++) {
                double complex x = get(&a, i), y = get(&out, i);
                double complex expected = to == DT_I64    ? trunc(creal(x))
                                          : to == DT_BOOL ? creal(x) != 0
                                                          : x;
                cr_assert(cabs(y - expected) <= (double)FLT_EPSILON, "%s to %s: %g from %g",
                          dt_dtype_name((dt_dtype)from), dt_dtype_name((dt_dtype)to), creal(y),
                          creal(x));
            }
            defined++;
            dt_array_free(&a);
            dt_array_free(&out);
        }
    }
    cr_assert(defined == 28, "%d casts", defined);
}

Test(kernels, cast_to_integers_saturates) {
    static const double x[] = {1e30, -1e30, NAN, -2.9};
    int64_t y[4];
    const void *in[1] = {x};
    dti_k_cast[DT_F64][DT_I64](4, y, in, NULL);
    cr_expect(y[0] == INT64_MAX && y[1] == INT64_MIN && y[2] == 0 && y[3] == -2);
}
