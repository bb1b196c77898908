/* normal_equations.c - damped normal equations: a Cholesky factor of J^T J, or for many unknowns
 * conjugate gradients on products that never form J. */
#include "normal_equations.h"

#include <difftape/derivatives.h>
#include <difftape/ops.h>

#include "linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An unknown has no influence if its column of J is this much shorter than the longest, as it is
 * and also measured by what a change of the unknown by its own size does to the residuals: columns
 * of different units differ, but only what is left of cancelled terms fails by both. */
#define NO_INFLUENCE 1e-10

void dti_column_lengths(int64_t n, const double *matrix, const double *x, double *length) {
    double longest = 0, strongest = 0;
    for (int64_t i = 0; i < n; i++) {
        length[i] = sqrt(fmax(matrix[i * n + i], 0));
        longest = fmax(longest, length[i]);
        strongest = fmax(strongest, fabs(x[i]) * length[i]);
    }
    for (int64_t i = 0; i < n; i++) {
        if (length[i] <= NO_INFLUENCE * longest &&
            fabs(x[i]) * length[i] <= NO_INFLUENCE * strongest) {
            length[i] = 0;
        }
    }
}

double dti_optimizer_squares(dt_optimizer *o, const double *u, double *ret_g) {
    dt_tensor *variables, *r = dti_optimizer_residuals(o, u, &variables);
    if (r == NULL) {
        return INFINITY;
    }
    double loss = dt_item(dt_scale(dt_sum(dt_square(r), DT_ALL), 0.5));
    if (isfinite(loss)) {
        dt_backward_from(r, r);
        const double *g = dt_data_f64(dt_gradient(variables));
        if (g != NULL) {
            memcpy(ret_g, g, (size_t)o->n * sizeof *g);
        }
    }
    if (dt_tape_status(o->tape) != DT_OK) {
        o->error = *dt_tape_error(o->tape);
        dt_error_context(&o->error, "optimizer");
    }
    return isnan(loss) ? INFINITY : loss;
}

int64_t dti_normal_matrix(dt_optimizer *o, const double *u, double *matrix) {
    dt_tensor *variables, *r = dti_optimizer_residuals(o, u, &variables);
    if (r == NULL) {
        return -1;
    }
    dt_tensor *j = dt_jacobian(r, variables);
    const double *values = dt_data_f64(dt_matmul_flags(j, DT_T, j, DT_N));
    if (values == NULL) {
        o->error = *dt_tape_error(o->tape);
        dt_error_context(&o->error, "optimizer");
        return -1;
    }
    memcpy(matrix, values, (size_t)(o->n * o->n) * sizeof *values);
    return dt_size(r);
}

bool dti_normal_new(dt_optimizer *o, struct dti_normal *ret_normal) {
    ret_normal->dense = o->n <= o->options.dense_limit;
    int64_t room = ret_normal->dense ? 2 * o->n * o->n : 4 * o->n;
    ret_normal->matrix = malloc((size_t)room * sizeof(double));
    if (ret_normal->matrix == NULL) {
        dt_error_set(&o->error, DT_ERR_MEMORY, "optimizer: no memory for %lld numbers",
                     (long long)room);
        return false;
    }
    if (ret_normal->dense && dti_normal_matrix(o, o->u, ret_normal->matrix) < 0) {
        dti_normal_free(ret_normal);
        return false;
    }
    return true;
}

void dti_normal_free(struct dti_normal *normal) {
    free(normal->matrix);
    normal->matrix = NULL;
}

void dti_normal_scale(const dt_optimizer *o, struct dti_normal *normal, double *largest) {
    for (int64_t i = 0; i < o->n && normal->dense; i++) {
        largest[i] = fmax(largest[i], normal->matrix[i * o->n + i]);
    }
    normal->scale = largest;
}

