/* threads.h - a pool of parked workers behind one primitive, the parallel loop over chunks. */
#ifndef DTI_THREADS_H
#define DTI_THREADS_H

#include <difftape/base.h>

/* body(context, chunk, worker) runs once for every chunk in [0, n_chunks); worker is in [0,
 * dt_get_threads()) and no two bodies run at once with the same worker. Which worker takes which
 * chunk varies; chunk boundaries are the caller's and must not depend on the thread count, so
 * results do not either. Nested calls and calls with one thread or one chunk run serially on the
 * caller. */
typedef void dti_chunk_fn(void *context, int64_t chunk, int worker);
void dti_parallel_for(int64_t n_chunks, dti_chunk_fn *body, void *context);

#endif
