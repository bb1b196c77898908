/* structure_factors.c - atoms added up with their phases. */
#include <difftape/ops.h>
#include <difftape/scatter.h>

/* F_j q: (Q,N) and (Q,3) -> (Q,3N). */
static dt_tensor *times_q(dt_tensor *f, dt_tensor *q) {
    dt_tensor *fq = dt_mul(dt_expand_dims(f, -1), dt_expand_dims(q, 1));
    return dt_reshape(fq, 2, (int64_t[]){dt_shape(q)[0], -1});
}

dt_tensor *dt_structure_factors(dt_tensor *q, dt_tensor *xyz, dt_tensor *form_factors,
                                dt_tensor *u_iso, const dt_structure_factor_options *options) {
    const dt_structure_factor_options chosen =
        options ? *options : (dt_structure_factor_options){.kind = DT_SUM_OVER_ATOMS};
    dt_tape *tape = dt_tape_of(q);
    if (chosen.kind == DT_SUM_OVER_ATOMS && chosen.components) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "structure_factors: components project atoms and cannot be combined with the "
                     "sum over atoms; choose DT_PER_ATOM or DT_PER_ATOM_TIMES_Q");
    }
    dt_tensor *phase = dt_matmul_flags(q, DT_N, xyz, DT_T);
    dt_tensor *amplitude =
        u_iso ? dt_mul(form_factors, dt_compute_debye_waller(q, u_iso)) : form_factors;
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
