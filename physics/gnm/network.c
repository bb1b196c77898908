/* network.c - contacts sorted into blocks of one cell and one pair of asymmetric units. */
#include "projector.h"

#include <difftape/gnm.h>

#include <stdlib.h>
#include <string.h>

/* Does contact e begin a new cell, or a new (cell, asu, asu') block? The list is sorted so that
 * both are contiguous. */
static bool new_cell(const dt_contacts *c, int64_t e) {
    return e == 0 || memcmp(c->cell + 3 * e, c->cell + 3 * (e - 1), 3 * sizeof *c->cell) != 0;
}

static bool new_block(const dt_gnm *gnm, int64_t e) {
    const dt_contacts *c = &gnm->contacts;
    int64_t n = gnm->n_atoms;
    return new_cell(c, e) || c->i[e] / n != c->i[e - 1] / n || c->j[e] / n != c->j[e - 1] / n;
}

/* Does the reference cell sort before this one? */
static bool after_reference(const int32_t cell[3]) {
    for (int d = 0; d < 3; d++) {
        if (cell[d] != 0) {
            return cell[d] > 0;
        }
    }
    return false;
}

static void add_cell(dt_gnm *gnm, const int32_t cell[3]) {
    for (int d = 0; d < 3; d++) {
        gnm->cells[3 * gnm->n_cells + d] = cell[d];
    }
    gnm->n_cells++;
}

/* Cells and blocks in the order of the contacts; the reference cell always has a place, which the
 * diagonal blocks need. */
static void list_blocks(dt_gnm *gnm) {
    const dt_contacts *c = &gnm->contacts;
    static const int32_t reference[3] = {0, 0, 0};
    int64_t home = -1;
    for (int64_t e = 0; e < c->n; e++) {
        const int32_t *cell = c->cell + 3 * e;
        if (new_cell(c, e)) {
            bool here = memcmp(cell, reference, sizeof reference) == 0;
            if (home < 0 && (here || after_reference(cell))) {
                home = gnm->n_cells;
            }
            if (home == gnm->n_cells && !here) {
                add_cell(gnm, reference);
            }
            add_cell(gnm, cell);
        }
        if (new_block(gnm, e)) {
            int64_t b = gnm->n_blocks++, a = c->i[e] / gnm->n_atoms, a2 = c->j[e] / gnm->n_atoms;
            gnm->block_first[b] = e;
            gnm->block_cell[b] = gnm->n_cells - 1;
            gnm->block_pair[b] = a * gnm->n_asu + a2;
            gnm->block_intra[b] = c->intra[e] ? 1.0 : 0.0;
            gnm->block_inter[b] = c->intra[e] ? 0.0 : 1.0;
        }
        (c->intra[e] ? gnm->degree_intra : gnm->degree_inter)[c->i[e]] += 1.0;
    }
    gnm->block_first[gnm->n_blocks] = c->n;
    for (int64_t a = 0; a < gnm->n_asu; a++) {
        gnm->block_cell[gnm->n_blocks + a] = home;
        gnm->block_pair[gnm->n_blocks + a] = a * gnm->n_asu + a;
    }
}

