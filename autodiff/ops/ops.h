/* ops.h - what operation files share: elementwise shape and forward functions over a kernel table.
 */
#ifndef DTI_OPS_H
#define DTI_OPS_H

#include <difftape/op.h>

#include "kernels/kernels.h"
#include "view.h"

/* Shapes: broadcast of all (float) inputs; like the only (float) input; its real type; its complex
 * type from a real input. */
dt_status dti_shape_broadcast(dt_node *n);
dt_status dti_shape_unary(dt_node *n);
dt_status dti_shape_real(dt_node *n); /* a real input */
dt_status dti_shape_to_real(dt_node *n);
dt_status dti_shape_to_complex(dt_node *n);

/* The complex type and broadcast shape of two real inputs. */
dt_status dti_shape_pair_to_complex(dt_node *n);

/* The shape all inputs broadcast to, whatever their types. */
dt_status dti_broadcast_sizes(dt_node *n, int *ret_ndim, int64_t *ret_shape);

/* The kernel table[compute], every input converted to compute. */
dt_map dti_map_table(const dt_node *n, dt_map_fn *const *table, dt_dtype compute);

/* The dimensions an `axis` argument (reduce.h) names, as bits. Fails x's tape and returns false if
 * one does not exist or is named twice; false also if the tape has failed or x is NULL. */
bool dti_axes(dt_tensor *x, int axis, const char *name, unsigned *ret_mask);

/* The one dimension an `axis` argument names, as dti_axes. */
bool dti_one_axis(dt_tensor *x, int axis, const char *name, int *ret_axis);

/* The inert tensor of x's tape; NULL for NULL. */
dt_tensor *dti_inert_of(const dt_tensor *x);

/* Is x f32 or f64? */
bool dti_is_real(const dt_tensor *x);

/* x + c, in the type of x. */
dt_tensor *dti_plus(dt_tensor *x, double c);

/* i x for a real x, as a complex tensor. */
dt_tensor *dti_times_i(dt_tensor *x);

/* Re(a b*) and Im(a b*), real; a and b of any type. */
dt_tensor *dti_real_of_product(dt_tensor *a, dt_tensor *b);
dt_tensor *dti_imag_of_product(dt_tensor *a, dt_tensor *b);

/* Derivative number order + 1 of log Gamma: digamma (order 0), trigamma (1), ..., to 64. Real; for
 * order >= 1 x must be positive, else NaN. */
dt_tensor *dti_polygamma(dt_tensor *x, int order);

#endif
