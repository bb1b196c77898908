/* sinusoid.h - loops over the solutions of a cos w + b sin w = c and over their cotangents. */
#ifndef DTI_SINUSOID_H
#define DTI_SINUSOID_H

#include "../ops.h"

/* What one tile of a loop works on: inputs as they come from a walk, outputs in place. */
typedef void dti_root_tile_fn(int64_t n, const void *const *in, void *const *out, double attr);

/* Run tile(f32) or tile(f64) over the elements of out[0]'s node, all inputs of which broadcast to
 * `shape` elements; output o has width[o] numbers per element. Tiles do not depend on threads. */
void dti_root_tiles(dt_node *n, const dt_array *shape, dti_root_tile_fn *single,
                    dti_root_tile_fn *twice, const int *width, double attr);

/* abar, bbar, cbar of the roots in one loop, not recorded: q is the slope, the inputs are a, b, c,
 * q, the cotangents of rising and falling root, and of the slope. */
void dti_sinusoid_roots_adjoint(dt_tensor *const *in, dt_tensor **ret_bars);

#endif