static dt_status make_blocks(dt_gnm *gnm, dt_error *error) {
    int64_t cells = 1, blocks = 0, atoms = gnm->n_asu * gnm->n_atoms;
    for (int64_t e = 0; e < gnm->contacts.n; e++) {
        cells += new_cell(&gnm->contacts, e);
        blocks += new_block(gnm, e);
    }
    gnm->cells = calloc((size_t)(3 * cells), sizeof *gnm->cells);
    gnm->block_first = calloc((size_t)(blocks + 1), sizeof *gnm->block_first);
    gnm->block_cell = calloc((size_t)(blocks + gnm->n_asu), sizeof *gnm->block_cell);
    gnm->block_pair = calloc((size_t)(blocks + gnm->n_asu), sizeof *gnm->block_pair);
    gnm->block_intra = calloc((size_t)blocks, sizeof *gnm->block_intra);
    gnm->block_inter = calloc((size_t)blocks, sizeof *gnm->block_inter);
    gnm->degree_intra = calloc((size_t)atoms, sizeof *gnm->degree_intra);
    gnm->degree_inter = calloc((size_t)atoms, sizeof *gnm->degree_inter);
    if (!gnm->cells || !gnm->block_first || !gnm->block_cell || !gnm->block_pair ||
        !gnm->block_intra || !gnm->block_inter || !gnm->degree_intra || !gnm->degree_inter) {
        return dt_error_set(error, DT_ERR_MEMORY, "network: no memory for %lld blocks",
                            (long long)blocks);
    }
    list_blocks(gnm);
    return DT_OK;
}

/* r_a = R_a r0 + t_a for every copy, in plain numbers: the starting coordinates, placed as the
 * network sees them. */
static double *starting_coordinates(const dt_crystal *crystal) {
    int64_t n = crystal->n_atoms;
    double *all = malloc((size_t)(3 * n * crystal->n_asu) * sizeof *all);
    for (int64_t a = 0; all && a < crystal->n_asu; a++) {
        const double *m = crystal->rotation + 9 * a, *t = crystal->network_translation + 3 * a;
        for (int64_t i = 0; i < n; i++) {
            const double *x = crystal->xyz + 3 * i;
            for (int d = 0; d < 3; d++) {
                all[3 * (a * n + i) + d] =
                    m[3 * d] * x[0] + m[3 * d + 1] * x[1] + m[3 * d + 2] * x[2] + t[d];
            }
        }
    }
    return all;
}

/* A_i^T A_j is bilinear in body coordinates: (A_i^T A_j)_pq = sum_cc' map[cc'][pq] X_i[c] X_j[c'].
 */
static void fill_block_of_moments(double ret_map[16 * 36]) {
    for (int m = 0; m < 16; m++) {
        for (int pq = 0; pq < 36; pq++) {
            double sum = 0.0;
            for (int a = 0; a < 3; a++) {
                sum += projector_of_body[m / 4][a][pq / 6] * projector_of_body[m % 4][a][pq % 6];
            }
            ret_map[36 * m + pq] = sum;
        }
    }
}

dt_status dt_gnm_new(const dt_crystal *crystal, double cutoff, int cell_range, dt_gnm **ret_gnm,
                     dt_error *error) {
    dt_gnm *gnm = calloc(1, sizeof *gnm);
    double *xyz = starting_coordinates(crystal);
    dt_status status = DT_OK;
    if (!gnm || !xyz) {
        status = dt_error_set(error, DT_ERR_MEMORY, "network: no memory for %lld atoms",
                              (long long)(crystal->n_asu * crystal->n_atoms));
    }
    if (status == DT_OK) {
        gnm->n_asu = crystal->n_asu;
        gnm->n_atoms = crystal->n_atoms;
        fill_block_of_moments(gnm->block_of_moments);
        status = dt_find_contacts(&crystal->cell, gnm->n_asu, gnm->n_atoms, xyz, cutoff, cell_range,
                                  &gnm->contacts, error);
    }
    if (status == DT_OK) {
        status = make_blocks(gnm, error);
    }
    free(xyz);
    if (status != DT_OK) {
        dt_gnm_free(gnm);
        return status;
    }
    *ret_gnm = gnm;
    return DT_OK;
}

void dt_gnm_free(dt_gnm *gnm) {
    if (!gnm) {
        return;
    }
    dt_contacts_free(&gnm->contacts);
    free(gnm->cells);
    free(gnm->block_first);
    free(gnm->block_cell);
    free(gnm->block_pair);
    free(gnm->block_intra);
    free(gnm->block_inter);
    free(gnm->degree_intra);
    free(gnm->degree_inter);
    free(gnm);
}
