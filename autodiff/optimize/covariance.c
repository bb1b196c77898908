/* covariance.c - standard errors of a least-squares fit, and which unknowns the data leave open. */
#include "normal_equations.h"

#include "internal.h"

#include <math.h>
#include <stdio.h>
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

/* a = L L^T for a with unit diagonal, in the lower triangle. A row that depends on those before it,
 * or is open already (diagonal 0), is open: it becomes that of an unknown of its own. */
static void factor(int64_t n, double *a) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < i; j++) {
            a[i * n + j] = (a[i * n + j] - dti_vector_dot(j, a + i * n, a + j * n)) / a[j * n + j];
        }
        double rest = a[i * n + i] - dti_vector_dot(i, a + i * n, a + i * n);
        a[i * n + i] = sqrt(rest);
        if (!(rest > UNDETERMINED)) {
            memset(a + i * n, 0, (size_t)i * sizeof *a);
            a[i * n + i] = INFINITY; /* rows below get 0 from it, columns of the inverse too */
        }
    }
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

/* The sentence for the numbers k whose diagonal in the factor says that they are open. */
static dt_status name_open(const dt_optimizer *o, const double *l, dt_error *error) {
    enum { MOST = 4 };
    char names[512] = "";
    int64_t n = o->n, found = 0, first = -1;
    for (int64_t k = 0; k < n; k++) {
        if (!isinf(l[k * n + k])) {
            continue;
        }
        const struct dti_unknown *u = owner(o, k);
        size_t at = strlen(names);
        first = found == 0 ? k : first;
        if (found++ < MOST) {
            snprintf(names + at, sizeof names - at, "%s%.64s (number %lld of it)",
                     at > 0 ? ", " : "", u->name, (long long)(k - u->offset));
        }
    }
    if (found == 0) {
        return DT_OK;
    }
    if (found > MOST) {
        size_t at = strlen(names);
        snprintf(names + at, sizeof names - at, " and %lld more", (long long)(found - MOST));
    }
    bool first_error = error != NULL && error->status == DT_OK;
    dt_error_set(error, DT_ERR_SINGULAR,
                 "covariance: the data do not determine %s beside the other unknowns: fix %s, or "
                 "add data",
                 names, found > 1 ? "them" : "it");
    if (first_error) {
        error->index = first;
    }
    return DT_ERR_SINGULAR;
}

/* a (n x n) = J^T J at x -> its inverse times factor2, through unit diagonal; NaN in rows and
 * columns of unknowns that are open, as if these were fixed. memory: n x n + 3 n, x last. */
static dt_status invert(dt_optimizer *o, double *a, double factor2, double *memory,
                        dt_error *error) {
    int64_t n = o->n;
    double *l = memory, *scale = l + n * n, *column = scale + n;
    const double *x = column + n;
    dti_column_lengths(n, a, x, scale);
    for (int64_t i = 0; i < n * n; i++) {
        double lengths = scale[i / n] * scale[i % n];
        l[i] = lengths > 0 ? a[i] / lengths : 0;
    }
    factor(n, l);
    for (int64_t c = 0; c < n; c++) {
        inverse_column(n, l, c, column);
        for (int64_t i = 0; i < n; i++) {
            bool open = isinf(l[i * n + i]) || isinf(l[c * n + c]);
            a[i * n + c] = open ? NAN : factor2 * column[i] / (scale[i] * scale[c]);
        }
    }
    return name_open(o, l, error);
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
    double *memory = malloc((size_t)(2 * n * n + 3 * n) * sizeof *memory);
    if (memory == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "covariance: no memory for %lld x %lld numbers",
                            (long long)n, (long long)n);
    }
    double *matrix = memory, *rest = memory + n * n;
    int64_t m = plain_matrix(o, rest + n * n + 2 * n, matrix);
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
        const dt_array result = dt_array_wrap(DT_F64, 2, target->shape, matrix);
        dt_status copied = dt_array_copy(target, &result, error);
        status = status == DT_OK ? copied : status;
    }
    free(memory);
    return status;
}
