/* points.c - points of grids, blocks and lists, and which of them share a wavevector. */
#include "points.h"

#include "../shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Wavevectors this close are one: points 7 + 1/3 and 1/3 differ by rounding. */
static const double same_wavevector = 1e-13;
static const double whole = 1e-9, farthest = 1e6;

void dt_miller_indices(const dt_cell *cell, const double q[3], double ret_h[3]) {
    for (int d = 0; d < 3; d++) {
        const double *a = cell->axes + 3 * d;
        ret_h[d] = (a[0] * q[0] + a[1] * q[1] + a[2] * q[2]) / TWO_PI;
    }
}

static dt_status no_memory(dt_error *error, int64_t n) {
    return dt_error_set(error, DT_ERR_MEMORY, "points: no memory for %lld points", (long long)n);
}

/* -- making points ----------------------------------------------------------------------------- */

static dt_status from_blocks(int64_t n, const double *centres, const dt_grid *block,
                             unsigned quirks, dt_points **ret_points, dt_error *error);

dt_status dt_points_from_grid(const dt_grid *grid, dt_points **ret_points, dt_error *error) {
    return dt_points_from_grid_literal(grid, 0, ret_points, error);
}

dt_status dt_points_from_grid_literal(const dt_grid *grid, unsigned quirks, dt_points **ret_points,
                                      dt_error *error) {
    static const double origin[3] = {0.0, 0.0, 0.0};
    dt_points *points = NULL;
    dt_status status = from_blocks(1, origin, grid, quirks, &points, error);
    if (status == DT_OK) {
        points->ndim = 3;
        memmove(points->shape, points->shape + 1, 3 * sizeof *points->shape);
        *ret_points = points;
    }
    return status;
}

static dt_status fill_blocks(dt_points *points, const double *centres, const dt_grid *block,
                             unsigned quirks, dt_error *error) {
    for (int64_t b = 0; b < points->n_blocks; b++) {
        dt_grid grid = *block;
        for (int d = 0; d < 3; d++) {
            double c = centres[3 * b + d];
            if (!(fabs(c) <= farthest)) {
                return dt_error_set(error, DT_ERR_ARGUMENT,
                                    "points: centre %lld (counted from 1) is not finite or beyond "
                                    "%g",
                                    (long long)(b + 1), farthest);
            }
            grid.lo[d] += c;
            grid.hi[d] += c;
        }
        dt_status status =
            dt_grid_axes_literal(&grid, quirks, points->axis[b], &points->block_size, error);
        if (status != DT_OK) {
            return status;
        }
    }
    return DT_OK;
}

dt_status dt_points_from_blocks(int64_t n, const double *centres, const dt_grid *block,
                                dt_points **ret_points, dt_error *error) {
    return from_blocks(n, centres, block, 0, ret_points, error);
}

static dt_status from_blocks(int64_t n, const double *centres, const dt_grid *block,
                             unsigned quirks, dt_points **ret_points, dt_error *error) {
    if (n < 1 || n > (INT64_C(1) << 30)) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "points: %lld blocks; there must be 1 or more",
                            (long long)n);
    }
    dt_points *points = calloc(1, sizeof *points);
    if (points) {
        *points = (dt_points){.n_blocks = n, .ndim = 4};
        points->axis = calloc((size_t)n, sizeof *points->axis);
    }
    dt_status status = points && points->axis ? fill_blocks(points, centres, block, quirks, error)
                                              : no_memory(error, n);
    if (status == DT_OK && points->block_size > (INT64_C(1) << 40) / n) {
        status = dt_error_set(error, DT_ERR_ARGUMENT,
                              "points: %lld blocks of %lld points are too "
                              "many",
                              (long long)n, (long long)points->block_size);
    }
    if (status != DT_OK) {
        dt_points_free(points);
        return status;
    }
    points->n = n * points->block_size;
    points->shape[0] = n;
    for (int d = 0; d < 3; d++) {
        points->shape[1 + d] = points->axis[0][d].n;
        points->voxel[d] = 1.0 / block->samples[d];
    }
    *ret_points = points;
    return DT_OK;
}

static dt_status check_list(int64_t n, const double *hkl, const double voxel[3], dt_error *error) {
    if (n < 1 || n > (INT64_C(1) << 40)) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "points: %lld points; there must be 1 or more",
                            (long long)n);
    }
    for (int64_t i = 0; i < 3 * n; i++) {
        if (!(fabs(hkl[i]) <= farthest)) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "points: %c of point %lld (counted from 1) is %g; it must be finite "
                "and at most %g",
                "hkl"[i % 3], (long long)(i / 3 + 1), hkl[i], farthest);
        }
    }
    for (int d = 0; voxel && d < 3; d++) {
        if (!(voxel[d] > 0.0 && voxel[d] <= 1.0)) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "points: the voxel is %g long along %c; it must lie in (0, 1]",
                                voxel[d], "hkl"[d]);
        }
    }
    return DT_OK;
}

