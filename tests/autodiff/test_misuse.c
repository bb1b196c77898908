/* test_misuse.c - missing inputs, impossible sizes and types: refused with a sentence, no crash. */
#include "numbers.h"

#include <difftape/linalg.h>
#include <difftape/op.h>

static const int64_t of_three[] = {3}, two_by_two[] = {2, 2};
static const double four[] = {4, 1, 1, 3};

static void expect_refused(dt_tape *tape, dt_status status, const char *part) {
    cr_expect(dt_tape_status(tape) == status && strstr(dt_tape_message(tape), part) != NULL,
              "should fail with %s (%s), has %s: %s", dt_status_name(status), part,
              dt_status_name(dt_tape_status(tape)), dt_tape_message(tape));
    dt_tape_reset(tape);
}

static dt_tensor *first_rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                             dt_tensor *const *in) {
    (void)tape;
    return user == NULL ? NULL : dt_slice(in[0], 0, begin, end, 1);
}

static dt_tensor *nothing(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    (void)in;
    return NULL;
}

Test(misuse, without_any_input_there_is_no_tape_and_no_tensor) {
    dt_tensor *none[] = {NULL, NULL};
    const int axes[] = {0};
    dt_tensor *results[] = {dt_neg(NULL),
                            dt_mul(NULL, NULL),
                            dt_conj(NULL),
                            dt_cast(NULL, DT_F32),
                            dt_sum(NULL, 0),
                            dt_sum(NULL, DT_AXES(0, 1)),
                            dt_sum(NULL, DT_ALL),
                            dt_mean(NULL, 0),
                            dt_mean(NULL, DT_ALL),
                            dt_matmul(NULL, NULL),
                            dt_reshape(NULL, 1, of_three),
                            dt_permute(NULL, axes),
                            dt_transpose(NULL),
                            dt_slice(NULL, 0, 0, 1, 1),
                            dt_select(NULL, 0, 0),
                            dt_expand_dims(NULL, 0),
                            dt_broadcast(NULL, 1, of_three),
                            dt_concat(2, none, 0),
                            dt_stack(2, none, 0),
                            dt_gather(NULL, NULL, 0),
                            dt_diag(NULL),
                            dt_cholesky(NULL),
                            dt_triangular_solve(NULL, NULL, true, DT_N),
                            dt_hermitian_solve(NULL, NULL),
                            dt_checkpoint(nothing, NULL, 0, NULL),
                            dt_map_batches(first_rows, NULL, 2, none, 3, 1)};
    for (size_t i = 0; i < COUNT(results); i++) {
        cr_expect_null(results[i], "operation %zu made a tensor of nothing", i);
    }
}

Test(misuse, one_missing_input_is_named) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int use = 0; use < 7; use++) {
        dt_tensor *x = dt_constant(tape, DT_F64, 2, two_by_two, four), *result = NULL;
        switch (use) {
        case 0: result = dt_matmul(x, NULL); break;
        case 1: result = dt_matmul(NULL, x); break;
        case 2: result = dt_hermitian_solve(NULL, x); break;
        case 3: result = dt_hermitian_solve(x, NULL); break;
        case 4: result = dt_stack(2, (dt_tensor *const[]){NULL, x}, 0); break;
        case 5: result = dt_stack(2, (dt_tensor *const[]){x, NULL}, 0); break;
        default:
            result = dt_map_batches(first_rows, tape, 2, (dt_tensor *const[]){NULL, x}, 2, 1);
            break;
        }
        cr_expect(result == dt_inert(tape), "use %d: not the inert tensor", use);
        expect_refused(tape, DT_ERR_ARGUMENT, "is NULL");
    }
    dt_tape_free(tape);
}

Test(misuse, sizes_whose_bytes_overflow_are_refused_and_not_wrapped_around) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t huge[] = {INT64_C(1) << 61}; /* times 8 bytes is 0 modulo 2^64 */
    dt_full(tape, DT_F64, 1, huge, 1);
    expect_refused(tape, DT_ERR_SHAPE, "overflow");
    dt_constant(tape, DT_F64, 1, huge, NULL);
    expect_refused(tape, DT_ERR_SHAPE, "overflow");
    dt_parameter(tape, DT_C128, 1, huge, NULL);
    expect_refused(tape, DT_ERR_SHAPE, "overflow");
    dt_neg(dt_broadcast(dt_scalar(tape, 1), 1, huge));
    expect_refused(tape, DT_ERR_SHAPE, "overflow");
    const dt_array view = dt_array_wrap(DT_F64, 1, huge, four);
    dt_constant_view(tape, &view);
    expect_refused(tape, DT_ERR_SHAPE, "overflow");
    dt_cast(dt_broadcast(dt_full(tape, DT_BOOL, 0, NULL, 1), 1, huge), DT_F64);
    expect_refused(tape, DT_ERR_SHAPE, "overflow");
    dt_tape_free(tape);
}

