/* divided.c - divided differences of a function over the eigenvalues of one matrix.
 *
 * Built-in functions have closed forms. Any other uses the quotient for pairs that are well apart
 * and, for near ones, the mean of the derivative over the interval (Hermite-Genocchi) by five-point
 * Gauss-Legendre quadrature. "Near" is relative to the magnitude of the eigenvalues, or to the
 * length the function declares, so units do not matter. */
#include "functions.h"

#include "internal.h"

#include <math.h>
#include <string.h>

/* Near: closer than this times the smaller magnitude. */
#define NEAR 0.1

enum { NODES = 5 };
static const double node[NODES] = {0.04691007703066800360, 0.23076534494715845448, 0.5,
                                   0.76923465505284154552, 0.95308992296933199640};
static const double weight[NODES] = {0.11846344252809454376, 0.23931433524968323402,
                                     0.28444444444444444444, 0.23931433524968323402,
                                     0.11846344252809454376};

static bool is_closed(const struct dti_g *g) {
    return g->f->fn.kind != DT_SPECTRAL_USER && g->f->n_by == 0;
}

/* Does the kind need positive numbers? */
static bool is_positive(dt_spectral_kind kind) {
    return kind == DT_SPECTRAL_POWER || kind == DT_SPECTRAL_SQRT || kind == DT_SPECTRAL_LOG ||
           kind == DT_SPECTRAL_THERMAL;
}

/* Is x outside of what g is asked for? */
static bool outside(const struct dti_g *g, double x) {
    const dt_spectral_function *fn = &g->f->fn;
    if (fn->kind == DT_SPECTRAL_RECIPROCAL) {
        bool clamp = fn->domain == DT_DOMAIN_CLAMP;
        return clamp ? x <= g->cutoff : fabs(x) <= g->cutoff;
    }
    bool limited = is_positive(fn->kind) || (fn->kind == DT_SPECTRAL_USER && g->cutoff != 0);
    return limited && !(x > g->cutoff);
}

bool dti_g_cut(const struct dti_g *g, int64_t i) {
    return outside(g, g->x[i]);
}

static bool is_near(const struct dti_g *g, double a, double b) {
    double length = g->f->fn.length;
    double scale = length > 0 ? length : fmin(fabs(a), fabs(b));
    return fabs(a - b) <= NEAR * scale;
}

static bool check_domain(const struct dti_g *g) {
    const dt_spectral_function *fn = &g->f->fn;
    for (int64_t i = 0; i < g->n && fn->domain == DT_DOMAIN_ERROR; i++) {
        if (outside(g, g->x[i])) {
            dt_node_fail_at(
                g->node, DT_ERR_DOMAIN, g->matrix,
                "eigenvalue %lld of matrix %lld is %.9g, the function needs %s %g: drop "
                "or clamp such values with .domain, or add a ridge",
                (long long)i, (long long)g->matrix, g->x[i],
                fn->kind == DT_SPECTRAL_RECIPROCAL ? "magnitudes above" : "more than", g->cutoff);
            return false;
        }
    }
    return true;
}

bool dti_g_values(const struct dti_g *g, double *ret) {
    if (!check_domain(g)) {
        return false;
    }
    bool clamp = g->f->fn.domain == DT_DOMAIN_CLAMP;
    for (int64_t i = 0; i < g->n; i++) {
        ret[i] = clamp && dti_g_cut(g, i) ? g->cutoff : g->x[i];
    }
    if (is_closed(g)) {
        for (int64_t i = 0; i < g->n; i++) {
            ret[i] = dti_spectral_value(g->f->fn.kind, g->theta, ret[i]);
        }
    } else if (!dti_g_evaluate(g, 0, g->n, ret, ret)) {
        return false;
    }
    for (int64_t i = 0; i < g->n && !clamp; i++) {
        ret[i] = dti_g_cut(g, i) ? 0 : ret[i];
    }
    return true;
}

/* -- first ------------------------------------------------------------------------------------- */

/* g[a, b] of a closed form, or NaN where quadrature must tell. */
static double pair_difference(const struct dti_g *g, double a, double b, double ga, double gb) {
    if (is_closed(g)) {
        return dti_spectral_difference(g->f->fn.kind, g->theta, a, b);
    }
    return is_near(g, a, b) ? NAN : (ga - gb) / (a - b);
}

/* The pair (i, j) of which at least one is cut off. */
static double cut_difference(const struct dti_g *g, int64_t i, int64_t j, const double *values) {
    bool cut_i = dti_g_cut(g, i), cut_j = dti_g_cut(g, j);
    if (cut_i && cut_j) {
        return 0;
    }
    double a = g->x[cut_i ? j : i], b = g->x[cut_i ? i : j]; /* a is kept */
    double ga = values[cut_i ? j : i], gb = values[cut_i ? i : j];
    return (ga - gb) / (a - b); /* g(b) is 0 if dropped, g(cutoff) if clamped */
}

