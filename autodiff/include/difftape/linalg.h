/* linalg.h - dense linear algebra on the tape: factorisations and solves, batched over leading
 * dimensions, for f32, f64, c64, c128. No hidden regularisation anywhere: a ridge is an argument.
 * An error that names a matrix of the batch has its number in dt_tape_error()->index too. */
#ifndef DIFFTAPE_LINALG_H
#define DIFFTAPE_LINALG_H

#include <difftape/product.h>

DT_BEGIN_DECLS

/** Lower Cholesky factor, A = L L^H, of Hermitian positive definite (..., n, n). A is symmetrised
 *  first, (A + A^H)/2, so the result depends on both triangles and the cotangent is Hermitian. With
 *  P = tril(L^H Lbar), diagonal halved: Abar = L^-H (P + P^H)/2 L^-1, its diagonal real. Errors:
 *  DT_ERR_NOT_POSITIVE_DEFINITE naming the matrix in the batch and the failing leading minor.
 *  Source: I. Murray, Differentiation of the Cholesky decomposition, arXiv:1602.07527 (2016). */
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
 *  batch of X. A matrix that is singular but for rounding gives what LAPACK gives: large numbers,
 *  their condition is the caller's to know. NaN and infinities in A give NaN. */
DT_API dt_tensor *dt_solve(dt_tensor *a, dt_tensor *b);

/** A^-1 of (..., n, n). Abar = -A^-H Ybar A^-H. Errors as dt_solve, which is cheaper and more
 *  accurate where A^-1 is only multiplied with something. */
DT_API dt_tensor *dt_inverse(dt_tensor *a);

/** det A of (..., n, n) as (...), 1 for n = 0; the product neither overflows nor underflows before
 *  the result does. Abar = Ybar adj(A)^H, exact also where A is singular: of rank 1 at rank n - 1,
 *  zero at lower rank. The adjugate comes from complete pivoting, A = P^T L D U Q^T, and products
 *  of pivots without a division. Derivatives beyond the third order: DT_ERR_GRADIENT. */
DT_API dt_tensor *dt_det(dt_tensor *a);

/** det A = sign exp(logabs) for (..., n, n): sign (...) of A's type with modulus 1, logabs (...)
 *  real. A singular: sign 0, logabs -infinity. Abar = (lbar + i Im(sign* sbar)) A^-H, the sign of a
 *  real determinant being constant. Errors: DT_ERR_SINGULAR naming the matrix when a derivative at
 *  a singular one is asked for. */
DT_API void dt_slogdet(dt_tensor *a, dt_tensor **ret_sign, dt_tensor **ret_logabs);

/** log det A, real (...), of Hermitian positive definite A (..., n, n), through dt_cholesky, which
 *  symmetrises. Abar = ybar A^-1. Errors as dt_cholesky. */
DT_API dt_tensor *dt_logdet(dt_tensor *a);

/** A = Q R for (..., m, n) with m >= n: Q (..., m, n) with orthonormal columns, R (..., n, n) upper
 *  triangular, its diagonal real and positive, which makes both unique. With K = Rbar R^H - Q^H
 *  Qbar, its upper triangle made Hermitian (H_ij = K_ij, H_ji = K_ij*, H_ii = Re K_ii):
 *  Abar = (Qbar + Q H) R^-H. Errors: DT_ERR_SHAPE for m < n; DT_ERR_SINGULAR naming the matrix when
 *  a derivative is asked for where A does not have full column rank: the columns scaled to one
 *  length have a reciprocal condition number below n times the unit roundoff. The values exist
 *  there too.
 *  Source: S. F. Walter, L. Lehmann, Algorithmic differentiation of linear algebra functions with
 *  application in optimum experimental design, arXiv:1001.1654 (2010); complex: H.-J. Liao, J.-G.
 *  Liu, L. Wang, T. Xiang, Phys. Rev. X 9, 031041 (2019), doi:10.1103/PhysRevX.9.031041. */
DT_API void dt_qr(dt_tensor *a, dt_tensor **ret_q, dt_tensor **ret_r);

/** The X that minimises |A X - B| column by column, for A (..., m, n) of full column rank, m >= n,
 *  B (..., m, k): X = R^-1 Q^H B. Batch dimensions broadcast. With W = (A^H A)^-1 and the residual
 *  B - A X: Bbar = A W Xbar, Abar = -Bbar X^H + (B - A X) (W Xbar)^H. Errors: DT_ERR_SHAPE for m <
 *  n; DT_ERR_SINGULAR naming the matrix without full column rank, in the sense of dt_qr (units of
 *  columns do not matter); one with a NaN or infinity counts as such. */
DT_API dt_tensor *dt_lstsq(dt_tensor *a, dt_tensor *b);

/* -- singular values and functions of general matrices ----------------------------------------- */

