/* test_npy_write.c - what is written is what NumPy writes, and reads back bit for bit. */
#include "test_npy_common.h"

#include "npy_memory.h"
#include "test_npy_golden.h"

TestSuite(npy_write, .init = enter_folder, .fini = leave_folder);

static void expect_round_trip(const dt_array *written, const dt_array *wanted) {
    char what[160], shape[128];
    dt_array back;
    dt_error error = DT_ERROR_INIT;
    snprintf(what, sizeof what, "%s %s", dt_dtype_name(written->dtype),
             dt_shape_format(shape, sizeof shape, written->ndim, written->shape));
    cr_assert(dt_npy_write("a.npy", written, &error) == DT_OK, "%s: %s", what, error.message);
    cr_assert(dt_npy_read("a.npy", &back, &error) == DT_OK, "%s: %s", what, error.message);
    expect_equal(&back, wanted, what);
    dt_array_free(&back);
}

Test(npy_write, every_type_and_shape_reads_back_bit_for_bit) {
    static const struct {
        int ndim;
        int64_t shape[DT_MAX_DIMS];
    } shapes[] = {{0, {0}},    {1, {0}},       {1, {1}},          {1, {5000}},
                  {2, {3, 4}}, {3, {2, 0, 5}}, {3, {13, 17, 11}}, {8, {2, 1, 3, 2, 1, 2, 2, 3}}};
    for (int dtype = 0; dtype < DT_DTYPE_COUNT; dtype++) {
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
            dt_array array = numbered((dt_dtype)dtype, shapes[i].ndim, shapes[i].shape);
            expect_round_trip(&array, &array);
            dt_array_free(&array);
        }
    }
    cr_expect(count_files(false) == 1, "%d files are left", count_files(false));
}

/* element [i][j][k] of a 30 x 41 x 7 array of numbers */
static int64_t number(int64_t i, int64_t j, int64_t k) {
    return ((i * 41 + j) * 7 + k) * 1000003 - 5;
}

Test(npy_write, views_with_any_strides_are_written_in_c_order) {
    dt_array base = numbered(DT_I64, 3, (int64_t[]){30, 41, 7}), permuted, view, wide;
    cr_assert(dti_array_permute(&permuted, &base, (int[]){2, 0, 1}, NULL) == DT_OK, "permute");
    cr_assert(dti_array_slice(&view, &permuted, 2, 1, 41, 3, NULL) == DT_OK, "slice");
    dt_array wanted = numbered(DT_I64, 3, view.shape);
    int64_t *w = wanted.data, n = 0;
    for (int64_t k = 0; k < 7; k++) {
        for (int64_t i = 0; i < 30; i++) {
            for (int64_t j = 1; j < 41; j += 3) {
                w[n++] = number(i, j, k);
            }
        }
    }
    cr_assert(n == dt_array_size(&view), "%lld elements", (long long)n);
    expect_round_trip(&view, &wanted);
    dt_array_free(&wanted);
    int64_t one = 42, none = 0;
    const dt_array scalar = dt_array_wrap(DT_I64, 0, &none, &one);
    cr_assert(dti_array_broadcast(&wide, &scalar, 2, (int64_t[]){3, 2}, NULL) == DT_OK,
              "broadcast");
    wanted = dt_array_wrap(DT_I64, 2, (int64_t[]){3, 2}, (int64_t[]){42, 42, 42, 42, 42, 42});
    expect_round_trip(&wide, &wanted);
    dt_array_free(&base);
}

/* Written again, a file that NumPy wrote in our types and order keeps every byte. */
static void expect_same_file(const char *data, size_t size) {
    dt_array array;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dti_npy_read_memory(data, size, &array, &error) == DT_OK, "%s", error.message);
    cr_assert(dt_npy_write("a.npy", &array, &error) == DT_OK, "%s", error.message);
    expect_file("a.npy", data, size);
    dt_array_free(&array);
}

Test(npy_write, files_equal_those_of_numpy_byte_for_byte) {
    expect_same_file(golden_f4, sizeof golden_f4 - 1);
    expect_same_file(golden_b1, sizeof golden_b1 - 1);
    expect_same_file(golden_scalar, sizeof golden_scalar - 1);
    expect_same_file(golden_empty, sizeof golden_empty - 1);
}

Test(npy_write, arrays_that_are_not_valid_are_refused_and_nothing_is_made) {
    double x = 1;
    dt_array array = dt_array_wrap(DT_F64, 1, (int64_t[]){1}, &x);
    dt_error error = DT_ERROR_INIT;
    expect_status(dt_npy_write("a.npy", NULL, &error), DT_ERR_ARGUMENT, &error, "NULL");
    array.data = NULL;
    dt_error_clear(&error);
    expect_status(dt_npy_write("a.npy", &array, &error), DT_ERR_ARGUMENT, &error, "no data");
    array.data = &x;
    array.shape[0] = -1;
    dt_error_clear(&error);
    expect_status(dt_npy_write("a.npy", &array, &error), DT_ERR_SHAPE, &error, "dt_npy_write");
    array.ndim = DT_MAX_DIMS + 1;
    dt_error_clear(&error);
    expect_status(dt_npy_write("a.npy", &array, &error), DT_ERR_SHAPE, &error, "dt_npy_write");
    cr_expect(count_files(false) == 0, "%d files are left", count_files(false));
}
