/* test_array.c - making, describing and copying arrays; shapes and their errors. */
#include "helpers.h"

#include <criterion/criterion.h>

#include <string.h>

Test(array, new_is_zeroed_aligned_and_contiguous) {
    for (int dtype = 0; dtype < DT_DTYPE_COUNT; dtype++) {
        dt_array array = zero_array((dt_dtype)dtype, SHAPE(3, 4, 5));
        cr_expect((uintptr_t)array.data % 64 == 0, "%s data at %p", dt_dtype_name(array.dtype),
                  array.data);
        cr_expect(dt_array_size(&array) == 60 && dt_array_is_contiguous(&array));
        cr_expect(dt_array_bytes(&array) == 60 * dt_dtype_size(array.dtype));
        for (int64_t i = 0; i < 60; i++) {
            cr_assert(get(&array, i) == 0, "element %d is not 0", (int)i);
        }
        dt_array_free(&array);
        cr_expect(array.data == NULL && array.ndim == 0);
        dt_array_free(&array);
    }
}

Test(array, scalars_and_empty_arrays_have_size_one_and_zero) {
    dt_array scalar = zero_array(DT_F64, 0, NULL), empty = zero_array(DT_C128, SHAPE(3, 0, 2));
    cr_expect(dt_array_size(&scalar) == 1 && dt_array_bytes(&scalar) == 8);
    cr_expect(dt_array_size(&empty) == 0 && dt_array_bytes(&empty) == 0);
    cr_expect(empty.data != NULL && dt_array_is_contiguous(&empty));
    dt_array_free(&scalar);
    dt_array_free(&empty);
}

static void expect_refused(dt_dtype dtype, int ndim, const int64_t *shape, dt_status status,
                           const char *text) {
    dt_array array = {.ndim = 7};
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_array_new(&array, dtype, ndim, shape, &error) == status, "status %s, expected %s",
              dt_status_name(error.status), dt_status_name(status));
    cr_expect(strstr(error.message, text) != NULL, "'%s' lacks '%s'", error.message, text);
    cr_expect(array.ndim == 7, "the output was touched");
    cr_expect(dt_array_new(&array, dtype, ndim, shape, NULL) == status);
}

Test(array, new_refuses_impossible_shapes_and_says_why) {
    expect_refused(DT_F64, SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1), DT_ERR_SHAPE, "9 dimensions");
    expect_refused(DT_F64, -1, NULL, DT_ERR_SHAPE, "-1 dimensions");
    expect_refused(DT_F64, SHAPE(4, -2), DT_ERR_SHAPE, "(4,-2)");
    expect_refused(DT_F64, SHAPE(INT64_MAX, 2), DT_ERR_SHAPE, "64 bits");
    expect_refused(DT_C128, SHAPE(INT64_MAX / 4), DT_ERR_SHAPE, "overflow");
    expect_refused((dt_dtype)42, SHAPE(2), DT_ERR_DTYPE, "42");
}

Test(array, wrap_describes_the_callers_memory) {
    static const double data[6] = {1, 2, 3, 4, 5, 6};
    dt_array array = dt_array_wrap(DT_F64, SHAPE(2, 3), data);
    cr_expect(array.data == (const void *)data && array.strides[0] == 3 && array.strides[1] == 1);
    cr_expect(get(&array, 4) == 5, "element 4 is %g", creal(get(&array, 4)));
}

