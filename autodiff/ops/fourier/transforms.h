/* transforms.h - what the Fourier operations share. */
#ifndef DTI_TRANSFORMS_H
#define DTI_TRANSFORMS_H

#include <difftape/fourier.h>

#include "../ops.h"

#include "fft.h"

struct dti_fft_attr {
    dti_fft fft;
    int64_t n; /* irfft: points along the halved axis */
};

extern const dt_op dti_op_fft, dti_op_rfft, dti_op_irfft;

/* Are there points along every transformed axis? */
dt_status dti_check_transform(dt_node *n);

/* 1 for the frequencies of a halved axis that stand for themselves, `pairs` for those that stand
 * for their conjugates too; shaped to multiply a spectrum of z's dimensions. */
dt_tensor *dti_half_weights(dt_tape *tape, dt_dtype dtype, int ndim, int axis, int64_t n,
                            double pairs);

#endif
