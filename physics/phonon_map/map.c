/* map.c - everything of a phonon map that does not depend on parameters. */
#include "map.h"

#include "../shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static dt_status no_memory(dt_error *error, int64_t points) {
    return dt_error_set(error, DT_ERR_MEMORY, "phonon map: no memory for %lld points",
                        (long long)points);
}

/* Modes that must exist, and masses that they need. */
static dt_status check_modes(const dt_network *net, const dt_phonon_map_options *o,
                             dt_error *error) {
    int64_t mode = o->single_mode;
    if (mode < 0 || mode > net->n_freedom) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "phonon map: mode number %lld (rank %lld); there must be 1 to %lld (rank 0 to %lld), "
            "one for each coordinate of a cell, or 0 for all of them",
            (long long)mode, (long long)mode - 1, (long long)net->n_freedom,
            (long long)net->n_freedom - 1);
    }
    if (mode > 0 && o->bragg == DT_BRAGG_DROP_ACOUSTIC) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: a single mode is counted from the softest, and where the "
                            "acoustic ones are left out that is another; take another policy for "
                            "Bragg points (from the fourth mode on they have a value anyway)");
    }
    unsigned threshold = net->options.quirks & (DT_QUIRK_ACOUSTIC_1E12 | DT_QUIRK_ACOUSTIC_1E6);
    if ((mode > 0 || threshold) && !net->crystal->mass) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: %s needs atomic masses, which the crystal does not have",
                            mode > 0 ? "a single mode" : "a threshold on frequencies");
    }
    return DT_OK;
}

dt_status dtp_check_d_min(double d_min, dt_error *error) {
    if (!isfinite(d_min) || d_min < 0.0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: the resolution limit d_min is %g Angstrom; it must be "
                            "finite and not negative",
                            d_min);
    }
    return DT_OK;
}

dt_status dtp_check_map_options(const dt_network *net, const dt_points *points,
                                const dt_phonon_map_options *o, dt_error *error) {
    if (dtp_check_d_min(o->d_min, error) != DT_OK) {
        return DT_ERR_ARGUMENT;
    }
    if (o->bragg_order < 0 || o->bragg_order > 16) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: bragg_order is %d; it must lie between 1 and 16, or be 0 "
                            "for 6",
                            o->bragg_order);
    }
    if (o->bragg == DT_BRAGG_AVERAGE && points->voxel[0] == 0.0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: an average over voxels needs their size; give a voxel to "
                            "dt_points_from_list");
    }
    if (o->n_weights != 0 && !(o->n_weights >= 2 && o->n_weights <= 30 && o->weights_from >= 0.0 &&
                               o->weights_to > o->weights_from && isfinite(o->weights_to))) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: %d mode weights from %g to %g THz; there must be 2 to 30, "
                            "and the frequencies finite, not negative and increasing",
                            o->n_weights, o->weights_from, o->weights_to);
    }
    if ((o->occupation == DT_QUANTUM || o->n_weights != 0) && !net->crystal->mass) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: quantum occupation and mode weights need frequencies, and "
                            "the crystal has no masses");
    }
    return check_modes(net, o, error);
}

/* d > d_min, as dt_get_resolution_mask. It is a matter of the cell parameters, whatever SCALE says.
 */
static bool resolved(const dt_phonon_map *m, const dt_cell *cell, int64_t p) {
    double h[3], q[3], q2 = 0.0;
    dt_points_get(m->points, p, h);
    dt_scattering_vector(cell, h, q);
    for (int d = 0; d < 3; d++) {
        q2 += q[d] * q[d];
    }
    return q2 == 0.0 || TWO_PI / sqrt(q2) > m->options.d_min;
}