Test(array, copy_moves_elements_between_any_strides) {
    static const int axes[3] = {2, 0, 1};
    for (int dtype = 0; dtype < DT_DTYPE_COUNT; dtype++) {
        for (int permute_target = 0; permute_target < 2; permute_target++) {
            dt_array source = random_array(1, (dt_dtype)dtype, SHAPE(3, 4, 20));
            dt_array target = zero_array((dt_dtype)dtype, SHAPE(3, 4, 20));
            dt_array from, to;
            dti_array_permute(&from, &source, axes, NULL);
            dti_array_permute(&to, &target, axes, NULL);
            dt_array plain = zero_array((dt_dtype)dtype, SHAPE(20, 3, 4));
            const dt_array *result = permute_target ? &to : &plain;
            cr_assert(dt_array_copy(result, &from, NULL) == DT_OK);
            double difference = largest_difference(result, &from);
            cr_expect(difference == 0, "%s differs by %g", dt_dtype_name((dt_dtype)dtype),
                      difference);
            dt_array_free(&source);
            dt_array_free(&target);
            dt_array_free(&plain);
        }
    }
}

Test(array, copy_refuses_other_shapes_and_types) {
    dt_array a = zero_array(DT_F64, SHAPE(2, 3)), b = zero_array(DT_F64, SHAPE(3, 2));
    dt_array c = zero_array(DT_F32, SHAPE(2, 3));
    dt_error error = DT_ERROR_INIT;
    cr_expect(dt_array_copy(&a, &b, &error) == DT_ERR_SHAPE);
    cr_expect(strstr(error.message, "(3,2)") != NULL && strstr(error.message, "(2,3)") != NULL,
              "message: %s", error.message);
    dt_error_clear(&error);
    cr_expect(dt_array_copy(&a, &c, &error) == DT_ERR_DTYPE);
    cr_expect(strstr(error.message, "f32") != NULL, "message: %s", error.message);
    dt_array_free(&a);
    dt_array_free(&b);
    dt_array_free(&c);
}

Test(shape, format_writes_a_tuple_and_truncates_safely) {
    char text[32], tiny[6];
    cr_expect_str_eq(dt_shape_format(text, sizeof text, SHAPE(4096, 3)), "(4096,3)");
    cr_expect_str_eq(dt_shape_format(text, sizeof text, SHAPE(7)), "(7)");
    cr_expect_str_eq(dt_shape_format(text, sizeof text, 0, NULL), "()");
    dt_shape_format(tiny, sizeof tiny, SHAPE(4096, 3));
    cr_expect(strlen(tiny) < sizeof tiny && strncmp(tiny, "(4096", strlen(tiny)) == 0, "got '%s'",
              tiny);
}

static void expect_broadcast(int a_ndim, const int64_t *a, int b_ndim, const int64_t *b,
                             int expected_ndim, const int64_t *expected) {
    int ndim = -1;
    int64_t shape[DT_MAX_DIMS];
    dt_error error = DT_ERROR_INIT;
    cr_assert(dti_broadcast_shapes(a_ndim, a, b_ndim, b, &ndim, shape, &error) == DT_OK, "%s",
              error.message);
    char got[64], want[64];
    dt_shape_format(got, sizeof got, ndim, shape);
    dt_shape_format(want, sizeof want, expected_ndim, expected);
    cr_expect_str_eq(got, want);
}

Test(shape, broadcasts_by_the_numpy_rule) {
    expect_broadcast(SHAPE(4, 1, 3), SHAPE(5, 1), SHAPE(4, 5, 3));
    expect_broadcast(0, NULL, SHAPE(2, 3), SHAPE(2, 3));
    expect_broadcast(SHAPE(1), SHAPE(0), SHAPE(0));
    expect_broadcast(SHAPE(0, 3), SHAPE(1, 3), SHAPE(0, 3));
}

Test(shape, broadcast_error_names_both_shapes_and_the_dimension) {
    int ndim = -1;
    int64_t shape[DT_MAX_DIMS];
    dt_error error = DT_ERROR_INIT;
    cr_expect(dti_broadcast_shapes(SHAPE(4, 3), SHAPE(2, 3), &ndim, shape, &error) == DT_ERR_SHAPE);
    cr_expect_str_eq(error.message, "shapes (4,3) and (2,3) do not broadcast: dimension -2 has 4 "
                                    "against 2; sizes must be equal or one of them 1");
    cr_expect(ndim == -1, "the output was touched");
}
