/* rigid.c - covariances and displacements of rigid asymmetric units as eryx defines them: over the
 * zone of a grid, with the pseudo-inverse at k = 0. */
#include "rigid.h"

#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>
#include <difftape/phonon.h>

/* Wavevectors whose K(k) are inverted together. */
enum { CHUNK = 64 };

enum { FORCE_CONSTANTS, ZONE, CELLS, INPUTS };

/* The share of one chunk of wavevectors in the mean over the zone: (1,C,d,d). */
static dt_tensor *chunk_covariance(void *user, dt_tape *tape, int64_t begin, int64_t end,
                                   dt_tensor *const *in) {
    const dt_network *net = user;
    (void)tape;
    int64_t first = begin * CHUNK, stop = end * CHUNK, zone = dt_shape(in[ZONE])[0];
    stop = stop < zone ? stop : zone;
    dt_tensor *k = dtp_phase_wavevectors(net, dt_slice(in[ZONE], 0, first, stop, 1));
    dt_tensor *stiffness = dtp_stiffness(net, in[FORCE_CONSTANTS], k);
    dt_tensor *c = dt_displacement_covariance(stiffness, k, in[CELLS], net->options.quirks);
    return dt_expand_dims(dt_scale(c, (double)(stop - first) / (double)zone), 0);
}

/* Mean over the zone, chunk by chunk: only a chunk's matrices are in memory. */
static dt_tensor *covariance(const dt_network *net, dt_tensor *force_constants,
                             const int samples[3], dt_tensor *cells) {
    dt_tensor *zone = dt_brillouin_zone(dt_tape_of(cells), samples);
    dt_tensor *in[INPUTS] = {force_constants, zone, cells};
    if (dt_tape_status(dt_tape_of(cells)) != DT_OK) {
        return zone;
    }
    int64_t chunks = (dt_shape(zone)[0] + CHUNK - 1) / CHUNK;
    /* *user is only read; the API's pointer is not const. */
    return dt_sum(dt_map_batches(chunk_covariance, (void *)(uintptr_t)net, INPUTS, in, chunks, 1),
                  0);
}

/* U of every atom, before scaling: (n). */
static dt_tensor *atoms_of(const dt_network *net, dt_tensor *body, dt_tensor *home) {
    int64_t a = net->crystal->n_asu, n = net->crystal->n_atoms;
    if (net->options.quirks & DT_QUIRK_ADP_LINEAR) {
        dt_tensor *diagonal = dt_reshape(dt_diagonal(home), 3, (int64_t[]){a, 6, 1});
        dt_tensor *u = dt_matmul(dt_rigid_body_projector(body), diagonal); /* (a,3n,1) */
        return dt_sum(dt_sum(dt_reshape(u, 3, (int64_t[]){a, n, 3}), 2), 0);
    }
    dt_tensor *u = dt_diagonal(dt_rigid_body_u(body, home)); /* (a,n,3) */
    return dt_mean(dt_mean(u, 2), 0);
}

/* 3 <U> over the mean of what the network has, with the quirk, or NULL: the scale. */
static dt_tensor *adp_scale(const dt_network *net, dt_tensor *u) {
    if (!(net->options.quirks & DT_QUIRK_ADP_SCALE)) {
        return NULL;
    }
    dt_tensor *data = view(dt_tape_of(u), DT_F64, 1, &net->crystal->n_atoms, net->crystal->u_iso);
    return dt_div(dt_scale(dt_mean(data, 0), 3.0), dt_mean(u, 0));
}

/* A covariance with the reference cell itself in the last place, (C+1,d,d), and U, (n). */
static dt_tensor *with_home(const dt_network *net, const dt_network_parameters *p,
                            const int samples[3], dt_tensor *cells, dt_tensor **ret_u) {
    dt_tape *tape = dt_tape_of(p->springs);
    const dtp_geometry g = dtp_geometry_of(net, p);
    dt_tensor *home = dt_zeros(tape, DT_F64, 2, (int64_t[]){1, 3});
    cells = cells ? dt_concat(2, (dt_tensor *[]){cells, home}, 0) : home;
    dt_tensor *c = covariance(net, dtp_force_constants(net, &g, p), samples, cells);
    if (dt_tape_status(tape) != DT_OK) {
        return *ret_u = dt_inert(tape);
    }
    *ret_u = atoms_of(net, g.body, dt_select(c, 0, dt_shape(cells)[0] - 1));
    return c;
}

static bool check(const dt_network *net, const dt_network_parameters *p) {
    dt_tape *tape = dt_tape_of(p->springs);
    if (dtp_check_parameters(net, p, "rigid displacements") &&
        (net->n_groups != 1 || net->n_freedom != 6 * net->n_bodies)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "rigid displacements: each asymmetric unit must be one rigid group with six "
                     "coordinates; dt_network_displacements takes any groups");
    }
    return dt_tape_status(tape) == DT_OK;
}

dt_tensor *dtp_rigid_covariance(const dt_network *net, const dt_network_parameters *p,
                                const int samples[3], dt_tensor *cells) {
    if (!check(net, p)) {
        return dt_inert(dt_tape_of(p->springs));
    }
    dt_tensor *u, *c = with_home(net, p, samples, cells, &u), *scale = adp_scale(net, u);
    c = dt_slice(c, 0, 0, dt_shape(cells)[0], 1);
    return scale ? dt_mul(c, scale) : c;
}

dt_tensor *dt_rigid_displacements(const dt_network *net, const dt_network_parameters *p,
                                  const int samples[3]) {
    if (!check(net, p)) {
        return dt_inert(dt_tape_of(p->springs));
    }
    dt_tensor *u, *scale;
    with_home(net, p, samples, NULL, &u);
    scale = adp_scale(net, u);
    return scale ? dt_mul(u, scale) : u;
}
