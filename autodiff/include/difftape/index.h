/* index.h - picking elements by their numbers (ops.h has the conventions). */
#ifndef DIFFTAPE_INDEX_H
#define DIFFTAPE_INDEX_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** y[.., i, ..] = x[.., index[i], ..] along axis; index is a 1-d i64 tensor, entries in [0, size)
 *  or DT_ERR_ARGUMENT naming the first that is not. X = dt_scatter_add(Y). Repeats accumulate. */
DT_API dt_tensor *dt_gather(dt_tensor *x, dt_tensor *index, int axis);

/** Zeros of size n along axis, then y[.., index[i], ..] += x[.., i, ..] in order of i. X =
 *  dt_gather(Y). */
DT_API dt_tensor *dt_scatter_add(dt_tensor *x, dt_tensor *index, int axis, int64_t n);

DT_END_DECLS

#endif
