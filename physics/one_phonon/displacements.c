/* displacements.c - what the model itself predicts for the displacements of bodies and atoms. */
#include "model.h"

#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>
#include <difftape/phonon.h>

/* Wavevectors whose K(k) are inverted together. */
enum { CHUNK = 64 };

static int64_t zone_size(const dt_one_phonon *m) {
    return m->axis[0].samples * m->axis[1].samples * m->axis[2].samples;
}

/* Wavevector i of the zone as phases see it: C order, as dt_brillouin_zone. */
static void zone_k(const dt_one_phonon *m, int64_t i, double ret_k[3]) {
    double k[3];
    for (int d = 2; d >= 0; d--) {
        k[d] = dt_center_wavenumber(i % m->axis[d].samples, m->axis[d].samples);
        i /= m->axis[d].samples;
    }
    one_phonon_phase_k(m, k, ret_k);
}

/* The share of one chunk of wavevectors in the mean over the zone, from force constants and cells:
 * (1,C,d,d). */
static dt_tensor *chunk_covariance(void *user, dt_tape *tape, int64_t begin, int64_t end,
                                   dt_tensor *const *in) {
    const dt_one_phonon *m = user;
    int64_t first = begin * CHUNK, stop = end * CHUNK, zone = zone_size(m);
    double k[3 * CHUNK];
    stop = stop < zone ? stop : zone;
    for (int64_t i = first; i < stop; i++) {
        zone_k(m, i, k + 3 * (i - first));
    }
    dt_tensor *at = dt_constant(tape, DT_F64, 2, (int64_t[]){stop - first, 3}, k);
    dt_tensor *c =
        dt_displacement_covariance(dt_gnm_stiffness(m->gnm, in[0], at), at, in[1], m->quirks);
    return dt_expand_dims(dt_scale(c, (double)(stop - first) / (double)zone), 0);
}

/* Mean over the zone, chunk by chunk: only a chunk's matrices are in memory. */
static dt_tensor *covariance(const dt_one_phonon *m, dt_tensor *force_constants, dt_tensor *cells) {
    dt_tensor *in[2] = {force_constants, cells};
    int64_t chunks = (zone_size(m) + CHUNK - 1) / CHUNK;
    return dt_sum(dt_map_batches(chunk_covariance, (void *)(uintptr_t)m, 2, in, chunks, 1), 0);
}

/* U of every atom, before scaling: (n). */
static dt_tensor *atoms_of(const dt_one_phonon *m, dt_tensor *body, dt_tensor *home) {
    int64_t a = m->crystal->n_asu, n = m->crystal->n_atoms;
    if (m->quirks & DT_QUIRK_ADP_LINEAR) {
        dt_tensor *diagonal = dt_reshape(dt_diagonal(home), 3, (int64_t[]){a, 6, 1});
        dt_tensor *u = dt_matmul(dt_rigid_body_projector(body), diagonal); /* (a,3n,1) */
        return dt_sum(dt_sum(dt_reshape(u, 3, (int64_t[]){a, n, 3}), 2), 0);
    }
    dt_tensor *u = dt_diagonal(dt_rigid_body_u(body, home)); /* (a,n,3) */
    return dt_mean(dt_mean(u, 2), 0);
}

/* 3 <U> over the mean of what the model has: the scale of the quirk. */
static dt_tensor *adp_scale(const dt_one_phonon *m, dt_tensor *u) {
    dt_tensor *data = view(dt_tape_of(u), DT_F64, 1, &m->crystal->n_atoms, m->crystal->u_iso);
    return dt_div(dt_scale(dt_mean(data, 0), 3.0), dt_mean(u, 0));
}

/* A covariance with the reference cell itself in the last place, (C+1,d,d), and the body
 * coordinates. */
static dt_tensor *with_home(const dt_one_phonon *m, dt_tensor *gamma_intra, dt_tensor *gamma_inter,
                            dt_tensor *xyz, dt_tensor *cells, dt_tensor **ret_body) {
    dt_tape *tape = dt_tape_of(xyz);
    int64_t n = m->crystal->n_atoms;
    if (!one_phonon_check(gamma_intra, "gamma_intra", 0, n, 0) ||
        !one_phonon_check(gamma_inter, "gamma_inter", 0, n, 0) ||
        !one_phonon_check(xyz, "xyz", 2, n, 3)) {
        return dt_inert(tape);
    }
    dt_tensor *in[INPUTS];
    one_phonon_inputs(m, gamma_intra, gamma_inter, xyz, in);
    *ret_body = in[BODY];
    dt_tensor *home = dt_zeros(tape, DT_F64, 2, (int64_t[]){1, 3});
    cells = cells ? dt_concat(2, (dt_tensor *[]){cells, home}, 0) : home;
    return covariance(m, in[FORCE_CONSTANTS], cells);
}

dt_tensor *dt_one_phonon_covariance(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                    dt_tensor *gamma_inter, dt_tensor *xyz, dt_tensor *cells) {
    dt_tape *tape = dt_tape_of(xyz);
    if (dt_tape_status(tape) == DT_OK && (dt_ndim(cells) != 2 || dt_shape(cells)[1] != 3)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "one-phonon: cells must be (cells,3)");
    }
    dt_tensor *body = NULL;
    dt_tensor *c = with_home(model, gamma_intra, gamma_inter, xyz, cells, &body);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    int64_t last = dt_shape(cells)[0];
    if (model->quirks & DT_QUIRK_ADP_SCALE) {
        c = dt_mul(c, adp_scale(model, atoms_of(model, body, dt_select(c, 0, last))));
    }
    return dt_slice(c, 0, 0, last, 1);
}

dt_tensor *dt_one_phonon_displacements(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                       dt_tensor *gamma_inter, dt_tensor *xyz) {
    dt_tape *tape = dt_tape_of(xyz);
    dt_tensor *body = NULL;
    dt_tensor *c = with_home(model, gamma_intra, gamma_inter, xyz, NULL, &body);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *u = atoms_of(model, body, dt_select(c, 0, 0));
    return model->quirks & DT_QUIRK_ADP_SCALE ? dt_mul(u, adp_scale(model, u)) : u;
}
