/* lapack_common.h - what the iterative factorisations share: sizes, workspaces, finite input. */
#ifndef DTI_LAPACK_COMMON_H
#define DTI_LAPACK_COMMON_H

#include <difftape/array.h>

/* Largest order whose square, times a few, fits LAPACK's integers. */
#define DTI_LAPACK_MOST 15000

/* Can its decompositions take m x n matrices? The smaller of the two is the order. */
bool dti_lapack_fits(int64_t m, int64_t n);

/* The first of n_matrices matrices of `size` elements each with one that is not finite, or -1:
 * LAPACK's iterations may never end on such. */
int64_t dti_first_not_finite(dt_dtype dtype, int64_t n_matrices, int64_t size, const void *x);

/* Bytes rounded up to whole cache lines, and one more, so that workers do not share any. */
size_t dti_worker_bytes(size_t bytes);

#endif
