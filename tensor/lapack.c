/* lapack.c - Cholesky factorisation: the only file that calls LAPACK. */
#include "linalg.h"

#include "blas.h"
#include "threads.h"

#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

/* Multiply-adds per parallel chunk, and those from which waking the workers pays. */
#define CHUNK_WORK    65536
#define PARALLEL_WORK 1048576

typedef struct cholesky {
    const dt_array *x;
    int64_t n, n_matrices, matrices_per_chunk;
    pthread_mutex_t lock; /* guards the failure with the smallest index */
    int64_t failed_matrix, failed_minor;
} cholesky;

/* The row-major lower triangle of A is the column-major upper triangle of conj(A) = U^H U, so
 * A = U^T conj(U): the row-major reading of U is the lower factor L, with nothing to conjugate. */
static int64_t factorise(char *a, int64_t order, dt_dtype dtype) {
    lapack_int n = (lapack_int)order;
    switch (dtype) {
    case DT_F32: return LAPACKE_spotrf_work(LAPACK_COL_MAJOR, 'U', n, (float *)(void *)a, n);
    case DT_F64: return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', n, (double *)(void *)a, n);
    case DT_C64: return LAPACKE_cpotrf_work(LAPACK_COL_MAJOR, 'U', n, (void *)a, n);
    default: return LAPACKE_zpotrf_work(LAPACK_COL_MAJOR, 'U', n, (void *)a, n);
    }
}

static double real_part(const char *element, dt_dtype dtype) {
    float single;
    double value;
    if (dt_dtype_real(dtype) == DT_F32) {
        memcpy(&single, element, sizeof single);
        return (double)single;
    }
    memcpy(&value, element, sizeof value);
    return value;
}

/* Zero the strict upper triangle and the imaginary part of the diagonal. Returns the order of the
 * first minor whose pivot is not a positive number (optimised factorisations pass NaN on without
 * complaint), or 0. */
static int64_t tidy(char *a, int64_t n, dt_dtype dtype) {
    size_t item = dt_dtype_size(dtype), part = dt_dtype_size(dt_dtype_real(dtype));
    for (int64_t i = 0; i < n; i++) {
        char *diagonal = a + (size_t)(i * n + i) * item;
        double pivot = real_part(diagonal, dtype);
        if (!(pivot > 0 && isfinite(pivot))) {
            return i + 1;
        }
        memset(diagonal + part, 0, (size_t)(n - i) * item - part);
    }
    return 0;
}

static void record_failure(cholesky *job, int64_t matrix, int64_t minor) {
    pthread_mutex_lock(&job->lock);
    if (job->failed_matrix < 0 || matrix < job->failed_matrix) {
        job->failed_matrix = matrix;
        job->failed_minor = minor;
    }
    pthread_mutex_unlock(&job->lock);
}

static void factorise_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    cholesky *job = context;
    dt_dtype dtype = job->x->dtype;
    int64_t first = chunk * job->matrices_per_chunk, end = first + job->matrices_per_chunk;
    for (int64_t i = first; i < end && i < job->n_matrices; i++) {
        char *a = (char *)job->x->data + i * job->n * job->n * (int64_t)dt_dtype_size(dtype);
        int64_t minor = factorise(a, job->n, dtype);
        minor = minor != 0 ? minor : tidy(a, job->n, dtype);
        if (minor != 0) {
            record_failure(job, i, minor);
        }
    }
}

dt_status dti_cholesky(const dt_array *x, int64_t *ret_matrix, int64_t *ret_minor) {
    int64_t size = dt_array_size(x);
    if (size == 0) {
        return DT_OK;
    }
    cholesky job = {.x = x, .n = x->shape[x->ndim - 1], .failed_matrix = -1, .failed_minor = -1};
    if (job.n > INT_MAX) {
        return DT_ERR_SHAPE;
    }
    dti_blas_prepare();
    job.n_matrices = size / (job.n * job.n);
    double work = (double)job.n * (double)job.n * (double)job.n;
    job.matrices_per_chunk = work >= CHUNK_WORK ? 1 : (int64_t)(CHUNK_WORK / work);
    if (pthread_mutex_init(&job.lock, NULL) != 0) {
        return DT_ERR_MEMORY;
    }
    int64_t n_chunks = (job.n_matrices + job.matrices_per_chunk - 1) / job.matrices_per_chunk;
    if ((double)job.n_matrices * work >= PARALLEL_WORK) {
        dti_parallel_for(n_chunks, factorise_chunk, &job);
    } else {
        for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
            factorise_chunk(&job, chunk, 0);
        }
    }
    pthread_mutex_destroy(&job.lock);
    if (job.failed_matrix >= 0) {
        *ret_matrix = job.failed_matrix;
        *ret_minor = job.failed_minor;
        return DT_ERR_NOT_POSITIVE_DEFINITE;
    }
    return DT_OK;
}
