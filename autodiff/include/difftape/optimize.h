/* optimize.h - fitting: minimise a real loss, or a sum of squared residuals, over named unknowns.
 *
 *     dt_unknown p[] = {{.name = "stiffness", .value = start, .lower = 0, .upper = INFINITY}};
 *     dt_optimize_options options = {.method = DT_LBFGS};
 *     dt_optimizer *o;
 *     dt_optimizer_new(loss, user, 1, p, &options, &o, &error);
 *     dt_optimizer_run(o, &error);
 *     puts(dt_optimizer_report(o)->reason);
 *     dt_optimizer_get(o, 0, &result, &error);
 *     dt_optimizer_free(o);
 *
 * Bounds are kept by a smooth change of variables, so every method can have them: with u free,
 *     lower and upper:  x = lower + (upper - lower) (1 + sin u) / 2
 *     lower only:       x = lower - 1 + sqrt(1 + u^2)          (upper only: mirrored)
 * Norms of gradients and steps are those of u. A start on a bound is refused: the derivative with
 * respect to u vanishes there. Source: F. James, MINUIT reference manual, CERN D506 (1994).
 * Complex unknowns count as pairs of real numbers. */
#ifndef DIFFTAPE_OPTIMIZE_H
#define DIFFTAPE_OPTIMIZE_H

#include <difftape/checkpoint.h>

DT_BEGIN_DECLS

/** A fit in progress. Opaque. */
typedef struct dt_optimizer dt_optimizer;

/** What varies: starts at `value` (f64 or c128, any strides, copied). Every element is kept in
 *  (lower, upper); infinities for a free side, both 0 for no bounds. Complex ones have none. */
typedef struct dt_unknown {
    const char *name; /**< used in messages; a literal or valid as long as the optimizer */
    dt_array value;
    double lower, upper;
} dt_unknown;

/** How to minimise. */
typedef enum dt_method {
    DT_LBFGS, /**< limited-memory BFGS, strong Wolfe line search. J. Nocedal, S. J. Wright,
                 Numerical Optimization, 2nd ed., algorithms 3.5 and 7.5, Springer (2006) */
    DT_LEVENBERG_MARQUARDT, /**< fn returns residuals r, the loss is sum |r|^2 / 2. H. B. Nielsen,
                               IMM-REP-1999-05, Technical University of Denmark (1999) */
    DT_ADAM,                /**< D. P. Kingma, J. Ba, arXiv:1412.6980 (2015) */
    DT_SGD                  /**< gradient descent with momentum */
} dt_method;

/** One line of the history; entry 0 is the start. */
typedef struct dt_iteration {
    int64_t iteration;    /**< since the optimizer was made, resumed ones included */
    int64_t evaluations;  /**< calls of the function so far */
    double loss;          /**< after the iteration */
    double gradient_norm; /**< largest magnitude */
    double step;          /**< Euclidean length of the last step */
} dt_iteration;

/** Called after every iteration; a return value other than 0 stops the run. */
typedef int dt_iteration_fn(void *user, const dt_iteration *iteration);

/** {0} fields take the defaults in brackets; a negative tolerance switches its rule off. */
typedef struct dt_optimize_options {
    dt_method method;
    int64_t max_iterations;    /**< [100; Adam and SGD 1000] per run */
    double gradient_tolerance; /**< [1e-8] stop if no |dL/du| exceeds this */
    double step_tolerance;     /**< [1e-12; Adam, SGD off] stop if |step| <= this times |u| */
    double loss_tolerance;     /**< [1e-14; Adam, SGD off] stop if L falls by no more, relatively */
    double learning_rate;      /**< [0.01] Adam, SGD */
    double momentum;           /**< [0] SGD; 0.9 is usual */
    bool nesterov;             /**< SGD: look ahead along the momentum */
    double beta1, beta2;       /**< [0.9, 0.999] Adam */
    double epsilon;            /**< [1e-8] Adam */
    int memory;                /**< [10] L-BFGS: pairs kept */
    double damping;            /**< [1e-3] Levenberg-Marquardt: first damping */
    int64_t dense_limit;       /**< [512] Levenberg-Marquardt: more unknowns than this are solved by
                                  conjugate gradients on products J^T J v, without forming J */
    dt_iteration_fn *on_iteration;
    void *user; /**< for on_iteration */
} dt_optimize_options;

