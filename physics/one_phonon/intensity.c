/* intensity.c - the one-phonon map on the tape, slice by slice of voxels that share a wavevector.
 */
#include "model.h"

#include "../gnm/loose.h"
#include "../shared.h"

#include <difftape/checkpoint.h>
#include <difftape/ops.h>
#include <difftape/phonon.h>
#include <difftape/scatter.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A pivot this much smaller than what was added up on its diagonal is rounding: the motion costs no
 * energy. */
static const double smallest_pivot = 1e-13;

/* Which wavevector the valid voxel at position p belongs to. */
static int64_t wavevector_of(const dt_wavevectors *groups, int64_t p) {
    int64_t lo = 0, hi = groups->n;
    while (hi - lo > 1) {
        int64_t mid = (lo + hi) / 2;
        if (groups->first[mid] <= p) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    return lo;
}

/* Scattering vectors q = 2 pi B^T h of the valid voxels [begin, end): (b,3). */
static dt_tensor *scattering_vectors(const dt_one_phonon *m, dt_tape *tape, int64_t begin,
                                     int64_t end) {
    double q[3 * SLICE_VOXELS];
    for (int64_t p = begin; p < end; p++) {
        int64_t ijk[3];
        double h[3];
        dt_grid_position(m->axis, m->groups.voxel[p], ijk);
        for (int d = 0; d < 3; d++) {
            h[d] = dt_axis_miller(&m->axis[d], ijk[d]);
        }
        dt_scattering_vector(&m->crystal->cell, h, q + 3 * (p - begin));
    }
    return dt_constant(tape, DT_F64, 2, (int64_t[]){end - begin, 3}, q);
}

/* f_j(q) exp(-|q|^2 U_j / 2), the same for every copy of the asymmetric unit: (b,n). */
static dt_tensor *amplitudes(const dt_one_phonon *m, dt_tensor *q, dt_tensor *u_iso) {
    dt_tape *tape = dt_tape_of(q);
    const int64_t four[2] = {m->n_types, 4}, n_atoms = m->crystal->n_atoms;
    dt_tensor *f = dt_compute_form_factors(q, view(tape, DT_F64, 2, four, m->type_a),
                                           view(tape, DT_F64, 2, four, m->type_b),
                                           view(tape, DT_F64, 1, four, m->type_c));
    f = dt_gather(f, view(tape, DT_I64, 1, &n_atoms, m->type), 1);
    return dt_mul(f, dt_debye_waller(q, u_iso));
}

/* G = q^T sum_j F_j A_j = (q M_0, M x q) with the moments M = sum_j F_j (1, x_j, y_j, z_j):
 * M (n_asu,b,4) c128, q (b,3) -> (n_asu,b,6). */
static dt_tensor *rigid_body_response(dt_tensor *moments, dt_tensor *q) {
    static const int64_t six = 6;
    static const int64_t m_plus[6] = {0, 0, 0, 2, 3, 1}, q_plus[6] = {0, 1, 2, 2, 0, 1};
    static const int64_t m_minus[3] = {3, 1, 2}, q_minus[3] = {1, 2, 0}, three = 3;
    dt_tape *tape = dt_tape_of(q);
    dt_tensor *plus = dt_mul(dt_gather(moments, view(tape, DT_I64, 1, &six, m_plus), -1),
                             dt_gather(q, view(tape, DT_I64, 1, &six, q_plus), -1));
    dt_tensor *minus = dt_mul(dt_gather(moments, view(tape, DT_I64, 1, &three, m_minus), -1),
                              dt_gather(q, view(tape, DT_I64, 1, &three, q_minus), -1));
    return dt_sub(plus, dt_unslice(minus, -1, 3, 1, 6));
}

/* Do all atoms of the asymmetric unit lie on one line (or is there only one)? */
static bool on_a_line(const dt_crystal *crystal) {
    const double *x = crystal->xyz;
    double e[3] = {0.0, 0.0, 0.0}, longest = 0.0, off = 0.0;
    for (int64_t i = 1; i < crystal->n_atoms; i++) {
        double r[3] = {x[3 * i] - x[0], x[3 * i + 1] - x[1], x[3 * i + 2] - x[2]};
        double r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
        if (r2 > longest) {
            longest = r2;
            memcpy(e, r, sizeof e);
        }
    }
    for (int64_t i = 1; i < crystal->n_atoms; i++) {
        for (int a = 0; a < 3; a++) {
            int b = (a + 1) % 3, c = (a + 2) % 3;
            off = fmax(off, fabs((x[3 * i + b] - x[b]) * e[c] - (x[3 * i + c] - x[c]) * e[b]));
        }
    }
    return off <= 1e-9 * longest;
}

/* Complete the failure with the wavevector and what to do about it. */
static void name_wavevector(dt_tape *tape, const dt_one_phonon *m, const double *force_constants,
                            const double k[3]) {
    const dt_gnm *g = m->gnm;
    const dtp_blocks blocks = {.n_blocks = g->n_blocks,
                               .n_bodies = g->n_asu,
                               .bodies_per_unit = 1,
                               .w = 6,
                               .pair = g->block_pair,
                               .cell = g->block_cell,
                               .cells = g->cells,
                               .force_constants = force_constants};
    char loose[DTP_REASON] = "both must be positive, and the cutoff long enough", reason[400];
    if (on_a_line(m->crystal)) {
        snprintf(reason, sizeof reason,
                 "the atoms of the asymmetric unit lie on one line, and nothing resists its "
                 "rotation about that line (a rigid body needs three atoms that do not)");
    } else {
        dtp_say_what_is_loose(&blocks, loose);
        snprintf(reason, sizeof reason,
                 "the springs do not hold the crystal: %s (hint: positive spring constants, or a "
                 "longer cutoff)",
                 loose);
    }
    dt_tape_context(tape,
                    "one-phonon: K(k) is not positive definite at k = (%.6g, %.6g, %.6g) in "
                    "reciprocal axes: %s",
                    k[0], k[1], k[2], reason);
}

/* Rounding can make a Cholesky factor of a singular K, even a perfect-looking one when whole
 * diagonal elements cancel: compare every pivot with the sum of springs it comes from. */
static void check_pivots(dt_tensor *factor, dt_tensor *force_constants, const dt_gnm *gnm) {
    const dt_c128 *l = dt_data_c128(factor);
    const double *blocks = dt_data_f64(force_constants);
    const double *self = blocks ? blocks + 36 * gnm->n_blocks : NULL;
    int64_t d = 6 * gnm->n_asu;
    for (int64_t i = 0; l && self && i < d; i++) {
        double pivot = l[i * d + i].re * l[i * d + i].re;
        double scale = self[36 * (i / 6) + 7 * (i % 6)];
        if (!(pivot > smallest_pivot * fabs(scale))) {
            dt_tape_fail(dt_tape_of(factor), DT_ERR_NOT_POSITIVE_DEFINITE,
                         "pivot %lld of K(k) is %.3g, which is 0 but for rounding", (long long)i,
                         pivot);
            return;
        }
    }
}

/* K(k), (d,d). */
static dt_tensor *stiffness_at(const dt_one_phonon *m, dt_tensor *force_constants,
                               const double k[3]) {
    double phase_k[3];
    one_phonon_phase_k(m, k, phase_k);
    dt_tensor *at = dt_constant(dt_tape_of(force_constants), DT_F64, 2, (int64_t[]){1, 3}, phase_k);
    return dt_select(dt_gnm_stiffness(m->gnm, force_constants, at), 0, 0);
}

/* The lower Cholesky factor L of K(k) = L L^H, (d,d). */
static dt_tensor *stiffness_factor(const dt_one_phonon *m, dt_tensor *force_constants,
                                   const double k[3]) {
    dt_tape *tape = dt_tape_of(force_constants);
    dt_tensor *stiffness = stiffness_at(m, force_constants, k);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    const double *blocks = dt_data_f64(force_constants); /* none after a failure */
    dt_tensor *factor = dt_cholesky(stiffness);
    if (dt_tape_status(tape) == DT_OK) {
        check_pivots(factor, force_constants, m->gnm);
    }
    if (dt_tape_status(tape) == DT_ERR_NOT_POSITIVE_DEFINITE) {
        name_wavevector(tape, m, blocks, k);
    }
    return factor;
}

/* What the programs whose quirks are asked for take for "no energy", in omega^2. */
static double acoustic_threshold(const dt_one_phonon *m) {
    return m->quirks & DT_QUIRK_ACOUSTIC_1E6    ? 1e-6
           : m->quirks & DT_QUIRK_ACOUSTIC_1E12 ? 1e-12
                                                : 0.0;
}

/* Those programs give no value at all to a wavevector with a mode below their threshold. At k = 0
 * that is so here, too; elsewhere it is refused. */
static void check_threshold(const dt_one_phonon *m, dt_tensor *stiffness, dt_tensor *whitening,
                            const double k[3], int64_t mode) {
    dt_tape *tape = dt_tape_of(stiffness);
    dt_tensor *omega2;
    dt_phonon_modes(stiffness, whitening, &omega2, NULL);
    const double *w = dt_data_f64(omega2);
    if (w && w[mode] < acoustic_threshold(m)) {
        dt_tape_fail(
            tape, DT_ERR_NOT_POSITIVE_DEFINITE,
            "one-phonon: mode %lld at k = (%.6g, %.6g, %.6g) has omega^2 = %.3g, below the "
            "%g that the preset takes for no value at all (hint: stiffer springs only "
            "scale the map)",
            (long long)mode + 1, k[0], k[1], k[2], w[mode], acoustic_threshold(m));
    }
}

/* |G V_m|^2 / omega_m^2 of one mode, or with k's sign right |G conj(V_m)|^2 / omega_m^2: g (d,b).
 * */
static dt_tensor *mode_intensity(const dt_one_phonon *m, dt_tensor *stiffness, dt_tensor *whitening,
                                 dt_tensor *g, const double k[3]) {
    dt_tape *tape = dt_tape_of(g);
    dt_tensor *omega2, *v;
    dt_phonon_modes(stiffness, whitening, &omega2, &v);
    int64_t mode = m->single_mode - 1;
    const double *w = dt_data_f64(omega2);
    if (w && !(w[mode] > 0.0)) {
        dt_tape_fail(
            tape, DT_ERR_NOT_POSITIVE_DEFINITE,
            "one-phonon: mode %lld at k = (%.6g, %.6g, %.6g) has omega^2 = %.3g; it must be "
            "greater than 0, so the springs do not hold the crystal",
            (long long)m->single_mode, k[0], k[1], k[2], w[mode]);
        return dt_inert(tape);
    }
    dt_tensor *shape = dt_select(v, 1, mode); /* (d) */
    shape = m->quirks & DT_QUIRK_K_SIGN ? shape : dt_conj(shape);
    dt_tensor *amplitude = dt_matmul(dt_expand_dims(shape, 0), g); /* (1,b) */
    return dt_mul(dt_select(dt_abs2(amplitude), 0, 0), dt_reciprocal(dt_select(omega2, 0, mode)));
}

/* The voxels of a slice. */
static int64_t slice_voxels(void *user, int64_t slice, int64_t *ret_voxels) {
    const dt_one_phonon *m = user;
    int64_t first = m->slice_first[slice], n = m->slice_first[slice + 1] - first;
    memcpy(ret_voxels, m->groups.voxel + first, (size_t)n * sizeof *ret_voxels);
    return n;
}

/* Intensities of the voxels of a slice, which share one wavevector: (b). */
static dt_tensor *slice_intensity(void *user, dt_tape *tape, int64_t slice, int64_t n,
                                  const int64_t *voxels, dt_tensor *const *in) {
    const dt_one_phonon *m = user;
    int64_t begin = m->slice_first[slice], end = begin + n;
    (void)voxels;
    int64_t d = 6 * m->crystal->n_asu, which = wavevector_of(&m->groups, begin);
    const double *k = m->groups.k + 3 * which;
    dt_tensor *factor = NULL, *stiffness = NULL;
    if (one_phonon_needs_modes(m)) {
        stiffness = stiffness_at(m, in[FORCE_CONSTANTS], k);
    }
    if (m->single_mode == 0) {
        factor = stiffness_factor(m, in[FORCE_CONSTANTS], k);
    }
    if (acoustic_threshold(m) > 0.0 && begin == m->groups.first[which]) {
        check_threshold(m, stiffness, in[WHITENING], k,
                        m->single_mode > 0 ? m->single_mode - 1 : 0);
    }
    dt_tensor *q = scattering_vectors(m, tape, begin, end);
    dt_tensor *phase = dt_matmul_flags(q, DT_N, in[POSITIONS], DT_T); /* (n_asu,b,n) */
    dt_tensor *f = dt_polar(amplitudes(m, q, in[U_ISO]), phase);      /* (n_asu,b,n) */
    dt_tensor *g = rigid_body_response(dt_matmul(f, in[BODY]), q);    /* (n_asu,b,6) */
    g = dt_reshape(dt_permute(g, (int[]){0, 2, 1}), 2, (int64_t[]){d, end - begin});
    if (m->single_mode > 0) {
        return mode_intensity(m, stiffness, in[WHITENING], g, k);
    }
    /* |L^-1 G^T|^2 = G conj(K)^-1 G^H; without the conjugate it is |L^-1 G^H|^2. */
    g = m->quirks & DT_QUIRK_K_SIGN ? dt_conj(g) : g;
    return dt_sum(dt_abs2(dt_triangular_solve(factor, g, true, DT_N)), 0);
}

bool one_phonon_check(dt_tensor *x, const char *what, int ndim, int64_t n0, int64_t n1) {
    dt_tape *tape = dt_tape_of(x);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    if (dt_dtype_of(x) != DT_F64) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "one-phonon: %s must be f64, not %s", what,
                     dt_dtype_name(dt_dtype_of(x)));
    } else if (dt_ndim(x) != ndim || (ndim > 0 && dt_shape(x)[0] != n0) ||
               (ndim > 1 && dt_shape(x)[1] != n1)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "one-phonon: %s must be %s for %lld atoms", what,
                     ndim == 0   ? "a scalar"
                     : ndim == 1 ? "(atoms)"
                                 : "(atoms,3)",
                     (long long)n0);
    }
    return dt_tape_status(tape) == DT_OK;
}