static bool solve_dense(const dt_optimizer *o, const struct dti_normal *normal, double damping,
                        double *step, double *diagonal) {
    int64_t n = o->n;
    const double *a = normal->matrix;
    double *damped = normal->matrix + n * n, *length = step;
    dti_column_lengths(n, a, o->u, length);
    memcpy(damped, a, (size_t)(n * n) * sizeof *a);
    for (int64_t i = 0; i < n; i++) {
        bool moves = length[i] > 0; /* an unknown without influence must not */
        for (int64_t j = 0; j < n && !moves; j++) {
            damped[i * n + j] = damped[j * n + i] = 0;
        }
        diagonal[i] = moves ? normal->scale[i] : 1;
        damped[i * n + i] += damping * diagonal[i];
        step[i] = moves ? -o->g[i] : 0;
    }
    const dt_array l = dt_array_wrap(DT_F64, 2, (const int64_t[]){n, n}, damped);
    const dt_array x = dt_array_wrap(DT_F64, 2, (const int64_t[]){n, 1}, step);
    int64_t matrix, minor;
    return dti_cholesky(&l, &matrix, &minor) == DT_OK &&
           dti_triangular_solve(&x, &l, true, DTI_N, &matrix) == DT_OK &&
           dti_triangular_solve(&x, &l, true, DTI_C, &matrix) == DT_OK;
}

/* target = J^T J v on the tape of r(u), which is left as it was. */
static bool product(const dt_optimizer *o, dt_tensor *r, dt_tensor *u, const double *v,
                    double *target) {
    dt_mark mark = dt_tape_mark(o->tape);
    const dt_array array = dt_array_wrap(DT_F64, 1, &o->n, v);
    dt_tensor *vector = dt_constant_view(o->tape, &array), *result;
    dt_gauss_newton(r, 1, &u, &vector, &result);
    const double *values = dt_data_f64(result);
    if (values != NULL) {
        memcpy(target, values, (size_t)o->n * sizeof *values);
    }
    dt_tape_rewind(o->tape, mark);
    return dt_tape_status(o->tape) == DT_OK;
}

/* Conjugate gradients; the damping is relative to the curvature along the gradient. */
static bool solve_by_products(dt_optimizer *o, const struct dti_normal *normal, double damping,
                              double *step, double *diagonal) {
    int64_t n = o->n, limit = n < 200 ? n : 200;
    double *residual = normal->matrix, *p = residual + n, *ap = p + n;
    dt_tensor *u, *r = dti_optimizer_residuals(o, o->u, &u);
    double square = dti_vector_dot(n, o->g, o->g);
    if (r == NULL || !(square > 0) || !product(o, r, u, o->g, ap)) {
        return false;
    }
    double curvature = dti_vector_dot(n, o->g, ap) / square, first = square;
    for (int64_t i = 0; i < n; i++) {
        diagonal[i] = curvature > 0 ? curvature : 1;
        step[i] = 0;
        residual[i] = p[i] = -o->g[i];
    }
    for (int64_t k = 0; k < limit && square > 1e-16 * first; k++) {
        if (!product(o, r, u, p, ap)) {
            return false;
        }
        for (int64_t i = 0; i < n; i++) {
            ap[i] += damping * diagonal[i] * p[i];
        }
        double length = square / dti_vector_dot(n, p, ap);
        for (int64_t i = 0; i < n; i++) {
            step[i] += length * p[i];
            residual[i] -= length * ap[i];
        }
        double next = dti_vector_dot(n, residual, residual);
        for (int64_t i = 0; i < n; i++) {
            p[i] = residual[i] + next / square * p[i];
        }
        square = next;
    }
    return isfinite(square);
}

bool dti_normal_solve(dt_optimizer *o, const struct dti_normal *normal, double damping,
                      double *ret_step, double *ret_diagonal) {
    if (normal->dense) {
        return solve_dense(o, normal, damping, ret_step, ret_diagonal);
    }
    bool solved = solve_by_products(o, normal, damping, ret_step, ret_diagonal);
    if (dt_tape_status(o->tape) != DT_OK && o->error.status == DT_OK) {
        o->error = *dt_tape_error(o->tape);
        dt_error_context(&o->error, "optimizer");
    }
    return solved;
}
