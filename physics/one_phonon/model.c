/* model.c - everything of a one-phonon map that does not depend on the parameters. */
#include "model.h"

#include "../shared.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The resolution rule of dt_get_resolution_mask, in plain numbers: d > d_min. It is a matter of the
 * cell parameters, whatever SCALE says. */
static bool resolved(const dt_one_phonon *m, const dt_cell *cell, const int64_t ijk[3],
                     double d_min) {
    double h[3], q[3], q2 = 0.0;
    for (int d = 0; d < 3; d++) {
        h[d] = dt_axis_miller(&m->axis[d], ijk[d]);
    }
    dt_scattering_vector(cell, h, q);
    for (int d = 0; d < 3; d++) {
        q2 += q[d] * q[d];
    }
    return q2 == 0.0 || TWO_PI / sqrt(q2) > d_min;
}

static dt_status mark_valid(dt_one_phonon *m, double d_min, dt_error *error) {
    enum { ACOUSTIC_MODES = 3 };
    dt_one_phonon_sizes *s = &m->sizes;
    dt_cell cell;
    dt_status status = dt_cell_init(m->crystal->cell.parameters, &cell, error);
    if (status != DT_OK) {
        return status;
    }
    m->valid = malloc((size_t)s->voxels * sizeof *m->valid);
    if (!m->valid) {
        return dt_error_set(error, DT_ERR_MEMORY, "one-phonon: no memory for a mask of %lld voxels",
                            (long long)s->voxels);
    }
    for (int64_t p = 0; p < s->voxels; p++) {
        int64_t ijk[3];
        dt_grid_position(m->axis, p, ijk);
        bool bragg = dt_axis_is_integer(&m->axis[0], ijk[0]) &&
                     dt_axis_is_integer(&m->axis[1], ijk[1]) &&
                     dt_axis_is_integer(&m->axis[2], ijk[2]);
        bragg = bragg && m->single_mode <= ACOUSTIC_MODES; /* the other modes have a value there */
        m->valid[p] = !bragg && resolved(m, &cell, ijk, d_min);
        s->bragg += bragg;
        s->valid += m->valid[p];
    }
    s->beyond_d_min = s->voxels - s->bragg - s->valid;
    if (s->valid == 0) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "one-phonon: none of the %lld voxels has an intensity: %lld lie on whole "
            "h, k, l and %lld at d <= %g Angstrom; take at least 2 samples per unit, or a "
            "smaller d_min",
            (long long)s->voxels, (long long)s->bragg, (long long)s->beyond_d_min, d_min);
    }
    return DT_OK;
}

/* Cut every wavevector's voxels into slices of equal size, as nearly as it goes. */
static dt_status cut_slices(dt_one_phonon *m, dt_error *error) {
    const dt_wavevectors *g = &m->groups;
    int64_t most = SLICE_WORK / (m->crystal->n_asu * m->crystal->n_atoms);
    most = most < 64 ? 64 : most > SLICE_VOXELS ? SLICE_VOXELS : most;
    int64_t n = 0;
    for (int64_t k = 0; k < g->n; k++) {
        n += (g->first[k + 1] - g->first[k] + most - 1) / most;
    }
    m->slice_first = malloc((size_t)(n + 1) * sizeof *m->slice_first);
    if (!m->slice_first) {
        return dt_error_set(error, DT_ERR_MEMORY, "one-phonon: no memory for %lld slices",
                            (long long)n);
    }
    for (int64_t k = 0; k < g->n; k++) {
        int64_t first = g->first[k], voxels = g->first[k + 1] - first;
        int64_t parts = (voxels + most - 1) / most;
        for (int64_t s = 0; s < parts; s++) {
            m->slice_first[m->n_slices++] = first + voxels * s / parts;
        }
    }
    m->slice_first[m->n_slices] = g->n_voxels;
    return DT_OK;
}

/* Is the form factor of atom i that of type t? */
static bool same_type(const dt_one_phonon *m, int64_t t, const double a[4], const double b[4],
                      double c) {
    return memcmp(m->type_a + 4 * t, a, 4 * sizeof *a) == 0 &&
           memcmp(m->type_b + 4 * t, b, 4 * sizeof *b) == 0 && m->type_c[t] == c;
}

/* Form factors are computed once for each distinct row (an element, and its occupancy). */
static dt_status list_types(dt_one_phonon *m, dt_error *error) {
    const dt_crystal *x = m->crystal;
    size_t n = (size_t)x->n_atoms;
    m->type_a = malloc(4 * n * sizeof *m->type_a);
    m->type_b = malloc(4 * n * sizeof *m->type_b);
    m->type_c = malloc(n * sizeof *m->type_c);
    m->type = malloc(n * sizeof *m->type);
    if (!m->type_a || !m->type_b || !m->type_c || !m->type) {
        return dt_error_set(error, DT_ERR_MEMORY, "one-phonon: no memory for %lld atoms",
                            (long long)x->n_atoms);
    }
    for (int64_t i = 0; i < x->n_atoms; i++) {
        double a[4], c = x->occupancy[i] * x->ff_c[i];
        for (int g = 0; g < 4; g++) {
            a[g] = x->occupancy[i] * x->ff_a[4 * i + g];
        }
        int64_t t = 0;
        while (t < m->n_types && !same_type(m, t, a, x->ff_b + 4 * i, c)) {
            t++;
        }
        if (t == m->n_types) {
            memcpy(m->type_a + 4 * t, a, sizeof a);
            memcpy(m->type_b + 4 * t, x->ff_b + 4 * i, sizeof a);
            m->type_c[t] = c;
            m->n_types++;
        }
        m->type[i] = t;
    }
    return DT_OK;
}

