/* orientation.h - rotation matrices and the numbers they are made from, both ways, on the tape.
 *
 * Rotations are active and act on column vectors: R takes crystal Cartesian coordinates to those of
 * the sample. Quaternions are (w, x, y, z); Euler angles are Bunge's, R = Rz(phi1) Rx(Phi)
 * Rz(phi2), in radians. The way to matrices is in transform.h: dt_rotation_from_quaternion,
 * dt_rotation_from_vector (exponential map), dt_rotation_from_euler(angles, "ZXZ"). */
#ifndef DIFFTAPE_ORIENTATION_H
#define DIFFTAPE_ORIENTATION_H

#include <difftape/reflections.h>
#include <difftape/transform.h>

DT_BEGIN_DECLS

/** Rotation matrices (..., 3, 3) from six numbers (..., 6): two vectors, made orthonormal by the
 *  process of Gram and Schmidt, are the first two columns. Smooth and onto: for optimisers that
 *  should meet no edge. NaN where a vector is zero or both are parallel. The way back is those
 *  columns. Source: Y. Zhou et al., CVPR (2019), arXiv:1812.07035. */
DT_API dt_tensor *dt_rotation_from_6d(dt_tensor *x);

/** Unit quaternions (..., 4), w >= 0, of rotation matrices (..., 3, 3), without loss of digits at
 *  any angle: the largest component is found first. At half turns, where w changes sign, the value
 *  jumps between q and -q. Differentiable, along rotations exact.
 *  Source: S. W. Shepperd, J. Guidance and Control 1, 223 (1978), doi:10.2514/3.55767b. */
DT_API dt_tensor *dt_quaternion_from_rotation(dt_tensor *rotation);

/** Rotation vectors (..., 3), axis times angle in [0, pi] radians, of rotation matrices (..., 3,
 *  3): the inverse of dt_rotation_from_vector, smooth at the identity; at half turns the value
 *  jumps between v and -v. */
DT_API dt_tensor *dt_vector_from_rotation(dt_tensor *rotation);

/** Bunge's Euler angles (..., 3) phi1, Phi in [0, pi], phi2 of rotation matrices (..., 3, 3), phi1
 *  and phi2 in (-pi, pi]. Where Phi is 0 or pi exactly only one angle is left: phi1 is then 0. Near
 *  there no digit of the rotation is lost, though phi1 and phi2 are each less certain; their
 *  derivatives grow as 1/sin Phi and are finite at the pole itself. */
DT_API dt_tensor *dt_euler_from_rotation(dt_tensor *rotation);

/** The smallest angle (...), radians, between crystals with rotations a and b (..., 3, 3), which
 *  broadcast: over all proper rotations S that the symmetry, an inversion added, gives the lattice
 *  of the cell (a, b, c in Angstrom, angles in degrees), the angle of a^T b S. No digit is lost at
 *  small angles or half turns; derivatives are 0 where a and b are equal, and those of one S at
 *  ties. Errors: DT_ERR_SHAPE, those of dt_cell_init. */
DT_API dt_tensor *dt_misorientation(dt_tensor *a, dt_tensor *b, const dt_symmetry *symmetry,
                                    const double cell[6]);

DT_END_DECLS

#endif
