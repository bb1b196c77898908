/* shape.c - checking, broadcasting and printing of shapes. */
#include <difftape/array.h>
#include "view.h"

#include <inttypes.h>
#include <stdio.h>

/* Room for DT_MAX_DIMS signed 64-bit numbers and their punctuation. */
#define SHAPE_TEXT 192

#define LARGEST_ITEM 16 /* bytes of a c128 */

const char *dt_shape_format(char *buffer, size_t size, int ndim, const int64_t *shape) {
    if (size == 0) {
        return buffer;
    }
    size_t at = 0;
    buffer[0] = '\0';
    for (int d = -1; d <= ndim; d++) {
        char piece[32];
        if (d < 0) {
            snprintf(piece, sizeof piece, "(");
        } else if (d == ndim) {
            snprintf(piece, sizeof piece, ")");
        } else {
            snprintf(piece, sizeof piece, d == 0 ? "%" PRId64 : ",%" PRId64, shape[d]);
        }
        int written = snprintf(buffer + at, size - at, "%s", piece);
        if (written < 0 || (size_t)written >= size - at) {
            break;
        }
        at += (size_t)written;
    }
    return buffer;
}

dt_status dt_shape_check(int ndim, const int64_t *shape, int64_t *ret_size, dt_error *error) {
    if (ndim < 0 || ndim > DT_MAX_DIMS) {
        return dt_error_set(error, DT_ERR_SHAPE, "%d dimensions given: an array has 0 to %d", ndim,
                            DT_MAX_DIMS);
    }
    char text[SHAPE_TEXT];
    bool empty = false;
    for (int d = 0; d < ndim; d++) {
        if (shape[d] < 0) {
            return dt_error_set(error, DT_ERR_SHAPE,
                                "size %" PRId64 " of dimension %d in shape %s is negative",
                                shape[d], d, dt_shape_format(text, sizeof text, ndim, shape));
        }
        empty = empty || shape[d] == 0;
    }
    /* An empty array has strides and byte offsets too: its other sizes must not overflow them. */
    int64_t size = 1, limit = empty ? INT64_MAX / LARGEST_ITEM : INT64_MAX;
    for (int d = 0; d < ndim; d++) {
        if (shape[d] > 0 && size > limit / shape[d]) {
            return dt_error_set(error, DT_ERR_SHAPE,
                                "the number of elements of shape %s does not fit in 64 bits",
                                dt_shape_format(text, sizeof text, ndim, shape));
        }
        size *= shape[d] > 0 ? shape[d] : 1;
    }
    *ret_size = empty ? 0 : size;
    return DT_OK;
}

dt_status dti_broadcast_shapes(int a_ndim, const int64_t *a_shape, int b_ndim,
                               const int64_t *b_shape, int *ret_ndim, int64_t *ret_shape,
                               dt_error *error) {
    int64_t result[DT_MAX_DIMS];
    int64_t unused;
    dt_status status = dt_shape_check(a_ndim, a_shape, &unused, error);
    if (status == DT_OK) {
        status = dt_shape_check(b_ndim, b_shape, &unused, error);
    }
    if (status != DT_OK) {
        return status;
    }
    int ndim = a_ndim > b_ndim ? a_ndim : b_ndim;
    for (int from_end = 1; from_end <= ndim; from_end++) {
        int64_t a = from_end <= a_ndim ? a_shape[a_ndim - from_end] : 1;
        int64_t b = from_end <= b_ndim ? b_shape[b_ndim - from_end] : 1;
        if (a != b && a != 1 && b != 1) {
            char a_text[SHAPE_TEXT], b_text[SHAPE_TEXT];
            return dt_error_set(error, DT_ERR_SHAPE,
                                "shapes %s and %s do not broadcast: dimension %d has %" PRId64
                                " against %" PRId64 "; sizes must be equal or one of them 1",
                                dt_shape_format(a_text, sizeof a_text, a_ndim, a_shape),
                                dt_shape_format(b_text, sizeof b_text, b_ndim, b_shape), -from_end,
                                a, b);
        }
        result[ndim - from_end] = a == 1 ? b : a;
    }
    for (int d = 0; d < ndim; d++) {
        ret_shape[d] = result[d];
    }
    *ret_ndim = ndim;
    return DT_OK;
}