int one_phonon_inputs(const dt_one_phonon *m, dt_tensor *gamma_intra, dt_tensor *gamma_inter,
                      dt_tensor *xyz, dt_tensor *ret_in[INPUTS]) {
    dt_tensor **in = ret_in;
    in[POSITIONS] = dt_expand_symmetry(m->crystal, xyz);
    in[BODY] = dt_rigid_body_coordinates(in[POSITIONS]);
    if (m->quirks & DT_QUIRK_CUMULATIVE_A) {
        in[BODY] = dt_cumulative_body(in[BODY]);
    }
    in[FORCE_CONSTANTS] = dt_gnm_force_constants(m->gnm, in[BODY], gamma_intra, gamma_inter);
    if (!one_phonon_needs_modes(m)) {
        return WHITENING;
    }
    dt_tensor *mass = view(dt_tape_of(xyz), DT_F64, 1, &m->crystal->n_atoms, m->crystal->mass);
    in[WHITENING] = dt_mass_whitening(dt_rigid_body_mass(in[BODY], mass, m->quirks));
    return INPUTS;
}

dt_tensor *dt_one_phonon_intensity(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                   dt_tensor *gamma_inter, dt_tensor *u_iso, dt_tensor *xyz) {
    dt_tape *tape = dt_tape_of(xyz);
    int64_t n = model->crystal->n_atoms;
    if (!one_phonon_check(gamma_intra, "gamma_intra", 0, n, 0) ||
        !one_phonon_check(gamma_inter, "gamma_inter", 0, n, 0) ||
        !one_phonon_check(u_iso, "u_iso", 1, n, 0) || !one_phonon_check(xyz, "xyz", 2, n, 3)) {
        return dt_inert(tape);
    }
    dt_tensor *in[INPUTS];
    int inputs = one_phonon_inputs(model, gamma_intra, gamma_inter, xyz, in);
    in[U_ISO] = u_iso;
    /* *user is only read; the API's pointer is not const. */
    const dt_slices slices = {.n_slices = model->n_slices,
                              .longest = SLICE_VOXELS,
                              .n_listed = model->groups.n_voxels,
                              .n_rows = model->sizes.voxels,
                              .rows = slice_voxels};
    dt_tensor *map = dt_map_slices(slice_intensity, (void *)(uintptr_t)model, inputs, in, &slices);
    return dt_reshape(map, 3, model->sizes.shape);
}
