/* index.h - picking elements by their numbers (ops.h has the conventions). */
#ifndef DIFFTAPE_INDEX_H
#define DIFFTAPE_INDEX_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** y[.., i, ..] = x[.., index[i], ..] along axis; index is a 1-d i64 tensor, entries in [0, size)
 *  or DT_ERR_ARGUMENT naming the first that is not. xbar = dt_scatter_add(ybar). Repeats
 *  accumulate. */
DT_API dt_tensor *dt_gather(dt_tensor *x, dt_tensor *index, int axis);

/** Zeros of size n along axis, then y[.., index[i], ..] += x[.., i, ..] in order of i.
 *  xbar = dt_gather(ybar). */
DT_API dt_tensor *dt_scatter_add(dt_tensor *x, dt_tensor *index, int axis, int64_t n);

/** Elements of x by their numbers in C order; the result has the shape of index (i64). */
DT_API dt_tensor *dt_take(dt_tensor *x, dt_tensor *index);

/** y[.., i, ..] = x[.., index[.., i, ..], ..] along axis; index agrees with x in all other axes.
 *  What dt_argsort returns is such an index. */
DT_API dt_tensor *dt_take_along_axis(dt_tensor *x, dt_tensor *index, int axis);

/** x with value where mask (bool) is true; all three broadcast. */
DT_API dt_tensor *dt_put_mask(dt_tensor *x, dt_tensor *mask, dt_tensor *value);

/** Where a bool tensor is true: i64 (count, ndim) in C order. Data, no gradient. */
DT_API dt_tensor *dt_nonzero(dt_tensor *mask);

/** Ascending order along an axis, stable, NaN last; the sorted elements, and their places (i64, no
 *  gradient).  xbar = ybar put back in place. */
DT_API dt_tensor *dt_sort(dt_tensor *x, int axis);
DT_API dt_tensor *dt_argsort(dt_tensor *x, int axis);

/** For each x the number of entries of an ascending list that are below it, or not above it if
 *  `right`; i64, no gradient. A NaN comes last. */
DT_API dt_tensor *dt_searchsorted(dt_tensor *sorted, dt_tensor *x, bool right);

/** Sums of the rows of x that carry the same number in segment (i64, one per row, in [0, n)), in
 *  order of rows: (n, ...). */
DT_API dt_tensor *dt_segment_sum(dt_tensor *x, dt_tensor *segment, int64_t n);

/** Straight lines through the points (xp, fp), xp ascending: values at x of any shape. Outside the
 *  table the first or last value holds and x has no influence; at a knot the slope is that of the
 *  line to the right (at the last knot, to the left). Equal knots inside the table make a step, at
 *  its ends they are refused (DT_ERR_ARGUMENT). NaN gives NaN. Gradients to x, xp and fp; fp may be
 *  complex. */
DT_API dt_tensor *dt_interp(dt_tensor *x, dt_tensor *xp, dt_tensor *fp);

/** Images (..., H, W) read at points (n, 2) = (row, column), f64, between pixels: (..., n). Pixels
 *  outside count as 0, a NaN gives NaN. Gradients to image (real or complex) and points, piecewise
 *  smooth. */
DT_API dt_tensor *dt_bilinear(dt_tensor *image, dt_tensor *points);

DT_END_DECLS

#endif
