/* eigen.h - eigenvalues and eigenvectors of Hermitian matrices on arrays. */
#ifndef DTI_EIGEN_H
#define DTI_EIGEN_H

#include <difftape/array.h>

/* Bytes of workspace dti_eigh needs for matrices of this order on the present number of threads. */
size_t dti_eigh_workspace(int64_t n, dt_dtype dtype);

/* v contiguous (..., n, n): Hermitian matrices (both triangles filled) on entry; on return, if
 * `vectors`, column k is the unit eigenvector of w[k], else undefined. w (..., n) real, ascending.
 * Parallel over matrices. Not finite: DT_ERR_NONFINITE; no convergence: DT_ERR_NONCONVERGENT; with
 * the first such matrix in *ret_matrix. */
dt_status dti_eigh(const dt_array *v, const dt_array *w, bool vectors, void *workspace,
                   int64_t *ret_matrix);

#endif
