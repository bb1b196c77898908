/* npz_read.c - read arrays out of a .npz archive. */
#include <difftape/npy.h>

#include "npy_bytes.h"
#include "npy_decode.h"
#include "npy_memory.h"
#include "npz_directory.h"
#include "npz_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dt_npz {
    dti_npy_file file;
    dti_npz_directory directory;
    char *path; /* for messages */
};

/* Takes over `file`, whatever becomes of it. */
static dt_status open_file(dt_npz **ret_npz, const char *path, dti_npy_file file, dt_error *error) {
    dt_npz *npz = calloc(1, sizeof *npz);
    char *copy = strdup(path);
    dt_status status = npz == NULL || copy == NULL
                           ? dt_error_set(error, DT_ERR_MEMORY, "out of memory for an archive")
                           : dti_npz_directory_read(&file, &npz->directory, error);
    if (status != DT_OK) {
        free(npz);
        free(copy);
        dti_npy_file_close(&file);
        return status;
    }
    npz->file = file;
    npz->path = copy;
    *ret_npz = npz;
    return DT_OK;
}

dt_status dti_npz_open_memory(dt_npz **ret_npz, const void *data, size_t size, dt_error *error) {
    const dti_npy_file file = {.fd = -1, .memory = data, .size = (int64_t)size};
    return open_file(ret_npz, "memory", file, error);
}

dt_status dt_npz_open(dt_npz **ret_npz, const char *path, dt_error *error) {
    if (ret_npz == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npz_open: ret_npz is NULL");
    }
    dti_npy_file file;
    dt_error failure = DT_ERROR_INIT;
    dt_status status = dti_npy_file_open(path, &file, &failure);
    if (status == DT_OK) {
        status = open_file(ret_npz, path, file, &failure);
    }
    return status == DT_OK ? DT_OK
                           : dti_npy_report(error, &failure, path != NULL ? path : "dt_npz_open");
}

void dt_npz_close(dt_npz *npz) {
    if (npz != NULL) {
        dti_npy_file_close(&npz->file);
        dti_npz_directory_free(&npz->directory);
        free(npz->path);
        free(npz);
    }
}

int64_t dt_npz_count(const dt_npz *npz) {
    return npz == NULL ? 0 : npz->directory.count;
}

const char *dt_npz_name(const dt_npz *npz, int64_t index) {
    return index < 0 || index >= dt_npz_count(npz) ? NULL : npz->directory.entries[index].name;
}

bool dt_npz_has(const dt_npz *npz, const char *name) {
    return npz != NULL && name != NULL && dti_npz_directory_find(&npz->directory, name) != NULL;
}

/* Encryption and methods that we do not read, by their names. */
static dt_status check_method(const dti_npz_entry *entry, dt_error *error) {
    if ((entry->flags & (DTI_ZIP_ENCRYPTED | DTI_ZIP_STRONGLY_ENCRYPTED | DTI_ZIP_MASKED)) != 0) {
        return dt_error_set(error, DT_ERR_FORMAT, "it is encrypted, which is not supported");
    }
    if (entry->method == DTI_ZIP_STORED || entry->method == DTI_ZIP_DEFLATED) {
        return DT_OK;
    }
    static const struct {
        uint32_t method;
        const char *name;
    } others[] = {{1, "shrink"}, {6, "implode"},    {9, "Deflate64"}, {12, "bzip2"},
                  {14, "LZMA"},  {93, "Zstandard"}, {95, "XZ"}};
    const char *name = "unknown";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        name = others[i].method == entry->method ? others[i].name : name;
    }
    return dt_error_set(error, DT_ERR_FORMAT,
                        "it is compressed by method %u (%s); supported are stored and deflated",
                        (unsigned)entry->method, name);
}

