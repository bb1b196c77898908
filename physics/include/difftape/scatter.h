/* scatter.h - X-ray form factors and structure factors on the tape (Debye-Waller factors:
 * transform.h). */
#ifndef DIFFTAPE_SCATTER_H
#define DIFFTAPE_SCATTER_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Form factors f_j(q) = sum_g a_jg exp(-b_jg s^2) + c_j with s = |q| / 4 pi = sin(theta)/lambda.
 *  q (Q,3) in 1/Angstrom, a (N,4) in electrons, b (N,4) in Angstrom^2, c (N) in electrons; f64.
 *  Returns (Q,N) f64 in electrons. Differentiable in all four. Errors: DT_ERR_SHAPE.
 *  Source: International Tables for Crystallography Vol. C (1992), section 6.1.1. */
DT_API dt_tensor *dt_compute_form_factors(dt_tensor *q, dt_tensor *a, dt_tensor *b, dt_tensor *c);

/** What dt_structure_factors returns. */
typedef enum dt_structure_factor_kind {
    DT_SUM_OVER_ATOMS,  /**< sum_j F_j: (Q) */
    DT_PER_ATOM,        /**< F_j: (Q,N) */
    DT_PER_ATOM_TIMES_Q /**< F_j q: (Q,3N), atom-major, xyz-minor; the response to displacements but
                             for the factor i */
} dt_structure_factor_kind;

/** Options of dt_structure_factors; {0} is the sum over atoms that are fully there. */
typedef struct dt_structure_factor_options {
    dt_structure_factor_kind kind;
    dt_tensor *components; /**< NULL, or (N,m) for DT_PER_ATOM, (3N,m) for DT_PER_ATOM_TIMES_Q, real
                                or complex: the result is multiplied by it, giving (Q,m) */
    dt_tensor *occupancy;  /**< NULL, or (N): multiplies the form factors */
} dt_structure_factor_options;

/** Structure factors F_j(q) = o_j f_j(q) T_j(q) exp(+i q.r_j), in electrons (times 1/Angstrom with
 *  q), with the Debye-Waller factor T of dt_debye_waller: q (Q,3) in 1/Angstrom, xyz (N,3) in
 *  Angstrom, form_factors (Q,N) in electrons, and u, mean-square displacements in Angstrom^2,
 *  isotropic (N), along the axes (N,3), tensors (N,3,3), or NULL for none; c128. options may be
 *  NULL. Differentiable in every tensor. Errors: DT_ERR_ARGUMENT for components with the sum,
 *  DT_ERR_SHAPE. */
DT_API dt_tensor *dt_structure_factors(dt_tensor *q, dt_tensor *xyz, dt_tensor *form_factors,
                                       dt_tensor *u, const dt_structure_factor_options *options);

/** The same with form factors from their coefficients a, b, c (dt_compute_form_factors), computed
 *  for `batch` scattering vectors at a time on dt_get_threads() threads, and again in the backward
 *  pass: besides input and result, memory is that of one batch per thread, for each of its vectors
 *  and atoms about 10 bytes forward and 25 with the backward pass for the sum, 30 and 60 for
 *  DT_PER_ATOM, 80 and 160 for DT_PER_ATOM_TIMES_Q. Bits do not depend on the number of threads. */
DT_API dt_tensor *dt_structure_factors_batched(dt_tensor *q, dt_tensor *xyz, dt_tensor *a,
                                               dt_tensor *b, dt_tensor *c, dt_tensor *u,
                                               const dt_structure_factor_options *options,
                                               int64_t batch);

DT_END_DECLS

#endif
