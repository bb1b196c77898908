/* reduce.h - sums and other reductions over axes (ops.h has the conventions). */
#ifndef DIFFTAPE_REDUCE_H
#define DIFFTAPE_REDUCE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/* An `axis` below is one axis (negative counts from the end), DT_ALL, or several: DT_AXES(0, -1). */

/** All axes. */
#define DT_ALL (1 << 16)

/** A list of one to eight distinct axes, in any order. */
#define DT_AXES(...) DT_AXES_OF(__VA_ARGS__, 99, 99, 99, 99, 99, 99, 99, 0)
#define DT_AXES_OF(a, b, c, d, e, f, g, h, ...)                                                    \
    (DT_AXES_LIST | DT_AXIS(a) | DT_AXIS(b) | DT_AXIS(c) | DT_AXIS(d) | DT_AXIS(e) | DT_AXIS(f) |  \
     DT_AXIS(g) | DT_AXIS(h))
#define DT_AXES_LIST  (1 << 17)
#define DT_AXIS(axis) ((axis) == 99 ? 0 : 1 << ((axis)&15))

/** Sum over axes, which disappear; the sum of nothing is 0. Pairwise in a fixed order. X = Y
 *  broadcast back. */
DT_API dt_tensor *dt_sum(dt_tensor *x, int axis);

/** The mean likewise; the mean of nothing is an error (DT_ERR_SHAPE). X = Y / count, broadcast
 *  back. */
DT_API dt_tensor *dt_mean(dt_tensor *x, int axis);

DT_END_DECLS

#endif
