/* test_derivatives.c - dt_vjp, dt_jvp and dt_backward beyond single operations. */
#include "numbers.h"

#include <difftape/checkpoint.h>

static const int64_t of_three[] = {3};
static const double one_two_three[] = {1, 2, 3};

static double total(dt_tensor *x) {
    return dt_item(dt_sum(x, DT_ALL));
}

static void expect_refused(dt_tape *tape, dt_status status, const char *part) {
    cr_expect(dt_tape_status(tape) == status && strstr(dt_tape_message(tape), part) != NULL,
              "should fail with %s (%s), has %s: %s", dt_status_name(status), part,
              dt_status_name(dt_tape_status(tape)), dt_tape_message(tape));
    dt_tape_reset(tape);
}

Test(derivatives, forward_and_reverse_agree_when_one_variable_depends_on_another) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_tensor *z = dt_scale(x, 2), *y = dt_sum(dt_mul(z, x), DT_ALL); /* dy/dx = 4x, dy/dz = x */
    dt_tensor *ones = dt_full(tape, DT_F64, 1, of_three, 1), *bar[2];
    for (int turn = 0; turn < 2; turn++) {
        dt_tensor *variables[] = {turn == 0 ? x : z, turn == 0 ? z : x};
        dt_vjp(y, dt_scalar(tape, 1), 2, variables, bar);
        double reverse = total(bar[0]) + total(bar[1]);
        double forward = dt_item(dt_jvp(y, 2, variables, (dt_tensor *const[]){ones, ones}));
        cr_expect(reverse == 30 && forward == 30, "reverse %g, forward %g, both should be 30",
                  reverse, forward);
    }
    dt_tape_free(tape);
}

Test(derivatives, a_variable_named_twice_moves_by_both_tangents) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_tensor *ones = dt_full(tape, DT_F64, 1, of_three, 1);
    double got = dt_item(dt_jvp(dt_sum(dt_square(x), DT_ALL), 2, (dt_tensor *const[]){x, x},
                                (dt_tensor *const[]){ones, ones}));
    cr_expect_eq(got, 24, "%g, should be 24", got);
    dt_tape_free(tape);
}

Test(derivatives, with_respect_to_constants_are_refused_rather_than_zero) {
    dt_tape *tape = dt_tape_new(NULL), *other = dt_tape_new(NULL);
    dt_tensor *slope;
    dt_tensor *x = dt_constant(tape, DT_F64, 1, of_three, one_two_three);
    dt_vjp(dt_sum(dt_square(x), DT_ALL), dt_scalar(tape, 1), 1, &x, &slope);
    cr_expect_eq(slope, dt_inert(tape));
    expect_refused(tape, DT_ERR_GRADIENT, "dt_vjp: variable 0 is a constant");
    x = dt_stop_gradient(dt_parameter(tape, DT_F64, 1, of_three, one_two_three));
    dt_jvp(dt_sum(dt_square(x), DT_ALL), 1, &x, &x);
    expect_refused(tape, DT_ERR_GRADIENT, "dt_jvp: variable 0 is a constant");
    x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_tensor *foreign = dt_parameter(other, DT_F64, 1, of_three, one_two_three);
    dt_vjp(dt_sum(dt_square(x), DT_ALL), dt_scalar(tape, 1), 1, &foreign, &slope);
    expect_refused(tape, DT_ERR_ARGUMENT, "another tape");
    x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_vjp(dt_sum(dt_square(x), DT_ALL), NULL, 1, &x, &slope);
    expect_refused(tape, DT_ERR_ARGUMENT, "the cotangent is NULL");
    x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_backward_from(dt_sum(dt_square(x), DT_ALL), dt_scalar(other, 1));
    expect_refused(tape, DT_ERR_ARGUMENT, "another tape");
    dt_tape_free(other);
    dt_tape_free(tape);
}

/* -grad of sum x^3: a model whose value is a derivative. */
static dt_tensor *force(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *slope;
    dt_vjp(dt_sum(dt_pow(in[0], 3), DT_ALL), dt_scalar(tape, 1), 1, in, &slope);
    return dt_neg(slope);
}

static dt_tensor *checkpointed_force(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_checkpoint(force, user, 1, in);
}

Test(derivatives, can_be_taken_inside_a_checkpoint) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_tensor *y = checkpointed_force(NULL, tape, &x);
    dt_backward(dt_sum(y, DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    for (int i = 0; i < 3; i++) {
        double at = one_two_three[i], got = dt_data_f64(y)[i];
        double slope = dt_data_f64(dt_gradient(x))[i];
        cr_expect_float_eq(got, -3 * at * at, 1e-14, "value %g, should be %g", got, -3 * at * at);
        cr_expect_float_eq(slope, -6 * at, 1e-14, "slope %g, should be %g", slope, -6 * at);
    }
    dt_tape_free(tape);
}

Test(derivatives, a_tensor_used_a_thousand_times_receives_every_contribution) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, one_two_three);
    dt_tensor *y = dt_exp(x), *sum = dt_scalar(tape, 0);
    for (int i = 0; i < 1000; i++) {
        sum = dt_add(sum, dt_mul(y, y)); /* 1000 e^2x */
    }
    dt_backward(dt_sum(sum, DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    for (int i = 0; i < 3; i++) {
        double got = dt_data_f64(dt_gradient(x))[i], exact = 2000 * exp(2 * one_two_three[i]);
        cr_expect_float_eq(got, exact, 1e-12 * exact, "%.17g, should be %.17g", got, exact);
    }
    dt_tape_free(tape);
}
