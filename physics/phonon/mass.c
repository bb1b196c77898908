/* mass.c - mass matrices: of all atoms, of rigid bodies, and the inverse Cholesky factor. */
#include "../shared.h"

#include <difftape/ops.h>
#include <difftape/phonon.h>

/* What the port adds to the diagonal, in daltons. */
static const double mass_epsilon = 1e-6;

dt_tensor *dt_atom_mass(dt_tensor *mass, int64_t n_asu) {
    dt_tape *tape = dt_tape_of(mass);
    if (dt_tape_status(tape) == DT_OK && (dt_ndim(mass) != 1 || n_asu < 1)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "atom_mass: masses must be (atoms), for one asymmetric unit or more");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    return dt_tile(dt_repeat(mass, 0, 3), &n_asu);
}

dt_tensor *dt_rigid_body_mass(dt_tensor *body, dt_tensor *mass, unsigned quirks) {
    dt_tape *tape = dt_tape_of(body);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const int64_t *shape = dt_shape(body);
    if (dt_ndim(body) != 3 || shape[2] != 4 || dt_ndim(mass) != 1 ||
        dt_shape(mass)[0] != shape[1]) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "rigid_body_mass: body coordinates must be (asymmetric units, atoms, 4) and "
                     "masses (atoms)");
        return dt_inert(tape);
    }
    int64_t a = shape[0], d = 6 * a;
    dt_tensor *projector = dt_rigid_body_projector(body); /* (a,3n,6) */
    dt_tensor *weighted = dt_mul(projector, dt_expand_dims(dt_repeat(mass, 0, 3), -1));
    dt_tensor *blocks = dt_matmul_flags(weighted, DT_T, projector, DT_N); /* (a,6,6) */
    /* On the diagonal of (a,a): (a,1,6,6) times the unit matrix (a,a,1,1). */
    dt_tensor *unit = dt_reshape(dt_eye(tape, DT_F64, a), 4, (int64_t[]){a, a, 1, 1});
    dt_tensor *m = dt_mul(dt_expand_dims(blocks, 1), unit);
    m = dt_reshape(dt_permute(m, (int[]){0, 2, 1, 3}), 2, (int64_t[]){d, d});
    return quirks & DT_QUIRK_MASS_EPSILON
               ? dt_add(m, dt_scale(dt_eye(tape, DT_F64, d), mass_epsilon))
               : m;
}

dt_tensor *dt_mass_whitening(dt_tensor *mass_matrix) {
    dt_tape *tape = dt_tape_of(mass_matrix);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *factor = dt_cholesky(mass_matrix);
    if (dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE) {
        dt_tape_context(tape,
                        "phonon: the mass matrix is not positive definite (a rigid body needs "
                        "three atoms that do not lie on one line)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    int64_t d = dt_shape(mass_matrix)[dt_ndim(mass_matrix) - 1];
    return dt_triangular_solve(factor, dt_eye(tape, DT_F64, d), true, DT_N);
}
