/* supercell.h - brute force: a 3 x 3 x 3 periodic supercell of rigid bodies joined by springs. */
#ifndef TEST_ORACLE_SUPERCELL_H
#define TEST_ORACLE_SUPERCELL_H

#include <difftape/crystal.h>

/** Every body of the supercell has six coordinates; the springs make one dense matrix, which is
 *  factorised whole. No wavevector appears anywhere. */
typedef struct supercell supercell;

/** The supercell at a crystal's starting coordinates; springs join atoms within `cutoff` Angstrom.
 *  NULL if there is no memory or if the matrix is singular beyond its three translations. */
supercell *supercell_new(const dt_crystal *crystal, double cutoff, double gamma_intra,
                         double gamma_inter);
void supercell_free(supercell *s);

/** One-phonon intensity per unit cell at Miller indices that are multiples of 1/3, kT = 1:
 *  G C G^H / 27 with C the covariance of all coordinates. */
double supercell_intensity(const supercell *s, const double hkl[3]);

/** Stiffness of the three uniform translations relative to the largest element: 0 but for rounding.
 */
double supercell_translation_residue(const supercell *s);

#endif
