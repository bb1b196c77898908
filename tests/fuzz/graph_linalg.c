/* graph_linalg.c - solutions, determinants, factorisations and spectra of well-conditioned
 * matrices, and of bad ones, called at random. */
#include "graph.h"

/* -- operands ---------------------------------------------------------------------------------- */

/* (n, n), or two of them: 2 I and something no larger than I. */
static dt_tensor *well_conditioned(struct graph *g, int64_t n, bool two) {
    dt_tensor *a = bounded(two ? dt_reshape(vector(g, 2 * n * n), 3, (const int64_t[]){2, n, n})
                               : matrix(g, n, n));
    if (a == NULL || oops(g)) {
        return a;
    }
    return dt_add(dt_scale(a, 1 / (double)n), dt_scale(dt_eye(g->tape, dt_dtype_of(a), n), 2));
}

/* (n, n) with eigenvalues at least 1 and at least 1 from each other. */
static dt_tensor *hermitian(struct graph *g, int64_t n) {
    dt_tensor *a = well_conditioned(g, n, false);
    if (a == NULL || oops(g)) {
        return a;
    }
    dt_tensor *ladder = dt_cast(dt_arange(g->tape, 0, (double)n, 1), dt_dtype_of(a));
    dt_tensor *half = dt_scale(a, 0.5);
    if (n > 1) {
        half = dt_add(half, dt_conj(dt_transpose(half)));
    }
    return dt_add(half, dt_diag(dt_scale(ladder, 3)));
}

/* -- general matrices -------------------------------------------------------------------------- */

static dt_tensor *general(struct graph *g) {
    int64_t n = 1 + below(g, 4), k = 1 + below(g, 3);
    dt_tensor *a = well_conditioned(g, n, chance(g, 4)), *b = bounded(matrix(g, n, k));
    dt_tensor *one = NULL, *two = NULL;
    switch (below(g, 6)) {
    case 0: return dt_solve(a, oops(g) ? any(g) : b);
    case 1: return dt_inverse(a);
    case 2: return dt_det(a);
    case 3: dt_slogdet(a, &one, &two); return chance(g, 2) ? one : two;
    case 4: dt_qr(a, &one, &two); return chance(g, 2) ? one : two;
    default: return dt_logdet(oops(g) ? a : hermitian(g, n));
    }
}

/* Tall ones: a well-conditioned square on top of anything. */
static dt_tensor *tall(struct graph *g) {
    int64_t n = 1 + below(g, 3), m = 1 + below(g, 3);
    dt_tensor *a = well_conditioned(g, n, false), *more = bounded(matrix(g, m, n));
    if (is_complex(a) != is_complex(more) && !oops(g)) {
        a = dt_cast(a, DT_C128);
        more = dt_cast(more, DT_C128);
    }
    dt_tensor *both[] = {a, more};
    dt_tensor *whole = dt_concat(2, both, 0), *q = NULL, *r = NULL;
    if (chance(g, 2)) {
        return dt_lstsq(whole, bounded(matrix(g, oops(g) ? n : n + m, 2)));
    }
    dt_qr(oops(g) ? dt_transpose(whole) : whole, &q, &r);
    return chance(g, 2) ? q : r;
}

/* -- spectra ----------------------------------------------------------------------------------- */

static dt_tensor *line(void *user, dt_tape *tape, dt_tensor *lambda, dt_tensor *const *params) {
    (void)user;
    (void)tape;
    return dt_exp(dt_neg(dt_mul(params[0], lambda)));
}

static dt_tensor *function_of(struct graph *g, dt_tensor *a) {
    dt_tensor *p = dt_abs2(vector(g, 2)), *params[2];
    p = dt_scale(bounded(dt_add(p, dt_scalar(g->tape, 1))), 2);
    params[0] = dt_select(p, 0, 0);
    params[1] = dt_select(p, 0, 1);
    dt_spectral_function fn = {.kind = DT_SPECTRAL_USER, .build = line};
    int n_params = 1;
    switch (below(g, 5)) {
    case 0: fn = (dt_spectral_function){.kind = DT_SPECTRAL_POWER}; break;
    case 1: fn = (dt_spectral_function){.kind = DT_SPECTRAL_THERMAL}; break;
    case 2:
        fn = (dt_spectral_function){.kind = DT_SPECTRAL_LORENTZIAN};
        n_params = 2;
        break;
    case 3:
        fn = (dt_spectral_function){.kind = DT_SPECTRAL_GAUSSIAN};
        n_params = 2;
        break;
    default: break;
    }
    if (oops(g)) {
        fn.kind = (dt_spectral_kind)below(g, 11);
        fn.domain = (dt_spectral_domain)below(g, 4);
        fn.build = chance(g, 2) ? NULL : fn.build;
        n_params = fn.kind == DT_SPECTRAL_USER ? 1 + (int)below(g, 2) : (int)below(g, 3);
        params[below(g, 2)] = any(g);
    }
    return chance(g, 2)
               ? dt_spectral_apply(a, &fn, n_params, params)
               : dt_spectral_form(bounded(matrix(g, 2, length_of(a, 0))), a, &fn, n_params, params);
}

static dt_tensor *spectra(struct graph *g) {
    int64_t n = 1 + below(g, 4);
    dt_tensor *a = hermitian(g, n), *w = NULL, *v = NULL;
    switch (below(g, 5)) {
    case 0: return dt_eigvalsh(a);
    case 1: /* phases of eigenvectors are free: only magnitudes mean something */
        dt_eigh(a, (dt_cluster_policy)count(g, 0, 2), 1e-9, &w, &v);
        return chance(g, 2) ? w : oops(g) ? v : dt_abs2(v);
    case 2: return dt_pinv_hermitian(a, oops(g) ? -1 : 1e-6);
    default: return function_of(g, a);
    }
}

dt_tensor *call_linalg(struct graph *g) {
    switch (below(g, 4)) {
    case 0: return tall(g);
    case 1: return spectra(g);
    default: return general(g);
    }
}
