/* test_elementwise_more.c - functions against 50-digit numbers, choices, comparisons, refusals. */
#include "numbers.h"

#include "elementwise_numbers.h"
#include "ops/ops.h"

/* Relative error in units of 2^-52, absolute where the value is 0. */
static double units(double got, double want) {
    return fabs(got - want) / (want == 0 ? 1 : fabs(want)) / 0x1p-52;
}

Test(functions, of_real_numbers_agree_with_fifty_digits) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t i = 0; i < sizeof real_cases / sizeof *real_cases; i++) {
        const struct real_case *c = &real_cases[i];
        double got = dt_item(c->fn(dt_scalar(tape, c->x)));
        cr_expect(units(got, c->y) <= 6, "%s(%.17g) = %.17g, should be %.17g", c->name, c->x, got,
                  c->y);
    }
    dt_tape_free(tape);
}

Test(functions, of_complex_numbers_agree_with_fifty_digits) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t i = 0; i < sizeof complex_cases / sizeof *complex_cases; i++) {
        const struct complex_case *c = &complex_cases[i];
        const dt_c128 *y = dt_data_c128(c->fn(dt_constant(tape, DT_C128, 0, NULL, &c->x)));
        double error = hypot(y->re - c->y.re, y->im - c->y.im) / hypot(c->y.re, c->y.im);
        cr_expect(error <= 8 * 0x1p-52, "%s(%g, %g) = (%.17g, %.17g), should be (%.17g, %.17g)",
                  c->name, c->x.re, c->x.im, y->re, y->im, c->y.re, c->y.im);
    }
    dt_tape_free(tape);
}

static dt_tensor *derivative(dt_tensor *x, int order) {
    dt_tensor *y = dt_sinc(x);
    for (int n = 0; n < order; n++) {
        dt_vjp(y, dt_scalar(dt_tape_of(x), 1), 1, &x, &y);
    }
    return y;
}

Test(functions, derivatives_of_sinc_and_polygamma_agree_with_fifty_digits_to_fifth_order) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t i = 0; i < sizeof order_cases / sizeof *order_cases; i++) {
        const struct order_case *c = &order_cases[i];
        bool sinc = strcmp(c->name, "sinc") == 0;
        dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &c->x);
        double got = dt_item(sinc ? derivative(x, c->order) : dti_polygamma(x, c->order));
        /* sinc: of order 1/(n+1), so the error is measured against that */
        double error = sinc ? fabs(got - c->y) * (c->order + 1) / 0x1p-52 : units(got, c->y);
        cr_expect(error <= (sinc ? 60 : 20), "%s order %d at %g: %.17g, should be %.17g", c->name,
                  c->order, c->x, got, c->y);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

Test(functions, keep_their_special_values) {
    static const struct {
        const char *name;
        dt_tensor *(*fn)(dt_tensor *);
        double x, y;
    } cases[] = {{"reciprocal", dt_reciprocal, 0, INFINITY},
                 {"rsqrt", dt_rsqrt, 0, INFINITY},
                 {"rsqrt", dt_rsqrt, -1, NAN},
                 {"log1p", dt_log1p, -1, -INFINITY},
                 {"log2", dt_log2, 0, -INFINITY},
                 {"asin", dt_asin, 1.5, NAN},
                 {"acosh", dt_acosh, 0.5, NAN},
                 {"atanh", dt_atanh, 1, INFINITY},
                 {"tanh", dt_tanh, INFINITY, 1},
                 {"atan", dt_atan, -INFINITY, -1.5707963267948966},
                 {"sinc", dt_sinc, INFINITY, 0},
                 {"erfc", dt_erfc, INFINITY, 0},
                 {"lgamma", dt_lgamma, -1, INFINITY},
                 {"sigmoid", dt_sigmoid, -INFINITY, 0},
                 {"sigmoid", dt_sigmoid, 1000, 1},
                 {"softplus", dt_softplus, -1000, 0},
                 {"softplus", dt_softplus, 1000, 1000},
                 {"relu", dt_relu, NAN, NAN},
                 {"relu", dt_relu, -3, 0},
                 {"round", dt_round, 2.5, 2},
                 {"round", dt_round, -0.5, 0},
                 {"silu", dt_silu, -1000, 0},
                 {"softplus", dt_softplus, NAN, NAN},
                 {"softplus", dt_softplus, INFINITY, INFINITY},
                 {"sigmoid", dt_sigmoid, NAN, NAN}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = dt_item(cases[i].fn(dt_scalar(tape, cases[i].x)));
        bool same = isnan(cases[i].y) ? isnan(got) : got == cases[i].y;
        cr_expect(same, "%s(%g) = %.17g, should be %g", cases[i].name, cases[i].x, got, cases[i].y);
    }
    dt_tape_free(tape);
}

