/* test_npy_common.h - scratch folders and whole-file comparison for the tests of NumPy files. */
#ifndef TEST_NPY_COMMON_H
#define TEST_NPY_COMMON_H

#include <difftape/npy.h>

#include "view.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Step into a new empty folder below the current one; leave_folder removes it with its files. */
static char folder_name[64];

static inline void enter_folder(void) {
    strcpy(folder_name, "npy-test-XXXXXX");
    cr_assert(mkdtemp(folder_name) != NULL, "no scratch folder");
    cr_assert(chdir(folder_name) == 0, "no way into the scratch folder");
}

/* Number of files in the current folder; each is removed if asked for. */
static inline int count_files(bool remove_them) {
    DIR *folder = opendir(".");
    int count = 0;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            count++;
            if (remove_them) {
                unlink(entry->d_name);
            }
        }
    }
    closedir(folder);
    return count;
}

static inline void leave_folder(void) {
    count_files(true);
    cr_expect(chdir("..") == 0 && rmdir(folder_name) == 0, "%s was not removed", folder_name);
}

static inline void put_file(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL && fwrite(data, 1, size, file) == size && fclose(file) == 0,
              "cannot make %s", path);
}

/* The whole file; *ret_size bytes to be freed. */
static inline char *take_file(const char *path, size_t *ret_size) {
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s is missing", path);
    fseek(file, 0, SEEK_END);
    *ret_size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*ret_size + 1);
    cr_assert(data != NULL && fread(data, 1, *ret_size, file) == *ret_size, "cannot read %s", path);
    fclose(file);
    return data;
}

static inline void expect_file(const char *path, const void *data, size_t size) {
    size_t found = 0;
    char *now = take_file(path, &found);
    cr_expect(found == size && memcmp(now, data, size) == 0,
              "%s changed: %zu bytes now, %zu before, or others", path, found, size);
    free(now);
}

/* From here on no file can grow beyond `bytes`: writing fails as it does on a full disk. */
static inline void fill_disk(rlim_t bytes) {
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0, "no file size limit");
}

static inline void expect_status(dt_status got, dt_status wanted, const dt_error *error,
                                 const char *fragment) {
    cr_expect(got == wanted && error->status == wanted, "%s where %s was expected: %s",
              dt_status_name(got), dt_status_name(wanted), error->message);
    cr_expect(strstr(error->message, fragment) != NULL, "'%s' does not mention '%s'",
              error->message, fragment);
}

/* An array of the type and shape with a different value in every element. */
static inline dt_array numbered(dt_dtype dtype, int ndim, const int64_t *shape) {
    dt_array array;
    cr_assert(dt_array_new(&array, dtype, ndim, shape, NULL) == DT_OK, "no array");
    int64_t n = dt_array_size(&array);
    for (int64_t i = 0; i < n; i++) {
        double x = (double)i * 0.37 - 1.25;
        switch (dtype) {
        case DT_F32: ((float *)array.data)[i] = (float)x; break;
        case DT_F64: ((double *)array.data)[i] = x; break;
        case DT_C64: ((dt_c64 *)array.data)[i] = (dt_c64){(float)x, (float)-i}; break;
        case DT_C128: ((dt_c128 *)array.data)[i] = (dt_c128){x, (double)-i}; break;
        case DT_I64: ((int64_t *)array.data)[i] = i * 1000003 - 5; break;
        case DT_BOOL: ((unsigned char *)array.data)[i] = i % 3 == 0; break;
        }
    }
    return array;
}

/* Same type and shape, and the same bytes in C order. */
static inline void expect_equal(const dt_array *got, const dt_array *wanted, const char *what) {
    cr_expect(got->dtype == wanted->dtype && dti_array_same_shape(got, wanted),
              "%s: %s with %d dimensions where %s with %d was written", what,
              dt_dtype_name(got->dtype), got->ndim, dt_dtype_name(wanted->dtype), wanted->ndim);
    cr_expect(dt_array_is_contiguous(got), "%s: not in C order", what);
    cr_expect(
        dt_array_bytes(got) == dt_array_bytes(wanted) &&
            (dt_array_bytes(got) == 0 || memcmp(got->data, wanted->data, dt_array_bytes(got)) == 0),
        "%s: other bytes", what);
}

#endif
