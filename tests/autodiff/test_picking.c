/* test_picking.c - take, put_mask, nonzero, sorting, searching and segment sums against loops. */
#include "oracle.h"

static dt_tensor *whole(dt_tape *tape, int ndim, const int64_t *shape, const int64_t *entries) {
    return dt_constant(tape, DT_I64, ndim, shape, entries);
}

static dt_tensor *list(dt_tape *tape, int64_t n, const double *x) {
    return dt_constant(tape, DT_F64, 1, &n, x);
}

/* -- picking ----------------------------------------------------------------------------------- */

Test(picking, take_reads_elements_by_their_number_in_c_order) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t at[6] = {5, 0, 3, 3, 2, 5};
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *index = whole(tape, SHAPE(3, 2), at);
        dt_tensor *y = dt_take(many(tape, 1, float_types[t], SHAPE(2, 3)), index);
        dt_tensor *turned =
            dt_take(dt_transpose(many(tape, 1, float_types[t], SHAPE(2, 3))), index);
        expect_shape("take", y, SHAPE(3, 2));
        for (int64_t i = 0; i < 6; i++) {
            int64_t from = at[i] % 2 * 3 + at[i] / 2; /* number at[i] of the transpose (3, 2) */
            expect_near("take", i, element(y, i), number_at(1, at[i], float_types[t]), 0);
            expect_near("of a view", i, element(turned, i), number_at(1, from, float_types[t]), 0);
        }
    }
    dt_tensor *x = many(tape, 1, DT_F64, SHAPE(2, 3));
    expect_shape("one", dt_take(x, whole(tape, 0, NULL, at)), 0, NULL);
    expect_shape("none", dt_take(x, whole(tape, SHAPE(0, 4), NULL)), SHAPE(0, 4));
    expect_near("of a scalar", 1,
                element(dt_take(dt_scalar(tape, 7), whole(tape, SHAPE(2), NULL)), 1), 7, 0);
    dt_tape_free(tape);
}

Test(picking, take_along_axis_has_an_index_for_every_row) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t at[12] = {2, 0, 1, 1, 0, 2, 2, 2, 0, 1, 1, 0};
    for (int axis = 0; axis < 3; axis++) {
        int64_t shape[3] = {2, 3, 2}, index_shape[3] = {2, 3, 2}, place[3];
        shape[axis] = 3;
        index_shape[axis] = 12 / (shape[0] * shape[1] * shape[2] / 3);
        dt_tensor *x = many(tape, 2, DT_C64, 3, shape);
        dt_tensor *y = dt_take_along_axis(x, whole(tape, 3, index_shape, at), axis - 3);
        expect_shape("take_along_axis", y, 3, index_shape);
        cr_assert(count_of(3, index_shape) <= 12, "the index is long enough");
        for (int64_t i = 0; i < count_of(3, index_shape); i++) {
            coordinates(i, 3, index_shape, place);
            place[axis] = at[i];
            value expected = number_at(2, place_of(place, 3, shape), DT_C64);
            expect_near("take_along_axis", i, element(y, i), expected, 0);
        }
    }
    dt_tensor *x = dt_zeros(tape, DT_F64, SHAPE(2, 3));
    expect_shape("none", dt_take_along_axis(x, whole(tape, SHAPE(2, 0), NULL), 1), SHAPE(2, 0));
    dt_tape_free(tape);
}

