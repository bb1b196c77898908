/* refine_case.h - what the tests of refine share: fits in a folder, and what stands in their files.
 */
#ifndef TEST_EXAMPLES_REFINE_CASE_H
#define TEST_EXAMPLES_REFINE_CASE_H

#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Folders that fits of these tests may write to. */
static const char *const fit_folders[] = {"fit", "again", "other"};

/** For a suite's .fini: fits first, then the folder they are in. */
static inline void leave_fits(void) {
    static const char *const files[] = {
        "config.json", "provenance.json", "state.npz", "history.csv",    "parameters.csv",
        "shells.csv",  "distances.csv",   "model.npz", "model.nxs",      "model.ccp4",
        "data.png",    "model.png",       "fit.png",   "difference.png", "history.csv.part"};
    for (size_t i = 0; i < sizeof fit_folders / sizeof *fit_folders; i++) {
        for (size_t j = 0; j < sizeof files / sizeof *files; j++) {
            char path[128];
            snprintf(path, sizeof path, "%s/%s", fit_folders[i], files[j]);
            unlink(path);
        }
        rmdir(fit_folders[i]);
    }
    leave_folder();
}

/** Run, and fail unless it succeeds; what it prints. */
static inline const char *must_run(const char *arguments) {
    struct outcome o = run(arguments);
    cr_assert(o.code == 0, "%s: exit code %d\n%s", arguments, o.code, o.err);
    return o.out;
}

/** A member of an archive; released by dt_array_free. */
static inline dt_array member(const char *path, const char *name) {
    dt_npz *npz = NULL;
    dt_array array = {0};
    dt_error error = DT_ERROR_INIT;
    dt_npz_open(&npz, path, &error);
    cr_assert(npz != NULL, "%s", error.message);
    cr_assert(dt_npz_get(npz, name, &array, &error) == DT_OK, "%s", error.message);
    dt_npz_close(npz);
    return array;
}

/** A refined number and its standard error, from parameters.csv. */
struct refined {
    double value, error;
};
static inline struct refined refined(const char *folder, const char *parameter, int number) {
    char path[128], key[64];
    snprintf(path, sizeof path, "%s/parameters.csv", folder);
    snprintf(key, sizeof key, "\n%s,%d,", parameter, number);
    const char *line = strstr(read_text(path, NULL), key);
    cr_assert(line != NULL, "%s has no %s %d", path, parameter, number);
    struct refined r = {NAN, NAN};
    char label[64] = "", flag[8];
    line += strlen(key);
    const char *rest = strchr(line, ',');
    snprintf(label, sizeof label, "%.*s", (int)(rest - line), line);
    double start;
    int read = sscanf(rest, ",%7[a-z],%lf,%lf,%lf", flag, &start, &r.value, &r.error);
    cr_assert(read >= 3, "%s: cannot read %s %s %d", path, parameter, label, number);
    return r;
}

/** Fail unless it is `truth` within four standard errors, which are finite. */
static inline void expect_refined(const char *folder, const char *parameter, int number,
                                  double truth) {
    struct refined r = refined(folder, parameter, number);
    cr_expect(r.error > 0 && fabs(r.value - truth) <= 4 * r.error, "%s %d is %g +- %g, not %g",
              parameter, number, r.value, r.error, truth);
}

/** What a picture tells in words (title, program, run) taken out of its bytes; the new size. */
static inline size_t drop_words(char *png, size_t size) {
    size_t from = 8, to = 8; /* behind the signature: length, name, data, checksum */
    while (from + 12 <= size) {
        const unsigned char *p = (const unsigned char *)png + from;
        size_t length = 12 + ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]);
        cr_assert(length <= size - from, "a chunk goes beyond the end of the picture");
        bool words = memcmp(p + 4, "tEXt", 4) == 0 || memcmp(p + 4, "iTXt", 4) == 0;
        memmove(png + to, p, length);
        to += words ? 0 : length;
        from += length;
    }
    return to;
}

/** Two files are equal, pictures but for their words. */
static inline void expect_equal_files(const char *a, const char *b) {
    size_t size[2];
    char *bytes[2] = {read_text(a, &size[0]), read_text(b, &size[1])};
    for (int i = 0; i < 2 && strstr(a, ".png") != NULL; i++) {
        size_t all = size[i];
        size[i] = drop_words(bytes[i], all);
        cr_expect(size[i] < all && size[i] > 1000, "%s: %zu bytes of %zu", a, size[i], all);
    }
    cr_expect(size[0] == size[1] && size[0] > 100 && memcmp(bytes[0], bytes[1], size[0]) == 0,
              "%s and %s differ", a, b);
}

/** chi^2 of all voxels, from shells.csv. */
static inline double chi_squared(const char *folder) {
    char path[128];
    snprintf(path, sizeof path, "%s/shells.csv", folder);
    const char *line = strstr(read_text(path, NULL), "\nall,");
    cr_assert(line != NULL);
    const char *last = strrchr(line, ',');
    return strtod(last + 1, NULL);
}

#endif
