/* model.c - from files to a map on the tape: crystal, network, places, background. */
#include "refine.h"

#include "../common/crystal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int fail(struct fit *f) {
    return exit_code_of(f->error.status);
}

static int no_memory(struct fit *f, int64_t n) {
    dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for %lld voxels", (long long)n);
    return EXIT_MEMORY;
}

/* -- crystal and network ----------------------------------------------------------------------- */

static int make_network(struct fit *f) {
    const struct settings *s = f->settings;
    static const dt_spring_classes classes[] = {
        [CLASSES_INTRA_INTER] = DT_CLASSES_INTRA_INTER,
        [CLASSES_SINGLE] = DT_CLASSES_SINGLE,
        [CLASSES_INTERFACES] = DT_CLASSES_INTERFACES,
        [CLASSES_RESIDUES] = DT_CLASSES_LABELS,
    };
    dt_network_options o = {.cutoff = s->cutoff,
                            .cell_range = (int)s->cell_range,
                            .form = (dt_spring_form)s->form,
                            .unit = (dt_spring_unit)s->spring_unit,
                            .drop_within = s->drop_within,
                            .atoms = s->groups == GROUPS_ATOMS,
                            .classes = classes[s->classes]};
    if (s->groups == GROUPS_CHAIN || s->groups == GROUPS_RESIDUE) {
        o.group = s->groups == GROUPS_CHAIN ? f->structure->chain : f->structure->residue;
    }
    if (s->classes == CLASSES_RESIDUES) {
        o.label = f->structure->residue;
        o.n_labels = f->structure->n_residues;
    }
    return dt_network_new(f->crystal, &o, &f->network, &f->error) == DT_OK ? 0 : fail(f);
}

int model_read(struct fit *f) {
    const struct settings *s = f->settings;
    const dt_structure_options options = {.keep_hydrogens = s->keep_hydrogens,
                                          .keep_waters = s->keep_waters,
                                          .keep_ligands = s->keep_ligands};
    if (dt_structure_read(&f->structure, s->structure, &options, &f->error) != DT_OK) {
        return fail(f);
    }
    dt_crystal_input input = dt_crystal_input_from(f->structure);
    if (s->occupancy == OCCUPANCY_FILE) {
        input.occupancy = f->structure->occupancy;
    }
    if (dt_crystal_new(&input, &f->crystal, &f->error) != DT_OK) {
        dt_error_context(&f->error, "%s", s->structure);
        return f->error.status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
    }
    int code = check_overlaps(f->crystal, f->structure, s->structure, &f->error);
    code = code != 0 ? code : make_network(f);
    return code != 0 ? code : parameters_springs(f);
}

/* -- places ------------------------------------------------------------------------------------ */

int model_places(struct fit *f, const dt_points *points, struct places *p) {
    const struct settings *s = f->settings;
    const dt_phonon_map_options options = {.d_min = s->d_min,
                                           .bragg = (dt_bragg_policy)s->bragg,
                                           .bragg_order = (int)s->bragg_order,
                                           .bragg_springs = f->springs,
                                           .occupation = (dt_occupation)s->occupation};
    int64_t shape[4];
    int ndim;
    p->n = dt_points_shape(points, &ndim, shape);
    p->inverse_d = malloc((size_t)p->n * sizeof *p->inverse_d);
    if (p->inverse_d == NULL) {
        return no_memory(f, p->n);
    }
    for (int64_t i = 0; i < p->n; i++) {
        double h[3], q[3];
        dt_points_get(points, i, h);
        dt_scattering_vector(&f->crystal->cell, h, q);
        p->inverse_d[i] = hypot(hypot(q[0], q[1]), q[2]) / (2 * acos(-1.0));
    }
    return dt_phonon_map_new(f->network, points, &options, &p->map, &f->error) == DT_OK ? 0
                                                                                        : fail(f);
}

/* Is the target one of this crystal? */
static int check_cell(struct fit *f) {
    const double *a = f->target.cell, *b = f->crystal->cell.parameters;
    for (int i = 0; i < 6 && f->target.has_cell; i++) {
        if (!(fabs(a[i] - b[i]) <= 0.01 * b[i])) {
            static const char *const names[] = {"a", "b", "c", "alpha", "beta", "gamma"};
            dt_error_set(&f->error, DT_ERR_FORMAT,
                         "%s: the cell of the target has %s = %g, that of the structure %g: they "
                         "must agree within 1 %%",
                         f->settings->target, names[i], a[i], b[i]);
            return EXIT_INPUT;
        }
    }
    return 0;
}

/* The target at the voxels where target and model have a value, and their indices. */
static int64_t choose(struct fit *f, double *hkl) {
    const bool *valid = dt_phonon_map_valid(f->grid.map);
    int64_t n = 0;
    for (int64_t v = 0; v < f->target.voxels; v++) {
        if (f->target.usable[v] && valid[v]) {
            dt_points_get(f->grid.points, v, hkl + 3 * n);
            f->voxel[n] = v;
            f->intensity[n] = f->target.intensity[v];
            f->sigma[n++] = f->target.sigma[v];
        }
    }
    return n;
}