Test(misuse, more_rows_than_memory_has_bytes_are_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int64_t batch = 1; batch <= 2; batch++) {
        dt_tensor *x = dt_constant(tape, DT_F64, 1, of_three, four);
        dt_map_batches(first_rows, tape, 1, &x, INT64_MAX, batch);
        expect_refused(tape, DT_ERR_SHAPE, "overflow");
    }
    dt_tape_free(tape);
}

Test(misuse, element_types_that_do_not_exist_are_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_dtype none = (dt_dtype)9;
    dt_full(tape, none, 1, of_three, 1);
    expect_refused(tape, DT_ERR_DTYPE, "element type 9 does not exist");
    dt_constant(tape, none, 1, of_three, four);
    expect_refused(tape, DT_ERR_DTYPE, "element type 9 does not exist");
    dt_tape_free(tape);
}

Test(misuse, functions_that_return_no_tensor_fail_the_tape) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, four);
    cr_expect_eq(dt_checkpoint(nothing, NULL, 1, &x), dt_inert(tape));
    expect_refused(tape, DT_ERR_ARGUMENT, "returned NULL");
    x = dt_parameter(tape, DT_F64, 1, of_three, four);
    cr_expect_eq(dt_map_batches(first_rows, NULL, 1, &x, 3, 1), dt_inert(tape));
    expect_refused(tape, DT_ERR_ARGUMENT, "returned NULL");
    dt_tape_free(tape);
    dt_error error = DT_ERROR_INIT;
    const dt_array at = dt_array_wrap(DT_F64, 1, of_three, four);
    cr_expect_eq(dt_gradcheck("nothing", nothing, NULL, 1, &at, NULL, NULL, &error),
                 DT_ERR_ARGUMENT);
    cr_expect_str_eq(error.message, "gradcheck nothing: the function returned NULL");
}

Test(misuse, a_full_tensor_of_integers_takes_nan_and_infinity_as_a_cast_does) {
    dt_tape *tape = dt_tape_new(NULL);
    const double values[] = {NAN, INFINITY, -INFINITY, 1e300, -2.9};
    const int64_t expected[] = {0, INT64_MAX, INT64_MIN, INT64_MAX, -2};
    for (size_t i = 0; i < COUNT(values); i++) {
        int64_t full = *dt_data_i64(dt_full(tape, DT_I64, 0, NULL, values[i]));
        int64_t cast = *dt_data_i64(dt_cast(dt_scalar(tape, values[i]), DT_I64));
        cr_expect(full == expected[i] && cast == expected[i],
                  "%g gives %lld (full) and %lld (cast), should be %lld", values[i],
                  (long long)full, (long long)cast, (long long)expected[i]);
    }
    dt_tape_free(tape);
}

static dt_status no_shape(dt_node *n) {
    (void)n;
    return DT_OK;
}

static dt_status seventeenth(dt_node *n) {
    return dt_node_output(n, DT_MAX_OUTPUTS, DT_F64, 0, NULL);
}

static void no_forward(dt_node *n) {
    (void)n;
}

Test(misuse, operations_that_declare_no_output_or_too_many_are_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_op none = {.name = "none", .arity = 1, .shape = no_shape, .forward = no_forward};
    dt_tensor *x = dt_scalar(tape, 1);
    cr_expect_eq(dt_apply(&none, 1, &x, NULL), dt_inert(tape));
    expect_refused(tape, DT_ERR_ARGUMENT, "none: the operation declared no output");
    const dt_op many = {.name = "many", .arity = 1, .shape = seventeenth, .forward = no_forward};
    x = dt_scalar(tape, 1);
    cr_expect_eq(dt_apply(&many, 1, &x, NULL), dt_inert(tape));
    expect_refused(tape, DT_ERR_ARGUMENT, "many: there is no output 16");
    dt_tape_free(tape);
}

Test(misuse, a_message_too_long_says_that_it_was_cut) {
    dt_tape *tape = dt_tape_new(NULL);
    char text[2 * DT_MESSAGE_SIZE];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s", text);
    size_t length = strlen(dt_tape_message(tape));
    cr_expect_eq(length, DT_MESSAGE_SIZE - 1);
    cr_expect_str_eq(dt_tape_message(tape) + length - 3, "...");
    dt_tape_free(tape);
}

