/* shape.h - the same elements in another arrangement (ops.h has the conventions). */
#ifndef DIFFTAPE_SHAPE_H
#define DIFFTAPE_SHAPE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

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

DT_END_DECLS

#endif
