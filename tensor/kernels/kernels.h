/* kernels.h - the numerical loops of the engine, below shapes and tapes.
 *
 * A map kernel works on one contiguous tile; dti_map walks broadcast, strided and mixed-type
 * operands and feeds it. Tables are indexed by compute type; NULL = not defined for that type. */
#ifndef DTI_KERNELS_H
#define DTI_KERNELS_H

#include <difftape/array.h>

/* Elements per tile: operands of a few kernels stay in the first-level cache. Tile boundaries are
 * fixed by the element index, never by the thread count. */
#define DTI_TILE 512

/* Run kernel over out's elements (out is contiguous). Each input broadcasts to out's shape, any
 * strides, and is converted (real to complex of the same precision, or bool/i64 unchanged) to
 * in_dtype[i] on the way. */
void dti_map(const dt_array *out, dt_map_fn *kernel, int n_in, const dt_array *const *in,
             const dt_dtype *in_dtype, const void *attr);

/* The tables dti_k_add, ... of the kernel set in use (sets.h); kernels.list says what they take. */
#define KERNEL(name)       extern dt_map_fn *dti_k_##name[DT_DTYPE_COUNT];
#define KERNEL_PAIRS(name) extern dt_map_fn *dti_k_##name[DT_DTYPE_COUNT][DT_DTYPE_COUNT];
#include "kernels.list"
#undef KERNEL
#undef KERNEL_PAIRS

/* out = sum of in over the axes whose bit is set in axes_mask; out holds the other axes in order
 * (contiguous, float type equal to in's). Pairwise in a fixed tree: rounding error grows with log n
 * and the result does not depend on threads. An empty sum is 0. */
void dti_sum(const dt_array *out, const dt_array *in, unsigned axes_mask);

/* out[.., i, ..] = in[.., index[i], ..] along axis; index is a 1-d contiguous i64 array of
 * entries already checked to lie in range. out contiguous; any element type. */
void dti_gather(const dt_array *out, const dt_array *in, const int64_t *index, int axis);

/* out = 0, then out[.., index[i], ..] += in[.., i, ..] in order of i; out contiguous, float types.
 */
void dti_scatter_add(const dt_array *out, const dt_array *in, const int64_t *index, int axis);

/* y += x, contiguous arrays of equal shape and float type: the accumulation step of a sweep. */
void dti_accumulate(const dt_array *y, const dt_array *x);

/* Index of the first non-finite element in C order, or -1. */
int64_t dti_find_nonfinite(const dt_array *x);

#endif
