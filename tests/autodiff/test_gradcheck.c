/* test_gradcheck.c - the checker passes right gradients, names wrong ones, and refuses what it
 * cannot check. */
#include <difftape/gradcheck.h>
#include <difftape/op.h>

#include <criterion/criterion.h>
#include <string.h>

static double x0[] = {0.3, -1.2, 2.5};
static const int64_t n3[] = {3};

/* y = x^3 with rules that can be spoilt: what a user's own operation looks like. */
enum spoil { RIGHT, WRONG_BOTH, WRONG_FORWARD };
struct attr {
    int spoil;
};

static dt_status cube_shape(dt_node *n) {
    return dt_node_output_like(n, 0, DT_F64);
}

static void cube_forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    for (int64_t i = 0; i < dt_array_size(&y); i++) {
        double v = ((const double *)x.data)[i];
        ((double *)y.data)[i] = v * v * v;
    }
}

static dt_tensor *slope_of(const dt_node *n, bool spoilt) {
    return dt_scale(dt_square(n->in[0]), spoilt ? 3.001 : 3.0);
}

static void cube_vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *a = n->attr;
    xbar[0] = dt_mul(ybar[0], slope_of(n, a->spoil == WRONG_BOTH));
}

static void cube_jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *a = n->attr;
    ydot[0] = dt_mul(xdot[0], slope_of(n, a->spoil != RIGHT));
}

static const dt_op cube = {.name = "cube",
                           .formula = "y = x^3",
                           .arity = 1,
                           .kind = DT_ELEMENTWISE,
                           .saves = DT_SAVE_INPUTS,
                           .attr_size = sizeof(struct attr),
                           .shape = cube_shape,
                           .forward = cube_forward,
                           .vjp = cube_vjp,
                           .jvp = cube_jvp};

static dt_tensor *apply_cube(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_apply(&cube, 1, in, user);
}

static dt_status check(int spoil, dt_dtype dtype, dt_gradcheck_report *report, dt_error *error) {
    struct attr attr = {spoil};
    const dt_array value = dt_array_wrap(dtype, 1, n3, x0);
    const dt_gradcheck_options options = {.second_order = true};
    return dt_gradcheck("cube", apply_cube, &attr, 1, &value, &options, report, error);
}

Test(gradcheck, passes_a_right_custom_operation_to_second_order) {
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(check(RIGHT, DT_F64, &report, &error), DT_OK, "%s", error.message);
    cr_expect_gt(report.compared, 9);
    cr_expect_lt(report.worst_entry, 1e-9, "%g", report.worst_entry);
    cr_expect_gt(report.worst_entry, 0, "finite differences are never that exact");
}

Test(gradcheck, names_operation_input_element_and_both_numbers_of_a_wrong_gradient) {
    dt_error error = DT_ERROR_INIT;
    struct attr attr = {WRONG_BOTH};
    const dt_array value = dt_array_wrap(DT_F64, 1, n3, x0);
    const dt_gradcheck_options options = {.directions = -1};
    dt_gradcheck("cube", apply_cube, &attr, 1, &value, &options, NULL, &error);
    cr_expect_eq(error.status, DT_ERR_GRADIENT);
    cr_expect(strstr(error.message, "gradcheck cube: input 0, element 2: analytic") != NULL, "%s",
              error.message);
    cr_expect_eq(error.index, 2);
    dt_error direction = DT_ERROR_INIT;
    check(WRONG_BOTH, DT_F64, NULL, &direction);
    cr_expect(strstr(direction.message, "along a random direction") != NULL, "%s",
              direction.message);
}

Test(gradcheck, finds_a_forward_rule_that_disagrees_without_any_difference) {
    dt_error error = DT_ERROR_INIT;
    check(WRONG_FORWARD, DT_F64, NULL, &error);
    cr_expect_eq(error.status, DT_ERR_GRADIENT);
    cr_expect(strstr(error.message, "adjoint test") != NULL, "%s", error.message);
}

Test(gradcheck, refuses_single_precision_and_inputs_without_gradients) {
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(check(RIGHT, DT_F32, NULL, &error), DT_ERR_DTYPE);
    cr_expect(strstr(error.message, "input 0 is f32") != NULL, "%s", error.message);
    dt_error_clear(&error);
    cr_expect_eq(check(RIGHT, DT_I64, NULL, &error), DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "nothing to compare") != NULL, "%s", error.message);
}

static dt_tensor *nothing(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_slice(in[0], 0, 0, 0, 1);
}