/* The local header precedes the data; its length, unlike its sizes, is stated only there. */
static dt_status open_stream(const dt_npz *npz, const dti_npz_entry *entry,
                             dti_npy_stream *ret_stream, dt_error *error) {
    dt_status status = check_method(entry, error);
    unsigned char local[DTI_ZIP_LOCAL_SIZE];
    if (status == DT_OK) {
        status = dti_npy_file_read(&npz->file, entry->offset, local, sizeof local, error);
    }
    if (status != DT_OK) {
        return status;
    }
    int64_t begin = entry->offset + DTI_ZIP_LOCAL_SIZE + (int64_t)dti_le16(local + 26) +
                    (int64_t)dti_le16(local + 28);
    if (dti_le32(local) != DTI_ZIP_LOCAL || (int64_t)dti_le16(local + 26) != entry->name_size ||
        dti_le16(local + 8) != entry->method) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "damaged: the member's own header contradicts the directory");
    }
    if (begin > npz->directory.offset || entry->stored > npz->directory.offset - begin) {
        return dt_error_set(error, DT_ERR_FORMAT, "damaged: it reaches past the directory");
    }
    status = dti_npy_stream_open(ret_stream, &npz->file, begin, entry->stored, entry->size,
                                 entry->method == DTI_ZIP_DEFLATED, error);
    if (status == DT_OK) {
        ret_stream->wants_checksum = true;
    }
    return status;
}

static dt_status check_sum(const dti_npz_entry *entry, const dti_npy_stream *stream,
                           dt_error *error) {
    return stream->checksum == entry->checksum
               ? DT_OK
               : dt_error_set(error, DT_ERR_FORMAT,
                              "damaged: checksum %08x where the directory says %08x",
                              (unsigned)stream->checksum, (unsigned)entry->checksum);
}

static dt_status find(const dt_npz *npz, const char *name, const dti_npz_entry **ret_entry,
                      dt_error *error) {
    *ret_entry = dti_npz_directory_find(&npz->directory, name);
    return *ret_entry != NULL
               ? DT_OK
               : dt_error_set(error, DT_ERR_ARGUMENT,
                              "the archive has no member of this name (it has %lld members)",
                              (long long)npz->directory.count);
}

static dt_status get_array(const dt_npz *npz, const char *name, dt_array *ret_array,
                           dt_error *error) {
    const dti_npz_entry *entry;
    dti_npy_stream stream;
    dt_status status = find(npz, name, &entry, error);
    if (status == DT_OK) {
        status = open_stream(npz, entry, &stream, error);
    }
    if (status != DT_OK) {
        return status;
    }
    dt_array array;
    status = dti_npy_decode(&stream, &array, error);
    if (status == DT_OK) {
        status = check_sum(entry, &stream, error);
        if (status == DT_OK) {
            *ret_array = array;
        } else {
            dt_array_free(&array);
        }
    }
    dti_npy_stream_close(&stream);
    return status;
}

static dt_status get_bytes(const dt_npz *npz, const char *name, char **ret_data, size_t *ret_size,
                           dt_error *error) {
    const dti_npz_entry *entry;
    dti_npy_stream stream;
    dt_status status = find(npz, name, &entry, error);
    if (status == DT_OK) {
        status = open_stream(npz, entry, &stream, error);
    }
    if (status != DT_OK) {
        return status;
    }
    char *data = NULL;
    size_t size = 0;
    status = dti_npy_decode_bytes(&stream, &data, &size, error);
    if (status == DT_OK) {
        status = check_sum(entry, &stream, error);
        if (status == DT_OK) {
            *ret_data = data;
            *ret_size = size;
        } else {
            free(data);
        }
    }
    dti_npy_stream_close(&stream);
    return status;
}

/* "map.npz, member 'intensity': ..." */
static dt_status report(const dt_npz *npz, const char *name, const dt_error *failure,
                        dt_error *error) {
    char context[DT_MESSAGE_SIZE];
    snprintf(context, sizeof context, "%.600s, member '%.200s'", npz->path, name);
    return dti_npy_report(error, failure, context);
}

dt_status dt_npz_get(const dt_npz *npz, const char *name, dt_array *ret_array, dt_error *error) {
    if (npz == NULL || name == NULL || ret_array == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npz_get: an argument is NULL");
    }
    dt_error failure = DT_ERROR_INIT;
    dt_status status = get_array(npz, name, ret_array, &failure);
    return status == DT_OK ? DT_OK : report(npz, name, &failure, error);
}

dt_status dt_npz_get_bytes(const dt_npz *npz, const char *name, char **ret_data, size_t *ret_size,
                           dt_error *error) {
    if (npz == NULL || name == NULL || ret_data == NULL || ret_size == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npz_get_bytes: an argument is NULL");
    }
    dt_error failure = DT_ERROR_INIT;
    dt_status status = get_bytes(npz, name, ret_data, ret_size, &failure);
    return status == DT_OK ? DT_OK : report(npz, name, &failure, error);
}
