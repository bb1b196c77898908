/* test_reductions.c - products, extrema, norms, running sums, masks: values, ties, limits. */
#include "numbers.h"

#include <difftape/gradcheck.h>

static const int64_t of_2_3[] = {2, 3};
static const double six[] = {3, -1, 2, 0.5, 4, -2};

static void expect_list(const char *what, dt_tensor *x, int n, const double *want) {
    const double *got = dt_data(x);
    cr_assert(got != NULL, "%s: %s", what, dt_tape_message(dt_tape_of(x)));
    cr_assert_eq(dt_size(x), n, "%s has %lld elements", what, (long long)dt_size(x));
    for (int i = 0; i < n; i++) {
        bool same = isnan(want[i])
                        ? isnan(got[i])
                        : got[i] == want[i] || fabs(got[i] - want[i]) <= 1e-15 * fabs(want[i]);
        cr_expect(same, "%s[%d] = %.17g, should be %.17g", what, i, got[i], want[i]);
    }
}

static void expect_places(const char *what, dt_tensor *x, int n, const int64_t *want) {
    const int64_t *got = dt_data_i64(x);
    cr_assert(got != NULL && dt_size(x) == n, "%s: %s", what, dt_tape_message(dt_tape_of(x)));
    for (int i = 0; i < n; i++) {
        cr_expect_eq(got[i], want[i], "%s[%d] = %lld", what, i, (long long)got[i]);
    }
}

Test(reductions, have_the_values_of_plain_loops) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_constant(tape, DT_F64, 2, of_2_3, six);
    expect_list("prod", dt_prod(x, 1), 2, (const double[]){-6, -4});
    expect_list("prod", dt_prod(x, DT_ALL), 1, (const double[]){24});
    expect_list("min", dt_min(x, 0), 3, (const double[]){0.5, -1, -2});
    expect_list("max", dt_max(x, -1), 2, (const double[]){3, 4});
    expect_list("max", dt_max(x, DT_AXES(0, 1)), 1, (const double[]){4});
    expect_places("argmin", dt_argmin(x, 1), 2, (const int64_t[]){1, 2});
    expect_places("argmax", dt_argmax(x, DT_ALL), 1, (const int64_t[]){4});
    expect_list("norm", dt_norm(x, 1), 2, (const double[]){sqrt(14), sqrt(20.25)});
    expect_list("var", dt_var(x, 1, 0), 2, (const double[]){26.0 / 9, 54.5 / 9});
    expect_list("cumsum", dt_cumsum(x, 1), 6, (const double[]){3, 2, 4, 0.5, 4.5, 2.5});
    expect_list("cumsum", dt_cumsum(x, 0), 6, (const double[]){3, -1, 2, 3.5, 3, 0});
    expect_list("cumprod", dt_cumprod(x, 1), 6, (const double[]){3, -3, -6, 0.5, 2, -4});
    double sum = log(exp(3) + exp(-1) + exp(2));
    expect_list("logsumexp", dt_select(dt_logsumexp(x, 1), 0, 0), 1, &sum);
    dt_tape_free(tape);
}

Test(reductions, of_nothing_are_their_neutral_elements_or_errors) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t of_0_2[] = {0, 2};
    dt_tensor *x = dt_constant(tape, DT_F64, 2, of_0_2, NULL);
    expect_list("prod", dt_prod(x, 0), 2, (const double[]){1, 1});
    expect_list("logsumexp", dt_logsumexp(x, 0), 2, (const double[]){-INFINITY, -INFINITY});
    expect_list("norm", dt_norm(x, 0), 2, (const double[]){0, 0});
    dt_tensor *none = dt_constant(tape, DT_BOOL, 2, of_0_2, NULL);
    cr_expect(!dt_data_bool(dt_any(none, 0))[0] && dt_data_bool(dt_all(none, 0))[0]);
    dt_min(x, 0);
    cr_expect_str_eq(dt_tape_message(tape), "min: there are no elements to choose from: f64(0,2)");
    dt_tape_free(tape);
}

Test(reductions, pass_nan_and_take_the_first_of_equals) {
    dt_tape *tape = dt_tape_new(NULL);
    const double a[] = {1, NAN, 3, 2, 2, 2};
    dt_tensor *x = dt_constant(tape, DT_F64, 2, of_2_3, a);
    expect_list("min", dt_min(x, 1), 2, (const double[]){NAN, 2});
    expect_list("max", dt_max(x, 1), 2, (const double[]){NAN, 2});
    expect_places("argmin", dt_argmin(x, 1), 2, (const int64_t[]){1, 0});
    expect_places("argmax", dt_argmax(x, 1), 2, (const int64_t[]){1, 0});
    expect_list("norm", dt_norm(x, 1), 2, (const double[]){NAN, sqrt(12)});
    dt_tape_free(tape);
}

Test(reductions, equal_extrema_share_the_cotangent) {
    dt_tape *tape = dt_tape_new(NULL);
    const double a[] = {1, 5, 5, 2, 0, 7};
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, of_2_3, a);
    dt_backward(dt_sum(dt_max(x, 1), DT_ALL));
    expect_list("gradient", dt_gradient(x), 6, (const double[]){0, 0.5, 0.5, 0, 0, 1});
    dt_tape_free(tape);
}

