/* model.c - the classic model: the network of rigid asymmetric units with isotropic springs within
 * and between them, on a grid. All is done by dt_network, dt_points and dt_phonon_map. */
#include "../phonon_map/estimate.h"
#include "../vibrations/rigid.h"

#include <difftape/one_phonon.h>
#include <difftape/ops.h>

#include <stdlib.h>

struct dt_one_phonon {
    dt_network *network;
    dt_points *points;
    dt_phonon_map *map;
    dt_one_phonon_sizes sizes;
    int samples[3];
};

static dt_phonon_map_options map_options(const dt_one_phonon_options *o) {
    return (dt_phonon_map_options){.d_min = o->d_min, .single_mode = o->single_mode};
}

static dt_one_phonon_sizes sizes_of(const dt_crystal *crystal, const dt_points *points,
                                    const dt_phonon_map_sizes *s, int64_t bragg) {
    return (dt_one_phonon_sizes){.shape = {points->shape[0], points->shape[1], points->shape[2]},
                                 .voxels = s->points,
                                 .valid = s->valid,
                                 .bragg = bragg,
                                 .beyond_d_min = s->points - bragg - s->valid,
                                 .n_atoms = crystal->n_atoms,
                                 .n_asu = crystal->n_asu,
                                 .wavevectors = s->wavevectors};
}

static dt_status build(dt_one_phonon *m, const dt_crystal *crystal, const dt_grid *grid,
                       const dt_one_phonon_options *o, dt_error *error) {
    const dt_network_options network = {
        .cutoff = o->cutoff, .cell_range = o->cell_range, .quirks = o->quirks};
    const dt_phonon_map_options map = map_options(o);
    dt_phonon_map_cost cost;
    dt_status status = dt_points_from_grid_literal(grid, o->quirks, &m->points, error);
    if (status == DT_OK) {
        status = dtp_network_new(crystal, &network, true, &m->network, error);
    }
    if (status == DT_OK) {
        status = dt_phonon_map_estimate(m->network, m->points, &map, 1, &cost, error);
    }
    if (status == DT_OK) {
        status = dt_phonon_map_new(m->network, m->points, &map, &m->map, error);
    }
    if (status == DT_OK) {
        const dt_phonon_map_sizes s = dt_phonon_map_get_sizes(m->map);
        m->sizes = sizes_of(crystal, m->points, &s, cost.sizes.bragg);
        m->sizes.contacts = dt_network_get_sizes(m->network).contacts;
    }
    for (int d = 0; d < 3; d++) {
        m->samples[d] = grid->samples[d];
    }
    return status;
}

dt_status dt_one_phonon_new(const dt_crystal *crystal, const dt_grid *grid,
                            const dt_one_phonon_options *options, dt_one_phonon **ret_model,
                            dt_error *error) {
    const dt_one_phonon_options chosen =
        options ? *options : (dt_one_phonon_options){.cutoff = 4.0};
    dt_one_phonon *model = calloc(1, sizeof *model);
    if (!model) {
        return dt_error_set(error, DT_ERR_MEMORY, "one-phonon: no memory for a model");
    }
    dt_status status = build(model, crystal, grid, &chosen, error);
    if (status != DT_OK) {
        dt_one_phonon_free(model);
        return status;
    }
    *ret_model = model;
    return DT_OK;
}

void dt_one_phonon_free(dt_one_phonon *model) {
    if (model) {
        dt_phonon_map_free(model->map);
        dt_points_free(model->points);
        dt_network_free(model->network);
        free(model);
    }
}

dt_one_phonon_sizes dt_one_phonon_get_sizes(const dt_one_phonon *model) {
    return model->sizes;
}

const bool *dt_one_phonon_valid(const dt_one_phonon *model) {
    return dt_phonon_map_valid(model->map);
}

/* An asymmetric unit has blocks of force constants with the units that touch it, and its own. */
static const double touching_units = 27.0;

