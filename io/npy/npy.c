/* npy.c - read and write .npy files, one array each. */
#include <difftape/npy.h>

#include "atomic_file.h"
#include "npy_decode.h"
#include "npy_encode.h"
#include "npy_memory.h"

/* Where the result goes: an array, or bytes if `array` is NULL. */
typedef struct result {
    dt_array *array;
    char **data;
    size_t *size;
} result;

static dt_status read_file(const dti_npy_file *file, result to, dt_error *error) {
    dti_npy_stream stream;
    dt_status status = dti_npy_stream_open(&stream, file, 0, file->size, file->size, false, error);
    if (status != DT_OK) {
        return status;
    }
    status = to.array != NULL ? dti_npy_decode(&stream, to.array, error)
                              : dti_npy_decode_bytes(&stream, to.data, to.size, error);
    dti_npy_stream_close(&stream);
    return status;
}

static dt_status read_path(const char *path, result to, dt_error *error) {
    dti_npy_file file;
    dt_error failure = DT_ERROR_INIT;
    dt_status status = dti_npy_file_open(path, &file, &failure);
    if (status == DT_OK) {
        status = read_file(&file, to, &failure);
        dti_npy_file_close(&file);
    }
    return status == DT_OK ? DT_OK
                           : dti_npy_report(error, &failure, path != NULL ? path : "dt_npy_read");
}

dt_status dt_npy_read(const char *path, dt_array *ret_array, dt_error *error) {
    if (ret_array == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npy_read: ret_array is NULL");
    }
    return read_path(path, (result){.array = ret_array}, error);
}

dt_status dt_npy_read_bytes(const char *path, char **ret_data, size_t *ret_size, dt_error *error) {
    if (ret_data == NULL || ret_size == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "dt_npy_read_bytes: ret_data or ret_size is NULL");
    }
    return read_path(path, (result){.data = ret_data, .size = ret_size}, error);
}

dt_status dti_npy_read_memory(const void *data, size_t size, dt_array *ret_array, dt_error *error) {
    const dti_npy_file file = {.fd = -1, .memory = data, .size = (int64_t)size};
    return read_file(&file, (result){.array = ret_array}, error);
}

dt_status dti_npy_read_bytes_memory(const void *data, size_t size, char **ret_data,
                                    size_t *ret_size, dt_error *error) {
    const dti_npy_file file = {.fd = -1, .memory = data, .size = (int64_t)size};
    return read_file(&file, (result){.data = ret_data, .size = ret_size}, error);
}

typedef struct writing {
    dti_atomic_file *file;
    dt_error *error;
} writing;

static dt_status write_sink(void *context, const void *data, size_t size) {
    writing *to = context;
    return dti_atomic_write(to->file, data, size, to->error);
}

dt_status dt_npy_write(const char *path, const dt_array *array, dt_error *error) {
    if (array == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_npy_write: the array is NULL");
    }
    const dti_npy_item item = {.array = array};
    dt_error failure = DT_ERROR_INIT;
    if (dti_npy_item_check(&item, &failure) != DT_OK) {
        return dti_npy_report(error, &failure, "dt_npy_write");
    }
    writing to = {.error = error};
    dt_status status = dti_atomic_open(path, &to.file, error);
    if (status != DT_OK) {
        return status;
    }
    status = dti_npy_emit(&item, write_sink, &to);
    if (status != DT_OK) {
        dti_atomic_abort(to.file);
        return status;
    }
    return dti_atomic_commit(to.file, error);
}
