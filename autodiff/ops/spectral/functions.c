/* functions.c - the built-in functions: closed forms that never cancel, and the same functions made
 * of operations, from which derivatives with respect to their parameters follow. */
#include "functions.h"

#include <difftape/spectral.h>

#include "batches.h"
#include "internal.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

int dti_spectral_arity(dt_spectral_kind kind) {
    switch (kind) {
    case DT_SPECTRAL_POWER:
    case DT_SPECTRAL_THERMAL: return 1;
    case DT_SPECTRAL_RESOLVENT:
    case DT_SPECTRAL_GAUSSIAN:
    case DT_SPECTRAL_LORENTZIAN: return 2;
    case DT_SPECTRAL_USER: return -1;
    default: return 0;
    }
}

/* -- closed forms ------------------------------------------------------------------------------ */

/* 1/(z - a) and 1/((z - a)(z - b)), z = x0 + i s. */
static double complex resolvent(const double *theta, double a) {
    return 1 / (theta[0] - a + theta[1] * I);
}

double dti_spectral_value(dt_spectral_kind kind, const double *theta, double x) {
    switch (kind) {
    case DT_SPECTRAL_RECIPROCAL: return 1 / x;
    case DT_SPECTRAL_POWER: return pow(x, theta[0]);
    case DT_SPECTRAL_SQRT: return sqrt(x);
    case DT_SPECTRAL_EXP: return exp(x);
    case DT_SPECTRAL_LOG: return log(x);
    case DT_SPECTRAL_RESOLVENT: return creal(resolvent(theta, x));
    case DT_SPECTRAL_LORENTZIAN: return -cimag(resolvent(theta, x)) / PI;
    case DT_SPECTRAL_THERMAL: return 1 / (tanh(theta[0] * sqrt(x)) * sqrt(x));
    default: {
        double u = (x - theta[0]) / theta[1];
        return exp(-u * u / 2) / (theta[1] * sqrt(2 * PI));
    }
    }
}

static double sinhc(double x) {
    return x == 0 ? 1 : sinh(x) / x;
}

/* (a^p - b^p) / (a - b) through the relative difference r. */
static double power_difference(double p, double a, double b) {
    double r = (a - b) / b;
    return r == 0 ? p * pow(b, p - 1) : pow(b, p - 1) * expm1(p * log1p(r)) / r;
}

static double log_difference(double a, double b) {
    double r = (a - b) / b;
    return r == 0 ? 1 / b : log1p(r) / (r * b);
}

/* With u, v in units of the width the difference of exponentials is a hyperbolic sine; far apart
 * the plain quotient is as good and cannot overflow. */
static double gaussian_difference(const double *theta, double a, double b) {
    double s = theta[1], u = (a - theta[0]) / s, v = (b - theta[0]) / s, q = (u * u - v * v) / 4;
    double height = 1 / (s * sqrt(2 * PI));
    if (fabs(q) > 1 && u != v) {
        return height * (exp(-u * u / 2) - exp(-v * v / 2)) / (a - b);
    }
    return -height * exp(-(u * u + v * v) / 4) * sinhc(q) * (u + v) / (2 * s);
}

/* coth(c w)/w with w = sqrt(x): all terms have one sign. With d = |w_i - w_j| the ratio
 * sinh(c d) / (c d sinh(c w_i) sinh(c w_j)) is written in decaying exponentials. */
static double thermal_difference(double c, double a, double b) {
    double wi = sqrt(a), wj = sqrt(b), d = fabs(wi - wj), low = fmin(wi, wj);
    double y = c * d, spread = y == 0 ? 2 : -expm1(-2 * y) / y;
    double ratio = 2 * exp(-2 * c * low) * spread / (expm1(-2 * c * wi) * expm1(-2 * c * wj));
    return -(wj * c * ratio + 1 / tanh(c * wj)) / (wi * wj * (wi + wj));
}

double dti_spectral_difference(dt_spectral_kind kind, const double *theta, double a, double b) {
    switch (kind) {
    case DT_SPECTRAL_RECIPROCAL: return -1 / a / b;
    case DT_SPECTRAL_POWER: return power_difference(theta[0], a, b);
    case DT_SPECTRAL_SQRT: return 1 / (sqrt(a) + sqrt(b));
    case DT_SPECTRAL_EXP:
        return fabs(a - b) > 1 ? (exp(a) - exp(b)) / (a - b)
                               : exp((a + b) / 2) * sinhc((a - b) / 2);
    case DT_SPECTRAL_LOG: return log_difference(a, b);
    case DT_SPECTRAL_RESOLVENT: return creal(resolvent(theta, a) * resolvent(theta, b));
    case DT_SPECTRAL_LORENTZIAN: return -cimag(resolvent(theta, a) * resolvent(theta, b)) / PI;
    case DT_SPECTRAL_THERMAL: return thermal_difference(theta[0], a, b);
    default: return gaussian_difference(theta, a, b);
    }
}

