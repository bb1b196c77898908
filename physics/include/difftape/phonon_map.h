/* phonon_map.h - one-phonon diffuse scattering of any elastic network at any points, with every
 * parameter on the tape. For two springs, rigid asymmetric units and a grid, dt_one_phonon
 * (one_phonon.h) is shorter.
 *
 * To first order in the displacements the intensity per unit cell is
 *     I(q) = G(q) conj(C(k)) G(q)^H,        k = q modulo the reciprocal lattice,
 *     G(q) = sum_j o_j f_j(q) exp(-q.U_j.q / 2) exp(+i q.r_j) q^T A_j,
 * with C(k) the covariance of plane waves of the network's coordinates (network.h). In kT = 1,
 *     classical   C = K^-1
 *     quantum     C = L^-H f(D) L^-1,  D = L^-1 K L^-H, M = L L^H,  f(x) = c coth(c sqrt x) / sqrt
 *     x,
 *                 c = hbar / (2 sqrt(kT)),
 * the occupation hbar/(2 omega) coth(hbar omega / 2 kT) of a mode with omega^2 = x kT.
 * Sources: M. Born, Rep. Prog. Phys. 9 (1942) 294; B. T. M. Willis and A. W. Pryor, Thermal
 * Vibrations in Crystallography (1975); S. P. Meisburger, D. A. Case, N. Ando, Nat. Commun. 14
 * (2023) 1228. */
#ifndef DIFFTAPE_PHONON_MAP_H
#define DIFFTAPE_PHONON_MAP_H

#include <difftape/network.h>
#include <difftape/points.h>
#include <difftape/vibrations.h>

DT_BEGIN_DECLS

/** What becomes of points at whole h, k, l, where the acoustic phonons diverge as 1/k^2. */
typedef enum dt_bragg_policy {
    DT_BRAGG_INVALID,       /**< no value: 0 in the map and false in the mask */
    DT_BRAGG_DROP_ACOUSTIC, /**< the three uniform translations are taken out, exactly: the
                                 motions left keep the centre of mass in place (every body weighs
                                 the same in a crystal without masses) */
    DT_BRAGG_AVERAGE        /**< the mean over the voxel, by a quadrature that absorbs 1/k^2 */
} dt_bragg_policy;

/** How a map is computed; {0} is fine. */
typedef struct dt_phonon_map_options {
    double d_min; /**< resolution limit, Angstrom: points with d <= d_min are invalid; 0: none */
    dt_bragg_policy bragg;
    int bragg_order; /**< points of the average across, 1 to 16 [4], and half as many and one more
                          along each of the pyramids that the voxel is cut into. Pyramids are cut
                          again where the acoustic phonons need it, at most to 40 pairs: 400 to 1500
                          evaluations for each Bragg voxel by default, which is within 0.2 % for
                          3AL1, 5ZCK, 7N2H, 1HEL and soft crystals, with all forms of springs */
    /** Spring constants, as the parameter `springs`, that the cuts are fitted to; NULL: equal ones.
     *  Constants that differ from the parameters by orders of magnitude cost accuracy: cuts do not
     *  follow the parameters, so that gradients are those of what is computed. Read once */
    const double *bragg_springs;
    dt_occupation occupation;

    /** 0: all modes. m: the m-th softest of every wavevector alone (eryx's rank m - 1); needs
     *  masses. From the fourth on, points at whole h, k, l have its value, and `bragg` has no
     *  influence; it must not be DT_BRAGG_DROP_ACOUSTIC. */
    int64_t single_mode;

    /** Modes may be weighed by their frequency, with the parameter mode_weights: that many numbers,
     *  2 to 30, at equally spaced frequencies from weights_from to weights_to, THz. 0: none */
    int n_weights;
    double weights_from, weights_to;
} dt_phonon_map_options;

/** A network, points, and options, ready to be evaluated any number of times, on any tape. */
typedef struct dt_phonon_map dt_phonon_map;

