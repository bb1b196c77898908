/* evaluate.c - the map on the tape, from every parameter that may have a gradient. */
#include "run.h"

/* A parameter if gradients are wanted, a constant otherwise. */
static dt_tensor *input(struct run *r, const char *name, int ndim, const int64_t *shape,
                        const double *data) {
    if (!r->gradients) {
        return dt_constant(r->tape, DT_F64, ndim, shape, data);
    }
    dt_tensor *x = dt_parameter(r->tape, DT_F64, ndim, shape, data);
    r->parameter[r->n_parameters++] = (struct parameter){name, x};
    return x;
}

/* The springs of the model of one_phonon.h have names of their own. */
static dt_tensor *springs(struct run *r) {
    const dt_array *start = &r->springs_start;
    const double *value = start->data;
    if (r->settings->general != NULL) {
        return input(r, "grad_springs", start->ndim, start->shape, value);
    }
    dt_tensor *gamma[2] = {input(r, "grad_gamma_intra", 0, NULL, &value[0]),
                           input(r, "grad_gamma_inter", 0, NULL, &value[1])};
    return dt_stack(2, gamma, 0);
}

/* A third of the trace: tensors (n,3,3) to isotropic displacements (n). */
static dt_tensor *isotropic(dt_tensor *u) {
    dt_tensor *diagonal = dt_mul(u, dt_eye(dt_tape_of(u), DT_F64, 3));
    return dt_scale(dt_sum(diagonal, DT_AXES(-1, -2)), 1.0 / 3.0);
}

static dt_tensor *displacements(struct run *r, const dt_network_parameters *p) {
    const struct settings *s = r->settings;
    const int64_t n = r->crystal->n_atoms;
    switch ((enum adp)s->adp) {
    case ADP_DATA: return input(r, "grad_u_iso", 1, &n, r->crystal->u_iso);
    case ADP_DATA_TENSORS:
        return input(r, "grad_u", 3, (const int64_t[]){n, 3, 3}, r->structure->u_aniso);
    default: break;
    }
    if (s->general == NULL) {
        return dt_rigid_displacements(r->network, p, s->grid.samples);
    }
    dt_tensor *u =
        dt_network_displacements(r->network, p, s->grid.samples, (dt_occupation)s->occupation);
    return s->adp == ADP_MODEL ? isotropic(u) : u;
}

void evaluate(struct run *r) {
    const struct settings *s = r->settings;
    const dt_crystal *x = r->crystal;
    const int64_t six = 6, n = x->n_atoms;
    dt_phonon_map_parameters p = {.network.springs = springs(r)};
    p.network.xyz = input(r, "grad_xyz", 2, (const int64_t[]){n, 3}, x->xyz);
    if (settings_needs_temperature(s)) {
        p.network.temperature = input(r, "grad_temperature", 0, NULL, &s->temperature);
    }
    if (r->gradients && s->general != NULL) { /* as constants they would only cost time */
        p.network.cell = input(r, "grad_cell", 1, &six, x->cell.parameters);
        p.occupancy = input(r, "grad_occupancy", 1, &n, x->occupancy);
    }
    p.u = r->u = displacements(r, &p.network);
    r->intensity = dt_phonon_map_intensity(r->map, &p);
}
