/* gnm.h - the Gaussian network of a crystal of rigid asymmetric units: contacts, projector, K(k).
 *
 * Every pair of atoms at most a cutoff apart is joined by an isotropic spring gamma (times I_3):
 *     E = 1/2 sum over contacts of gamma |u_i - u_j|^2,
 * counted once per unordered contact (I. Bahar, A. R. Atilgan, B. Erman, Folding & Design 2 (1997)
 * 173; for crystals S. P. Meisburger, D. A. Case, N. Ando, Nat. Commun. 11 (2020) 1271). Asymmetric
 * units move as rigid bodies, u_j = A_j w with w = (translation, rotation), so a cell has
 * d = 6 n_asu degrees of freedom and the energy of plane waves w e^{ik.R} is given by the Hermitian
 * matrix K(k). It is the simplest dt_network (network.h), and made of one. */
#ifndef DIFFTAPE_GNM_H
#define DIFFTAPE_GNM_H

#include <difftape/crystal.h>

DT_BEGIN_DECLS

/** Ordered contacts (i, j, cell): atom i of the reference cell and atom j of the cell at n, with
 *  |r_j + A^T n - r_i| <= cutoff. An atom of a cell is numbered asu * n_atoms + atom. Each contact
 *  and its reverse (j, i, -n) stand in the list once; an atom and itself (same cell) do not. Sorted
 *  by cell, asymmetric unit of i, that of j, i, j. */
typedef struct dt_contacts {
    int64_t n;
    int64_t *i, *j; /**< (n) */
    int32_t *cell;  /**< (n,3) whole lattice vectors */
    bool *intra;    /**< (n) both in the same copy of the asymmetric unit in the same cell */
} dt_contacts;

/** Find the contacts of atoms xyz (n_asu, n_atoms, 3) in Angstrom, as many cells away as the cutoff
 *  reaches, by a cell list: time and memory grow with the number of contacts.
 *  cell_range is 0 for that; another number r keeps only contacts with |n| <= r along every axis.
 *  1 is what programs do that search the 27 nearest cells; they lose contacts where an asymmetric
 *  unit is longer than the cell.
 *  Errors (DT_ERR_ARGUMENT): cell_range < 0, cutoff not finite or <= 0, positions not finite, no
 *  contact at all, more contacts than 2e8; DT_ERR_MEMORY. Release with dt_contacts_free. */
DT_API dt_status dt_find_contacts(const dt_cell *cell, int64_t n_asu, int64_t n_atoms,
                                  const double *xyz, double cutoff, int cell_range,
                                  dt_contacts *ret_contacts, dt_error *error);
DT_API void dt_contacts_free(dt_contacts *contacts);

/** Atoms that are nearer to each other than they can be. */
typedef struct dt_overlaps {
    int64_t n;       /**< pairs of different atoms, per asymmetric unit */
    int64_t special; /**< atoms on top of their own copies: special positions */
    /** The nearest pair: atoms of the asymmetric unit, the second in this copy; same_unit: in the
     *  same copy of it, not in that of another cell */
    int64_t i, j, copy;
    bool same_unit;
    double distance; /**< Angstrom */
} dt_overlaps;

/** Look for atoms nearer than `nearest` Angstrom (0.5 is less than any bond). Two whose occupancies
 *  (n_atoms) add up to 1 or less may be at one place, since not both are there at once; occupancy
 *  NULL: 1 for all. An asymmetric unit that overlaps itself has the wrong space group, or holds
 *  more than the unit. Errors (DT_ERR_ARGUMENT): nearest not finite or <= 0; DT_ERR_MEMORY. */
DT_API dt_status dt_find_overlaps(const dt_crystal *crystal, const double *occupancy,
                                  double nearest, dt_overlaps *ret_overlaps, dt_error *error);

/** The network of a crystal at its starting coordinates: contacts, and the blocks (cell, asu, asu')
 *  they fall into. Read its fields, do not change them. It must outlive every tape that uses it. */
