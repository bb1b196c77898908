/* fixed_point.h - the iteration and the linear solver behind dt_fixed_point. */
#ifndef DTI_FIXED_POINT_H
#define DTI_FIXED_POINT_H

#include <difftape/derivatives.h>

/* f(x; in) on a worker tape. */
typedef dt_tensor *dti_step_fn(const void *context, dt_tape *tape, dt_tensor *x,
                               dt_tensor *const *in);

/* Reads target[0..n) = f(x), n real numbers; false with the node's tape failed. */
typedef bool dti_evaluate_fn(void *user, const double *x, double *target);

/* Solve x = f(x) for affine f by GMRES, x holding the start and then the solution; the matrix is
 * only seen through f. workspace: dti_gmres_workspace(n) doubles. Returns the residual
 * |f(x) - x| / |f(0)|, which is at most `tolerance` on success; NaN if f failed. */
double dti_gmres(int64_t n, double *x, dti_evaluate_fn *f, void *user, double tolerance,
                 double *workspace);
int64_t dti_gmres_workspace(int64_t n);

#endif
