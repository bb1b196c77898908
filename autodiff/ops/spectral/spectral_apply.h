/* spectral_apply.h - the operation behind functions of matrices, for rules that use it. */
#ifndef DTI_SPECTRAL_APPLY_H
#define DTI_SPECTRAL_APPLY_H

#include "hermitian.h"

/* Attribute of spectral_apply and spectral_form: function, order of derivative, and the
 * decomposition of the matrix if it is known already. */
struct dti_spectral_attr {
    struct dti_function f;
    int order;        /* spectral_apply: how many directions follow the parameters */
    dt_tensor *w, *v; /* NULL: to be computed */
};

extern const dt_op dti_op_spectral_apply;

/* Order, number of parameters and their types fit the inputs from `first` on? */
dt_status dti_check_function(dt_node *n, const struct dti_function *f, int first);

/* The decomposition of node n's matrix, outputs o and o + 1 or in the attribute. */
dt_tensor *dti_eigenvalues_of(const dt_node *n, int o);
dt_tensor *dti_eigenvectors_of(const dt_node *n, int o);

/* D^k g(A)[E_1, .., E_k] with the decomposition of node n; `by` >= 0: of dg/dparam instead; NULL
 * (with a failed tape) if there is no such derivative. */
dt_tensor *dti_spectral_derivative(const dt_node *n, int o, const struct dti_function *f,
                                   dt_tensor *a, dt_tensor *const *params, int order,
                                   dt_tensor *const *directions);

/* f differentiated once more by parameter p; false with a failed tape beyond the second order. */
bool dti_function_by(const dt_node *n, const struct dti_function *f, int p,
                     struct dti_function *ret);

/* Fill a function from what a user gave; false with a failed tape. */
bool dti_function_from(dt_tape *tape, const char *name, const dt_spectral_function *fn,
                       int n_params, dt_tensor *const *params, struct dti_function *ret);

#endif
