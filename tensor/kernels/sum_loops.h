/* sum_loops.h - the inner loops of sums, one per kernel set (sets.h), bitwise equal in all. */
#ifndef DTI_SUM_LOOPS_H
#define DTI_SUM_LOOPS_H

#include "kernels.h"

typedef struct dti_sum_loops {
    /* y[i] += x[i] */
    void (*add)(int64_t n, void *y, const void *x);
    /* y[i] = or += x[i * stride] */
    void (*add_lanes)(void *y, const void *x, int64_t n_lanes, int64_t stride, bool first);
    /* y[0] = sum of n neighbours in eight interleaved partial sums */
    void (*sum_run)(void *y, const void *x, int64_t n);
} dti_sum_loops;

/* By type, NULL members if not a float type; filled from the kernel set in use. */
extern dti_sum_loops dti_sum_loops_chosen[DT_DTYPE_COUNT];

#endif