Test(picking, put_mask_replaces_where_the_mask_is_true) {
    dt_tape *tape = dt_tape_new(NULL);
    const bool yes[3] = {true, false, true};
    dt_tensor *mask = dt_constant(tape, DT_BOOL, SHAPE(3), yes);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *y =
            dt_put_mask(many(tape, 3, dtype, SHAPE(2, 3)), mask, many(tape, 4, dtype, SHAPE(2, 1)));
        expect_shape("put_mask", y, SHAPE(2, 3));
        for (int64_t i = 0; i < 6; i++) {
            value expected = yes[i % 3] ? number_at(4, i / 3, dtype) : number_at(3, i, dtype);
            expect_near("put_mask", i, element(y, i), expected, 0);
        }
    }
    const double data[3] = {NAN, 2, INFINITY};
    dt_tensor *p = dt_parameter(tape, DT_F64, SHAPE(3), data),
              *v = dt_parameter(tape, DT_F64, 0, NULL, NULL);
    dt_backward(dt_sum(dt_square(dt_put_mask(p, mask, v)), DT_ALL));
    for (int64_t i = 0; i < 3; i++) {
        expect_near("gradient", i, element(dt_gradient(p), i), i == 1 ? 4 : 0, 0);
    }
    expect_near("gradient to the value", 0, element(dt_gradient(v), 0), 0, 0);
    expect_failure(
        tape, dt_put_mask(p, p, v), DT_ERR_DTYPE,
        "where: input 0, the mask, must be bool (dt_compare makes it): f64(3), f64(), f64(3)");
    dt_tape_free(tape);
}

Test(picking, nonzero_lists_the_places_in_c_order) {
    dt_tape *tape = dt_tape_new(NULL);
    const bool yes[12] = {0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1};
    dt_tensor *mask = dt_constant(tape, DT_BOOL, SHAPE(2, 3, 2), yes);
    dt_tensor *y = dt_nonzero(mask);
    expect_shape("nonzero", y, SHAPE(4, 3));
    expect_integers("nonzero", y, 12, (const int64_t[]){0, 0, 1, 0, 2, 1, 1, 0, 0, 1, 2, 1});
    dt_tensor *turned = dt_nonzero(dt_permute(mask, (int[]){1, 0, 2}));
    expect_integers("of a view", turned, 12, (const int64_t[]){0, 0, 1, 0, 1, 0, 2, 0, 1, 2, 1, 1});
    expect_shape("nowhere", dt_nonzero(dt_zeros(tape, DT_BOOL, SHAPE(2, 3))), SHAPE(0, 2));
    expect_shape("of nothing", dt_nonzero(dt_zeros(tape, DT_BOOL, SHAPE(0, 3))), SHAPE(0, 2));
    expect_shape("a true scalar", dt_nonzero(dt_ones(tape, DT_BOOL, 0, NULL)), SHAPE(1, 0));
    expect_failure(tape, dt_nonzero(dt_zeros(tape, DT_F64, SHAPE(2))), DT_ERR_DTYPE,
                   "nonzero: the mask must be bool, is f64");
    dt_tape_free(tape);
}

/* -- order ------------------------------------------------------------------------------------- */

/* Place i of the order has so many elements before it: smaller ones, and equal ones earlier. */
static int64_t rank_of(const double *x, int64_t n, int64_t i) {
    int64_t rank = 0;
    for (int64_t j = 0; j < n; j++) {
        bool less = x[j] < x[i] || (isnan(x[i]) && !isnan(x[j]));
        bool equal = x[j] == x[i] || (isnan(x[i]) && isnan(x[j]));
        rank += less || (equal && j < i);
    }
    return rank;
}

Test(picking, sorting_is_stable_and_puts_nan_last) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x[14] = {3,         NAN, -1,  3,   INFINITY, 0.0,    -0.0,
                          -INFINITY, 3,   NAN, 0.5, -1,       1e-300, 0};
    dt_tensor *places = dt_argsort(list(tape, 14, x), 0), *sorted = dt_sort(list(tape, 14, x), -1);
    expect_shape("argsort", places, SHAPE(14));
    int64_t expected[14];
    for (int64_t i = 0; i < 14; i++) {
        expected[rank_of(x, 14, i)] = i;
    }
    expect_integers("argsort", places, 14, expected);
    for (int64_t i = 0; i < 14; i++) {
        value got = element(sorted, i);
        cr_expect(memcmp(&x[expected[i]], &got, sizeof(double)) == 0,
                  "element %lld is %g, expected %g to the bit", (long long)i, creal(got),
                  x[expected[i]]);
    }
    dt_tape_free(tape);
}

