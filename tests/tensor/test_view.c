/* test_view.c - reshape, permute, slice, broadcast and diagonal views. */
#include "helpers.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static dt_array counting(int ndim, const int64_t *shape) {
    dt_array array = zero_array(DT_F64, ndim, shape);
    for (int64_t i = 0; i < dt_array_size(&array); i++) {
        set(&array, i, (double)i);
    }
    return array;
}

static void expect_elements(const dt_array *view, int n, const double *expected, const char *name) {
    cr_assert(dt_array_size(view) == n, "%s has %d elements, expected %d", name,
              (int)dt_array_size(view), n);
    for (int i = 0; i < n; i++) {
        double value = creal(get(view, i));
        cr_expect(value == expected[i], "%s[%d] is %g, expected %g", name, i, value, expected[i]);
    }
}

Test(view, reshape_keeps_the_order_of_elements) {
    dt_array array = counting(SHAPE(2, 3, 4)), view;
    static const struct {
        int ndim;
        int64_t shape[4], expected[4];
    } cases[] = {{2, {6, 4}, {6, 4}},  {2, {-1, 4}, {6, 4}},
                 {1, {-1}, {24}},      {4, {2, 1, 3, 4}, {2, 1, 3, 4}},
                 {2, {4, -1}, {4, 6}}, {3, {24, 1, 1}, {24, 1, 1}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        cr_assert(dti_array_reshape(&view, &array, cases[c].ndim, cases[c].shape, NULL) == DT_OK);
        cr_expect(view.data == array.data && dt_array_is_contiguous(&view), "case %zu", c);
        for (int d = 0; d < view.ndim; d++) {
            cr_expect(view.shape[d] == cases[c].expected[d], "case %zu: size %d of dimension %d", c,
                      (int)view.shape[d], d);
        }
        for (int64_t i = 0; i < 24; i++) {
            cr_expect(get(&view, i) == (double)i, "case %zu, element %d", c, (int)i);
        }
    }
    dt_array_free(&array);
}

Test(view, reshape_of_a_strided_view_works_where_no_copy_is_needed) {
    dt_array array = counting(SHAPE(4, 6)), every_second, view;
    dti_array_slice(&every_second, &array, 0, 0, 4, 2, NULL); /* rows 0 and 2 */
    cr_assert(dti_array_can_reshape(&every_second, SHAPE(2, 3, 2)));
    cr_assert(dti_array_reshape(&view, &every_second, SHAPE(2, 1, 3, 2), NULL) == DT_OK);
    static const double expected[] = {0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17};
    expect_elements(&view, 12, expected, "reshaped rows");
    cr_expect_not(dti_array_can_reshape(&every_second, SHAPE(12)));
    cr_expect_not(dti_array_can_reshape(&every_second, SHAPE(4, 3)));
    dt_array_free(&array);
}

static void expect_reshape_error(const dt_array *array, int ndim, const int64_t *shape,
                                 const char *text) {
    dt_array view = {.ndim = 5};
    dt_error error = DT_ERROR_INIT;
    cr_expect(dti_array_reshape(&view, array, ndim, shape, &error) == DT_ERR_SHAPE);
    cr_expect(strstr(error.message, text) != NULL, "'%s' lacks '%s'", error.message, text);
    cr_expect(view.ndim == 5, "the output was touched");
}

Test(view, reshape_says_why_it_cannot) {
    dt_array array = counting(SHAPE(4, 6)), empty = counting(SHAPE(0, 3)), transposed;
    static const int axes[2] = {1, 0};
    dti_array_permute(&transposed, &array, axes, NULL);
    expect_reshape_error(&array, SHAPE(5, 5), "cannot reshape (4,6) to (5,5): 24 elements");
    expect_reshape_error(&array, SHAPE(-1, 5), "(-1,5)");
    expect_reshape_error(&array, SHAPE(-1, -1), "at most one size may be -1");
    expect_reshape_error(&array, SHAPE(-2, 12), "negative");
    expect_reshape_error(&transposed, SHAPE(24), "copy it to a contiguous array first");
    expect_reshape_error(&empty, SHAPE(-1, 0), "do not fit");
    dt_array view;
    cr_expect(dti_array_reshape(&view, &empty, SHAPE(3, -1), NULL) == DT_OK && view.shape[1] == 0);
    dt_array_free(&array);
    dt_array_free(&empty);
}

Test(view, permute_reorders_dimensions_and_refuses_repeats) {
    dt_array array = counting(SHAPE(2, 3)), view;
    static const int swap[2] = {1, 0}, repeat[2] = {1, 1};
    cr_assert(dti_array_permute(&view, &array, swap, NULL) == DT_OK);
    static const double expected[] = {0, 3, 1, 4, 2, 5};
    expect_elements(&view, 6, expected, "transpose");
    cr_expect_not(dt_array_is_contiguous(&view));
    dt_error error = DT_ERROR_INIT;
    cr_expect(dti_array_permute(&view, &array, repeat, &error) == DT_ERR_SHAPE);
    cr_expect(strstr(error.message, "must appear once") != NULL, "message: %s", error.message);
    dt_array_free(&array);
}

Test(view, slice_counts_and_clips_as_python_does) {
    dt_array array = counting(SHAPE(6)), view;
    static const struct {
        int64_t start, stop, step;
        int n;
        double expected[6];
    } cases[] = {
        {0, 6, 1, 6, {0, 1, 2, 3, 4, 5}},
        {1, 6, 2, 3, {1, 3, 5}},
        {-2, 6, 1, 2, {4, 5}},
        {0, -1, 2, 3, {0, 2, 4}},
        {2, 100, 1, 4, {2, 3, 4, 5}},
        {-100, 2, 1, 2, {0, 1}},
        {4, 2, 1, 0, {0}},
        {6, 9, 1, 0, {0}},
        {0, INT64_MAX, INT64_MAX, 1, {0}},
        {INT64_MIN, -5, 1, 1, {0}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        cr_assert(dti_array_slice(&view, &array, 0, cases[c].start, cases[c].stop, cases[c].step,
                                  NULL) == DT_OK);
        char name[32];
        snprintf(name, sizeof name, "slice case %zu", c);
        expect_elements(&view, cases[c].n, cases[c].expected, name);
    }
    dt_array_free(&array);
}

Test(view, slice_refuses_missing_axes_and_steps_below_one) {
    dt_array array = counting(SHAPE(2, 3)), view;
    dt_error error = DT_ERROR_INIT;
    cr_expect(dti_array_slice(&view, &array, 2, 0, 1, 1, &error) == DT_ERR_SHAPE);
    cr_expect(strstr(error.message, "axis 2 does not exist in shape (2,3)") != NULL, "message: %s",
              error.message);
    dt_error_clear(&error);
    cr_expect(dti_array_slice(&view, &array, 0, 0, 1, 0, &error) == DT_ERR_ARGUMENT);
    dt_array_free(&array);
}

Test(view, broadcast_repeats_with_stride_zero) {
    dt_array array = counting(SHAPE(2, 1)), view;
    cr_assert(dti_array_broadcast(&view, &array, SHAPE(2, 2, 3), NULL) == DT_OK);
    static const double expected[] = {0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1};
    expect_elements(&view, 12, expected, "broadcast");
    dt_error error = DT_ERROR_INIT;
    cr_expect(dti_array_broadcast(&view, &array, SHAPE(3, 3), &error) == DT_ERR_SHAPE);
    cr_expect(strstr(error.message, "(2,1)") != NULL && strstr(error.message, "(3,3)") != NULL,
              "message: %s", error.message);
    cr_expect(dti_array_broadcast(&view, &array, SHAPE(2), NULL) == DT_ERR_SHAPE);
    dt_array_free(&array);
}

Test(view, diagonal_of_every_matrix_in_a_batch) {
    dt_array array = counting(SHAPE(2, 3, 3)), wrong = counting(SHAPE(2, 3)), view;
    cr_assert(dti_array_diagonal(&view, &array, NULL) == DT_OK);
    static const double expected[] = {0, 4, 8, 9, 13, 17};
    expect_elements(&view, 6, expected, "diagonal");
    cr_expect(view.ndim == 2 && view.shape[0] == 2 && view.shape[1] == 3);
    cr_expect(dti_array_diagonal(&view, &wrong, NULL) == DT_ERR_SHAPE);
    dt_array_free(&array);
    dt_array_free(&wrong);
}
