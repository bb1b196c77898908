/* gmres.c - restarted GMRES for x = f(x) with affine f.
 * Source: Y. Saad, M. H. Schultz, GMRES, SIAM J. Sci. Stat. Comput. 7, 856 (1986). */
#include "fixed_point.h"

#include <math.h>
#include <string.h>

/* Directions kept between restarts, and restarts tried. */
#define BASIS    60
#define RESTARTS 20

int64_t dti_gmres_workspace(int64_t n) {
    int64_t m = n < BASIS ? n : BASIS;
    return (m + 2) * n + (m + 1) * m + 3 * (m + 1) + m;
}

static double norm(int64_t n, const double *x) {
    double scale = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        scale = fmax(scale, fabs(x[i]));
    }
    for (int64_t i = 0; i < n && scale > 0; i++) {
        sum += x[i] / scale * (x[i] / scale);
    }
    return scale * sqrt(sum);
}

static double dot(int64_t n, const double *x, const double *y) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}

struct gmres {
    int64_t n, m;
    dti_evaluate_fn *f;
    void *user;
    const double *constant;  /* f(0) */
    double *basis;           /* (m + 1) rows of n */
    double *h;               /* Hessenberg columns: (m + 1) x m */
    double *c, *s, *g, *sol; /* rotations, right-hand side, coefficients */
};

/* target = (I - A) x, where f(x) = A x + constant. */
static bool apply(const struct gmres *s, const double *x, double *target) {
    if (!s->f(s->user, x, target)) {
        return false;
    }
    for (int64_t i = 0; i < s->n; i++) {
        target[i] = x[i] - (target[i] - s->constant[i]);
    }
    return true;
}

/* Column j of the Hessenberg matrix by modified Gram-Schmidt, done twice: once is not enough when
 * the new direction nearly lies in the old ones. */
static void orthogonalise(struct gmres *s, int64_t j) {
    double *w = s->basis + (j + 1) * s->n, *h = s->h + j * (s->m + 1);
    memset(h, 0, (size_t)(s->m + 1) * sizeof *h);
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i <= j; i++) {
            const double *v = s->basis + i * s->n;
            double overlap = dot(s->n, v, w);
            h[i] += overlap;
            for (int64_t k = 0; k < s->n; k++) {
                w[k] -= overlap * v[k];
            }
        }
    }
    h[j + 1] = norm(s->n, w);
    for (int64_t k = 0; k < s->n && h[j + 1] > 0; k++) {
        w[k] /= h[j + 1];
    }
}

/* Rotate column j into triangular form; |g[j + 1]| is then the residual. */
static void rotate(struct gmres *s, int64_t j) {
    double *h = s->h + j * (s->m + 1);
    for (int64_t i = 0; i < j; i++) {
        double upper = s->c[i] * h[i] + s->s[i] * h[i + 1];
        h[i + 1] = -s->s[i] * h[i] + s->c[i] * h[i + 1];
        h[i] = upper;
    }
    double length = hypot(h[j], h[j + 1]);
    s->c[j] = length > 0 ? h[j] / length : 1;
    s->s[j] = length > 0 ? h[j + 1] / length : 0;
    h[j] = length;
    s->g[j + 1] = -s->s[j] * s->g[j];
    s->g[j] *= s->c[j];
}

/* x += the best combination of the first `count` directions. */
static void update(struct gmres *s, int64_t count, double *x) {
    for (int64_t i = count - 1; i >= 0; i--) {
        double sum = s->g[i];
        for (int64_t j = i + 1; j < count; j++) {
            sum -= s->h[j * (s->m + 1) + i] * s->sol[j];
        }
        double pivot = s->h[i * (s->m + 1) + i];
        s->sol[i] = pivot != 0 ? sum / pivot : 0; /* singular: the residual will tell */
    }
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = 0; k < s->n; k++) {
            x[k] += s->sol[i] * s->basis[i * s->n + k];
        }
    }
}

/* One cycle from x; true while it makes sense to go on. *ret_residual is that before the cycle. */
static bool cycle(struct gmres *s, double *x, double target, double *ret_residual) {
    double *r = s->basis;
    if (!apply(s, x, r)) {
        *ret_residual = NAN;
        return false;
    }
    for (int64_t i = 0; i < s->n; i++) {
        r[i] = s->constant[i] - r[i];
    }
    double beta = norm(s->n, r);
    *ret_residual = beta;
    if (!(beta > target)) {
        return false;
    }
    for (int64_t i = 0; i < s->n; i++) {
        r[i] /= beta;
    }
    memset(s->g, 0, (size_t)(s->m + 1) * sizeof *s->g);
    s->g[0] = beta;
    int64_t j = 0;
    while (j < s->m && fabs(s->g[j]) > 0.1 * target) {
        if (!apply(s, s->basis + j * s->n, s->basis + (j + 1) * s->n)) {
            *ret_residual = NAN;
            return false;
        }
        orthogonalise(s, j);
        rotate(s, j);
        j++;
    }
    update(s, j, x);
    return true;
}

double dti_gmres(int64_t n, double *x, dti_evaluate_fn *f, void *user, double tolerance,
                 double *workspace) {
    int64_t m = n < BASIS ? n : BASIS;
    double *constant = workspace;
    struct gmres s = {.n = n, .m = m, .f = f, .user = user, .constant = constant};
    s.basis = constant + n;
    s.h = s.basis + (m + 1) * n;
    s.c = s.h + (m + 1) * m;
    s.s = s.c + m + 1;
    s.g = s.s + m + 1;
    s.sol = s.g + m + 1;
    memset(s.basis, 0, (size_t)n * sizeof *s.basis);
    if (!f(user, s.basis, constant)) {
        return NAN;
    }
    double size = norm(n, constant), residual = size;
    if (!isfinite(size)) {
        return INFINITY;
    }
    for (int r = 0; r <= RESTARTS && cycle(&s, x, tolerance * size, &residual); r++) {
    }
    return size > 0 ? residual / size : residual;
}
