/* y = eigenvalues w and unit eigenvectors V of (A + A^H)/2      cotangent: Abar = V (diag(wbar) + M_ij / (w_j - w_i)) V^H,
 * M = (V^H Vbar - Vbar^H V)/2      eigenvectors of a cluster have no derivative: DT_ERR_GAUGE. */
#include "hermitian.h"

#include <difftape/spectral.h>

#include "../linalg/matrices.h"
#include "internal.h"

#include <math.h>
#include <string.h>

/* Relative gap that makes a cluster, and relative phase dependence that is refused. */
#define CLUSTER 1e-8
#define PHASE   1e-8

struct attr {
    dt_cluster_policy policy;
    double epsilon;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    if ((unsigned)attr->policy > DT_CLUSTER_LORENTZ ||
        (attr->policy == DT_CLUSTER_LORENTZ && !(attr->epsilon > 0))) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "there is no policy %d with epsilon %g",
                            (int)attr->policy, attr->epsilon);
    }
    dt_status status = dti_need_square(n, 0);
    return status == DT_OK ? dti_declare_decomposition(n, 0, 0) : status;
}

static void forward(dt_node *n) {
    dti_decompose(n, 0, 0, true);
}

/* -- checks on data ---------------------------------------------------------------------------- */

static double number(const dt_array *a, int64_t k) {
    return dt_dtype_real(a->dtype) == DT_F32 ? (double)((const float *)a->data)[k]
                                             : ((const double *)a->data)[k];
}

/* The largest |w| of matrix m. */
static double scale_of(const dt_array *w, int64_t m, int64_t n) {
    double scale = 0;
    for (int64_t i = 0; i < n; i++) {
        scale = fmax(scale, fabs(number(w, m * n + i)));
    }
    return scale;
}

/* No two eigenvalues of any matrix within a cluster? Fails the tape unless the policy has an
 * answer. */
static bool check_clusters(const dt_node *n, const dt_array *w) {
    const struct attr *attr = n->attr;
    int64_t size = w->shape[w->ndim - 1], count = dt_array_size(w);
    for (int64_t m = 0; attr->policy == DT_CLUSTER_STRICT && m * size < count; m++) {
        double scale = scale_of(w, m, size);
        for (int64_t i = 0; i + 1 < size; i++) {
            double a = number(w, m * size + i), b = number(w, m * size + i + 1);
            if (!(b - a > CLUSTER * scale)) {
                dt_tape_fail(n->tape, DT_ERR_GAUGE,
                             "eigh: matrix %lld: eigenvalues %lld and %lld, %.9g and %.9g, are one "
                             "level, whose eigenvectors have no derivative: write the loss with "
                             "dt_spectral_form or dt_spectral_apply, or choose a policy",
                             (long long)m, (long long)i, (long long)(i + 1), a, b);
                n->tape->error.index = m;
                return false;
            }
        }
    }
    return true;
}

/* Does the loss leave the phases of eigenvectors free? p = V^H Vbar. */
static bool check_phases(const dt_node *n, const dt_array *p) {
    if (!dt_dtype_is_complex(p->dtype)) {
        return true;
    }
    double tolerance = dt_dtype_real(p->dtype) == DT_F32 ? 1e-3 : PHASE;
    int64_t size = p->shape[p->ndim - 1], count = dt_array_size(p) / (size > 0 ? size * size : 1);
    for (int64_t m = 0; m < count; m++) {
        double norm = 0;
        for (int64_t k = 0; k < 2 * size * size; k++) {
            double x = number(p, 2 * m * size * size + k);
            norm += x * x;
        }
        for (int64_t i = 0; i < size; i++) {
            double phase = number(p, 2 * (m * size * size + i * size + i) + 1);
            if (fabs(phase) > tolerance * sqrt(norm)) {
                dt_tape_fail(n->tape, DT_ERR_GAUGE,
                             "eigh: matrix %lld: the loss depends on the free phase of eigenvector "
                             "%lld (%.2g of the cotangent): use |v|^2, products v v^H, or "
                             "dt_spectral_apply",
                             (long long)m, (long long)i, fabs(phase) / sqrt(norm));
                n->tape->error.index = m;
                return false;
            }
        }
    }
    return true;
}

/* -- rules ------------------------------------------------------------------------------------- */

