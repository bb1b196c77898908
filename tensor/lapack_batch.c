/* lapack_batch.c - the same factorisation for every matrix of a batch, in parallel chunks. */
#include "lapack_batch.h"

#include "blas.h"
#include "threads.h"

#include <stdatomic.h>

/* Multiply-adds per parallel chunk, and those from which waking the workers pays. */
#define CHUNK_WORK    65536
#define PARALLEL_WORK 262144

/* Statuses are small numbers: a failure is matrix * STATUSES + status, so the least is the first. */
#define STATUSES 64

struct batch {
    dti_matrix_fn *fn;
    void *context;
    int64_t n_matrices, per_chunk;
    _Atomic int64_t failure; /* INT64_MAX: none */
};

static void run_chunk(void *context, int64_t chunk, int worker) {
    struct batch *job = context;
    int64_t first = chunk * job->per_chunk, end = first + job->per_chunk;
    for (int64_t i = first; i < end && i < job->n_matrices; i++) {
        dt_status status = job->fn(job->context, i, worker);
        int64_t failure = i * STATUSES + (int64_t)status, seen = atomic_load(&job->failure);
        while (status != DT_OK && failure < seen &&
               !atomic_compare_exchange_weak(&job->failure, &seen, failure)) {
        }
    }
}

dt_status dti_each_matrix(int64_t n_matrices, double work, dti_matrix_fn *fn, void *context,
                          int64_t *ret_matrix) {
    struct batch job = {.fn = fn, .context = context, .n_matrices = n_matrices};
    dti_blas_prepare();
    atomic_init(&job.failure, INT64_MAX);
    job.per_chunk = work >= CHUNK_WORK ? 1 : (int64_t)(CHUNK_WORK / work);
    int64_t n_chunks = (n_matrices + job.per_chunk - 1) / job.per_chunk;
    if ((double)n_matrices * work >= PARALLEL_WORK) {
        dti_parallel_for(n_chunks, run_chunk, &job);
    } else {
        for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
            run_chunk(&job, chunk, 0);
        }
    }
    int64_t failure = atomic_load(&job.failure);
    if (failure == INT64_MAX) {
        return DT_OK;
    }
    *ret_matrix = failure / STATUSES;
    return (dt_status)(failure % STATUSES);
}

bool dti_all_finite(dt_dtype dtype, int64_t size, const void *x) {
    int64_t count = size * (dt_dtype_is_complex(dtype) ? 2 : 1);
    double sum = 0; /* NaN from the first element that is not finite on */
    if (dt_dtype_real(dtype) == DT_F32) {
        for (int64_t i = 0; i < count; i++) {
            sum += (double)((const float *)x)[i] * 0;
        }
    } else {
        for (int64_t i = 0; i < count; i++) {
            sum += ((const double *)x)[i] * 0;
        }
    }
    return sum == 0;
}

size_t dti_worker_bytes(size_t bytes) {
    return (bytes + 127) / 64 * 64;
}
