/* product.h - products of matrices and vectors (ops.h has the conventions). */
#ifndef DIFFTAPE_PRODUCT_H
#define DIFFTAPE_PRODUCT_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** How an operand enters a product: as it is, transposed, conjugate-transposed (without a copy). */
typedef enum dt_flag { DT_N, DT_T, DT_C } dt_flag;

/** Matrix product of the last two dimensions, (..., n, k) (..., k, m) -> (..., n, m); leading
 *  dimensions broadcast. Both operands need at least two dimensions.
 *  abar = ybar b^H, bbar = a^H ybar (for DT_N, DT_N; with flags accordingly). */
DT_API dt_tensor *dt_matmul(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_matmul_flags(dt_tensor *a, dt_flag flag_a, dt_tensor *b, dt_flag flag_b);

/** Sum of products by letters, as numpy.einsum: dt_einsum("ij,jk->ik", 2, x). Letters a to z; those
 *  not in the result are summed, a letter twice in one operand means its diagonal, without an arrow
 *  the result has the letters that occur once, in alphabetical order. Up to 8 operands, multiplied
 *  from left to right as matrix products of at most 8 dimensions. Errors name the character. */
DT_API dt_tensor *dt_einsum(const char *text, int n, dt_tensor *const *x);

/** Products of vectors along the last axis, other axes broadcast: all pairs a_i b_j; sum a_i b_i,
 *  not conjugated; sum a* b over everything; the vector product of triples. Errors: DT_ERR_SHAPE if
 *  the last axes differ (they may in dt_outer). */
DT_API dt_tensor *dt_outer(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_dot(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_vdot(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_cross(dt_tensor *a, dt_tensor *b);

/** Re x^H A x for vectors x (..., n) and matrices A (..., n, n), of which the Hermitian part
 *  counts.  xbar = 2 ybar A x, Abar = ybar x x^H. */
DT_API dt_tensor *dt_quadratic_form(dt_tensor *x, dt_tensor *a);

/* -- matrices ---------------------------------------------------------------------------------- */

/** Diagonal matrices from vectors (..., n) -> (..., n, n), and diagonals of matrices; adjoint to
 *  each other. */
DT_API dt_tensor *dt_diag(dt_tensor *x);
DT_API dt_tensor *dt_diagonal(dt_tensor *x);

/** Lower or upper triangles of (..., n, m) up to diagonal k (0: the main one, 1 above it), the rest
 *  set to 0. xbar = the same triangle of ybar. */
DT_API dt_tensor *dt_tril(dt_tensor *x, int64_t k);
DT_API dt_tensor *dt_triu(dt_tensor *x, int64_t k);

DT_END_DECLS

#endif
