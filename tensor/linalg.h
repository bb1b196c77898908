/* linalg.h - dense linear algebra on arrays: the only doors to BLAS and LAPACK (blas.c, lapack.c).
 * Leading dimensions are batch dimensions and broadcast where stated. BLAS runs on one thread;
 * parallelism is over batches and fixed row blocks, so results do not depend on the thread count.
 */
#ifndef DTI_LINALG_H
#define DTI_LINALG_H

#include <difftape/array.h>

/* How an operand enters a product: as it is, transposed, conjugate-transposed. */
typedef enum dti_flag { DTI_N, DTI_T, DTI_C } dti_flag;

/* out[b] = op(a[b]) op(b[b]); last two dimensions are the matrices, leading ones broadcast to
 * out's. Equal float types. out contiguous. Operands with any strides (copied only if BLAS cannot
 * take them). Inner size 0 gives zeros. DT_ERR_MEMORY if a workspace cannot be had. */
dt_status dti_matmul(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
                     dti_flag flag_b);

/* In place, x contiguous (..., n, n), Hermitian in its lower triangle: lower Cholesky factor,
 * strict upper triangle set to zero, diagonal real. On failure returns DT_ERR_NOT_POSITIVE_DEFINITE
 * with *ret_matrix = index of the first failing matrix in the batch and *ret_minor = order of the
 * leading minor that is not positive. */
dt_status dti_cholesky(const dt_array *x, int64_t *ret_matrix, int64_t *ret_minor);

/* In place on x (..., n, m) contiguous: x = op(t)^-1 x, t (..., n, n) lower or upper triangular,
 * batch dimensions equal or t's broadcast to x's. DT_ERR_SINGULAR with *ret_matrix at a zero on the
 * diagonal. */
dt_status dti_triangular_solve(const dt_array *x, const dt_array *t, bool lower, dti_flag flag,
                               int64_t *ret_matrix);

#endif
