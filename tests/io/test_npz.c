/* test_npz.c - archives: those of NumPy are read, ours read back, damaged ones are refused. */
#include "test_npy_common.h"

#include "npy_memory.h"
#include "npz_write.h"
#include "test_npy_golden.h"

TestSuite(npz, .init = enter_folder, .fini = leave_folder);

/* {"a": arange(6.).reshape(2, 3), "meta": b"{}", "n": [3, -4]} */
static void expect_golden(dt_npz *npz, const char *what) {
    static const char *const names[] = {"a", "meta", "n"};
    cr_assert(dt_npz_count(npz) == 3, "%s: %d members", what, (int)dt_npz_count(npz));
    for (int i = 0; i < 3; i++) {
        cr_expect(strcmp(dt_npz_name(npz, i), names[i]) == 0, "%s: '%s' is not '%s'", what,
                  dt_npz_name(npz, i), names[i]);
    }
    dt_array a, n;
    char *meta;
    size_t size;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_get(npz, "a", &a, &error) == DT_OK, "%s: %s", what, error.message);
    cr_assert(dt_npz_get(npz, "n", &n, &error) == DT_OK, "%s: %s", what, error.message);
    cr_assert(dt_npz_get_bytes(npz, "meta", &meta, &size, &error) == DT_OK, "%s: %s", what,
              error.message);
    const dt_array wanted_a =
        dt_array_wrap(DT_F64, 2, (int64_t[]){2, 3}, (double[]){0, 1, 2, 3, 4, 5});
    const dt_array wanted_n = dt_array_wrap(DT_I64, 1, (int64_t[]){2}, (int64_t[]){3, -4});
    expect_equal(&a, &wanted_a, what);
    expect_equal(&n, &wanted_n, what);
    cr_expect(size == 2 && strcmp(meta, "{}") == 0, "%s: %zu bytes '%s'", what, size, meta);
    dt_array_free(&a);
    dt_array_free(&n);
    free(meta);
}

Test(npz, archives_of_numpy_are_read_stored_and_deflated) {
    dt_npz *npz;
    dt_error error = DT_ERROR_INIT;
    put_file("a.npz", golden_stored, sizeof golden_stored - 1);
    cr_assert(dt_npz_open(&npz, "a.npz", &error) == DT_OK, "%s", error.message);
    expect_golden(npz, "savez");
    cr_expect(dt_npz_has(npz, "meta") && !dt_npz_has(npz, "met"), "wrong look-up");
    cr_expect(dt_npz_name(npz, 3) == NULL && dt_npz_name(npz, -1) == NULL, "a name out of range");
    dt_npz_close(npz);
    cr_assert(dti_npz_open_memory(&npz, golden_deflated, sizeof golden_deflated - 1, &error) ==
                  DT_OK,
              "%s", error.message);
    expect_golden(npz, "savez_compressed");
    dt_npz_close(npz);
}

/* Each of the six types, a strided view, bytes, and nothing; read back and compared. */
static void expect_round_trip(int level, bool zip64) {
    char what[64], name[32];
    dt_npz_writer *writer;
    dt_npz *npz;
    dt_array arrays[DT_DTYPE_COUNT], view;
    dt_error error = DT_ERROR_INIT;
    snprintf(what, sizeof what, "level %d%s", level, zip64 ? ", ZIP64" : "");
    cr_assert(dt_npz_create(&writer, "a.npz", &error) == DT_OK, "%s", error.message);
    dt_npz_set_level(writer, level);
    if (zip64) {
        dti_npz_force_zip64(writer);
    }
    for (int i = 0; i < DT_DTYPE_COUNT; i++) {
        arrays[i] = numbered((dt_dtype)i, 3, (int64_t[]){40, i, 50});
        snprintf(name, sizeof name, "array %d \xc3\xa9", i);
        dt_npz_add(writer, name, &arrays[i]);
    }
    cr_assert(dti_array_permute(&view, &arrays[5], (int[]){2, 1, 0}, NULL) == DT_OK, "permute");
    dt_npz_add(writer, "view", &view);
    dt_npz_add_bytes(writer, "bytes", "x\0y", 3);
    dt_npz_add_bytes(writer, "no bytes", NULL, 0);
    cr_assert(dt_npz_finish(writer, &error) == DT_OK, "%s: %s", what, error.message);

    cr_assert(dt_npz_open(&npz, "a.npz", &error) == DT_OK, "%s: %s", what, error.message);
    cr_expect(dt_npz_count(npz) == 9, "%s: %d members", what, (int)dt_npz_count(npz));
    for (int i = 0; i < DT_DTYPE_COUNT; i++) {
        dt_array back;
        snprintf(name, sizeof name, "array %d \xc3\xa9", i);
        cr_assert(dt_npz_get(npz, name, &back, &error) == DT_OK, "%s: %s", what, error.message);
        expect_equal(&back, &arrays[i], what);
        dt_array_free(&back);
    }
    dt_array back;
    cr_assert(dt_npz_get(npz, "view", &back, &error) == DT_OK, "%s: %s", what, error.message);
    const unsigned char *first = arrays[5].data, *turned = back.data;
    for (int64_t i = 0; i < 40; i++) {
        for (int64_t j = 0; j < 5 * 50; j++) {
            int64_t row = j / 50, column = j % 50;
            cr_assert(turned[(column * 5 + row) * 40 + i] == first[i * 250 + j],
                      "%s: element (%d, %d) of the view", what, (int)i, (int)j);
        }
    }
    dt_array_free(&back);
    char *data;
    size_t size;
    cr_assert(dt_npz_get_bytes(npz, "bytes", &data, &size, &error) == DT_OK, "%s", error.message);
    cr_expect(size == 3 && memcmp(data, "x\0y", 4) == 0, "%s: %zu other bytes", what, size);
    free(data);
    cr_assert(dt_npz_get_bytes(npz, "no bytes", &data, &size, &error) == DT_OK, "%s",
              error.message);
    cr_expect(size == 0 && data[0] == '\0', "%s: %zu bytes", what, size);
    free(data);
    dt_npz_close(npz);
    for (int i = 0; i < DT_DTYPE_COUNT; i++) {
        dt_array_free(&arrays[i]);
    }
}

