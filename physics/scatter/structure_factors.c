/* structure_factors.c - atoms added up with their phases, all at once or in batches of q. */
#include <difftape/checkpoint.h>
#include <difftape/ops.h>
#include <difftape/scatter.h>

/* F_j q: (Q,N) and (Q,3) -> (Q,3N). */
static dt_tensor *times_q(dt_tensor *f, dt_tensor *q) {
    dt_tensor *fq = dt_mul(dt_expand_dims(f, -1), dt_expand_dims(q, 1));
    return dt_reshape(fq, 2, (int64_t[]){dt_shape(q)[0], -1});
}

static bool check_options(dt_tape *tape, const dt_structure_factor_options *options) {
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    if (options->kind < DT_SUM_OVER_ATOMS || options->kind > DT_PER_ATOM_TIMES_Q) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "structure_factors: there is no kind %d",
                     (int)options->kind);
        return false;
    }
    if (options->kind == DT_SUM_OVER_ATOMS && options->components) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "structure_factors: components project atoms and cannot be combined with the "
                     "sum over atoms; choose DT_PER_ATOM or DT_PER_ATOM_TIMES_Q");
        return false;
    }
    return true;
}

dt_tensor *dt_structure_factors(dt_tensor *q, dt_tensor *xyz, dt_tensor *form_factors, dt_tensor *u,
                                const dt_structure_factor_options *options) {
    const dt_structure_factor_options chosen =
        options ? *options : (dt_structure_factor_options){.kind = DT_SUM_OVER_ATOMS};
    dt_tape *tape = dt_tape_of(q);
    if (!check_options(tape, &chosen)) {
        return dt_inert(tape);
    }
    dt_tensor *phase = dt_matmul_flags(q, DT_N, xyz, DT_T);
    dt_tensor *amplitude = u ? dt_mul(form_factors, dt_debye_waller(q, u)) : form_factors;
    if (chosen.occupancy) {
        amplitude = dt_mul(amplitude, chosen.occupancy);
    }
    dt_tensor *f = dt_polar(amplitude, phase);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    if (chosen.kind == DT_SUM_OVER_ATOMS) {
        return dt_sum(f, -1);
    }
    if (chosen.kind == DT_PER_ATOM_TIMES_Q) {
        f = times_q(f, q);
    }
    return chosen.components ? dt_matmul(f, chosen.components) : f;
}

/* -- batches ----------------------------------------------------------------------------------- */

/* Inputs of a batch that are always there; the optional ones follow in this order. */
enum { Q, XYZ, FF_A, FF_B, FF_C, REQUIRED, U = REQUIRED, OCCUPANCY, COMPONENTS, MOST };

/* What a batch does: 8 kind + a bit for every optional input. The backward pass may run it long
 * after the caller has returned, so it is told by the address of one of these. */
static const unsigned char codes[3 * 8] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                           12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

static dt_tensor *batch_of(void *user, dt_tape *tape, int64_t begin, int64_t end,
                           dt_tensor *const *in) {
    const int code = *(const unsigned char *)user;
    dt_tensor *optional[MOST - REQUIRED] = {NULL, NULL, NULL};
    int next = REQUIRED;
    (void)tape;
    for (int i = 0; i < MOST - REQUIRED; i++) {
        optional[i] = code & 1 << i ? in[next++] : NULL;
    }
    const dt_structure_factor_options options = {.kind = (dt_structure_factor_kind)(code / 8),
                                                 .occupancy = optional[OCCUPANCY - REQUIRED],
                                                 .components = optional[COMPONENTS - REQUIRED]};
    dt_tensor *q = dt_slice(in[Q], 0, begin, end, 1);
    dt_tensor *f = dt_compute_form_factors(q, in[FF_A], in[FF_B], in[FF_C]);
    return dt_structure_factors(q, in[XYZ], f, optional[U - REQUIRED], &options);
}

dt_tensor *dt_structure_factors_batched(dt_tensor *q, dt_tensor *xyz, dt_tensor *a, dt_tensor *b,
                                        dt_tensor *c, dt_tensor *u,
                                        const dt_structure_factor_options *options, int64_t batch) {
    const dt_structure_factor_options chosen =
        options ? *options : (dt_structure_factor_options){.kind = DT_SUM_OVER_ATOMS};
    dt_tape *tape = dt_tape_of(q);
    if (!check_options(tape, &chosen)) {
        return dt_inert(tape);
    }
    if (dt_ndim(q) != 2) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "structure_factors: scattering vectors must be (Q,3)");
        return dt_inert(tape);
    }
    if (dt_shape(q)[0] == 0) {
        return dt_structure_factors(q, xyz, dt_compute_form_factors(q, a, b, c), u, &chosen);
    }
    dt_tensor *in[MOST] = {q, xyz, a, b, c};
    dt_tensor *const optional[MOST - REQUIRED] = {u, chosen.occupancy, chosen.components};
    int n_in = REQUIRED, code = 8 * (int)chosen.kind;
    for (int i = 0; i < MOST - REQUIRED; i++) {
        if (optional[i]) {
            in[n_in++] = optional[i];
            code |= 1 << i;
        }
    }
    /* *user is only read; the API's pointer is not const. */
    return dt_map_batches(batch_of, (void *)(uintptr_t)&codes[code], n_in, in, dt_shape(q)[0],
                          batch);
}
