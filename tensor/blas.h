/* blas.h - what lapack.c shares with blas.c. */
#ifndef DTI_BLAS_H
#define DTI_BLAS_H

/* Put BLAS on one thread, once: parallelism is ours, over batches and blocks of rows. */
void dti_blas_prepare(void);

#endif
