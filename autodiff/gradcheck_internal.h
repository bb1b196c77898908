/* gradcheck_internal.h - a function under test, evaluated and differenced. */
#ifndef DTI_GRADCHECK_INTERNAL_H
#define DTI_GRADCHECK_INTERNAL_H

#include <difftape/gradcheck.h>

/* s(x) = Re <ybar, fn(x)> for a fixed random cotangent ybar, or one of ones. */
struct dti_check {
    const char *name;
    dt_tensor_fn *fn;
    void *user;
    int n_in;
    const dt_array *values;
    dt_gradcheck_options options;
    dt_gradcheck_report *report;
    dt_error *error;
    dt_tape *tape;
    bool plain;     /* ybar is ones */
    double *buffer; /* perturbed inputs, one after another, 2 doubles per complex element */
};

/* Real numbers an input is made of (0 if it is not differentiated). */
int64_t dti_check_reals(const struct dti_check *c, int input);

/* Put the inputs on the (reset) tape: with gradients, or as constants shifted by h times
 * `direction`, which holds dti_check_reals numbers for every input in turn (NULL: none). */
void dti_check_leaves(struct dti_check *c, bool parameters, const double *direction, double h,
                      dt_tensor **leaves);

/* The function under test at `in`; a failed tape and its inert tensor if it returns none. */
dt_tensor *dti_check_call(const struct dti_check *c, dt_tape *tape, dt_tensor *const *in);

/* The cotangent of y as a constant of its tape. */
dt_tensor *dti_check_cotangent(const struct dti_check *c, const dt_tensor *y);

/* d/dh s(x + h direction) at h = 0 by 4-point central differences, and in *ret_scale the sum of
 * magnitudes s is made of (rounding error grows with it). NaN with a failed tape. */
double dti_check_difference(struct dti_check *c, const double *direction, double *ret_scale);

/* s(x + h direction), and the sum of the magnitudes of its terms. NaN with a failed tape. */
double dti_check_evaluate(struct dti_check *c, const double *direction, double h,
                          double *ret_scale);

/* Does the remainder of first order fall as h^2 along a random direction, which is scratch? */
dt_status dti_check_taylor(struct dti_check *c, const double *gradient, double *direction);

/* Options with the defaults filled in. */
dt_gradcheck_options dti_check_options(const dt_gradcheck_options *given);

/* Number and types of the inputs. */
dt_status dti_check_values(const char *name, int n_in, const dt_array *values, dt_error *error);

#endif
