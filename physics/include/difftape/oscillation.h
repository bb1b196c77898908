/* oscillation.h - the angles at which lattice planes of a rotating crystal diffract.
 *
 * Right-handed laboratory frame: the beam travels along +x, the sample turns about +z by omega, x'
 * = x cos w - y sin w. Scattering vectors g have |g| = 2 pi / d. With chi the beam rises out of the
 * xy plane: k_in = k (cos chi, 0, sin chi). Energies are in keV, angles in radians. */
#ifndef DIFFTAPE_OSCILLATION_H
#define DIFFTAPE_OSCILLATION_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Wavenumber per energy, 1 / (hbar c) in 1/(Angstrom keV): CODATA 2018, where it is exact (E.
 *  Tiesinga et al., Rev. Mod. Phys. 93, 025010 (2021), doi:10.1103/RevModPhys.93.025010), and the
 *  older value of IceNine, 2.18e-7 above it, for comparison with that program. */
#define DT_WAVENUMBER_CODATA  0.50677307161563957731
#define DT_WAVENUMBER_ICENINE 0.506773182

/** The experiment; {0} is the default. Tensors may be scalars or (...) with one number per grain,
 *  which broadcasts with the leading axes of g (..., N, 3). */
typedef struct dt_oscillation_options {
    dt_tensor *chi;    /**< tilt of the beam, radians; NULL: 0 */
    dt_tensor *axis;   /**< oscillation axis (3) or (..., 3) of any length but 0; NULL: +z */
    double wavenumber; /**< per keV; 0: DT_WAVENUMBER_CODATA */
    double q_min;      /**< 1/Angstrom: reflections with q <= q_min count as hidden */
} dt_oscillation_options;

/** What dt_oscillation_angles returns. */
typedef struct dt_oscillation {
    /** (..., N) bool: does the reflection cross the Ewald sphere, with q > q_min? */
    dt_tensor *seen;
    /** (..., N, 2) radians in (-pi, pi]: first the root where the rotated g points along axis x
     *  beam (+y), then the one where it points away from it; 0 where hidden. */
    dt_tensor *omega;
    /** (..., N) 1/Angstrom: that component of the rotated g (for chi = 0 its |y|); 0 where hidden.
     *  1/q is the Lorentz factor, and every derivative of omega contains it. */
    dt_tensor *q;
    /** (..., N, 3) 1/Angstrom, as given. */
    dt_tensor *g;
} dt_oscillation;

/** Oscillation angles: the w with |k_in + R(w) g| = |k_in|, for g (..., N, 3) in 1/Angstrom and
 *  energy in keV. With A = |g|^2 / 2k they solve, for the default axis,
 *      -gx cos chi cos w + gy cos chi sin w = A + gz sin chi.
 *  Hidden reflections (g along the axis, g = 0, |g| > 2k, tangency) have derivatives that are
 *  exactly 0 and do not touch a bit of any other row. Differentiable in g, energy, chi and axis, to
 *  any order; f32 or f64, all of one type. Errors: DT_ERR_SHAPE unless g is (..., N, 3),
 *  DT_ERR_DTYPE, DT_ERR_ARGUMENT for an option. The method: U. Lienert et al., JOM 63 (7), 70
 *  (2011), doi:10.1007/s11837-011-0116-0. */
DT_API dt_oscillation dt_oscillation_angles(dt_tensor *g, dt_tensor *energy,
                                            const dt_oscillation_options *options);

/** The same of g = R B hkl: dt_scattering_vectors, then dt_oscillation_angles. */
DT_API dt_oscillation dt_omegas_from_reflections(dt_tensor *hkl, dt_tensor *lattice,
                                                 dt_tensor *rotation, dt_tensor *energy,
                                                 const dt_oscillation_options *options);

/** One reflection without a tape, chi in radians and a wavenumber per keV (0: CODATA), the default
 *  axis. Returns whether it is seen; the angles (and q, if not NULL) are 0 if not. */
DT_API bool dt_oscillation_pair(const double g[3], double energy, double chi, double wavenumber,
                                double ret_omega[2], double *ret_q);

/** Bragg angles theta = asin(|g| / 2k), radians, of g (..., 3): 2 theta is the deflection. energy
 *  broadcasts with the other axes of g. Where |g| >= 2k the angle is 0 with derivative 0.
 *  wavenumber: per keV, 0 for CODATA. */
DT_API dt_tensor *dt_bragg_angles(dt_tensor *g, dt_tensor *energy, double wavenumber);

/** Energy in keV of a wavelength in Angstrom; wavenumber: per keV, 0 for CODATA. */
DT_API dt_tensor *dt_energy_from_wavelength(dt_tensor *wavelength, double wavenumber);

/** Directions u = (k_in + R(w) g) / k of the diffracted beams (..., N, 2, 3), unit vectors at the
 *  angles of `o`; where hidden, (k_in + g) / k, which is none. energy and options as for `o`. */
DT_API dt_tensor *dt_diffracted_directions(const dt_oscillation *o, dt_tensor *energy,
                                           const dt_oscillation_options *options);

/** Points of the sample (..., 3) turned to the angles of `o`: R(w) v, (..., N, 2, 3). */
DT_API dt_tensor *dt_turned_points(const dt_oscillation *o, dt_tensor *points,
                                   const dt_oscillation_options *options);

DT_END_DECLS

#endif
