/* one_phonon.h - one-phonon diffuse scattering of a crystal of rigid asymmetric units.
 *
 * A short name for the simplest phonon map: it holds a dt_network of isotropic springs, the
 * dt_points of a grid and their dt_phonon_map (phonon_map.h), and forwards to them.
 * Take it for two springs, rigid asymmetric units and a grid; for any other springs, groups,
 * points, Bragg points with a value, quantum phonons, or gradients in cell or occupancies take
 * dt_phonon_map.
 *
 * In the classical limit and to first order in the displacements, the intensity per unit cell is
 *     I(q) = kT G(q) conj(K(k)^-1) G(q)^H,        k = q modulo the reciprocal lattice,
 *     G(q) = sum_j f_j(q) exp(-|q|^2 U_j / 2) exp(+i q.r_j) q^T A_j,
 * with K(k) = sum_n H(n) exp(+i k.R_n) and A_j from gnm.h. All phonon branches are summed, so
 * neither masses nor eigenvectors enter: K = L L^H gives I = |L^-1 G^T|^2.
 * Sources: M. Born, Rep. Prog. Phys. 9 (1942) 294; B. T. M. Willis and A. W. Pryor, Thermal
 * Vibrations in Crystallography (1975); for rigid molecules S. P. Meisburger, D. A. Case, N. Ando,
 * Nat. Commun. 14 (2023) 1228. */
#ifndef DIFFTAPE_ONE_PHONON_H
#define DIFFTAPE_ONE_PHONON_H

#include <difftape/gnm.h>
#include <difftape/map_utils.h>

DT_BEGIN_DECLS

/** What the model takes into account; NULL instead of it for the defaults. */
typedef struct dt_one_phonon_options {
    double cutoff;  /**< longest contact of the network, Angstrom; 4 without options */
    double d_min;   /**< resolution limit, Angstrom: voxels with d <= d_min are invalid; 0: none */
    int cell_range; /**< 0: contacts with all cells the cutoff reaches. 1: with the 27 nearest cells
                         only, to compare with programs that stop there (see dt_find_contacts) */
    unsigned
        quirks; /**< departures from the physics (quirks.h), those of the crystal among them; 0:
                          none */
    int64_t
        single_mode; /**< 0: all modes. m: the m-th softest of every wavevector alone (eryx's rank
                              m - 1); needs masses. From the fourth on, Bragg voxels are valid */
} dt_one_phonon_options;

/** How large a model is. */
typedef struct dt_one_phonon_sizes {
    int64_t shape[3];     /**< voxels along h, k, l */
    int64_t voxels;       /**< all voxels */
    int64_t valid;        /**< voxels with an intensity */
    int64_t bragg;        /**< voxels at whole h, k, l: the model has no value there */
    int64_t beyond_d_min; /**< the other invalid voxels */
    int64_t n_atoms;      /**< atoms of an asymmetric unit */
    int64_t n_asu;        /**< asymmetric units per cell */
    int64_t wavevectors;  /**< distinct k of the valid voxels */
    int64_t contacts;     /**< ordered contacts, 0 in an estimate */
} dt_one_phonon_sizes;

/** A crystal, a grid and a network, ready to be evaluated any number of times, on any tape. */
typedef struct dt_one_phonon dt_one_phonon;

/** Make a model; options may be NULL. The crystal must outlive the model, and the model every tape
 *  it is evaluated on. Contacts are found once, at the crystal's coordinates, and stay fixed.
 *  Errors: those of dt_points_from_grid_literal, dt_network_new and dt_phonon_map_new. Release with
 *  dt_one_phonon_free (NULL is fine). */
DT_API dt_status dt_one_phonon_new(const dt_crystal *crystal, const dt_grid *grid,
                                   const dt_one_phonon_options *options, dt_one_phonon **ret_model,
                                   dt_error *error);
DT_API void dt_one_phonon_free(dt_one_phonon *model);

/** The sizes of a model. */
DT_API dt_one_phonon_sizes dt_one_phonon_get_sizes(const dt_one_phonon *model);

/** (voxels) in C order: true where the intensity is defined: not at whole h, k, l, and d > d_min.
 */
DT_API const bool *dt_one_phonon_valid(const dt_one_phonon *model);

/** The map (n_h,n_k,n_l) f64 in C order, in e^2 per unit cell with kT = 1 (so springs are
 *  in kT/Angstrom^2), exactly 0 where invalid, from
 *      gamma_intra, gamma_inter   scalars: springs within and between asymmetric units,
 *                                 kT/Angstrom^2
 *      u_iso (n)                  Debye-Waller displacements <u_x^2>, Angstrom^2
 *      xyz (n,3)                  the asymmetric unit, Angstrom; copies follow by symmetry
 *  all f64 on one tape. I is exactly of degree -1 in the springs. Differentiable in all four; to
 *  pull a cotangent of the map back, dt_backward_from(map, cotangent). Computed slice by slice, on
 *  dt_get_threads() threads, and again in the backward pass: memory is that of a few slices and
 *  maps. Errors: DT_ERR_SHAPE, DT_ERR_DTYPE; DT_ERR_NOT_POSITIVE_DEFINITE names the wavevector
 *  where the springs do not hold the crystal; with a single mode, a derivative where frequencies
 *  coincide is DT_ERR_GAUGE (dt_eigh). */
DT_API dt_tensor *dt_one_phonon_intensity(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                          dt_tensor *gamma_inter, dt_tensor *u_iso, dt_tensor *xyz);

/** Covariance of the displacements of rigid bodies in the reference cell and in the cells n, over
 *  the wavevectors a grid of the model's samples has: cells (C,3) f64 whole numbers -> (C,d,d) f64,
 *  d = 6 n_asu, parameters as above, kT = 1 (dt_displacement_covariance). With DT_QUIRK_ADP_SCALE
 *  scaled as the displacements below. Differentiable in the parameters. */
DT_API dt_tensor *dt_one_phonon_covariance(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                           dt_tensor *gamma_inter, dt_tensor *xyz,
                                           dt_tensor *cells);

/** Isotropic displacements that the model itself predicts, to be given to dt_one_phonon_intensity
 *  as u_iso, (n) f64 in Angstrom^2: dt_rigid_displacements of the network. Springs then set
 *  intensities and Debye-Waller factors together. Differentiable in the parameters. */
DT_API dt_tensor *dt_one_phonon_displacements(const dt_one_phonon *model, dt_tensor *gamma_intra,
                                              dt_tensor *gamma_inter, dt_tensor *xyz);

/** What an evaluation will cost, before anything is allocated. */
typedef struct dt_one_phonon_cost {
    dt_one_phonon_sizes sizes;
    double atom_voxels; /**< atoms per cell x valid voxels: the unit of work */
    double operations;  /**< floating-point operations, forward; forward and backward together cost
                             about 4 times as many */
    double bytes; /**< memory of model and map, backward pass included, for `threads` threads */
    double forward_bytes; /**< the same without a backward pass */
} dt_one_phonon_cost;

/** dt_phonon_map_estimate for a network that has not been made. Errors: those of
 *  dt_points_from_grid_literal, and d_min. ret_cost->sizes.contacts stays 0. */
DT_API dt_status dt_one_phonon_estimate(const dt_crystal *crystal, const dt_grid *grid,
                                        const dt_one_phonon_options *options, int threads,
                                        dt_one_phonon_cost *ret_cost, dt_error *error);

DT_END_DECLS

#endif
