/* modes.c - sums over phonon modes weighed by a function of their frequency. */
#include "map.h"

#include <difftape/ops.h>

/* W(nu) = sum w_i g_i / sum g_i, g_i = exp(-(nu - nu_i)^2 / 2 s^2): (n) for frequencies (n). The
 * part of the exponent that all g_i share is left out, and the largest is taken as 0. */
static dt_tensor *smooth_weight(const dt_phonon_map_options *o, dt_tape *tape, dt_tensor *nu,
                                dt_tensor *const *w) {
    int64_t n = o->n_weights;
    double step = (o->weights_to - o->weights_from) / (double)(n - 1), s = 0.5 * step;
    dt_tensor *nodes = dt_linspace(tape, o->weights_from, o->weights_to, n);
    dt_tensor *exponent =
        dt_scale(dt_sub(dt_mul(dt_expand_dims(nu, -1), nodes), dt_scale(dt_square(nodes), 0.5)),
                 1.0 / (s * s));
    dt_tensor *largest = dt_expand_dims(dt_stop_gradient(dt_max(exponent, -1)), -1);
    dt_tensor *g = dt_exp(dt_sub(exponent, largest));
    return dt_div(dt_sum(dt_mul(g, dt_stack((int)n, w, 0)), -1), dt_sum(g, -1));
}

/* f(x) = W(nu) / x or W(nu) c coth(c sqrt x) / sqrt x, with nu = p[1] sqrt x in THz. W must be
 * smooth: divided differences of close eigenvalues are taken from derivatives. */
static dt_tensor *weight(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    const dt_phonon_map *m = user;
    bool classical = m->options.occupation == DT_CLASSICAL;
    if (classical && m->options.n_weights == 0) {
        return dt_reciprocal(x);
    }
    dt_tensor *root = dt_sqrt(x), *w = NULL;
    if (m->options.n_weights > 0) {
        w = smooth_weight(&m->options, tape, dt_mul(root, p[1]), p + 2);
    }
    if (classical) {
        return dt_div(w, x);
    }
    return dt_div(w ? dt_mul(w, p[0]) : p[0], dt_mul(root, dt_tanh(dt_mul(p[0], root))));
}

enum { MOST_PARAMS = 2 + 30 };

/* c, THz, and the weights that there are: how many. */
static int list_params(const dt_phonon_map *m, dt_tensor *const *in, dt_tensor **params) {
    if (dt_ndim(in[DTP_MODES]) == 0) {
        return 0;
    }
    params[0] = dt_select(in[DTP_MODES], 0, 0);
    params[1] = dt_select(in[DTP_MODES], 0, 1);
    for (int i = 0; i < m->options.n_weights; i++) {
        params[2 + i] = dt_select(in[DTP_MODE_WEIGHTS], 0, i);
    }
    return 2 + m->options.n_weights;
}

dt_tensor *dtp_mode_weight(const dt_phonon_map *m, dt_tensor *x, dt_tensor *const *in) {
    dt_tensor *params[MOST_PARAMS];
    list_params(m, in, params);
    /* *user is only read; the API's pointer is not const. */
    return weight((void *)(uintptr_t)m, dt_tape_of(x), x, params);
}

dt_tensor *dtp_mode_sum(const dt_phonon_map *m, dt_tensor *stiffness, dt_tensor *response,
                        dt_tensor *const *in) {
    dt_tensor *l = in[DTP_MASS_FACTOR], *params[MOST_PARAMS];
    /* D = L^-1 K L^-T; F = G L^-T, so that G conj(C) G^H = F f(conj D) F^H. */
    dt_tensor *d = dt_conj(dtp_dynamical(l, stiffness));
    dt_tensor *f = dt_transpose(dt_triangular_solve(l, response, true, DT_N));
    int n = list_params(m, in, params);
    if (m->options.n_weights == 0) {
        const dt_spectral_function thermal = {.kind = DT_SPECTRAL_THERMAL};
        return dt_mul(dt_spectral_form(f, d, &thermal, 1, params), params[0]);
    }
    /* *user is only read; the API's pointer is not const. */
    const dt_spectral_function user = {
        .kind = DT_SPECTRAL_USER, .build = weight, .user = (void *)(uintptr_t)m};
    return dt_spectral_form(f, d, &user, n, params);
}
