/* y = eigenvalues w and unit eigenvectors V of (A + A^H)/2
 *
 * cotangent: Abar = V (diag(wbar) + M_ij / (w_j - w_i)) V^H, M = (V^H Vbar - Vbar^H V)/2
 *
 * Eigenvectors of a cluster have no derivative: DT_ERR_GAUGE. */
#include "hermitian.h"

#include <difftape/spectral.h>

#include "../linalg/gauge.h"

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

/* -- rules ------------------------------------------------------------------------------------- */

static const dti_gauge_words level = {"eigenvalues", "eigenvectors",
                                      "write the loss with dt_spectral_form or dt_spectral_apply, "
                                      "or choose a policy"};
static const dti_gauge_words phase = {"eigenvalue", "eigenvector",
                                      "use |v|^2, products v v^H, or dt_spectral_apply"};

/* 1/(w_j - w_i), 0 on the diagonal, and what the policy says for clusters. Made of operations. */
static dt_tensor *inverse_gaps(const dt_node *n) {
    const struct attr *attr = n->attr;
    dt_tensor *w = n->out[0];
    if (attr->policy != DT_CLUSTER_LORENTZ) {
        return dti_inverse_gaps(w);
    }
    dt_tensor *gap = dt_sub(dt_expand_dims(w, -2), dt_expand_dims(w, -1));
    dt_tensor *scale = dt_expand_dims(dti_level_scale(w), -1);
    return dt_div(gap, dt_add(dt_square(gap), dt_scale(dt_square(scale), attr->epsilon)));
}

/* No two eigenvalues within a cluster of whose vectors one is used (NULL: all are), unless the
 * policy has an answer? */
static bool check_clusters(const dt_node *n, dt_tensor *used) {
    const struct attr *attr = n->attr;
    return attr->policy != DT_CLUSTER_STRICT || dti_check_levels(n, n->out[0], used, &level);
}

/* Does the loss leave the phases of eigenvectors free? p = V^H Vbar. */
static bool check_phases(const dt_node *n, dt_tensor *p) {
    p = dt_stop_gradient(p);
    return !dt_dtype_is_complex(dt_dtype_of(p)) ||
           dti_check_phases(n, dt_imag(dt_diagonal(p)), dt_norm(p, DT_AXES(-2, -1)), &phase);
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
        if (!check_clusters(n, dti_columns_used(ybar[1])) || !check_phases(n, p)) {
            return;
        }
        inner = dt_mul(dti_skew(p), inverse_gaps(n));
    }
    if (ybar[0] != NULL) {
        inner = inner == NULL ? dt_diag(ybar[0]) : dt_add(inner, dt_diag(ybar[0]));
    }
    dt_tensor *whole = dt_matmul_flags(dt_matmul(v, dti_as_type(inner, v)), DT_N, v, DT_C);
    xbar[0] = dt_scale(dt_add(whole, dti_adjoint(whole)), 0.5);
}

/* With Ahat = V^H Adot V: wdot = diag Ahat, Vdot = V (Ahat_ij / (w_j - w_i)). */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *v = n->out[1];
    if (is_empty(n)) {
        return;
    }
    dt_tensor *adot = dt_scale(dt_add(xdot[0], dti_adjoint(xdot[0])), 0.5);
    dt_tensor *hat = dt_matmul(dt_matmul_flags(v, DT_C, adot, DT_N), v);
    ydot[0] = dt_real(dt_diagonal(hat));
    if (dti_is_read(n, 1) && check_clusters(n, NULL)) {
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