/* Which points have a value; in *ret_plain those among them that are evaluated as they are. */
static dt_status mark(dt_phonon_map *m, bool *plain, dt_error *error) {
    const dt_points *points = m->points;
    int64_t beyond = 0;
    dt_cell cell;
    dt_status status = dt_cell_init(m->network->crystal->cell.parameters, &cell, error);
    if (status != DT_OK) {
        return status;
    }
    m->sizes.points = points->n;
    for (int64_t p = 0; p < points->n; p++) {
        bool near = resolved(m, &cell, p);
        bool bragg = near && !dtp_optical(m) && dtp_point_is_bragg(points, p);
        m->valid[p] = near && !(bragg && m->options.bragg == DT_BRAGG_INVALID);
        plain[p] = m->valid[p] && !(bragg && m->options.bragg == DT_BRAGG_AVERAGE);
        m->sizes.bragg += bragg;
        m->sizes.valid += m->valid[p];
        beyond += !near;
    }
    if (m->sizes.valid == 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "phonon map: none of the %lld %s has an intensity: %lld lie on "
                            "whole h, k, l and %lld at d <= %g Angstrom; take other points (on a "
                            "grid, take at least 2 samples per unit), a smaller d_min, or another "
                            "policy for Bragg points",

                            (long long)points->n, points->hkl ? "points" : "voxels",
                            (long long)m->sizes.bragg, (long long)beyond, m->options.d_min);
    }
    return DT_OK;
}

/* Cut every wavevector's points into slices of equal size, as nearly as it goes. */
static dt_status cut(dtp_sorted *s, dt_error *error) {
    const dt_crystal *x = s->map->network->crystal;
    const dt_wavevectors *g = &s->groups;
    int64_t most = DTP_SLICE_WORK / (x->n_asu * x->n_atoms), n = 0;
    most = most < 64 ? 64 : most > DTP_SLICE_POINTS ? DTP_SLICE_POINTS : most;
    for (int64_t k = 0; k < g->n; k++) {
        n += (g->first[k + 1] - g->first[k] + most - 1) / most;
    }
    s->slice_first = malloc((size_t)(n + 1) * sizeof *s->slice_first);
    if (!s->slice_first) {
        return no_memory(error, g->n_voxels);
    }
    for (int64_t k = 0; k < g->n; k++) {
        int64_t first = g->first[k], points = g->first[k + 1] - first;
        int64_t parts = (points + most - 1) / most;
        for (int64_t p = 0; p < parts; p++) {
            s->slice_first[s->n_slices++] = first + points * p / parts;
        }
    }
    s->slice_first[s->n_slices] = g->n_voxels;
    return DT_OK;
}

/* Every node of the quadrature is one wavevector, with all Bragg points. */
static dt_status list_average(dt_phonon_map *m, dt_error *error) {
    int order = m->options.bragg_order;
    int64_t nodes = dtp_count_nodes(order), n = m->sizes.bragg;
    dtp_sorted *s = &m->average;
    dt_wavevectors *g = &s->groups;
    double *weight = malloc((size_t)nodes * sizeof *weight);
    g->k = malloc((size_t)(3 * nodes) * sizeof *g->k);
    g->first = malloc((size_t)(nodes + 1) * sizeof *g->first);
    g->voxel = malloc((size_t)(nodes * n) * sizeof *g->voxel);
    s->offset = malloc((size_t)(3 * nodes) * sizeof *s->offset);
    s->weight = malloc((size_t)(nodes * n) * sizeof *s->weight);
    if (!weight || !g->k || !g->first || !g->voxel || !s->offset || !s->weight) {
        free(weight);
        return no_memory(error, nodes * n);
    }
    double side[3];
    for (int d = 0; d < 3; d++) {
        const double *axis = m->network->crystal->cell.fractional + 3 * d;
        side[d] =
            m->points->voxel[d] * sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
    }
    dtp_voxel_nodes(order, side, s->offset, weight);
    for (int64_t i = 0; i < 3 * nodes; i++) {
        g->k[i] = s->offset[i] *= m->points->voxel[i % 3];
    }
    for (int64_t node = 0; node < nodes; node++) {
        int64_t at = node * n;
        g->first[node] = at;
        for (int64_t p = 0; p < m->points->n; p++) {
            if (m->valid[p] && dtp_point_is_bragg(m->points, p)) {
                g->voxel[at] = p;
                s->weight[at++] = weight[node];
            }
        }
    }
    g->n = nodes;
    g->first[nodes] = g->n_voxels = nodes * n;
    free(weight);
    return cut(s, error);
}