Test(functions, whole_turns_cost_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x[] = {0, 0.25, -0.25, 0.5, 1e15 + 0.5, -12345.75, 0.125, 1e6 + 0.125};
    const int64_t n = 8;
    const dt_c128 *y = dt_data_c128(dt_cis2pi(dt_constant(tape, DT_F64, 1, &n, x)));
    const dt_c128 want[] = {{1, 0}, {0, 1}, {0, -1}, {-1, 0}, {-1, 0}, {0, 1}, y[6], y[6]};
    for (int k = 0; k < 8; k++) {
        cr_expect(y[k].re == want[k].re && y[k].im == want[k].im, "exp(2 pi i %.17g) = (%g, %g)",
                  x[k], y[k].re, y[k].im);
    }
    cr_expect(fabs(y[6].re - sqrt(0.5)) < 2e-16 && fabs(y[6].im - sqrt(0.5)) < 2e-16);
    dt_tape_free(tape);
}

Test(functions, angles_and_lengths_survive_the_ends_of_the_range) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double sizes[] = {1e-300, 1, 1e300};
    for (int s = 0; s < 3; s++) {
        double a = 3 * sizes[s], b = 4 * sizes[s];
        dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &a);
        dt_tensor *y = dt_parameter(tape, DT_F64, 0, NULL, &b);
        dt_tensor *length = dt_hypot(x, y), *angle = dt_atan2(y, x);
        dt_backward(length);
        double by_x = dt_item(dt_gradient(x));
        dt_tape_zero_gradients(tape);
        dt_backward(angle);
        double turn = dt_item(dt_gradient(x)) * sizes[s];
        cr_expect(fabs(dt_item(length) / sizes[s] - 5) < 1e-14 && fabs(by_x - 0.6) < 1e-15,
                  "hypot %g, slope %g", dt_item(length), by_x);
        cr_expect(fabs(dt_item(angle) - atan2(4, 3)) < 1e-15 && fabs(turn + 4.0 / 25) < 1e-15,
                  "atan2 %g, slope %g", dt_item(angle), turn);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

/* -- choices ----------------------------------------------------------------------------------- */

Test(choices, ties_share_and_nan_wins) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n = 4;
    const double a[] = {1, 2, 3, NAN}, b[] = {2, 2, -1, 0};
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, a), *y = dt_parameter(tape, DT_F64, 1, &n, b);
    dt_tensor *low = dt_minimum(x, y), *high = dt_maximum(y, x);
    dt_backward(dt_sum(dt_slice(low, 0, 0, 3, 1), DT_ALL));
    const double *l = dt_data_f64(low), *h = dt_data_f64(high), *g = dt_data_f64(dt_gradient(x)),
                 *gy = dt_data_f64(dt_gradient(y));
    cr_expect(l[0] == 1 && l[1] == 2 && l[2] == -1 && isnan(l[3]));
    cr_expect(h[0] == 2 && h[1] == 2 && h[2] == 3 && isnan(h[3]));
    cr_expect(g[0] == 1 && g[1] == 0.5 && g[2] == 0, "%g %g %g", g[0], g[1], g[2]);
    cr_expect(gy[0] == 0 && gy[1] == 0.5 && gy[2] == 1, "%g %g %g", gy[0], gy[1], gy[2]);
    dt_tape_free(tape);
}

Test(choices, comparisons_and_logic_agree_with_c) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n = 4;
    const double a[] = {1, 2, 3, NAN}, b[] = {2, 2, -1, NAN};
    dt_tensor *x = dt_constant(tape, DT_F64, 1, &n, a), *y = dt_constant(tape, DT_F64, 1, &n, b);
    const bool *got[6];
    for (int r = 0; r < 6; r++) {
        got[r] = dt_data_bool(dt_compare(x, (dt_relation)r, y));
    }
    for (int k = 0; k < 4; k++) {
        const bool want[] = {a[k] == b[k], a[k] != b[k], a[k]<b[k], a[k] <= b[k], a[k]> b[k],
                             a[k] >= b[k]};
        for (int r = 0; r < 6; r++) {
            cr_expect(got[r][k] == want[r], "%g relation %d %g gives %d", a[k], r, b[k], got[r][k]);
        }
    }
    dt_tensor *p = dt_compare(x, DT_LE, y), *q = dt_compare(x, DT_GE, y);
    const bool *both = dt_data_bool(dt_logic(p, DT_AND, q)),
               *any = dt_data_bool(dt_logic(p, DT_OR, q)),
               *one = dt_data_bool(dt_logic(p, DT_XOR, q)), *no = dt_data_bool(dt_not(p)),
               *finite = dt_data_bool(dt_isfinite(x));
    for (int k = 0; k < 4; k++) {
        bool u = a[k] <= b[k], v = a[k] >= b[k];
        cr_expect(both[k] == (u && v) && any[k] == (u || v) && one[k] == (u != v) && no[k] == !u);
        cr_expect(finite[k] == (k < 3));
    }
    dt_tape_free(tape);
}

