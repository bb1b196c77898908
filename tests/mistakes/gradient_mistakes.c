/* gradient_mistakes.c - derivatives of the wrong things, tensors used after their time, functions
 * that break their promises. */
#include "mistakes.h"

#define MISTAKE(name) static void name(dt_tape *t, dt_error *error)
#define UNUSED        (void)error

/* -- derivatives ------------------------------------------------------------------------------- */

MISTAKE(sweeps_from_a_vector) {
    UNUSED;
    dt_backward(dt_square(param(t, SHAPE(3))));
}

MISTAKE(sweeps_from_a_complex_number) {
    UNUSED;
    dt_backward(dt_sum(dt_cis(param(t, SHAPE(3))), DT_ALL));
}

MISTAKE(sweeps_from_a_constant) {
    UNUSED;
    dt_backward(dt_sum(real(t, SHAPE(3)), DT_ALL));
}

MISTAKE(forgets_the_loss) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3)), *g = NULL;
    dt_vjp(NULL, NULL, 1, &x, &g);
}

MISTAKE(forgets_the_cotangent) {
    UNUSED;
    dt_backward_from(dt_square(param(t, SHAPE(3))), NULL);
}

MISTAKE(gives_a_cotangent_of_another_shape) {
    UNUSED;
    dt_backward_from(dt_square(param(t, SHAPE(3))), real(t, SHAPE(2)));
}

MISTAKE(asks_for_the_gradient_of_a_constant) {
    UNUSED;
    dt_gradient(real(t, SHAPE(3)));
}

MISTAKE(asks_for_the_gradient_of_an_intermediate) {
    UNUSED;
    dt_gradient(dt_square(param(t, SHAPE(3))));
}

MISTAKE(makes_an_integer_parameter) {
    UNUSED;
    dt_parameter(t, DT_I64, SHAPE(3), NULL);
}

MISTAKE(differentiates_by_a_constant) {
    UNUSED;
    dt_tensor *c = real(t, SHAPE(3)), *g = NULL;
    dt_tensor *y = dt_sum(dt_mul(c, param(t, SHAPE(3))), DT_ALL);
    dt_vjp(y, dt_scalar(t, 1), 1, &c, &g);
}

MISTAKE(differentiates_after_overwriting) {
    UNUSED;
    const double new_values[] = {4, 5, 6};
    dt_tensor *x = param(t, SHAPE(3));
    dt_tensor *loss = dt_sum(dt_square(x), DT_ALL);
    dt_set_data(x, new_values);
    dt_backward(loss);
}

MISTAKE(overwrites_a_result) {
    UNUSED;
    const double new_values[] = {4, 5, 6};
    dt_set_data(dt_square(param(t, SHAPE(3))), new_values);
}

MISTAKE(wants_the_jacobian_of_complex_values) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_jacobian(dt_cis(x), x);
}

MISTAKE(wants_the_hessian_of_a_vector) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3)), *hv = NULL;
    dt_hvp(dt_square(x), 1, &x, &x, &hv);
}

MISTAKE(differentiates_a_mean_of_rounded_numbers) {
    UNUSED;
    dt_backward(dt_mean(dt_round(param(t, SHAPE(3))), DT_ALL));
}

/* -- lifetimes --------------------------------------------------------------------------------- */

MISTAKE(mixes_tapes) {
    UNUSED;
    dt_tape *other = dt_tape_new(NULL);
    dt_add(param(t, SHAPE(3)), param(other, SHAPE(3)));
    dt_tape_free(other);
}

MISTAKE(uses_a_rewound_tensor) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_mark mark = dt_tape_mark(t);
    dt_tensor *y = dt_square(x);
    dt_tape_rewind(t, mark);
    dt_add(x, y);
}

MISTAKE(reads_a_rewound_tensor) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_mark mark = dt_tape_mark(t);
    dt_tensor *y = dt_square(x);
    dt_tape_rewind(t, mark);
    dt_data(y);
}

MISTAKE(rewinds_twice_out_of_order) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_mark outer = dt_tape_mark(t);
    dt_square(x);
    dt_mark inner = dt_tape_mark(t);
    dt_tape_rewind(t, outer);
    dt_tape_rewind(t, inner);
}

MISTAKE(passes_null) {
    UNUSED;
    dt_mul(param(t, SHAPE(3)), NULL);
}

MISTAKE(needs_more_than_the_limit) {
    (void)t;
    dt_tape *small = dt_tape_new(&(dt_tape_options){.memory_limit = 10000});
    dt_data(dt_outer(param(small, SHAPE(100)), param(small, SHAPE(100)))); /* waits until read */
    *error = *dt_tape_error(small);
    dt_tape_free(small);
}

