/* points.h - arrays of Miller indices that a caller hands in, and results of their shape. */
#ifndef DT_MAP_UTILS_POINTS_H
#define DT_MAP_UTILS_POINTS_H

#include <difftape/map_utils.h>

#include <math.h>

/* Miller indices nearer than this are the same: sums of fractions of 1e-6 at the least, rounded. */
#define SAME_INDEX 1e-9

/* Is that a contiguous f64 (...,3) of usable numbers? Its points are counted. */
static inline dt_status check_points(const char *who, const dt_array *hkl, int64_t *ret_n,
                                     dt_error *error) {
    if (!hkl || !hkl->data || hkl->dtype != DT_F64 || !dt_array_is_contiguous(hkl) ||
        hkl->ndim < 1 || hkl->shape[hkl->ndim - 1] != 3) {
        return dt_error_set(error, DT_ERR_SHAPE,
                            "%s: points must be a contiguous f64 array (...,3) of h, k, l", who);
    }
    const double *h = hkl->data;
    int64_t n = dt_array_size(hkl) / 3;
    for (int64_t i = 0; i < 3 * n; i++) {
        if (!(fabs(h[i]) <= 1e6)) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "%s: %c of point %lld is %g; indices must be finite and at most 1e6", who,
                "hkl"[i % 3], (long long)(i / 3), h[i]);
        }
    }
    *ret_n = n;
    return DT_OK;
}

/* A new array of one number per point. */
static inline dt_status new_per_point(const dt_array *hkl, dt_dtype dtype, dt_array *ret_array,
                                      dt_error *error) {
    return dt_array_new(ret_array, dtype, hkl->ndim - 1, hkl->shape, error);
}

#endif
