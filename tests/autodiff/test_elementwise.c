/* test_elementwise.c - values of elementwise operations against libm, for every element type. */
#include "values.h"

#include <stdio.h>

static const dt_dtype float_types[] = {DT_F32, DT_F64, DT_C64, DT_C128};

/* -- one argument ------------------------------------------------------------------------------ */

static value ref_neg(value z) {
    return -z;
}
static value ref_square(value z) {
    return z * z;
}
static value ref_cis(value z) {
    return cexp(parts(0, creal(z)));
}
static value ref_real(value z) {
    return creal(z);
}
static value ref_imag(value z) {
    return cimag(z);
}
static value ref_abs(value z) {
    return cabs(z);
}
static value ref_abs2(value z) {
    return creal(z) * creal(z) + cimag(z) * cimag(z);
}
static value ref_sign(value z) {
    return z == 0 ? 0 : z / cabs(z);
}
static value ref_conj(value z) {
    return conj(z);
}
static dt_tensor *scale_by_third(dt_tensor *x) {
    return dt_scale(x, -1.0 / 3);
}
static value ref_scale(value z) {
    return z * (-1.0 / 3);
}

enum domain { ANYWHERE, REAL_POSITIVE, REAL_ONLY };

static const struct unary {
    const char *name;
    dt_tensor *(*op)(dt_tensor *);
    value (*ref)(value);
    enum domain domain;
    bool gives_real;
} unaries[] = {
    {"neg", dt_neg, ref_neg, ANYWHERE, false},
    {"scale", scale_by_third, ref_scale, ANYWHERE, false},
    {"square", dt_square, ref_square, ANYWHERE, false},
    {"sqrt", dt_sqrt, csqrt, REAL_POSITIVE, false},
    {"exp", dt_exp, cexp, ANYWHERE, false},
    {"log", dt_log, clog, REAL_POSITIVE, false},
    {"sin", dt_sin, csin, ANYWHERE, false},
    {"cos", dt_cos, ccos, ANYWHERE, false},
    {"cis", dt_cis, ref_cis, REAL_ONLY, false},
    {"conj", dt_conj, ref_conj, ANYWHERE, false},
    {"real", dt_real, ref_real, ANYWHERE, true},
    {"imag", dt_imag, ref_imag, ANYWHERE, true},
    {"abs", dt_abs, ref_abs, ANYWHERE, true},
    {"abs2", dt_abs2, ref_abs2, ANYWHERE, true},
    {"sign", dt_sign, ref_sign, ANYWHERE, false},
};

static void compare_unary(dt_tape *tape, const struct unary *u, dt_dtype dtype) {
    enum { N = 48 };
    value x[N];
    for (int i = 0; i < N; i++) {
        double re = 0.37 * (i % 13) - 2.1, im = 0.29 * (i % 7) - 0.8;
        bool flip = u->domain == REAL_POSITIVE && !dt_dtype_is_complex(dtype);
        x[i] = stored(parts(flip ? fabs(re) : re, im), dtype);
    }
    dt_tensor *y = u->op(tensor(tape, dtype, 1, (int64_t[]){N}, x, false));
    dt_dtype expected = u->gives_real            ? dt_dtype_real(dtype)
                        : u->domain == REAL_ONLY ? dt_dtype_complex(dtype)
                                                 : dtype;
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_assert_eq(dt_dtype_of(y), expected, "%s of %s gives %s", u->name, dt_dtype_name(dtype),
                 dt_dtype_name(dt_dtype_of(y)));
    for (int i = 0; i < N; i++) {
        expect_value(u->name, dtype, x[i], element(y, i), u->ref(x[i]), 8 * tolerance(dtype));
    }
}

Test(elementwise, functions_of_one_argument_agree_with_libm_in_all_types) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t u = 0; u < COUNT(unaries); u++) {
        for (size_t t = 0; t < COUNT(float_types); t++) {
            if (unaries[u].domain != REAL_ONLY || !dt_dtype_is_complex(float_types[t])) {
                compare_unary(tape, &unaries[u], float_types[t]);
            }
        }
    }
    dt_tape_free(tape);
}