MISTAKE(makes_a_nan_while_watched) {
    (void)t;
    dt_tape *watched = dt_tape_new(&(dt_tape_options){.watch_nonfinite = true});
    dt_log(dt_sub(param(watched, SHAPE(3)), dt_scalar(watched, 1)));
    *error = *dt_tape_error(watched);
    dt_tape_free(watched);
}

MISTAKE(makes_an_infinite_gradient_while_watched) {
    (void)t;
    dt_tape *watched = dt_tape_new(&(dt_tape_options){.watch_nonfinite = true});
    dt_backward(dt_sum(dt_sqrt(param(watched, SHAPE(3))), DT_ALL));
    *error = *dt_tape_error(watched);
    dt_tape_free(watched);
}

/* -- functions given to the engine ------------------------------------------------------------- */

static dt_tensor *returns_what_it_was_given(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    (void)in;
    return user;
}

static dt_tensor *fails_itself(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_add(in[0], dt_sum(dt_reshape(in[0], SHAPE(7)), DT_ALL));
}

static dt_tensor *one_row_short(void *user, dt_tape *tape, int64_t begin, int64_t end,
                                dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_slice(in[0], 0, begin, end - 1, 1);
}

static dt_tensor *ever_larger(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *params) {
    (void)user;
    (void)tape;
    return dt_add(dt_scale(x, 2), params[0]);
}

MISTAKE(checkpoints_a_captured_tensor) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_checkpoint(returns_what_it_was_given, x, 1, &x);
}

MISTAKE(checkpoints_nothing) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_checkpoint(returns_what_it_was_given, NULL, 1, &x);
}

MISTAKE(checkpoints_a_failure) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(3));
    dt_checkpoint(fails_itself, NULL, 1, &x);
}

MISTAKE(returns_too_few_rows) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(6));
    dt_map_batches(one_row_short, NULL, 1, &x, 6, 2);
}

MISTAKE(asks_for_batches_of_none) {
    UNUSED;
    dt_tensor *x = param(t, SHAPE(6));
    dt_map_batches(one_row_short, NULL, 1, &x, 6, 0);
}

MISTAKE(iterates_away) {
    UNUSED;
    dt_tensor *x = real(t, SHAPE(1)), *p = real(t, SHAPE(1));
    dt_fixed_point(ever_larger, NULL, x, 1, &p, NULL);
}

const struct mistake gradient_mistakes[] = {
    {"dt_backward from a vector", sweeps_from_a_vector},
    {"dt_backward from a complex number", sweeps_from_a_complex_number},
    {"dt_backward from a constant", sweeps_from_a_constant},
    {"dt_vjp without an output", forgets_the_loss},
    {"dt_backward_from without a cotangent", forgets_the_cotangent},
    {"a cotangent of another shape", gives_a_cotangent_of_another_shape},
    {"the gradient of a constant", asks_for_the_gradient_of_a_constant},
    {"the gradient of an intermediate", asks_for_the_gradient_of_an_intermediate},
    {"an integer parameter", makes_an_integer_parameter},
    {"dt_vjp by a constant", differentiates_by_a_constant},
    {"dt_backward after dt_set_data", differentiates_after_overwriting},
    {"dt_set_data of a result", overwrites_a_result},
    {"the Jacobian of complex values", wants_the_jacobian_of_complex_values},
    {"dt_hvp of a vector", wants_the_hessian_of_a_vector},
    {"dt_backward through a rounded number", differentiates_a_mean_of_rounded_numbers},
    {"tensors of two tapes", mixes_tapes},
    {"an operation on a tensor after its rewind", uses_a_rewound_tensor},
    {"reading a tensor after its rewind", reads_a_rewound_tensor},
    {"rewinding to a mark that is gone", rewinds_twice_out_of_order},
    {"NULL as an operand", passes_null},
    {"more memory than the limit", needs_more_than_the_limit},
    {"a NaN while watching for them", makes_a_nan_while_watched},
    {"an infinite gradient while watching", makes_an_infinite_gradient_while_watched},
    {"a checkpoint that returns a tensor from outside", checkpoints_a_captured_tensor},
    {"a checkpoint that returns NULL", checkpoints_nothing},
    {"a checkpoint whose function fails", checkpoints_a_failure},
    {"a batch with a row missing", returns_too_few_rows},
    {"batches of no rows", asks_for_batches_of_none},
    {"a fixed point that is none", iterates_away},
    {0}};
