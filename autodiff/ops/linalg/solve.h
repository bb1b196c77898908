/* solve.h - solutions of linear equations from factors that are known already, for rules. */
#ifndef DTI_LINALG_SOLVE_H
#define DTI_LINALG_SOLVE_H

#include "matrices.h"

extern const dt_op dti_op_solve;

/* op(a)^-1 b, op by flag DT_N or DT_C, from the LU factors (dti_lu) of a; differentiable with
 * respect to a, whose elements are not read. */
dt_tensor *dti_solve_from(dt_tensor *a, dt_tensor *b, dt_flag flag, dt_tensor *lu,
                          dt_tensor *pivots);

/* Declare outputs o and o + 1: LU factors and pivots of input 0. */
dt_status dti_declare_lu(dt_node *n, int o);

/* Compute them; false with a failed node. */
bool dti_factorise(dt_node *n, int o);

#endif
