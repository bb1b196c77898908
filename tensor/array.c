/* array.c - making, releasing, describing and copying arrays. */
#include <difftape/array.h>

#include "iterate.h"
#include "kernels/kernels.h"
#include "view.h"
#include "workspace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT  64
#define SHAPE_TEXT 192

dt_array dt_array_wrap(dt_dtype dtype, int ndim, const int64_t *shape, const void *data) {
    dt_array array = {.dtype = dtype, .ndim = ndim};
    /* One description serves readers and writers; the caller knows which memory is const. */
    memcpy(&array.data, &data, sizeof data);
    int64_t stride = 1;
    for (int d = ndim - 1; d >= 0; d--) {
        array.shape[d] = shape[d];
        array.strides[d] = stride;
        stride *= shape[d] > 0 ? shape[d] : 1;
    }
    return array;
}

dt_status dti_array_measure(dt_dtype dtype, int ndim, const int64_t *shape, size_t *ret_bytes,
                            dt_error *error) {
    int64_t size;
    dt_status status = dt_shape_check(ndim, shape, &size, error);
    if (status != DT_OK) {
        return status;
    }
    size_t item = dt_dtype_size(dtype);
    if (item == 0) {
        return dt_error_set(error, DT_ERR_DTYPE, "element type %d does not exist", (int)dtype);
    }
    char text[SHAPE_TEXT];
    if ((uint64_t)size > (SIZE_MAX / 2 - ALIGNMENT) / item) {
        return dt_error_set(error, DT_ERR_SHAPE, "the bytes of a %s array of shape %s overflow",
                            dt_dtype_name(dtype), dt_shape_format(text, sizeof text, ndim, shape));
    }
    *ret_bytes = (size_t)size * item;
    return DT_OK;
}

dt_status dti_array_alloc(dt_array *ret_array, dt_dtype dtype, int ndim, const int64_t *shape,
                          bool zeros, dt_error *error) {
    size_t bytes = 0;
    dt_status status = dti_array_measure(dtype, ndim, shape, &bytes, error);
    if (status != DT_OK) {
        return status;
    }
    char text[SHAPE_TEXT];
    /* aligned_alloc wants a multiple of the alignment; an empty array still gets a real pointer. */
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    bytes = bytes == 0 ? ALIGNMENT : bytes;
    void *data = aligned_alloc(ALIGNMENT, bytes);
    if (data == NULL) {
        return dt_error_set(
            error, DT_ERR_MEMORY, "no memory for a %s array of shape %s (%zu bytes)",
            dt_dtype_name(dtype), dt_shape_format(text, sizeof text, ndim, shape), bytes);
    }
    if (zeros) {
        memset(data, 0, bytes);
    }
    *ret_array = dt_array_wrap(dtype, ndim, shape, data);
    return DT_OK;
}

dt_status dt_array_new(dt_array *ret_array, dt_dtype dtype, int ndim, const int64_t *shape,
                       dt_error *error) {
    return dti_array_alloc(ret_array, dtype, ndim, shape, true, error);
}

void dt_array_free(dt_array *array) {
    if (array != NULL) {
        free(array->data);
        memset(array, 0, sizeof *array);
    }
}

bool dti_array_same_shape(const dt_array *a, const dt_array *b) {
    if (a->ndim != b->ndim) {
        return false;
    }
    for (int d = 0; d < a->ndim; d++) {
        if (a->shape[d] != b->shape[d]) {
            return false;
        }
    }
    return true;
}

dt_status dt_array_copy(const dt_array *target, const dt_array *source, dt_error *error) {
    if (!dti_array_same_shape(target, source)) {
        char to[SHAPE_TEXT], from[SHAPE_TEXT];
        return dt_error_set(error, DT_ERR_SHAPE, "cannot copy an array of shape %s into shape %s",
                            dt_shape_format(from, sizeof from, source->ndim, source->shape),
                            dt_shape_format(to, sizeof to, target->ndim, target->shape));
    }
    if (target->dtype != source->dtype) {
        return dt_error_set(error, DT_ERR_DTYPE,
                            "cannot copy %s elements into a %s array: convert first",
                            dt_dtype_name(source->dtype), dt_dtype_name(target->dtype));
    }
    if (dt_array_is_contiguous(target)) {
        dti_map(target, dti_k_copy[target->dtype], 1, &source, &source->dtype, NULL);
    } else {
        dti_copy_strided(target, source);
    }
    return DT_OK;
}