Test(npz, archives_read_back_bit_for_bit_at_every_level_and_in_zip64_form) {
    for (int level = 0; level <= 9; level++) {
        expect_round_trip(level, false);
    }
    expect_round_trip(0, true);
    expect_round_trip(6, true);
}

static void write_pair(const char *path, int level) {
    dt_npz_writer *writer;
    dt_array array = numbered(DT_F64, 1, (int64_t[]){3000});
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_create(&writer, path, &error) == DT_OK, "%s", error.message);
    dt_npz_set_level(writer, level);
    dt_npz_add(writer, "x", &array);
    dt_npz_add_bytes(writer, "meta", "{}", 2);
    cr_assert(dt_npz_finish(writer, &error) == DT_OK, "%s", error.message);
    dt_array_free(&array);
}

Test(npz, equal_input_gives_equal_files_and_deflating_makes_them_smaller) {
    size_t stored, deflated;
    write_pair("a.npz", 6);
    write_pair("b.npz", 6);
    char *a = take_file("a.npz", &deflated);
    expect_file("b.npz", a, deflated);
    write_pair("c.npz", 0);
    char *c = take_file("c.npz", &stored);
    cr_expect(deflated < stored, "%zu deflated, %zu stored", deflated, stored);
    free(a);
    free(c);
}

/* Our reader takes sizes from the directory; one that reads from a pipe has only these headers. */
Test(npz, a_members_own_header_announces_its_sizes_or_the_record_that_has_them) {
    for (int level = 0; level <= 6; level += 6) {
        size_t size;
        write_pair("a.npz", level);
        unsigned char *file = (unsigned char *)take_file("a.npz", &size);
        cr_assert(size > 100 && memcmp(file, "PK\3\4", 4) == 0, "level %d: no header", level);
        bool announced = (file[6] & 8) != 0, followed = false;
        for (size_t i = 0; i + 4 <= size; i++) {
            followed = followed || memcmp(file + i, "PK\7\10", 4) == 0;
        }
        bool summed = memcmp(file + 14, "\0\0\0\0", 4) != 0;
        bool deflated = level > 0;
        cr_expect(announced == deflated && followed == deflated, "level %d: flag %d, record %d",
                  level, announced, followed);
        cr_expect(summed == !deflated && file[8] == (deflated ? 8 : 0),
                  "level %d: checksum %d, method %d", level, summed, file[8]);
        free(file);
    }
}

