/* matrices.h - what the matrix operations share: types, batch shapes, names of matrices. */
#ifndef DTI_MATRICES_H
#define DTI_MATRICES_H

#include "../ops.h"

#include "linalg.h"

/* Cast the real one of a real and a complex operand; any other pair is left as it is. */
void dti_mix_types(dt_tensor **a, dt_tensor **b);

/* The conjugate transpose of the last two dimensions. */
dt_tensor *dti_adjoint(dt_tensor *x);

/* Refuse inputs that are not float matrices (two dimensions at least) of one type. */
dt_status dti_need_matrices(dt_node *n);

/* Refuse matrices of input i that are too large for LAPACK's decompositions. */
dt_status dti_need_lapack_size(dt_node *n, int i);

/* Declare output 0 as rows x cols matrices, with the leading dimensions of a two-input node
 * broadcast. */
dt_status dti_output_matrices(dt_node *n, int64_t rows, int64_t cols);

/* "matrix 5 of 27", or "the matrix" where there is only one. */
const char *dti_matrix_name(char *buffer, size_t size, const dt_array *x, int64_t matrix);

/* The node's decomposition failed with this status at this matrix of a; `values` are what it is
 * after. */
void dti_fail_decomposition(dt_node *n, dt_status status, const dt_array *a, int64_t matrix,
                            const char *values);

/* For functions made of operations: is the tape in order and does a hold (square) matrices of a
 * float type in its last two dimensions? Fails the tape with "name: ..." if not. */
bool dti_is_matrices(dt_tensor *a, bool square, const char *name);

/* out = (a + a^H)/2, matrix by matrix; out is contiguous and not a. */
void dti_hermitian_part(const dt_array *out, const dt_array *a);

#endif
