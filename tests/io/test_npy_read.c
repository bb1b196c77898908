/* test_npy_read.c - files that NumPy wrote read as NumPy meant them; what is refused is named. */
#include "test_npy_common.h"

#include "npy_memory.h"
#include "test_npy_golden.h"

#include <math.h>

#define GOLDEN(name) golden_##name, sizeof golden_##name - 1

static dt_array read_golden(const char *data, size_t size, dt_dtype dtype, int ndim,
                            const int64_t *shape) {
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dti_npy_read_memory(data, size, &array, &error) == DT_OK, "%s", error.message);
    const dt_array wanted = dt_array_wrap(dtype, ndim, shape, array.data);
    cr_assert(array.dtype == dtype && dti_array_same_shape(&array, &wanted),
              "%s with %d dimensions where %s with %d was expected", dt_dtype_name(array.dtype),
              array.ndim, dt_dtype_name(dtype), ndim);
    cr_assert(dt_array_is_contiguous(&array), "not in C order");
    return array;
}

static void expect_integers(const char *data, size_t size, const int64_t *wanted, int64_t n) {
    dt_array array = read_golden(data, size, DT_I64, 1, &n);
    for (int64_t i = 0; i < n; i++) {
        int64_t got = ((int64_t *)array.data)[i];
        cr_expect(got == wanted[i], "element %d is %lld, not %lld", (int)i, (long long)got,
                  (long long)wanted[i]);
    }
    dt_array_free(&array);
}

Test(npy_read, little_endian_floats_are_read_with_infinity_and_nan) {
    dt_array a = read_golden(GOLDEN(f4), DT_F32, 2, (int64_t[]){2, 3});
    const float *x = a.data, wanted[] = {1, 2, 3, -0.5f, INFINITY};
    for (int i = 0; i < 5; i++) {
        cr_expect(x[i] == wanted[i], "element %d is %g, not %g", i, x[i], wanted[i]);
    }
    cr_expect(isnan(x[5]), "element 5 is %g, not NaN", x[5]);
    dt_array_free(&a);
}

Test(npy_read, big_endian_fortran_order_comes_back_in_c_order) {
    dt_array a = read_golden(GOLDEN(big_f8_fortran), DT_F64, 2, (int64_t[]){2, 3});
    const double *x = a.data, wanted[] = {1, 2, 3, 4, 5, 6.5};
    for (int i = 0; i < 6; i++) {
        cr_expect(x[i] == wanted[i], "element %d is %g, not %g", i, x[i], wanted[i]);
    }
    dt_array_free(&a);
}

Test(npy_read, versions_two_and_three_and_both_complex_types_are_read) {
    dt_array a = read_golden(GOLDEN(big_c16_v2), DT_C128, 1, (int64_t[]){2});
    const dt_c128 *z = a.data;
    cr_expect(z[0].re == 1 && z[0].im == 2, "(%g, %g) is not (1, 2)", z[0].re, z[0].im);
    cr_expect(z[1].im == -3.25, "%g is not -3.25", z[1].im);
    dt_array_free(&a);
    a = read_golden(GOLDEN(c8_v3), DT_C64, 2, (int64_t[]){2, 1});
    const dt_c64 *w = a.data;
    cr_expect(w[1].re == 0.5f && w[1].im == -1, "(%g, %g) is not (0.5, -1)", w[1].re, w[1].im);
    dt_array_free(&a);
}

Test(npy_read, integers_of_every_width_widen_with_their_sign) {
    expect_integers(GOLDEN(i1), (int64_t[]){-128, 127}, 2);
    expect_integers(GOLDEN(u1), (int64_t[]){0, 65, 255}, 3);
    expect_integers(GOLDEN(i2), (int64_t[]){-32768, -1, 0, 32767}, 4);
    expect_integers(GOLDEN(big_u4), (int64_t[]){0, 1, 4294967295}, 3);
    expect_integers(GOLDEN(u8), (int64_t[]){INT64_MAX}, 1);
}

Test(npy_read, an_unsigned_integer_beyond_64_signed_bits_is_refused_with_its_value) {
    dt_array a;
    dt_error error = DT_ERROR_INIT;
    expect_status(dti_npy_read_memory(GOLDEN(u8_large), &a, &error), DT_ERR_DTYPE, &error,
                  "9223372036854775808");
}