/* -- made of operations ------------------------------------------------------------------------ */

static dt_tensor *thermal(dt_tensor *x, dt_tensor *c) {
    dt_tensor *w = dt_sqrt(x);
    return dt_reciprocal(dt_mul(dt_tanh(dt_mul(c, w)), w));
}

static dt_tensor *gaussian(dt_tape *tape, dt_tensor *x, dt_tensor *x0, dt_tensor *s) {
    dt_tensor *u = dt_div(dt_sub(x, x0), s);
    dt_tensor *height = dt_reciprocal(dt_mul(s, dt_scalar(tape, sqrt(2 * PI))));
    return dt_mul(height, dt_exp(dt_scale(dt_square(u), -0.5)));
}

/* (x0 - x) or s/pi over (x0 - x)^2 + s^2. */
static dt_tensor *line(dt_tensor *x, dt_tensor *x0, dt_tensor *s, bool absorption) {
    dt_tensor *away = dt_sub(x0, x), *top = absorption ? dt_scale(s, 1 / PI) : away;
    return dt_div(top, dt_add(dt_square(away), dt_square(s)));
}

static dt_tensor *build(const dt_spectral_function *fn, dt_tape *tape, dt_tensor *x,
                        dt_tensor *const *p) {
    switch (fn->kind) {
    case DT_SPECTRAL_RECIPROCAL: return dt_reciprocal(x);
    case DT_SPECTRAL_POWER: return dt_power(x, p[0]);
    case DT_SPECTRAL_SQRT: return dt_sqrt(x);
    case DT_SPECTRAL_EXP: return dt_exp(x);
    case DT_SPECTRAL_LOG: return dt_log(x);
    case DT_SPECTRAL_RESOLVENT: return line(x, p[0], p[1], false);
    case DT_SPECTRAL_LORENTZIAN: return line(x, p[0], p[1], true);
    case DT_SPECTRAL_THERMAL: return thermal(x, p[0]);
    case DT_SPECTRAL_GAUSSIAN: return gaussian(tape, x, p[0], p[1]);
    default: return fn->build(fn->user, tape, x, p);
    }
}

/* The function and its derivatives on a (worker) tape: parameters first, then x, by unit tangents.
 */
static dt_tensor *differentiated(const struct dti_g *g, dt_tape *tape, int order, int64_t n,
                                 const double *points) {
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, points), *theta[DTI_SPECTRAL_PARAMS];
    dt_tensor *ones = dt_ones(tape, DT_F64, 1, &n), *one = dt_scalar(tape, 1);
    for (int p = 0; p < g->f->n_params; p++) {
        theta[p] = dt_parameter(tape, DT_F64, 0, NULL, &g->theta[p]);
    }
    dt_tensor *y = build(&g->f->fn, tape, x, theta);
    if (dt_tape_status(tape) == DT_OK &&
        (y == NULL || dt_tape_of(y) != tape || dt_dtype_of(y) != DT_F64 || dt_size(y) != n)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "the function must return one f64 number for each eigenvalue");
    }
    for (int k = 0; k < g->f->n_by && dt_tape_status(tape) == DT_OK; k++) {
        y = dt_jvp(y, 1, &theta[g->f->by[k]], &one);
    }
    for (int k = 0; k < order && dt_tape_status(tape) == DT_OK; k++) {
        y = dt_jvp(y, 1, &x, &ones);
    }
    return y;
}

bool dti_g_evaluate(const struct dti_g *g, int order, int64_t n, const double *x, double *ret) {
    dt_tape *tape = g->node->tape;
    dt_tape *worker = dti_workers_get(tape, 1) == NULL ? NULL : dti_worker_tape(tape, 0);
    if (worker == NULL || n == 0) {
        if (worker == NULL) {
            dt_node_fail(g->node, DT_ERR_MEMORY, "no memory for a worker tape");
        }
        return worker != NULL;
    }
    dt_tape_reset(worker);
    dt_tensor *y = differentiated(g, worker, order, n, x);
    const double *values = dt_tape_status(worker) == DT_OK ? dt_data_f64(y) : NULL;
    if (values == NULL) {
        dt_node_fail(g->node, dt_tape_status(worker), "in the function of eigenvalues: %s",
                     dt_tape_message(worker));
        return false;
    }
    memcpy(ret, values, (size_t)n * sizeof *ret);
    return true;
}