Test(elementwise, real_special_values_are_those_of_libm) {
    static const double x[] = {0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, NAN, 1e-40, -745.2, 89.0};
    static const struct {
        const char *name;
        dt_tensor *(*op)(dt_tensor *);
        double (*ref)(double);
    } cases[] = {{"exp", dt_exp, exp}, {"log", dt_log, log}, {"sqrt", dt_sqrt, sqrt},
                 {"sin", dt_sin, sin}, {"cos", dt_cos, cos}, {"abs", dt_abs, fabs}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(cases); c++) {
        for (int t = 0; t < 2; t++) {
            dt_dtype dtype = float_types[t];
            value z[COUNT(x)];
            for (size_t i = 0; i < COUNT(x); i++) {
                z[i] = stored(x[i], dtype);
            }
            dt_tensor *y = cases[c].op(tensor(tape, dtype, 1, (int64_t[]){COUNT(x)}, z, false));
            for (size_t i = 0; i < COUNT(x); i++) {
                value expected = stored(cases[c].ref(creal(z[i])), dtype);
                expect_value(cases[c].name, dtype, z[i], element(y, (int64_t)i), expected,
                             tolerance(dtype));
            }
        }
    }
    dt_tape_free(tape);
}

Test(elementwise, complex_modulus_and_direction_survive_both_ends_of_the_range) {
    const struct {
        dt_tensor *(*op)(dt_tensor *);
        const char *name;
        value z, expected;
    } cases[] = {
        {dt_abs, "abs", parts(3e200, 4e200), 5e200},
        {dt_abs, "abs", parts(3e-200, 4e-200), 5e-200},
        {dt_abs, "abs", parts(INFINITY, NAN), INFINITY},
        {dt_sign, "sign", parts(3e300, -4e300), parts(0.6, -0.8)},
        {dt_sign, "sign", parts(-3e-300, 4e-300), parts(-0.6, 0.8)},
        {dt_sign, "sign", parts(0, 0), parts(0, 0)},
        {dt_sqrt, "sqrt", parts(-4, 0.0), parts(0, 2)},
        {dt_sqrt, "sqrt", parts(-4, -0.0), parts(0, -2)},
        {dt_log, "log", parts(-1, 0.0), parts(0, 3.14159265358979323846)},
        {dt_exp, "exp", parts(-INFINITY, 1), parts(0, 0)},
    };
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(cases); c++) {
        dt_tensor *y = cases[c].op(tensor(tape, DT_C128, 0, NULL, &cases[c].z, false));
        expect_value(cases[c].name, DT_C128, cases[c].z, element(y, 0), cases[c].expected, 4e-15);
    }
    dt_tape_free(tape);
}

Test(elementwise, sign_of_a_real_number_is_minus_one_zero_or_one) {
    static const double x[] = {-2.5, -5e-324, -0.0, 0.0, 1e-310, 3.0, INFINITY, -INFINITY, NAN};
    static const double expected[] = {-1, -1, 0, 0, 1, 1, 1, -1, NAN};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *y = dt_sign(dt_constant(tape, DT_F64, 1, (int64_t[]){COUNT(x)}, x));
    for (size_t i = 0; i < COUNT(x); i++) {
        expect_value("sign", DT_F64, x[i], element(y, (int64_t)i), expected[i], 0);
    }
    dt_tape_free(tape);
}

Test(elementwise, powers_agree_with_libm_and_zero_to_the_zero_is_one) {
    static const double powers[] = {0, 1, 2, 3, -1, -2, 0.5, -1.5, 16, 17, 1.0 / 3};
    const value points[] = {0.3, 1.7, 2.0, parts(0.4, -1.1), parts(-1.2, 0.7), 0.0};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t p = 0; p < COUNT(powers); p++) {
        for (size_t t = 0; t < COUNT(float_types); t++) {
            for (size_t i = 0; i < COUNT(points); i++) {
                bool skip = (cimag(points[i]) != 0 && !dt_dtype_is_complex(float_types[t])) ||
                            (points[i] == 0 && powers[p] < 0);
                if (skip) {
                    continue;
                }
                value z = stored(points[i], float_types[t]);
                value expected = powers[p] == 0 ? 1 : z == 0 ? 0 : cpow(z, powers[p]);
                dt_tensor *y = dt_pow(tensor(tape, float_types[t], 0, NULL, &z, false), powers[p]);
                char what[32];
                snprintf(what, sizeof what, "pow %g", powers[p]);
                expect_value(what, float_types[t], z, element(y, 0), expected,
                             8 * tolerance(float_types[t]));
            }
        }
    }
    dt_tape_free(tape);
}

