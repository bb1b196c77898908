/* mass.c - mass matrices: of all atoms, of rigid bodies, and the inverse Cholesky factor. */
#include "mass.h"

#include "../gnm/projector.h"
#include "../shared.h"

#include <difftape/ops.h>

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

/* sum_j m_j X_j X_j^T of every body, of which w = 3 needs the first element only: (b,16) or (b,1).
 */
static dt_tensor *mass_moments(dt_tensor *body, dt_tensor *mass, int64_t n_groups,
                               const int64_t *group, int64_t width) {
    dt_tape *tape = dt_tape_of(body);
    const int64_t *shape = dt_shape(body), n = shape[1];
    dt_tensor *x = width == 3 ? dt_slice(body, 2, 0, 1, 1) : body;
    dt_tensor *weighted = dt_mul(x, dt_expand_dims(mass, -1));
    int64_t m = dt_shape(x)[2] * dt_shape(x)[2], bodies = shape[0] * n_groups;
    if (!group) {
        return dt_reshape(dt_matmul_flags(weighted, DT_T, x, DT_N), 2, (int64_t[]){bodies, m});
    }
    dt_tensor *each = dt_mul(dt_expand_dims(weighted, -1), dt_expand_dims(x, -2));
    each = dt_reshape(each, 3, (int64_t[]){shape[0], n, m});
    dt_tensor *sum = dt_scatter_add(each, view(tape, DT_I64, 1, &n, group), 1, n_groups);
    return dt_reshape(sum, 2, (int64_t[]){bodies, m});
}

dt_tensor *dtp_body_masses(dt_tensor *body, dt_tensor *mass, int64_t n_groups, const int64_t *group,
                           int64_t width) {
    dt_tape *tape = dt_tape_of(body);
    int64_t b = dt_shape(body)[0] * n_groups, w = width;
    dt_tensor *moments = mass_moments(body, mass, n_groups, group, width);
    dt_tensor *map =
        w == 3 ? dt_reshape(dt_eye(tape, DT_F64, 3), 2, (int64_t[]){1, 9}) : block_of_moments(tape);
    /* blocks on the diagonal of (b,b): (b,w,1,w) times the unit matrix (b,1,b,1) */
    dt_tensor *blocks = dt_reshape(dt_matmul(moments, map), 4, (int64_t[]){b, w, 1, w});
    dt_tensor *unit = dt_reshape(dt_eye(tape, DT_F64, b), 4, (int64_t[]){b, 1, b, 1});
    return dt_reshape(dt_mul(blocks, unit), 2, (int64_t[]){b * w, b * w});
}

dt_tensor *dtp_mass_quirk(dt_tensor *mass_matrix, unsigned quirks) {
    if (!(quirks & DT_QUIRK_MASS_EPSILON)) {
        return mass_matrix;
    }
    dt_tape *tape = dt_tape_of(mass_matrix);
    dt_tensor *unit = dt_eye(tape, DT_F64, dt_shape(mass_matrix)[0]);
    return dt_add(mass_matrix, dt_scale(unit, mass_epsilon));
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
    return dtp_mass_quirk(dtp_body_masses(body, mass, 1, NULL, 6), quirks);
}

dt_tensor *dtp_mass_factor(dt_tensor *mass_matrix) {
    dt_tape *tape = dt_tape_of(mass_matrix);
    dt_tensor *factor = dt_cholesky(mass_matrix);
    if (dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE) {
        dt_tape_context(tape,
                        "phonon: the mass matrix is not positive definite (a rigid body needs "
                        "three atoms that do not lie on one line)");
    }
    return factor;
}

dt_tensor *dt_mass_whitening(dt_tensor *mass_matrix) {
    dt_tape *tape = dt_tape_of(mass_matrix);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *factor = dtp_mass_factor(mass_matrix);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    int64_t d = dt_shape(mass_matrix)[dt_ndim(mass_matrix) - 1];
    return dt_triangular_solve(factor, dt_eye(tape, DT_F64, d), true, DT_N);
}