dt_status dt_points_from_list(int64_t n, const double *hkl, const double voxel[3],
                              dt_points **ret_points, dt_error *error) {
    dt_status status = check_list(n, hkl, voxel, error);
    if (status != DT_OK) {
        return status;
    }
    dt_points *points = calloc(1, sizeof *points);
    double *copy = malloc((size_t)(3 * n) * sizeof *copy);
    if (!points || !copy) {
        free(points);
        free(copy);
        return no_memory(error, n);
    }
    memcpy(copy, hkl, (size_t)(3 * n) * sizeof *copy);
    *points = (dt_points){.n = n, .ndim = 1, .shape = {n}, .hkl = copy};
    for (int d = 0; voxel && d < 3; d++) {
        points->voxel[d] = voxel[d];
    }
    *ret_points = points;
    return DT_OK;
}

void dt_points_free(dt_points *points) {
    if (points) {
        free(points->axis);
        free(points->hkl);
        free(points);
    }
}

/* -- looking at points ------------------------------------------------------------------------- */

int64_t dt_points_shape(const dt_points *points, int *ret_ndim, int64_t ret_shape[4]) {
    *ret_ndim = points->ndim;
    memcpy(ret_shape, points->shape, sizeof points->shape);
    return points->n;
}

void dt_points_get(const dt_points *points, int64_t p, double ret_hkl[3]) {
    if (points->hkl) {
        memcpy(ret_hkl, points->hkl + 3 * p, 3 * sizeof *ret_hkl);
        return;
    }
    const dt_grid_axis *axis = points->axis[p / points->block_size];
    int64_t ijk[3];
    dt_grid_position(axis, p % points->block_size, ijk);
    for (int d = 0; d < 3; d++) {
        ret_hkl[d] = dt_axis_miller(&axis[d], ijk[d]);
    }
}

bool dtp_point_is_bragg(const dt_points *points, int64_t p) {
    bool bragg = true;
    if (points->hkl) {
        for (int d = 0; d < 3; d++) {
            double h = points->hkl[3 * p + d];
            bragg = bragg && fabs(h - round(h)) < whole;
        }
        return bragg;
    }
    const dt_grid_axis *axis = points->axis[p / points->block_size];
    int64_t ijk[3];
    dt_grid_position(axis, p % points->block_size, ijk);
    for (int d = 0; d < 3; d++) {
        bragg = bragg && dt_axis_is_integer(&axis[d], ijk[d]);
    }
    return bragg;
}

void dtp_point_wavevector(const dt_points *points, int64_t p, double ret_k[3]) {
    const dt_grid_axis *axis = NULL;
    int64_t ijk[3];
    if (!points->hkl) {
        axis = points->axis[p / points->block_size];
        dt_grid_position(axis, p % points->block_size, ijk);
    }
    for (int d = 0; d < 3; d++) {
        if (axis) {
            ret_k[d] = ((double)dt_axis_wavenumber(&axis[d], ijk[d]) + axis[d].offset) /
                       (double)axis[d].samples;
        } else {
            double h = points->hkl[3 * p + d], k = h - floor(h);
            ret_k[d] = fabs(h - round(h)) < whole ? 0.0 : k >= 0.5 ? k - 1.0 : k;
        }
    }
}

/* -- points by wavevector ---------------------------------------------------------------------- */

typedef struct sortable {
    int64_t key[3], point;
} sortable;

static int compare(const void *x, const void *y) {
    const sortable *a = x, *b = y;
    for (int d = 0; d < 3; d++) {
        if (a->key[d] != b->key[d]) {
            return a->key[d] < b->key[d] ? -1 : 1;
        }
    }
    return (a->point > b->point) - (a->point < b->point);
}

static bool same_key(const sortable *a, const sortable *b) {
    return memcmp(a->key, b->key, sizeof a->key) == 0;
}

dt_status dtp_group_points(const dt_points *points, const bool *wanted, dt_wavevectors *ret_groups,
                           dt_error *error) {
    int64_t n = 0;
    for (int64_t p = 0; p < points->n; p++) {
        n += wanted[p];
    }
    sortable *list = malloc((size_t)(n + 1) * sizeof *list);
    dt_wavevectors g = {.n_voxels = n, .k = malloc((size_t)(3 * n + 1) * sizeof *g.k)};
    g.first = malloc((size_t)(n + 1) * sizeof *g.first);
    g.voxel = malloc((size_t)(n + 1) * sizeof *g.voxel);
    if (!list || !g.k || !g.first || !g.voxel) {
        free(list);
        dt_wavevectors_free(&g);
        return no_memory(error, n);
    }
    int64_t at = 0;
    for (int64_t p = 0; p < points->n; p++) {
        if (wanted[p]) {
            double k[3];
            dtp_point_wavevector(points, p, k);
            for (int d = 0; d < 3; d++) {
                list[at].key[d] = llround(k[d] / same_wavevector);
            }
            list[at++].point = p;
        }
    }
    qsort(list, (size_t)n, sizeof *list, compare);
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || !same_key(&list[i], &list[i - 1])) {
            dtp_point_wavevector(points, list[i].point, g.k + 3 * g.n);
            g.first[g.n++] = i;
        }
        g.voxel[i] = list[i].point;
    }
    g.first[g.n] = n;
    free(list);
    *ret_groups = g;
    return DT_OK;
}
