/* test_elementwise_gradients.c - the gradient convention, and derivatives at singular points. */
#include "values.h"

/* xbar of y = f(x) for the cotangent bar, at one number. */
static dt_tensor *pulled(dt_tensor *y, dt_tensor *x, value bar) {
    dt_tape *tape = dt_tape_of(y);
    dt_tensor *xbar;
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_vjp(y, tensor(tape, dt_dtype_of(y), 0, NULL, &bar, false), 1, &x, &xbar);
    return xbar;
}

Test(elementwise, gradients_follow_the_steepest_ascent_convention) {
    value z = parts(3, -4), bar = parts(0.3, 0.7), s = z / 5;
    const struct {
        const char *name;
        dt_tensor *(*op)(dt_tensor *);
        value bar, expected;
    } cases[] = {
        {"abs", dt_abs, 2, 2 * s},
        {"abs2", dt_abs2, 1, 2 * z},
        {"real", dt_real, 2, 2},
        {"imag", dt_imag, 2, parts(0, 2)},
        {"conj", dt_conj, bar, conj(bar)},
        {"square", dt_square, bar, 2 * bar * conj(z)},
        {"exp", dt_exp, bar, bar * conj(cexp(z))},
        {"log", dt_log, bar, bar / conj(z)},
        {"sqrt", dt_sqrt, bar, bar / conj(2 * csqrt(z))},
        {"sin", dt_sin, bar, bar * conj(ccos(z))},
        {"cos", dt_cos, bar, -bar * conj(csin(z))},
        {"sign", dt_sign, bar, (bar - s * s * conj(bar)) / 10},
    };
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(cases); c++) {
        dt_tensor *x = tensor(tape, DT_C128, 0, NULL, &z, true);
        value got = element(pulled(cases[c].op(x), x, cases[c].bar), 0);
        expect_value(cases[c].name, DT_C128, z, got, cases[c].expected, 1e-14);
    }
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &(double){0.4});
    expect_value("cis", DT_F64, 0.4, element(pulled(dt_cis(x), x, bar), 0),
                 cimag(bar * cexp(parts(0, -0.4))), 1e-14);
    dt_tensor *mixed = dt_mul(x, tensor(tape, DT_C128, 0, NULL, &z, false));
    expect_value("real times complex", DT_F64, 0.4, element(pulled(mixed, x, bar), 0),
                 creal(bar * conj(z)), 1e-14);
    dt_tape_free(tape);
}

static dt_tensor *pow_0(dt_tensor *x) {
    return dt_pow(x, 0);
}
static dt_tensor *pow_1(dt_tensor *x) {
    return dt_pow(x, 1);
}
static dt_tensor *pow_2(dt_tensor *x) {
    return dt_pow(x, 2);
}
static dt_tensor *pow_3(dt_tensor *x) {
    return dt_pow(x, 3);
}

Test(elementwise, first_and_second_derivatives_at_zero_are_finite_where_promised) {
    static const struct {
        const char *name;
        dt_tensor *(*op)(dt_tensor *);
        double first, second; /* of a real variable */
    } cases[] = {{"abs", dt_abs, 0, 0},       {"sign", dt_sign, 0, 0}, {"abs2", dt_abs2, 0, 2},
                 {"square", dt_square, 0, 2}, {"pow 0", pow_0, 0, 0},  {"pow 1", pow_1, 1, 0},
                 {"pow 2", pow_2, 0, 2},      {"pow 3", pow_3, 0, 0}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(cases); c++) {
        for (int t = 0; t < 2; t++) {
            dt_dtype dtype = t == 0 ? DT_F64 : DT_C128;
            value zero = 0;
            dt_tensor *x = tensor(tape, dtype, 0, NULL, &zero, true);
            dt_tensor *first = pulled(cases[c].op(x), x, 1);
            expect_value(cases[c].name, dtype, 0, element(first, 0), cases[c].first, 0);
            dt_tensor *second = pulled(first, x, 1);
            expect_value(cases[c].name, dtype, 0, element(second, 0), cases[c].second, 0);
        }
    }
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &(double){0});
    expect_value("slope of pow 1.5", DT_F64, 0, element(pulled(dt_pow(x, 1.5), x, 1), 0), 0, 0);
    expect_value("slope of pow 0.5", DT_F64, 0, element(pulled(dt_pow(x, 0.5), x, 1), 0), INFINITY,
                 0);
    expect_value("slope of sqrt", DT_F64, 0, element(pulled(dt_sqrt(x), x, 1), 0), INFINITY, 0);
    dt_tape_free(tape);
}

Test(elementwise, the_branch_where_does_not_take_receives_zero_though_its_slope_is_infinite) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &(double){0});
    dt_tensor *one = dt_scalar(tape, 1);
    dt_tensor *y = dt_where(dt_cast(x, DT_BOOL), x, one);
    expect_value("where", DT_F64, 0, element(y, 0), 1, 0);
    expect_value("xbar", DT_F64, 0, element(pulled(dt_log(y), x, 1), 0), 0, 0);
    dt_tape_free(tape);
}

Test(elementwise, stop_gradient_keeps_the_value_and_hides_the_history) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &(double){3});
    dt_tensor *stopped = dt_stop_gradient(dt_square(x));
    cr_expect_not(dt_wants_gradient(stopped));
    expect_value("value", DT_F64, 3, element(stopped, 0), 9, 0);
    dt_tensor *y = dt_mul(x, stopped);
    expect_value("xbar of x stop(x^2)", DT_F64, 3, element(pulled(y, x, 1), 0), 9, 0);
    dt_backward(y);
    expect_value("gradient", DT_F64, 3, element(dt_gradient(x), 0), 9, 0);
    dt_backward(stopped);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_GRADIENT);
    dt_tape_free(tape);
}
