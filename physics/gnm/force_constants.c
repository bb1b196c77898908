/* force_constants.c - springs projected on rigid bodies, through the 4 x 4 moments of each block.
 *
 * A_i^T A_j is bilinear in the body coordinates X = (1, x, y, z), so the sum over the contacts of a
 * block needs only the matrix sum_e X_i X_j^T: one product per block, whatever the number of
 * contacts, and the springs are factors of whole blocks, since a block is either intra or inter. */
#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/gnm.h>
#include <difftape/ops.h>

/* Moments of blocks [begin, end): (end-begin,16) from X (n_asu n_atoms, 4). */
static dt_tensor *block_moments(void *user, dt_tape *tape, int64_t begin, int64_t end,
                                dt_tensor *const *in) {
    const dt_gnm *gnm = user;
    dt_tensor *rows = NULL;
    for (int64_t b = begin; b < end; b++) {
        int64_t first = gnm->block_first[b], n = gnm->block_first[b + 1] - first;
        dt_tensor *i = view(tape, DT_I64, 1, &n, gnm->contacts.i + first);
        dt_tensor *j = view(tape, DT_I64, 1, &n, gnm->contacts.j + first);
        dt_tensor *m = dt_matmul_flags(dt_gather(in[0], i, 0), DT_T, dt_gather(in[0], j, 0), DT_N);
        m = dt_reshape(m, 2, (int64_t[]){1, 16});
        rows = rows ? dt_concat(2, (dt_tensor *[]){rows, m}, 0) : m;
    }
    return rows;
}

/* intra * gamma_intra + inter * gamma_inter, for constants of one shape. */
static dt_tensor *springs(dt_tensor *intra, dt_tensor *inter, dt_tensor *gamma_intra,
                          dt_tensor *gamma_inter) {
    return dt_add(dt_mul(intra, gamma_intra), dt_mul(inter, gamma_inter));
}

/* -gamma sum X_i X_j^T of every block: (n_blocks,16). */
static dt_tensor *contact_moments(const dt_gnm *gnm, dt_tensor *body, dt_tensor *gamma_intra,
                                  dt_tensor *gamma_inter) {
    dt_tape *tape = dt_tape_of(body);
    const int64_t column[2] = {gnm->n_blocks, 1};
    dt_tensor *atoms = dt_reshape(body, 2, (int64_t[]){-1, 4});
    /* *user is only read; the API's pointer is not const. */
    dt_tensor *m =
        dt_map_batches(block_moments, (void *)(uintptr_t)gnm, 1, &atoms, gnm->n_blocks, 1);
    dt_tensor *gamma =
        springs(view(tape, DT_F64, 2, column, gnm->block_intra),
                view(tape, DT_F64, 2, column, gnm->block_inter), gamma_intra, gamma_inter);
    return dt_mul(m, dt_neg(gamma));
}

static bool fits(const dt_gnm *gnm, dt_tensor *body) {
    dt_tape *tape = dt_tape_of(body);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    const int64_t *shape = dt_shape(body);
    if (dt_ndim(body) == 3 && shape[0] == gnm->n_asu && shape[1] == gnm->n_atoms && shape[2] == 4) {
        return true;
    }
    dt_tape_fail(
        tape, DT_ERR_SHAPE,
        "force constants: body coordinates must be (%lld,%lld,4), as the network was made for",
        (long long)gnm->n_asu, (long long)gnm->n_atoms);
    return false;
}

/* sum_i (gamma of all contacts of i) X_i X_i^T of every asymmetric unit: (n_asu,16). */
static dt_tensor *self_moments(const dt_gnm *gnm, dt_tensor *body, dt_tensor *gamma_intra,
                               dt_tensor *gamma_inter) {
    dt_tape *tape = dt_tape_of(body);
    const int64_t shape[3] = {gnm->n_asu, gnm->n_atoms, 1};
    dt_tensor *gamma =
        springs(view(tape, DT_F64, 3, shape, gnm->degree_intra),
                view(tape, DT_F64, 3, shape, gnm->degree_inter), gamma_intra, gamma_inter);
    dt_tensor *m = dt_matmul_flags(dt_mul(body, gamma), DT_T, body, DT_N);
    return dt_reshape(m, 2, (int64_t[]){gnm->n_asu, 16});
}

dt_tensor *dt_gnm_force_constants(const dt_gnm *gnm, dt_tensor *body, dt_tensor *gamma_intra,
                                  dt_tensor *gamma_inter) {
    dt_tape *tape = dt_tape_of(body);
    if (!fits(gnm, body)) {
        return dt_inert(tape);
    }
    dt_tensor *moments[2] = {contact_moments(gnm, body, gamma_intra, gamma_inter),
                             self_moments(gnm, body, gamma_intra, gamma_inter)};
    dt_tensor *blocks =
        dt_matmul(dt_concat(2, moments, 0),
                  view(tape, DT_F64, 2, (int64_t[]){16, 36}, gnm->block_of_moments));
    return dt_reshape(blocks, 3, (int64_t[]){gnm->n_blocks + gnm->n_asu, 6, 6});
}

dt_tensor *dt_gnm_stiffness(const dt_gnm *gnm, dt_tensor *force_constants, dt_tensor *k) {
    dt_tape *tape = dt_tape_of(force_constants);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    int64_t a = gnm->n_asu, places = gnm->n_blocks + a;
    dt_tensor *cells = view(tape, DT_F64, 2, (int64_t[]){gnm->n_cells, 3}, gnm->cells);
    dt_tensor *phase = dt_scale(dt_matmul_flags(k, DT_N, cells, DT_T), TWO_PI);
    dt_tensor *factor =
        dt_gather(dt_cis(phase), view(tape, DT_I64, 1, &places, gnm->block_cell), 1);
    dt_tensor *terms =
        dt_mul(dt_expand_dims(factor, -1), dt_reshape(force_constants, 2, (int64_t[]){places, 36}));
    /* (K, places, 36) -> (K, a a, 36) -> (K, a, 6, a, 6) -> (K, d, d) */
    dt_tensor *pair = view(tape, DT_I64, 1, &places, gnm->block_pair);
    dt_tensor *sum = dt_scatter_add(terms, pair, 1, a * a);
    sum = dt_permute(dt_reshape(sum, 5, (int64_t[]){-1, a, a, 6, 6}), (int[]){0, 1, 3, 2, 4});
    return dt_reshape(sum, 3, (int64_t[]){-1, 6 * a, 6 * a});
}
