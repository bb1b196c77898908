/* quirks.c - departures from the physics that concern a map (quirks.h). */
#include "map.h"

#include <difftape/ops.h>

double dtp_threshold(const dt_phonon_map *m) {
    unsigned quirks = m->network->options.quirks;
    return quirks & DT_QUIRK_ACOUSTIC_1E6 ? 1e-6 : quirks & DT_QUIRK_ACOUSTIC_1E12 ? 1e-12 : 0.0;
}

/* The programs whose quirks these are give no value at all to a wavevector with a mode below their
 * threshold. At k = 0 that is so here, too; elsewhere it is refused. All eigenvalues of
 * D = L^-1 K L^-T are above x if K - x M has a Cholesky factor. */
void dtp_check_threshold(const dt_phonon_map *m, dt_tensor *stiffness, dt_tensor *mass,
                         const double k[3]) {
    dt_tape *tape = dt_tape_of(stiffness);
    if (dt_tape_status(tape) != DT_OK) {
        return;
    }
    dt_cholesky(dt_sub(stiffness, dt_scale(mass, dtp_threshold(m))));
    if (dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE) {
        dt_tape_context(tape,
                        "phonon map: mode 1 at k = (%.6g, %.6g, %.6g) has omega^2 below the %g "
                        "that the preset takes for no value at all (hint: stiffer springs only "
                        "scale the map)",
                        k[0], k[1], k[2], dtp_threshold(m));
    }
}
