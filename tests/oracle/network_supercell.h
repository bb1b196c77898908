/* network_supercell.h - brute force: a periodic supercell of any rigid bodies joined by any
 * springs.
 *
 * Nothing of the library is used but the crystal's data. Bodies move in orthonormal coordinates
 * made by Gram-Schmidt from the displacements of their atoms; all coordinates of the supercell
 * stand in one dense matrix, and no wavevector appears anywhere. */
#ifndef TEST_ORACLE_NETWORK_SUPERCELL_H
#define TEST_ORACLE_NETWORK_SUPERCELL_H

#include <difftape/crystal.h>

/** Springs and bodies. */
typedef struct oracle_network {
    int cells[3]; /**< size of the supercell */
    double cutoff;
    double perp[2], par[2]; /**< constants across and along, within (0) and between (1) units */
    double decay, reference, taper;
    const int64_t *group; /**< (n_atoms), or NULL for the whole unit */
    int64_t n_groups;
    bool drop_within; /**< no springs within a body */
    double quantum;   /**< c of coth(c sqrt x); 0: classical. Needs masses */
    int n_weights;    /**< with quantum: weights of modes at equally spaced frequencies */
    double weights[8], weights_from, weights_to, terahertz; /**< frequency of x = 1 */
} oracle_network;

typedef struct oracle oracle;

/** NULL if there is no memory or the matrix is singular beyond translations. */
oracle *oracle_new(const dt_crystal *crystal, const oracle_network *network);
void oracle_free(oracle *o);

/** Intensity per cell at Miller indices that are multiples of 1/cells, the centre of mass at rest;
 *  u (n,3,3) displacement tensors of the asymmetric unit, or NULL for the crystal's u_iso. */
double oracle_intensity(const oracle *o, const double hkl[3], const double *u);

/** <u_i(0) u_j(n)^T> of atom i of the reference cell and atom j of the cell n; atoms are numbered
 *  asu n_atoms + j: (3,3). */
void oracle_correlation(const oracle *o, int64_t i, int64_t j, const int64_t n[3], double ret_u[9]);

#endif
