/* single_mode.c - the intensity of one phonon of every wavevector. */
#include "map.h"

#include <difftape/ops.h>

/* V = L^-T v are the displacements of a mode v of D = L^-1 K L^-T, and its intensity
 * f |G conj(V)|^2. */
dt_tensor *dtp_single_mode(const dt_phonon_map *m, dt_tensor *stiffness, dt_tensor *response,
                           dt_tensor *const *in, const double k[3]) {
    dt_tape *tape = dt_tape_of(response);
    int64_t mode = m->options.single_mode - 1;
    dt_tensor *l = in[DTP_MASS_FACTOR], *x, *v;
    dt_eigh(dtp_dynamical(l, stiffness), DT_CLUSTER_STRICT, 0.0, &x, &v);
    const double *eigenvalue = dt_data_f64(x);
    if (eigenvalue && !(eigenvalue[mode] > 0.0 && eigenvalue[mode] >= dtp_threshold(m))) {
        bool soft = eigenvalue[mode] > 0.0;
        dt_tape_fail(
            tape, DT_ERR_NOT_POSITIVE_DEFINITE,
            "phonon map: mode %lld at k = (%.6g, %.6g, %.6g) has omega^2 = %.3g%s",
            (long long)mode + 1, k[0], k[1], k[2], eigenvalue[mode],
            soft ? ", so little that the preset takes it for no value at all (hint: stiffer "
                   "springs only scale the map)"
                 : "; it must be greater than 0, so the springs do not hold the crystal");
        return dt_inert(tape);
    }
    v = dt_triangular_solve(l, dt_slice(v, 1, mode, mode + 1, 1), true, DT_T); /* (d,1) */
    dt_tensor *amplitude = dt_matmul_flags(v, DT_C, response, DT_N);           /* (1,b) */
    dt_tensor *weight = dtp_mode_weight(m, dt_select(x, 0, mode), in);
    return dt_mul(dt_select(dt_abs2(amplitude), 0, 0), weight);
}
