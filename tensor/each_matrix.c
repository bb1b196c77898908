/* each_matrix.c - the loop over the matrices of a batch that factorisations share. */
#include "each_matrix.h"

#include "threads.h"

#include <stdatomic.h>

/* Multiply-adds per parallel chunk, and those from which waking the workers pays. */
#define CHUNK_WORK    65536
#define PARALLEL_WORK 1048576

struct loop {
    dti_matrix_fn *fn;
    void *context;
    int64_t n_matrices, per_chunk;
    _Atomic int64_t failed; /* the first matrix that did, or INT64_MAX */
};

static void run_chunk(void *context, int64_t chunk, int worker) {
    struct loop *loop = context;
    int64_t first = chunk * loop->per_chunk, end = first + loop->per_chunk;
    for (int64_t i = first; i < end && i < loop->n_matrices; i++) {
        if (loop->fn(loop->context, i, worker)) {
            continue;
        }
        int64_t seen = atomic_load(&loop->failed);
        while (i < seen && !atomic_compare_exchange_weak(&loop->failed, &seen, i)) {
        }
    }
}

int64_t dti_each_matrix(int64_t n_matrices, double work, dti_matrix_fn *fn, void *context) {
    struct loop loop = {.fn = fn, .context = context, .n_matrices = n_matrices};
    loop.per_chunk = work >= CHUNK_WORK ? 1 : (int64_t)(CHUNK_WORK / (work + 1));
    loop.per_chunk = loop.per_chunk > 0 ? loop.per_chunk : 1;
    atomic_init(&loop.failed, INT64_MAX);
    int64_t n_chunks = (n_matrices + loop.per_chunk - 1) / loop.per_chunk;
    if ((double)n_matrices * work >= PARALLEL_WORK) {
        dti_parallel_for(n_chunks, run_chunk, &loop);
    } else {
        for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
            run_chunk(&loop, chunk, 0);
        }
    }
    int64_t failed = atomic_load(&loop.failed);
    return failed == INT64_MAX ? -1 : failed;
}
