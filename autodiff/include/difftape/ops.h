/* ops.h - operations on tensors: elementwise, reductions, products, shape and indexing.
 *
 * All broadcast by NumPy's rule. Element types: f32, f64, c64, c128 unless stated; real mixes with
 * complex of the same precision, nothing else converts silently (dt_cast does on request). Beside
 * each operation: its formula and the cotangents of its inputs for a cotangent Y of the output; x*
 * is the complex conjugate of x. Broadcast inputs receive the sum over what was broadcast and real
 * inputs the real part. Every rule is made of these operations. Errors are sticky (tape.h). */
#ifndef DIFFTAPE_OPS_H
#define DIFFTAPE_OPS_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/* -- arithmetic -------------------------------------------------------------------------------- */

/** a + b.  A = Y, B = Y. */
DT_API dt_tensor *dt_add(dt_tensor *a, dt_tensor *b);

/** a - b.  A = Y, B = -Y. */
DT_API dt_tensor *dt_sub(dt_tensor *a, dt_tensor *b);

/** a b.  A = Y b*, B = Y a*. */
DT_API dt_tensor *dt_mul(dt_tensor *a, dt_tensor *b);

/** a / b.  A = Y/b*, B = -Y (y/b)*.  At b = 0: inf or NaN, for complex b NaN. */
DT_API dt_tensor *dt_div(dt_tensor *a, dt_tensor *b);

/** -x.  X = -Y. */
DT_API dt_tensor *dt_neg(dt_tensor *x);

/** factor x.  X = factor Y. */
DT_API dt_tensor *dt_scale(dt_tensor *x, double factor);

/** x^2.  X = 2 Y x*. */
DT_API dt_tensor *dt_square(dt_tensor *x);

/** x^p for a fixed real p, principal branch.  X = Y (p x^(p-1))*, and 0 for p = 0. */
DT_API dt_tensor *dt_pow(dt_tensor *x, double p);

/** sqrt(x), principal branch.  X = Y / (2 y*): infinite at 0. */
DT_API dt_tensor *dt_sqrt(dt_tensor *x);

/** exp(x).  X = Y y*. */
DT_API dt_tensor *dt_exp(dt_tensor *x);

/** log(x), principal branch.  X = Y / x*. */
DT_API dt_tensor *dt_log(dt_tensor *x);

/** sin(x), real or complex.  X = Y cos(x)*. */
DT_API dt_tensor *dt_sin(dt_tensor *x);

/** cos(x), real or complex.  X = -Y sin(x)*. */
DT_API dt_tensor *dt_cos(dt_tensor *x);

/* -- complex ----------------------------------------------------------------------------------- */

/** exp(i x), x real: the phase of a structure factor.  X = Im(Y y*). */
DT_API dt_tensor *dt_cis(dt_tensor *x);

/** r exp(i x), both real.  R = Re(Y exp(-ix)), X = Im(Y y*). */
DT_API dt_tensor *dt_polar(dt_tensor *r, dt_tensor *x);

/** re + i im, both real.  RE = Re Y, IM = Im Y. */
DT_API dt_tensor *dt_complex(dt_tensor *re, dt_tensor *im);

/** z*.  Z = Y*.  A real tensor is returned as it is. */
DT_API dt_tensor *dt_conj(dt_tensor *z);

/** Re z.  Z = Y.  A real tensor is returned as it is. */
DT_API dt_tensor *dt_real(dt_tensor *z);

/** Im z.  Z = i Y.  Zeros for a real tensor. */
DT_API dt_tensor *dt_imag(dt_tensor *z);

/** |z|, real.  Z = Y z/|z|, 0 at z = 0, where it has a kink. */
DT_API dt_tensor *dt_abs(dt_tensor *z);

/** |z|^2, real.  Z = 2 Y z.  Smooth: the primitive for intensities. */
DT_API dt_tensor *dt_abs2(dt_tensor *z);

/** z/|z| (sign of a real x), 0 at 0; type kept. Z = (Y - y^2 Y*) / (2|z|), 0 at z = 0. */
DT_API dt_tensor *dt_sign(dt_tensor *z);

/** Change the element type: between f32 and f64, c64 and c128, from real to complex, and from and
 *  to i64 (truncating) and bool (x != 0), which carry no gradient; complex to anything else is
 *  DT_ERR_DTYPE: take dt_real. X = Y cast back. A tensor of that type is returned as it is. */
DT_API dt_tensor *dt_cast(dt_tensor *x, dt_dtype dtype);

/** cond ? a : b, cond bool, all three broadcast. A = cond ? Y : 0, B = cond ? 0 : Y. */
DT_API dt_tensor *dt_where(dt_tensor *cond, dt_tensor *a, dt_tensor *b);

/** x without its history: no gradient flows through. */
DT_API dt_tensor *dt_stop_gradient(dt_tensor *x);

/* -- reductions -------------------------------------------------------------------------------- */

