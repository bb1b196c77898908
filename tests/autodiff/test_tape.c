/* test_tape.c - leaves, reading, sweeps, accumulation, errors and memory of a tape. */
#include <difftape/ops.h>
#include <difftape/tape.h>

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double three[] = {1.5, -2.0, 0.25};
static const int64_t n3[] = {3};

static dt_tensor *sum_of_squares(dt_tensor *x) {
    return dt_sum(dt_square(x), DT_ALL);
}

Test(tape, differentiates_a_sum_of_squares) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_tensor *loss = sum_of_squares(x);
    dt_backward(loss);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_expect_float_eq(dt_item(loss), 6.3125, 1e-15, "loss %.17g, should be 6.3125", dt_item(loss));
    const double *g = dt_data_f64(dt_gradient(x));
    for (int i = 0; i < 3; i++) {
        cr_expect_float_eq(g[i], 2 * three[i], 1e-15, "gradient %d is %g, should be %g", i, g[i],
                           2 * three[i]);
    }
    dt_tape_free(tape);
}

Test(tape, gradient_of_a_complex_variable_is_dx_plus_i_dy) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_c128 z0 = {3, -4};
    dt_tensor *z = dt_parameter(tape, DT_C128, 0, NULL, &z0);
    dt_backward(dt_abs2(z));
    const dt_c128 *g = dt_data_c128(dt_gradient(z));
    cr_assert_not_null(g, "%s", dt_tape_message(tape));
    cr_expect(g->re == 6 && g->im == -8, "gradient of |z|^2 at 3-4i is %g%+gi, should be 6-8i",
              g->re, g->im);
    dt_tape_free(tape);
}

Test(tape, a_real_parameter_of_a_complex_formula_gets_a_real_gradient) {
    dt_tape *tape = dt_tape_new(NULL);
    const double a0 = 2;
    const dt_c128 w0 = {0.5, 3};
    dt_tensor *a = dt_parameter(tape, DT_F64, 0, NULL, &a0);
    dt_tensor *w = dt_constant(tape, DT_C128, 0, NULL, &w0);
    dt_backward(dt_abs2(dt_add(dt_mul(a, w), w))); /* |w|^2 (a+1)^2 */
    const double *g = dt_data_f64(dt_gradient(a));
    cr_assert_not_null(g, "%s", dt_tape_message(tape));
    cr_expect_float_eq(*g, 55.5, 1e-13, "gradient %.17g, should be 55.5", *g);
    dt_tape_free(tape);
}

Test(tape, accumulates_over_uses_and_over_sweeps_until_zeroed) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x0 = 3;
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &x0);
    dt_tensor *y = dt_add(dt_mul(x, x), dt_add(x, dt_add(x, x))); /* x^2 + 3x: 2x + 3 = 9 */
    dt_backward(y);
    cr_expect_eq(dt_item(dt_gradient(x)), 9, "%g, should be 9", dt_item(dt_gradient(x)));
    dt_backward(y);
    cr_expect_eq(dt_item(dt_gradient(x)), 18, "%g, should be 18", dt_item(dt_gradient(x)));
    dt_tape_zero_gradients(tape);
    cr_expect_eq(dt_item(dt_gradient(x)), 0);
    dt_backward(y);
    cr_expect_eq(dt_item(dt_gradient(x)), 9, "%g, should be 9", dt_item(dt_gradient(x)));
    dt_tape_free(tape);
}

Test(tape, a_broadcast_parameter_receives_the_sum) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *row = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_tensor *grid = dt_full(tape, DT_F64, 2, (const int64_t[]){4, 3}, 1.0);
    dt_backward(dt_sum(dt_mul(grid, row), DT_ALL));
    const double *g = dt_data_f64(dt_gradient(row));
    cr_assert_not_null(g);
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(g[i], 4, "gradient %d is %g, should be 4", i, g[i]);
    }
    dt_tape_free(tape);
}

