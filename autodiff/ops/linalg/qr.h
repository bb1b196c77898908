/* qr.h - the rank check that QR factors and least squares share. */
#ifndef DTI_LINALG_QR_H
#define DTI_LINALG_QR_H

#include "matrices.h"

/* Do the matrices with triangular factors r have full column rank, to working precision? Fails r's
 * tape with "name: matrix .. of ..: hint" if not. */
bool dti_check_rank(dt_tensor *r, const char *name, const char *hint);

#endif