/** Sum over one axis (negative counts from the end), over a list of distinct axes, over everything.
 *  Reduced axes disappear. Pairwise in a fixed order. X = Y broadcast back. */
DT_API dt_tensor *dt_sum(dt_tensor *x, int axis);
DT_API dt_tensor *dt_sum_axes(dt_tensor *x, int n_axes, const int *axes);
DT_API dt_tensor *dt_sum_all(dt_tensor *x);

/** The mean likewise; the mean of nothing is an error (DT_ERR_SHAPE). X = Y / count, broadcast
 *  back. */
DT_API dt_tensor *dt_mean(dt_tensor *x, int axis);
DT_API dt_tensor *dt_mean_axes(dt_tensor *x, int n_axes, const int *axes);
DT_API dt_tensor *dt_mean_all(dt_tensor *x);

/* -- products ---------------------------------------------------------------------------------- */

/** How an operand enters a product: as it is, transposed, conjugate-transposed (no copy is made).
 */
typedef enum dt_flag { DT_N, DT_T, DT_C } dt_flag;

/** Matrix product of the last two dimensions, (..., n, k) (..., k, m) -> (..., n, m); leading
 *  dimensions broadcast. Both operands need at least two dimensions.
 *  A = Y b^H, B = a^H Y (for DT_N, DT_N; with flags accordingly). */
DT_API dt_tensor *dt_matmul(dt_tensor *a, dt_tensor *b);
DT_API dt_tensor *dt_matmul_flags(dt_tensor *a, dt_flag flag_a, dt_tensor *b, dt_flag flag_b);

/* -- shape: views where possible --------------------------------------------------------------- */

/** Same elements in C order, new shape; one size may be -1. A view unless strides forbid it. X = Y
 *  reshaped back. */
DT_API dt_tensor *dt_reshape(dt_tensor *x, int ndim, const int64_t *shape);

/** Dimension d of the result is dimension axes[d] of x. A view. X = Y permuted back. */
DT_API dt_tensor *dt_permute(dt_tensor *x, const int *axes);

/** Swap the last two dimensions. A view. */
DT_API dt_tensor *dt_transpose(dt_tensor *x);

/** Elements start, start+step, ... < stop along an axis; negative positions count from the end,
 *  out-of-range ones are clipped as in Python; step >= 1. A view. X = dt_unslice(Y). */
DT_API dt_tensor *dt_slice(dt_tensor *x, int axis, int64_t start, int64_t stop, int64_t step);

/** Zeros of size n along axis with x at start, start+step, ...: the adjoint of dt_slice. X =
 *  dt_slice(Y). */
DT_API dt_tensor *dt_unslice(dt_tensor *x, int axis, int64_t start, int64_t step, int64_t n);

/** One element along an axis, the axis removed: x[..., i, ...]. A view. */
DT_API dt_tensor *dt_select(dt_tensor *x, int axis, int64_t i);

/** Insert a dimension of size 1 before position axis (0..ndim, negative counts from the end of the
 *  result). A view. */
DT_API dt_tensor *dt_expand_dims(dt_tensor *x, int axis);

/** Broadcast to a larger shape. A view with stride 0. X = Y summed over what was broadcast. */
DT_API dt_tensor *dt_broadcast(dt_tensor *x, int ndim, const int64_t *shape);

/** Join n >= 1 tensors along an existing axis, or along a new one; equal types. X_i = its part of
 *  Y. With n < 1 there is no tape to tell: NULL. */
DT_API dt_tensor *dt_concat(int n, dt_tensor *const *x, int axis);
DT_API dt_tensor *dt_stack(int n, dt_tensor *const *x, int axis);

/* -- indexing ---------------------------------------------------------------------------------- */

/** y[.., i, ..] = x[.., index[i], ..] along axis; index is a 1-d i64 tensor, entries in [0, size)
 *  or DT_ERR_ARGUMENT naming the first that is not. X = dt_scatter_add(Y). Repeats accumulate. */
DT_API dt_tensor *dt_gather(dt_tensor *x, dt_tensor *index, int axis);

/** Zeros of size n along axis, then y[.., index[i], ..] += x[.., i, ..] in order of i. X =
 *  dt_gather(Y). */
DT_API dt_tensor *dt_scatter_add(dt_tensor *x, dt_tensor *index, int axis, int64_t n);

/* -- matrices ---------------------------------------------------------------------------------- */

/** Diagonal matrices from vectors (..., n) -> (..., n, n), and diagonals of matrices; adjoint to
 *  each other. */
DT_API dt_tensor *dt_diag(dt_tensor *x);
DT_API dt_tensor *dt_diagonal(dt_tensor *x);

/** Lower triangle of (..., n, m), entries above the diagonal set to 0. X = dt_tril(Y). */
DT_API dt_tensor *dt_tril(dt_tensor *x);

DT_END_DECLS

#endif
