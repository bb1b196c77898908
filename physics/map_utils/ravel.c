/* ravel.c - symmetry equivalents of points, and points of a grid as flat indices. */
#include "points.h"

#include <stdlib.h>
#include <string.h>

static const double off_grid = 1e-6;
static const int64_t largest_box = INT64_C(1) << 40;

dt_status dt_get_symmetry_equivalents(const dt_array *hkl, int64_t n_ops, const int *op_rot,
                                      bool friedel, dt_array *ret_equivalents, dt_error *error) {
    int64_t n = 0, shape[DT_MAX_DIMS];
    dt_status status = check_points("symmetry equivalents", hkl, &n, error);
    if (status != DT_OK) {
        return status;
    }
    if (n_ops < 1 || !op_rot || hkl->ndim >= DT_MAX_DIMS) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "symmetry equivalents: %lld operators on %d-dimensional points; at least "
            "one operator and at most %d dimensions are possible",
            (long long)n_ops, hkl->ndim, DT_MAX_DIMS - 1);
    }
    dt_array result;
    shape[0] = friedel ? 2 * n_ops : n_ops;
    memcpy(shape + 1, hkl->shape, (size_t)hkl->ndim * sizeof *shape);
    status = dt_array_new(&result, DT_F64, hkl->ndim + 1, shape, error);
    if (status != DT_OK) {
        return status;
    }
    const double *h = hkl->data;
    double *out = result.data;
    for (int64_t op = 0; op < n_ops; op++) {
        const int *r = op_rot + 9 * op;
        for (int64_t i = 0; i < 3 * n; i++) {
            const double *p = h + i / 3 * 3;
            int j = (int)(i % 3);
            double x = p[0] * r[j] + p[1] * r[3 + j] + p[2] * r[6 + j];
            out[3 * n * op + i] = x;
            if (friedel) {
                out[3 * n * (n_ops + op) + i] = 0.0 - x;
            }
        }
    }
    *ret_equivalents = result;
    return DT_OK;
}

/* The steps from the origin of every point, into `step`, and their least and greatest. */
static dt_status whole_steps(const double *h, int64_t n, const int samples[3], int64_t *step,
                             int64_t lo[3], int64_t hi[3], dt_error *error) {
    for (int64_t i = 0; i < 3 * n; i++) {
        int d = (int)(i % 3);
        double exact = h[i] * samples[d], whole = round(exact);
        if (fabs(exact - whole) > off_grid) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "ravel indices: %c of point %lld is %.9g, which is not on a grid of "
                "%d points per unit",
                "hkl"[d], (long long)(i / 3), h[i], samples[d]);
        }
        step[i] = (int64_t)whole;
        lo[d] = i < 3 || step[i] < lo[d] ? step[i] : lo[d];
        hi[d] = i < 3 || step[i] > hi[d] ? step[i] : hi[d];
    }
    return DT_OK;
}

/* Steps become flat indices in the box, one number a point. */
static dt_status flatten(int64_t n, const int64_t *step, const int64_t lo[3], const int64_t hi[3],
                         int64_t *index, dt_grid_box *ret_box, dt_error *error) {
    dt_grid_box box;
    int64_t size = 1;
    for (int d = 0; d < 3; d++) {
        box.origin[d] = lo[d];
        box.shape[d] = hi[d] - lo[d] + 1;
        if (box.shape[d] > largest_box / size) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "ravel indices: the points span more than %lld grid points",
                                (long long)largest_box);
        }
        size *= box.shape[d];
    }
    for (int64_t p = 0; p < n; p++) {
        const int64_t *at = step + 3 * p;
        index[p] = ((at[0] - lo[0]) * box.shape[1] + at[1] - lo[1]) * box.shape[2] + at[2] - lo[2];
    }
    *ret_box = box;
    return DT_OK;
}

dt_status dt_get_ravel_indices(const dt_array *hkl, const int samples[3], dt_array *ret_index,
                               dt_grid_box *ret_box, dt_error *error) {
    int64_t n = 0, lo[3] = {0, 0, 0}, hi[3] = {0, 0, 0};
    dt_status status = check_points("ravel indices", hkl, &n, error);
    if (status != DT_OK) {
        return status;
    }
    if (n < 1 || samples[0] < 1 || samples[1] < 1 || samples[2] < 1) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "ravel indices: %lld points, %d, %d, %d samples per unit; there must be "
            "at least one of each",
            (long long)n, samples[0], samples[1], samples[2]);
    }
    int64_t *step = malloc((size_t)(3 * n) * sizeof *step);
    if (!step) {
        return dt_error_set(error, DT_ERR_MEMORY, "ravel indices: no memory for %lld points",
                            (long long)n);
    }
    dt_array index = {.data = NULL};
    status = whole_steps(hkl->data, n, samples, step, lo, hi, error);
    if (status == DT_OK) {
        status = new_per_point(hkl, DT_I64, &index, error);
    }
    if (status == DT_OK) {
        status = flatten(n, step, lo, hi, index.data, ret_box, error);
    }
    free(step);
    if (status != DT_OK) {
        dt_array_free(&index);
        return status;
    }
    *ret_index = index;
    return DT_OK;
}
