/* lapack_eigh.c - Hermitian eigenproblem, matrix after matrix, by LAPACK's divide and conquer. */
#include "eigen.h"

#include "blas.h"
#include "each_matrix.h"
#include "lapack_common.h"

#include <lapacke.h>

/* Sizes LAPACK asks of ?heevd and ?syevd with vectors, in numbers. */
struct sizes {
    int64_t work, real, integer;
};

static struct sizes sizes_of(int64_t n, dt_dtype dtype) {
    if (dt_dtype_is_complex(dtype)) {
        return (struct sizes){2 * n + n * n, 1 + 5 * n + 2 * n * n, 3 + 5 * n};
    }
    return (struct sizes){1 + 6 * n + 2 * n * n, 0, 3 + 5 * n};
}

/* Bytes for one worker, a multiple of 64. */
static size_t worker_bytes(int64_t n, dt_dtype dtype) {
    struct sizes s = sizes_of(n, dtype);
    return dti_worker_bytes((size_t)s.work * dt_dtype_size(dtype) +
                            (size_t)s.real * dt_dtype_size(dt_dtype_real(dtype)) +
                            (size_t)s.integer * sizeof(lapack_int));
}

size_t dti_eigh_workspace(int64_t n, dt_dtype dtype) {
    return worker_bytes(n, dtype) * (size_t)dt_get_threads();
}

struct eigh {
    char *v, *w, *workspace;
    dt_dtype dtype;
    int64_t n;
    size_t stride; /* of the workspace */
    bool vectors;
};

/* A row-major Hermitian matrix is its conjugate read by columns; column k of the result is then the
 * conjugate of eigenvector k, which lies in memory as row k. */
static lapack_int solve(const struct eigh *job, char *a, char *w, char *workspace) {
    struct sizes s = sizes_of(job->n, job->dtype);
    lapack_int n = (lapack_int)job->n, lwork = (lapack_int)s.work, lreal = (lapack_int)s.real;
    lapack_int lint = (lapack_int)s.integer;
    char *real = workspace + (size_t)s.work * dt_dtype_size(job->dtype);
    void *integer = real + (size_t)s.real * dt_dtype_size(dt_dtype_real(job->dtype));
    char jobz = job->vectors ? 'V' : 'N';
    void *m = a, *e = w, *work = workspace, *rwork = real;
    switch (job->dtype) {
    case DT_F32:
        return LAPACKE_ssyevd_work(LAPACK_COL_MAJOR, jobz, 'L', n, m, n, e, work, lwork, integer,
                                   lint);
    case DT_F64:
        return LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, jobz, 'L', n, m, n, e, work, lwork, integer,
                                   lint);
    case DT_C64:
        return LAPACKE_cheevd_work(LAPACK_COL_MAJOR, jobz, 'L', n, m, n, e, work, lwork, rwork,
                                   lreal, integer, lint);
    default:
        return LAPACKE_zheevd_work(LAPACK_COL_MAJOR, jobz, 'L', n, m, n, e, work, lwork, rwork,
                                   lreal, integer, lint);
    }
}

/* m -> m^H in place. */
#define ADJOINT(name, type, CONJUGATE)                                                             \
    static void name(int64_t n, void *matrix) {                                                    \
        type *m = matrix;                                                                          \
        for (int64_t i = 0; i < n; i++) {                                                          \
            for (int64_t j = 0; j <= i; j++) {                                                     \
                type x = m[i * n + j], y = m[j * n + i];                                           \
                m[i * n + j] = CONJUGATE(y);                                                       \
                m[j * n + i] = CONJUGATE(x);                                                       \
            }                                                                                      \
        }                                                                                          \
    }
#define SAME(x)      (x)
#define STAR_C64(x)  ((dt_c64){(x).re, -(x).im})
#define STAR_C128(x) ((dt_c128){(x).re, -(x).im})
ADJOINT(adjoint_f32, float, SAME)
ADJOINT(adjoint_f64, double, SAME)
ADJOINT(adjoint_c64, dt_c64, STAR_C64)
ADJOINT(adjoint_c128, dt_c128, STAR_C128)

static void adjoint(dt_dtype dtype, int64_t n, void *m) {
    switch (dtype) {
    case DT_F32: adjoint_f32(n, m); break;
    case DT_F64: adjoint_f64(n, m); break;
    case DT_C64: adjoint_c64(n, m); break;
    default: adjoint_c128(n, m); break;
    }
}

static bool run(void *context, int64_t i, int worker) {
    const struct eigh *job = context;
    size_t item = dt_dtype_size(job->dtype), real = dt_dtype_size(dt_dtype_real(job->dtype));
    char *m = job->v + (size_t)(i * job->n * job->n) * item;
    char *w = job->w + (size_t)(i * job->n) * real;
    if (solve(job, m, w, job->workspace + (size_t)worker * job->stride) != 0) {
        return false;
    }
    if (job->vectors) {
        adjoint(job->dtype, job->n, m);
    }
    return true;
}

dt_status dti_eigh(const dt_array *v, const dt_array *w, bool vectors, void *workspace,
                   int64_t *ret_matrix) {
    int64_t size = dt_array_size(v);
    if (size == 0) {
        return DT_OK;
    }
    struct eigh job = {.v = v->data,
                       .w = w->data,
                       .workspace = workspace,
                       .dtype = v->dtype,
                       .n = v->shape[v->ndim - 1],
                       .vectors = vectors};
    if (job.n > DTI_LAPACK_MOST) {
        return DT_ERR_SHAPE;
    }
    int64_t n_matrices = size / (job.n * job.n);
    *ret_matrix = dti_first_not_finite(job.dtype, n_matrices, job.n * job.n, job.v);
    if (*ret_matrix >= 0) {
        return DT_ERR_NONFINITE;
    }
    dti_blas_prepare();
    job.stride = worker_bytes(job.n, job.dtype);
    /* a product of matrices does several times as many multiplications in the time */
    double work = 40 * (double)job.n * (double)job.n * (double)job.n;
    *ret_matrix = dti_each_matrix(n_matrices, work, run, &job);
    return *ret_matrix < 0 ? DT_OK : DT_ERR_NONCONVERGENT;
}
