/* graph_checks.c - what must hold: sentences for failures, and derivatives that agree. */
#include "graph.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- failures ---------------------------------------------------------------------------------- */

void check_status(struct graph *g) {
    dt_status status = dt_tape_status(g->tape);
    const char *text = dt_tape_message(g->tape);
    size_t length = strlen(text);
    if ((status == DT_OK) != (length == 0)) {
        trouble(g, "status %s with the message \"%s\"", dt_status_name(status), text);
    }
    if (status != DT_OK &&
        (length < 16 || strchr(text, '\n') != NULL || strchr(text, ':') == NULL)) {
        trouble(g, "no sentence: \"%s\"", text);
    }
    if ((int)status < 0 || status >= DT_STATUS_COUNT) {
        trouble(g, "status %d does not exist", (int)status);
    }
}

/* -- values ------------------------------------------------------------------------------------ */

/* Real number k of x as a double. */
static double number(const dt_array *a, int64_t k) {
    double x;
    switch (a->dtype) {
    case DT_F32:
    case DT_C64: x = (double)((const float *)a->data)[k]; break;
    case DT_I64: x = (double)((const int64_t *)a->data)[k]; break;
    case DT_BOOL: x = ((const bool *)a->data)[k]; break;
    default: x = ((const double *)a->data)[k]; break;
    }
    return x;
}

static int64_t numbers(const dt_tensor *x) {
    return dt_size(x) * (is_complex(x) ? 2 : 1);
}

static dt_array contents(dt_tensor *x) {
    return dt_array_wrap(dt_dtype_of(x), dt_ndim(x), dt_shape(x), dt_data(x));
}

void note_tensor(struct graph *g, dt_tensor *x) {
    if (g->verbose && x != NULL && dt_size(x) > 0 && dt_dtype_is_float(dt_dtype_of(x))) {
        dt_array a = contents(x);
        fprintf(stderr, "    %.17g ... %.17g\n", a.data == NULL ? 0 : number(&a, 0),
                a.data == NULL ? 0 : number(&a, numbers(x) - 1));
    }
    int what[2] = {ndim_of(x), x == NULL ? -1 : (int)dt_dtype_of(x)};
    note(g, what, sizeof what);
    if (x == NULL) {
        return;
    }
    note(g, dt_shape(x), (size_t)what[0] * sizeof(int64_t));
    dt_array a = contents(x);
    for (int64_t k = 0; a.data != NULL && k < numbers(x); k++) {
        note_value(g, number(&a, k));
    }
}

/* Re sum conj(a) b, with the sum of magnitudes added to *scale; NaN with a failed tape. */
static double product(dt_tensor *a, dt_tensor *b, double *scale) {
    dt_array x = contents(a), y = contents(b);
    double sum = 0;
    if (x.data == NULL || y.data == NULL) {
        return NAN;
    }
    for (int64_t k = 0; k < numbers(a); k++) {
        double term = number(&x, k) * number(&y, k);
        sum += term;
        *scale += fabs(term);
    }
    return sum;
}

/* -- derivatives ------------------------------------------------------------------------------- */

static dt_tensor *random_like(struct graph *g, const dt_tensor *x) {
    if (x == NULL || (oops(g) && chance(g, 3))) {
        return any(g);
    }
    dt_dtype dtype = dt_dtype_of(x);
    return dt_constant(g->tape, dtype, dt_ndim(x), dt_shape(x), random_data(g, dtype, dt_size(x)));
}

/* The two numbers are sums of terms whose magnitudes add up to scale; what cancelled before they
 * were made was of the order of 1. */
static void compare(struct graph *g, const char *what, double a, double b, double scale) {
    if (dt_tape_status(g->tape) != DT_OK || g->wild) {
        return;
    }
    if (!isfinite(scale) || scale > 1e8) {
        g->skipped++;
        return;
    }
    g->checked++;
    if (!(fabs(a - b) <= 1e-9 * (scale + 1e-3))) {
        trouble(g, "%s: %.17g and %.17g differ by %.3g of %.3g", what, a, b, fabs(a - b) / scale,
                scale);
    }
}

struct point {
    dt_tensor *y, *ybar;
    int n;
    dt_tensor *x[MAX_LEAVES], *v[MAX_LEAVES], *g[MAX_LEAVES];
};