/** Why a run ended. */
typedef enum dt_stop {
    DT_STOP_NONE,        /**< it has not run yet, or failed with an error */
    DT_STOP_GRADIENT,    /**< converged: the gradient is small */
    DT_STOP_STEP,        /**< converged: steps are small */
    DT_STOP_LOSS,        /**< converged: the loss no longer falls */
    DT_STOP_ITERATIONS,  /**< the limit of iterations */
    DT_STOP_CALLBACK,    /**< on_iteration asked for it */
    DT_STOP_LINE_SEARCH, /**< no step along the search direction lowers the loss */
    DT_STOP_NONFINITE    /**< loss or gradient became NaN or infinite (Adam, SGD) */
} dt_stop;

/** The state of a fit. */
typedef struct dt_optimize_report {
    dt_stop stop;
    char reason[200]; /**< the same as a sentence with its figures */
    double loss, gradient_norm;
    int64_t iterations, evaluations;
    const dt_iteration *history; /**< n_history entries, the optimizer's own */
    int64_t n_history;
} dt_optimize_report;

/** An optimizer at its start. fn(user, tape, in) builds the loss, one real number, or for
 *  DT_LEVENBERG_MARQUARDT the residuals (any shape, real or complex) from the unknowns `in`; it is
 *  called once per evaluation on a tape of the optimizer's own that is reset before each, so use
 *  dt_constant_view for large data. Where the model has no value (a matrix that is not positive
 *  definite, a value that is not finite) a line search takes it as an infinite loss and shortens
 *  the step; at the start it is an error. options may be NULL. Errors: DT_ERR_ARGUMENT for bounds
 *  that do not contain the start, DT_ERR_DTYPE, DT_ERR_MEMORY; *ret_optimizer is then untouched. */
DT_API dt_status dt_optimizer_new(dt_tensor_fn *fn, void *user, int n_unknowns,
                                  const dt_unknown *unknowns, const dt_optimize_options *options,
                                  dt_optimizer **ret_optimizer, dt_error *error);
DT_API void dt_optimizer_free(dt_optimizer *optimizer);

/** Iterate until a stopping rule holds; calling it again goes on from there. Errors are those of
 *  the model; a run that stops for any other reason is DT_OK and says why in the report. */
DT_API dt_status dt_optimizer_run(dt_optimizer *optimizer, dt_error *error);

/** The state of affairs; valid until the next call with this optimizer. */
DT_API const dt_optimize_report *dt_optimizer_report(const dt_optimizer *optimizer);

/** Copy the present values of unknown i into target (its shape and type, any strides). */
DT_API dt_status dt_optimizer_get(const dt_optimizer *optimizer, int i, const dt_array *target,
                                  dt_error *error);

/** Everything needed to go on later, as a one-dimensional f64 array (release with dt_array_free;
 *  write it to a file with dt_npy_write), and the way back: an optimizer made with the same
 *  arguments that is given the state continues bit for bit as if it had never stopped. The history
 *  begins anew. Errors: DT_ERR_ARGUMENT if the state is of another method, size or version. */
DT_API dt_status dt_optimizer_save(const dt_optimizer *optimizer, dt_array *ret_state,
                                   dt_error *error);
DT_API dt_status dt_optimizer_restore(dt_optimizer *optimizer, const dt_array *state,
                                      dt_error *error);

/** Covariance (n, n) of all real numbers in the unknowns, in order, at the present values of a
 *  DT_LEVENBERG_MARQUARDT fit: s^2 (J^T J)^-1 with J the Jacobian of the residuals with respect to
 *  the unknowns themselves (not u) and s^2 = sum |r|^2 / (m - n), m real residuals. With residuals
 *  divided by their standard deviations, pass scale = false to leave s^2 out. Errors:
 *  DT_ERR_SINGULAR naming the unknowns that the data do not determine beside the others: those
 *  whose column of J is a combination of the columns before it, or rounding noise (1e-10 of the
 *  longest column, also in units of the unknown's own value). error->index is the first. The
 *  target then has NaN in their rows and columns and elsewhere the covariance of the others with
 *  them held at their values. */
DT_API dt_status dt_optimizer_covariance(dt_optimizer *optimizer, bool scale,
                                         const dt_array *target, dt_error *error);

DT_END_DECLS

#endif
