/* iterate.h - walking strided operands: joint collapsing of dimensions and packing of rows. */
#ifndef DTI_ITERATE_H
#define DTI_ITERATE_H

#include <difftape/array.h>

/* Drop dimensions of size 1 and merge neighbours d, d+1 whenever every operand has
 * strides[d] == shape[d + 1] * strides[d + 1]; at least one dimension is left. */
void dti_collapse(int *ndim, int64_t *shape, int n_operands, int64_t (*strides)[DT_MAX_DIMS]);

/* Pack n_rows rows of `length` elements, strides in elements, into contiguous dst. */
typedef void dti_pack_fn(void *dst, const void *src, int64_t n_rows, int64_t row_stride,
                         int64_t length, int64_t stride);

/* The packer from one element type to another: equal types, or real to complex of the same
 * precision; NULL for any other pair. */
dti_pack_fn *dti_pack(dt_dtype from, dt_dtype to);

/* Copy between arrays of equal shape and type, any strides on both sides. */
void dti_copy_strided(const dt_array *target, const dt_array *source);

#endif