Test(tape, second_derivative_by_vjp_of_vjp_and_by_jvp_of_vjp) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x0 = 0.7;
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, &x0);
    dt_tensor *one = dt_scalar(tape, 1), *slope, *curvature;
    dt_vjp(dt_sin(x), one, 1, &x, &slope);
    dt_vjp(slope, one, 1, &x, &curvature);
    dt_tensor *forward = dt_jvp(slope, 1, &x, &one);
    cr_expect_float_eq(dt_item(slope), cos(0.7), 1e-15);
    cr_expect_float_eq(dt_item(curvature), -sin(0.7), 1e-15, "%.17g", dt_item(curvature));
    cr_expect_float_eq(dt_item(forward), -sin(0.7), 1e-15, "%.17g", dt_item(forward));
    cr_expect_eq(dt_item(dt_gradient(x)), 0, "dt_vjp leaves parameter gradients alone");
    dt_tape_free(tape);
}

/* -- errors ------------------------------------------------------------------------------------ */

Test(tape, keeps_the_first_error_and_returns_the_inert_tensor_from_then_on) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_tensor *y = dt_constant(tape, DT_F64, 1, (const int64_t[]){4}, NULL);
    dt_tensor *bad = dt_add(x, y);
    dt_tensor *later = dt_exp(dt_matmul(dt_mul(bad, x), y));
    dt_backward(later);
    cr_expect_eq(bad, dt_inert(tape));
    cr_expect_eq(later, dt_inert(tape));
    cr_expect_eq(dt_tape_status(tape), DT_ERR_SHAPE);
    cr_expect_str_eq(dt_tape_message(tape), "add: shapes do not broadcast (sizes, aligned at the "
                                            "right, must be equal or 1): f64(3), f64(4)");
    cr_expect(isnan(dt_item(later)));
    cr_expect_null(dt_data(x), "a failed tape hands out no data");
    dt_tape_free(tape);
}

#define EXPECT_FAILURE(tape, wanted, text)                                                         \
    do {                                                                                           \
        cr_expect_eq(dt_tape_status(tape), wanted, "status %s",                                    \
                     dt_status_name(dt_tape_status(tape)));                                        \
        cr_expect(strstr(dt_tape_message(tape), text) != NULL, "'%s' lacks '%s'",                  \
                  dt_tape_message(tape), text);                                                    \
        dt_tape_reset(tape);                                                                       \
    } while (0)

Test(tape, names_what_is_wrong_with_a_loss) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_backward(dt_parameter(tape, DT_F64, 1, n3, three));
    EXPECT_FAILURE(tape, DT_ERR_GRADIENT, "the loss must be one real number, got f64(3)");
    dt_backward(dt_sum(dt_parameter(tape, DT_C128, 1, n3, NULL), DT_ALL));
    EXPECT_FAILURE(tape, DT_ERR_GRADIENT, "got c128()");
    dt_backward(dt_sum(dt_constant(tape, DT_F64, 1, n3, three), DT_ALL));
    EXPECT_FAILURE(tape, DT_ERR_GRADIENT, "depends on no parameter");
    dt_parameter(tape, DT_I64, 1, n3, NULL);
    EXPECT_FAILURE(tape, DT_ERR_DTYPE, "type i64 carries no gradient");
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_backward_from(dt_square(x), dt_scalar(tape, 1));
    EXPECT_FAILURE(tape, DT_ERR_SHAPE, "backward: the cotangent is f64(), its tensor f64(3)");
    x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_gradient(dt_square(x));
    EXPECT_FAILURE(tape, DT_ERR_ARGUMENT,
                   "the tensor is no parameter, and only those keep a gradient");
    dt_item(dt_parameter(tape, DT_F64, 1, n3, three));
    EXPECT_FAILURE(tape, DT_ERR_SHAPE,
                   "dt_item: needs one element, the tensor has shape (3): dt_data reads all");
    dt_data_c128(dt_parameter(tape, DT_F64, 1, n3, three));
    EXPECT_FAILURE(tape, DT_ERR_DTYPE, "dt_data_c128: the tensor holds f64");
    dt_tape_free(tape);
}

Test(tape, refuses_tensors_of_another_tape_and_tensors_that_were_rewound) {
    dt_tape *tape = dt_tape_new(NULL), *other = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_add(x, dt_parameter(other, DT_F64, 1, n3, three));
    EXPECT_FAILURE(tape, DT_ERR_ARGUMENT,
                   "add: input 1 lives on another tape: make all tensors of a model on one");
    x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_mark mark = dt_tape_mark(tape);
    dt_tensor *gone = dt_square(x);
    dt_tape_rewind(tape, mark);
    dt_exp(gone);
    EXPECT_FAILURE(tape, DT_ERR_STALE, "rewound");
    dt_tape_free(tape);
    dt_tape_free(other);
}

