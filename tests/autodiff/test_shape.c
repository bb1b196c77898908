/* test_shape.c - where elements go under reshape, permute, slice, unslice, broadcast and select. */
#include "numbers.h"

Test(shape, reshape_keeps_c_order_and_infers_one_size) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *x = numbers(tape, 1, dtype, SHAPE(2, 3, 4));
        dt_tensor *y = dt_reshape(x, SHAPE(4, -1));
        expect_shape("reshape", y, SHAPE(4, 6));
        for (int64_t i = 0; i < 24; i++) {
            expect_near("reshape", i, element(y, i), number_at(1, i, dtype), 0);
        }
        cr_expect(dt_array_of(y).data == dt_array_of(x).data, "contiguous elements are not copied");
    }
    expect_shape("to a scalar", dt_reshape(dt_scalar(tape, 2), 0, NULL), 0, NULL);
    expect_shape("nothing", dt_reshape(numbers(tape, 1, DT_F64, SHAPE(0, 4)), SHAPE(2, 0, 3)),
                 SHAPE(2, 0, 3));
    dt_tape_free(tape);
}

Test(shape, reshape_of_a_strided_view_follows_the_view) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *y = dt_reshape(dt_transpose(numbers(tape, 1, DT_C128, SHAPE(3, 4))), SHAPE(12));
    for (int64_t i = 0; i < 12; i++) {
        expect_near("reshape", i, element(y, i), number_at(1, i % 3 * 4 + i / 3, DT_C128), 0);
    }
    dt_tape_free(tape);
}

Test(shape, permute_moves_dimensions) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *x = numbers(tape, 2, float_types[t], SHAPE(2, 3, 4));
        dt_tensor *y = dt_permute(x, (int[]){2, 0, 1});
        expect_shape("permute", y, SHAPE(4, 2, 3));
        for (int64_t k = 0, at = 0; k < 4; k++) {
            for (int64_t i = 0; i < 2; i++) {
                for (int64_t j = 0; j < 3; j++, at++) {
                    expect_near("permute", at, element(y, at),
                                number_at(2, (i * 3 + j) * 4 + k, float_types[t]), 0);
                }
            }
        }
    }
    dt_tape_free(tape);
}

Test(shape, transpose_swaps_the_last_two_dimensions) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *y = dt_transpose(numbers(tape, 3, DT_F32, SHAPE(2, 2, 3)));
    expect_shape("transpose", y, SHAPE(2, 3, 2));
    for (int64_t at = 0; at < 12; at++) {
        int64_t from = at / 6 * 6 + at % 2 * 3 + at % 6 / 2;
        expect_near("transpose", at, element(y, at), number_at(3, from, DT_F32), 0);
    }
    dt_tape_free(tape);
}

/* What Python's range(5)[start:stop:step] gives. */
static const struct {
    int64_t start, stop, step;
    int count;
    int64_t at[5];
} python[] = {
    {1, 4, 1, 3, {1, 2, 3}}, {-3, -1, 1, 2, {2, 3}},     {-100, 100, 2, 3, {0, 2, 4}},
    {3, 2, 1, 0, {0}},       {-1, 5, 9, 1, {4}},         {2, INT64_MAX, 2, 2, {2, 4}},
    {7, 9, 1, 0, {0}},       {INT64_MIN, -4, 1, 1, {0}}, {0, 5, INT64_MAX, 1, {0}},
    {0, -5, 1, 0, {0}},
};

Test(shape, slices_as_python_does) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t c = 0; c < COUNT(python); c++) {
        for (int axis = 0; axis < 2; axis++) {
            const int64_t *shape = axis == 0 ? (int64_t[]){5, 2} : (int64_t[]){2, 5};
            dt_tensor *x = numbers(tape, 4, DT_F64, 2, shape);
            dt_tensor *y = dt_slice(x, axis - 2, python[c].start, python[c].stop, python[c].step);
            int64_t count = python[c].count;
            expect_shape("slice", y, 2, axis == 0 ? (int64_t[]){count, 2} : (int64_t[]){2, count});
            for (int64_t i = 0; i < count; i++) {
                for (int64_t j = 0; j < 2; j++) {
                    int64_t to = axis == 0 ? i * 2 + j : j * count + i;
                    int64_t from = axis == 0 ? python[c].at[i] * 2 + j : j * 5 + python[c].at[i];
                    expect_near("slice", to, element(y, to), number_at(4, from, DT_F64), 0);
                }
            }
        }
    }
    dt_tape_free(tape);
}

