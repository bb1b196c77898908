/* slice.c - intensities at scattering vectors that share a wavevector. */
#include "map.h"

#include "../shared.h"

#include <difftape/ops.h>
#include <difftape/scatter.h>

static bool given(const dt_tensor *x) {
    return dt_ndim(x) > 0;
}

/* q = 2 pi B^T (h + offset), (n,3), with reciprocal axes of the tape if the cell is a parameter. */
static dt_tensor *scattering_vectors(const dt_phonon_map *m, dt_tape *tape, int64_t n,
                                     const int64_t *points, const double *offset,
                                     dt_tensor *reciprocal) {
    double q[3 * DTP_SLICE_POINTS];
    const dt_cell *cell = &m->network->crystal->cell;
    bool fixed = !given(reciprocal);
    for (int64_t p = 0; p < n; p++) {
        double h[3], *to = q + 3 * p;
        dt_points_get(m->points, points[p], h);
        for (int d = 0; d < 3; d++) {
            h[d] += offset ? offset[d] : 0.0;
            to[d] = h[d];
        }
        if (fixed) {
            dt_scattering_vector(cell, h, to);
        }
    }
    dt_tensor *result = dt_constant(tape, DT_F64, 2, (int64_t[]){n, 3}, q);
    return fixed ? result : dt_scale(dt_matmul(result, reciprocal), TWO_PI);
}

/* o_j f_j(q) exp(-q.U_j.q / 2): (b,n), or (n_asu,b,n) for displacement tensors. */
static dt_tensor *amplitudes(const dt_phonon_map *m, dt_tensor *q, dt_tensor *const *in) {
    dt_tape *tape = dt_tape_of(q);
    const dt_crystal *x = m->network->crystal;
    const int64_t four[2] = {m->n_types, 4}, n = x->n_atoms, b = dt_shape(q)[0];
    dt_tensor *f = dt_compute_form_factors(q, view(tape, DT_F64, 2, four, m->type_a),
                                           view(tape, DT_F64, 2, four, m->type_b),
                                           view(tape, DT_F64, 1, four, m->type_c));
    f = dt_gather(f, view(tape, DT_I64, 1, &n, m->type), 1);
    f = dt_mul(f, in[DTP_OCCUPANCY]);
    if (dt_ndim(in[DTP_U]) == 1) {
        return dt_mul(f, dt_debye_waller(q, in[DTP_U]));
    }
    dt_tensor *u = dt_reshape(in[DTP_U], 3, (int64_t[]){-1, 3, 3});
    dt_tensor *t = dt_reshape(dt_debye_waller(q, u), 3, (int64_t[]){b, x->n_asu, n});
    return dt_mul(f, dt_permute(t, (int[]){1, 0, 2}));
}

/* q^T sum_j F_j A_j = (q M_0, M x q) with the moments M = sum_j F_j (1, x_j, y_j, z_j): M
 * (n_asu,b,groups,4), q (b,1,3) -> (n_asu,b,groups,6). */
static dt_tensor *body_response(dt_tensor *moments, dt_tensor *q) {
    static const int64_t six = 6, three = 3;
    static const int64_t m_plus[6] = {0, 0, 0, 2, 3, 1}, q_plus[6] = {0, 1, 2, 2, 0, 1};
    static const int64_t m_minus[3] = {3, 1, 2}, q_minus[3] = {1, 2, 0};
    dt_tape *tape = dt_tape_of(q);
    dt_tensor *plus = dt_mul(dt_gather(moments, view(tape, DT_I64, 1, &six, m_plus), -1),
                             dt_gather(q, view(tape, DT_I64, 1, &six, q_plus), -1));
    dt_tensor *minus = dt_mul(dt_gather(moments, view(tape, DT_I64, 1, &three, m_minus), -1),
                              dt_gather(q, view(tape, DT_I64, 1, &three, q_minus), -1));
    return dt_sub(plus, dt_unslice(minus, -1, 3, 1, 6));
}

/* sum_j F_j (1, x_j, y_j, z_j) over the atoms of every group: (n_asu,b,groups,4). */
static dt_tensor *moments(const dt_network *net, dt_tensor *f, dt_tensor *x) {
    dt_tape *tape = dt_tape_of(f);
    const int64_t n = net->crystal->n_atoms;
    if (net->n_groups == 1) {
        return dt_expand_dims(dt_matmul(f, x), 2);
    }
    dt_tensor *each = dt_mul(dt_expand_dims(f, -1), dt_expand_dims(x, 1));
    return dt_scatter_add(each, view(tape, DT_I64, 1, &n, net->group), 2, net->n_groups);
}

