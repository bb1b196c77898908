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

/* -- general matrices -------------------------------------------------------------------------- */

/** X = A^-1 B for A (..., n, n), B (..., n, m), by LU factors with partial pivoting. Batch
 *  dimensions broadcast; each A is factorised once, also for the gradient: Bbar = A^-H Xbar, Abar =
 *  -Bbar X^H. Errors: DT_ERR_SINGULAR at a pivot that is exactly zero, naming the matrix in the
 *  batch of X (also dt_tape_error()->index). A matrix that is singular but for rounding gives what
 *  LAPACK gives: large numbers, their condition is the caller's to know. NaN and infinities in A
 *  give NaN. */
DT_API dt_tensor *dt_solve(dt_tensor *a, dt_tensor *b);

/** A^-1 of (..., n, n). Abar = -A^-H Ybar A^-H. Errors as dt_solve, which is cheaper and more
 *  accurate where A^-1 is only multiplied with something. */
DT_API dt_tensor *dt_inverse(dt_tensor *a);

/** det A of (..., n, n) as (...), 1 for n = 0; the product neither overflows nor underflows before
 *  the result does. Abar = Ybar adj(A)^H, exact also where A is singular: of rank 1 at rank n - 1,
 *  zero at lower rank. The adjugate comes from complete pivoting, A = P^T L D U Q^T, and products of
 *  pivots without a division. Derivatives beyond the third order: DT_ERR_GRADIENT. */
DT_API dt_tensor *dt_det(dt_tensor *a);

/** det A = sign exp(logabs) for (..., n, n): sign (...) of A's type with modulus 1, logabs (...) real.
 *  A singular: sign 0, logabs -infinity. Abar = (lbar + i Im(sign* sbar)) A^-H, the sign of a real
 *  determinant being constant. Errors: DT_ERR_SINGULAR naming the matrix when a derivative at a
 *  singular one is asked for. */
DT_API void dt_slogdet(dt_tensor *a, dt_tensor **ret_sign, dt_tensor **ret_logabs);

/** log det A, real (...), of Hermitian positive definite A (..., n, n), through dt_cholesky, which
 *  symmetrises. Abar = ybar A^-1. Errors as dt_cholesky. */
DT_API dt_tensor *dt_logdet(dt_tensor *a);

/** A = Q R for (..., m, n) with m >= n: Q (..., m, n) with orthonormal columns, R (..., n, n) upper
 *  triangular, its diagonal real and positive, which makes both unique. With K = Rbar R^H - Q^H
 *  Qbar, its upper triangle made Hermitian (H_ij = K_ij, H_ji = K_ij*, H_ii = Re K_ii): Abar = (Qbar
 *  + Q H) R^-H. Errors: DT_ERR_SHAPE for m < n; DT_ERR_SINGULAR naming the matrix when a derivative
 *  is asked for where A does not have full column rank: the columns scaled to one length have a
 *  reciprocal condition number below n times the unit roundoff. The values exist there too. Source:
 *  S. F. Walter, L. Lehmann, Algorithmic differentiation of linear algebra functions with
 *  application in optimum experimental design, arXiv:1001.1654 (2010). */
DT_API void dt_qr(dt_tensor *a, dt_tensor **ret_q, dt_tensor **ret_r);

/** The X that minimises |A X - B| column by column, for A (..., m, n) of full column rank, m >= n, B
 *  (..., m, k): X = R^-1 Q^H B. Batch dimensions broadcast. With W = (A^H A)^-1 and the residual B
 *  - A X: Bbar = A W Xbar, Abar = -Bbar X^H + (B - A X) (W Xbar)^H. Errors: DT_ERR_SHAPE for m < n;
 *  DT_ERR_SINGULAR naming the matrix without full column rank, in the sense of dt_qr (units of
 *  columns do not matter); one with a NaN or infinity counts as such. */
DT_API dt_tensor *dt_lstsq(dt_tensor *a, dt_tensor *b);

DT_END_DECLS

#endif
