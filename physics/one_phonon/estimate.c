/* estimate.c - what a map will cost, from sizes alone. */
#include "model.h"

#include <math.h>

/* Floating-point operations for one atom and voxel: phase 6, its sine and cosine about 40,
 * amplitude shared by the copies, moments 16. */
static const double operations_per_atom = 64.0;
/* Complex arrays of a slice that are alive at once, backward pass included. */
static const double slice_arrays = 14.0;
/* Arrays of the size of K(k), and of the response G of a slice, that are alive at once. */
static const double forward_k = 6.0, backward_k = 18.0;
static const double forward_g = 5.0, backward_g = 12.0;
/* Blocks of force constants an asymmetric unit has: those that touch it. The backward pass adds
 * their cotangents up in at most so many groups of slices. */
static const double touching_units = 27.0, most_sums = 64.0;

/* Voxels on whole h, k, l: those among the points of each axis, multiplied. */
static int64_t count_bragg(const dt_grid_axis axis[3]) {
    int64_t product = 1;
    for (int d = 0; d < 3; d++) {
        int64_t n = 0;
        for (int64_t i = 0; i < axis[d].n; i++) {
            n += dt_axis_is_integer(&axis[d], i);
        }
        product *= n;
    }
    return product;
}

/* Voxels inside the resolution limit: at most those of the sphere of radius 1/d_min. */
static int64_t bound_valid(const dt_crystal *crystal, const dt_grid *grid,
                           const dt_one_phonon_sizes *s, double d_min) {
    double inside = (double)(s->voxels - s->bragg);
    if (d_min > 0.0) {
        double density = crystal->cell.volume * grid->samples[0] * (double)grid->samples[1] *
                         (double)grid->samples[2];
        inside = fmin(inside,
                      ceil(4.0 / 3.0 * 3.14159265358979323846 * density / (d_min * d_min * d_min)));
    }
    return (int64_t)inside;
}

dt_status dt_one_phonon_estimate(const dt_crystal *crystal, const dt_grid *grid,
                                 const dt_one_phonon_options *options, int threads,
                                 dt_one_phonon_cost *ret_cost, dt_error *error) {
    dt_grid_axis axis[3];
    dt_one_phonon_sizes s = {.n_atoms = crystal->n_atoms, .n_asu = crystal->n_asu};
    dt_status status =
        dt_grid_axes_literal(grid, options ? options->quirks : 0, axis, &s.voxels, error);
    if (status != DT_OK) {
        return status;
    }
    double d_min = options ? options->d_min : 0.0;
    if (!isfinite(d_min) || d_min < 0.0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "one-phonon: the resolution limit d_min is %g Angstrom; it must be "
                            "finite and not negative",
                            d_min);
    }
    s.wavevectors = 1;
    for (int d = 0; d < 3; d++) {
        s.shape[d] = axis[d].n;
        s.wavevectors *= axis[d].n < axis[d].samples ? axis[d].n : axis[d].samples;
    }
    /* Optical modes have a value at whole h, k, l. */
    s.bragg = options && options->single_mode > 3 ? 0 : count_bragg(axis);
    s.wavevectors -= s.bragg > 0; /* all whole h, k, l share k = 0 */
    s.valid = bound_valid(crystal, grid, &s, d_min);
    s.beyond_d_min = s.voxels - s.bragg - s.valid;
    double atoms = (double)(s.n_asu * s.n_atoms), freedom = 6.0 * (double)s.n_asu;
    double slice = fmin(fmax(SLICE_WORK, 64.0 * atoms), SLICE_VOXELS * atoms);
    double work = atoms * (double)s.valid, workers = threads > 1 ? threads : 1;
    double k = 16.0 * freedom * freedom, g = 16.0 * freedom * slice / atoms;
    double blocks = 8.0 * 36.0 * touching_units * (double)s.n_asu;
    double slices = (double)s.wavevectors + work / slice;
    *ret_cost = (dt_one_phonon_cost){
        .sizes = s,
        .atom_voxels = work,
        .operations = work * operations_per_atom + (double)s.valid * 4.0 * freedom * freedom,
        /* map, its cotangent, mask; voxel list; slices */
        .bytes = (double)s.voxels * 17.0 + (double)s.valid * 8.0 +
                 (16.0 * slice_arrays * slice + backward_k * k + backward_g * g) * workers +
                 blocks * fmin(slices, most_sums),
        .forward_bytes = (double)s.voxels * 9.0 + (double)s.valid * 8.0 +
                         (8.0 * slice_arrays * slice + forward_k * k + forward_g * g) * workers +
                         blocks,
    };
    return DT_OK;
}
