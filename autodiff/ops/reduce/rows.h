/* rows.h - reductions that look at one row of numbers after another. */
#ifndef DTI_ROWS_H
#define DTI_ROWS_H

#include "../ops.h"

/* Attribute of reductions over a set of axes. */
struct dti_reduce_attr {
    unsigned mask; /* bit d set: dimension d is reduced */
};

/* Put the result for `length` elements of a row at `out`. */
typedef void dti_row_fn(int64_t length, const void *row, void *out);

/* Run fn over the rows of input 0 that the attribute reduces, in C order of the reduced axes; the
 * results go to output 0. */
void dti_reduce_rows(dt_node *n, dti_row_fn *fn);

/* Declare output 0: input 0 without the reduced axes, of the given type. */
dt_status dti_shape_reduced(dt_node *n, dt_dtype dtype);

/* The same after checking that no row is empty and that input 0 is real. */
dt_status dti_shape_extremum(dt_node *n);

/* x, reduced over the attribute's axes, back in the number of dimensions of input 0: size 1 along
 * the reduced ones, so that it broadcasts against it. */
dt_tensor *dti_restore_axes(const dt_node *n, dt_tensor *x);

/* Apply a reduction to x over an `axis` argument. */
dt_tensor *dti_apply_reduction(const dt_op *op, dt_tensor *x, int axis);

/* Rules of minima and maxima: equal elements share the cotangent equally. */
void dti_extremum_vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar);
void dti_extremum_jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot);

#endif
