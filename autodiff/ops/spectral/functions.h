/* functions.h - functions of eigenvalues: values, derivatives, divided differences. */
#ifndef DTI_SPECTRAL_FUNCTIONS_H
#define DTI_SPECTRAL_FUNCTIONS_H

#include <difftape/spectral.h>

#include "../ops.h"

#define DTI_SPECTRAL_PARAMS 32 /* most parameters of a function */
#define DTI_SPECTRAL_ORDER  2  /* most derivatives with respect to the matrix, and to parameters */

/* The function that an operation uses: fn, differentiated n_by times with respect to the parameters
 * numbered by[..]; for user functions and such derivatives everything goes through the tape. */
struct dti_function {
    dt_spectral_function fn;
    int n_params;
    int n_by, by[DTI_SPECTRAL_ORDER];
    bool relative; /* cutoff is relative to the largest magnitude */
};

/* The same for one matrix of the batch. */
struct dti_g {
    const struct dti_function *f;
    double theta[DTI_SPECTRAL_PARAMS];
    double cutoff;
    int64_t n;
    const double *x; /* eigenvalues, ascending */
    dt_node *node;   /* whose scratch memory and worker tape are used; failure goes there */
    int64_t matrix;  /* its number in the batch, for messages */
};

/* How many parameters a kind takes; -1 for a user's. */
int dti_spectral_arity(dt_spectral_kind kind);

/* Closed forms of the built-in functions: value and divided difference, equal arguments included.
 */
double dti_spectral_value(dt_spectral_kind kind, const double *theta, double x);
double dti_spectral_difference(dt_spectral_kind kind, const double *theta, double a, double b);

/* Derivative number `order` of g with respect to x at n points, through the tape; false with the
 * node failed. */
bool dti_g_evaluate(const struct dti_g *g, int order, int64_t n, const double *x, double *ret);

/* Is eigenvalue i cut off? Dropped or clamped, as fn says. */
bool dti_g_cut(const struct dti_g *g, int64_t i);

/* g(x_i) for every eigenvalue; checks the domain. The matrix of first divided differences (n, n);
 * the cube of second ones (n, n, n). All false with the node failed. */
bool dti_g_values(const struct dti_g *g, double *ret);
bool dti_g_first(const struct dti_g *g, double *ret);
bool dti_g_second(const struct dti_g *g, double *ret);

#endif
