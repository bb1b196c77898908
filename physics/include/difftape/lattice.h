/* lattice.h - reciprocal lattices from cells and strains, and scattering vectors, on the tape. */
#ifndef DIFFTAPE_LATTICE_H
#define DIFFTAPE_LATTICE_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** Reciprocal lattice B (..., 3, 3) of cells (..., 6) = a, b, c in Angstrom, alpha, beta, gamma in
 *  radians: its columns are 2 pi a*, 2 pi b*, 2 pi c* in 1/Angstrom, so that g0 = B hkl and |g0| =
 *  2 pi / d. Cartesian axes as in dt_cell: a along x, b in the xy plane. Differentiable.
 *  Errors: DT_ERR_SHAPE, DT_ERR_DTYPE; DT_ERR_ARGUMENT with the sentences of dt_cell_init. Source:
 *  International Tables for Crystallography Vol. B (2001), chapter 3.3. */
DT_API dt_tensor *dt_reciprocal_lattice(dt_tensor *cell);

/** B of the strained crystal: every lattice vector a becomes (1 + e) a in the Cartesian frame of
 *  the crystal, hence B' = (1 + e)^-T B. Positive e is a longer lattice spacing. strain is (..., 6)
 *  = e_xx, e_yy, e_zz, e_yz, e_xz, e_xy, tensor components (not engineering shear), or any matrix
 *  (..., 3, 3); batches broadcast. For a deformation M given in reciprocal space: dt_matmul(M, B).
 *  Errors: DT_ERR_SHAPE; DT_ERR_SINGULAR if 1 + e is. */
DT_API dt_tensor *dt_strained_lattice(dt_tensor *lattice, dt_tensor *strain);

/** Scattering vectors g = R B hkl in the sample frame, 1/Angstrom: hkl (N, 3), lattice B and
 *  rotation R (3, 3) or (..., 3, 3), batches broadcast; result (..., N, 3). hkl may be fractional.
 *  Errors: DT_ERR_SHAPE. */
DT_API dt_tensor *dt_scattering_vectors(dt_tensor *hkl, dt_tensor *lattice, dt_tensor *rotation);

DT_END_DECLS

#endif