Test(picking, sorting_runs_along_any_axis_of_any_layout) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int axis = 0; axis < 3; axis++) {
        const int64_t shape[3] = {4, 5, 3};
        dt_tensor *x = many(tape, 5, DT_F32, 3, shape);
        dt_tensor *places = dt_argsort(x, axis), *y = dt_sort(x, axis - 3);
        expect_shape("argsort", places, 3, shape);
        expect_shape("sort", y, 3, shape);
        for (int64_t at = 0; at < 60; at++) {
            int64_t place[3];
            double row[5];
            coordinates(at, 3, shape, place);
            int64_t own = place[axis];
            for (place[axis] = 0; place[axis] < shape[axis]; place[axis]++) {
                row[place[axis]] = creal(number_at(5, place_of(place, 3, shape), DT_F32));
            }
            place[axis] = rank_of(row, shape[axis], own);
            int64_t to = place_of(place, 3, shape);
            cr_expect(dt_data_i64(places)[to] == own, "axis %d, place %lld", axis, (long long)to);
            expect_near("sort", to, element(y, to), row[own], 0);
        }
        dt_tensor *turned = dt_permute(x, (int[]){1, 2, 0});
        static const int new_axis[3] = {2, 0, 1};
        expect_equal("a view", dt_sort(turned, new_axis[axis]), dt_permute(y, (int[]){1, 2, 0}), 0);
    }
    expect_shape("no elements", dt_sort(dt_zeros(tape, DT_F64, SHAPE(2, 0)), 1), SHAPE(2, 0));
    expect_shape("no rows", dt_sort(dt_zeros(tape, DT_F64, SHAPE(0, 3)), 1), SHAPE(0, 3));
    expect_shape("one", dt_argsort(dt_zeros(tape, DT_F64, SHAPE(1)), 0), SHAPE(1));
    dt_tape_free(tape);
}

/* Equal elements keep their own cotangents; a NaN as well. */
Test(picking, cotangents_of_sorted_elements_are_put_back_in_place) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x[6] = {2, 1, 2, NAN, 1, 0}, ybar[6] = {10, 20, 30, 40, 50, 60};
    static const double expected[6] = {40, 20, 50, 60, 30, 10};
    dt_tensor *p = dt_parameter(tape, DT_F64, SHAPE(6), x);
    dt_backward_from(dt_sort(p, 0), list(tape, 6, ybar));
    for (int64_t i = 0; i < 6; i++) {
        expect_near("X", i, element(dt_gradient(p), i), expected[i], 0);
    }
    dt_tape_free(tape);
}

Test(picking, searchsorted_counts_entries_below_or_not_above) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double sorted[7] = {-INFINITY, -1, 0, 0, 2, 2.5, 7};
    static const double x[12] = {-INFINITY, -5, -1, -0.0, 0, 1, 2, 2.25, 7, 8, INFINITY, NAN};
    for (int right = 0; right < 2; right++) {
        int64_t expected[12];
        for (int i = 0; i < 12; i++) {
            expected[i] = isnan(x[i]) ? 7 : 0;
            for (int j = 0; j < 7; j++) {
                expected[i] += right ? sorted[j] <= x[i] : sorted[j] < x[i];
            }
        }
        dt_tensor *points = dt_constant(tape, DT_F64, SHAPE(3, 4), x);
        dt_tensor *y = dt_searchsorted(list(tape, 7, sorted), points, right);
        expect_shape("searchsorted", y, SHAPE(3, 4));
        expect_integers("searchsorted", y, 12, expected);
        dt_tensor *single = dt_cast(list(tape, 7, sorted), DT_F32);
        expect_integers("f32", dt_searchsorted(single, dt_cast(points, DT_F32), right), 12,
                        expected);
    }
    dt_tensor *none = dt_zeros(tape, DT_F64, SHAPE(0));
    expect_integers("an empty list", dt_searchsorted(none, dt_scalar(tape, 1), true), 1,
                    (const int64_t[]){0});
    expect_shape("no points", dt_searchsorted(none, none, false), SHAPE(0));
    dt_tape_free(tape);
}

/* -- sums -------------------------------------------------------------------------------------- */

