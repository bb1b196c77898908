/* optimizer.h - what the methods share: the flat vector of variables and how the loss is found. */
#ifndef DTI_OPTIMIZER_H
#define DTI_OPTIMIZER_H

#include <difftape/optimize.h>

/* One unknown within the vector u. */
struct dti_unknown {
    const char *name;
    dt_dtype dtype;
    int ndim;
    int64_t shape[DT_MAX_DIMS];
    int64_t offset, reals; /* its part of u */
    double lower, upper;   /* infinite: free */
};

struct dti_method {
    const char *name;
    /* Numbers of state beside u, g and the loss. */
    int64_t (*state_size)(const dt_optimizer *o);
    /* Set up the state before the first iteration. */
    void (*start)(dt_optimizer *o);
    /* One iteration: move o->u, and leave loss and gradient there in o. Sets o->step and perhaps
     * o->report.stop (with dti_stop). Failure is in o->error. */
    void (*iterate)(dt_optimizer *o);
};

extern const struct dti_method dti_method_lbfgs, dti_method_levenberg_marquardt, dti_method_adam,
    dti_method_sgd;

struct dt_optimizer {
    dt_optimize_options options; /* defaults filled in */
    const struct dti_method *method;
    dt_tensor_fn *fn;
    void *user;
    int n_unknowns;
    struct dti_unknown *unknowns;
    dt_tape *tape;
    dt_error error;

    int64_t n;     /* length of u */
    double *u, *g; /* variables and dL/du there */
    double *state; /* the method's own */
    double *work;  /* 6 n numbers of scratch */
    int64_t n_state;
    double loss, step;
    int64_t iterations, evaluations;
    bool started;
    bool plain; /* u are the unknowns themselves, without bounds */

    dt_optimize_report report;
    dt_iteration *history;
    int64_t history_room;
};

/* Most pairs L-BFGS can keep. */
#define DTI_MOST_PAIRS 64

/* Unknown i as a tensor made from u. */
dt_tensor *dti_optimizer_unknown(const dt_optimizer *o, int i, dt_tensor *u);

/* The present values of all unknowns in turn (n numbers); false with o->error set. */
bool dti_optimizer_values(dt_optimizer *o, double *x);

/* The function's result with u a parameter of the (reset) tape, and u itself: NULL without a value
 * (o->error tells a failure from a value that does not exist). */
dt_tensor *dti_optimizer_build(dt_optimizer *o, const double *u, dt_tensor **ret_u);

/* Loss and, unless g is NULL, gradient at u; infinity where the model has no value. */
double dti_optimizer_loss(dt_optimizer *o, const double *u, double *g);

/* Residuals as one real vector on the tape (complex ones: real, then imaginary parts); NULL as in
 * dti_optimizer_build. */
dt_tensor *dti_optimizer_residuals(dt_optimizer *o, const double *u, dt_tensor **ret_u);

/* Note why the run ends. */
void dti_stop(dt_optimizer *o, dt_stop stop, const char *format, ...) DT_PRINTF(3, 4);

/* Vectors of n numbers. */
double dti_vector_dot(int64_t n, const double *a, const double *b);
double dti_vector_norm(int64_t n, const double *a);
double dti_vector_largest(int64_t n, const double *a);

#endif
