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

/* How an input reaches a kernel: its own memory, a tile filled once, or a tile packed anew. */
typedef enum dti_access { DTI_DIRECT, DTI_CONSTANT, DTI_PACKED } dti_access;

typedef struct dti_walk_input {
    const char *data;
    const int64_t *strides;
    size_t size, item; /* bytes per element in memory, and as the kernel wants it */
    dti_access access;
    bool same_type;
    dti_pack_fn *pack;
} dti_walk_input;

/* Most inputs of a walk, and bytes of the largest element. */
#define DTI_WALK_INPUTS  16
#define DTI_LARGEST_ITEM 16

/* A walk over the elements of a shape in C order, tile by tile, with inputs that broadcast to it,
 * have any strides and are converted on the way. Points into itself: do not copy. */
typedef struct dti_walk {
    int64_t n_elements, tile;
    int ndim, n_in;
    int64_t shape[DT_MAX_DIMS];
    int64_t strides[DTI_WALK_INPUTS][DT_MAX_DIMS];
    dti_walk_input in[DTI_WALK_INPUTS];
    bool needs_position;
} dti_walk;

/* All tiles but the last will have `tile` elements; 0 if they vary. */
void dti_walk_prepare(dti_walk *w, int ndim, const int64_t *shape, int n_in,
                      const dt_array *const *in, const dt_dtype *in_dtype, int64_t tile);

/* Fill the buffer of an input that is the same in every tile, once; nothing for others. */
void dti_walk_fill(const dti_walk *w, int k, char *buffer);

/* Coordinates of an element, for walks with needs_position. */
void dti_walk_position(const dti_walk *w, int64_t element, int64_t *ret_position);

/* n elements of input k from `start` on, whose coordinates are `position`: in place or in the
 * buffer.
 */
const void *dti_walk_tile(const dti_walk *w, int k, int64_t start, int64_t n,
                          const int64_t *position, char *buffer);

/* Copy between arrays of equal shape and type, any strides on both sides. */
void dti_copy_strided(const dt_array *target, const dt_array *source);

#endif
