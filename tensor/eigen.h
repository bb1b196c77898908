/* eigen.h - eigenvalues and vectors, singular values and vectors, of matrices on arrays. */
#ifndef DTI_EIGEN_H
#define DTI_EIGEN_H

#include <difftape/array.h>

/* All are parallel over matrices and return, with the first such matrix in *ret_matrix,
 * DT_ERR_NONFINITE for elements that are not finite and DT_ERR_NONCONVERGENT if LAPACK gives up;
 * DT_ERR_SHAPE for matrices whose size its integers cannot hold. A ..._workspace is the bytes one
 * needs for matrices of this size on the present number of threads. */

/* v contiguous (..., n, n): Hermitian matrices (both triangles filled) on entry; on return, if
 * `vectors`, column k is the unit eigenvector of w[k], else undefined. w (..., n) real, ascending.
 */
size_t dti_eigh_workspace(int64_t n, dt_dtype dtype);
dt_status dti_eigh(const dt_array *v, const dt_array *w, bool vectors, void *workspace,
                   int64_t *ret_matrix);

/* a contiguous (..., m, n), destroyed: a = u diag(s) vh with k = min(m, n), u (..., m, k) and vh
 * (..., k, n) of a's type, s (..., k) real and descending. All contiguous. */
size_t dti_svd_workspace(int64_t m, int64_t n, dt_dtype dtype);
dt_status dti_svd(const dt_array *a, const dt_array *u, const dt_array *s, const dt_array *vh,
                  void *workspace, int64_t *ret_matrix);

/* a contiguous (..., n, n), destroyed, real or complex: column k of v (..., n, n) is the unit
 * eigenvector of w[k], (..., n), both of the complex type of a's precision and contiguous. Ordered
 * by real, then imaginary part. */
size_t dti_eig_workspace(int64_t n, dt_dtype dtype);
dt_status dti_eig(const dt_array *a, const dt_array *w, const dt_array *v, void *workspace,
                  int64_t *ret_matrix);

#endif
