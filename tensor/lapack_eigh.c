/* lapack_eigh.c - Hermitian eigenproblem, matrix after matrix, by LAPACK's divide and conquer. */
#include "eigen.h"

#include "blas.h"
#include "threads.h"

#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <stdatomic.h>

/* Multiply-adds per parallel chunk, and those from which waking the workers pays. */
#define CHUNK_WORK    65536
#define PARALLEL_WORK 262144

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
    size_t bytes = (size_t)s.work * dt_dtype_size(dtype) +
                   (size_t)s.real * dt_dtype_size(dt_dtype_real(dtype)) +
                   (size_t)s.integer * sizeof(lapack_int);
    return (bytes + 127) / 64 * 64;
}

size_t dti_eigh_workspace(int64_t n, dt_dtype dtype) {
    return worker_bytes(n, dtype) * (size_t)dt_get_threads();
}

struct eigh {
    char *v, *w, *workspace;
    dt_dtype dtype;
    int64_t n, n_matrices, per_chunk;
    size_t stride; /* of the workspace */
    bool vectors;
    _Atomic int64_t not_finite, not_converged; /* first such matrix, or INT64_MAX */
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

static bool finite(dt_dtype dtype, int64_t n, const void *m) {
    int64_t count = n * n * (dt_dtype_is_complex(dtype) ? 2 : 1);
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        double x =
            dt_dtype_real(dtype) == DT_F32 ? (double)((const float *)m)[i] : ((const double *)m)[i];
        sum += x * 0; /* NaN for an infinity too */
    }
    return sum == 0;
}

static void lower(_Atomic int64_t *first, int64_t i) {
    int64_t seen = atomic_load(first);
    while (i < seen && !atomic_compare_exchange_weak(first, &seen, i)) {
    }
}

static void run_chunk(void *context, int64_t chunk, int worker) {
    struct eigh *job = context;
    int64_t first = chunk * job->per_chunk, end = first + job->per_chunk;
    size_t item = dt_dtype_size(job->dtype), real = dt_dtype_size(dt_dtype_real(job->dtype));
    for (int64_t i = first; i < end && i < job->n_matrices; i++) {
        char *m = job->v + (size_t)(i * job->n * job->n) * item;
        char *w = job->w + (size_t)(i * job->n) * real;
        if (!finite(job->dtype, job->n, m)) {
            lower(&job->not_finite, i); /* LAPACK might never return */
        } else if (solve(job, m, w, job->workspace + (size_t)worker * job->stride) != 0) {
            lower(&job->not_converged, i);
        } else if (job->vectors) {
            adjoint(job->dtype, job->n, m);
        }
    }
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
    if (job.n > 30000) { /* n^2 of workspace must fit LAPACK's integers */
        return DT_ERR_SHAPE;
    }
    dti_blas_prepare();
    job.n_matrices = size / (job.n * job.n);
    job.stride = worker_bytes(job.n, job.dtype);
    atomic_init(&job.not_finite, INT64_MAX);
    atomic_init(&job.not_converged, INT64_MAX);
    double work = 10 * (double)job.n * (double)job.n * (double)job.n;
    job.per_chunk = work >= CHUNK_WORK ? 1 : (int64_t)(CHUNK_WORK / work);
    int64_t n_chunks = (job.n_matrices + job.per_chunk - 1) / job.per_chunk;
    if ((double)job.n_matrices * work >= PARALLEL_WORK) {
        dti_parallel_for(n_chunks, run_chunk, &job);
    } else {
        for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
            run_chunk(&job, chunk, 0);
        }
    }
    int64_t not_finite = atomic_load(&job.not_finite),
            not_converged = atomic_load(&job.not_converged);
    *ret_matrix = not_finite < not_converged ? not_finite : not_converged;
    return *ret_matrix == INT64_MAX     ? DT_OK
           : not_finite < not_converged ? DT_ERR_NONFINITE
                                        : DT_ERR_NONCONVERGENT;
}
