/* shape.h - the same elements in another arrangement (ops.h has the conventions; where several axes
 * may be given, DT_ALL and DT_AXES are those of reduce.h). */
#ifndef DIFFTAPE_SHAPE_H
#define DIFFTAPE_SHAPE_H

#include <difftape/reduce.h>

DT_BEGIN_DECLS

/** Same elements in C order, new shape; one size may be -1. A view unless strides forbid it.
 *  xbar = ybar reshaped back. */
DT_API dt_tensor *dt_reshape(dt_tensor *x, int ndim, const int64_t *shape);

/** Dimension d of the result is dimension axes[d] of x. A view. xbar = ybar permuted back. */
DT_API dt_tensor *dt_permute(dt_tensor *x, const int *axes);

/** Swap the last two dimensions. A view. */
DT_API dt_tensor *dt_transpose(dt_tensor *x);

/** Elements start, start+step, ... < stop along an axis; negative positions count from the end,
 *  out-of-range ones are clipped as in Python; step >= 1. A view. xbar = dt_unslice(ybar). */
DT_API dt_tensor *dt_slice(dt_tensor *x, int axis, int64_t start, int64_t stop, int64_t step);

/** Zeros of size n along axis with x at start, start+step, ...: the adjoint of dt_slice.
 *  xbar = dt_slice(ybar). */
DT_API dt_tensor *dt_unslice(dt_tensor *x, int axis, int64_t start, int64_t step, int64_t n);

/** One element along an axis, the axis removed: x[..., i, ...]. A view. */
DT_API dt_tensor *dt_select(dt_tensor *x, int axis, int64_t i);

/** Insert a dimension of size 1 before position axis (0..ndim, negative counts from the end of the
 *  result). A view. */
DT_API dt_tensor *dt_expand_dims(dt_tensor *x, int axis);

/** Broadcast to a larger shape. A view with stride 0. xbar = ybar summed over repeats. */
DT_API dt_tensor *dt_broadcast(dt_tensor *x, int ndim, const int64_t *shape);

/** Join n >= 1 tensors along an existing axis, or along a new one; equal types. xbar_i = its part
 *  of ybar. With n < 1 there is no tape to tell: NULL. */
DT_API dt_tensor *dt_concat(int n, dt_tensor *const *x, int axis);
DT_API dt_tensor *dt_stack(int n, dt_tensor *const *x, int axis);

/** The adjoint of dt_stack: the n (at most 16) tensors that lie along an axis of size n, the axis
 *  removed. Copies, so that loops over them run through memory in order; several dt_select cost
 *  nothing to make but more to read and to differentiate. X = dt_stack of the cotangents. */
DT_API void dt_unstack(dt_tensor *x, int n, int axis, dt_tensor **ret_parts);

/** Remove axes of size 1: one, several, or with DT_ALL all there are. A view. */
DT_API dt_tensor *dt_squeeze(dt_tensor *x, int axis);

/** n equal parts along an axis, as views; DT_ERR_SHAPE if the size is no multiple of n. */
DT_API void dt_split(dt_tensor *x, int axis, int n, dt_tensor **ret_parts);

/** The whole tensor counts[d] times along each dimension d, and every element n times along one. */
DT_API dt_tensor *dt_tile(dt_tensor *x, const int64_t *counts);
DT_API dt_tensor *dt_repeat(dt_tensor *x, int axis, int64_t n);

/** The order along axes reversed; elements moved by shift (down if negative), those that fall off
 *  coming in at the other end. */
DT_API dt_tensor *dt_flip(dt_tensor *x, int axis);
DT_API dt_tensor *dt_roll(dt_tensor *x, int axis, int64_t shift);

/** `before` and `after` elements of one value around x along an axis. */
DT_API dt_tensor *dt_pad(dt_tensor *x, int axis, int64_t before, int64_t after, double value);

/** Kronecker product of tensors with equally many dimensions, at most four: sizes multiply. */
DT_API dt_tensor *dt_kron(dt_tensor *a, dt_tensor *b);

DT_END_DECLS

#endif
