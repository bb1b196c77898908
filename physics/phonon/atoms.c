/* atoms.c - the network atom by atom, as dense arrays: for small crystals and comparisons. */
#include "../shared.h"

#include <difftape/ops.h>
#include <difftape/phonon.h>

#include <stdlib.h>

static const int64_t most_numbers = INT64_C(1) << 27;

dt_tensor *dt_gnm_gamma(int64_t n_asu, dt_tensor *gamma_intra, dt_tensor *gamma_inter) {
    enum { CELLS = 27, HOME = 13 };
    dt_tape *tape = dt_tape_of(gamma_intra);
    if (dt_tape_status(tape) == DT_OK && (n_asu < 1 || n_asu > 192)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "gnm_gamma: %lld asymmetric units; there must be 1 to 192", (long long)n_asu);
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    double home[CELLS] = {0.0};
    home[HOME] = 1.0;
    dt_tensor *same = dt_mul(dt_constant(tape, DT_F64, 3, (int64_t[]){CELLS, 1, 1}, home),
                             dt_eye(tape, DT_F64, n_asu));
    dt_tensor *other = dt_sub(dt_scalar(tape, 1.0), same);
    return dt_add(dt_mul(same, gamma_intra), dt_mul(other, gamma_inter));
}

/* Places of all contacts in (n_cells,n,n), then of the diagonal of the reference cell. */
static int64_t *list_places(const dt_gnm *gnm, int64_t n) {
    const dt_contacts *c = &gnm->contacts;
    int64_t *place = malloc((size_t)(c->n + n) * sizeof *place);
    for (int64_t b = 0; place && b < gnm->n_blocks; b++) {
        for (int64_t e = gnm->block_first[b]; e < gnm->block_first[b + 1]; e++) {
            place[e] = (gnm->block_cell[b] * n + c->i[e]) * n + c->j[e];
        }
    }
    for (int64_t i = 0; place && i < n; i++) {
        place[c->n + i] = (gnm->block_cell[gnm->n_blocks] * n + i) * n + i;
    }
    return place;
}

/* Weights of one spring in all contacts and on the diagonal: -1 for a contact of its kind. */
static double *list_weights(const dt_gnm *gnm, int64_t n, bool intra) {
    const dt_contacts *c = &gnm->contacts;
    double *weight = calloc((size_t)(c->n + n), sizeof *weight);
    for (int64_t e = 0; weight && e < c->n; e++) {
        weight[e] = c->intra[e] == intra ? -1.0 : 0.0;
        weight[c->n + c->i[e]] -= weight[e];
    }
    return weight;
}

dt_tensor *dt_gnm_atom_force_constants(const dt_gnm *gnm, dt_tensor *gamma_intra,
                                       dt_tensor *gamma_inter) {
    dt_tape *tape = dt_tape_of(gamma_intra);
    int64_t n = gnm->n_asu * gnm->n_atoms, cells = gnm->n_cells, m = gnm->contacts.n + n;
    if (dt_tape_status(tape) == DT_OK && n > most_numbers / n / cells) {
        dt_tape_fail(
            tape, DT_ERR_ARGUMENT,
            "gnm_atom_force_constants: %lld atoms in %lld cells are more than %lld numbers; "
            "rigid bodies (dt_gnm_force_constants) have no such limit",
            (long long)n, (long long)cells, (long long)most_numbers);
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    int64_t *place = list_places(gnm, n);
    double *intra = list_weights(gnm, n, true), *inter = list_weights(gnm, n, false);
    dt_tensor *h = dt_inert(tape);
    if (place && intra && inter) {
        dt_tensor *value = dt_add(dt_mul(dt_constant(tape, DT_F64, 1, &m, intra), gamma_intra),
                                  dt_mul(dt_constant(tape, DT_F64, 1, &m, inter), gamma_inter));
        h = dt_scatter_add(value, dt_constant(tape, DT_I64, 1, &m, place), 0, cells * n * n);
        h = dt_reshape(h, 3, (int64_t[]){cells, n, n});
    } else {
        dt_tape_fail(tape, DT_ERR_MEMORY, "gnm_atom_force_constants: no memory for %lld contacts",
                     (long long)m);
    }
    free(place);
    free(intra);
    free(inter);
    return h;
}

dt_tensor *dt_bloch_sum(dt_tensor *h, dt_tensor *cells, dt_tensor *k) {
    dt_tape *tape = dt_tape_of(h);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    if (dt_ndim(h) != 3 || dt_ndim(cells) != 2 || dt_shape(cells)[0] != dt_shape(h)[0] ||
        dt_shape(cells)[1] != 3 || dt_ndim(k) != 2 || dt_shape(k)[1] != 3) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "bloch_sum: matrices must be (cells,m,m), cells (cells,3) and wavevectors "
                     "(wavevectors,3)");
        return dt_inert(tape);
    }
    const int64_t *s = dt_shape(h);
    dt_tensor *phase = dt_cis(dt_scale(dt_matmul_flags(k, DT_N, cells, DT_T), TWO_PI)); /* (K,C) */
    dt_tensor *sum = dt_matmul(phase, dt_reshape(h, 2, (int64_t[]){s[0], s[1] * s[2]}));
    return dt_reshape(sum, 3, (int64_t[]){dt_shape(k)[0], s[1], s[2]});
}

/* Place of every block in (n_cells,a,a). */
static dt_tensor *block_places(const dt_gnm *gnm, dt_tape *tape, int64_t places) {
    int64_t *index = malloc((size_t)places * sizeof *index);
    if (!index) {
        dt_tape_fail(tape, DT_ERR_MEMORY, "gnm_hessian: no memory for %lld blocks",
                     (long long)places);
        return dt_inert(tape);
    }
    for (int64_t b = 0; b < places; b++) {
        index[b] = gnm->block_cell[b] * gnm->n_asu * gnm->n_asu + gnm->block_pair[b];
    }
    dt_tensor *tensor = dt_constant(tape, DT_I64, 1, &places, index);
    free(index);
    return tensor;
}

dt_tensor *dt_gnm_hessian(const dt_gnm *gnm, dt_tensor *force_constants) {
    dt_tape *tape = dt_tape_of(force_constants);
    int64_t a = gnm->n_asu, places = gnm->n_blocks + a;
    if (dt_tape_status(tape) == DT_OK &&
        (dt_ndim(force_constants) != 3 || dt_shape(force_constants)[0] != places)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "gnm_hessian: force constants must be (%lld,6,6), as dt_gnm_force_constants "
                     "makes them for this network",
                     (long long)places);
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    /* (places,36) -> (cells a a, 36) -> (cells,a,6,a,6) */
    dt_tensor *h = dt_scatter_add(dt_reshape(force_constants, 2, (int64_t[]){places, 36}),
                                  block_places(gnm, tape, places), 0, gnm->n_cells * a * a);
    h = dt_reshape(h, 5, (int64_t[]){gnm->n_cells, a, a, 6, 6});
    h = dt_permute(h, (int[]){0, 1, 3, 2, 4});
    return dt_reshape(h, 3, (int64_t[]){gnm->n_cells, 6 * a, 6 * a});
}
