/* modes.c - sums over phonon modes weighed by a function of their frequency. */
#include "map.h"

#include <difftape/linalg.h>
#include <difftape/spectral.h>

/* f(x) = W(nu) / x or W(nu) c coth(c sqrt x) / sqrt x, with nu = p[1] sqrt x in THz. */
static dt_tensor *weight(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    const dt_phonon_map *m = user;
    const dt_phonon_map_options *o = &m->options;
    int64_t n = o->n_weights;
    dt_tensor *root = dt_sqrt(x);
    dt_tensor *nodes = dt_linspace(tape, o->weights_from, o->weights_to, n);
    dt_tensor *values = dt_stack(o->n_weights, p + 2, 0);
    dt_tensor *w = dt_interp(dt_mul(root, p[1]), nodes, values);
    if (o->occupation == DT_CLASSICAL) {
        return dt_div(w, x);
    }
    return dt_div(dt_mul(w, p[0]), dt_mul(root, dt_tanh(dt_mul(p[0], root))));
}

dt_tensor *dtp_mode_sum(const dt_phonon_map *m, dt_tensor *stiffness, dt_tensor *response,
                        dt_tensor *const *in) {
    dt_tensor *l = in[DTP_MASS_FACTOR], *params[2 + 30];
    /* D = L^-1 K L^-T; F = G L^-T, so that G conj(C) G^H = F f(conj D) F^H. */
    dt_tensor *half = dt_triangular_solve(l, stiffness, true, DT_N);
    dt_tensor *d = dt_triangular_solve(l, dt_conj(dt_transpose(half)), true, DT_N);
    dt_tensor *f = dt_transpose(dt_triangular_solve(l, response, true, DT_N));
    dt_tensor *c = dt_select(in[DTP_MODES], 0, 0), *sum;
    if (dt_ndim(in[DTP_MODE_WEIGHTS]) == 0) {
        const dt_spectral_fn thermal = {.kind = DT_SPECTRAL_THERMAL};
        sum = dt_mul(dt_spectral_form(f, dt_conj(d), &thermal, 1, &c), c);
    } else {
        int64_t n = dt_shape(in[DTP_MODE_WEIGHTS])[0];
        params[0] = c;
        params[1] = dt_select(in[DTP_MODES], 0, 1);
        for (int64_t i = 0; i < n; i++) {
            params[2 + i] = dt_select(in[DTP_MODE_WEIGHTS], 0, i);
        }
        /* *user is only read; the API's pointer is not const. */
        const dt_spectral_fn user = {
            .kind = DT_SPECTRAL_USER, .build = weight, .user = (void *)(uintptr_t)m};
        sum = dt_spectral_form(f, dt_conj(d), &user, (int)(2 + n), params);
    }
    return sum;
}