Test(elementwise, real_powers_outside_the_domain_are_infinite_or_nan) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *zero = dt_scalar(tape, 0), *negative = dt_scalar(tape, -8);
    expect_value("pow -1", DT_F64, 0, element(dt_pow(zero, -1), 0), INFINITY, 0);
    expect_value("pow 1/3", DT_F64, -8, element(dt_pow(negative, 1.0 / 3), 0), NAN, 0);
    expect_value("pow 3", DT_F64, -8, element(dt_pow(negative, 3), 0), -512, 1e-15);
    dt_tape_free(tape);
}

/* -- two arguments: broadcasting and mixed types ----------------------------------------------- */

static value ref_add(value a, value b) {
    return a + b;
}
static value ref_sub(value a, value b) {
    return a - b;
}
static value ref_mul(value a, value b) {
    return a * b;
}
static value ref_div(value a, value b) {
    return a / b;
}
static value ref_polar(value r, value x) {
    return creal(r) * cexp(parts(0, creal(x)));
}
static value ref_complex(value re, value im) {
    return parts(creal(re), creal(im));
}

static const struct binary {
    const char *name;
    dt_tensor *(*op)(dt_tensor *, dt_tensor *);
    value (*ref)(value, value);
    bool makes_complex;
} binaries[] = {
    {"add", dt_add, ref_add, false},      {"sub", dt_sub, ref_sub, false},
    {"mul", dt_mul, ref_mul, false},      {"div", dt_div, ref_div, false},
    {"polar", dt_polar, ref_polar, true}, {"complex", dt_complex, ref_complex, true},
};

static void compare_binary(dt_tape *tape, const struct binary *b, dt_dtype ta, dt_dtype tb) {
    value left[6], right[4]; /* exact in f32; sums and differences that round to 0 are 0 */
    for (int i = 0; i < 6; i++) {
        left[i] = stored(parts(0.75 * i - 1.875, 1.25 - 0.375 * i), ta);
    }
    for (int i = 0; i < 4; i++) {
        right[i] = stored(parts(1.0625 - 0.625 * i, 0.25 * i + 0.5), tb);
    }
    dt_tensor *y = b->op(tensor(tape, ta, 3, (int64_t[]){2, 1, 3}, left, false),
                         tensor(tape, tb, 2, (int64_t[]){4, 1}, right, false));
    dt_dtype expected = dt_dtype_is_complex(ta) || b->makes_complex ? dt_dtype_complex(ta) : tb;
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_assert_eq(dt_dtype_of(y), expected, "%s of %s, %s gives %s", b->name, dt_dtype_name(ta),
                 dt_dtype_name(tb), dt_dtype_name(dt_dtype_of(y)));
    cr_assert(dt_ndim(y) == 3 && dt_shape(y)[0] == 2 && dt_shape(y)[1] == 4 && dt_shape(y)[2] == 3,
              "%s of (2,1,3) and (4,1) must be (2,4,3)", b->name);
    for (int i = 0; i < 24; i++) {
        value l = left[i / 12 * 3 + i % 3], r = right[i / 3 % 4];
        expect_value(b->name, ta, l, element(y, i), b->ref(l, r), tolerance(ta));
    }
}

Test(elementwise, functions_of_two_arguments_broadcast_and_mix_real_with_complex) {
    static const dt_dtype pairs[][2] = {{DT_F32, DT_F32},  {DT_F64, DT_F64},   {DT_C64, DT_C64},
                                        {DT_F32, DT_C64},  {DT_C128, DT_C128}, {DT_F64, DT_C128},
                                        {DT_C128, DT_F64}, {DT_C64, DT_F32}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t b = 0; b < COUNT(binaries); b++) {
        for (size_t p = 0; p < (binaries[b].makes_complex ? 2 : COUNT(pairs)); p++) {
            compare_binary(tape, &binaries[b], pairs[p][0], pairs[p][1]);
        }
    }
    dt_tape_free(tape);
}

