/* pdb_file.c - the bytes of a plain or gzip-compressed file, damage and size limits reported. */
#include "pdb_text.h"

#include <zlib.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_CAPACITY ((size_t)1 << 18)
#define SHOWN_NAME     300

const char *dti_short_name(const char *name) {
    size_t length = strlen(name);
    return length <= SHOWN_NAME ? name : name + (length - SHOWN_NAME);
}

static dt_status system_error(const char *name, const char *verb, int code, dt_error *error) {
    char reason[128];
    if (strerror_r(code, reason, sizeof reason) != 0) {
        memcpy(reason, "unknown reason", sizeof "unknown reason");
    }
    return dt_error_set(error, DT_ERR_IO, "%s: cannot %s: %s", name, verb, reason);
}

/* Why gzread or gzclose failed. */
static dt_status stream_error(const char *name, int code, const char *text, dt_error *error) {
    if (code == Z_ERRNO) {
        return system_error(name, "read", errno, error);
    }
    if (code == Z_BUF_ERROR) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: the gzip data end early (truncated file)",
                            name);
    }
    if (code == Z_MEM_ERROR) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory to decompress", name);
    }
    return dt_error_set(error, DT_ERR_FORMAT, "%s: damaged gzip data: %s", name, text);
}

/* Room for more bytes in a buffer of *capacity, never above limit + 1. */
static dt_status grow(char **data, size_t *capacity, size_t limit, const char *name,
                      dt_error *error) {
    size_t larger = *capacity == 0 ? FIRST_CAPACITY : 2 * *capacity;
    if (larger > limit + 1) {
        larger = limit + 1;
    }
    char *moved = realloc(*data, larger);
    if (moved == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for %zu bytes", name, larger);
    }
    *data = moved;
    *capacity = larger;
    return DT_OK;
}

static dt_status read_all(gzFile file, const char *name, size_t limit, char **data, size_t *size,
                          dt_error *error) {
    size_t capacity = 0;
    for (;;) {
        if (*size == capacity) {
            dt_status status = grow(data, &capacity, limit, name, error);
            if (status != DT_OK) {
                return status;
            }
        }
        size_t room = capacity - *size;
        unsigned ask = room < (1u << 30) ? (unsigned)room : 1u << 30;
        int got = gzread(file, *data + *size, ask);
        if (got < 0) {
            int code = Z_OK;
            const char *text = gzerror(file, &code);
            return stream_error(name, code, text, error);
        }
        if (got == 0) {
            return DT_OK;
        }
        *size += (size_t)got;
        if (*size > limit) {
            return dt_error_set(error, DT_ERR_FORMAT,
                                "%s: more than %zu bytes, the limit for a structure (max_bytes)",
                                name, limit);
        }
    }
}

dt_status dti_pdb_load(const char *path, int64_t max_bytes, char **ret_data, size_t *ret_size,
                       dt_error *error) {
    const char *name = dti_short_name(path);
    struct stat info;
    if (path[0] == '\0') {
        return dt_error_set(error, DT_ERR_IO, "the name of the structure file is empty");
    }
    if (stat(path, &info) != 0) {
        return system_error(name, "open", errno, error);
    }
    if (S_ISDIR(info.st_mode)) {
        return dt_error_set(error, DT_ERR_IO, "%s: this is a folder, not a structure file", name);
    }
    errno = 0;
    gzFile file = gzopen(path, "rb");
    if (file == NULL) {
        return errno == 0 ? dt_error_set(error, DT_ERR_MEMORY, "%s: no memory to open it", name)
                          : system_error(name, "open", errno, error);
    }
    char *data = NULL;
    size_t size = 0;
    dt_status status = read_all(file, name, (size_t)max_bytes, &data, &size, error);
    int closed = gzclose(file); /* also tells of a last gzip member cut short */
    if (status == DT_OK && closed != Z_OK) {
        status = stream_error(name, closed, "wrong end", error);
    }
    if (status != DT_OK) {
        free(data);
        return status;
    }
    *ret_data = data;
    *ret_size = size;
    return DT_OK;
}
