/* npz_directory.c - find, check and index the central directory of a ZIP archive. */
#include "npz_directory.h"

#include "npy_bytes.h"
#include "npz_format.h"

#include <stdlib.h>
#include <string.h>

/* Where the directory is and how many members it lists. */
typedef struct extent {
    uint64_t count, size, offset;
    int64_t limit; /* where it must end at the latest: the record that describes it */
} extent;

static dt_status damaged(dt_error *error, const char *rule) {
    return dt_error_set(error, DT_ERR_FORMAT, "the archive is damaged: %s", rule);
}

static dt_status split(dt_error *error) {
    return dt_error_set(error, DT_ERR_FORMAT,
                        "the archive is split over several files, which is not supported");
}

static dt_status no_archive(const dti_npy_file *file, dt_error *error) {
    unsigned char start[6] = {0};
    if (file->size >= 6 && dti_npy_file_read(file, 0, start, 6, error) != DT_OK) {
        return DT_ERR_IO;
    }
    if (memcmp(start, "\x93NUMPY", 6) == 0) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "not a .npz archive but a .npy file; read it with dt_npy_read");
    }
    return dt_error_set(error, DT_ERR_FORMAT,
                        memcmp(start, "PK", 2) == 0
                            ? "the archive is truncated: its directory at the end is missing"
                            : "not a .npz archive: no ZIP directory at its end");
}

/* ZIP64: a locator just before the end record says where the larger record is. */
static dt_status read_end64(const dti_npy_file *file, int64_t end, extent *at, dt_error *error) {
    unsigned char locator[DTI_ZIP_LOCATOR64_SIZE], record[DTI_ZIP_END64_SIZE];
    dt_status status =
        dti_npy_file_read(file, end - DTI_ZIP_LOCATOR64_SIZE, locator, sizeof locator, error);
    if (status != DT_OK || dti_le32(locator) != DTI_ZIP_LOCATOR64) {
        return status != DT_OK ? status : damaged(error, "its ZIP64 locator is missing");
    }
    uint64_t offset = dti_le64(locator + 8);
    int64_t last = end - DTI_ZIP_LOCATOR64_SIZE - DTI_ZIP_END64_SIZE;
    if (last < 0 || offset > (uint64_t)last) {
        return damaged(error, "its ZIP64 record lies outside the file");
    }
    status = dti_npy_file_read(file, (int64_t)offset, record, sizeof record, error);
    if (status != DT_OK || dti_le32(record) != DTI_ZIP_END64) {
        return status != DT_OK ? status : damaged(error, "its ZIP64 record is missing");
    }
    if (dti_le32(record + 16) != 0 || dti_le32(record + 20) != 0 ||
        dti_le64(record + 24) != dti_le64(record + 32)) {
        return split(error);
    }
    *at = (extent){dti_le64(record + 32), dti_le64(record + 40), dti_le64(record + 48),
                   (int64_t)offset};
    return DT_OK;
}

static dt_status read_end(const dti_npy_file *file, int64_t end, const unsigned char *record,
                          extent *at, dt_error *error) {
    *at = (extent){dti_le16(record + 10), dti_le32(record + 12), dti_le32(record + 16), end};
    if (at->count == DTI_ZIP_IN_EXTRA16 || at->size == DTI_ZIP_IN_EXTRA32 ||
        at->offset == DTI_ZIP_IN_EXTRA32) {
        return read_end64(file, end, at, error);
    }
    return dti_le16(record + 4) != 0 || dti_le16(record + 6) != 0 ||
                   dti_le16(record + 8) != dti_le16(record + 10)
               ? split(error)
               : DT_OK;
}

/* The end record is the last thing in the file but for a comment whose length it states. */
static dt_status find_end(const dti_npy_file *file, extent *at, dt_error *error) {
    int64_t longest = DTI_ZIP_END_SIZE + DTI_ZIP_COMMENT_MAX;
    int64_t size = file->size < longest ? file->size : longest;
    if (size < DTI_ZIP_END_SIZE) {
        return no_archive(file, error);
    }
    unsigned char *tail = malloc((size_t)size);
    if (tail == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for the archive's directory");
    }
    dt_status status = dti_npy_file_read(file, file->size - size, tail, (size_t)size, error);
    int64_t start = size - DTI_ZIP_END_SIZE;
    while (status == DT_OK && start >= 0 &&
           (dti_le32(tail + start) != DTI_ZIP_END ||
            (int64_t)dti_le16(tail + start + 20) != size - DTI_ZIP_END_SIZE - start)) {
        start--;
    }
    if (status == DT_OK) {
        status = start < 0 ? no_archive(file, error)
                           : read_end(file, file->size - size + start, tail + start, at, error);
    }
    free(tail);
    return status;
}

/* Values that do not fit 32 bits lie in the ZIP64 extra field, in this order, only those. */
static bool read_extra64(const unsigned char *extra, size_t size, uint64_t *values[3]) {
    for (size_t at = 0; size - at >= 4;) {
        uint32_t identifier = dti_le16(extra + at);
        size_t length = dti_le16(extra + at + 2);
        at += 4;
        if (length > size - at) {
            return false;
        }
        if (identifier == DTI_ZIP_EXTRA64) {
            size_t used = 0;
            for (int i = 0; i < 3; i++) {
                if (*values[i] == DTI_ZIP_IN_EXTRA32) {
                    if (length - used < 8) {
                        return false;
                    }
                    *values[i] = dti_le64(extra + at + used);
                    used += 8;
                }
            }
            return true;
        }
        at += length;
    }
    return false;
}

