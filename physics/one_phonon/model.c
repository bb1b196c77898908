/* model.c - everything of a one-phonon map that does not depend on the parameters. */
#include "model.h"

#include "../shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The resolution rule of dt_get_resolution_mask, in plain numbers: d > d_min. */
static bool resolved(const dt_one_phonon *m, const int64_t ijk[3], double d_min) {
    double h[3], q[3], q2 = 0.0;
    for (int d = 0; d < 3; d++) {
        h[d] = dt_axis_miller(&m->axis[d], ijk[d]);
    }
    dt_scattering_vector(&m->crystal->cell, h, q);
    for (int d = 0; d < 3; d++) {
        q2 += q[d] * q[d];
    }
    return q2 == 0.0 || TWO_PI / sqrt(q2) > d_min;
}

static dt_status mark_valid(dt_one_phonon *m, double d_min, dt_error *error) {
    dt_one_phonon_sizes *s = &m->sizes;
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
        m->valid[p] = !bragg && resolved(m, ijk, d_min);
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

static dt_status build(dt_one_phonon *m, const dt_grid *grid, const dt_one_phonon_options *options,
                       dt_error *error) {
    dt_status status = dt_grid_axes(grid, m->axis, &m->sizes.voxels, error);
    if (status == DT_OK) {
        status = mark_valid(m, options->d_min, error);
    }
    if (status == DT_OK) {
        status = dt_group_by_wavevector(grid, m->valid, &m->groups, error);
    }
    if (status == DT_OK) {
        status = cut_slices(m, error);
    }
    if (status == DT_OK) {
        status = list_types(m, error);
    }
    if (status == DT_OK) {
        status = dt_gnm_new(m->crystal, options->cutoff, options->cell_range, &m->gnm, error);
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
