/* oscillation.c - the angles at which a turning crystal's lattice planes meet the Ewald sphere.
 *
 * |k_in + R(w) g|^2 = k^2 is 2 k_in.R(w)g + |g|^2 = 0. With the unit vectors u of the beam and e of
 * the axis, R(w) g = g_along + (g - g_along) cos w + e x g sin w, so it reads a cos w + b sin w = c
 * with
 *     a = -(u - (u.e) e).g,   b = (e x u).g,   c = |g|^2 / 2k + (u.e) e.g,
 * whose left side rises with the component of R(w) g along e x u. */
#include <difftape/oscillation.h>
#include <difftape/lattice.h>
#include <difftape/spot_losses.h>

#include "../shared.h"
#include "components.h"

#include <math.h>

static double wavenumber_or_default(double wavenumber) {
    return wavenumber == 0 ? DT_WAVENUMBER_CODATA : wavenumber;
}

/* The experiment's parameters as tensors that broadcast with one component of g, (..., N). */
typedef struct beam {
    dt_tensor *k;             /* 1/Angstrom */
    dt_tensor *cosine, *sine; /* of chi; NULL: 1 and 0 */
    dt_tensor *axis[3];       /* unit vector; NULL: z */
} beam;

static void unit_axis(dt_tensor *axis, dt_tensor **ret) {
    dt_unstack(dt_div(axis, dt_expand_dims(dt_norm(axis, -1), -1)), 3, -1, ret);
    for (int i = 0; i < 3; i++) {
        ret[i] = lifted(ret[i]);
    }
}

static bool beam_of(dt_tape *tape, dt_tensor *energy, const dt_oscillation_options *options,
                    beam *ret) {
    const dt_oscillation_options chosen = options ? *options : (dt_oscillation_options){0};
    *ret = (beam){0};
    if (energy == NULL) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "oscillation: an energy is needed, got NULL");
        return false;
    }
    if (!(chosen.wavenumber >= 0) || isinf(chosen.wavenumber) || !(chosen.q_min >= 0)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "oscillation: the wavenumber per keV, %g, must be finite and q_min, %g, 0 or "
                     "more; neither may be negative (0: the default)",
                     chosen.wavenumber, chosen.q_min);
        return false;
    }
    ret->k = dt_scale(lifted(energy), wavenumber_or_default(chosen.wavenumber));
    if (chosen.chi != NULL) {
        ret->cosine = dt_cos(lifted(chosen.chi));
        ret->sine = dt_sin(lifted(chosen.chi));
    }
    if (chosen.axis != NULL) {
        if (!has_shape(tape, chosen.axis, "oscillation: axis", 1, (const int64_t[]){3})) {
            return false;
        }
        unit_axis(chosen.axis, ret->axis);
    }
    return dt_tape_status(tape) == DT_OK;
}

/* The unit vector of the beam. */
static void beam_direction(const beam *b, dt_tensor **ret_u) {
    dt_tensor *one = number_like(b->k, 1), *zero = number_like(b->k, 0);
    ret_u[0] = b->cosine == NULL ? one : b->cosine;
    ret_u[1] = zero;
    ret_u[2] = b->sine == NULL ? zero : b->sine;
}

/* a, b and c - |g|^2 / 2k about any axis. */
static void tilted(const beam *b, dt_tensor *const *g, dt_tensor **ret) {
    dt_tensor *u[3], *across[3], *side[3], *axial[3];
    beam_direction(b, u);
    dt_tensor *along = dot3(u, b->axis);
    cross3(b->axis, u, side);
    for (int i = 0; i < 3; i++) {
        axial[i] = dt_mul(along, b->axis[i]);
        across[i] = dt_sub(axial[i], u[i]);
    }
    ret[0] = dot3(across, g);
    ret[1] = dot3(side, g);
    ret[2] = dot3(axial, g);
}

/* The same about z. */
static void upright(const beam *b, dt_tensor *const *g, dt_tensor **ret) {
    bool level = b->cosine == NULL;
    ret[0] = level ? dt_neg(g[0]) : dt_mul(g[0], dt_neg(b->cosine));
    ret[1] = level ? g[1] : dt_mul(g[1], b->cosine);
    ret[2] = level ? NULL : dt_mul(g[2], b->sine);
}

