/* extremes.h - what dt_maximum and dt_minimum share: everything but the comparison. */
#ifndef DTI_EXTREMES_H
#define DTI_EXTREMES_H

#include "../ops.h"

dt_status dti_extreme_shape(dt_node *n);
void dti_extreme_vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar);
void dti_extreme_jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot);

#endif
