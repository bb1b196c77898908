/* lapack_svd.c - thin singular value decomposition, matrix after matrix, by LAPACK's divide and
 * conquer. */
#include "eigen.h"

#include "blas.h"
#include "each_matrix.h"
#include "lapack_common.h"

#include <lapacke.h>
#include <stdint.h>

/* One call of ?gesdd. A row-major A is A^T read by columns, and A^T = conj(V) S U^T: the left
 * vectors of what LAPACK sees, by columns, are the rows of V^H, its right ones those of U. Nothing
 * is transposed. lwork -1 asks for the best size, put into work[0]. */
static lapack_int call(dt_dtype dtype, int64_t m, int64_t n, void *a, void *s, void *u, void *vh,
                       void *work, lapack_int lwork, void *real, void *integer) {
    lapack_int rows = (lapack_int)n, cols = (lapack_int)m, k = rows < cols ? rows : cols;
    switch (dtype) {
    case DT_F32:
        return LAPACKE_sgesdd_work(LAPACK_COL_MAJOR, 'S', rows, cols, a, rows, s, vh, rows, u, k,
                                   work, lwork, integer);
    case DT_F64:
        return LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, 'S', rows, cols, a, rows, s, vh, rows, u, k,
                                   work, lwork, integer);
    case DT_C64:
        return LAPACKE_cgesdd_work(LAPACK_COL_MAJOR, 'S', rows, cols, a, rows, s, vh, rows, u, k,
                                   work, lwork, real, integer);
    default:
        return LAPACKE_zgesdd_work(LAPACK_COL_MAJOR, 'S', rows, cols, a, rows, s, vh, rows, u, k,
                                   work, lwork, real, integer);
    }
}

/* Numbers of workspace. */
struct sizes {
    int64_t work, real, integer;
};

/* The least that LAPACK's documentation asks for, or what a query says is best. The query answers
 * in the type of the matrix, in f32 perhaps rounded down. */
static struct sizes sizes_of(int64_t m, int64_t n, dt_dtype dtype) {
    int64_t k = m < n ? m : n, most = m < n ? n : m;
    bool is_complex = dt_dtype_is_complex(dtype);
    struct sizes s = {.work = is_complex ? k * k + 3 * k : 4 * k * k + 7 * k, .integer = 8 * k};
    if (is_complex) {
        int64_t narrow = 5 * k * k + 5 * k, wide = 2 * most * k + 2 * k * k + k;
        s.real = narrow > wide ? narrow : wide;
    }
    dt_c128 answer = {0, 0};
    void *none = &answer;
    if (call(dtype, m, n, none, none, none, none, none, -1, none, none) == 0) {
        double best = dt_dtype_real(dtype) == DT_F32 ? (double)*(float *)none : answer.re;
        best *= 1 + 1e-6;
        s.work = best > (double)s.work && best < INT32_MAX ? (int64_t)best + 1 : s.work;
    }
    return s;
}

static size_t worker_bytes(struct sizes s, dt_dtype dtype) {
    return dti_worker_bytes((size_t)s.work * dt_dtype_size(dtype) +
                            (size_t)s.real * dt_dtype_size(dt_dtype_real(dtype)) +
                            (size_t)s.integer * sizeof(lapack_int));
}

size_t dti_svd_workspace(int64_t m, int64_t n, dt_dtype dtype) {
    if (!dti_lapack_fits(m, n)) {
        return 0; /* dti_svd will say so */
    }
    return worker_bytes(sizes_of(m, n, dtype), dtype) * (size_t)dt_get_threads();
}

struct svd {
    char *a, *u, *s, *vh, *workspace;
    dt_dtype dtype;
    int64_t m, n, k;
    struct sizes sizes;
    size_t stride; /* of the workspace */
};

static bool run(void *context, int64_t i, int worker) {
    const struct svd *job = context;
    size_t item = dt_dtype_size(job->dtype), part = dt_dtype_size(dt_dtype_real(job->dtype));
    char *a = job->a + (size_t)(i * job->m * job->n) * item;
    char *u = job->u + (size_t)(i * job->m * job->k) * item;
    char *s = job->s + (size_t)(i * job->k) * part;
    char *vh = job->vh + (size_t)(i * job->k * job->n) * item;
    char *work = job->workspace + (size_t)worker * job->stride;
    char *real = work + (size_t)job->sizes.work * item;
    char *integer = real + (size_t)job->sizes.real * part;
    return call(job->dtype, job->m, job->n, a, s, u, vh, work, (lapack_int)job->sizes.work, real,
                integer) == 0;
}

dt_status dti_svd(const dt_array *a, const dt_array *u, const dt_array *s, const dt_array *vh,
                  void *workspace, int64_t *ret_matrix) {
    int64_t size = dt_array_size(a);
    if (size == 0) {
        return DT_OK;
    }
    struct svd job = {.a = a->data,
                      .u = u->data,
                      .s = s->data,
                      .vh = vh->data,
                      .workspace = workspace,
                      .dtype = a->dtype,
                      .m = a->shape[a->ndim - 2],
                      .n = a->shape[a->ndim - 1]};
    if (!dti_lapack_fits(job.m, job.n)) {
        return DT_ERR_SHAPE;
    }
    int64_t n_matrices = size / (job.m * job.n);
    *ret_matrix = dti_first_not_finite(job.dtype, n_matrices, job.m * job.n, job.a);
    if (*ret_matrix >= 0) {
        return DT_ERR_NONFINITE;
    }
    dti_blas_prepare();
    job.k = job.m < job.n ? job.m : job.n;
    job.sizes = sizes_of(job.m, job.n, job.dtype);
    job.stride = worker_bytes(job.sizes, job.dtype);
    /* a product of matrices does several times as many multiplications in the time */
    double work = 80 * (double)job.m * (double)job.n * (double)job.k;
    *ret_matrix = dti_each_matrix(n_matrices, work, run, &job);
    return *ret_matrix < 0 ? DT_OK : DT_ERR_NONCONVERGENT;
}