/* One record of at most `left` bytes. The name goes to *names, which moves behind it. */
static dt_status read_entry(const unsigned char *record, size_t left, dti_npz_entry *entry,
                            char **names, size_t *ret_used, dt_error *error) {
    if (left < DTI_ZIP_CENTRAL_SIZE || dti_le32(record) != DTI_ZIP_CENTRAL) {
        return damaged(error, "its directory lists fewer members than it says");
    }
    size_t name_size = dti_le16(record + 28), extra_size = dti_le16(record + 30);
    size_t used = DTI_ZIP_CENTRAL_SIZE + name_size + extra_size + dti_le16(record + 32);
    const unsigned char *name = record + DTI_ZIP_CENTRAL_SIZE;
    if (used > left || memchr(name, '\0', name_size) != NULL) {
        return damaged(error, "a name in its directory is not one");
    }
    if (dti_le16(record + 34) != 0) {
        return split(error);
    }
    uint64_t stored = dti_le32(record + 20), size = dti_le32(record + 24);
    uint64_t offset = dti_le32(record + 42);
    bool in_extra =
        size == DTI_ZIP_IN_EXTRA32 || stored == DTI_ZIP_IN_EXTRA32 || offset == DTI_ZIP_IN_EXTRA32;
    uint64_t *values[3] = {&size, &stored, &offset};
    if ((in_extra && !read_extra64(name + name_size, extra_size, values)) || size > INT64_MAX ||
        stored > INT64_MAX || offset > INT64_MAX) {
        return damaged(error, "a ZIP64 size in its directory is missing or too large");
    }
    *entry = (dti_npz_entry){.name = *names,
                             .flags = dti_le16(record + 8),
                             .method = dti_le16(record + 10),
                             .checksum = dti_le32(record + 16),
                             .stored = (int64_t)stored,
                             .size = (int64_t)size,
                             .offset = (int64_t)offset,
                             .name_size = (int64_t)name_size};
    bool suffix = name_size >= 4 && memcmp(name + name_size - 4, ".npy", 4) == 0;
    size_t kept = suffix ? name_size - 4 : name_size;
    memcpy(*names, name, kept);
    (*names)[kept] = '\0';
    *names += kept + 1;
    *ret_used = used;
    return DT_OK;
}

static int compare_names(const void *a, const void *b) {
    const dti_npz_entry *const *first = a, *const *second = b;
    return strcmp((*first)->name, (*second)->name);
}

static dt_status sort_names(dti_npz_directory *directory, dt_error *error) {
    for (int64_t i = 0; i < directory->count; i++) {
        directory->by_name[i] = &directory->entries[i];
    }
    if (directory->count > 1) {
        qsort(directory->by_name, (size_t)directory->count, sizeof *directory->by_name,
              compare_names);
    }
    for (int64_t i = 1; i < directory->count; i++) {
        if (compare_names(&directory->by_name[i - 1], &directory->by_name[i]) == 0) {
            return dt_error_set(error, DT_ERR_FORMAT,
                                "the archive is damaged: it has two members named '%.200s'",
                                directory->by_name[i]->name);
        }
    }
    return DT_OK;
}

/* `records`: the directory's bytes. A record is longer than its name and the NUL after that. */
static dt_status read_entries(const unsigned char *records, size_t size,
                              dti_npz_directory *directory, dt_error *error) {
    size_t count = (size_t)directory->count;
    directory->entries = calloc(count + 1, sizeof *directory->entries);
    directory->by_name = calloc(count + 1, sizeof *directory->by_name);
    directory->names = malloc(size + 1);
    if (directory->entries == NULL || directory->by_name == NULL || directory->names == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for the archive's directory");
    }
    char *names = directory->names;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        size_t used = 0;
        dt_status status =
            read_entry(records + at, size - at, &directory->entries[i], &names, &used, error);
        if (status != DT_OK) {
            return status;
        }
        at += used;
    }
    return sort_names(directory, error);
}

dt_status dti_npz_directory_read(const dti_npy_file *file, dti_npz_directory *ret_directory,
                                 dt_error *error) {
    extent at = {0, 0, 0, 0};
    dt_status status = find_end(file, &at, error);
    if (status != DT_OK) {
        return status;
    }
    if (at.offset > (uint64_t)at.limit || at.size > (uint64_t)at.limit - at.offset ||
        at.count > at.size / DTI_ZIP_CENTRAL_SIZE) {
        return damaged(error, "its directory lies outside the file");
    }
    unsigned char *records = malloc((size_t)at.size + 1);
    if (records == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for the archive's directory");
    }
    dti_npz_directory directory = {.count = (int64_t)at.count, .offset = (int64_t)at.offset};
    status = dti_npy_file_read(file, directory.offset, records, (size_t)at.size, error);
    if (status == DT_OK) {
        status = read_entries(records, (size_t)at.size, &directory, error);
    }
    free(records);
    if (status != DT_OK) {
        dti_npz_directory_free(&directory);
        return status;
    }
    *ret_directory = directory;
    return DT_OK;
}

void dti_npz_directory_free(dti_npz_directory *directory) {
    free(directory->entries);
    free(directory->by_name);
    free(directory->names);
}

const dti_npz_entry *dti_npz_directory_find(const dti_npz_directory *directory, const char *name) {
    int64_t low = 0, high = directory->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order = strcmp(directory->by_name[middle]->name, name);
        if (order == 0) {
            return directory->by_name[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}
