/* npz_write.c - write arrays into a .npz archive, stored or deflated. */
#include "npz_write.h"

#include "atomic_file.h"
#include "npy_encode.h"
#include "npz_format.h"
#include "npz_records.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { NAME_SIZE_MAX = DTI_NPZ_NAME_MAX - 4 /* ".npy" */ };
#define DEFLATE_STEP_MAX ((size_t)1 << 30)

struct dt_npz_writer {
    dti_atomic_file *file;
    uint64_t position; /* bytes written so far */
    int level;
    bool force_zip64;
    dti_npz_member *members;
    size_t count, capacity;
    dt_error error; /* the first failure */
    z_stream deflater;
    unsigned char buffer[DTI_NPZ_RECORD_MAX]; /* a record, or deflated bytes on their way */
};

dt_status dt_npz_create(dt_npz_writer **ret_writer, const char *path, dt_error *error) {
    if (ret_writer == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npz_create: ret_writer is NULL");
    }
    dt_npz_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for an archive");
    }
    writer->error = (dt_error)DT_ERROR_INIT;
    dt_status status = dti_atomic_open(path, &writer->file, error);
    if (status != DT_OK) {
        free(writer);
        return status;
    }
    *ret_writer = writer;
    return DT_OK;
}

void dti_npz_force_zip64(dt_npz_writer *writer) {
    writer->force_zip64 = true;
}

dt_status dt_npz_set_level(dt_npz_writer *writer, int level) {
    if (writer == NULL) {
        return DT_ERR_ARGUMENT;
    }
    if (writer->error.status == DT_OK && (level < 0 || level > 9)) {
        return dt_error_set(&writer->error, DT_ERR_ARGUMENT,
                            "dt_npz_set_level: %d is not a deflate level; 0 (stored) to 9 are",
                            level);
    }
    writer->level = level;
    return writer->error.status;
}

static dt_status write_bytes(dt_npz_writer *writer, const void *data, size_t size) {
    writer->position += size;
    return dti_atomic_write(writer->file, data, size, &writer->error);
}

/* The first bytes of the buffer. */
static dt_status write_buffer(dt_npz_writer *writer, size_t size) {
    return write_bytes(writer, writer->buffer, size);
}

/* -- sinks for the bytes of a .npy file -------------------------------------------------------- */

typedef struct passing {
    dt_npz_writer *writer;
    dti_npz_member *member;
} passing;

static dt_status sum_sink(void *context, const void *data, size_t size) {
    passing *to = context;
    if (size > 0) {
        to->member->checksum = (uint32_t)crc32_z(to->member->checksum, data, size);
    }
    return DT_OK;
}

static dt_status store_sink(void *context, const void *data, size_t size) {
    passing *to = context;
    return write_bytes(to->writer, data, size);
}

/* Run the deflater until it wants more input, or with Z_FINISH until it is done. */
static dt_status run_deflater(dt_npz_writer *writer, int flush) {
    z_stream *z = &writer->deflater;
    do {
        z->next_out = writer->buffer;
        z->avail_out = (uInt)sizeof writer->buffer;
        if (deflate(z, flush) == Z_STREAM_ERROR) {
            return dt_error_set(&writer->error, DT_ERR_MEMORY, "deflating failed");
        }
        dt_status status = write_buffer(writer, sizeof writer->buffer - z->avail_out);
        if (status != DT_OK) {
            return status;
        }
    } while (z->avail_out == 0);
    return DT_OK;
}

static dt_status deflate_sink(void *context, const void *data, size_t size) {
    passing *to = context;
    sum_sink(context, data, size);
    for (const unsigned char *at = data; size > 0;) {
        size_t step = size < DEFLATE_STEP_MAX ? size : DEFLATE_STEP_MAX;
        to->writer->deflater.next_in = (Bytef *)(uintptr_t)at; /* zlib's type lacks the const */
        to->writer->deflater.avail_in = (uInt)step;
        dt_status status = run_deflater(to->writer, Z_NO_FLUSH);
        if (status != DT_OK) {
            return status;
        }
        at += step;
        size -= step;
    }
    return DT_OK;
}

/* -- members ----------------------------------------------------------------------------------- */

static dt_status write_stored(dt_npz_writer *writer, dti_npz_member *m, const dti_npy_item *item) {
    passing to = {writer, m};
    m->stored = m->size;
    m->zip64 = m->force || dti_npz_is_large(m->size);
    dti_npy_emit(item, sum_sink, &to); /* the sum stands before the data: two passes */
    dt_status status = write_buffer(writer, dti_npz_put_local(writer->buffer, m));
    return status == DT_OK ? dti_npy_emit(item, store_sink, &to) : status;
}

