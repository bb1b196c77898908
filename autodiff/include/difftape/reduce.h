/* reduce.h - sums and other reductions over axes (ops.h has the conventions). */
#ifndef DIFFTAPE_REDUCE_H
#define DIFFTAPE_REDUCE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/* An `axis` is one axis (negative: from the end), DT_ALL, or several: DT_AXES(0, -1). */

/** All axes. */
#define DT_ALL (1 << 16)

/** A list of one to eight distinct axes, in any order. */
#define DT_AXES(...) DT_AXES_OF(__VA_ARGS__, 99, 99, 99, 99, 99, 99, 99, 0)
#define DT_AXES_OF(a, b, c, d, e, f, g, h, ...)                                                    \
    (DT_AXES_LIST | DT_AXIS(a) | DT_AXIS(b) | DT_AXIS(c) | DT_AXIS(d) | DT_AXIS(e) | DT_AXIS(f) |  \
     DT_AXIS(g) | DT_AXIS(h))
#define DT_AXES_LIST  (1 << 17)
#define DT_AXIS(axis) ((axis) == 99 ? 0 : 1 << ((axis)&15))

/** Sum over axes, which disappear; the sum of nothing is 0. Pairwise in a fixed order.
 *  xbar = ybar broadcast back. */
DT_API dt_tensor *dt_sum(dt_tensor *x, int axis);

/** The mean likewise; the mean of nothing is an error (DT_ERR_SHAPE). xbar = ybar / count,
 *  broadcast back. */
DT_API dt_tensor *dt_mean(dt_tensor *x, int axis);

/** The product over axes, 1 of nothing. Derivatives of any order are exact however many factors are
 *  zero. xbar_i = ybar (product of the others)*. */
DT_API dt_tensor *dt_prod(dt_tensor *x, int axis);

/** The smallest and largest element over axes, real; a NaN is the result; of nothing: DT_ERR_SHAPE.
 *  xbar = ybar where x = y, shared equally among equal ones. */
DT_API dt_tensor *dt_min(dt_tensor *x, int axis);
DT_API dt_tensor *dt_max(dt_tensor *x, int axis);

/** Their places along the axes (flat in C order for several), i64: the first of equal ones, of a
 *  NaN if there is one. No gradient. */
DT_API dt_tensor *dt_argmin(dt_tensor *x, int axis);
DT_API dt_tensor *dt_argmax(dt_tensor *x, int axis);

/** log sum exp(x) over axes, real, without overflow; -inf of nothing.  xbar = ybar exp(x - y). */
DT_API dt_tensor *dt_logsumexp(dt_tensor *x, int axis);

/** sqrt(sum |x|^2) over axes, real, without overflow.  xbar = ybar x/y, 0 at 0. */
DT_API dt_tensor *dt_norm(dt_tensor *x, int axis);

/** sum |x - mean|^2 / (count - correction) over axes: correction 0 for the variance of the numbers,
 *  1 for an estimate from a sample. DT_ERR_SHAPE if count <= correction. */
DT_API dt_tensor *dt_var(dt_tensor *x, int axis, double correction);

/** Running sums and products along one axis; the shape stays. xbar = sums of ybar from the other
 *  end; products as dt_prod, at log2(size) multiplications of the whole. */
DT_API dt_tensor *dt_cumsum(dt_tensor *x, int axis);
DT_API dt_tensor *dt_cumprod(dt_tensor *x, int axis);

/** Sum and mean of the elements for which mask (bool, broadcasts to x) is true. The others, NaN or
 *  not, contribute an exact 0 to value and gradient. The mean of nothing is DT_ERR_ARGUMENT. */
DT_API dt_tensor *dt_masked_sum(dt_tensor *x, dt_tensor *mask, int axis);
DT_API dt_tensor *dt_masked_mean(dt_tensor *x, dt_tensor *mask, int axis);

/** Is any, are all of a bool tensor true? Of nothing: no, yes. */
DT_API dt_tensor *dt_any(dt_tensor *x, int axis);
DT_API dt_tensor *dt_all(dt_tensor *x, int axis);

DT_END_DECLS

#endif