Test(picking, segment_sum_adds_rows_of_one_number) {
    dt_tape *tape = dt_tape_new(NULL);
    static const int64_t segment[5] = {3, 0, 3, 1, 0};
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *y =
            dt_segment_sum(many(tape, 6, dtype, SHAPE(5, 2)), whole(tape, SHAPE(5), segment), 4);
        expect_shape("segment_sum", y, SHAPE(4, 2));
        for (int64_t at = 0; at < 8; at++) {
            value expected = 0;
            for (int64_t row = 0; row < 5; row++) {
                expected += segment[row] == at / 2 ? number_at(6, row * 2 + at % 2, dtype) : 0;
            }
            expect_near("segment_sum", at, element(y, at), expected, 0);
        }
    }
    static const double order[3] = {1e16, 1, -1e16};
    dt_tensor *y = dt_segment_sum(list(tape, 3, order), whole(tape, SHAPE(3), NULL), 1);
    expect_near("in order of rows", 0, element(y, 0), 0, 0);
    dt_tensor *none =
        dt_segment_sum(dt_zeros(tape, DT_F64, SHAPE(0, 2)), whole(tape, SHAPE(0), NULL), 3);
    expect_shape("no rows", none, SHAPE(3, 2));
    expect_near("no rows", 5, element(none, 5), 0, 0);
    dt_tape_free(tape);
}

static dt_tensor *picked(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    const int64_t at[6] = {1, 0, 2, 2, 1, 1};
    dt_tensor *index = whole(tape, SHAPE(2, 3), at);
    dt_tensor *y = dt_mul(dt_take(in[0], index), dt_take_along_axis(in[1], index, 1));
    dt_tensor *rows = dt_segment_sum(dt_square(y), whole(tape, SHAPE(2), (int64_t[]){1, 1}), 2);
    return dt_mul(dt_sort(dt_real(rows), 1),
                  dt_put_mask(in[1], dt_compare(dt_real(in[1]), DT_GT, dt_scalar(tape, 0)), in[0]));
}

Test(picking, picking_and_sorting_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 3, double_types[t], SHAPE(3)),
                                 numbers(tape, 4, double_types[t], SHAPE(2, 3))};
        expect_exact_gradients("picked", picked, 2, at);
    }
    dt_tape_free(tape);
}

/* -- refusals ---------------------------------------------------------------------------------- */

