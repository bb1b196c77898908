/* view.h - shapes that belong together, and new descriptions of the same memory. */
#ifndef DTI_VIEW_H
#define DTI_VIEW_H

#include <difftape/array.h>

/* Are the shapes equal? */
bool dti_array_same_shape(const dt_array *a, const dt_array *b);

/* The common type of two operands. Equal types give themselves; real mixes with complex of the same
 * precision and gives complex; every other pair is refused: returns false and leaves *ret_dtype
 * untouched. */
bool dti_dtype_promote(dt_dtype a, dt_dtype b, dt_dtype *ret_dtype);

/* The shape both operands broadcast to by NumPy's rule (align right; equal, or one of them 1).
 *  Errors: DT_ERR_SHAPE with both shapes in the message. */
dt_status dti_broadcast_shapes(int a_ndim, const int64_t *a_shape, int b_ndim,
                               const int64_t *b_shape, int *ret_ndim, int64_t *ret_shape,
                               dt_error *error);

/* Views: each writes a new description of the same memory, or fails and leaves *ret_view alone.
 *  - reshape: equal element count, one size may be -1 (inferred). Fails with DT_ERR_SHAPE if the
 *    strides do not allow it without a copy: see dti_array_can_reshape.
 *  - permute: dimension d of the view is dimension axes[d] of the array.
 *  - slice:   start, start+step, ... < stop along one axis; start and stop may be negative (from
 *             the end) and are clipped as in Python; step >= 1.
 *  - broadcast: to a larger shape with stride 0 along new dimensions.
 *  - diagonal: the last two dimensions (n, n) become one of size n. */
bool dti_array_can_reshape(const dt_array *array, int ndim, const int64_t *shape);
dt_status dti_array_reshape(dt_array *ret_view, const dt_array *array, int ndim,
                            const int64_t *shape, dt_error *error);
dt_status dti_array_permute(dt_array *ret_view, const dt_array *array, const int *axes,
                            dt_error *error);
dt_status dti_array_slice(dt_array *ret_view, const dt_array *array, int axis, int64_t start,
                          int64_t stop, int64_t step, dt_error *error);
dt_status dti_array_broadcast(dt_array *ret_view, const dt_array *array, int ndim,
                              const int64_t *shape, dt_error *error);
dt_status dti_array_diagonal(dt_array *ret_view, const dt_array *array, dt_error *error);

#endif
