/* zone.c - the wavevectors of a zone, and which of them every voxel has. */
#include "../shared.h"

#include <difftape/ops.h>
#include <difftape/phonon.h>

#include <math.h>
#include <stdlib.h>

static const int64_t most_wavevectors = INT64_C(1) << 24;

double dt_center_wavenumber(int64_t x, int64_t l) {
    if (l < 1 || x < 0 || x >= l) {
        return NAN;
    }
    return (double)(2 * x >= l ? x - l : x) / (double)l;
}

dt_tensor *dt_brillouin_zone(dt_tape *tape, const int samples[3]) {
    int64_t n = 1;
    for (int d = 0; d < 3; d++) {
        if (samples[d] < 1 || samples[d] > most_wavevectors / n) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "brillouin_zone: %d x %d x %d wavevectors; there must be 1 to %lld",
                         samples[0], samples[1], samples[2], (long long)most_wavevectors);
            return dt_inert(tape);
        }
        n *= samples[d];
    }
    double *k = malloc((size_t)(3 * n) * sizeof *k);
    if (!k) {
        dt_tape_fail(tape, DT_ERR_MEMORY, "brillouin_zone: no memory for %lld wavevectors",
                     (long long)n);
        return dt_inert(tape);
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t rest = i;
        for (int d = 2; d >= 0; d--) {
            k[3 * i + d] = dt_center_wavenumber(rest % samples[d], samples[d]);
            rest /= samples[d];
        }
    }
    dt_tensor *zone = dt_constant(tape, DT_F64, 2, (int64_t[]){n, 3}, k);
    free(k);
    return zone;
}

dt_status dt_wavenumber_map(const dt_grid_axis axis[3], const dt_cell *cell, dt_array *ret_map,
                            dt_error *error) {
    const int64_t shape[3] = {axis[0].n, axis[1].n, axis[2].n};
    dt_array map;
    dt_status status = dt_array_new(&map, DT_F64, 3, shape, error);
    if (status != DT_OK) {
        return status;
    }
    double *x = map.data;
    for (int64_t p = 0; p < shape[0] * shape[1] * shape[2]; p++) {
        int64_t ijk[3];
        double k[3], cartesian[3];
        dt_grid_position(axis, p, ijk);
        for (int d = 0; d < 3; d++) {
            k[d] = ((double)dt_axis_wavenumber(&axis[d], ijk[d]) + axis[d].offset) /
                   (double)axis[d].samples;
        }
        dt_scattering_vector(cell, k, cartesian);
        x[p] = sqrt(cartesian[0] * cartesian[0] + cartesian[1] * cartesian[1] +
                    cartesian[2] * cartesian[2]);
    }
    *ret_map = map;
    return DT_OK;
}
