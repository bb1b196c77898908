/* covariance.c - standard errors of a least-squares fit, and which unknowns the data leave open. */
#include "normal_equations.h"

#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Remaining variance, relative to its own, below which an unknown is a combination of others. */
#define UNDETERMINED 1e-12

/* The unknown that real number k belongs to. */
static const struct dti_unknown *owner(const dt_optimizer *o, int64_t k) {
    int i = 0;
    while (k >= o->unknowns[i].offset + o->unknowns[i].reals) {
        i++;
    }
    return &o->unknowns[i];
}

static dt_status undetermined(dt_optimizer *o, int64_t k, dt_error *error) {
    const struct dti_unknown *u = owner(o, k);
    return dt_error_set(error, DT_ERR_SINGULAR,
                        "covariance: the data do not determine %s (number %lld of it) beside the "
                        "other unknowns: fix it, or add data",
                        u->name, (long long)(k - u->offset));
}

/* a = L L^T for a with unit diagonal, in the lower triangle; -1, or the number of the first row
 * that depends on those before it. */
static int64_t factor(int64_t n, double *a) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j <= i; j++) {
            double rest = a[i * n + j] - dti_vector_dot(j, a + i * n, a + j * n);
            if (i == j && !(rest > UNDETERMINED)) {
                return i;
            }
            a[i * n + j] = i == j ? sqrt(rest) : rest / a[j * n + j];
        }
    }
    return -1;
}

/* Column c of (L L^T)^-1. */
static void inverse_column(int64_t n, const double *l, int64_t c, double *x) {
    for (int64_t i = 0; i < n; i++) {
        x[i] = ((i == c ? 1.0 : 0.0) - dti_vector_dot(i, l + i * n, x)) / l[i * n + i];
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        double sum = x[i];
        for (int64_t j = i + 1; j < n; j++) {
            sum -= l[j * n + i] * x[j];
        }
        x[i] = sum / l[i * n + i];
    }
}

/* a (n x n) = J^T J -> its inverse times factor2, through unit diagonal. memory: n x n + 2 n. */
static dt_status invert(dt_optimizer *o, double *a, double factor2, double *memory,
                        dt_error *error) {
    int64_t n = o->n;
    double *l = memory, *scale = l + n * n, *column = scale + n;
    for (int64_t i = 0; i < n; i++) {
        scale[i] = sqrt(a[i * n + i]);
        if (!(scale[i] > 0)) {
            return undetermined(o, i, error);
        }
    }
    for (int64_t i = 0; i < n * n; i++) {
        l[i] = a[i] / (scale[i / n] * scale[i % n]);
    }
    int64_t open = factor(n, l);
    if (open >= 0) {
        return undetermined(o, open, error);
    }
    for (int64_t c = 0; c < n; c++) {
        inverse_column(n, l, c, column);
        for (int64_t i = 0; i < n; i++) {
            a[i * n + c] = factor2 * column[i] / (scale[i] * scale[c]);
        }
    }
    return DT_OK;
}

/* J^T J with respect to the unknowns themselves: bounds are lifted for the time. */
static int64_t plain_matrix(dt_optimizer *o, double *x, double *matrix) {
    int64_t residuals = -1;
    bool good = dti_optimizer_values(o, x);
    o->plain = true;
    if (good) {
        residuals = dti_normal_matrix(o, x, matrix);
    }
    o->plain = false;
    return residuals;
}

dt_status dt_optimizer_covariance(dt_optimizer *o, bool scale, const dt_array *target,
                                  dt_error *error) {
    int64_t n = o->n;
    if (o->options.method != DT_LEVENBERG_MARQUARDT) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "covariance: only Levenberg-Marquardt knows residuals, this is %s",
                            o->method->name);
    }
    if (target->dtype != DT_F64 || target->ndim != 2 || target->shape[0] != n ||
        target->shape[1] != n) {
        return dt_error_set(error, DT_ERR_SHAPE, "covariance: the target must be f64 (%lld,%lld)",
                            (long long)n, (long long)n);
    }
    double *memory = malloc((size_t)(2 * n * n + 2 * n) * sizeof *memory);
    if (memory == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "covariance: no memory for %lld x %lld numbers",
                            (long long)n, (long long)n);
    }
    double *matrix = memory, *rest = memory + n * n;
    int64_t m = plain_matrix(o, rest, matrix);
    dt_status status = DT_OK;
    if (m < 0) {
        status = o->error.status == DT_OK ? DT_ERR_NONFINITE : o->error.status;
        dt_error_set(error, status, "covariance: %s",
                     o->error.status == DT_OK ? "the model has no value here" : o->error.message);
    } else if (scale && m <= n) {
        status = dt_error_set(error, DT_ERR_SHAPE,
                              "covariance: %lld residuals leave no freedom beside %lld unknowns",
                              (long long)m, (long long)n);
    } else {
        status = invert(o, matrix, scale ? 2 * o->loss / (double)(m - n) : 1, rest, error);
    }
    if (status == DT_OK) {
        const dt_array result = dt_array_wrap(DT_F64, 2, target->shape, matrix);
        status = dt_array_copy(target, &result, error);
    }
    free(memory);
    return status;
}
