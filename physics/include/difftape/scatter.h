/* scatter.h - X-ray form factors, Debye-Waller factors and structure factors on the tape. */
#ifndef DIFFTAPE_SCATTER_H
#define DIFFTAPE_SCATTER_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Form factors f_j(q) = sum_g a_jg exp(-b_jg s^2) + c_j with s = |q| / 4 pi = sin(theta)/lambda.
 *  q (Q,3) in 1/Angstrom, a (N,4) in electrons, b (N,4) in Angstrom^2, c (N) in electrons; f64.
 *  Returns (Q,N) f64 in electrons. Differentiable in all four. Errors: DT_ERR_SHAPE.
 *  Source: International Tables for Crystallography Vol. C (1992), section 6.1.1. */
DT_API dt_tensor *dt_compute_form_factors(dt_tensor *q, dt_tensor *a, dt_tensor *b, dt_tensor *c);

/** Isotropic Debye-Waller factors T_j(q) = exp(-|q|^2 U_j / 2), U_j = <u_x^2> = B_j / 8 pi^2.
 *  q (Q,3) in 1/Angstrom, u_iso (N) in Angstrom^2. Returns (Q,N) f64. Differentiable in both.
 *  Source: B. T. M. Willis and A. W. Pryor, Thermal Vibrations in Crystallography (1975). */
DT_API dt_tensor *dt_compute_debye_waller(dt_tensor *q, dt_tensor *u_iso);

/** What dt_structure_factors returns. */
typedef enum dt_structure_factor_kind {
    DT_SUM_OVER_ATOMS,  /**< sum_j F_j: (Q) */
    DT_PER_ATOM,        /**< F_j: (Q,N) */
    DT_PER_ATOM_TIMES_Q /**< F_j q: (Q,3N), atom-major, xyz-minor; the response to displacements but
                             for the factor i */
} dt_structure_factor_kind;

/** Options of dt_structure_factors. */
typedef struct dt_structure_factor_options {
    dt_structure_factor_kind kind;
    dt_tensor *components; /**< NULL, or (N,m) for DT_PER_ATOM, (3N,m) for DT_PER_ATOM_TIMES_Q: the
                                result is multiplied by it, giving (Q,m) */
} dt_structure_factor_options;

/** Structure factors F_j(q) = f_j(q) exp(-|q|^2 U_j / 2) exp(+i q.r_j), in electrons (times
 *  1/Angstrom with q): q (Q,3) in 1/Angstrom, xyz (N,3) in Angstrom, form_factors (Q,N) in
 *  electrons, u_iso (N) in Angstrom^2 or NULL for none; c128. options may be NULL: the sum over
 *  atoms. Differentiable in every tensor. Errors: DT_ERR_ARGUMENT for components with the sum,
 *  DT_ERR_SHAPE. */
DT_API dt_tensor *dt_structure_factors(dt_tensor *q, dt_tensor *xyz, dt_tensor *form_factors,
                                       dt_tensor *u_iso,
                                       const dt_structure_factor_options *options);

DT_END_DECLS

#endif
