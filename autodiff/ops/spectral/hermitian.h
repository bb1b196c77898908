/* hermitian.h - decompositions of a batch of Hermitian matrices within an operation. */
#ifndef DTI_SPECTRAL_HERMITIAN_H
#define DTI_SPECTRAL_HERMITIAN_H

#include "functions.h"

/* Are the last two dimensions of input i square matrices of a float type? Fails the node if not. */
dt_status dti_need_square(dt_node *n, int i);

/* Declare outputs o and o + 1: eigenvalues and vectors of input i. */
dt_status dti_declare_decomposition(dt_node *n, int o, int i);

/* Compute them; the node fails without memory or where LAPACK does. */
void dti_decompose(dt_node *n, int o, int i, bool vectors);

/* Read the parameters of a function from inputs first, first + 1, ...; real scalars. */
bool dti_read_parameters(dt_node *n, const struct dti_function *f, int first, double *theta);

/* Set up g for one matrix: its eigenvalues (n of any real type) go to x as doubles. */
void dti_g_prepare(struct dti_g *g, const void *w, dt_dtype dtype, double *x);

#endif
