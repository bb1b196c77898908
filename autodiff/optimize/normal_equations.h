/* normal_equations.h - (J^T J + damping D) step = -g, with J in memory or through products. */
#ifndef DTI_NORMAL_EQUATIONS_H
#define DTI_NORMAL_EQUATIONS_H

#include "optimizer.h"

struct dti_normal {
    bool dense;
    double *matrix; /* dense: J^T J (n x n), then its damped copy; else 4 n numbers of scratch */
    const double *scale; /* dense: what the damping multiplies (n) */
};

/* Prepare at o->u; false if o->error is set or the model has no value there. */
bool dti_normal_new(dt_optimizer *o, struct dti_normal *ret_normal);
void dti_normal_free(struct dti_normal *normal);

/* Dense: let largest (n), which belongs to the caller, grow to the diagonal, and damp by it. */
void dti_normal_scale(const dt_optimizer *o, struct dti_normal *normal, double *largest);

/* The step and the diagonal D that the damping multiplies; false if it cannot be solved at this
 * damping. */
bool dti_normal_solve(dt_optimizer *o, const struct dti_normal *normal, double damping,
                      double *ret_step, double *ret_diagonal);

/* Lengths of the columns of J, from J^T J (n x n) at x; 0 for those that are rounding noise, whose
 * unknown has no influence. */
void dti_column_lengths(int64_t n, const double *matrix, const double *x, double *ret_length);

/* Half the sum of squared residuals at u, and J^T r; infinity where the model has no value. */
double dti_optimizer_squares(dt_optimizer *o, const double *u, double *ret_g);

/* J^T J (n x n) at u into matrix; returns the number of real residuals, -1 on failure. */
int64_t dti_normal_matrix(dt_optimizer *o, const double *u, double *matrix);

#endif
