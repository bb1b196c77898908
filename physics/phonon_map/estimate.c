/* estimate.c - what a map will cost, from sizes alone. */
#include "estimate.h"

#include <math.h>

/* Floating-point operations for one atom and vector: phase 6, its sine and cosine about 40,
 * amplitude shared by the copies, moments 16. */
static const double operations_per_atom = 64.0;
/* Complex arrays of a slice that are alive at once, backward pass included. */
static const double slice_arrays = 14.0;
/* Arrays of the size of K(k), and of the response G of a slice, that are alive at once. */
static const double forward_k = 6.0, backward_k = 18.0;
static const double forward_g = 5.0, backward_g = 12.0;
/* The backward pass adds the cotangents of force constants up in at most so many groups of slices.
 */
static const double most_sums = 64.0;

/* Points of a grid at whole h, k, l: those among the points of each axis, multiplied. */
static int64_t count_on_axes(const dt_grid_axis axis[3]) {
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

static int64_t count_bragg(const dt_points *points) {
    int64_t n = 0;
    for (int64_t b = 0; b < points->n_blocks; b++) {
        n += count_on_axes(points->axis[b]);
    }
    for (int64_t p = 0; points->hkl && p < points->n; p++) {
        n += dtp_point_is_bragg(points, p);
    }
    return n;
}

/* At most so many wavevectors. */
static int64_t count_wavevectors(const dt_points *points) {
    int64_t n = points->hkl ? points->n : points->n_blocks;
    for (int d = 0; d < 3 && !points->hkl; d++) {
        const dt_grid_axis *axis = &points->axis[0][d];
        n *= axis->n < axis->samples ? axis->n : axis->samples;
    }
    return n;
}

/* Points of a grid inside the resolution limit: at most those of the sphere of radius 1/d_min. */
static int64_t bound_valid(const dt_points *points, double volume, double d_min, int64_t most) {
    if (d_min <= 0.0 || points->n_blocks != 1) {
        return most;
    }
    double density = volume;
    for (int d = 0; d < 3; d++) {
        density *= (double)points->axis[0][d].samples;
    }
    double inside = ceil(4.0 / 3.0 * 3.14159265358979323846 * density / (d_min * d_min * d_min));
    return inside < (double)most ? (int64_t)inside : most;
}

static dt_phonon_map_sizes count(const dtp_extent *e, const dt_points *points,
                                 const dt_phonon_map_options *o) {
    /* Optical modes have a value at whole h, k, l. */
    int64_t bragg = o->single_mode > 3 ? 0 : count_bragg(points);
    int64_t left = o->bragg == DT_BRAGG_INVALID ? points->n - bragg : points->n;
    dt_phonon_map_sizes s = {.points = points->n,
                             .valid = bound_valid(points, e->volume, o->d_min, left),
                             .bragg = bragg,
                             .wavevectors = count_wavevectors(points)};
    s.evaluations = s.valid;
    if (o->bragg != DT_BRAGG_DROP_ACOUSTIC && bragg > 0) {
        s.wavevectors -= points->hkl ? bragg : 1; /* all whole h, k, l of a grid share k = 0 */
    }
    if (o->bragg == DT_BRAGG_AVERAGE && bragg > 0) {
        s.wavevectors += e->nodes;
        s.evaluations += bragg * (e->nodes - 1);
    }
    return s;
}

void dtp_estimate(const dtp_extent *e, const dt_points *points, const dt_phonon_map_options *o,
                  int threads, dt_phonon_map_cost *ret_cost) {
    const dt_phonon_map_sizes s = count(e, points, o);
    double atoms = e->atoms, freedom = e->freedom, workers = threads > 1 ? threads : 1;
    double slice = fmin(fmax(DTP_SLICE_WORK, 64.0 * atoms), DTP_SLICE_POINTS * atoms);
    double n = (double)s.points, evaluations = (double)s.evaluations, work = atoms * evaluations;
    double k = 16.0 * freedom * freedom, g = 16.0 * freedom * slice / atoms;
    double blocks = 8.0 * e->force_constants, slices = (double)s.wavevectors + work / slice;
    *ret_cost = (dt_phonon_map_cost){
        .sizes = s,
        .atom_points = work,
        .operations = work * operations_per_atom + evaluations * 4.0 * freedom * freedom,
        /* map, its cotangent, mask; slices */
        .bytes = n * 17.0 +
                 (16.0 * slice_arrays * slice + backward_k * k + backward_g * g) * workers +
                 blocks * fmin(slices, most_sums),
        .forward_bytes = n * 9.0 +
                         (8.0 * slice_arrays * slice + forward_k * k + forward_g * g) * workers +
                         blocks};
}

static int64_t count_nodes(const dt_network *net, const dt_points *points,
                           const dt_phonon_map_options *o) {
    const dt_phonon_map map = {.network = net, .points = points, .options = *o};
    dtp_part parts[DTP_MOST_PARTS];
    return dtp_voxel_parts(&map, parts) * dtp_part_nodes(dtp_bragg_order(o));
}

dt_status dt_phonon_map_estimate(const dt_network *net, const dt_points *points,
                                 const dt_phonon_map_options *options, int threads,
                                 dt_phonon_map_cost *ret_cost, dt_error *error) {
    const dt_phonon_map_options chosen = options ? *options : (dt_phonon_map_options){0};
    const dt_crystal *x = net->crystal;
    dtp_extent e = {.volume = x->cell.volume,
                    .atoms = (double)(x->n_asu * x->n_atoms),
                    .freedom = (double)net->n_freedom,
                    .force_constants =
                        (double)((net->n_blocks + net->n_bodies) * net->width * net->width)};
    dt_status status = dtp_check_map_options(net, points, &chosen, error);
    if (status == DT_OK && chosen.bragg == DT_BRAGG_AVERAGE) {
        e.nodes = count_nodes(net, points, &chosen);
    }
    if (status == DT_OK) {
        dtp_estimate(&e, points, &chosen, threads, ret_cost);
    }
    return status;
}
