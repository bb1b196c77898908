/* test_index.c - gather and scatter_add: values, repeats, order and refused indices. */
#include "numbers.h"

static dt_tensor *index_of(dt_tape *tape, int64_t count, const int64_t *entries) {
    return dt_constant(tape, DT_I64, 1, &count, entries);
}

static const int64_t repeats[5] = {2, 0, 2, 2, 1};

Test(index, gather_takes_entries_along_any_axis) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *index = index_of(tape, 5, repeats);
        dt_tensor *y = dt_gather(numbers(tape, 1, dtype, SHAPE(2, 3, 2)), index, 1);
        dt_tensor *last = dt_gather(dt_transpose(numbers(tape, 1, dtype, SHAPE(3, 2))), index, -1);
        expect_shape("gather", y, SHAPE(2, 5, 2));
        expect_shape("gather of a view", last, SHAPE(2, 5));
        for (int64_t at = 0; at < 20; at++) {
            int64_t from = (at / 10 * 3 + repeats[at / 2 % 5]) * 2 + at % 2;
            expect_near("gather", at, element(y, at), number_at(1, from, dtype), 0);
        }
        for (int64_t at = 0; at < 10; at++) {
            value expected = number_at(1, repeats[at % 5] * 2 + at / 5, dtype);
            expect_near("gather of a view", at, element(last, at), expected, 0);
        }
    }
    dt_tape_free(tape);
}

Test(index, gather_takes_indices_from_a_table_of_indices) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t table[3] = {10, 20, 30};
    dt_tensor *y =
        dt_gather(dt_constant(tape, DT_I64, SHAPE(3), table), index_of(tape, 5, repeats), 0);
    const int64_t *got = dt_data_i64(y);
    cr_assert(got != NULL, "%s", dt_tape_message(tape));
    for (int i = 0; i < 5; i++) {
        cr_expect(got[i] == table[repeats[i]], "entry %d is %lld, expected %lld", i,
                  (long long)got[i], (long long)table[repeats[i]]);
    }
    dt_tape_free(tape);
}

Test(index, a_strided_index_is_read_as_the_view_says) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t pairs[6] = {2, 99, 0, -7, 1, 55};
    dt_tensor *index = dt_select(dt_constant(tape, DT_I64, SHAPE(3, 2), pairs), 1, 0);
    dt_tensor *y = dt_gather(numbers(tape, 3, DT_F64, SHAPE(3)), index, 0);
    for (int64_t i = 0; i < 3; i++) {
        expect_near("gather", i, element(y, i), number_at(3, pairs[2 * i], DT_F64), 0);
    }
    dt_tape_free(tape);
}

Test(index, scatter_add_accumulates_repeats_and_leaves_zeros) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *y = dt_scatter_add(numbers(tape, 2, dtype, SHAPE(2, 5, 2)),
                                      index_of(tape, 5, repeats), -2, 4);
        expect_shape("scatter_add", y, SHAPE(2, 4, 2));
        value expected[16] = {0};
        for (int64_t at = 0; at < 20; at++) {
            expected[(at / 10 * 4 + repeats[at / 2 % 5]) * 2 + at % 2] += number_at(2, at, dtype);
        }
        for (int64_t at = 0; at < 16; at++) {
            expect_near("scatter_add", at, element(y, at), expected[at], 0);
        }
    }
    dt_tape_free(tape);
}

/* 1e16 + 1 - 1e16 is 0 and 1e16 - 1e16 + 1 is 1: the sum runs in order of the index. */
Test(index, scatter_add_adds_in_order) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x[6] = {1e16, 1e16, 1, -1e16, -1e16, 1};
    const int64_t to[6] = {0, 1, 0, 0, 1, 1};
    dt_tensor *y =
        dt_scatter_add(dt_constant(tape, DT_F64, SHAPE(6), x), index_of(tape, 6, to), 0, 2);
    expect_near("in order", 0, element(y, 0), 0, 0);
    expect_near("in order", 1, element(y, 1), 1, 0);
    dt_tape_free(tape);
}

Test(index, the_first_entry_out_of_range_is_named) {
    dt_tape *tape = dt_tape_new(NULL);
#define X numbers(tape, 1, DT_F64, SHAPE(5, 2))
    dt_tensor *y = dt_gather(X, index_of(tape, 4, (int64_t[]){4, 0, 5, -9}), 0);
    cr_expect(dt_tape_error(tape)->index == 2, "index %lld", (long long)dt_tape_error(tape)->index);
    expect_failure(tape, y, DT_ERR_ARGUMENT,
                   "gather: entry 2 of the index is 5, outside [0, 5): f64(5,2), i64(4)");
    y = dt_gather(X, index_of(tape, 2, (int64_t[]){1, -1}), 1);
    expect_failure(tape, y, DT_ERR_ARGUMENT,
                   "gather: entry 1 of the index is -1, outside [0, 2): f64(5,2), i64(2)");
    y = dt_scatter_add(X, index_of(tape, 2, (int64_t[]){3, 0}), 1, 3);
    cr_expect(dt_tape_error(tape)->index == 0, "index %lld", (long long)dt_tape_error(tape)->index);
    expect_failure(tape, y, DT_ERR_ARGUMENT,
                   "scatter_add: entry 0 of the index is 3, outside [0, 3): f64(5,2), i64(2)");
    dt_tape_free(tape);
}

Test(index, refuses_operands_that_do_not_fit) {
    dt_tape *tape = dt_tape_new(NULL);
    expect_failure(tape, dt_gather(X, X, 0), DT_ERR_DTYPE,
                   "gather: the index must be a 1-d i64 tensor: f64(5,2), f64(5,2)");
    expect_failure(tape, dt_gather(X, dt_constant(tape, DT_I64, SHAPE(2, 2), NULL), 0),
                   DT_ERR_DTYPE, "gather: the index must be a 1-d i64 tensor: f64(5,2), i64(2,2)");
    expect_failure(tape, dt_gather(X, index_of(tape, 5, repeats), 2), DT_ERR_ARGUMENT,
                   "gather: axis 2 does not exist among the 2 dimensions (first 0, last -1): "
                   "f64(5,2), i64(5)");
    expect_failure(tape, dt_scatter_add(X, index_of(tape, 5, repeats), 1, 4), DT_ERR_SHAPE,
                   "scatter_add: 5 index entries for 2 elements along axis 1: f64(5,2), i64(5)");
    expect_failure(
        tape, dt_scatter_add(index_of(tape, 5, repeats), index_of(tape, 5, repeats), 0, 4),
        DT_ERR_DTYPE, "scatter_add: input 0 must be f32, f64, c64 or c128: i64(5), i64(5)");
    expect_failure(tape, dt_scatter_add(X, index_of(tape, 5, repeats), 0, -1), DT_ERR_SHAPE,
                   "scatter_add: result: size -1 of dimension 0 in shape (-1,2) is negative: "
                   "f64(5,2), i64(5)");
#undef X
    dt_tape_free(tape);
}

Test(index, gradients_of_gather_count_repeats) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = dt_parameter(tape, DT_F64, SHAPE(4), (double[]){1, 2, 3, 4});
    dt_backward(dt_sum(dt_gather(p, index_of(tape, 5, repeats), 0), DT_ALL));
    static const double expected[4] = {1, 1, 3, 0};
    for (int64_t i = 0; i < 4; i++) {
        expect_near("gradient", i, element(dt_gradient(p), i), expected[i], 0);
    }
    dt_tape_free(tape);
}
