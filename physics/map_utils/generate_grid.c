/* generate_grid.c - Miller indices and scattering vectors of every voxel. */
#include "../shared.h"

#include <difftape/map_utils.h>

void dt_scattering_vector(const dt_cell *cell, const double h[3], double ret_q[3]) {
    const double *b = cell->fractional;
    for (int d = 0; d < 3; d++) {
        ret_q[d] = TWO_PI * (h[0] * b[d] + h[1] * b[3 + d] + h[2] * b[6 + d]);
    }
}

static void fill(const dt_grid_axis axis[3], int64_t voxels, const dt_cell *cell, double *hkl,
                 double *q) {
    for (int64_t p = 0; p < voxels; p++) {
        int64_t ijk[3];
        double h[3];
        dt_grid_position(axis, p, ijk);
        for (int d = 0; d < 3; d++) {
            h[d] = dt_axis_miller(&axis[d], ijk[d]);
        }
        for (int d = 0; hkl && d < 3; d++) {
            hkl[3 * p + d] = h[d];
        }
        if (q) {
            dt_scattering_vector(cell, h, q + 3 * p);
        }
    }
}

dt_status dt_generate_grid(const dt_grid *grid, const dt_cell *cell, dt_array *ret_hkl,
                           dt_array *ret_q, dt_error *error) {
    dt_grid_axis axis[3];
    int64_t voxels;
    dt_status status = dt_grid_axes(grid, axis, &voxels, error);
    if (status != DT_OK) {
        return status;
    }
    const int64_t shape[2] = {voxels, 3};
    dt_array hkl = {.data = NULL}, q = {.data = NULL};
    if (ret_hkl) {
        status = dt_array_new(&hkl, DT_F64, 2, shape, error);
    }
    if (status == DT_OK && ret_q) {
        status = dt_array_new(&q, DT_F64, 2, shape, error);
    }
    if (status != DT_OK) {
        dt_array_free(&hkl);
        return status;
    }
    fill(axis, voxels, cell, hkl.data, q.data);
    if (ret_hkl) {
        *ret_hkl = hkl;
    }
    if (ret_q) {
        *ret_q = q;
    }
    return DT_OK;
}
