/* each_matrix.h - the loop over the matrices of a batch that factorisations share. */
#ifndef DTI_EACH_MATRIX_H
#define DTI_EACH_MATRIX_H

#include <difftape/array.h>

/* Treat one matrix; false if it cannot be done. */
typedef bool dti_matrix_fn(void *context, int64_t matrix, int worker);

/* fn for matrices 0 .. n_matrices - 1 of about `work` multiply-adds each, on several threads where
 * that pays. Every matrix is visited; returns the first that failed, or -1. */
int64_t dti_each_matrix(int64_t n_matrices, double work, dti_matrix_fn *fn, void *context);

#endif
