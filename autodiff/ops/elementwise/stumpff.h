/* stumpff.h - sin(t)/t, (1 - cos t)/t^2 and their like as smooth functions of t^2. */
#ifndef DTI_STUMPFF_H
#define DTI_STUMPFF_H

#include <difftape/tape.h>

/* c_k(x), element by element. */
dt_tensor *dti_stumpff(dt_tensor *x, int k);

#endif