Test(gradcheck, refuses_a_function_without_a_result_to_compare) {
    const dt_array value = dt_array_wrap(DT_F64, 1, n3, x0);
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck("nothing", nothing, NULL, 1, &value, NULL, NULL, &error);
    cr_expect_eq(error.status, DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "nothing to compare") != NULL, "%s", error.message);
}

Test(gradcheck, taylor_remainder_falls_as_the_square_of_the_step_only_if_the_gradient_is_right) {
    struct attr right = {RIGHT}, wrong = {WRONG_BOTH};
    const dt_array value = dt_array_wrap(DT_F64, 1, n3, x0);
    const dt_gradcheck_options options = {.directions = -1, .max_jacobian = -1, .taylor = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_gradcheck("cube", apply_cube, &right, 1, &value, &options, &report, &error),
                 DT_OK, "%s", error.message);
    cr_expect(report.taylor_order > 1.98 && report.taylor_order < 2.02, "h^%g",
              report.taylor_order);
    dt_gradcheck("cube", apply_cube, &wrong, 1, &value, &options, &report, &error);
    cr_expect_eq(error.status, DT_ERR_GRADIENT);
    cr_expect(report.taylor_order > 0.9 && report.taylor_order < 1.1, "h^%g", report.taylor_order);
    cr_expect(strstr(error.message, "the remainder of first order falls as h^1.0") != NULL, "%s",
              error.message);
}

static dt_tensor *doubled(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_scale(in[0], 2);
}

/* Not pure: every call scales by a little more. */
static dt_tensor *drifting(void *user, dt_tape *tape, dt_tensor *const *in) {
    double *factor = user;
    (void)tape;
    *factor += 1e-13;
    return dt_scale(in[0], *factor);
}

Test(gradcheck, replays_must_give_the_same_bits_and_linear_functions_have_no_remainder) {
    const dt_array value = dt_array_wrap(DT_F64, 1, n3, x0);
    const dt_gradcheck_options options = {.taylor = true, .replay = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_gradcheck("doubled", doubled, NULL, 1, &value, &options, &report, &error),
                 DT_OK, "%s", error.message);
    cr_expect_eq(report.taylor_order, 2, "h^%g", report.taylor_order);
    cr_expect_geq(report.compared, 3 + 3 + 9);
    double factor = 2;
    dt_gradcheck("drifting", drifting, &factor, 1, &value, &options, &report, &error);
    cr_expect(strstr(error.message, "the function is not pure") != NULL, "%s", error.message);
}

Test(gradcheck, report_lists_the_worst_entries_first_and_fits_any_buffer) {
    struct attr attr = {WRONG_BOTH};
    const dt_array value = dt_array_wrap(DT_F64, 1, n3, x0);
    const dt_gradcheck_options options = {.directions = -1};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck("cube", apply_cube, &attr, 1, &value, &options, &report, &error);
    cr_expect(strstr(error.message, "entries are wrong") != NULL, "%s", error.message);
    cr_assert_eq(report.n_worst, 3);
    cr_expect_eq(report.worst[0].element, 2);
    cr_expect_eq(report.worst[2].element, 0);
    char text[2048], small[16];
    dt_gradcheck_format(text, sizeof text, &report);
    cr_expect(strstr(text, "input    element") != NULL && strstr(text, "2.56651978") != NULL, "%s",
              text);
    cr_expect_str_eq(dt_gradcheck_format(small, sizeof small, &report), "4 numbers compa");
}

static dt_tensor *sum_of_squares(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_sum(dt_abs2(in[0]), DT_ALL);
}

Test(gradcheck, finite_differences_are_a_gradient_of_their_own) {
    const dt_c128 w[2] = {{1, -2}, {0.5, 0.25}};
    const int64_t two = 2;
    double numbers[4] = {0};
    const dt_array value = dt_array_wrap(DT_C128, 1, &two, w);
    dt_array gradient = dt_array_wrap(DT_C128, 1, &two, numbers);
    dt_error error = DT_ERROR_INIT;
    dt_finite_differences(sum_of_squares, NULL, 1, &value, NULL, &gradient, &error);
    cr_assert_eq(error.status, DT_OK, "%s", error.message);
    const double want[] = {2, -4, 1, 0.5};
    for (int k = 0; k < 4; k++) {
        cr_expect(numbers[k] - want[k] < 1e-10 && want[k] - numbers[k] < 1e-10, "%.15g",
                  numbers[k]);
    }
    dt_finite_differences(doubled, NULL, 1, &value, NULL, &gradient, &error);
    cr_expect_eq(error.status, DT_ERR_SHAPE);
    cr_expect(strstr(error.message, "must be one real number (f64), got c128(2)") != NULL, "%s",
              error.message);
}
