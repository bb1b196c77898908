/* phonon.h - phonons of a crystal of rigid bodies: masses, wavevectors of the zone, modes,
 * covariance of displacements, and the network atom by atom.
 *
 * With K(k) and the mass matrix M = L L^T, the modes of wavevector k solve D v = omega^2 v with
 * D = L^-1 K(k) L^-T, and V = L^-T v are their displacements. The one-phonon intensity summed over
 * modes is free of masses and modes, so one_phonon.h needs them only for single modes.
 * Sources: M. Born, K. Huang, Dynamical Theory of Crystal Lattices (1954); S. P. Meisburger,
 * D. A. Case, N. Ando, Nat. Commun. 11 (2020) 1271. */
#ifndef DIFFTAPE_PHONON_H
#define DIFFTAPE_PHONON_H

#include <difftape/gnm.h>
#include <difftape/map_utils.h>

DT_BEGIN_DECLS

/* -- masses ------------------------------------------------------------------------------------ */

/** Diagonal of the mass matrix of all atoms of a cell: mass (n) in daltons -> (3 n n_asu), every
 *  mass three times, copy after copy. */
DT_API dt_tensor *dt_atom_mass(dt_tensor *mass, int64_t n_asu);

/** Mass matrix of rigid bodies M = A^T M_0 A, (d,d) with d = 6 n_asu, zero between bodies: body
 *  (n_asu,n,4) from dt_rigid_body_coordinates in Angstrom, mass (n) in daltons; dalton,
 *  dalton Angstrom and dalton Angstrom^2. `quirks`: DT_QUIRK_MASS_EPSILON or 0. Gradient to both.
 *  Errors: DT_ERR_SHAPE. */
DT_API dt_tensor *dt_rigid_body_mass(dt_tensor *body, dt_tensor *mass, unsigned quirks);

/** L^-1 of M = L L^T (..., d, d): lower triangular. Errors as dt_cholesky: bodies whose atoms lie
 *  on one line have no such factor. */
DT_API dt_tensor *dt_mass_whitening(dt_tensor *mass_matrix);

/* -- wavevectors ------------------------------------------------------------------------------- */

/** x of 0...L-1 as a fraction of the zone in [-1/2, 1/2): (x - L)/L from L/2 on, else x/L. NaN for
 *  x outside. */
DT_API double dt_center_wavenumber(int64_t x, int64_t l);

/** The wavevectors a grid of so many samples per unit has, C order, in fractions of the reciprocal
 *  axes: (samples[0] samples[1] samples[2], 3) f64 on the tape, k = 0 first. In 1/Angstrom each is
 *  dt_scattering_vector of it. Errors: DT_ERR_ARGUMENT for samples < 1 or more than 2^24 of them.
 *  */
DT_API dt_tensor *dt_brillouin_zone(dt_tape *tape, const int samples[3]);

/** |k| in 1/Angstrom of every voxel: (n_h,n_k,n_l) f64, by the wavevector it has. Release with
 *  dt_array_free. Errors: DT_ERR_MEMORY. */
DT_API dt_status dt_wavenumber_map(const dt_grid_axis axis[3], const dt_cell *cell,
                                   dt_array *ret_map, dt_error *error);

/* -- modes ------------------------------------------------------------------------------------- */

/** Modes of D = L^-1 K L^-T, softest first: stiffness K (..., d, d) c128 and whitening L^-1 (d,d)
 *  -> omega2 (..., d) f64 (kT per dalton Angstrom^2), and, unless ret_v is NULL, displacements
 *  V = L^-T v (..., d, d) c128 in columns, V^H M V = 1. The derivative of V at equal frequencies is
 *  an error (dt_eigh, strict). Errors: DT_ERR_SHAPE. */
DT_API void dt_phonon_modes(dt_tensor *stiffness, dt_tensor *whitening, dt_tensor **ret_omega2,
                            dt_tensor **ret_v);

/** 1/omega^2, and 0 for modes with omega^2 < threshold, such as the three acoustic ones at k = 0
 *  (eryx: 1e-12, and NaN instead of 0). Gradient 0 there. */
DT_API dt_tensor *dt_phonon_weight(dt_tensor *omega2, double threshold);

/* -- covariance -------------------------------------------------------------------------------- */

/** Covariance of displacements between the reference cell and the cells n, from K at every
 *  wavevector of a zone:
 *      C(n) = kT/N sum over k of  Re K(k)^-1 exp(-i k.R_n),   <w(0) w(R_n)^T>, kT = 1,
 *  stiffness (N,d,d) c128 of rigid bodies, k (N,3) f64 in fractions of the reciprocal axes, not on
 *  the way of gradients, cells (C,3) f64 whole numbers -> (C,d,d) f64. At k = 0 the three uniform
 *  translations, which cost no energy, are left out exactly: the pseudo-inverse. `quirks`:
 *  DT_QUIRK_K_SIGN (exp(+i k.R)), DT_QUIRK_PINV_EPSILON, or 0. Errors:
 *  DT_ERR_NOT_POSITIVE_DEFINITE naming the wavevector where the springs do not hold the crystal;
 *  DT_ERR_SHAPE. */
DT_API dt_tensor *dt_displacement_covariance(dt_tensor *stiffness, dt_tensor *k, dt_tensor *cells,
                                             unsigned quirks);

/** Displacement tensors U = A_j C_aa A_j^T of every atom, in Angstrom^2: body (n_asu,n,4) and the
 *  covariance (d,d) within the reference cell -> (n_asu,n,3,3). The isotropic U is a third of its
 *  trace. Source: V. Schomaker, K. N. Trueblood, Acta Cryst. B24 (1968) 63. */
DT_API dt_tensor *dt_rigid_body_u(dt_tensor *body, dt_tensor *covariance);

/* -- atom by atom ------------------------------------------------------------------------------ */

/** Spring constants between asymmetric units of the 27 nearest cells, C order from (-1,-1,-1):
 *  (27,n_asu,n_asu) with gamma_intra for a unit and itself, gamma_inter otherwise. */
DT_API dt_tensor *dt_gnm_gamma(int64_t n_asu, dt_tensor *gamma_intra, dt_tensor *gamma_inter);

/** Force constants atom by atom, the factor before I_3: (n_cells,n,n) f64 with n = n_asu n_atoms
 *  and the cells of gnm->cells; -gamma between atoms in contact, and on the diagonal of the
 *  reference cell what makes rows add up to 0. Dense: errors (DT_ERR_ARGUMENT) above 2^27 numbers.
 *  */
DT_API dt_tensor *dt_gnm_atom_force_constants(const dt_gnm *gnm, dt_tensor *gamma_intra,
                                              dt_tensor *gamma_inter);

/** Sums over cells with phases, H (C,m,m) f64 or c128, cells (C,3), k (K,3) in fractions of the
 *  reciprocal axes: K(k) = sum_n H(n) exp(i 2 pi k.n), (K,m,m) c128. For a network atom by atom;
 *  rigid bodies have dt_gnm_stiffness. Its inverse where k is not 0 is dt_inverse or
 *  dt_pinv_hermitian. */
DT_API dt_tensor *dt_bloch_sum(dt_tensor *h, dt_tensor *cells, dt_tensor *k);

/** The blocks of dt_gnm_force_constants as one dense array H(n): (n_cells,d,d) for gnm->cells. */
DT_API dt_tensor *dt_gnm_hessian(const dt_gnm *gnm, dt_tensor *force_constants);

DT_END_DECLS

#endif