static void first_order(struct graph *g, struct point *p) {
    double scale = 0, forward = 0, reverse = 0, swept = 0;
    dt_vjp(p->y, p->ybar, p->n, p->x, p->g);
    dt_tensor *slope = dt_jvp(p->y, p->n, p->x, p->v);
    if (dt_tape_status(g->tape) != DT_OK || slope == NULL) {
        return;
    }
    note_tensor(g, slope);
    forward = product(p->ybar, slope, &scale);
    for (int i = 0; i < p->n; i++) {
        note_tensor(g, p->g[i]);
        reverse += product(p->g[i], p->v[i], &scale);
    }
    compare(g, "forward and reverse mode", forward, reverse, scale);
    dt_tape_zero_gradients(g->tape);
    dt_backward_from(p->y, p->ybar);
    for (int i = 0; i < p->n && dt_tape_status(g->tape) == DT_OK; i++) {
        dt_tensor *gradient = dt_gradient(p->x[i]);
        note_tensor(g, gradient);
        swept += product(gradient, p->v[i], &scale);
    }
    compare(g, "dt_backward and dt_vjp", swept, reverse, scale);
}

static void second_order(struct graph *g, struct point *p) {
    dt_tensor *loss =
        dt_sum(dt_add(dt_real(dt_mul(dt_conj(p->ybar), p->y)), dt_abs2(p->y)), DT_ALL);
    dt_tensor *u[MAX_LEAVES], *hu[MAX_LEAVES], *hv[MAX_LEAVES];
    for (int i = 0; i < p->n; i++) {
        u[i] = random_like(g, p->x[i]);
    }
    dt_hvp(loss, p->n, p->x, p->v, hv);
    dt_hvp(loss, p->n, p->x, u, hu);
    double scale = 0, a = 0, b = 0;
    for (int i = 0; i < p->n && dt_tape_status(g->tape) == DT_OK; i++) {
        note_tensor(g, hv[i]);
        a += product(u[i], hv[i], &scale);
        b += product(p->v[i], hu[i], &scale);
    }
    compare(g, "the Hessian is symmetric", a, b, scale);
    dt_gauss_newton(p->y, p->n, p->x, p->v, hv);
    dt_tensor *slope = dt_jvp(p->y, p->n, p->x, p->v);
    if (dt_tape_status(g->tape) == DT_OK) {
        scale = a = b = 0;
        for (int i = 0; i < p->n; i++) {
            a += product(p->v[i], hv[i], &scale);
        }
        b = product(slope, slope, &scale);
        compare(g, "v.(J^T J v) and |J v|^2", a, b, scale);
    }
}

static void jacobian(struct graph *g, struct point *p) {
    if (!g->wild && (is_complex(p->y) || is_complex(p->x[0]) ||
                     ndim_of(p->y) + ndim_of(p->x[0]) > DT_MAX_DIMS || size_of(p->y) > 40)) {
        return;
    }
    dt_tensor *all = size_of(p->y) > 100 ? p->y : dt_jacobian(p->y, p->x[0]);
    dt_tensor *slope = dt_jvp(p->y, 1, p->x, p->v);
    if (dt_tape_status(g->tape) != DT_OK || g->wild) {
        return;
    }
    const int64_t n = dt_size(p->y), m = dt_size(p->x[0]);
    dt_tensor *j = dt_reshape(all, 2, (const int64_t[]){n, m});
    dt_tensor *sum = dt_matmul(j, dt_reshape(p->v[0], 2, (const int64_t[]){m, 1}));
    dt_tensor *ones = dt_ones(g->tape, DT_F64, 2, (const int64_t[]){n, 1});
    double scale = 0, a = product(ones, sum, &scale);
    dt_tensor *flat = dt_reshape(slope, 2, (const int64_t[]){n, 1});
    compare(g, "dt_jacobian and dt_jvp", a, product(ones, flat, &scale), scale);
}

void check_derivatives(struct graph *g) {
    struct point p = {.y = any(g)};
    for (int i = 0; i < g->n_leaves; i++) {
        if (dt_wants_gradient(g->leaf[i]) || oops(g)) {
            p.x[p.n++] = g->leaf[i];
        }
    }
    if (p.n == 0) {
        return;
    }
    if (oops(g)) {
        p.x[below(g, p.n)] = any(g);
    }
    if (!g->wild && !dt_wants_gradient(p.y)) {
        return;
    }
    p.ybar = random_like(g, p.y);
    for (int i = 0; i < p.n; i++) {
        p.v[i] = random_like(g, p.x[i]);
    }
    switch (below(g, 4)) {
    case 0: second_order(g, &p); break;
    case 1: jacobian(g, &p); break;
    default: first_order(g, &p); break;
    }
}