Test(shape, unslice_puts_elements_back_among_zeros) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *y = dt_unslice(numbers(tape, 5, float_types[t], SHAPE(2, 3)), -1, 1, 2, 7);
        expect_shape("unslice", y, SHAPE(2, 7));
        for (int64_t at = 0; at < 14; at++) {
            int64_t j = at % 7;
            value expected =
                j % 2 == 1 && j < 6 ? number_at(5, at / 7 * 3 + j / 2, float_types[t]) : 0;
            expect_near("unslice", at, element(y, at), expected, 0);
        }
    }
    expect_shape("nothing in zeros", dt_unslice(numbers(tape, 5, DT_F64, SHAPE(2, 0)), 1, 9, 1, 3),
                 SHAPE(2, 3));
    dt_tape_free(tape);
}

Test(shape, select_takes_one_element_and_drops_the_axis) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = numbers(tape, 6, DT_C64, SHAPE(2, 3, 4));
    dt_tensor *y = dt_select(x, 1, -1);
    expect_shape("select", y, SHAPE(2, 4));
    for (int64_t at = 0; at < 8; at++) {
        value expected = number_at(6, (at / 4 * 3 + 2) * 4 + at % 4, DT_C64);
        expect_near("select", at, element(y, at), expected, 0);
    }
    dt_tensor *one = dt_select(dt_select(y, 0, 0), -1, 3);
    expect_shape("select twice", one, 0, NULL);
    expect_near("select twice", 0, element(one, 0), number_at(6, 11, DT_C64), 0);
    dt_tape_free(tape);
}

Test(shape, expand_dims_inserts_a_dimension_of_one) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_transpose(numbers(tape, 7, DT_F64, SHAPE(3, 2)));
    expect_shape("in front", dt_expand_dims(x, 0), SHAPE(1, 2, 3));
    expect_shape("between", dt_expand_dims(x, 1), SHAPE(2, 1, 3));
    expect_shape("behind", dt_expand_dims(x, -1), SHAPE(2, 3, 1));
    expect_shape("a scalar", dt_expand_dims(dt_scalar(tape, 1), -1), SHAPE(1));
    dt_tensor *y = dt_expand_dims(x, 1);
    cr_expect(dt_array_of(y).data == dt_array_of(x).data, "a view, although strided");
    expect_near("expand_dims", 1, element(y, 1), number_at(7, 2, DT_F64), 0);
    dt_tape_free(tape);
}

Test(shape, broadcast_repeats_without_copying) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = numbers(tape, 8, DT_C128, SHAPE(3, 1));
    dt_tensor *y = dt_broadcast(x, SHAPE(2, 3, 4));
    expect_shape("broadcast", y, SHAPE(2, 3, 4));
    cr_expect(dt_array_of(y).data == dt_array_of(x).data, "a view");
    for (int64_t at = 0; at < 24; at++) {
        expect_near("broadcast", at, element(y, at), number_at(8, at / 4 % 3, DT_C128), 0);
    }
    dt_tape_free(tape);
}

Test(shape, indices_and_masks_move_too) {
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t counted[6] = {0, 1, 2, 3, 4, 5};
    const bool mask[2] = {true, false};
    dt_tensor *x = dt_constant(tape, DT_I64, SHAPE(2, 3), counted);
    const int64_t *y = dt_data_i64(dt_slice(dt_transpose(x), 0, 1, 3, 1));
    cr_assert(y != NULL, "%s", dt_tape_message(tape));
    cr_expect(y[0] == 1 && y[1] == 4 && y[2] == 2 && y[3] == 5, "%lld %lld %lld %lld",
              (long long)y[0], (long long)y[1], (long long)y[2], (long long)y[3]);
    const bool *wide =
        dt_data_bool(dt_broadcast(dt_constant(tape, DT_BOOL, SHAPE(2), mask), SHAPE(2, 2)));
    cr_assert(wide != NULL, "%s", dt_tape_message(tape));
    cr_expect(wide[0] && !wide[1] && wide[2] && !wide[3], "a mask is repeated");
    dt_tape_free(tape);
}

