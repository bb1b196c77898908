/* quirks.c - departures from the physics that concern a network (quirks.h). */
#include "network.h"

#include "../shared.h"

#include <difftape/ops.h>

dt_status dtp_check_quirks(const dt_crystal *crystal, unsigned quirks, dt_error *error) {
    const unsigned of_crystal =
        DT_QUIRK_REMARK_290 | DT_QUIRK_SCALE_RECORD | DT_QUIRK_PACKING | DT_QUIRK_PACKED_TWICE;
    unsigned differ = (quirks ^ crystal->quirks) & of_crystal;
    for (unsigned i = 0; i < DT_QUIRK_COUNT; i++) {
        if (differ & (1u << i)) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "network: the quirk %s is %s; give dt_crystal_input the same "
                                "quirks as the model",
                                dt_quirk_name(1u << i),
                                quirks & (1u << i)
                                    ? "asked for, but the crystal was made without it"
                                    : "in the crystal, but the model was not asked for it");
        }
    }
    return DT_OK;
}

/* k.R of a cell at A^T n with a Cartesian k = 2 pi B^T k_f is 2 pi (A B^T k_f).n: A B^T is the unit
 * matrix unless B comes from SCALE. */
void dtp_set_phases(dt_network *net) {
    const double *a = net->crystal->cell.axes, *b = net->crystal->cell.fractional;
    unsigned quirks = net->options.quirks;
    double factor = quirks & DT_QUIRK_NO_2PI ? 1.0 / TWO_PI : 1.0;
    net->turned = quirks & (DT_QUIRK_NO_2PI | DT_QUIRK_SCALE_RECORD);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double exact = i == j ? 1.0 : 0.0;
            double ab =
                a[3 * i] * b[3 * j] + a[3 * i + 1] * b[3 * j + 1] + a[3 * i + 2] * b[3 * j + 2];
            net->phase_of_k[3 * i + j] = factor * (quirks & DT_QUIRK_SCALE_RECORD ? ab : exact);
        }
    }
}

dt_tensor *dtp_phase_wavevectors(const dt_network *net, dt_tensor *k) {
    dt_tape *tape = dt_tape_of(k);
    if (!net->turned || dt_tape_status(tape) != DT_OK || dt_ndim(k) != 2 || dt_shape(k)[1] != 3) {
        return k; /* what is wrong with k is said where it is used */
    }
    dt_tensor *turn = view(tape, DT_F64, 2, (int64_t[]){3, 3}, net->phase_of_k);
    return dt_matmul_flags(k, DT_N, turn, DT_T);
}