Test(npy_read, booleans_scalars_and_empty_arrays_keep_their_shapes) {
    dt_array a = read_golden(GOLDEN(b1), DT_BOOL, 3, (int64_t[]){1, 2, 1});
    const unsigned char *b = a.data;
    cr_expect(b[0] == 1 && b[1] == 0, "%d %d is not 1 0", b[0], b[1]);
    dt_array_free(&a);
    a = read_golden(GOLDEN(scalar), DT_I64, 0, NULL);
    cr_expect(*(int64_t *)a.data == -7, "%lld is not -7", (long long)*(int64_t *)a.data);
    dt_array_free(&a);
    a = read_golden(GOLDEN(empty), DT_F64, 3, (int64_t[]){2, 0, 3});
    dt_array_free(&a);
}

Test(npy_read, byte_strings_and_u1_are_read_as_bytes_with_a_nul_after_them) {
    char *data = NULL;
    size_t size = 0;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dti_npy_read_bytes_memory(GOLDEN(bytes), &data, &size, &error) == DT_OK, "%s",
              error.message);
    cr_expect(size == 8 && strcmp(data, "{\"a\": 1}") == 0, "%zu bytes '%s'", size, data);
    free(data);
    cr_assert(dti_npy_read_bytes_memory(GOLDEN(u1), &data, &size, &error) == DT_OK, "%s",
              error.message);
    cr_expect(size == 3 && memcmp(data, "\0A\377", 4) == 0, "%zu other bytes", size);
    free(data);
    expect_status(dti_npy_read_bytes_memory(GOLDEN(f4), &data, &size, &error), DT_ERR_DTYPE, &error,
                  "f4");
    dt_array a;
    dt_error_clear(&error);
    expect_status(dti_npy_read_memory(GOLDEN(bytes), &a, &error), DT_ERR_DTYPE, &error,
                  "dt_npz_get_bytes");
}

/* A file with the given header text and `data_size` zero bytes. */
static dt_status read_text(const char *text, size_t data_size, dt_error *error) {
    unsigned char file[1024] = "\x93NUMPY\x01\x00";
    size_t length = strlen(text);
    cr_assert(10 + length + data_size <= sizeof file, "the case is too long");
    file[8] = (unsigned char)(length & 255);
    file[9] = (unsigned char)(length >> 8);
    memcpy(file + 10, text, length);
    dt_array array = {0};
    dt_status status = dti_npy_read_memory(file, 10 + length + data_size, &array, error);
    if (status == DT_OK) {
        dt_array_free(&array);
    }
    return status;
}