/* G^T: (d,b). */
static dt_tensor *response(const dt_phonon_map *m, dt_tensor *q, dt_tensor *const *in) {
    const dt_network *net = m->network;
    dt_tape *tape = dt_tape_of(q);
    dt_tensor *phase = dt_matmul_flags(q, DT_N, in[DTP_POSITIONS], DT_T); /* (n_asu,b,n) */
    dt_tensor *f = dt_polar(amplitudes(m, q, in), phase);
    dt_tensor *q1 = dt_expand_dims(q, 1);
    dt_tensor *g = net->width == 3 ? dt_mul(dt_expand_dims(f, -1), q1)
                                   : body_response(moments(net, f, in[DTP_BODY]), q1);
    /* (n_asu,b,groups,w) -> (n_asu,groups,w,b) -> (bodies w, b) */
    g = dt_reshape(dt_permute(g, (int[]){0, 2, 3, 1}), 2,
                   (int64_t[]){net->n_bodies * net->width, dt_shape(q)[0]});
    if (net->n_freedom == net->n_bodies * net->width) {
        return g;
    }
    return dt_gather(g, view(tape, DT_I64, 1, &net->n_freedom, net->freedom), 0);
}

/* Values at n points, all displaced by offset, whose wavevector is k. */
static dt_tensor *values(const dt_phonon_map *m, dt_tape *tape, const double k[3], int64_t n,
                         const int64_t *points, const double *offset, dt_tensor *const *in) {
    dt_tensor *at = dt_constant(tape, DT_F64, 2, (int64_t[]){1, 3}, k);
    dt_tensor *stiffness =
        dt_select(dt_network_stiffness(m->network, in[DTP_FORCE_CONSTANTS], at), 0, 0);
    dt_tensor *q = scattering_vectors(m, tape, n, points, offset, in[DTP_RECIPROCAL]);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *g = response(m, q, in);
    if (m->network->options.quirks & DT_QUIRK_K_SIGN) {
        g = dt_conj(g); /* |L^-1 G^H|^2 instead of |L^-1 G^T|^2 = G conj(K)^-1 G^H */
    }
    if (m->options.single_mode > 0) {
        return dtp_single_mode(m, stiffness, g, in, k);
    }
    if (dtp_is_zero(k)) {
        stiffness = dtp_hold_translations(m->network, stiffness, in[DTP_MASS], &g);
    }
    dt_tensor *factor = dtp_stiffness_factor(m->network, stiffness, in[DTP_FORCE_CONSTANTS], k);
    if (dtp_threshold(m) > 0.0) {
        dtp_check_threshold(m, stiffness, in[DTP_MASS], k);
    }
    if (given(in[DTP_MODES])) {
        return dtp_mode_sum(m, stiffness, g, in);
    }
    return dt_sum(dt_abs2(dt_triangular_solve(factor, g, true, DT_N)), 0);
}

/* -- slices: first those of single points, then, node by node, those of averages --------------- */

static int64_t slice_points(void *user, int64_t slice, int64_t *ret_points) {
    const dt_phonon_map *m = user;
    int64_t beyond = slice - m->plain.n_slices;
    return beyond < 0 ? dtp_slices_points(&m->plain, slice, ret_points)
                      : dtp_slices_points(&m->bragg, beyond % m->bragg.n_slices, ret_points);
}

dt_slices dtp_slices_of_map(const dt_phonon_map *m) {
    return (dt_slices){.n_slices = m->plain.n_slices + m->n_nodes * m->bragg.n_slices,
                       .longest = m->plain.longest,
                       .n_listed = m->sizes.evaluations,
                       .n_rows = m->points->n,
                       .shared = m->n_nodes > 0,
                       .rows = slice_points};
}

dt_tensor *dtp_slice_intensity(void *user, dt_tape *tape, int64_t slice, int64_t n,
                               const int64_t *points, dt_tensor *const *in) {
    const dt_phonon_map *m = user;
    int64_t beyond = slice - m->plain.n_slices;
    dt_tensor *result;
    if (beyond < 0) {
        double k[3];
        dtp_slices_wavevector(&m->plain, slice, points[0], k);
        result = values(m, tape, k, n, points, NULL, in);
    } else {
        int64_t node = beyond / m->bragg.n_slices;
        const double *k = m->node + 3 * node;
        result = dt_scale(values(m, tape, k, n, points, k, in), m->weight[node]);
    }
    return dt_mul(result, in[DTP_SCALE]);
}