typedef struct dt_gnm {
    int64_t n_asu, n_atoms;
    dt_contacts contacts;
    int64_t n_cells;      /**< distinct cells n of contacts, the reference cell included */
    double *cells;        /**< (n_cells,3) whole lattice vectors, sorted */
    int64_t n_blocks;     /**< distinct (cell, asu, asu') with a contact */
    int64_t *block_first; /**< (n_blocks+1) contacts of block b are
                             block_first[b]...block_first[b+1]-1 */
    int64_t *block_cell; /**< (n_blocks+n_asu) place in `cells` of every block, then of the diagonal
                               block of every asymmetric unit: the reference cell */
    int64_t *block_pair; /**< (n_blocks+n_asu) asu n_asu + asu', likewise */
    struct dt_network *network; /**< the same as network.h has it; it owns all these arrays */
} dt_gnm;

/** Errors as dt_find_contacts. Release with dt_gnm_free (NULL is fine). */
DT_API dt_status dt_gnm_new(const dt_crystal *crystal, double cutoff, int cell_range,
                            dt_gnm **ret_gnm, dt_error *error);
DT_API void dt_gnm_free(dt_gnm *gnm);

/** Body coordinates X_j = (1, x, y, z) with (x,y,z) relative to the unweighted centroid of each
 *  asymmetric unit: xyz (n_asu,n,3) in Angstrom -> (n_asu,n,4). Every matrix of a rigid body is
 *  linear or bilinear in X. */
DT_API dt_tensor *dt_rigid_body_coordinates(dt_tensor *xyz);

/** Body coordinates in which x, y, z of an atom are the sums over all atoms up to it, copy after
 *  copy: X (n_asu,n,4) -> (n_asu,n,4). What eryx takes for body coordinates
 *  (DT_QUIRK_CUMULATIVE_A). */
DT_API dt_tensor *dt_cumulative_body(dt_tensor *body);

/** Rigid-body projector A_j = [I_3 | S(x_j)], S(x) = [[0,z,-y],[-z,0,x],[y,-x,0]]: displacements
 *  u_j = t + lambda x x_j of atom j for a translation t (Angstrom) and a rotation lambda (radians).
 *  X (n_asu,n,4) -> (n_asu,3n,6). */
DT_API dt_tensor *dt_rigid_body_projector(dt_tensor *body);

/** Projected force constants, block by block. Of the matrices H(n), d = 6 n_asu,
 *      H(n)_{aa'} = -sum over contacts of gamma A_i^T A_j,
 *      and + sum over contacts of gamma A_i^T A_i where n = 0, a = a',
 *  most 6 x 6 blocks are zero in a large cell. Returned are the others, (n_blocks+n_asu,6,6) f64:
 *  first the sums over the contacts of every block, then the terms A_i^T A_i of every asymmetric
 *  unit, its stiffness if all neighbours were held. body (n_asu,n,4) from
 *  dt_rigid_body_coordinates in Angstrom, gamma_intra and gamma_inter scalars (kT/Angstrom^2 with
 *  kT = 1); gradient to all three. */
DT_API dt_tensor *dt_gnm_force_constants(const dt_gnm *gnm, dt_tensor *body, dt_tensor *gamma_intra,
                                         dt_tensor *gamma_inter);

/** K(k) = sum_n H(n) exp(+i k.R_n), Hermitian: force_constants from dt_gnm_force_constants, k (K,3)
 *  f64 in fractions of the reciprocal axes, so that k.R_n = 2 pi k.n. Returns (K,d,d) c128.
 *  Source: M. Born, K. Huang, Dynamical Theory of Crystal Lattices (1954). */
DT_API dt_tensor *dt_gnm_stiffness(const dt_gnm *gnm, dt_tensor *force_constants, dt_tensor *k);

DT_END_DECLS

#endif
