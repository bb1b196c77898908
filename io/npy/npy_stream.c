/* npy_stream.c - read bytes in order from a file or memory, inflating and summing as they pass. */
#include "npy_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deflate cannot shrink by more than this (zlib's technical notes): a claim beyond is a lie. */
enum { DEFLATE_LIMIT = 1032, REASON_SIZE = 128 };
#define STEP_MAX ((int64_t)1 << 30)

static dt_status read_error(dt_error *error, int code) {
    char reason[REASON_SIZE];
    if (strerror_r(code, reason, sizeof reason) != 0) {
        reason[0] = '\0';
    }
    return dt_error_set(error, DT_ERR_IO, "cannot read: %s", reason);
}

dt_status dti_npy_file_open(const char *path, dti_npy_file *ret_file, dt_error *error) {
    if (path == NULL || path[0] == '\0') {
        return dt_error_set(error, DT_ERR_ARGUMENT, "the file name is empty");
    }
    /* Without O_NONBLOCK a named pipe would wait here for a writer before it is refused. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat now;
    if (fd < 0 || fstat(fd, &now) != 0) {
        dt_status status = errno == ENOENT
                               ? dt_error_set(error, DT_ERR_IO, "the file does not exist")
                               : read_error(error, errno);
        if (fd >= 0) {
            close(fd);
        }
        return status;
    }
    dt_status status = DT_OK;
    if (!S_ISREG(now.st_mode)) {
        status = dt_error_set(error, DT_ERR_IO, "cannot read: it is %s, not a file",
                              S_ISDIR(now.st_mode) ? "a folder" : "a pipe or device");
    } else if (now.st_size == 0) {
        status = dt_error_set(error, DT_ERR_FORMAT, "the file is empty");
    }
    if (status != DT_OK) {
        close(fd);
        return status;
    }
    *ret_file = (dti_npy_file){.fd = fd, .size = (int64_t)now.st_size};
    return DT_OK;
}

void dti_npy_file_close(dti_npy_file *file) {
    if (file->memory == NULL) {
        close(file->fd);
    }
}

dt_status dti_npy_file_read(const dti_npy_file *file, int64_t offset, void *data, size_t size,
                            dt_error *error) {
    if (offset < 0 || offset > file->size || size > (size_t)(file->size - offset)) {
        return dt_error_set(error, DT_ERR_FORMAT, "the file ends too early");
    }
    if (size == 0) {
        return DT_OK;
    }
    if (file->memory != NULL) {
        memcpy(data, file->memory + offset, size);
        return DT_OK;
    }
    for (unsigned char *at = data; size > 0;) {
        size_t step = size < (size_t)STEP_MAX ? size : (size_t)STEP_MAX;
        ssize_t got = pread(file->fd, at, step, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return read_error(error, errno);
        }
        if (got == 0) {
            return dt_error_set(error, DT_ERR_FORMAT, "the file became shorter while it was read");
        }
        at += got;
        offset += got;
        size -= (size_t)got;
    }
    return DT_OK;
}

dt_status dti_npy_stream_open(dti_npy_stream *ret_stream, const dti_npy_file *file, int64_t offset,
                              int64_t stored, int64_t size, bool deflated, dt_error *error) {
    bool possible = deflated ? size / DEFLATE_LIMIT <= stored : size == stored;
    if (offset < 0 || stored < 0 || size < 0 || offset > file->size ||
        stored > file->size - offset || !possible) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "damaged: %lld bytes cannot come from %lld bytes at offset %lld of a "
                            "file of %lld bytes",
                            (long long)size, (long long)stored, (long long)offset,
                            (long long)file->size);
    }
    memset(ret_stream, 0, sizeof *ret_stream);
    ret_stream->file = file;
    ret_stream->position = offset;
    ret_stream->end = offset + stored;
    ret_stream->remaining = size;
    ret_stream->deflated = deflated;
    if (deflated && inflateInit2(&ret_stream->inflater, -MAX_WBITS) != Z_OK) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for inflating");
    }
    return DT_OK;
}

void dti_npy_stream_close(dti_npy_stream *stream) {
    if (stream->deflated) {
        inflateEnd(&stream->inflater);
    }
}

/* Give the inflater the next piece of the file if it has used up the last one. */
static dt_status refill(dti_npy_stream *stream, dt_error *error) {
    int64_t left = stream->end - stream->position;
    if (stream->inflater.avail_in > 0 || left == 0) {
        return DT_OK;
    }
    int64_t capacity = (int64_t)sizeof stream->buffer;
    size_t step = (size_t)(left < capacity ? left : capacity);
    dt_status status =
        dti_npy_file_read(stream->file, stream->position, stream->buffer, step, error);
    if (status == DT_OK) {
        stream->position += (int64_t)step;
        stream->inflater.next_in = stream->buffer;
        stream->inflater.avail_in = (uInt)step;
    }
    return status;
}

/* Inflate up to `size` bytes; *ret_got is less only at the end of the deflated data. */
static dt_status inflate_bytes(dti_npy_stream *stream, unsigned char *data, int64_t size,
                               int64_t *ret_got, dt_error *error) {
    int64_t got = 0;
    while (got < size && !stream->at_end) {
        dt_status status = refill(stream, error);
        if (status != DT_OK) {
            return status;
        }
        int64_t step = size - got < STEP_MAX ? size - got : STEP_MAX;
        stream->inflater.next_out = data + got;
        stream->inflater.avail_out = (uInt)step;
        int code = inflate(&stream->inflater, Z_NO_FLUSH);
        if (code == Z_MEM_ERROR) {
            return dt_error_set(error, DT_ERR_MEMORY, "out of memory for inflating");
        }
        if (code != Z_OK && code != Z_STREAM_END) {
            return dt_error_set(error, DT_ERR_FORMAT, "damaged: the deflated data do not inflate");
        }
        got += step - (int64_t)stream->inflater.avail_out;
        stream->at_end = code == Z_STREAM_END;
    }
    *ret_got = got;
    return DT_OK;
}

static void add_checksum(dti_npy_stream *stream, const void *data, int64_t size) {
    if (stream->wants_checksum) {
        stream->checksum = (uint32_t)crc32_z(stream->checksum, data, (z_size_t)size);
    }
}

dt_status dti_npy_stream_read(dti_npy_stream *stream, void *data, int64_t size, dt_error *error) {
    if (size > stream->remaining) {
        return dt_error_set(error, DT_ERR_FORMAT, "the data end too early");
    }
    if (size == 0) {
        return DT_OK;
    }
    int64_t got = size;
    dt_status status;
    if (stream->deflated) {
        status = inflate_bytes(stream, data, size, &got, error);
    } else {
        status = dti_npy_file_read(stream->file, stream->position, data, (size_t)size, error);
        stream->position += size;
    }
    if (status == DT_OK && got < size) {
        status = dt_error_set(error, DT_ERR_FORMAT, "damaged: the deflated data end too early");
    }
    if (status != DT_OK) {
        return status;
    }
    stream->remaining -= size;
    add_checksum(stream, data, size);
    return DT_OK;
}

dt_status dti_npy_stream_finish(dti_npy_stream *stream, dt_error *error) {
    if (stream->remaining != 0) {
        return dt_error_set(error, DT_ERR_FORMAT, "%lld bytes follow the array",
                            (long long)stream->remaining);
    }
    if (stream->deflated) {
        /* The end mark may still have to be read; a single byte more contradicts the directory. */
        unsigned char extra;
        int64_t got = 0;
        dt_status status = inflate_bytes(stream, &extra, 1, &got, error);
        if (status != DT_OK) {
            return status;
        }
        if (got != 0) {
            return dt_error_set(error, DT_ERR_FORMAT,
                                "damaged: the deflated data are longer than the directory says");
        }
    }
    return DT_OK;
}