Test(tape, refuses_to_differentiate_through_overwritten_data) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_tensor *loss = sum_of_squares(x);
    dt_set_data(x, (const double[]){1, 1, 1});
    dt_backward(loss);
    EXPECT_FAILURE(tape, DT_ERR_STALE, "overwritten by dt_set_data");
    x = dt_parameter(tape, DT_F64, 1, n3, three);
    loss = sum_of_squares(x);
    dt_set_data(x, (const double[]){1, 1, 1});
    dt_tensor *slope;
    dt_vjp(loss, dt_scalar(tape, 1), 1, &x, &slope);
    EXPECT_FAILURE(tape, DT_ERR_STALE, "overwritten by dt_set_data");
    x = dt_parameter(tape, DT_F64, 1, n3, three);
    loss = sum_of_squares(x);
    dt_set_data(x, (const double[]){1, 1, 1});
    dt_jvp(loss, 1, &x, &x);
    EXPECT_FAILURE(tape, DT_ERR_STALE, "overwritten by dt_set_data");
    x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_set_data(x, (const double[]){1, 2, 3});
    dt_backward(sum_of_squares(x));
    const double *g = dt_data_f64(dt_gradient(x));
    cr_assert_not_null(g, "%s", dt_tape_message(tape));
    cr_expect_eq(g[2], 6, "%g, should be 6", g[2]);
    dt_tape_free(tape);
}

Test(tape, names_the_first_operation_that_makes_a_nan_if_asked_to_watch) {
    const dt_tape_options options = {.watch_nonfinite = true};
    dt_tape *tape = dt_tape_new(&options);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_sum(dt_exp(dt_log(x)), DT_ALL);
    EXPECT_FAILURE(tape, DT_ERR_NONFINITE, "log: forward pass: element 1");
    x = dt_parameter(tape, DT_F64, 1, n3, (const double[]){1, 0, 4});
    dt_backward(dt_sum(dt_sqrt(x), DT_ALL));
    EXPECT_FAILURE(tape, DT_ERR_NONFINITE, "backward pass: element 1");
    dt_tape_free(tape);
}

Test(tape, stops_at_a_memory_limit_without_losing_what_it_had) {
    const dt_tape_options options = {.memory_limit = 100000};
    dt_tape *tape = dt_tape_new(&options);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_full(tape, DT_F64, 2, (const int64_t[]){1000, 1000}, 0);
    cr_expect(strstr(dt_tape_message(tape), "under a limit of 100000") != NULL, "%s",
              dt_tape_message(tape));
    cr_expect_eq(dt_tape_status(tape), DT_ERR_MEMORY);
    cr_expect_eq(dt_shape(x)[0], 3);
    dt_tape_free(tape);
}

/* -- memory ------------------------------------------------------------------------------------ */

static double iterate(dt_tape *tape, dt_tensor *x, dt_tensor *m) {
    dt_mark mark = dt_tape_mark(tape);
    dt_tape_zero_gradients(tape);
    dt_tensor *y = dt_matmul(m, dt_reshape(dt_sin(x), 2, (const int64_t[]){3, 1}));
    dt_tensor *loss = dt_sum(dt_square(dt_hermitian_solve(m, y)), DT_ALL);
    dt_backward(loss);
    double value = dt_item(loss);
    dt_tape_rewind(tape, mark);
    return value;
}

Test(tape, allocates_nothing_from_the_system_once_warm) {
    static const double spd[] = {4, 1, 0, 1, 3, 0.5, 0, 0.5, 2};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, n3, three);
    dt_tensor *m = dt_parameter(tape, DT_F64, 2, (const int64_t[]){3, 3}, spd);
    double first = iterate(tape, x, m);
    dt_tape_stats warm = dt_tape_get_stats(tape);
    for (int i = 0; i < 100; i++) {
        double again = iterate(tape, x, m);
        cr_assert(again == first, "iteration %d: %.17g, first %.17g", i, again, first);
    }
    dt_tape_stats after = dt_tape_get_stats(tape);
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_expect_eq(after.system_allocations, warm.system_allocations, "%lld allocations, warm %lld",
                 (long long)after.system_allocations, (long long)warm.system_allocations);
    cr_expect_eq(after.bytes_used, warm.bytes_used);
    cr_expect_eq(after.operations, 0);
    dt_tape_free(tape);
}
