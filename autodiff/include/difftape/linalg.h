/* linalg.h - dense linear algebra on the tape: factorisations and solves, batched over leading
 * dimensions, for f32, f64, c64, c128. No hidden regularisation anywhere: a ridge is an argument.
 */
#ifndef DIFFTAPE_LINALG_H
#define DIFFTAPE_LINALG_H

#include <difftape/ops.h>

DT_BEGIN_DECLS

/** Lower Cholesky factor, A = L L^H, of Hermitian positive definite (..., n, n). A is symmetrised
 *  first, (A + A^H)/2, so the result depends on both triangles and the cotangent is Hermitian. With
 *  P = tril(L^H Lbar), diagonal halved: Abar = L^-H (P + P^H)/2 L^-1, its diagonal real. Errors:
 *  DT_ERR_NOT_POSITIVE_DEFINITE naming the matrix in the batch (also dt_tape_error()->index) and
 *  the failing leading minor. Source: I. Murray, Differentiation of the Cholesky decomposition,
 *  arXiv:1602.07527 (2016). */
DT_API dt_tensor *dt_cholesky(dt_tensor *a);

/** X = op(T)^-1 B for triangular T (..., n, n), B (..., n, m), op by flag: as it is, transposed,
 *  conjugate-transposed. Only the named triangle of T is read. Batch dimensions broadcast.
 *  Bbar = op(T)^-H Xbar; op(T)bar = -Bbar X^H on the triangle. Errors: DT_ERR_SINGULAR at a zero on
 *  the diagonal. */
DT_API dt_tensor *dt_triangular_solve(dt_tensor *t, dt_tensor *b, bool lower, dt_flag flag);

/** X = A^-1 B for Hermitian positive definite A (..., n, n), B (..., n, m), through dt_cholesky
 *  and two triangular solves, which also carry the gradient: Bbar = A^-1 Xbar, Abar = -Bbar X^H
 *  symmetrised. Errors as dt_cholesky. */
DT_API dt_tensor *dt_hermitian_solve(dt_tensor *a, dt_tensor *b);

DT_END_DECLS

#endif
