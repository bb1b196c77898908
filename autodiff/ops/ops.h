/* ops.h - what operation files share: elementwise shape and forward functions over a kernel table.
 */
#ifndef DTI_OPS_H
#define DTI_OPS_H

#include <difftape/linalg.h>
#include <difftape/op.h>

#include "kernels/kernels.h"

/* Shapes: broadcast of all (float) inputs; like the only (float) input; its real type; its complex
 * type from a real input. */
dt_status dti_shape_broadcast(dt_node *n);
dt_status dti_shape_unary(dt_node *n);
dt_status dti_shape_to_real(dt_node *n);
dt_status dti_shape_to_complex(dt_node *n);

/* The complex type and broadcast shape of two real inputs. */
dt_status dti_shape_pair_to_complex(dt_node *n);

/* The shape all inputs broadcast to, whatever their types. */
dt_status dti_broadcast_sizes(dt_node *n, int *ret_ndim, int64_t *ret_shape);

/* Run a map kernel over the node: table[compute], every input converted to compute. The attr of
 * the node is handed to the kernel. */
void dti_map_node(dt_node *n, dti_map_fn *const *table, dt_dtype compute);

/* The same with one kernel and a type for each input. */
void dti_map_node_mixed(dt_node *n, dti_map_fn *kernel, const dt_dtype *compute);

/* Is x f32 or f64? */
bool dti_is_real(const dt_tensor *x);

/* i x for a real x, as a complex tensor. */
dt_tensor *dti_times_i(dt_tensor *x);

#endif