Test(shape, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
#define X numbers(tape, 1, DT_F64, SHAPE(3, 4))
    expect_failure(tape, dt_reshape(X, SHAPE(5, 5)), DT_ERR_SHAPE,
                   "reshape: cannot reshape (3,4) to (5,5): 12 elements do not fit: f64(3,4)");
    expect_failure(tape, dt_reshape(X, SHAPE(-1, -1)), DT_ERR_SHAPE,
                   "reshape: cannot reshape (3,4) to (-1,-1): at most one size may be -1: "
                   "f64(3,4)");
    expect_failure(tape, dt_reshape(X, 9, (int64_t[]){1, 1, 1, 1, 1, 1, 1, 3, 4}), DT_ERR_SHAPE,
                   "reshape: 9 dimensions given: an array has 0 to 8: f64(3,4)");
    expect_failure(tape, dt_permute(X, (int[]){1, 1}), DT_ERR_ARGUMENT,
                   "permute: axis 1 at place 1 is no permutation of the 2 dimensions: each of 0..1 "
                   "must appear once: f64(3,4)");
    expect_failure(tape, dt_transpose(numbers(tape, 1, DT_C64, SHAPE(3))), DT_ERR_SHAPE,
                   "transpose: needs at least two dimensions: c64(3)");
    expect_failure(
        tape, dt_slice(X, 2, 0, 1, 1), DT_ERR_ARGUMENT,
        "slice: axis 2 does not exist among the 2 dimensions (first 0, last -1): f64(3,4)");
    expect_failure(tape, dt_slice(X, 0, 0, 1, 0), DT_ERR_ARGUMENT,
                   "slice: slice step is 0: it must be at least 1: f64(3,4)");
    expect_failure(tape, dt_unslice(X, 0, -1, 1, 9), DT_ERR_ARGUMENT,
                   "unslice: start -1 must be at least 0 and step 1 at least 1: f64(3,4)");
    expect_failure(tape, dt_unslice(X, -2, 2, 3, 8), DT_ERR_SHAPE,
                   "unslice: 3 elements from 2 in steps of 3 do not fit in size 8: f64(3,4)");
    expect_failure(tape, dt_unslice(numbers(tape, 1, DT_F64, SHAPE(0)), 0, 0, 1, -2), DT_ERR_SHAPE,
                   "unslice: result: size -2 of dimension 0 in shape (-2) is negative: f64(0)");
    expect_failure(
        tape, dt_select(X, -3, 0), DT_ERR_ARGUMENT,
        "select: axis -3 does not exist among the 2 dimensions (first 0, last -1): f64(3,4)");
    expect_failure(tape, dt_select(X, 1, 4), DT_ERR_ARGUMENT,
                   "select: position 4 does not exist along axis 1 of size 4: f64(3,4)");
    expect_failure(tape, dt_expand_dims(X, 3), DT_ERR_ARGUMENT,
                   "expand_dims: axis 3 does not exist among the 3 of the result: f64(3,4)");
    expect_failure(tape, dt_expand_dims(dt_full(tape, DT_F32, SHAPE(1, 1, 1, 1, 1, 1, 1, 1), 0), 0),
                   DT_ERR_SHAPE,
                   "reshape: 9 dimensions given: an array has 0 to 8: f32(1,1,1,1,1,1,1,1)");
    expect_failure(tape, dt_broadcast(X, SHAPE(4, 4)), DT_ERR_SHAPE,
                   "broadcast: shape (3,4) does not broadcast to (4,4): aligned at the right, each "
                   "size must be equal or 1: f64(3,4)");
#undef X
    dt_tape_free(tape);
}