Test(reductions, lengths_neither_overflow_nor_underflow_and_have_no_slope_at_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double sizes[] = {1e-300, 1, 1e300, 0};
    for (int s = 0; s < 4; s++) {
        const double a[] = {3 * sizes[s], 4 * sizes[s]};
        dt_tensor *x = dt_parameter(tape, DT_F64, 1, (const int64_t[]){2}, a), *y = dt_norm(x, 0);
        dt_backward(y);
        double slope = sizes[s] == 0 ? 0 : 0.6;
        expect_list("length", y, 1, (const double[]){5 * sizes[s]});
        expect_list("slope", dt_select(dt_gradient(x), 0, 0), 1, &slope);
    }
    dt_tape_free(tape);
}

Test(reductions, log_sums_of_minus_infinity_have_no_gradient) {
    dt_tape *tape = dt_tape_new(NULL);
    const double a[] = {-INFINITY, -INFINITY, -INFINITY, 1000, 1000, -1000};
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, of_2_3, a), *y = dt_logsumexp(x, 1);
    expect_list("value", y, 2, (const double[]){-INFINITY, 1000 + log(2)});
    dt_backward_from(y, dt_ones(tape, DT_F64, 1, (const int64_t[]){2}));
    const double *g = dt_data_f64(dt_gradient(x)); /* exp(x - y): y is rounded to 1e-13 */
    cr_expect(g[0] == 0 && g[1] == 0 && g[2] == 0 && g[5] == 0);
    cr_expect(fabs(g[3] - 0.5) < 1e-13 && fabs(g[4] - 0.5) < 1e-13, "%.17g %.17g", g[3], g[4]);
    dt_tape_free(tape);
}

static dt_tensor *products(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_add(dt_prod(in[0], 1), dt_select(dt_cumprod(in[0], 1), 1, -1));
}

static dt_tensor *spread(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_var(in[0], DT_AXES(0, 1), 1);
}

static dt_tensor *chosen(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    const bool mask[] = {true, false, true, true, true, false};
    dt_tensor *m = dt_constant(tape, DT_BOOL, 2, of_2_3, mask);
    return dt_mul(dt_masked_mean(in[0], m, 1), dt_masked_sum(dt_square(in[0]), m, 1));
}

Test(reductions, made_of_others_have_right_derivatives_to_second_order_zeros_included) {
    const double zeros[][6] = {{3, -1, 2, 0.5, 4, -2}, {3, 0, 2, 0, 4, 0}, {0, 0, 0, 1, 0, 2}};
    dt_tensor_fn *const fns[] = {products, spread, chosen};
    for (int z = 0; z < 3; z++) {
        for (int f = 0; f < 3; f++) {
            const dt_array at = dt_array_wrap(DT_F64, 2, of_2_3, zeros[z]);
            dt_gradcheck_report report;
            dt_error error = DT_ERROR_INIT;
            dt_gradcheck("reduction", fns[f], NULL, 1, &at,
                         &(dt_gradcheck_options){.second_order = true}, &report, &error);
            cr_expect(error.status == DT_OK, "function %d, numbers %d: %s", f, z, error.message);
            cr_expect(report.compared > 6);
        }
    }
}

Test(reductions, masked_out_numbers_do_not_exist) {
    dt_tape *tape = dt_tape_new(NULL);
    const double a[] = {1, NAN, 3, INFINITY, 4, 6};
    const bool mask[] = {true, false, true, false, true, true};
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, of_2_3, a);
    dt_tensor *m = dt_constant(tape, DT_BOOL, 2, of_2_3, mask);
    dt_tensor *mean = dt_masked_mean(x, m, 1);
    expect_list("mean", mean, 2, (const double[]){2, 5});
    dt_backward(dt_sum(dt_mul(mean, mean), DT_ALL));
    expect_list("gradient", dt_gradient(x), 6, (const double[]){2, 0, 2, 0, 5, 5});
    dt_masked_mean(x, dt_zeros(tape, DT_BOOL, 2, of_2_3), 1);
    cr_expect_str_eq(dt_tape_message(tape),
                     "masked_mean: the mask selects nothing for element 0 of the result");
    dt_tape_free(tape);
}

Test(reductions, running_sums_keep_their_digits) {
    enum { N = 100000 };
    static double a[N];
    long double exact = 0;
    for (int i = 0; i < N; i++) {
        a[i] = (i % 2 == 0 ? 1e8 : -1e8) + 1.0 / (i + 1);
        exact += (long double)a[i];
    }
    const int64_t n = N;
    dt_tape *tape = dt_tape_new(NULL);
    const double *y = dt_data_f64(dt_cumsum(dt_constant(tape, DT_F64, 1, &n, a), 0));
    cr_expect(fabs(y[N - 1] - (double)exact) < 1e-14 * fabs((double)exact), "%.17g, %.17Lg",
              y[N - 1], exact);
    dt_tape_free(tape);
}

Test(reductions, refusals_name_what_is_wrong) {
    dt_tape *tape = dt_tape_new(NULL);
    static const struct {
        int which;
        const char *message;
    } cases[] = {{0, "cumsum: takes one axis, not several or none"},
                 {1, "var: 2 elements leave no degree of freedom after a correction of 2"},
                 {2, "norm: axis 3 does not exist among the 2 dimensions (first 0, last -1)"},
                 {3, "any: the operand must be bool (dt_compare makes them): f64(2,3)"},
                 {4, "max: input 0 must be real (f32 or f64): c128(2,3)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_tensor *x = dt_constant(tape, DT_F64, 2, of_2_3, six);
        switch (cases[i].which) {
        case 0: dt_cumsum(x, DT_ALL); break;
        case 1: dt_var(x, 0, 2); break;
        case 2: dt_norm(x, 3); break;
        case 3: dt_any(x, 0); break;
        default: dt_max(dt_cast(x, DT_C128), 0); break;
        }
        cr_expect_str_eq(dt_tape_message(tape), cases[i].message);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}
