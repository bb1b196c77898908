/* adjugate.h - the adjugate of a matrix, for the rules of dt_det. */
#ifndef DTI_LINALG_ADJUGATE_H
#define DTI_LINALG_ADJUGATE_H

#include "matrices.h"

extern const dt_op dti_op_adjugate;

/* adj(a), with a adj(a) = det(a) 1: defined for every matrix. Twice differentiable. */
dt_tensor *dti_adjugate(dt_tensor *a);

#endif