Test(choices, remainders_and_clamps_have_their_slopes) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n = 3;
    const double a[] = {7.5, -7.5, 1.25}, b[] = {2, 2, 2};
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, a), *y = dt_parameter(tape, DT_F64, 1, &n, b);
    dt_tensor *rest = dt_fmod(x, y);
    dt_backward(dt_sum(rest, DT_ALL));
    const double *r = dt_data_f64(rest), *by_b = dt_data_f64(dt_gradient(y));
    cr_expect(r[0] == 1.5 && r[1] == -1.5 && r[2] == 1.25);
    cr_expect(by_b[0] == -3 && by_b[1] == 3 && by_b[2] == 0, "%g %g %g", by_b[0], by_b[1], by_b[2]);
    dt_tape_zero_gradients(tape);
    dt_tensor *held = dt_clamp(x, -1, 1.25);
    dt_backward(dt_sum(held, DT_ALL));
    const double *h = dt_data_f64(held), *g = dt_data_f64(dt_gradient(x));
    cr_expect(h[0] == 1.25 && h[1] == -1 && h[2] == 1.25 && g[0] == 0 && g[1] == 0 && g[2] == 1);
    dt_tape_free(tape);
}

Test(choices, power_of_zero_has_no_slope_with_respect_to_the_exponent) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n = 3;
    const double a[] = {0, 2, 9}, b[] = {2, 10, 0.5};
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, a), *p = dt_parameter(tape, DT_F64, 1, &n, b);
    dt_tensor *y = dt_power(x, p);
    dt_backward(dt_sum(y, DT_ALL));
    const double *v = dt_data_f64(y), *by_a = dt_data_f64(dt_gradient(x)),
                 *by_b = dt_data_f64(dt_gradient(p));
    cr_expect(v[0] == 0 && v[1] == 1024 && v[2] == 3);
    cr_expect(by_a[0] == 0 && by_a[1] == 5120 && fabs(by_a[2] - 1.0 / 6) < 1e-16);
    cr_expect(by_b[0] == 0 && fabs(by_b[1] - 1024 * log(2)) < 1e-12 &&
              fabs(by_b[2] - 3 * log(9)) < 1e-14);
    dt_tape_free(tape);
}

/* -- refusals ---------------------------------------------------------------------------------- */

static void expect_refused(dt_tensor *y, dt_tape *tape, dt_status status, const char *message) {
    cr_expect_eq(dt_tape_status(tape), status, "%s", dt_tape_message(tape));
    cr_expect_str_eq(dt_tape_message(tape), message);
    cr_expect_eq(y, dt_inert(tape), "%s", message);
    dt_tape_reset(tape);
}

Test(choices, refuse_types_and_settings_without_meaning) {
    dt_tape *tape = dt_tape_new(NULL);
#define IN(dtype) dt_constant(tape, dtype, 1, (int64_t[]){3}, NULL)
    expect_refused(dt_erf(IN(DT_C128)), tape, DT_ERR_DTYPE,
                   "erf: input 0 must be real (f32 or f64): c128(3)");
    expect_refused(dt_compare(IN(DT_C128), DT_LT, IN(DT_C128)), tape, DT_ERR_DTYPE,
                   "compare: complex numbers have no order: compare dt_abs, dt_real or dt_imag: "
                   "c128(3), c128(3)");
    expect_refused(dt_compare(IN(DT_F64), (dt_relation)7, IN(DT_F64)), tape, DT_ERR_ARGUMENT,
                   "compare: there is no relation 7: f64(3), f64(3)");
    expect_refused(dt_logic(IN(DT_F64), DT_AND, IN(DT_BOOL)), tape, DT_ERR_DTYPE,
                   "logic: both operands must be bool (dt_compare makes them): f64(3), bool(3)");
    expect_refused(dt_not(IN(DT_I64)), tape, DT_ERR_DTYPE,
                   "not: the operand must be bool (dt_compare makes them): i64(3)");
    expect_refused(dt_clamp(IN(DT_F64), 2, 1), tape, DT_ERR_ARGUMENT,
                   "clamp: the bounds [2, 1] hold nothing: f64(3)");
    expect_refused(dti_polygamma(IN(DT_F64), -1), tape, DT_ERR_ARGUMENT,
                   "polygamma: the order is 0 to 64, got -1: f64(3)");
#undef IN
    dt_tape_free(tape);
}