static dt_status write_deflated(dt_npz_writer *writer, dti_npz_member *m,
                                const dti_npy_item *item) {
    passing to = {writer, m};
    /* Deflated data can be a little longer than the original; 1/64 is far above zlib's bound. */
    m->zip64 = m->force || dti_npz_is_large(m->size + m->size / 64 + 1024);
    dt_status status = write_buffer(writer, dti_npz_put_local(writer->buffer, m));
    if (status != DT_OK) {
        return status;
    }
    memset(&writer->deflater, 0, sizeof writer->deflater);
    if (deflateInit2(&writer->deflater, writer->level, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return dt_error_set(&writer->error, DT_ERR_MEMORY, "out of memory for deflating");
    }
    uint64_t begin = writer->position;
    status = dti_npy_emit(item, deflate_sink, &to);
    if (status == DT_OK) {
        status = run_deflater(writer, Z_FINISH);
    }
    deflateEnd(&writer->deflater);
    m->stored = writer->position - begin;
    return status != DT_OK ? status
                           : write_buffer(writer, dti_npz_put_descriptor(writer->buffer, m));
}

/* A new member at the end of the list, named. */
static dt_status new_member(dt_npz_writer *writer, const char *name, dti_npz_member **ret_member) {
    if (writer->count == writer->capacity) {
        size_t capacity = 2 * writer->capacity + 16;
        dti_npz_member *grown = realloc(writer->members, capacity * sizeof *grown);
        if (grown == NULL) {
            return dt_error_set(&writer->error, DT_ERR_MEMORY, "out of memory for an archive");
        }
        writer->members = grown;
        writer->capacity = capacity;
    }
    size_t length = strlen(name);
    char *full = malloc(length + sizeof ".npy");
    if (full == NULL) {
        return dt_error_set(&writer->error, DT_ERR_MEMORY, "out of memory for an archive");
    }
    memcpy(full, name, length);
    memcpy(full + length, ".npy", sizeof ".npy");
    *ret_member = &writer->members[writer->count++];
    **ret_member =
        (dti_npz_member){.name = full, .offset = writer->position, .force = writer->force_zip64};
    return DT_OK;
}

static dt_status check_name(dt_npz_writer *writer, const char *name) {
    if (name == NULL || name[0] == '\0' || strlen(name) > NAME_SIZE_MAX) {
        return dt_error_set(&writer->error, DT_ERR_ARGUMENT, "dt_npz_add: a member's name is %s",
                            name == NULL      ? "NULL"
                            : name[0] == '\0' ? "empty"
                                              : "too long");
    }
    size_t length = strlen(name);
    for (size_t i = 0; i < writer->count; i++) {
        const char *other = writer->members[i].name;
        if (strlen(other) == length + 4 && memcmp(other, name, length) == 0) {
            return dt_error_set(&writer->error, DT_ERR_ARGUMENT,
                                "dt_npz_add: the archive has a member named '%.200s' already",
                                name);
        }
    }
    return DT_OK;
}

static dt_status add(dt_npz_writer *writer, const char *name, const dti_npy_item *item) {
    if (writer == NULL) {
        return DT_ERR_ARGUMENT;
    }
    if (writer->error.status != DT_OK) {
        return writer->error.status;
    }
    dt_status status = check_name(writer, name);
    if (status != DT_OK) {
        return status;
    }
    if (dti_npy_item_check(item, &writer->error) != DT_OK) {
        dt_error_context(&writer->error, "dt_npz_add, member '%.200s'", name);
        return writer->error.status;
    }
    dti_npz_member *m = NULL;
    status = new_member(writer, name, &m);
    if (status != DT_OK) {
        return status;
    }
    m->size = (uint64_t)dti_npy_item_size(item);
    m->method = writer->level > 0 ? DTI_ZIP_DEFLATED : DTI_ZIP_STORED;
    return writer->level > 0 ? write_deflated(writer, m, item) : write_stored(writer, m, item);
}

dt_status dt_npz_add(dt_npz_writer *writer, const char *name, const dt_array *array) {
    if (writer != NULL && array == NULL) {
        return dt_error_set(&writer->error, DT_ERR_ARGUMENT, "dt_npz_add: the array is NULL");
    }
    return add(writer, name, &(dti_npy_item){.array = array});
}

dt_status dt_npz_add_bytes(dt_npz_writer *writer, const char *name, const void *data, size_t size) {
    return add(writer, name, &(dti_npy_item){.bytes = data, .size = size});
}

static dt_status write_directory(dt_npz_writer *writer) {
    uint64_t offset = writer->position;
    for (size_t i = 0; i < writer->count; i++) {
        size_t size = dti_npz_put_central(writer->buffer, &writer->members[i]);
        dt_status status = write_buffer(writer, size);
        if (status != DT_OK) {
            return status;
        }
    }
    return write_buffer(writer, dti_npz_put_end(writer->buffer, writer->count, offset,
                                                writer->position - offset, writer->force_zip64));
}

/* All but the file, which commit and abort release. */
static void release(dt_npz_writer *writer) {
    for (size_t i = 0; i < writer->count; i++) {
        free(writer->members[i].name);
    }
    free(writer->members);
    free(writer);
}

dt_status dt_npz_finish(dt_npz_writer *writer, dt_error *error) {
    if (writer == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npz_finish: the writer is NULL");
    }
    dt_error *failure = &writer->error;
    if (failure->status == DT_OK) {
        write_directory(writer);
    }
    if (failure->status == DT_OK) {
        dti_atomic_commit(writer->file, failure);
    } else {
        dti_atomic_abort(writer->file);
    }
    dt_status status = failure->status;
    if (status != DT_OK) {
        dt_error_set(error, status, "%s", failure->message);
    }
    release(writer);
    return status;
}

void dt_npz_abort(dt_npz_writer *writer) {
    if (writer != NULL) {
        dti_atomic_abort(writer->file);
        release(writer);
    }
}
