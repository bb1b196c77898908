/* detector_file.c - blocks of keys that describe detectors. */
#include "text.h"

#include <difftape/config.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT = 17, KEYS = 10, MOST_PIXELS = 1000000 };

/* A key, how many numbers it has, and where they go; counts are whole. */
static const struct {
    const char *name;
    int n;
    size_t offset;
    bool count;
} keys[KEYS] = {
    {"JUnitVector", 3, offsetof(dt_detector_entry, j_axis), false},
    {"KUnitVector", 3, offsetof(dt_detector_entry, k_axis), false},
    {"BeamCenterJ", 1, offsetof(dt_detector_entry, beam_center), false},
    {"BeamCenterK", 1, offsetof(dt_detector_entry, beam_center) + sizeof(double), false},
    {"LabFrameLocation", 3, offsetof(dt_detector_entry, location), false},
    {"LabFrameOrientation", 3, offsetof(dt_detector_entry, euler), false},
    {"NumJPixels", 1, offsetof(dt_detector_entry, n_j), true},
    {"NumKPixels", 1, offsetof(dt_detector_entry, n_k), true},
    {"PixelJLength", 1, offsetof(dt_detector_entry, pixel_size), false},
    {"PixelKLength", 1, offsetof(dt_detector_entry, pixel_size) + sizeof(double), false},
};

static dt_status unknown_key(const dti_text *t) {
    const char *names[KEYS + 1] = {NULL};
    char word[64] = "";
    for (int i = 0; i < KEYS; i++) {
        names[i] = keys[i].name;
    }
    size_t length = (size_t)t->length[0] < sizeof word - 1 ? (size_t)t->length[0] : sizeof word - 1;
    memcpy(word, t->word[0], length);
    const char *nearest = dt_nearest_name(word, names);
    return dti_text_refuse(t, "'%s' is no key of a detector%s%s%s", word,
                           nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                           nearest != NULL ? "?" : "");
}

/* A line within a block; `given` marks keys that have been read. */
static dt_status read_key(const dti_text *t, dt_detector_entry *entry, bool *given) {
    for (int i = 0; i < KEYS; i++) {
        if (!dti_text_is(t, 0, keys[i].name)) {
            continue;
        }
        if (given[i]) {
            return dti_text_refuse(t, "%s stands twice in this block", keys[i].name);
        }
        given[i] = true;
        char *target = (char *)entry + keys[i].offset;
        return keys[i].count
                   ? dti_text_whole(t, 1, keys[i].name, 1, MOST_PIXELS, (int64_t *)(void *)target)
                   : dti_text_numbers(t, 1, keys[i].n, keys[i].name, (double *)(void *)target);
    }
    return unknown_key(t);
}

/* At the closing brace. */
static dt_status check_block(const dti_text *t, const dt_detector_entry *entry, const bool *given) {
    for (int i = 0; i < KEYS; i++) {
        if (!given[i]) {
            return dti_text_refuse(t, "the block ends without %s", keys[i].name);
        }
    }
    if (!(entry->pixel_size[0] > 0 && entry->pixel_size[1] > 0)) {
        return dti_text_refuse(t,
                               "the pixels of this detector must be larger than 0 mm, got %g x %g",
                               entry->pixel_size[0], entry->pixel_size[1]);
    }
    return DT_OK;
}

/* From behind the opening brace to the closing one. */
static dt_status read_block(dti_text *t, dt_detector_entry *entry) {
    bool given[KEYS] = {false};
    while (dti_text_next(t)) {
        if (dti_text_is(t, 0, "}")) {
            return check_block(t, entry, given);
        }
        dt_status status = read_key(t, entry, given);
        if (status != DT_OK) {
            return status;
        }
    }
    return dti_text_refuse(t, "the file ends within a block: a } is missing");
}

dt_status dti_detector_parse(dti_text *t, dt_detector_entry **ret_entries, int64_t *ret_n) {
    void *entries = NULL;
    int64_t n = 0, capacity = 0;
    dt_status status = DT_OK;
    while (status == DT_OK && dti_text_next(t)) {
        if (!dti_text_is(t, 0, "{") || t->n > 1) {
            status = dti_text_refuse(t, "a block begins with { on a line of its own");
        } else if (!dti_text_grow(&entries, n, &capacity, sizeof(dt_detector_entry))) {
            status = dt_error_set(t->error, DT_ERR_MEMORY, "%s: no memory", t->name);
        } else {
            dt_detector_entry *entry = (dt_detector_entry *)entries + n++;
            memset(entry, 0, sizeof *entry);
            status = read_block(t, entry);
        }
    }
    if (status == DT_OK && n == 0) {
        status = dti_text_refuse(t, "the file has no detector: blocks { } are expected");
    }
    if (status == DT_OK) {
        *ret_entries = entries;
        *ret_n = n;
    } else {
        free(entries);
    }
    return status;
}

dt_status dt_detector_file_read(const char *path, dt_detector_entry **ret_entries, int64_t *ret_n,
                                dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_detector_parse(&text, ret_entries, ret_n);
        free(data);
    }
    return status;
}

dt_status dt_detector_file_write(const char *path, const dt_detector_entry *entries, int64_t n,
                                 dt_error *error) {
    dti_writer *w;
    dt_status status = dti_writer_open(path, &w, error);
    if (status != DT_OK) {
        return status;
    }
    for (int64_t i = 0; i < n; i++) {
        dti_writer_text(w, "{\n");
        for (int k = 0; k < KEYS; k++) {
            const char *source = (const char *)&entries[i] + keys[k].offset;
            dti_writer_text(w, keys[k].name);
            for (int d = 0; d < keys[k].n; d++) {
                double x = keys[k].count ? (double)*(const int64_t *)(const void *)source
                                         : ((const double *)(const void *)source)[d];
                dti_writer_text(w, " ");
                dti_writer_number(w, x, EXACT);
            }
            dti_writer_text(w, "\n");
        }
        dti_writer_text(w, "}\n");
    }
    return dti_writer_close(w);
}
