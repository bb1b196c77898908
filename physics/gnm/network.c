/* network.c - the network of rigid asymmetric units with isotropic springs: a dt_network whose
 * bodies keep all six coordinates, with springs gamma_intra and gamma_inter. */
#include "../network/network.h"

#include "../shared.h"

#include <difftape/ops.h>

#include <stdlib.h>

dt_status dt_gnm_new(const dt_crystal *crystal, double cutoff, int cell_range, dt_gnm **ret_gnm,
                     dt_error *error) {
    const dt_network_options options = {.cutoff = cutoff,
                                        .cell_range = cell_range,
                                        .quirks = crystal->quirks & ~(unsigned)DT_QUIRK_CELLS_27};
    dt_network *net = NULL;
    dt_status status = dtp_network_new(crystal, &options, true, &net, error);
    if (status != DT_OK) {
        return status;
    }
    dt_gnm *gnm = malloc(sizeof *gnm);
    if (!gnm) {
        dt_network_free(net);
        return dt_error_set(error, DT_ERR_MEMORY, "network: no memory for a network");
    }
    *gnm = (dt_gnm){.n_asu = crystal->n_asu,
                    .n_atoms = crystal->n_atoms,
                    .contacts = net->contacts,
                    .n_cells = net->n_cells,
                    .cells = net->cells,
                    .n_blocks = net->n_blocks,
                    .block_first = net->block_first,
                    .block_cell = net->block_cell,
                    .block_pair = net->block_pair,
                    .network = net};
    *ret_gnm = gnm;
    return DT_OK;
}

void dt_gnm_free(dt_gnm *gnm) {
    if (gnm) {
        dt_network_free(gnm->network);
        free(gnm);
    }
}

static bool fits(const dt_gnm *gnm, dt_tensor *body) {
    dt_tape *tape = dt_tape_of(body);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    const int64_t *shape = dt_shape(body);
    if (dt_ndim(body) == 3 && shape[0] == gnm->n_asu && shape[1] == gnm->n_atoms && shape[2] == 4) {
        return true;
    }
    dt_tape_fail(
        tape, DT_ERR_SHAPE,
        "force constants: body coordinates must be (%lld,%lld,4), as the network was made for",
        (long long)gnm->n_asu, (long long)gnm->n_atoms);
    return false;
}

dt_tensor *dt_gnm_force_constants(const dt_gnm *gnm, dt_tensor *body, dt_tensor *gamma_intra,
                                  dt_tensor *gamma_inter) {
    if (!fits(gnm, body)) {
        return dt_inert(dt_tape_of(body));
    }
    const dtp_geometry geometry = {.body = body};
    const dt_network_parameters parameters = {
        .springs = dt_stack(2, (dt_tensor *[]){gamma_intra, gamma_inter}, 0)};
    return dtp_force_constants(gnm->network, &geometry, &parameters);
}

dt_tensor *dt_gnm_stiffness(const dt_gnm *gnm, dt_tensor *force_constants, dt_tensor *k) {
    return dtp_stiffness(gnm->network, force_constants, k);
}