/* Means of a derivative over near pairs, for which ret holds NaN: nodes in one evaluation. */
static bool fill_near_pairs(const struct dti_g *g, double *ret) {
    int64_t n = g->n, count = 0;
    for (int64_t k = 0; k < n * n; k++) {
        count += k / n <= k % n && isnan(ret[k]) ? NODES : 0;
    }
    if (count == 0) {
        return true;
    }
    double *x = dt_node_scratch(g->node, (size_t)count * sizeof *x);
    int64_t at = 0;
    for (int64_t k = 0; x != NULL && k < n * n; k++) {
        for (int q = 0; q < NODES && k / n <= k % n && isnan(ret[k]); q++) {
            x[at++] = g->x[k / n] + node[q] * (g->x[k % n] - g->x[k / n]);
        }
    }
    if (x == NULL || !dti_g_evaluate(g, 1, count, x, x)) {
        return false;
    }
    at = 0;
    for (int64_t k = 0; k < n * n; k++) {
        if (k / n <= k % n && isnan(ret[k])) {
            double sum = 0;
            for (int q = 0; q < NODES; q++) {
                sum += weight[q] * x[at++];
            }
            ret[k] = ret[k % n * n + k / n] = sum;
        }
    }
    return true;
}

bool dti_g_first(const struct dti_g *g, double *ret) {
    int64_t n = g->n;
    double *values = dt_node_scratch(g->node, (size_t)n * sizeof *values);
    if (values == NULL || !dti_g_values(g, values)) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = i; j < n; j++) {
            bool cut = dti_g_cut(g, i) || dti_g_cut(g, j);
            ret[i * n + j] = ret[j * n + i] =
                cut ? cut_difference(g, i, j, values)
                    : pair_difference(g, g->x[i], g->x[j], values[i], values[j]);
        }
    }
    return is_closed(g) || fill_near_pairs(g, ret);
}

/* -- second ------------------------------------------------------------------------------------ */

/* Do i <= j <= k, in ascending order, need the quadrature of g''? */
static bool is_near_triple(const struct dti_g *g, int64_t i, int64_t k) {
    return !dti_g_cut(g, i) && !dti_g_cut(g, k) && is_near(g, g->x[i], g->x[k]);
}

static void put_symmetric(double *cube, int64_t n, int64_t i, int64_t j, int64_t k, double value) {
    cube[(i * n + j) * n + k] = cube[(i * n + k) * n + j] = value;
    cube[(j * n + i) * n + k] = cube[(j * n + k) * n + i] = value;
    cube[(k * n + i) * n + j] = cube[(k * n + j) * n + i] = value;
}

/* Points of the triangle 0 <= t <= s <= 1, on which g[a, b, c] is the integral of
 * g''(a + s (b - a) + t (c - b)). */
static void triangle_points(const struct dti_g *g, int64_t i, int64_t j, int64_t k, double *x) {
    for (int p = 0; p < NODES; p++) {
        for (int q = 0; q < NODES; q++) {
            double s = node[p], t = s * node[q];
            x[p * NODES + q] = g->x[i] + s * (g->x[j] - g->x[i]) + t * (g->x[k] - g->x[j]);
        }
    }
}

static double triangle_sum(const double *values) {
    double sum = 0;
    for (int p = 0; p < NODES; p++) {
        for (int q = 0; q < NODES; q++) {
            sum += node[p] * weight[p] * weight[q] * values[p * NODES + q];
        }
    }
    return sum;
}

/* Near triples i <= j <= k, counted, listed, evaluated together and put into the cube. */
static bool fill_near_triples(const struct dti_g *g, double *cube) {
    int64_t n = g->n, count = 0;
    for (int pass = 0; pass < 3; pass++) {
        static const int64_t points = NODES * NODES;
        double *x = pass == 0 ? NULL : cube + n * n * n; /* room after the cube */
        int64_t at = 0;
        for (int64_t i = 0; i < n; i++) {
            for (int64_t k = i; k < n && is_near_triple(g, i, k); k++) {
                for (int64_t j = i; j <= k; j++, at += points) {
                    if (pass == 1) {
                        triangle_points(g, i, j, k, x + at);
                    } else if (pass == 2) {
                        put_symmetric(cube, n, i, j, k, triangle_sum(x + at));
                    }
                }
            }
        }
        count = at;
        if (pass == 1 && !dti_g_evaluate(g, 2, count, x, x)) {
            return false;
        }
    }
    return true;
}

bool dti_g_second(const struct dti_g *g, double *ret) {
    int64_t n = g->n;
    double *first = dt_node_scratch(g->node, (size_t)(n * n) * sizeof *first);
    if (first == NULL || !dti_g_first(g, first)) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = i; j < n; j++) {
            for (int64_t k = j; k < n; k++) {
                double gap = g->x[k] - g->x[i];
                double slope = gap > 0 ? (first[j * n + k] - first[i * n + j]) / gap : 0;
                put_symmetric(ret, n, i, j, k, slope);
            }
        }
    }
    return fill_near_triples(g, ret);
}
