/* quirks.c - departures from the physics that concern a map (quirks.h). */
#include "map.h"

#include <difftape/ops.h>

double dtp_threshold(const dt_phonon_map *m) {
    unsigned quirks = m->network->options.quirks;
    return quirks & DT_QUIRK_ACOUSTIC_1E6 ? 1e-6 : quirks & DT_QUIRK_ACOUSTIC_1E12 ? 1e-12 : 0.0;
}

/* The programs whose quirks these are give no value at all to a wavevector with a mode below their
 * threshold. At k = 0 that is so here, too; elsewhere it is refused. */
void dtp_check_threshold(const dt_phonon_map *m, dt_tensor *stiffness, dt_tensor *const *in,
                         const double k[3]) {
    dt_tape *tape = dt_tape_of(stiffness);
    int64_t mode = m->options.single_mode > 0 ? m->options.single_mode - 1 : 0;
    const double *x = dt_data_f64(dt_eigvalsh(dtp_dynamical(in[DTP_MASS_FACTOR], stiffness)));
    if (x && x[mode] < dtp_threshold(m)) {
        dt_tape_fail(
            tape, DT_ERR_NOT_POSITIVE_DEFINITE,
            "phonon map: mode %lld at k = (%.6g, %.6g, %.6g) has omega^2 = %.3g, below the "
            "%g that the preset takes for no value at all (hint: stiffer springs only "
            "scale the map)",
            (long long)mode + 1, k[0], k[1], k[2], x[mode], dtp_threshold(m));
    }
}