dt_oscillation dt_oscillation_angles(dt_tensor *g, dt_tensor *energy,
                                     const dt_oscillation_options *options) {
    dt_oscillation result = {0};
    if (g == NULL) {
        return result;
    }
    dt_tape *tape = dt_tape_of(g);
    result = (dt_oscillation){dt_inert(tape), dt_inert(tape), dt_inert(tape), g};
    beam b;
    if (!has_shape(tape, g, "oscillation_angles: g", 2, (const int64_t[]){-1, 3}) ||
        !beam_of(tape, energy, options, &b)) {
        return result;
    }
    dt_tensor *x[3], *sinusoid[3];
    dt_unstack(g, 3, -1, x);
    (b.axis[0] == NULL ? upright : tilted)(&b, x, sinusoid);
    /* Not |g|^2 first: if that overflows, 0 times its derivative by k is no number. */
    dt_tensor *half = dt_scale(dt_reciprocal(b.k), 0.5), *part[3];
    for (int i = 0; i < 3; i++) {
        part[i] = dt_mul(x[i], dt_mul(x[i], half));
    }
    dt_tensor *c = dt_add(dt_add(part[0], part[1]), part[2]);
    c = sinusoid[2] == NULL ? c : dt_add(c, sinusoid[2]);
    dt_sinusoid_roots(sinusoid[0], sinusoid[1], c, options ? options->q_min : 0, &result.omega,
                      &result.q);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "oscillation_angles");
        return result;
    }
    result.seen = dt_compare(result.q, DT_GT, number_like(result.q, 0));
    return result;
}

dt_oscillation dt_omegas_from_reflections(dt_tensor *hkl, dt_tensor *lattice, dt_tensor *rotation,
                                          dt_tensor *energy,
                                          const dt_oscillation_options *options) {
    return dt_oscillation_angles(dt_scattering_vectors(hkl, lattice, rotation), energy, options);
}

bool dt_oscillation_pair(const double g[3], double energy, double chi, double wavenumber,
                         double ret_omega[2], double *ret_q) {
    double k = wavenumber_or_default(wavenumber) * energy;
    double a = -g[0] * cos(chi), b = g[1] * cos(chi), r = sqrt(a * a + b * b);
    double c = (g[0] * g[0] + g[1] * g[1] + g[2] * g[2]) / (2 * k) + g[2] * sin(chi);
    double square = (r - c) * (r + c);
    bool seen = square > 0;
    double q = seen ? sqrt(square) : 0;
    ret_omega[0] = seen ? atan2(b * c - a * q + 0, a * c + b * q) : 0;
    ret_omega[1] = seen ? atan2(b * c + a * q + 0, a * c - b * q) : 0;
    if (ret_q != NULL) {
        *ret_q = q;
    }
    return seen;
}

dt_tensor *dt_bragg_angles(dt_tensor *g, dt_tensor *energy, double wavenumber) {
    if (g == NULL || energy == NULL) {
        return g == NULL && energy == NULL ? NULL : dt_inert(dt_tape_of(g == NULL ? energy : g));
    }
    if (!has_shape(dt_tape_of(g), g, "bragg_angles: g", 1, (const int64_t[]){3})) {
        return dt_inert(dt_tape_of(g));
    }
    dt_tensor *twice_k = dt_scale(energy, 2 * wavenumber_or_default(wavenumber));
    dt_tensor *sine = dt_div(dt_norm(g, -1), twice_k), *zero = number_like(g, 0);
    dt_tensor *reached = dt_compare(sine, DT_LT, number_like(g, 1));
    return dt_asin(dt_where(reached, sine, zero));
}

dt_tensor *dt_energy_from_wavelength(dt_tensor *wavelength, double wavenumber) {
    return dt_scale(dt_reciprocal(wavelength), TWO_PI / wavenumber_or_default(wavenumber));
}

/* -- at the angles ----------------------------------------------------------------------------- */

/* R(w) v for v and the axis e (NULL: z) by components that broadcast with the angles. */
static void turned_about(dt_tensor *const *e, dt_tensor *omega, dt_tensor *const *v,
                         dt_tensor **ret) {
    dt_tensor *c = dt_cos(omega), *s = dt_sin(omega);
    if (e == NULL) {
        ret[0] = dt_sub(dt_mul(v[0], c), dt_mul(v[1], s));
        ret[1] = dt_add(dt_mul(v[0], s), dt_mul(v[1], c));
        ret[2] = v[2];
        return;
    }
    dt_tensor *side[3];
    cross3(e, v, side);
    dt_tensor *along = dot3(e, v);
    for (int i = 0; i < 3; i++) { /* along + (v - along) cos + side sin */
        dt_tensor *fixed = dt_mul(along, e[i]);
        ret[i] = dt_add(fixed, dt_add(dt_mul(dt_sub(v[i], fixed), c), dt_mul(side[i], s)));
    }
}

