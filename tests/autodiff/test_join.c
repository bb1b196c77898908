/* test_join.c - concat and stack; shape operations on a failed tape; gradients of composed ones. */
#include "numbers.h"

Test(join, concat_sets_parts_side_by_side) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *parts_of_y[] = {dt_transpose(numbers(tape, 2, dtype, SHAPE(2, 2, 3))),
                                   numbers(tape, 3, dtype, SHAPE(2, 0, 2)),
                                   numbers(tape, 1, dtype, SHAPE(2, 1, 2))};
        dt_tensor *y = dt_concat(3, parts_of_y, -2);
        expect_shape("concat", y, SHAPE(2, 4, 2));
        for (int64_t at = 0; at < 16; at++) {
            int64_t i = at / 8, j = at / 2 % 4, k = at % 2;
            value expected =
                j == 3 ? number_at(1, i * 2 + k, dtype) : number_at(2, (i * 2 + k) * 3 + j, dtype);
            expect_near("concat", at, element(y, at), expected, 0);
        }
    }
    dt_tape_free(tape);
}

Test(join, stack_makes_a_new_axis_anywhere) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x[] = {numbers(tape, 1, DT_C128, SHAPE(2, 3)),
                      numbers(tape, 2, DT_C128, SHAPE(2, 3))};
    for (int axis = 0; axis < 3; axis++) {
        const int64_t shape[3] = {2, axis == 2 ? 3 : 2, axis == 2 ? 2 : 3};
        dt_tensor *y = dt_stack(2, x, axis == 1 ? -2 : axis);
        expect_shape("stack", y, 3, shape);
        for (int64_t at = 0; at < 12; at++) {
            int64_t place[3] = {at / (shape[1] * shape[2]), at / shape[2] % shape[1],
                                at % shape[2]};
            int64_t i = place[axis == 0 ? 1 : 0], j = place[axis == 2 ? 1 : 2];
            value expected = number_at(1 + (int)place[axis], i * 3 + j, DT_C128);
            expect_near("stack", at, element(y, at), expected, 0);
        }
    }
    dt_tensor *scalars[] = {dt_scalar(tape, 3), dt_scalar(tape, 4), dt_scalar(tape, 5)};
    dt_tensor *y = dt_stack(3, scalars, 0);
    expect_shape("stack of scalars", y, SHAPE(3));
    expect_near("stack of scalars", 2, element(y, 2), 5, 0);
    dt_tape_free(tape);
}

Test(join, refuses_parts_that_do_not_fit) {
    dt_tape *tape = dt_tape_new(NULL);
#define X       numbers(tape, 1, DT_F64, SHAPE(2, 3))
#define PAIR(y) (dt_tensor *const[]){X, y}
    expect_failure(tape, dt_concat(2, PAIR(numbers(tape, 1, DT_F64, SHAPE(2, 2))), 0), DT_ERR_SHAPE,
                   "concat: input 1 differs from input 0 in more than the size along axis 0: "
                   "f64(2,3), f64(2,2)");
    expect_failure(tape, dt_concat(2, PAIR(numbers(tape, 1, DT_C128, SHAPE(2, 3))), 0),
                   DT_ERR_DTYPE,
                   "concat: input 1 has another type than input 0 (use dt_cast): f64(2,3), "
                   "c128(2,3)");
    expect_failure(tape, dt_concat(2, PAIR(X), 2), DT_ERR_ARGUMENT,
                   "concat: axis 2 does not exist among the 2 dimensions (first 0, last -1): "
                   "f64(2,3), f64(2,3)");
    expect_failure(
        tape, dt_concat(1, (dt_tensor *const[]){dt_scalar(tape, 1)}, 0), DT_ERR_ARGUMENT,
        "concat: axis 0 does not exist among the 0 dimensions (first 0, last -1): f64()");
    expect_failure(tape, dt_stack(2, PAIR(X), 3), DT_ERR_ARGUMENT,
                   "stack: axis 3 does not exist among the 3 of the result: f64(2,3)");
    dt_tensor *one = dt_full(tape, DT_BOOL, 0, NULL, 1);
    dt_tensor *huge = dt_broadcast(one, 1, (const int64_t[]){INT64_C(1) << 62});
    expect_failure(tape, dt_concat(2, (dt_tensor *const[]){huge, huge}, 0), DT_ERR_SHAPE,
                   "concat: the joined size does not fit in 64 bits: bool(4611686018427387904), "
                   "bool(4611686018427387904)");
    cr_expect_null(dt_concat(0, NULL, 0), "without inputs there is no tape to put a tensor on");
    cr_expect_null(dt_stack(0, NULL, 0), "without inputs there is no tape to put a tensor on");
#undef PAIR
#undef X
    dt_tape_free(tape);
}

Test(join, shape_operations_on_a_failed_tape_keep_the_first_failure) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_tensor *x = dt_inert(tape);
    const int axes[2] = {1, 0};
    dt_tensor *const results[] = {dt_reshape(x, SHAPE(2, 2)),
                                  dt_permute(x, axes),
                                  dt_transpose(x),
                                  dt_slice(x, 1, 0, 2, 1),
                                  dt_unslice(x, 1, 0, 1, 4),
                                  dt_select(x, 1, 2),
                                  dt_expand_dims(x, 2),
                                  dt_broadcast(x, SHAPE(3, 3)),
                                  dt_concat(2, (dt_tensor *const[]){x, x}, 1),
                                  dt_stack(2, (dt_tensor *const[]){x, x}, 1),
                                  dt_gather(x, x, 1),
                                  dt_scatter_add(x, x, 1, 3),
                                  dt_sum(x, 1),
                                  dt_sum(x, DT_AXES(0, 1)),
                                  dt_sum(x, DT_ALL),
                                  dt_mean(x, 1),
                                  dt_mean(x, DT_AXES(0, 1)),
                                  dt_mean(x, DT_ALL),
                                  dt_matmul(x, x),
                                  dt_diag(x),
                                  dt_diagonal(x),
                                  dt_tril(x, 0)};
    for (size_t i = 0; i < COUNT(results); i++) {
        cr_expect(results[i] == x, "result %zu is not the inert tensor", i);
    }
    cr_expect_str_eq(dt_tape_message(tape), "the first failure", "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

/* Composed operations inherit their rules: one function through all of them. */
static dt_tensor *composed(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_tensor *rows[] = {dt_select(in[0], 0, -1), dt_select(dt_transpose(in[0]), -1, 0)};
    dt_tensor *stacked = dt_stack(2, rows, -1);
    return dt_mul(dt_expand_dims(dt_mean(stacked, 0), 0), dt_transpose(dt_square(in[0])));
}

Test(join, composed_shape_operations_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *at = numbers(tape, 9, double_types[t], SHAPE(2, 3));
        expect_exact_gradients("composed", composed, 1, &at);
    }
    dt_tape_free(tape);
}