Test(npz, many_members_are_all_found) {
    dt_npz_writer *writer;
    dt_npz *npz;
    char name[32];
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_create(&writer, "a.npz", &error) == DT_OK, "%s", error.message);
    for (int64_t i = 0; i < 2000; i++) {
        int64_t value = i * 7919 % 2000;
        const dt_array array = dt_array_wrap(DT_I64, 0, NULL, &value);
        snprintf(name, sizeof name, "m%d", (int)value);
        dt_npz_add(writer, name, &array);
    }
    cr_assert(dt_npz_finish(writer, &error) == DT_OK, "%s", error.message);
    cr_assert(dt_npz_open(&npz, "a.npz", &error) == DT_OK, "%s", error.message);
    for (int i = 0; i < 2000; i++) {
        dt_array array;
        snprintf(name, sizeof name, "m%d", i);
        cr_assert(dt_npz_get(npz, name, &array, &error) == DT_OK, "%s", error.message);
        cr_expect(*(int64_t *)array.data == i, "%s holds %lld", name,
                  (long long)*(int64_t *)array.data);
        dt_array_free(&array);
    }
    dt_npz_close(npz);
}

/* The first failure in opening the file or reading any of its members in either way. */
static dt_status read_all(const void *data, size_t size, dt_error *error) {
    dt_npz *npz;
    dt_status first = dti_npz_open_memory(&npz, data, size, error);
    if (first != DT_OK) {
        return first;
    }
    for (int64_t i = 0; i < dt_npz_count(npz) && first == DT_OK; i++) {
        const char *name = dt_npz_name(npz, i);
        dt_array array;
        char *bytes;
        size_t bytes_size;
        dt_error own = DT_ERROR_INIT;
        first = dt_npz_get(npz, name, &array, &own);
        if (first == DT_OK) {
            dt_array_free(&array);
        } else if (first == DT_ERR_DTYPE) {
            first = dt_npz_get_bytes(npz, name, &bytes, &bytes_size, error);
            if (first == DT_OK) {
                free(bytes);
            }
        } else {
            dt_error_set(error, own.status, "%s", own.message);
        }
    }
    dt_npz_close(npz);
    return first;
}

Test(npz, an_archive_cut_anywhere_is_refused) {
    int refused = 0;
    for (size_t size = 0; size < sizeof golden_deflated - 1; size++) {
        dt_error error = DT_ERROR_INIT;
        refused += read_all(golden_deflated, size, &error) == DT_ERR_FORMAT;
    }
    cr_expect(refused == (int)sizeof golden_deflated - 1, "%d of %d were refused", refused,
              (int)sizeof golden_deflated - 1);
}

/* Change bytes of the archive and read it. `at` counts from the nth of the signatures `mark`. */
static void expect_refused(const char *mark, int nth, size_t at, const char *bytes, size_t n,
                           dt_status status, const char *fragment) {
    char data[sizeof golden_deflated];
    memcpy(data, golden_deflated, sizeof data);
    size_t place = 0;
    for (size_t i = 0; i + 4 < sizeof data; i++) {
        if (memcmp(data + i, mark, 4) == 0 && nth-- == 0) {
            place = i + at;
        }
    }
    memcpy(data + place, bytes, n);
    dt_error error = DT_ERROR_INIT;
    expect_status(read_all(data, sizeof data - 1, &error), status, &error, fragment);
}

Test(npz, damaged_hostile_and_foreign_archives_are_refused_by_name) {
    const char *local = "PK\3\4", *central = "PK\1\2", *end = "PK\5\6";
    dt_error error = DT_ERROR_INIT;
    cr_assert(read_all(golden_deflated, sizeof golden_deflated - 1, &error) == DT_OK, "%s",
              error.message);
    expect_refused(central, 0, 8, "\1", 1, DT_ERR_FORMAT, "encrypted");
    expect_refused(central, 0, 10, "\14", 1, DT_ERR_FORMAT, "bzip2");
    expect_refused(central, 0, 10, "\16", 1, DT_ERR_FORMAT, "LZMA");
    expect_refused(central, 0, 16, "\0\0\0\0", 4, DT_ERR_FORMAT, "checksum");
    expect_refused(central, 0, 20, "\377\377\377\177", 4, DT_ERR_FORMAT, "past the directory");
    expect_refused(central, 0, 24, "\377\377\377\177", 4, DT_ERR_FORMAT, "cannot come from");
    expect_refused(central, 0, 24, "\220\0\0\0", 4, DT_ERR_FORMAT, "truncated");
    expect_refused(central, 0, 24, "\377\377\377\377", 4, DT_ERR_FORMAT, "ZIP64");
    expect_refused(central, 0, 42, "\377\377\377\177", 4, DT_ERR_FORMAT, "too early");
    expect_refused(central, 0, 42, "\1\0\0\0", 4, DT_ERR_FORMAT, "contradicts");
    expect_refused(central, 0, 28, "\377\377", 2, DT_ERR_FORMAT, "damaged");
    expect_refused(central, 2, 46, "a", 1, DT_ERR_FORMAT, "two members named 'a'");
    expect_refused(central, 1, 0, "xx", 2, DT_ERR_FORMAT, "fewer members");
    expect_refused(local, 0, 55, "\7", 1, DT_ERR_FORMAT, "inflate");
    expect_refused(end, 0, 4, "\1", 1, DT_ERR_FORMAT, "split");
    expect_refused(end, 0, 8, "\377\377\377\377", 4, DT_ERR_FORMAT, "ZIP64");
    expect_refused(end, 0, 10, "\4", 1, DT_ERR_FORMAT, "split");
    expect_refused(end, 0, 8, "\144\0\144\0", 4, DT_ERR_FORMAT, "outside the file");
    expect_refused(end, 0, 16, "\377\377\377\177", 4, DT_ERR_FORMAT, "outside the file");
    dt_error_clear(&error);
    expect_status(read_all(golden_f4, sizeof golden_f4 - 1, &error), DT_ERR_FORMAT, &error,
                  "dt_npy_read");
    dt_error_clear(&error);
    expect_status(read_all("hello", 5, &error), DT_ERR_FORMAT, &error, "not a .npz archive");
}

