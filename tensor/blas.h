/* blas.h - what the LAPACK files share with blas.c. */
#ifndef DTI_BLAS_H
#define DTI_BLAS_H

#include "linalg.h"

/* Put BLAS on one thread, once: parallelism is ours, over batches and blocks of rows. */
void dti_blas_prepare(void);

/* x = op(t)^-1 x for one row-major triangle t (n, n) and x (n, m), both without gaps; unit: the
 * diagonal of t is 1 and not read. */
void dti_solve_triangle(dt_dtype dtype, bool lower, dti_flag flag, bool unit, int64_t n, int64_t m,
                        const void *t, void *x);

#endif
