/* transform.h - rotations and displacement factors under the names of the field. */
#ifndef DIFFTAPE_TRANSFORM_H
#define DIFFTAPE_TRANSFORM_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Debye-Waller factors exp(-q.U.q / 2) for scattering vectors q (n_q, 3) in 1/A (q = 2 pi / d) and
 *  mean-square displacements u in A^2 of n atoms: isotropic (n), along the three axes (n, 3), or
 *  the symmetric tensors (n, 3, 3). Result (n_q, n). B = 8 pi^2 U for a B factor.
 *  Source: International Tables for Crystallography D, 1.9 (2013),
 *  doi:10.1107/97809553602060000904. */
DT_API dt_tensor *dt_debye_waller(dt_tensor *q, dt_tensor *u);

/** Rotation matrices (..., 3, 3), active, acting on column vectors:
 *  - from quaternions (..., 4) in the order w, x, y, z, of any length but 0, which gives NaN;
 *  - from rotation vectors (..., 3), axis times angle in radians: R = exp(K), K v = vector x v.
 *    Smooth everywhere, the identity included (O. Rodrigues, 1840);
 *  - from Euler angles (..., 3) in radians about the axes named by three letters: lower case about
 *    fixed axes, one after another, upper case about axes that turn with the body ("ZXZ": Bunge),
 *    as in scipy.spatial.transform. */
DT_API dt_tensor *dt_rotation_from_quaternion(dt_tensor *q);
DT_API dt_tensor *dt_rotation_from_vector(dt_tensor *v);
DT_API dt_tensor *dt_rotation_from_euler(dt_tensor *angles, const char *axes);

DT_END_DECLS

#endif