Test(picking, refuses_what_does_not_fit_with_a_sentence) {
    dt_tape *tape = dt_tape_new(NULL);
#define X(...) dt_zeros(tape, DT_F64, SHAPE(__VA_ARGS__))
#define WHOLE(...)                                                                                 \
    whole(tape, 1, (int64_t[]){COUNT(((int64_t[]){__VA_ARGS__}))}, (int64_t[]){__VA_ARGS__})
    expect_failure(tape, dt_take(X(2, 2), X(1)), DT_ERR_DTYPE,
                   "take: the index must be i64, is f64");
    expect_failure(tape, dt_take(X(2, 2), WHOLE(0, 4)), DT_ERR_ARGUMENT,
                   "gather: entry 1 of the index is 4, outside [0, 4): f64(4), i64(2)");
    expect_failure(tape, dt_take_along_axis(X(2, 2), X(2, 1), 1), DT_ERR_DTYPE,
                   "take_along_axis: the index must be i64, is f64");
    expect_failure(tape, dt_take_along_axis(X(2, 2), WHOLE(0, 1), 1), DT_ERR_SHAPE,
                   "take_along_axis: x (2,2) and index (2) must agree in all axes but 1");
    expect_failure(tape, dt_take_along_axis(X(3), WHOLE(0, -1), 0), DT_ERR_ARGUMENT,
                   "take_along_axis: index 1 is -1, must lie in [0, 3)");
    expect_failure(tape, dt_take_along_axis(X(3), WHOLE(0, 3), 0), DT_ERR_ARGUMENT,
                   "take_along_axis: index 1 is 3, must lie in [0, 3)");
    expect_failure(
        tape, dt_take_along_axis(X(3), WHOLE(0), 1), DT_ERR_ARGUMENT,
        "take_along_axis: axis 1 does not exist among the 1 dimensions (first 0, last -1)");
    expect_failure(tape, dt_argsort(WHOLE(1, 2), 0), DT_ERR_DTYPE,
                   "argsort: needs f32 or f64, got i64");
    expect_failure(tape, dt_sort(dt_zeros(tape, DT_C128, SHAPE(2)), 0), DT_ERR_DTYPE,
                   "argsort: needs f32 or f64, got c128");
    expect_failure(tape, dt_argsort(dt_scalar(tape, 1), 0), DT_ERR_ARGUMENT,
                   "argsort: axis 0 does not exist among the 0 dimensions (first 0, last -1)");
    expect_failure(tape, dt_argsort(X(2, 2), DT_ALL), DT_ERR_ARGUMENT,
                   "argsort: takes one axis, not several or none");
    expect_failure(tape, dt_searchsorted(X(2, 2), X(1), false), DT_ERR_SHAPE,
                   "searchsorted: the list must have one dimension, has 2");
    expect_failure(tape, dt_searchsorted(list(tape, 3, (double[]){1, 3, 2}), X(1), false),
                   DT_ERR_ARGUMENT, "searchsorted: the list falls from 3 to 2 at entry 2");
    expect_failure(tape, dt_searchsorted(list(tape, 2, (double[]){1, NAN}), X(1), false),
                   DT_ERR_ARGUMENT, "searchsorted: entry 1 of the list is NaN");
    expect_failure(tape, dt_searchsorted(list(tape, 1, (double[]){NAN}), X(1), false),
                   DT_ERR_ARGUMENT, "searchsorted: entry 0 of the list is NaN");
    expect_failure(tape, dt_searchsorted(X(2), WHOLE(1), false), DT_ERR_DTYPE,
                   "searchsorted: needs f32 or f64, got i64");
    expect_failure(tape, dt_segment_sum(X(2, 2), WHOLE(0), 2), DT_ERR_SHAPE,
                   "scatter_add: 1 index entries for 2 elements along axis 0: f64(2,2), i64(1)");
    expect_failure(tape, dt_segment_sum(X(2, 2), WHOLE(0, 2), 2), DT_ERR_ARGUMENT,
                   "scatter_add: entry 1 of the index is 2, outside [0, 2): f64(2,2), i64(2)");
    expect_failure(tape, dt_segment_sum(dt_scalar(tape, 1), WHOLE(0), 2), DT_ERR_ARGUMENT,
                   "scatter_add: axis 0 does not exist among the 0 dimensions (first 0, last -1): "
                   "f64(), i64(1)");
#undef WHOLE
#undef X
    dt_tape_free(tape);
}

Test(picking, a_failed_tape_stays_failed) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_zeros(tape, DT_F64, SHAPE(2)), *i = whole(tape, SHAPE(2), NULL);
    dt_tensor *mask = dt_zeros(tape, DT_BOOL, SHAPE(2)),
              *points = dt_zeros(tape, DT_F64, SHAPE(1, 2));
    dt_tape_fail(tape, DT_ERR_ARGUMENT, "the first failure");
    dt_tensor *const results[] = {dt_take(x, i),
                                  dt_take_along_axis(x, i, 0),
                                  dt_put_mask(x, mask, x),
                                  dt_nonzero(mask),
                                  dt_sort(x, 0),
                                  dt_argsort(x, 0),
                                  dt_searchsorted(x, x, true),
                                  dt_segment_sum(x, i, 2),
                                  dt_interp(x, x, x),
                                  dt_bilinear(points, points)};
    for (size_t k = 0; k < COUNT(results); k++) {
        cr_expect(results[k] == dt_inert(tape), "result %zu is not the inert tensor", k);
    }
    cr_expect_str_eq(dt_tape_message(tape), "the first failure", "%s", dt_tape_message(tape));
    cr_expect(dt_take(NULL, NULL) == NULL && dt_nonzero(NULL) == NULL && dt_sort(NULL, 0) == NULL,
              "nothing of nothing");
    dt_tape_free(tape);
}
