/* npy_encode.c - from an array with any strides to the bytes of a .npy file, in C order. */
#include "npy_encode.h"

#include "npy_bytes.h"
#include "npy_header.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 1024, ITEM_MAX = 16 }; /* elements gathered at a time, bytes of the widest */

static const char *const descriptors[DT_DTYPE_COUNT] = {
    [DT_F32] = "<f4",   [DT_F64] = "<f8", [DT_C64] = "<c8",
    [DT_C128] = "<c16", [DT_I64] = "<i8", [DT_BOOL] = "|b1",
};

dt_status dti_npy_item_check(const dti_npy_item *item, dt_error *error) {
    const dt_array *array = item->array;
    if (array == NULL) {
        if (item->size > PTRDIFF_MAX - DTI_NPY_HEADER_MAX) {
            return dt_error_set(error, DT_ERR_ARGUMENT, "%zu bytes are too many", item->size);
        }
        return item->bytes != NULL || item->size == 0
                   ? DT_OK
                   : dt_error_set(error, DT_ERR_ARGUMENT, "the bytes are NULL");
    }
    if ((int)array->dtype < 0 || (int)array->dtype >= DT_DTYPE_COUNT) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "the array has the unknown element type %d",
                            (int)array->dtype);
    }
    int64_t size = 0;
    dt_status status = dt_shape_check(array->ndim, array->shape, &size, error);
    if (status == DT_OK && array->data == NULL && size > 0) {
        status = dt_error_set(error, DT_ERR_ARGUMENT, "the array has no data");
    }
    return status;
}

static size_t format_header(const dti_npy_item *item, char buffer[DTI_NPY_HEADER_MAX]) {
    if (item->array != NULL) {
        return dti_npy_format(buffer, descriptors[item->array->dtype], item->array->ndim,
                              item->array->shape);
    }
    char descr[32];
    snprintf(descr, sizeof descr, "|S%zu", item->size);
    return dti_npy_format(buffer, descr, 0, NULL);
}

int64_t dti_npy_item_size(const dti_npy_item *item) {
    char header[DTI_NPY_HEADER_MAX];
    size_t data = item->array != NULL ? dt_array_bytes(item->array) : item->size;
    return (int64_t)(format_header(item, header) + data);
}

/* The last index runs fastest; strides may be zero or negative. */
typedef struct cursor {
    int64_t index[DT_MAX_DIMS];
    int64_t offset;
} cursor;

static void gather(const dt_array *array, cursor *from, unsigned char *elements, int64_t n) {
    size_t item = dt_dtype_size(array->dtype);
    const unsigned char *data = array->data;
    for (int64_t i = 0; i < n; i++) {
        memcpy(elements + (size_t)i * item, data + from->offset * (int64_t)item, item);
        for (int d = array->ndim - 1; d >= 0; d--) {
            from->offset += array->strides[d];
            if (++from->index[d] < array->shape[d]) {
                break;
            }
            from->offset -= from->index[d] * array->strides[d];
            from->index[d] = 0;
        }
    }
}

static dt_status emit_gathered(const dt_array *array, dti_npy_sink *sink, void *context) {
    unsigned char elements[CHUNK * ITEM_MAX];
    size_t item = dt_dtype_size(array->dtype);
    size_t width = dt_dtype_is_complex(array->dtype) ? item / 2 : item;
    cursor from = {{0}, 0};
    for (int64_t left = dt_array_size(array); left > 0;) {
        int64_t n = left < CHUNK ? left : CHUNK;
        gather(array, &from, elements, n);
        if (!dti_machine_is_little()) {
            dti_swap_bytes(elements, (size_t)n * item, width);
        }
        dt_status status = sink(context, elements, (size_t)n * item);
        if (status != DT_OK) {
            return status;
        }
        left -= n;
    }
    return DT_OK;
}

dt_status dti_npy_emit(const dti_npy_item *item, dti_npy_sink *sink, void *context) {
    char header[DTI_NPY_HEADER_MAX];
    dt_status status = sink(context, header, format_header(item, header));
    if (status != DT_OK) {
        return status;
    }
    if (item->array == NULL) {
        return sink(context, item->bytes, item->size);
    }
    if (dt_array_is_contiguous(item->array) && dti_machine_is_little()) {
        return sink(context, item->array->data, dt_array_bytes(item->array));
    }
    return emit_gathered(item->array, sink, context);
}