Test(npz, every_single_changed_byte_is_read_or_refused_without_harm) {
    char data[sizeof golden_stored];
    int refused = 0;
    for (size_t i = 0; i < sizeof data - 1; i++) {
        memcpy(data, golden_stored, sizeof data);
        data[i] = (char)(data[i] ^ 0x81);
        dt_error error = DT_ERROR_INIT;
        refused += read_all(data, sizeof data - 1, &error) != DT_OK;
    }
    /* Only times, versions, attributes, names and the like may change unnoticed. */
    cr_expect(refused > (int)sizeof data / 2, "only %d of %d changes were noticed", refused,
              (int)sizeof data - 1);
}

Test(npz, a_member_that_is_missing_or_of_another_kind_is_named) {
    dt_npz *npz;
    dt_array array;
    char *data;
    size_t size;
    dt_error error = DT_ERROR_INIT;
    write_pair("a.npz", 0);
    cr_assert(dt_npz_open(&npz, "a.npz", &error) == DT_OK, "%s", error.message);
    expect_status(dt_npz_get(npz, "y", &array, &error), DT_ERR_ARGUMENT, &error,
                  "a.npz, member 'y'");
    dt_error_clear(&error);
    expect_status(dt_npz_get(npz, "meta", &array, &error), DT_ERR_DTYPE, &error, "'meta'");
    dt_error_clear(&error);
    expect_status(dt_npz_get_bytes(npz, "x", &data, &size, &error), DT_ERR_DTYPE, &error, "f8");
    dt_npz_close(npz);
    dt_error_clear(&error);
    expect_status(dt_npz_open(&npz, "none.npz", &error), DT_ERR_IO, &error, "none.npz");
}

Test(npz, the_first_failure_of_a_writer_sticks_and_nothing_is_written) {
    dt_npz_writer *writer;
    double x = 1;
    const dt_array array = dt_array_wrap(DT_F64, 0, NULL, &x);
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_npz_create(&writer, "a.npz", &error) == DT_OK, "%s", error.message);
    cr_expect(dt_npz_add(writer, "x", &array) == DT_OK, "the first member was refused");
    cr_expect(dt_npz_add(writer, "x", &array) == DT_ERR_ARGUMENT, "an equal name was accepted");
    cr_expect(dt_npz_add(writer, "y", &array) == DT_ERR_ARGUMENT, "the failure did not stick");
    cr_expect(dt_npz_set_level(writer, 11) == DT_ERR_ARGUMENT, "the failure did not stick");
    expect_status(dt_npz_finish(writer, &error), DT_ERR_ARGUMENT, &error, "'x' already");
    cr_assert(dt_npz_create(&writer, "a.npz", NULL) == DT_OK, "no writer");
    dt_npz_add(writer, "", &array);
    dt_error_clear(&error);
    expect_status(dt_npz_finish(writer, &error), DT_ERR_ARGUMENT, &error, "empty");
    cr_assert(dt_npz_create(&writer, "a.npz", NULL) == DT_OK, "no writer");
    dt_npz_set_level(writer, 10);
    dt_error_clear(&error);
    expect_status(dt_npz_finish(writer, &error), DT_ERR_ARGUMENT, &error, "10");
    cr_assert(dt_npz_create(&writer, "a.npz", NULL) == DT_OK, "no writer");
    dt_npz_add(writer, "x", &array);
    dt_npz_abort(writer);
    cr_expect(count_files(false) == 0, "%d files are left", count_files(false));
}
