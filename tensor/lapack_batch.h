/* lapack_batch.h - the same factorisation for every matrix of a batch, in parallel chunks. */
#ifndef DTI_LAPACK_BATCH_H
#define DTI_LAPACK_BATCH_H

#include <difftape/array.h>

/* Largest order whose square, times a few, fits LAPACK's integers. */
#define DTI_LAPACK_MOST 15000

/* fn(context, matrix, worker) for every matrix of a batch; worker as for dti_parallel_for. work:
 * multiply-adds for one. Chunks depend on `work` alone. Returns DT_OK, or what fn returned for the
 * first matrix it failed on, whose number goes to *ret_matrix; the others are done all the same. */
typedef dt_status dti_matrix_fn(void *context, int64_t matrix, int worker);
dt_status dti_each_matrix(int64_t n_matrices, double work, dti_matrix_fn *fn, void *context,
                          int64_t *ret_matrix);

/* Are all `size` elements of a float type finite? LAPACK may loop for ever on others. */
bool dti_all_finite(dt_dtype dtype, int64_t size, const void *x);

/* Bytes rounded up to whole cache lines, and one more, so that workers do not share any. */
size_t dti_worker_bytes(size_t bytes);

#endif