Test(misuse, the_other_sizes_of_an_empty_array_may_not_overflow_its_strides) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shapes[][3] = {
        {0, INT64_MAX - 1, INT64_MAX - 1}, {INT64_C(1) << 61, 4, 0}, {2, INT64_C(1) << 60, 0}};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        dt_constant(tape, DT_F64, 3, shapes[i], NULL);
        expect_refused(tape, DT_ERR_SHAPE, "does not fit in 64 bits");
    }
    dt_constant(tape, DT_F64, 3, (const int64_t[]){INT64_C(1) << 40, 4, 0}, NULL);
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

static dt_tensor *foreign(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    (void)in;
    return user;
}

Test(misuse, functions_that_return_a_tensor_of_another_tape_fail_the_tape) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, four);
    cr_expect_eq(dt_checkpoint(foreign, x, 1, &x), dt_inert(tape));
    expect_refused(tape, DT_ERR_ARGUMENT, "another tape");
    dt_error error = DT_ERROR_INIT;
    x = dt_parameter(tape, DT_F64, 1, of_three, four);
    const dt_array at = dt_array_wrap(DT_F64, 1, of_three, four);
    cr_expect_eq(dt_gradcheck("foreign", foreign, x, 1, &at, NULL, NULL, &error), DT_ERR_ARGUMENT);
    cr_expect_str_eq(error.message, "gradcheck foreign: the function returned a tensor of another "
                                    "tape");
    dt_tape_free(tape);
}

Test(misuse, every_operation_passes_the_inert_tensor_of_a_failed_tape_on) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = dt_parameter(tape, DT_F64, 1, of_three, four), *slope = NULL;
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "first");
    dt_tensor *x = dt_inert(tape);
    const int axes[DT_MAX_DIMS] = {0};
    const int64_t ones[DT_MAX_DIMS] = {1, 1, 1, 1, 1, 1, 1, 1};
    const dt_array view = dt_array_wrap(DT_F64, 1, of_three, four);
    dt_tensor *results[] = {dt_add(x, x),
                            dt_mul(p, x),
                            dt_div(x, p),
                            dt_pow(x, 2),
                            dt_cis(x),
                            dt_polar(x, x),
                            dt_complex(x, x),
                            dt_imag(x),
                            dt_sign(x),
                            dt_cast(x, DT_I64),
                            dt_where(x, x, x),
                            dt_stop_gradient(x),
                            dt_sum(x, 5),
                            dt_sum(x, DT_AXES(0, 1)),
                            dt_mean(x, -3),
                            dt_mean(x, DT_ALL),
                            dt_matmul(x, x),
                            dt_reshape(x, 8, ones),
                            dt_permute(x, axes),
                            dt_transpose(x),
                            dt_slice(x, 3, 0, 0, 0),
                            dt_unslice(x, 3, 0, 0, 0),
                            dt_select(x, 2, 2),
                            dt_expand_dims(x, 7),
                            dt_broadcast(x, 9, ones),
                            dt_concat(1, &x, 0),
                            dt_stack(1, &x, 9),
                            dt_gather(x, x, 0),
                            dt_scatter_add(x, x, 0, -4),
                            dt_diag(x),
                            dt_diagonal(x),
                            dt_tril(x, 0),
                            dt_cholesky(x),
                            dt_triangular_solve(x, x, true, DT_N),
                            dt_hermitian_solve(x, x),
                            dt_jvp(x, 1, &x, &x),
                            dt_gradient(p),
                            dt_scalar(tape, 1),
                            dt_constant(tape, DT_F64, 1, of_three, four),
                            dt_constant_view(tape, &view),
                            dt_parameter(tape, DT_F64, 1, of_three, four),
                            dt_checkpoint(nothing, NULL, 1, &x),
                            dt_map_batches(first_rows, NULL, 1, &x, 3, 1)};
    for (size_t i = 0; i < COUNT(results); i++) {
        cr_expect(results[i] == x, "operation %zu did not return the inert tensor", i);
    }
    dt_vjp(x, x, 1, &x, &slope);
    cr_expect_eq(slope, x);
    dt_backward(x);
    dt_backward_from(p, x);
    dt_set_data(p, four);
    dt_tape_zero_gradients(tape);
    cr_expect_null(dt_data(p));
    cr_expect(isnan(dt_item(x)));
    cr_expect_str_eq(dt_tape_message(tape), "first");
    dt_tape_free(tape);
}
