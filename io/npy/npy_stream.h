/* npy_stream.h - the bytes of an open file or of memory, read in order, inflated where they are
 * deflated, with a checksum. */
#ifndef DTI_NPY_STREAM_H
#define DTI_NPY_STREAM_H

#include <difftape/status.h>

#include <zlib.h>

/* Bytes at random positions: of a file, or of memory if that is set. */
typedef struct dti_npy_file {
    int fd;
    const unsigned char *memory;
    int64_t size;
} dti_npy_file;

/* Errors: DT_ERR_IO with the reason (missing, a folder, not readable); DT_ERR_FORMAT if empty. */
dt_status dti_npy_file_open(const char *path, dti_npy_file *ret_file, dt_error *error);
void dti_npy_file_close(dti_npy_file *file);

/* Exactly `size` bytes from `offset`. Errors: DT_ERR_FORMAT past the end, DT_ERR_IO. */
dt_status dti_npy_file_read(const dti_npy_file *file, int64_t offset, void *data, size_t size,
                            dt_error *error);

typedef struct dti_npy_stream {
    const dti_npy_file *file;
    int64_t position, end; /* of the bytes as they lie in the file */
    int64_t remaining;     /* bytes still to come out */
    bool deflated, at_end; /* at_end: the deflated data said that they are complete */
    bool wants_checksum;
    uint32_t checksum; /* CRC-32 of what came out so far */
    z_stream inflater;
    unsigned char buffer[1 << 14];
} dti_npy_stream;

/* `stored` bytes at `offset` give `size` bytes. Close after success. Errors: DT_ERR_FORMAT if no
 * deflated data could give that much, DT_ERR_MEMORY. */
dt_status dti_npy_stream_open(dti_npy_stream *ret_stream, const dti_npy_file *file, int64_t offset,
                              int64_t stored, int64_t size, bool deflated, dt_error *error);
void dti_npy_stream_close(dti_npy_stream *stream);

/* Exactly `size` bytes. Errors: DT_ERR_FORMAT (they end before, damaged), DT_ERR_IO. */
dt_status dti_npy_stream_read(dti_npy_stream *stream, void *data, int64_t size, dt_error *error);

/* After all has been read: nothing may be left over. Errors: DT_ERR_FORMAT. */
dt_status dti_npy_stream_finish(dti_npy_stream *stream, dt_error *error);

#endif
