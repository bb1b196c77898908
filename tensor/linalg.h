/* linalg.h - dense linear algebra on arrays: the only doors to BLAS and LAPACK (blas.c, lapack*.c).
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
 * take them). Inner size 0 gives zeros. Small matrices, up to DTI_SMALL, are multiplied without
 * BLAS, so that a product does not depend on how many there are. DT_ERR_MEMORY if a workspace
 * cannot be had. */
dt_status dti_matmul(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
                     dti_flag flag_b);

/* The same for small matrices (small_matmul.c), none of them empty; false, and nothing done, if
 * they are not small. */
bool dti_small_matmul(const dt_array *out, const dt_array *a, dti_flag flag_a, const dt_array *b,
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

/* -- LU factors (lapack_lu.c) ------------------------------------------------------------------ */

/* In place on x (..., n, n) contiguous: A = L U P^T, L lower triangular with the pivots on its
 * diagonal, U unit upper triangular, P the exchanges of element i with pivots[i] in turn, i = 0, 1,
 * ...; pivots i64 (..., n). Partial pivoting, within rows. A pivot may be zero or NaN. DT_ERR_SHAPE
 * beyond 2^31 - 1 rows. */
dt_status dti_lu(const dt_array *x, const dt_array *pivots);

/* In place on x (..., n, m) contiguous: x = op(A)^-1 x from A's factors, whose batch dimensions are
 * those of x or broadcast to them. DT_ERR_SINGULAR with *ret_matrix, counted in x, at the first
 * that has a zero pivot; x is then undefined. */
dt_status dti_lu_solve(const dt_array *x, const dt_array *lu, const dt_array *pivots, dti_flag flag,
                       int64_t *ret_matrix);

/* -- QR factors (lapack_qr.c) ------------------------------------------------------------------ */

/* Bytes of workspace dti_qr needs for (m, n) matrices on the present number of threads. */
size_t dti_qr_workspace(int64_t m, int64_t n, dt_dtype dtype);

/* q contiguous (..., m, n), m >= n: matrices A on entry; on return Q with orthonormal columns, and
 * R (..., n, n) upper triangular with a diagonal real and not negative, A = Q R. DT_ERR_SHAPE
 * beyond 2^31 - 1 rows. */
dt_status dti_qr(const dt_array *q, const dt_array *r, void *workspace);

/* Bytes of workspace dti_qr_rank needs on the present number of threads. */
size_t dti_qr_rank_workspace(int64_t n, dt_dtype dtype);

/* The first of the upper triangles r (..., n, n), contiguous, that has columns which, scaled to the
 * same length, are dependent to working precision: a reciprocal condition number (LAPACK's estimate
 * in the norm of column sums, written to *ret_rcond) below n times the unit roundoff. A zero
 * column, a NaN or an infinity counts as such, with 0. -1 if there is none. */
int64_t dti_qr_rank(const dt_array *r, void *workspace, double *ret_rcond);

#endif
