/* vibrations.h - what an elastic network does thermally: displacements, frequencies, densities of
 * states. All of it differentiable in the network's parameters. */
#ifndef DIFFTAPE_VIBRATIONS_H
#define DIFFTAPE_VIBRATIONS_H

#include <difftape/network.h>

DT_BEGIN_DECLS

/** How modes are filled: <|w|^2> = kT / omega^2, or hbar / (2 omega) coth(hbar omega / 2 kT). */
typedef enum dt_occupation { DT_CLASSICAL, DT_QUANTUM } dt_occupation;

/** Covariance <w(0) w(n)^T> of the coordinates of the reference cell and the cell n, (d,d) f64:
 *      (1/N) sum over the mesh of Re C(k) exp(-2 pi i k.n),
 *  C the covariance of plane waves (phonon_map.h), on a mesh of mesh[0] x mesh[1] x mesh[2]
 *  wavevectors that contains k = 0, where the uniform translations are left out (see
 *  DT_BRAGG_DROP_ACOUSTIC). It is that of a periodic crystal of so many cells. Coordinates as in
 *  dt_network_stiffness; Angstrom, radians. Errors: a mesh < 1, masses missing
 *  (DT_ERR_ARGUMENT); springs that do not hold (DT_ERR_NOT_POSITIVE_DEFINITE). Memory grows as
 *  wavevectors times d^2. */
DT_API dt_tensor *dt_network_covariance(const dt_network *network,
                                        const dt_network_parameters *parameters, const int mesh[3],
                                        const int cell[3], dt_occupation occupation);

/** Displacement tensors U_j = <u_j u_j^T> of the atoms of the asymmetric unit, (n,3,3) in
 *  Angstrom^2, from the same sum for n = 0 and with memory that does not grow with the mesh. They
 *  may go straight into dt_phonon_map_intensity: then one set of springs makes the Debye-Waller
 *  factors and the diffuse map. U is that of the first copy, in the axes of the asymmetric unit.
 *  Source: B. T. M. Willis and A. W. Pryor, Thermal Vibrations in Crystallography (1975). */
DT_API dt_tensor *dt_network_displacements(const dt_network *network,
                                           const dt_network_parameters *parameters,
                                           const int mesh[3], dt_occupation occupation);

/** Isotropic displacements of rigid asymmetric units, (n) in Angstrom^2, from the wavevectors of a
 *  grid of so many samples: U_j = tr(A_j C A_j^T) / 3, mean over the copies, where C leaves out the
 *  uniform translations at k = 0 by the pseudo-inverse, which keeps the mean of the centroids at
 *  rest, and not the centre of mass (dt_displacement_covariance). That is what eryx has; with the
 *  network's quirk DT_QUIRK_ADP_LINEAR the sum of A_j diag(C) over copies and axes, with
 *  DT_QUIRK_ADP_SCALE scaled to 3 times the mean U of the crystal. Errors: more than one group in a
 *  unit, or a unit on a line (DT_ERR_ARGUMENT). */
DT_API dt_tensor *dt_rigid_displacements(const dt_network *network,
                                         const dt_network_parameters *parameters,
                                         const int samples[3]);

/** Frequencies nu = omega / 2 pi in THz, ascending: k (K,3) in fractions of the reciprocal axes ->
 *  (K,d). A mode without a restoring force (an eigenvalue below 1e-13 of the largest at its
 *  wavevector) has nu = 0 and no gradient; an unstable one is negative, -|omega| / 2 pi. Gradients
 *  of degenerate frequencies are right for sums over them. Needs masses (DT_ERR_ARGUMENT). */
DT_API dt_tensor *dt_network_frequencies(const dt_network *network,
                                         const dt_network_parameters *parameters, dt_tensor *k);

/** All wavevectors of a mesh that contains k = 0: (N,3), fractions i / mesh in [0,1). */
DT_API dt_tensor *dt_wavevector_mesh(dt_tape *tape, const int mesh[3]);

/** Straight lines from corner to corner, (n,3): `steps` equal steps on each, ((n - 1) steps + 1,
 *  3), corners included. */
DT_API dt_tensor *dt_wavevector_path(dt_tape *tape, int64_t n, const double *corners,
                                     int64_t steps);

/** Density of states at frequencies nu (m), THz: (m) in states per cell and THz,
 *      g(nu) = (1/K) sum over modes of exp(-(nu - nu_s)^2 / 2 s^2) / (s sqrt(2 pi)),
 *  from frequencies (K,d) of a mesh and a width s > 0 in THz. Its integral is d. */
DT_API dt_tensor *dt_density_of_states(dt_tensor *frequencies, dt_tensor *nu, double width);

DT_END_DECLS

#endif