/* k.R of a cell at A^T n with a Cartesian k = 2 pi B^T k_f is 2 pi (A B^T k_f).n: A B^T is the unit
 * matrix unless B comes from SCALE. */
static void set_phases(dt_one_phonon *m) {
    const double *a = m->crystal->cell.axes, *b = m->crystal->cell.fractional;
    double factor = m->quirks & DT_QUIRK_NO_2PI ? 1.0 / TWO_PI : 1.0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double exact = i == j ? 1.0 : 0.0;
            double ab =
                a[3 * i] * b[3 * j] + a[3 * i + 1] * b[3 * j + 1] + a[3 * i + 2] * b[3 * j + 2];
            m->phase_of_k[3 * i + j] = factor * (m->quirks & DT_QUIRK_SCALE_RECORD ? ab : exact);
        }
    }
}

void one_phonon_phase_k(const dt_one_phonon *m, const double k[3], double ret_k[3]) {
    for (int i = 0; i < 3; i++) {
        const double *row = m->phase_of_k + (ptrdiff_t)3 * i;
        ret_k[i] = row[0] * k[0] + row[1] * k[1] + row[2] * k[2];
    }
}

/* Quirks that the crystal must have been made with, and modes that must exist. */
static dt_status check_choice(const dt_one_phonon *m, dt_error *error) {
    const unsigned of_crystal =
        DT_QUIRK_REMARK_290 | DT_QUIRK_SCALE_RECORD | DT_QUIRK_PACKING | DT_QUIRK_PACKED_TWICE;
    unsigned differ = (m->quirks ^ m->crystal->quirks) & of_crystal;
    for (unsigned i = 0; i < DT_QUIRK_COUNT; i++) {
        if (differ & (1u << i)) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "one-phonon: the quirk %s is %s; give dt_crystal_input the same "
                                "quirks as the model",
                                dt_quirk_name(1u << i),
                                m->quirks & (1u << i)
                                    ? "asked for, but the crystal was made without it"
                                    : "in the crystal, but the model was not asked for it");
        }
    }
    int64_t modes = 6 * m->crystal->n_asu;
    if (m->single_mode < 0 || m->single_mode > modes) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "one-phonon: mode number %lld (rank %lld); there must be 1 to %lld (rank "
            "0 to %lld), 6 for each of %lld asymmetric units, or 0 for all of them",
            (long long)m->single_mode, (long long)m->single_mode - 1, (long long)modes,
            (long long)modes - 1, (long long)m->crystal->n_asu);
    }
    if (one_phonon_needs_modes(m) && !m->crystal->mass) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "one-phonon: %s needs atomic masses, which the crystal does not have",
                            m->single_mode > 0 ? "a single mode" : "a threshold on frequencies");
    }
    return DT_OK;
}

static dt_status build(dt_one_phonon *m, const dt_grid *grid, const dt_one_phonon_options *options,
                       dt_error *error) {
    dt_status status = check_choice(m, error);
    if (status == DT_OK) {
        status = dt_grid_axes_literal(grid, m->quirks, m->axis, &m->sizes.voxels, error);
    }
    set_phases(m);
    if (status == DT_OK) {
        status = mark_valid(m, options->d_min, error);
    }
    if (status == DT_OK) {
        status = dt_group_axes_by_wavevector(m->axis, m->valid, &m->groups, error);
    }
    if (status == DT_OK) {
        status = cut_slices(m, error);
    }
    if (status == DT_OK) {
        status = list_types(m, error);
    }
    if (status == DT_OK) {
        int range = m->quirks & DT_QUIRK_CELLS_27 ? 1 : options->cell_range;
        status = dt_gnm_new(m->crystal, options->cutoff, range, &m->gnm, error);
    }
    if (status != DT_OK) {
        return status;
    }
    for (int d = 0; d < 3; d++) {
        m->sizes.shape[d] = m->axis[d].n;
    }
    m->sizes.n_atoms = m->crystal->n_atoms;
    m->sizes.n_asu = m->crystal->n_asu;
    m->sizes.wavevectors = m->groups.n;
    m->sizes.contacts = m->gnm->contacts.n;
    return DT_OK;
}

dt_status dt_one_phonon_new(const dt_crystal *crystal, const dt_grid *grid,
                            const dt_one_phonon_options *options, dt_one_phonon **ret_model,
                            dt_error *error) {
    const dt_one_phonon_options chosen =
        options ? *options : (dt_one_phonon_options){.cutoff = 4.0};
    if (!isfinite(chosen.d_min) || chosen.d_min < 0.0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "one-phonon: the resolution limit d_min is %g Angstrom; it must be "
                            "finite and not negative",
                            chosen.d_min);
    }
    dt_one_phonon *model = calloc(1, sizeof *model);
    if (!model) {
        return dt_error_set(error, DT_ERR_MEMORY, "one-phonon: no memory for a model");
    }
    model->crystal = crystal;
    model->quirks = chosen.quirks;
    model->single_mode = chosen.single_mode;
    dt_status status = build(model, grid, &chosen, error);
    if (status != DT_OK) {
        dt_one_phonon_free(model);
        return status;
    }
    *ret_model = model;
    return DT_OK;
}

void dt_one_phonon_free(dt_one_phonon *model) {
    if (!model) {
        return;
    }
    dt_gnm_free(model->gnm);
    free(model->valid);
    dt_wavevectors_free(&model->groups);
    free(model->slice_first);
    free(model->type_a);
    free(model->type_b);
    free(model->type_c);
    free(model->type);
    free(model);
}

dt_one_phonon_sizes dt_one_phonon_get_sizes(const dt_one_phonon *model) {
    return model->sizes;
}

const bool *dt_one_phonon_valid(const dt_one_phonon *model) {
    return model->valid;
}
