/* evaluate.c - the map of a network on the tape, from every parameter that may have a gradient. */
#include "network.h"

/* A third of the trace: tensors (n,3,3) to isotropic displacements (n). */
static dt_tensor *isotropic(dt_tensor *u) {
    dt_tensor *diagonal = dt_mul(u, dt_eye(dt_tape_of(u), DT_F64, 3));
    return dt_scale(dt_sum(diagonal, DT_AXES(-1, -2)), 1.0 / 3.0);
}

static dt_tensor *displacements(struct run *r, const dt_network_parameters *p) {
    const struct settings *s = r->settings;
    const int64_t n = r->crystal->n_atoms;
    switch ((enum adp)s->adp) {
    case ADP_DATA: return run_input(r, 1, &n, r->crystal->u_iso);
    case ADP_DATA_TENSORS:
        return run_input(r, 3, (const int64_t[]){n, 3, 3}, r->structure->u_aniso);
    default: break;
    }
    dt_tensor *u =
        dt_network_displacements(r->network, p, s->grid.samples, (dt_occupation)s->occupation);
    return s->adp == ADP_MODEL ? isotropic(u) : u;
}

void network_forward(struct run *r) {
    const struct settings *s = r->settings;
    const dt_crystal *x = r->crystal;
    const int64_t six = 6;
    const dt_array *springs = &r->springs_start;
    r->springs = run_input(r, springs->ndim, springs->shape, springs->data);
    r->xyz = run_input(r, 2, (const int64_t[]){x->n_atoms, 3}, x->xyz);
    dt_phonon_map_parameters p = {.network = {.springs = r->springs, .xyz = r->xyz}};
    if (settings_needs_temperature(s)) {
        p.network.temperature = r->temperature = run_input(r, 0, NULL, &s->temperature);
    }
    if (r->gradients) { /* as constants they would only cost time */
        p.network.cell = r->cell = run_input(r, 1, &six, x->cell.parameters);
        p.occupancy = r->occupancy = run_input(r, 1, &x->n_atoms, x->occupancy);
    }
    p.u = r->u = displacements(r, &p.network);
    r->intensity = dt_phonon_map_intensity(r->map, &p);
}
