/* wavevectors.c - which voxels share a wavevector: a counting sort on integers. */
#include <difftape/map_utils.h>

#include <stdlib.h>

/* The wavevectors that occur along one axis: the first min(n, samples) points have them all. */
static int64_t count_classes(const dt_grid_axis *axis) {
    return axis->n < axis->samples ? axis->n : axis->samples;
}

/* Class of voxel (i,j,k): the class of a point is its index modulo samples. */
static int64_t class_of(const dt_grid_axis axis[3], const int64_t ijk[3]) {
    int64_t c = 0;
    for (int d = 0; d < 3; d++) {
        c = c * count_classes(&axis[d]) + ijk[d] % axis[d].samples;
    }
    return c;
}

/* Keep the classes that have voxels; write their wavevectors and compact the starts. */
static int64_t write_wavevectors(const dt_grid_axis axis[3], int64_t n_classes, double *k,
                                 int64_t *first) {
    int64_t n = 0;
    for (int64_t c = 0; c < n_classes; c++) {
        if (first[c] == first[c + 1]) {
            continue;
        }
        int64_t rest = c;
        for (int d = 2; d >= 0; d--) {
            int64_t i = rest % count_classes(&axis[d]);
            rest /= count_classes(&axis[d]);
            k[3 * n + d] = ((double)dt_axis_wavenumber(&axis[d], i) + axis[d].offset) /
                           (double)axis[d].samples;
        }
        first[n++] = first[c];
    }
    first[n] = first[n_classes];
    return n;
}

/* first[c + 1] counts class c, then becomes its end; a second pass drops voxels into place. */
static void sort_voxels(const dt_grid_axis axis[3], int64_t n_voxels, const bool *valid,
                        int64_t n_classes, int64_t *first, int64_t *cursor, int64_t *voxel) {
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t p = 0; p < n_voxels; p++) {
            if (valid && !valid[p]) {
                continue;
            }
            int64_t ijk[3];
            dt_grid_position(axis, p, ijk);
            int64_t c = class_of(axis, ijk);
            if (pass == 0) {
                first[c + 1]++;
            } else {
                voxel[cursor[c]++] = p;
            }
        }
        for (int64_t c = 0; pass == 0 && c < n_classes; c++) {
            first[c + 1] += first[c];
            cursor[c] = first[c];
        }
    }
}

dt_status dt_group_by_wavevector(const dt_grid *grid, const bool *valid, dt_wavevectors *ret_groups,
                                 dt_error *error) {
    dt_grid_axis axis[3];
    dt_status status = dt_grid_axes(grid, axis, NULL, error);
    return status == DT_OK ? dt_group_axes_by_wavevector(axis, valid, ret_groups, error) : status;
}

dt_status dt_group_axes_by_wavevector(const dt_grid_axis axis[3], const bool *valid,
                                      dt_wavevectors *ret_groups, dt_error *error) {
    int64_t n_voxels = axis[0].n * axis[1].n * axis[2].n, n_listed = 0;
    for (int64_t p = 0; p < n_voxels; p++) {
        n_listed += !valid || valid[p];
    }
    int64_t n_classes = count_classes(&axis[0]) * count_classes(&axis[1]) * count_classes(&axis[2]);
    dt_wavevectors groups = {.n_voxels = n_listed};
    groups.k = malloc((size_t)(3 * n_classes) * sizeof *groups.k);
    groups.first = calloc((size_t)(n_classes + 1), sizeof *groups.first);
    groups.voxel = malloc((size_t)(n_listed + 1) * sizeof *groups.voxel);
    int64_t *cursor = malloc((size_t)n_classes * sizeof *cursor);
    if (!groups.k || !groups.first || !groups.voxel || !cursor) {
        free(cursor);
        dt_wavevectors_free(&groups);
        return dt_error_set(error, DT_ERR_MEMORY, "grid: no memory to list %lld voxels",
                            (long long)n_listed);
    }
    sort_voxels(axis, n_voxels, valid, n_classes, groups.first, cursor, groups.voxel);
    groups.n = write_wavevectors(axis, n_classes, groups.k, groups.first);
    free(cursor);
    *ret_groups = groups;
    return DT_OK;
}

void dt_wavevectors_free(dt_wavevectors *groups) {
    if (!groups) {
        return;
    }
    free(groups->k);
    free(groups->first);
    free(groups->voxel);
    *groups = (dt_wavevectors){0};
}
