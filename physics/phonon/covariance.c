/* covariance.c - how the displacements of rigid bodies in two cells go together.
 *
 * At k = 0 moving the whole crystal costs nothing: K(0) t = 0 for the uniform translations t. With
 * T their orthonormal basis, K(0)^+ = (K(0) + s T T^T)^-1 - T T^T / s for any s > 0, exact and
 * smooth, with no threshold on eigenvalues. */
#include "../shared.h"

#include <difftape/ops.h>
#include <difftape/phonon.h>

#include <math.h>

/* What the port adds to the diagonal of K(k). */
static const double pinv_epsilon = 1e-10;

static bool fits(dt_tensor *stiffness, dt_tensor *k, dt_tensor *cells) {
    dt_tape *tape = dt_tape_of(stiffness);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    const int64_t *s = dt_shape(stiffness);
    if (dt_ndim(stiffness) == 3 && s[1] == s[2] && s[1] % 6 == 0 && dt_ndim(k) == 2 &&
        dt_shape(k)[0] == s[0] && dt_shape(k)[1] == 3 && dt_ndim(cells) == 2 &&
        dt_shape(cells)[1] == 3) {
        return true;
    }
    dt_tape_fail(tape, DT_ERR_SHAPE,
                 "displacement_covariance: the stiffness must be (wavevectors,d,d) with d a "
                 "multiple of 6, wavevectors (wavevectors,3) and cells (cells,3)");
    return false;
}

/* T T^T (d,d): uniform translations of all bodies. */
static dt_tensor *translations(dt_tape *tape, int64_t d) {
    double block[36] = {0.0};
    for (int i = 0; i < 3; i++) {
        block[7 * i] = 6.0 / (double)d;
    }
    dt_tensor *one = dt_constant(tape, DT_F64, 2, (int64_t[]){6, 6}, block);
    return dt_tile(one, (int64_t[]){d / 6, d / 6});
}

/* (N,1,1): 1 where k is 0, else 0. */
static dt_tensor *at_gamma(dt_tensor *k) {
    dt_tensor *far = dt_any(dt_compare(k, DT_NE, dt_scalar(dt_tape_of(k), 0.0)), 1);
    dt_tensor *zero = dt_cast(dt_not(far), DT_F64);
    return dt_reshape(zero, 3, (int64_t[]){dt_shape(k)[0], 1, 1});
}

/* Mean of the diagonals, a number of the size of K(k); the result does not depend on it. */
static double size_of(dt_tensor *stiffness) {
    dt_tensor *mean = dt_mean(dt_real(dt_diagonal(stiffness)), DT_ALL);
    const double *x = dt_data_f64(mean);
    return x && isfinite(*x) && *x > 0.0 ? *x : 1.0;
}

/* K(k)^+ at every wavevector, (N,d,d). */
static dt_tensor *pseudo_inverse(dt_tensor *stiffness, dt_tensor *k, unsigned quirks) {
    dt_tape *tape = dt_tape_of(stiffness);
    int64_t d = dt_shape(stiffness)[1];
    double s = size_of(stiffness), eps = quirks & DT_QUIRK_PINV_EPSILON ? pinv_epsilon : 0.0;
    dt_tensor *unit = dt_eye(tape, DT_F64, d);
    dt_tensor *uniform = dt_mul(at_gamma(k), translations(tape, d));
    dt_tensor *held = dt_add(stiffness, dt_scale(uniform, s));
    held = eps > 0.0 ? dt_add(held, dt_scale(unit, eps)) : held;
    dt_tensor *inverse = dt_hermitian_solve(held, dt_cast(unit, DT_C128));
    if (dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE) {
        dt_tape_context(tape,
                        "displacement covariance: the springs do not hold the crystal (matrix n "
                        "is K at wavevector n; both springs must be positive, and the cutoff "
                        "long enough)");
    }
    double excess = 1.0 / (s + eps) - (eps > 0.0 ? 1.0 / eps : 0.0);
    return dt_sub(inverse, dt_scale(uniform, excess));
}

dt_tensor *dt_displacement_covariance(dt_tensor *stiffness, dt_tensor *k, dt_tensor *cells,
                                      unsigned quirks) {
    dt_tape *tape = dt_tape_of(stiffness);
    if (!fits(stiffness, k, cells)) {
        return dt_inert(tape);
    }
    int64_t n = dt_shape(stiffness)[0], d = dt_shape(stiffness)[1], c = dt_shape(cells)[0];
    double turn = quirks & DT_QUIRK_K_SIGN ? TWO_PI : -TWO_PI;
    dt_tensor *inverse = pseudo_inverse(stiffness, k, quirks);
    dt_tensor *phase = dt_cis(dt_scale(dt_matmul_flags(cells, DT_N, k, DT_T), turn)); /* (C,N) */
    dt_tensor *sum = dt_matmul(phase, dt_reshape(inverse, 2, (int64_t[]){n, d * d}));
    return dt_reshape(dt_scale(dt_real(sum), 1.0 / (double)n), 3, (int64_t[]){c, d, d});
}

dt_tensor *dt_rigid_body_u(dt_tensor *body, dt_tensor *covariance) {
    dt_tape *tape = dt_tape_of(body);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const int64_t *shape = dt_shape(body);
    if (dt_ndim(body) != 3 || shape[2] != 4 || dt_ndim(covariance) != 2 ||
        dt_shape(covariance)[0] != 6 * shape[0] || dt_shape(covariance)[1] != 6 * shape[0]) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "rigid_body_u: body coordinates must be (asymmetric units, atoms, 4) and the "
                     "covariance (d,d) with d 6 times the asymmetric units");
        return dt_inert(tape);
    }
    int64_t a = shape[0], n = shape[1];
    dt_tensor *projector = dt_reshape(dt_rigid_body_projector(body), 4, (int64_t[]){a, n, 3, 6});
    dt_tensor *blocks = dt_reshape(covariance, 4, (int64_t[]){a, 6, a, 6});
    blocks = dt_einsum("apaq->apq", 1, &blocks);
    blocks = dt_expand_dims(blocks, 1); /* (a,1,6,6) */
    return dt_matmul_flags(dt_matmul(projector, blocks), DT_N, projector, DT_T);
}
