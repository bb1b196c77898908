/* npy_encode.h - from an array or a byte string to the bytes of a .npy file. */
#ifndef DTI_NPY_ENCODE_H
#define DTI_NPY_ENCODE_H

#include <difftape/array.h>

/* What becomes one file: an array, or `size` bytes where array is NULL. */
typedef struct dti_npy_item {
    const dt_array *array;
    const void *bytes;
    size_t size;
} dti_npy_item;

/* Takes the next bytes; a status other than DT_OK ends the work and is passed on. */
typedef dt_status dti_npy_sink(void *context, const void *data, size_t size);

/* Errors: DT_ERR_ARGUMENT (NULL pointers, an unknown element type), DT_ERR_SHAPE. */
dt_status dti_npy_item_check(const dti_npy_item *item, dt_error *error);

/* Bytes that dti_npy_emit will give, and the giving. The item must have been checked. */
int64_t dti_npy_item_size(const dti_npy_item *item);
dt_status dti_npy_emit(const dti_npy_item *item, dti_npy_sink *sink, void *context);

#endif
