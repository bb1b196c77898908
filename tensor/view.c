/* view.c - new descriptions of the same memory: reshape, permute, slice, broadcast, diagonal. */
#include "view.h"

#include <inttypes.h>

#define SHAPE_TEXT 192

static const char *text_of(char *buffer, const dt_array *array) {
    return dt_shape_format(buffer, SHAPE_TEXT, array->ndim, array->shape);
}

/* Replace a single -1 by the size that keeps the element count. */
static dt_status infer_shape(const dt_array *array, int ndim, const int64_t *shape,
                             int64_t *ret_shape, dt_error *error) {
    char from[SHAPE_TEXT], to[SHAPE_TEXT];
    int unknown = -1;
    if (ndim < 0 || ndim > DT_MAX_DIMS) {
        return dt_error_set(error, DT_ERR_SHAPE, "%d dimensions given: an array has 0 to %d", ndim,
                            DT_MAX_DIMS);
    }
    for (int d = 0; d < ndim; d++) {
        ret_shape[d] = shape[d];
        if (shape[d] == -1) {
            if (unknown >= 0) {
                return dt_error_set(
                    error, DT_ERR_SHAPE, "cannot reshape %s to %s: at most one size may be -1",
                    text_of(from, array), dt_shape_format(to, sizeof to, ndim, shape));
            }
            unknown = d;
            ret_shape[d] = 1;
        }
    }
    int64_t size, old_size = dt_array_size(array);
    dt_status status = dt_shape_check(ndim, ret_shape, &size, error);
    if (status != DT_OK) {
        return status;
    }
    if (unknown >= 0 && size > 0 && old_size % size == 0) {
        ret_shape[unknown] = old_size / size;
        size = old_size;
    }
    if (size != old_size || (unknown >= 0 && size == 0 && ret_shape[unknown] == 1)) {
        return dt_error_set(
            error, DT_ERR_SHAPE, "cannot reshape %s to %s: %" PRId64 " elements do not fit",
            text_of(from, array), dt_shape_format(to, sizeof to, ndim, shape), old_size);
    }
    return DT_OK;
}

/* Strides of the new shape over the same memory. Old and new dimensions are matched in groups of
 * equal element count; a group can be split anew only if its old dimensions lie without gaps. */
static bool restride(const dt_array *array, int ndim, const int64_t *shape, int64_t *ret_strides) {
    int64_t old_shape[DT_MAX_DIMS], old_strides[DT_MAX_DIMS];
    int old_ndim = 0;
    for (int d = 0; d < array->ndim; d++) {
        if (array->shape[d] != 1) {
            old_shape[old_ndim] = array->shape[d];
            old_strides[old_ndim++] = array->strides[d];
        }
    }
    int old_at = 0, new_at = 0;
    while (old_at < old_ndim && new_at < ndim) {
        int old_end = old_at + 1, new_end = new_at + 1;
        int64_t old_count = old_shape[old_at], new_count = shape[new_at];
        while (old_count != new_count) {
            if (old_count < new_count) {
                old_count *= old_shape[old_end++];
            } else {
                new_count *= shape[new_end++];
            }
        }
        for (int d = old_at; d + 1 < old_end; d++) {
            if (old_strides[d] != old_strides[d + 1] * old_shape[d + 1]) {
                return false;
            }
        }
        int64_t stride = old_strides[old_end - 1];
        for (int d = new_end - 1; d >= new_at; d--) {
            ret_strides[d] = stride;
            stride *= shape[d];
        }
        old_at = old_end;
        new_at = new_end;
    }
    for (; new_at < ndim; new_at++) { /* only sizes of 1 are left */
        ret_strides[new_at] = 1;
    }
    return true;
}

dt_status dti_array_reshape(dt_array *ret_view, const dt_array *array, int ndim,
                            const int64_t *shape, dt_error *error) {
    int64_t full[DT_MAX_DIMS];
    dt_status status = infer_shape(array, ndim, shape, full, error);
    if (status != DT_OK) {
        return status;
    }
    dt_array view = dt_array_wrap(array->dtype, ndim, full, array->data);
    if (dt_array_size(array) != 0 && !restride(array, ndim, full, view.strides)) {
        char from[SHAPE_TEXT], to[SHAPE_TEXT];
        return dt_error_set(
            error, DT_ERR_SHAPE,
            "cannot reshape %s to %s without a copy: its elements are not in order; "
            "copy it to a contiguous array first",
            text_of(from, array), dt_shape_format(to, sizeof to, ndim, shape));
    }
    *ret_view = view;
    return DT_OK;
}

