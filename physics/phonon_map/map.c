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
                            "for 4",
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

/* Which points have a value. */
static dt_status mark(dt_phonon_map *m, dt_error *error) {
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

/* Nodes and weights of the average over a voxel. */
static dt_status list_nodes(dt_phonon_map *m, dt_error *error) {
    dtp_part parts[DTP_MOST_PARTS];
    int order = dtp_bragg_order(&m->options), n_parts = dtp_voxel_parts(m, parts);
    m->n_nodes = n_parts * dtp_part_nodes(order);
    m->node = malloc((size_t)(3 * m->n_nodes) * sizeof *m->node);
    m->weight = malloc((size_t)m->n_nodes * sizeof *m->weight);
    if (!m->node || !m->weight) {
        return no_memory(error, m->n_nodes);
    }
    dtp_voxel_nodes(order, n_parts, parts, m->node, m->weight);
    for (int64_t i = 0; i < 3 * m->n_nodes; i++) {
        m->node[i] *= m->points->voxel[i % 3];
    }
    return DT_OK;
}

static dt_status sort_points(dt_phonon_map *m, dt_error *error) {
    const dt_crystal *x = m->network->crystal;
    int64_t longest = DTP_SLICE_WORK / (x->n_asu * x->n_atoms);
    longest = longest < 64 ? 64 : longest > DTP_SLICE_POINTS ? DTP_SLICE_POINTS : longest;
    m->valid = malloc((size_t)m->points->n * sizeof *m->valid);
    dt_status status = m->valid ? mark(m, error) : no_memory(error, m->points->n);
    bool average = m->options.bragg == DT_BRAGG_AVERAGE && m->sizes.bragg > 0;
    if (status == DT_OK) {
        status = dtp_slices_find(&m->plain, m->points, m->valid, average ? DTP_NOT_BRAGG : DTP_ALL,
                                 longest, error);
    }
    if (status == DT_OK && average) {
        status = dtp_slices_find(&m->bragg, m->points, m->valid, DTP_BRAGG, longest, error);
        status = status == DT_OK ? list_nodes(m, error) : status;
    }
    m->sizes.wavevectors = m->plain.n_wavevectors + m->n_nodes;
    m->sizes.evaluations = m->plain.n_points + m->n_nodes * m->bragg.n_points;
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

void dt_phonon_map_free(dt_phonon_map *m) {
    if (!m) {
        return;
    }
    dtp_slices_free(&m->plain);
    dtp_slices_free(&m->bragg);
    free(m->node);
    free(m->weight);
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