dt_status dt_one_phonon_estimate(const dt_crystal *crystal, const dt_grid *grid,
                                 const dt_one_phonon_options *options, int threads,
                                 dt_one_phonon_cost *ret_cost, dt_error *error) {
    const dt_one_phonon_options chosen = options ? *options : (dt_one_phonon_options){0};
    const dt_phonon_map_options map = map_options(&chosen);
    const double a = (double)crystal->n_asu;
    const dtp_extent e = {.volume = crystal->cell.volume,
                          .atoms = a * (double)crystal->n_atoms,
                          .freedom = 6.0 * a,
                          .force_constants = 36.0 * touching_units * a};
    dt_phonon_map_cost cost;
    dt_points *points = NULL;
    dt_status status = dtp_check_d_min(map.d_min, error);
    if (status == DT_OK) {
        status = dt_points_from_grid_literal(grid, chosen.quirks, &points, error);
    }
    if (status != DT_OK) {
        return status;
    }
    dtp_estimate(&e, points, &map, threads, &cost);
    *ret_cost =
        (dt_one_phonon_cost){.sizes = sizes_of(crystal, points, &cost.sizes, cost.sizes.bragg),
                             .atom_voxels = cost.atom_points,
                             .operations = cost.operations,
                             .bytes = cost.bytes,
                             .forward_bytes = cost.forward_bytes};
    dt_points_free(points);
    return DT_OK;
}

/* -- on the tape ------------------------------------------------------------------------------- */

/* Is x an f64 tensor of that shape, n1 = 0 standing for a vector? Fails the tape if not. */
static bool check(dt_tensor *x, const char *what, int ndim, int64_t n0, int64_t n1) {
    dt_tape *tape = dt_tape_of(x);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    if (dt_dtype_of(x) != DT_F64) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "one-phonon: %s must be f64, not %s", what,
                     dt_dtype_name(dt_dtype_of(x)));
    } else if (dt_ndim(x) != ndim || (ndim > 0 && dt_shape(x)[0] != n0) ||
               (ndim > 1 && dt_shape(x)[1] != n1)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "one-phonon: %s must be %s for %lld atoms", what,
                     ndim == 0   ? "a scalar"
                     : ndim == 1 ? "(atoms)"
                                 : "(atoms,3)",
                     (long long)n0);
    }
    return dt_tape_status(tape) == DT_OK;
}

/* The parameters of the network; false, and a failed tape, if they do not fit. */
static bool parameters(const dt_one_phonon *m, dt_tensor *intra, dt_tensor *inter, dt_tensor *xyz,
                       dt_network_parameters *ret) {
    int64_t n = m->sizes.n_atoms;
    if (!check(intra, "gamma_intra", 0, n, 0) || !check(inter, "gamma_inter", 0, n, 0) ||
        !check(xyz, "xyz", 2, n, 3)) {
        return false;
    }
    *ret = (dt_network_parameters){.springs = dt_stack(2, (dt_tensor *[]){intra, inter}, 0),
                                   .xyz = xyz};
    return true;
}

dt_tensor *dt_one_phonon_intensity(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                   dt_tensor *gamma_inter, dt_tensor *u_iso, dt_tensor *xyz) {
    dt_phonon_map_parameters p = {.u = u_iso};
    if (!parameters(model, gamma_intra, gamma_inter, xyz, &p.network) ||
        !check(u_iso, "u_iso", 1, model->sizes.n_atoms, 0)) {
        return dt_inert(dt_tape_of(xyz));
    }
    return dt_phonon_map_intensity(model->map, &p);
}

dt_tensor *dt_one_phonon_covariance(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                    dt_tensor *gamma_inter, dt_tensor *xyz, dt_tensor *cells) {
    dt_tape *tape = dt_tape_of(xyz);
    dt_network_parameters p;
    if (dt_tape_status(tape) == DT_OK && (dt_ndim(cells) != 2 || dt_shape(cells)[1] != 3)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "one-phonon: cells must be (cells,3)");
    }
    if (!parameters(model, gamma_intra, gamma_inter, xyz, &p)) {
        return dt_inert(tape);
    }
    return dtp_rigid_covariance(model->network, &p, model->samples, cells);
}

dt_tensor *dt_one_phonon_displacements(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                       dt_tensor *gamma_inter, dt_tensor *xyz) {
    dt_network_parameters p;
    if (!parameters(model, gamma_intra, gamma_inter, xyz, &p)) {
        return dt_inert(dt_tape_of(xyz));
    }
    return dt_rigid_displacements(model->network, &p, model->samples);
}