bool dti_array_can_reshape(const dt_array *array, int ndim, const int64_t *shape) {
    dt_array view;
    return dti_array_reshape(&view, array, ndim, shape, NULL) == DT_OK;
}

dt_status dti_array_permute(dt_array *ret_view, const dt_array *array, const int *axes,
                            dt_error *error) {
    dt_array view = *array;
    unsigned seen = 0;
    for (int d = 0; d < array->ndim; d++) {
        if (axes[d] < 0 || axes[d] >= array->ndim || (seen >> axes[d] & 1u) != 0) {
            return dt_error_set(error, DT_ERR_SHAPE,
                                "axis %d at place %d is no permutation of the %d dimensions: each "
                                "of 0..%d must appear once",
                                axes[d], d, array->ndim, array->ndim - 1);
        }
        seen |= 1u << axes[d];
        view.shape[d] = array->shape[axes[d]];
        view.strides[d] = array->strides[axes[d]];
    }
    *ret_view = view;
    return DT_OK;
}

static int64_t clip_position(int64_t position, int64_t size) {
    if (position < 0) {
        position += size;
        return position < 0 ? 0 : position;
    }
    return position > size ? size : position;
}

static void *element_at(const dt_array *array, int64_t offset) {
    return (char *)array->data + offset * (int64_t)dt_dtype_size(array->dtype);
}

dt_status dti_array_slice(dt_array *ret_view, const dt_array *array, int axis, int64_t start,
                          int64_t stop, int64_t step, dt_error *error) {
    if (axis < 0 || axis >= array->ndim) {
        char text[SHAPE_TEXT];
        return dt_error_set(error, DT_ERR_SHAPE, "axis %d does not exist in shape %s", axis,
                            text_of(text, array));
    }
    if (step < 1) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "slice step is %" PRId64 ": it must be at least 1", step);
    }
    int64_t size = array->shape[axis];
    start = clip_position(start, size);
    stop = clip_position(stop, size);
    dt_array view = *array;
    view.shape[axis] = stop > start ? (stop - start - 1) / step + 1 : 0;
    if (view.shape[axis] > 0) { /* an empty view keeps its pointer inside the array */
        view.data = element_at(array, start * array->strides[axis]);
    }
    /* A step beyond the end visits one element only; its stride never counts and must not overflow.
     */
    view.strides[axis] = view.shape[axis] > 1 ? array->strides[axis] * step : array->strides[axis];
    *ret_view = view;
    return DT_OK;
}

dt_status dti_array_broadcast(dt_array *ret_view, const dt_array *array, int ndim,
                              const int64_t *shape, dt_error *error) {
    int64_t size;
    dt_status status = dt_shape_check(ndim, shape, &size, error);
    if (status != DT_OK) {
        return status;
    }
    dt_array view = dt_array_wrap(array->dtype, ndim, shape, array->data);
    int added = ndim - array->ndim;
    bool fits = added >= 0;
    for (int d = 0; d < ndim && fits; d++) {
        int64_t old_size = d < added ? 1 : array->shape[d - added];
        fits = old_size == shape[d] || old_size == 1;
        view.strides[d] =
            d < added || (old_size == 1 && shape[d] != 1) ? 0 : array->strides[d - added];
    }
    if (!fits) {
        char from[SHAPE_TEXT], to[SHAPE_TEXT];
        return dt_error_set(
            error, DT_ERR_SHAPE,
            "shape %s does not broadcast to %s: aligned at the right, each size must "
            "be equal or 1",
            text_of(from, array), dt_shape_format(to, sizeof to, ndim, shape));
    }
    *ret_view = view;
    return DT_OK;
}

dt_status dti_array_diagonal(dt_array *ret_view, const dt_array *array, dt_error *error) {
    int last = array->ndim - 1;
    if (array->ndim < 2 || array->shape[last] != array->shape[last - 1]) {
        char text[SHAPE_TEXT];
        return dt_error_set(error, DT_ERR_SHAPE,
                            "shape %s has no diagonal: the last two sizes must be equal",
                            text_of(text, array));
    }
    dt_array view = *array;
    view.ndim = last;
    view.strides[last - 1] = array->strides[last] + array->strides[last - 1];
    view.shape[last] = view.strides[last] = 0;
    *ret_view = view;
    return DT_OK;
}