/* The same for angles (..., N, 2) of both roots. */
static void turned(const beam *b, dt_tensor *omega, dt_tensor *const *v, dt_tensor **ret) {
    dt_tensor *e[3];
    for (int i = 0; i < 3 && b->axis[0] != NULL; i++) {
        e[i] = lifted(b->axis[i]);
    }
    turned_about(b->axis[0] == NULL ? NULL : e, omega, v, ret);
}

/* Components as one tensor. The first depends on everything; the component along the axis is the
 * same for both roots. */
static dt_tensor *together(dt_tensor **x) {
    for (int i = 1; i < 3; i++) {
        x[i] = dt_broadcast(x[i], dt_ndim(x[0]), dt_shape(x[0]));
    }
    return dt_stack(3, x, -1);
}

dt_tensor *dt_diffracted_directions(const dt_oscillation *o, dt_tensor *energy,
                                    const dt_oscillation_options *options) {
    if (o == NULL || o->g == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(o->g);
    dt_tensor *g[3], *u[3], *x[3];
    beam b;
    if (!has_shape(tape, o->omega, "diffracted_directions: omega", 1, (const int64_t[]){2}) ||
        !beam_of(tape, energy, options, &b)) {
        return dt_inert(tape);
    }
    dt_unstack(o->g, 3, -1, g);
    dt_tensor *per_k = dt_reciprocal(b.k);
    beam_direction(&b, u);
    for (int i = 0; i < 3; i++) {
        g[i] = lifted(dt_mul(g[i], per_k));
        u[i] = lifted(u[i]);
    }
    turned(&b, o->omega, g, x);
    for (int i = 0; i < 3; i++) {
        x[i] = dt_add(x[i], u[i]);
    }
    return together(x);
}

dt_tensor *dt_turned_points(const dt_oscillation *o, dt_tensor *points,
                            const dt_oscillation_options *options) {
    if (o == NULL || o->g == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(o->g);
    dt_tensor *v[3], *x[3];
    beam b;
    if (!has_shape(tape, o->omega, "turned_points: omega", 1, (const int64_t[]){2}) ||
        !has_shape(tape, points, "turned_points: points", 1, (const int64_t[]){3}) ||
        !beam_of(tape, number_like(o->g, 1), options, &b)) {
        return dt_inert(tape);
    }
    dt_unstack(points, 3, -1, v);
    for (int i = 0; i < 3; i++) {
        v[i] = lifted(lifted(v[i]));
    }
    turned(&b, o->omega, v, x);
    return together(x);
}

/* Angles may have an axis more than g, for both roots. */
dt_tensor *dt_ewald_residual(dt_tensor *g, dt_tensor *omega, dt_tensor *energy,
                             const dt_oscillation_options *options) {
    if (g == NULL || omega == NULL) {
        return g == NULL ? NULL : dt_inert(dt_tape_of(g));
    }
    dt_tape *tape = dt_tape_of(g);
    dt_tensor *v[3], *u[3], *x[3];
    beam b;
    if (!has_shape(tape, g, "ewald_residual: g", 2, (const int64_t[]){-1, 3}) ||
        !beam_of(tape, energy, options, &b)) {
        return dt_inert(tape);
    }
    bool both = dt_ndim(omega) == dt_ndim(g); /* (..., N, 2): one more axis */
    dt_unstack(g, 3, -1, v);
    dt_tensor *square = dt_add(dt_add(dt_square(v[0]), dt_square(v[1])), dt_square(v[2]));
    dt_tensor *sum = dt_mul(square, dt_scale(dt_reciprocal(b.k), 0.5));
    beam_direction(&b, u);
    for (int i = 0; i < 3 && both; i++) {
        v[i] = lifted(v[i]);
        u[i] = lifted(u[i]);
    }
    if (both) {
        turned(&b, omega, v, x);
    } else {
        turned_about(b.axis[0] == NULL ? NULL : b.axis, omega, v, x);
    }
    return dt_add(both ? lifted(sum) : sum, dot3(u, x));
}