/** Network and points must outlive the map, and the map every tape it is evaluated on. Errors
 *  (DT_ERR_ARGUMENT): d_min negative or not finite; an average without the size of a voxel;
 *  bragg_order out of range; a mode that does not exist; frequencies needed but no masses; no valid
 *  point; DT_ERR_MEMORY. Quirks of the network that concern a map (quirks.h) are those of the map.
 *  Release with dt_phonon_map_free (NULL is fine). */
DT_API dt_status dt_phonon_map_new(const dt_network *network, const dt_points *points,
                                   const dt_phonon_map_options *options, dt_phonon_map **ret_map,
                                   dt_error *error);
DT_API void dt_phonon_map_free(dt_phonon_map *map);

/** How large a map is. */
typedef struct dt_phonon_map_sizes {
    int64_t points;
    int64_t valid;       /**< points with an intensity */
    int64_t bragg;       /**< points at whole h, k, l within the resolution limit */
    int64_t wavevectors; /**< distinct k at which K(k) is factorised */
    int64_t evaluations; /**< scattering vectors at which G(q) is computed */
} dt_phonon_map_sizes;
DT_API dt_phonon_map_sizes dt_phonon_map_get_sizes(const dt_phonon_map *map);

/** What a map will cost. */
typedef struct dt_phonon_map_cost {
    dt_phonon_map_sizes sizes; /**< at most; bragg: all points at whole h, k, l */
    double atom_points;        /**< atoms per cell x scattering vectors: the unit of work */
    double operations; /**< floating-point operations, forward; forward and backward together cost
                             about 4 times as many */
    double bytes; /**< memory of map and slices, backward pass included, for `threads` threads */
    double forward_bytes; /**< the same without a backward pass */
} dt_phonon_map_cost;

/** From sizes alone, for grids of any size in no time. Errors: those of dt_phonon_map_new about
 *  options. */
DT_API dt_status dt_phonon_map_estimate(const dt_network *network, const dt_points *points,
                                        const dt_phonon_map_options *options, int threads,
                                        dt_phonon_map_cost *ret_cost, dt_error *error);

/** (points): true where the map has a value. */
DT_API const bool *dt_phonon_map_valid(const dt_phonon_map *map);

/** Parameters of a map; all but the springs may be NULL. All f64 on one tape. */
typedef struct dt_phonon_map_parameters {
    dt_network_parameters network; /**< springs, xyz, cell, temperature. With a cell, q follows at
                                        fixed h, k, l */
    dt_tensor *u;         /**< Debye-Waller displacements of the asymmetric unit, Angstrom^2:
                               isotropic (n) or symmetric tensors (n,3,3); NULL: the crystal's */
    dt_tensor *occupancy; /**< (n), multiplies form factors; NULL: the crystal's */
    dt_tensor *scale;     /**< scalar, multiplies the map */
    /** (n_weights): intensities of modes are multiplied by a smooth W(nu), W = sum_i w_i g_i /
     *  sum_i g_i with g_i = exp(-(nu - nu_i)^2 / 2 s^2) at the frequencies nu_i of the options, s
     *  half their distance. To impose a density of states, give its ratio to the model's. */
    dt_tensor *mode_weights;
} dt_phonon_map_parameters;

/** The map, in e^2 per unit cell, of the shape of the points; exactly 0 where invalid.
 *  Differentiable in all parameters, to any order that the parts allow; finite where phonons are
 *  degenerate. Memory is that of a few slices and the map. Errors: DT_ERR_SHAPE, DT_ERR_DTYPE;
 *  DT_ERR_NOT_POSITIVE_DEFINITE names the wavevector where the springs do not hold the crystal;
 *  with a single mode, a derivative where frequencies coincide is DT_ERR_GAUGE (dt_eigh). */
DT_API dt_tensor *dt_phonon_map_intensity(const dt_phonon_map *map,
                                          const dt_phonon_map_parameters *parameters);

DT_END_DECLS

#endif