static dt_status sort_points(dt_phonon_map *m, dt_error *error) {
    bool *plain = malloc((size_t)m->points->n * sizeof *plain);
    m->valid = malloc((size_t)m->points->n * sizeof *m->valid);
    dt_status status = plain && m->valid ? mark(m, plain, error) : no_memory(error, m->points->n);
    if (status == DT_OK) {
        status = dtp_group_points(m->points, plain, &m->plain.groups, error);
    }
    if (status == DT_OK) {
        status = cut(&m->plain, error);
    }
    if (status == DT_OK && m->options.bragg == DT_BRAGG_AVERAGE && m->sizes.bragg > 0) {
        status = list_average(m, error);
    }
    free(plain);
    m->sizes.wavevectors = m->plain.groups.n + m->average.groups.n;
    m->sizes.evaluations = m->plain.groups.n_voxels + m->average.groups.n_voxels;
    return status;
}

/* Form factors are computed once for each distinct row. */
static dt_status list_types(dt_phonon_map *m, dt_error *error) {
    const dt_crystal *x = m->network->crystal;
    size_t n = (size_t)x->n_atoms, row = 4 * sizeof(double);
    m->type_a = malloc(n * row);
    m->type_b = malloc(n * row);
    m->type_c = malloc(n * sizeof *m->type_c);
    m->type = malloc(n * sizeof *m->type);
    if (!m->type_a || !m->type_b || !m->type_c || !m->type) {
        return no_memory(error, x->n_atoms);
    }
    for (int64_t i = 0; i < x->n_atoms; i++) {
        int64_t t = 0;
        while (t < m->n_types && (memcmp(m->type_a + 4 * t, x->ff_a + 4 * i, row) != 0 ||
                                  memcmp(m->type_b + 4 * t, x->ff_b + 4 * i, row) != 0 ||
                                  m->type_c[t] != x->ff_c[i])) {
            t++;
        }
        if (t == m->n_types) {
            memcpy(m->type_a + 4 * t, x->ff_a + 4 * i, row);
            memcpy(m->type_b + 4 * t, x->ff_b + 4 * i, row);
            m->type_c[m->n_types++] = x->ff_c[i];
        }
        m->type[i] = t;
    }
    return DT_OK;
}

dt_status dt_phonon_map_new(const dt_network *network, const dt_points *points,
                            const dt_phonon_map_options *options, dt_phonon_map **ret_map,
                            dt_error *error) {
    const dt_phonon_map_options chosen = options ? *options : (dt_phonon_map_options){0};
    dt_status status = dtp_check_map_options(network, points, &chosen, error);
    if (status != DT_OK) {
        return status;
    }
    dt_phonon_map *m = calloc(1, sizeof *m);
    if (!m) {
        return no_memory(error, points->n);
    }
    *m = (dt_phonon_map){.network = network, .points = points, .options = chosen};
    m->plain.map = m->average.map = m;
    status = sort_points(m, error);
    if (status == DT_OK) {
        status = list_types(m, error);
    }
    if (status != DT_OK) {
        dt_phonon_map_free(m);
        return status;
    }
    *ret_map = m;
    return DT_OK;
}

static void free_sorted(dtp_sorted *s) {
    dt_wavevectors_free(&s->groups);
    free(s->offset);
    free(s->weight);
    free(s->slice_first);
}

void dt_phonon_map_free(dt_phonon_map *m) {
    if (!m) {
        return;
    }
    free_sorted(&m->plain);
    free_sorted(&m->average);
    free(m->valid);
    free(m->type_a);
    free(m->type_b);
    free(m->type_c);
    free(m->type);
    free(m);
}

dt_phonon_map_sizes dt_phonon_map_get_sizes(const dt_phonon_map *m) {
    return m->sizes;
}

const bool *dt_phonon_map_valid(const dt_phonon_map *m) {
    return m->valid;
}
