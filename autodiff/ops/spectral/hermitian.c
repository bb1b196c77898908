/* hermitian.c - decompositions of a batch of Hermitian matrices within an operation. */
#include "hermitian.h"

#include "../linalg/matrices.h"
#include "eigen.h"
#include "internal.h"

#include <math.h>
#include <string.h>

dt_status dti_need_square(dt_node *n, int i) {
    const dt_array a = dt_node_in(n, i);
    if (dt_node_need(n, i, DT_REAL_AND_COMPLEX) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (a.ndim < 2 || a.shape[a.ndim - 1] != a.shape[a.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE,
                            "input %d must hold square matrices in its last two dimensions", i);
    }
    return DT_OK;
}

dt_status dti_declare_decomposition(dt_node *n, int o, int i) {
    const dt_array a = dt_node_in(n, i);
    dt_status status = dti_need_lapack_size(n, i);
    if (status == DT_OK) {
        status = dt_node_output(n, o, dt_dtype_real(a.dtype), a.ndim - 1, a.shape);
    }
    return status == DT_OK ? dt_node_output(n, o + 1, a.dtype, a.ndim, a.shape) : status;
}

void dti_decompose(dt_node *n, int o, int i, bool vectors) {
    const dt_array a = dt_node_in(n, i), w = dt_node_out(n, o), v = dt_node_out(n, o + 1);
    int64_t matrix = 0;
    if (dt_array_size(&a) == 0) {
        return;
    }
    dti_hermitian_part(&v, &a);
    void *workspace = dt_node_scratch(n, dti_eigh_workspace(a.shape[a.ndim - 1], a.dtype));
    if (workspace == NULL) {
        return;
    }
    dt_status status = dti_eigh(&v, &w, vectors, workspace, &matrix);
    if (status == DT_ERR_NONFINITE) {
        dt_node_fail_at(n, status, matrix, "matrix %lld has an element that is not finite",
                        (long long)matrix);
    } else if (status != DT_OK) {
        dt_node_fail_at(n, status, matrix, "the eigenvalues of matrix %lld do not converge",
                        (long long)matrix);
    }
}

bool dti_read_parameters(dt_node *n, const struct dti_function *f, int first, double *theta) {
    for (int p = 0; p < f->n_params; p++) {
        const dt_array x = dt_node_in(n, first + p);
        theta[p] = x.dtype == DT_F32 ? (double)*(const float *)x.data : *(const double *)x.data;
    }
    return true;
}

void dti_g_prepare(struct dti_g *g, const void *w, dt_dtype dtype, double *x) {
    double largest = 0;
    for (int64_t i = 0; i < g->n; i++) {
        x[i] =
            dt_dtype_real(dtype) == DT_F32 ? (double)((const float *)w)[i] : ((const double *)w)[i];
        largest = fmax(largest, fabs(x[i]));
    }
    g->x = x;
    g->cutoff = g->f->fn.cutoff * (g->f->relative ? largest : 1);
}
