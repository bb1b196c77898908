/* derivatives.h - derivatives beyond the gradient, all recorded, so they can be differentiated
 * again: Hessian and Gauss-Newton products, Jacobians, implicit functions.
 *
 * Complex variables count as pairs of real numbers with the inner product Re sum conj(a) b, in
 * which gradients are directions of steepest ascent (tape.h). The x below are parameters or tensors
 * made from parameters, as for dt_vjp. */
#ifndef DIFFTAPE_DERIVATIVES_H
#define DIFFTAPE_DERIVATIVES_H

#include <difftape/checkpoint.h>

DT_BEGIN_DECLS

/** Hessian-vector products: ret_product[i] = sum_j (d^2 loss / dx_i dx_j) xdot[j] for a real scalar
 *  loss, by two reverse sweeps: a few times the cost of the gradient, whatever the size. xdot[j]
 *  has shape and type of x[j]. Errors as dt_vjp; DT_ERR_GRADIENT if the loss is complex or not a
 *  scalar. */
DT_API void dt_hvp(dt_tensor *loss, int n_x, dt_tensor *const *x, dt_tensor *const *xdot,
                   dt_tensor **ret_product);

/** Gauss-Newton products: ret_product[i] = (J^T J xdot)_i for residuals y(x) of any shape, one
 *  forward and one reverse sweep; J^T is the adjoint in the real inner product. */
DT_API void dt_gauss_newton(dt_tensor *y, int n_x, dt_tensor *const *x, dt_tensor *const *xdot,
                            dt_tensor **ret_product);

/** All of dy_a/dx_b as a tensor of shape (shape of y..., shape of x...), which must not exceed
 *  DT_MAX_DIMS dimensions; x and y real. As many forward sweeps as x has elements or reverse sweeps
 *  as y has, whichever are fewer. */
DT_API dt_tensor *dt_jacobian(dt_tensor *y, dt_tensor *x);

/** One step of an iteration: the next x from x and parameters. Pure, as dt_tensor_fn. */
typedef dt_tensor *dt_step_fn(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *params);

/** When to stop looking for a fixed point; {0} fields take the defaults in brackets. */
typedef struct dt_fixed_point_options {
    int64_t max_iterations; /**< [200] */
    double tolerance;       /**< [1e-13] |step(x) - x| relative to |x|, Euclidean norms */
} dt_fixed_point_options;

/** The x* = step(x*, params) that the iteration from x0 (f64 or c128) converges to. The derivative
 *  is that of the implicit function: with J = d step/dx at x*,
 *      paramsbar = (d step/d params)^H lambda,   (I - J)^H lambda = xbar,
 *  solved by GMRES on products with J, so no iteration is stored and its number does not matter;
 *  of x0 the result is independent. Any order of derivatives. At least one parameter.
 *  Errors: DT_ERR_NONCONVERGENT with the residual if the iteration, or GMRES (I - J singular: a
 *  fold or a branch point), does not converge.
 *  Source: A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed., chapter 15, SIAM (2008);
 *  Y. Saad, M. H. Schultz, GMRES, SIAM J. Sci. Stat. Comput. 7, 856 (1986),
 *  doi:10.1137/0907058. */
DT_API dt_tensor *dt_fixed_point(dt_step_fn *step, void *user, dt_tensor *x0, int n_params,
                                 dt_tensor *const *params, const dt_fixed_point_options *options);

/** sqrt(sum |g|^2) over the gradients accumulated in n parameters. */
DT_API double dt_gradient_norm(int n, dt_tensor *const *parameters);

/** Scale the gradients of n parameters by one factor so that their common norm is at most
 *  max_norm; returns the norm before. A norm that is not finite is DT_ERR_NONFINITE and changes
 *  nothing. */
DT_API double dt_clip_gradients(int n, dt_tensor *const *parameters, double max_norm);

DT_END_DECLS

#endif