int model_place(struct fit *f) {
    int64_t voxels = f->target.voxels;
    int code = check_cell(f);
    if (code == 0 && dt_points_from_grid(&f->target.grid, &f->grid.points, &f->error) != DT_OK) {
        code = fail(f);
    }
    code = code != 0 ? code : model_places(f, f->grid.points, &f->grid);
    if (code != 0) {
        return code;
    }
    double *hkl = malloc((size_t)(3 * voxels) * sizeof *hkl);
    f->voxel = malloc((size_t)voxels * sizeof *f->voxel);
    f->intensity = malloc((size_t)voxels * sizeof *f->intensity);
    f->sigma = malloc((size_t)voxels * sizeof *f->sigma);
    if (hkl == NULL || f->voxel == NULL || f->intensity == NULL || f->sigma == NULL) {
        free(hkl);
        return no_memory(f, voxels);
    }
    int64_t n = choose(f, hkl);
    double voxel[3];
    for (int d = 0; d < 3; d++) {
        voxel[d] = 1.0 / f->target.grid.samples[d];
    }
    if (n == 0) {
        dt_error_set(&f->error, DT_ERR_FORMAT,
                     "%s: no voxel has both data and a model (whole h, k, l have none unless "
                     "--bragg says so, nor those with d <= --dmin)",
                     f->settings->target);
        code = EXIT_INPUT;
    } else if (dt_points_from_list(n, hkl, voxel, &f->used.points, &f->error) != DT_OK) {
        code = fail(f);
    }
    free(hkl);
    return code != 0 ? code : model_places(f, f->used.points, &f->used);
}

/* -- the map ----------------------------------------------------------------------------------- */

/* The unknown that a parameter is, or NULL. */
static dt_tensor *unknown_of(const struct fit *f, enum kind kind, dt_tensor *const *in) {
    for (int i = 0; in != NULL && i < f->n_unknowns; i++) {
        if (f->unknown[i] == (int)kind) {
            return in[i];
        }
    }
    return NULL;
}

static dt_tensor *value_of(const struct fit *f, enum kind kind, dt_tape *tape,
                           dt_tensor *const *in) {
    return parameter_tensor(&f->parameter[kind], tape, unknown_of(f, kind, in));
}

static dt_tensor *view(dt_tape *tape, int64_t n, const double *data) {
    const dt_array array = dt_array_wrap(DT_F64, 1, &n, data);
    return dt_constant_view(tape, &array);
}

/* The Debye-Waller displacements: those of the atoms times a factor, plus a tensor if there is one.
 */
static dt_tensor *displacements(const struct fit *f, dt_tape *tape, dt_tensor *const *in) {
    const struct parameter *tensor = &f->parameter[U_TENSOR];
    dt_tensor *u = dt_mul(value_of(f, U_ATOM, tape, in), value_of(f, U_SCALE, tape, in));
    bool added = tensor->refined;
    for (int i = 0; i < 6; i++) {
        added = added || tensor->value[i] != 0;
    }
    if (!added) {
        return u;
    }
    static const int64_t places[9] = {0, 5, 4, 5, 1, 3, 4, 3, 2}; /* of xx, yy, zz, yz, xz, xy */
    dt_tensor *at = dt_constant(tape, DT_I64, 2, (const int64_t[]){3, 3}, places);
    dt_tensor *same = dt_take(value_of(f, U_TENSOR, tape, in), at);
    if (f->parameter[U_ATOM].ndim == 1) {
        u = dt_mul(dt_reshape(u, 3, (const int64_t[]){f->crystal->n_atoms, 1, 1}),
                   dt_eye(tape, DT_F64, 3));
    }
    return dt_add(u, same);
}

dt_tensor *model_total(const struct fit *f, const struct places *places, dt_tape *tape,
                       dt_tensor *const *in) {
    dt_phonon_map_parameters parameters = {
        .network.springs = value_of(f, SPRINGS, tape, in),
        .u = displacements(f, tape, in),
        .scale = value_of(f, SCALE, tape, in),
    };
    if (settings_needs_temperature(f->settings)) {
        parameters.network.temperature = dt_scalar(tape, f->settings->temperature);
    }
    dt_tensor *diffuse = dt_phonon_map_intensity(places->map, &parameters);
    dt_tensor *background = value_of(f, FLAT, tape, in);
    if (f->parameter[RADIAL].n > 0) {
        dt_tensor *radial =
            dt_interp(view(tape, places->n, places->inverse_d),
                      view(tape, f->parameter[RADIAL].n, f->knots), value_of(f, RADIAL, tape, in));
        background = dt_add(background, dt_reshape(radial, dt_ndim(diffuse), dt_shape(diffuse)));
    }
    return dt_add(diffuse, background);
}