/* 1/(w_j - w_i), 0 on the diagonal, and what the policy says for clusters. Made of operations. */
static dt_tensor *inverse_gaps(const dt_node *n) {
    const struct attr *attr = n->attr;
    dt_tensor *w = n->out[0];
    dt_dtype real = dt_dtype_of(w);
    dt_tensor *gap = dt_sub(dt_expand_dims(w, -2), dt_expand_dims(w, -1));
    dt_tensor *scale =
        dt_stop_gradient(dt_expand_dims(dt_expand_dims(dt_max(dt_abs(w), -1), -1), -1));
    if (attr->policy == DT_CLUSTER_LORENTZ) {
        dt_tensor *width = dt_scale(dt_square(scale), attr->epsilon);
        return dt_div(gap, dt_add(dt_square(gap), width));
    }
    dt_tensor *apart = dt_compare(dt_abs(gap), DT_GT, dt_scale(scale, CLUSTER));
    dt_tensor *one = dt_full(n->tape, real, 0, NULL, 1), *zero = dt_full(n->tape, real, 0, NULL, 0);
    return dt_where(apart, dt_reciprocal(dt_where(apart, gap, one)), zero);
}

static bool is_empty(const dt_node *n) {
    return dt_size(n->out[1]) == 0;
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *v = n->out[1], *inner = NULL;
    if (is_empty(n)) {
        return;
    }
    if (ybar[1] != NULL) {
        dt_tensor *p = dt_matmul_flags(v, DT_C, ybar[1], DT_N);
        dt_array w_values, p_values;
        if (!dti_contiguous(n->out[0], &w_values) || !dti_contiguous(p, &p_values) ||
            !check_clusters(n, &w_values) || !check_phases(n, &p_values)) {
            return;
        }
        dt_tensor *skew = dt_scale(dt_sub(p, dti_adjoint(p)), 0.5);
        inner = dt_mul(skew, inverse_gaps(n));
    }
    if (ybar[0] != NULL) {
        inner = inner == NULL ? dt_diag(ybar[0]) : dt_add(inner, dt_diag(ybar[0]));
    }
    if (dt_dtype_of(inner) != dt_dtype_of(v)) {
        inner = dt_cast(inner, dt_dtype_of(v));
    }
    dt_tensor *whole = dt_matmul_flags(dt_matmul(v, inner), DT_N, v, DT_C);
    xbar[0] = dt_scale(dt_add(whole, dti_adjoint(whole)), 0.5);
}

/* Does anything on the tape read the eigenvectors? */
static bool vectors_are_used(const dt_node *n) {
    for (const dt_node *later = n->tape->last; later != NULL && later != n; later = later->prev) {
        for (int i = 0; i < later->n_in; i++) {
            if (later->in[i] == n->out[1]) {
                return true;
            }
        }
    }
    return false;
}

/* With Ahat = V^H Adot V: wdot = diag Ahat, Vdot = V (Ahat_ij / (w_j - w_i)). */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *v = n->out[1];
    dt_array w_values;
    if (is_empty(n)) {
        return;
    }
    dt_tensor *adot = dt_scale(dt_add(xdot[0], dti_adjoint(xdot[0])), 0.5);
    dt_tensor *hat = dt_matmul(dt_matmul_flags(v, DT_C, adot, DT_N), v);
    ydot[0] = dt_real(dt_diagonal(hat));
    if (vectors_are_used(n) && dti_contiguous(n->out[0], &w_values) &&
        check_clusters(n, &w_values)) {
        ydot[1] = dt_matmul(v, dt_mul(hat, inverse_gaps(n)));
    }
}

/* Free of phases: |V|^2 weighted, joined with the eigenvalues. */
static dt_tensor *probe(dt_tensor *const *out) {
    dt_tensor *w = dt_reshape(out[0], 1, (const int64_t[]){-1});
    dt_tensor *parts = dt_reshape(dt_abs2(out[1]), 1, (const int64_t[]){-1});
    return dt_concat(2, (dt_tensor *const[]){w, parts}, 0);
}

const dt_op dti_op_eigh = {
    .name = "eigh",
    .formula = "y = eigenvalues w and unit eigenvectors V of (A + A^H)/2",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(3, 3), .fill = DT_FILL_HERMITIAN}}, .attr = &(const struct attr){0}},
        {.in = {{DT_SHAPE(2, 4, 4), .fill = DT_FILL_HERMITIAN}}, .attr = &(const struct attr){0}},
        {.in = {{DT_SHAPE(1, 1), .fill = DT_FILL_HERMITIAN}},
         .attr = &(const struct attr){DT_CLUSTER_PROJECT, 0}},
        {.in = {{DT_SHAPE(0, 0), .fill = DT_FILL_HERMITIAN}}, .attr = &(const struct attr){0}}),
};

void dt_eigh(dt_tensor *a, dt_cluster_policy policy, double epsilon, dt_tensor **ret_w,
             dt_tensor **ret_v) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(&dti_op_eigh, 1, &a, &(const struct attr){policy, epsilon}, out);
    *ret_w = out[0];
    *ret_v = out[1];
}

dt_tensor *dt_eigvalsh(dt_tensor *a) {
    return dt_apply(&dti_op_eigh, 1, &a, &(const struct attr){DT_CLUSTER_STRICT, 0});
}
