/* modes.c - frequencies and displacements of the phonons of one or many wavevectors. */
#include <difftape/ops.h>
#include <difftape/phonon.h>

/* A square matrix at the end of the shape of a, of the size of b's? */
static bool fit(dt_tensor *stiffness, dt_tensor *whitening) {
    int n = dt_ndim(stiffness), m = dt_ndim(whitening);
    if (n < 2 || m != 2) {
        return false;
    }
    const int64_t *s = dt_shape(stiffness) + n - 2, *w = dt_shape(whitening);
    return s[0] == s[1] && w[0] == w[1] && s[0] == w[0];
}

void dt_phonon_modes(dt_tensor *stiffness, dt_tensor *whitening, dt_tensor **ret_omega2,
                     dt_tensor **ret_v) {
    dt_tape *tape = dt_tape_of(stiffness);
    if (dt_tape_status(tape) == DT_OK && !fit(stiffness, whitening)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "phonon_modes: the stiffness must be (...,d,d) and the whitening (d,d)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        *ret_omega2 = dt_inert(tape);
        if (ret_v) {
            *ret_v = dt_inert(tape);
        }
        return;
    }
    dt_tensor *d = dt_matmul(whitening, dt_matmul_flags(stiffness, DT_N, whitening, DT_T));
    if (!ret_v) {
        *ret_omega2 = dt_eigvalsh(d);
        return;
    }
    dt_tensor *v;
    dt_eigh(d, DT_CLUSTER_STRICT, 0.0, ret_omega2, &v);
    *ret_v = dt_matmul_flags(whitening, DT_T, v, DT_N);
}

dt_tensor *dt_phonon_weight(dt_tensor *omega2, double threshold) {
    dt_tape *tape = dt_tape_of(omega2);
    dt_tensor *stiff = dt_compare(omega2, DT_GE, dt_scalar(tape, threshold));
    /* 1/1 where there is no value: nothing infinite to multiply a zero cotangent with. */
    dt_tensor *safe = dt_where(stiff, omega2, dt_scalar(tape, 1.0));
    return dt_where(stiff, dt_reciprocal(safe), dt_scalar(tape, 0.0));
}