Test(elementwise, division_by_zero_is_infinite_and_large_quotients_do_not_overflow) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *one = dt_scalar(tape, 1), *zero = dt_scalar(tape, 0);
    expect_value("1/0", DT_F64, 0, element(dt_div(one, zero), 0), INFINITY, 0);
    expect_value("0/0", DT_F64, 0, element(dt_div(zero, zero), 0), NAN, 0);
    value big = parts(1e300, -2e300), small = parts(3e-300, 1e-300);
    dt_tensor *a = tensor(tape, DT_C128, 0, NULL, &big, false);
    dt_tensor *b = tensor(tape, DT_C128, 0, NULL, &small, false);
    expect_value("z/z", DT_C128, big, element(dt_div(a, a), 0), 1, 4e-15);
    expect_value("z/z", DT_C128, small, element(dt_div(b, b), 0), 1, 4e-15);
    dt_tape_free(tape);
}

Test(elementwise, empty_tensors_give_empty_tensors) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 0}, NULL);
    int64_t compared = 0;
    for (size_t u = 0; u < COUNT(unaries); u++, compared++) {
        dt_tensor *y = unaries[u].op(x);
        cr_expect(dt_ndim(y) == 2 && dt_shape(y)[0] == 2 && dt_shape(y)[1] == 0, "%s: %s",
                  unaries[u].name, dt_tape_message(tape));
    }
    cr_expect(dt_size(dt_add(x, dt_scalar(tape, 1))) == 0 && compared > 0);
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

Test(elementwise, where_broadcasts_all_three_and_mixes_types) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *mask = dt_constant(tape, DT_BOOL, 2, (int64_t[]){2, 1}, (bool[]){true, false});
    dt_tensor *a = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, (double[]){1, 2, 3});
    value z = parts(0.5, -1.5);
    dt_tensor *y = dt_where(mask, a, tensor(tape, DT_C128, 0, NULL, &z, false));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_assert(dt_dtype_of(y) == DT_C128 && dt_ndim(y) == 2 && dt_size(y) == 6);
    for (int i = 0; i < 6; i++) {
        expect_value("where", DT_C128, i, element(y, i), i < 3 ? (value)(i + 1) : z, 0);
    }
    dt_tape_free(tape);
}

Test(elementwise, casts_convert_between_real_integer_and_bool) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_constant(tape, DT_F64, 1, (int64_t[]){4}, (double[]){-1.75, 0, 2.5, 1e10});
    const int64_t *whole = dt_data_i64(dt_cast(x, DT_I64));
    const bool *mask = dt_data_bool(dt_cast(x, DT_BOOL));
    cr_assert(whole != NULL && mask != NULL, "%s", dt_tape_message(tape));
    static const int64_t expected[] = {-1, 0, 2, 10000000000};
    for (int i = 0; i < 4; i++) {
        cr_expect(whole[i] == expected[i] && mask[i] == (i != 1), "element %d: %lld, %d", i,
                  (long long)whole[i], mask[i]);
    }
    value third = element(dt_cast(dt_scalar(tape, 1.0 / 3), DT_C64), 0);
    expect_value("cast to c64", DT_F64, 1.0 / 3, third, (double)(1.0f / 3), 0);
    value index = element(dt_cast(dt_constant(tape, DT_I64, 0, NULL, &expected[3]), DT_F64), 0);
    expect_value("cast of i64", DT_I64, 1e10, index, 1e10, 0);
    dt_tape_free(tape);
}

Test(elementwise, complex_operations_on_real_tensors_cost_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int t = 0; t < 2; t++) {
        value two = 2;
        dt_tensor *x = tensor(tape, float_types[t], 1, (int64_t[]){1}, &two, true);
        cr_expect_eq(dt_conj(x), x);
        cr_expect_eq(dt_real(x), x);
        cr_expect_eq(dt_cast(x, float_types[t]), x);
        cr_expect_eq(dt_dtype_of(dt_imag(x)), float_types[t]);
        cr_expect_not(dt_wants_gradient(dt_imag(x)));
        expect_value("imag", float_types[t], 2, element(dt_imag(x), 0), 0, 0);
    }
    dt_tape_free(tape);
}
