/* hedm_conventions.h - grains in the numbers of HEXRD, ImageD11 and MIDAS, and back.
 *
 * Ours: beam along +x, oscillation axis +z, |g| = 2 pi / d, rotations crystal to sample, mm, strain
 * in the crystal frame with positive values for longer spacings. All of them, with a along x and b
 * in the xy plane of the crystal frame, turn the sample by the right-handed angle omega.
 *
 *              beam   axis   |g|   lengths   tilts of the axis              sample frame
 *     HEXRD    -z     y      1/d   mm        chi: Rx(chi) Ry(omega)         before Rx(chi)
 *     ImageD11 x      z      1/d   um        Ry(-wedge) Rx(chi) Rz(omega)   before the tilts
 *     MIDAS    x      z      1/d   um        Ry(-wedge) Rz(omega)           before the tilt
 *
 * The azimuth eta of a spot at (x, y, z) is atan2(-y, z) in ImageD11 and MIDAS and atan2(z, -y) in
 * HEXRD. Only HEXRD's crystal frame equals ours; MIDAS has a* along x, ImageD11 needs none. */
#ifndef DIFFTAPE_HEDM_CONVENTIONS_H
#define DIFFTAPE_HEDM_CONVENTIONS_H

#include <difftape/refinement.h>

DT_BEGIN_DECLS

/** A point or direction of the laboratory in the axes of HEXRD, (-y, z, -x), and back. */
DT_API void dt_hexrd_from_lab(const double x[3], double ret[3]);
DT_API void dt_lab_from_hexrd(const double x[3], double ret[3]);

/** A grain as HEXRD has it. */
typedef struct dt_hexrd_grain {
    double exp_map[3];  /**< rotation vector, crystal to sample, radians */
    double position[3]; /**< mm, sample */
    double inverse_stretch
        [6]; /**< V^-1 in the sample frame: 11, 22, 33, and sqrt 2 times 23, 13, 12 */
} dt_hexrd_grain;

/** To HEXRD and back, for its chi (radians). ret_axis, if not NULL, becomes our oscillation axis of
 *  the same experiment, for dt_oscillation_options. Errors: DT_ERR_SINGULAR if a strain is no
 *  deformation of a body. */
DT_API dt_status dt_hexrd_from_grain(const dt_grain *grain, double chi, dt_hexrd_grain *ret,
                                     double *ret_axis, dt_error *error);
DT_API dt_status dt_grain_from_hexrd(const dt_hexrd_grain *grain, double chi, dt_grain *ret,
                                     double *ret_axis, dt_error *error);

/** A grain as ImageD11 has it. */
typedef struct dt_imaged11_grain {
    double ubi[9];         /**< rows: the lattice vectors in the sample frame, Angstrom */
    double translation[3]; /**< um, sample */
} dt_imaged11_grain;

/** To ImageD11 and back, for its wedge and chi (degrees, as there). `cell` is the unstrained cell
 *  (Angstrom, degrees), against which the strain counts. ret_axis as above. */
DT_API dt_status dt_imaged11_from_grain(const dt_grain *grain, const double cell[6], double wedge,
                                        double chi, dt_imaged11_grain *ret, double *ret_axis,
                                        dt_error *error);
DT_API dt_status dt_grain_from_imaged11(const dt_imaged11_grain *grain, const double cell[6],
                                        double wedge, double chi, dt_grain *ret, double *ret_axis,
                                        dt_error *error);

/** A grain as MIDAS has it. */
typedef struct dt_midas_grain {
    double orientation[9]; /**< row-major, crystal (a* along x, b* in the xy plane) to sample */
    double cell[6];        /**< of the strained grain: Angstrom, degrees */
    double position[3];    /**< um */
} dt_midas_grain;

/** To MIDAS and back, for its wedge (degrees), with the unstrained cell. Its axis of rotation is
 *  (-sin wedge, 0, cos wedge): the angles are those of a beam with chi = -wedge. ret_axis as above.
 */
DT_API dt_status dt_midas_from_grain(const dt_grain *grain, const double cell[6], double wedge,
                                     dt_midas_grain *ret, double *ret_axis, dt_error *error);
DT_API dt_status dt_grain_from_midas(const dt_midas_grain *grain, const double cell[6],
                                     double wedge, dt_grain *ret, double *ret_axis,
                                     dt_error *error);

DT_END_DECLS

#endif
