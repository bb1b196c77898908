/* array.h - a strided n-dimensional array: plain data, no tape. Files are read into it and written
 * from it; a tensor on a tape wraps one. */
#ifndef DIFFTAPE_ARRAY_H
#define DIFFTAPE_ARRAY_H

#include <difftape/base.h>
#include <difftape/dtype.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** A view of elements: data[sum_d i_d * strides[d]], strides counted in elements (0 along a
 *  broadcast dimension). ndim 0 is a scalar. Passed by value or pointer freely; only arrays made by
 *  dt_array_new own their memory, and only those go to dt_array_free. */
typedef struct dt_array {
    dt_dtype dtype;
    int ndim;
    int64_t shape[DT_MAX_DIMS];
    int64_t strides[DT_MAX_DIMS];
    void *data;
} dt_array;

/** Allocate a C-contiguous array of zeros, 64-byte aligned. Errors: more than DT_MAX_DIMS
 *  dimensions, a negative size, a byte count that overflows (DT_ERR_SHAPE), no memory
 *  (DT_ERR_MEMORY); *ret_array is then untouched. Release with dt_array_free. */
DT_API dt_status dt_array_new(dt_array *ret_array, dt_dtype dtype, int ndim, const int64_t *shape,
                              dt_error *error);

/** Release an array made by dt_array_new and reset it to an empty description. NULL data is fine.
 */
DT_API void dt_array_free(dt_array *array);

/** Describe caller-owned C-contiguous memory as an array (no copy). `shape` must be valid. */
DT_API dt_array dt_array_wrap(dt_dtype dtype, int ndim, const int64_t *shape, const void *data);

/** Number of elements: 1 for a scalar, 0 if any dimension is 0. */
static inline int64_t dt_array_size(const dt_array *array) {
    int64_t size = 1;
    for (int d = 0; d < array->ndim; d++) {
        size *= array->shape[d];
    }
    return size;
}

/** The same in bytes. */
static inline size_t dt_array_bytes(const dt_array *array) {
    return (size_t)dt_array_size(array) * dt_dtype_size(array->dtype);
}

/** True if the elements lie in C order without gaps. */
static inline bool dt_array_is_contiguous(const dt_array *array) {
    int64_t expected = 1;
    for (int d = array->ndim - 1; d >= 0; d--) {
        if (array->shape[d] == 0) {
            return true;
        }
        if (array->shape[d] != 1 && array->strides[d] != expected) {
            return false;
        }
        expected *= array->shape[d];
    }
    return true;
}

/** Copy elements between arrays of equal shape and element type, any strides, no overlap.
 *  Errors: DT_ERR_SHAPE, DT_ERR_DTYPE. */
DT_API dt_status dt_array_copy(const dt_array *target, const dt_array *source, dt_error *error);

/** Check ndim and sizes and count elements without overflow (of an empty array, that its other
 *  sizes overflow nothing). Errors: DT_ERR_SHAPE. */
DT_API dt_status dt_shape_check(int ndim, const int64_t *shape, int64_t *ret_size, dt_error *error);

/** Write "(4096,3)" into buffer and return it. */
DT_API const char *dt_shape_format(char *buffer, size_t size, int ndim, const int64_t *shape);

/** An elementwise function on one run of elements: out[i] = f(in[0][i], in[1][i], ...) for
 *  0 <= i < n. out does not overlap in; attr is the operation's own settings. */
typedef void dt_map_fn(int64_t n, void *out, const void *const *in, const void *attr);

/** Most inputs of a dt_map_fn. */
#define DT_MAP_INPUTS 4

/** Threads used by kernels and by dt_map_batches, default 1. Results never depend on it. Values
 *  below 1 mean "all processors". Not to be called while another thread is inside difftape. */
DT_API void dt_set_threads(int n_threads);
DT_API int dt_get_threads(void);

DT_END_DECLS

#endif