/** Thin singular value decomposition A = U diag(s) V^H of (..., m, n): with k = min(m, n), U
 *  (..., m, k), s (..., k) real and descending, V^H (..., k, n). With P = U^H Ubar, Q = V^H Vbar,
 *  skew(X) = (X - X^H)/2:
 *      Abar = U (diag(sbar) + skew(P + Q)_ij / (s_j - s_i) + skew(P - Q)_ij / (s_i + s_j)) V^H
 *             + (1 - U U^H) Ubar diag(1/s) V^H + U diag(1/s) Vbar^H (1 - V V^H).
 *  Vectors have a derivative only where their singular values are apart and not zero, and only
 *  in losses that leave the common phase of u_k and v_k free. DT_ERR_GAUGE, naming matrix and
 *  pair, if a vector with a cotangent has a singular value within 1e-8 (single precision 3e-4) of
 *  the largest one to another or to zero, or if |Im diag(P + Q)| > 1e-8 (1e-3) of the cotangents;
 *  forward mode, which cannot see the loss, asks it of all vectors if what it goes to reads any,
 *  and shares phases evenly, Im diag(U^H Udot + V^H Vdot) = 0. Between relative gaps of 1e-8 and
 *  1e-4 expect errors of 2e-16 / gap. DT_ERR_NONFINITE names the matrix; DT_ERR_SHAPE for k beyond
 *  15000. Source: M. B. Giles (2008), doi:10.1007/978-3-540-68942-3_4; complex: Z.-Q. Wan, S.-X.
 *  Zhang, arXiv:1909.02659 (2019). */
DT_API void dt_svd(dt_tensor *a, dt_tensor **ret_u, dt_tensor **ret_s, dt_tensor **ret_vh);

/** Singular values alone, (..., k), descending.  Abar = U diag(sbar) V^H. With equal values that is
 *  right for losses symmetric in them; a single sorted one has a kink there. At zero (below max(m,
 *  n) times the rounding error of the largest) singular values have a kink like |x|, and sbar
 *  counts as 0 there. Second derivatives need what dt_svd needs. */
DT_API dt_tensor *dt_svdvals(dt_tensor *a);

/** Eigenvalues w (..., n) and unit eigenvectors, the columns of V (..., n, n), of general matrices
 *  (..., n, n), real or complex: A V = V diag(w). Both complex; ordered by real, then imaginary
 *  part. With P = V^H Vbar and K = P - V^H V diag(P):
 *      Abar = V^-H (diag(wbar) + K_ij / (w_j - w_i)*) V^H.
 *  A loss must not depend on the free phases of vectors. DT_ERR_GAUGE, naming the matrix, if
 *  |Im diag(P)| > 1e-8 (single precision 1e-3) |Vbar|; if a vector with a cotangent has an
 *  eigenvalue within 1e-8 (3e-4) of the largest magnitude to another (forward mode asks it of all
 *  vectors if what it goes to reads any, and keeps diag(V^H Vdot) = 0); and, for any cotangent, if
 *  the condition of V exceeds 1/sqrt(rounding error): a nearly defective matrix, where eigenvalues
 *  move as the root of a change. Equal eigenvalues of other matrices have exact gradients in losses
 *  symmetric in them. DT_ERR_NONFINITE names the matrix; DT_ERR_SHAPE for n beyond 15000. For
 *  Hermitian matrices use dt_eigh. Source: C. Boeddeker et al., arXiv:1701.00392 (2017). */
DT_API void dt_eig(dt_tensor *a, dt_tensor **ret_w, dt_tensor **ret_v);

/** Norms of matrices (..., m, n) -> (...), real. */
typedef enum dt_matrix_norm_kind {
    DT_NORM_FROBENIUS, /**< sqrt(sum |a_ij|^2).  Abar = ybar A / y, 0 at 0 */
    DT_NORM_NUCLEAR,   /**< sum s_k.  Abar = ybar U V^H over nonzero s: exact for equal ones; at a
                          deficient rank, where the norm has a kink, the smallest subgradient */
    DT_NORM_SPECTRAL   /**< max s_k.  Abar = ybar u_0 v_0^H; where several are largest, a kink, the
                          mean of their u_k v_k^H: a subgradient that depends on no choice of
                          vectors */
} dt_matrix_norm_kind;

/** Of no elements: 0. Second derivatives of the last two need what dt_svd needs. A NaN is the
 *  Frobenius norm's result; the others fail with DT_ERR_NONFINITE, naming the matrix. */
DT_API dt_tensor *dt_matrix_norm(dt_tensor *a, dt_matrix_norm_kind kind);

/** exp(A) = 1 + A + A^2/2 + ... of (..., n, n), by scaling and squaring with the [13/13] Pade
 *  approximant. Derivatives of any order are exact; that in direction E is the upper right block of
 *  exp((A E; 0 A)), and Abar the derivative at A^H in direction Ybar. Errors relative to |exp(A)|
 *  grow with the norm, as about 1e-16 |A|. Errors: DT_ERR_NONFINITE, naming the matrix, if it is
 *  not finite or its exponential overflows. Source: N. J. Higham (2005), doi:10.1137/04061101X. */
DT_API dt_tensor *dt_expm(dt_tensor *a);

/** Pseudo-inverse P (..., n, m) of (..., m, n): 1/s for singular values s above rtol times the
 *  largest, 0 for others; rtol in [0, 1), and never less than max(m, n) times the rounding error.
 *      Abar = -P^H Pbar P^H + (1 - A P) Pbar^H P P^H + P^H P Pbar^H (1 - P A)
 *  if what is dropped is zero to rounding. If it is more, the derivative is still that of P with
 *  the number of singular values kept as it is, but costs an eigenproblem of order m + n, and third
 *  derivatives are DT_ERR_GRADIENT. Exact for equal singular values. Errors: DT_ERR_ARGUMENT for
 *  another rtol, DT_ERR_NONFINITE naming the matrix. Source: G. H. Golub, V. Pereyra (1973),
 *  doi:10.1137/0710036. */
DT_API dt_tensor *dt_pinv(dt_tensor *a, double rtol);

DT_END_DECLS

#endif