Test(npy_read, element_types_that_are_not_supported_are_refused_by_name) {
    static const char *const cases[][2] = {
        {"'<f2'", "half precision"},
        {"'<f16'", "extended precision"},
        {"'<c32'", "extended"},
        {"'|O'", "Python objects"},
        {"'<U3'", "unicode strings"},
        {"'|V8'", "raw void"},
        {"'<M8[s]'", "datetime64"},
        {"'<m8'", "timedelta64"},
        {"[('a', '<f8')]", "named"},
        {"'f8'", "'f8'"},
        {"'|f8'", "'|f8'"},
        {"'=f8'", "byte order"},
        {"'<f'", "'<f'"},
        {"'<i3'", "'<i3'"},
        {"'<S'", "'<S'"},
        {"'|S4x'", "'|S4x'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        dt_error error = DT_ERROR_INIT;
        snprintf(text, sizeof text, "{'descr': %s, 'fortran_order': False, 'shape': (1,), }\n",
                 cases[i][0]);
        expect_status(read_text(text, 8, &error), DT_ERR_DTYPE, &error, cases[i][1]);
    }
}

Test(npy_read, header_text_in_any_python_spelling_is_accepted) {
    static const char *const cases[] = {
        "{\"shape\":(1,),\"fortran_order\":True,\"descr\":\">f8\"}",
        "  { 'descr' : '<f8' , 'fortran_order' : False , 'shape' : ( 1L , ) , }  \n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': ()}",
        "{'descr': '|S8', 'fortran_order': False, 'shape': ()}",
    };
    for (size_t i = 0; i < 3; i++) {
        dt_error error = DT_ERROR_INIT;
        cr_expect(read_text(cases[i], 8, &error) == DT_OK, "%s: %s", cases[i], error.message);
    }
    dt_error error = DT_ERROR_INIT;
    expect_status(read_text(cases[3], 8, &error), DT_ERR_DTYPE, &error, "byte strings");
}

Test(npy_read, malformed_and_hostile_headers_are_refused) {
    static const struct {
        const char *text;
        dt_status status;
        const char *fragment;
    } cases[] = {
        {"", DT_ERR_FORMAT, "'{'"},
        {"{}", DT_ERR_FORMAT, "lacks"},
        {"{'descr': '<f8', 'shape': (1,)}", DT_ERR_FORMAT, "lacks"},
        {"{'descr': '<f8', 'descr': '<f8', 'shape': (1,)}", DT_ERR_FORMAT, "twice"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}", DT_ERR_FORMAT, "'x'"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", DT_ERR_FORMAT, "fortran_order"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1)}", DT_ERR_FORMAT, "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': 1}", DT_ERR_FORMAT, "tuple"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': ((1,),)}", DT_ERR_FORMAT, "integer"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1 1)}", DT_ERR_FORMAT, "comma"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,", DT_ERR_FORMAT, "integer"},
        {"{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}", DT_ERR_FORMAT, "comma"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x", DT_ERR_FORMAT, "follows"},
        {"{'descr': '<f8", DT_ERR_FORMAT, "string"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", DT_ERR_SHAPE, "negative"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", DT_ERR_SHAPE,
         "more than 8"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", DT_ERR_SHAPE,
         "64 bits"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
         DT_ERR_SHAPE, "too large"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}",
         DT_ERR_SHAPE, "too large"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,)}", DT_ERR_FORMAT,
         "truncated"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", DT_ERR_FORMAT, "truncated"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (0,)}", DT_ERR_FORMAT, "too long"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_error error = DT_ERROR_INIT;
        expect_status(read_text(cases[i].text, 8, &error), cases[i].status, &error,
                      cases[i].fragment);
    }
}

Test(npy_read, a_file_cut_anywhere_is_refused) {
    for (size_t size = 0; size < sizeof golden_big_f8_fortran - 1; size++) {
        dt_array a;
        dt_error error = DT_ERROR_INIT;
        cr_expect(dti_npy_read_memory(golden_big_f8_fortran, size, &a, &error) == DT_ERR_FORMAT,
                  "%zu bytes were accepted", size);
    }
}

Test(npy_read, a_huge_header_length_takes_no_memory) {
    unsigned char file[64] = "\x93NUMPY\x02\x00\xff\xff\xff\xff";
    dt_array a;
    dt_error error = DT_ERROR_INIT;
    expect_status(dti_npy_read_memory(file, sizeof file, &a, &error), DT_ERR_FORMAT, &error,
                  "4294967295");
    file[6] = 9;
    dt_error_clear(&error);
    expect_status(dti_npy_read_memory(file, sizeof file, &a, &error), DT_ERR_FORMAT, &error,
                  "version 9.0");
}

Test(npy_read, missing_empty_and_foreign_files_are_named, .init = enter_folder,
     .fini = leave_folder) {
    dt_array a;
    dt_error error = DT_ERROR_INIT;
    expect_status(dt_npy_read("none.npy", &a, &error), DT_ERR_IO, &error,
                  "none.npy: the file does not exist");
    put_file("empty.npy", "", 0);
    dt_error_clear(&error);
    expect_status(dt_npy_read("empty.npy", &a, &error), DT_ERR_FORMAT, &error, "empty");
    dt_error_clear(&error);
    expect_status(dt_npy_read(".", &a, &error), DT_ERR_IO, &error, "folder");
    put_file("text.npy", "a,b,c\n1,2,3\n", 12);
    dt_error_clear(&error);
    expect_status(dt_npy_read("text.npy", &a, &error), DT_ERR_FORMAT, &error, "not a .npy file");
    put_file("other.npy", golden_stored, sizeof golden_stored - 1);
    dt_error_clear(&error);
    expect_status(dt_npy_read("other.npy", &a, &error), DT_ERR_FORMAT, &error, "dt_npz_open");
}
