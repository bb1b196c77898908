/* product.h - products of matrices and vectors (ops.h has the conventions). */
#ifndef DIFFTAPE_PRODUCT_H
#define DIFFTAPE_PRODUCT_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** How an operand enters a product: as it is, transposed, conjugate-transposed (no copy is made).
 */
typedef enum dt_flag { DT_N, DT_T, DT_C } dt_flag;

/** Matrix product of the last two dimensions, (..., n, k) (..., k, m) -> (..., n, m); leading
 *  dimensions broadcast. Both operands need at least two dimensions.
 *  A = Y b^H, B = a^H Y (for DT_N, DT_N; with flags accordingly). */
DT_API dt_tensor *dt_matmul(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_matmul_flags(dt_tensor *a, dt_flag flag_a, dt_tensor *b, dt_flag flag_b);

/* -- matrices ---------------------------------------------------------------------------------- */

/** Diagonal matrices from vectors (..., n) -> (..., n, n), and diagonals of matrices; adjoint to
 *  each other. */
DT_API dt_tensor *dt_diag(dt_tensor *x);
DT_API dt_tensor *dt_diagonal(dt_tensor *x);

/** Lower triangle of (..., n, m), entries above the diagonal set to 0. X = dt_tril(Y). */
DT_API dt_tensor *dt_tril(dt_tensor *x);

DT_END_DECLS

#endif
