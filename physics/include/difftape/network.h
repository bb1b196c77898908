/* network.h - elastic networks of a crystal: which atoms are joined by which springs, which atoms
 * move together, and the stiffness K(k) of plane waves of their motions.
 *
 * Every pair of atoms at most a cutoff apart is joined by a spring. With d the vector between the
 * two, r = |d|, e = d/r and s = u_i - u_j, its energy is
 *     isotropic   1/2 k w(r) |s|^2                               Gaussian network (GNM)
 *     parallel    1/2 k w(r) (e.s)^2                             anisotropic network (ANM)
 *     hybrid      1/2 w(r) (k_perp (|s|^2 - (e.s)^2) + k_par (e.s)^2)
 * counted once per unordered pair, with the weight w(r) of dt_network_options. Only the parallel
 * spring costs nothing when a rigid body turns; within a rigid body it has no effect at all.
 * Sources: I. Bahar, A. R. Atilgan, B. Erman, Folding & Design 2 (1997) 173; A. R. Atilgan et al.,
 * Biophys. J. 80 (2001) 505; K. Hinsen, Proteins 33 (1998) 417 (weights); S. P. Meisburger, D. A.
 * Case, N. Ando, Nat. Commun. 14 (2023) 1228 (classes, hybrid springs, rigid groups). */
#ifndef DIFFTAPE_NETWORK_H
#define DIFFTAPE_NETWORK_H

#include <difftape/gnm.h>

DT_BEGIN_DECLS

/** What a spring resists. */
typedef enum dt_spring_form {
    DT_SPRING_ISOTROPIC, /**< every displacement alike; one constant per class */
    DT_SPRING_PARALLEL,  /**< stretching only; one constant per class */
    DT_SPRING_HYBRID     /**< two constants per class, (k_perp, k_par) */
} dt_spring_form;

/** The unit of spring constants. */
typedef enum dt_spring_unit {
    DT_SPRING_KT, /**< kT/Angstrom^2, whatever the temperature */
    DT_SPRING_SI  /**< N/m */
} dt_spring_unit;

/** Which contacts share a spring constant. A contact and its reverse always do. */
typedef enum dt_spring_classes {
    DT_CLASSES_INTRA_INTER, /**< 0: within an asymmetric unit, 1: all others */
    DT_CLASSES_SINGLE,      /**< one class */
    DT_CLASSES_INTERFACES,  /**< by the symmetry operation that relates the two asymmetric units,
                                 so one class for each interface; if labels are given, also by the
                                 pair of labels: with residues as labels, one class for each pair
                                 of residues of each interface. Within the unit comes first. */
    DT_CLASSES_LABELS,      /**< by the pair of labels, within and between units apart */
    DT_CLASSES_TABLE        /**< by a table of yours */
} dt_spring_classes;

/** A network; {.cutoff = 4} is the Gaussian network of rigid asymmetric units. */
typedef struct dt_network_options {
    double cutoff;       /**< longest contact, Angstrom */
    int cell_range;      /**< as in dt_find_contacts: 0 for all cells the cutoff reaches */
    dt_spring_form form; /**< [isotropic] */
    dt_spring_unit unit; /**< [kT/Angstrom^2] */

    /** w(r) = (reference / r)^decay s(r), where s falls smoothly (two continuous derivatives) from
     *  1 at cutoff - taper to 0 at the cutoff. [0, 1 Angstrom, 0: w = 1] */
    double decay, reference, taper;

    /** Rigid groups: (n_atoms) a number for each atom of the asymmetric unit, equal for atoms that
     *  move together; dt_structure has .chain and .residue. NULL: the whole asymmetric unit. A
     *  group of one atom has no rotations, one with all atoms on a line none about that line. */
    const int64_t *group;
    bool atoms;       /**< every atom for itself; `group` is not used */
    bool drop_within; /**< no springs within a rigid group */

    dt_spring_classes classes; /**< [intra, inter] */
    const int64_t *label;      /**< (n_atoms) in [0, n_labels), or NULL */
    int64_t n_labels;
    /** (2, n_labels, n_labels), symmetric: the class of a contact within (0) or between (1)
     *  asymmetric units by its labels; a negative number: no spring */
    const int64_t *table;

    unsigned quirks; /**< departures from the physics (quirks.h), those of the crystal among them;
                          0: none */
    int64_t
        most_freedom; /**< refuse more coordinates per cell than this [4096: a matrix K(k) of 268
                               MB] */
} dt_network_options;

/** A network at the crystal's starting coordinates. Opaque and read-only after dt_network_new. */
typedef struct dt_network dt_network;

/** Find contacts, groups and classes. Contacts stay fixed when coordinates move. The crystal must
 *  outlive the network, and the network every tape that uses it; arrays in options are copied.
 *  Errors (DT_ERR_ARGUMENT): those of dt_find_contacts; decay, reference, taper out of range;
 *  quirks that differ from the crystal's; labels missing or out of range; a table that is not
 *  symmetric; no contact left; a contact of two atoms at the same place with springs that need its
 *  direction; more coordinates than most_freedom; DT_ERR_MEMORY. Release with dt_network_free (NULL
 *  is fine). */
DT_API dt_status dt_network_new(const dt_crystal *crystal, const dt_network_options *options,
                                dt_network **ret_network, dt_error *error);
DT_API void dt_network_free(dt_network *network);

/** How large a network is. */
typedef struct dt_network_sizes {
    int64_t contacts; /**< ordered contacts with a spring */
    int64_t classes;  /**< spring constants, or pairs of them for hybrid springs */
    int64_t groups;   /**< rigid groups of an asymmetric unit */
    int64_t freedom;  /**< coordinates per cell: the size of K(k) */
    int64_t blocks;   /**< pairs of groups (and cells) with a contact */
} dt_network_sizes;
DT_API dt_network_sizes dt_network_get_sizes(const dt_network *network);

/** The contacts that have a spring, and the class of each; they belong to the network. */
DT_API const dt_contacts *dt_network_contacts(const dt_network *network, const int64_t **ret_class);

/** What a network's matrices depend on. */
typedef struct dt_network_parameters {
    dt_tensor *springs;     /**< (classes), or (classes,2) for hybrid springs; f64 */
    dt_tensor *xyz;         /**< (n_atoms,3) the asymmetric unit, Angstrom; NULL: the crystal's */
    dt_tensor *cell;        /**< (6) as dt_cell_axes; NULL: the crystal's. Moves the copies of the
                                 asymmetric unit, whose xyz stays */
    dt_tensor *temperature; /**< scalar, K; NULL: 300. Matters with springs in N/m, and wherever
                                 frequencies are needed */
} dt_network_parameters;

/** Force constants in kT/Angstrom^2: (blocks + bodies, w, w), w the coordinates of a body (3 for
 *  single atoms, else 6: translations in Angstrom, rotations in radians about the centroid). First
 *  the sum over the contacts of every block, - sum A_i^T P A_j, then the stiffness of every body if
 *  all others were held, + sum A_i^T P A_i. Input of dt_network_stiffness. Differentiable in all
 *  parameters, through distances and directions as well. Errors: DT_ERR_SHAPE, DT_ERR_DTYPE. */
DT_API dt_tensor *dt_network_force_constants(const dt_network *network,
                                             const dt_network_parameters *parameters);

/** K(k) = sum_n H(n) exp(+i k.R_n), Hermitian, (K,d,d) c128 for k (K,3) f64 in fractions of the
 *  reciprocal axes. Coordinates are ordered by copy of the asymmetric unit, group, then
 *  translations and rotations. */
DT_API dt_tensor *dt_network_stiffness(const dt_network *network, dt_tensor *force_constants,
                                       dt_tensor *k);

/** Lower Cholesky factor (d,d) f64 of the mass matrix M = sum_j m_j A_j^T A_j, in dalton (times
 *  Angstrom^2 for rotations). Errors: DT_ERR_ARGUMENT if the crystal has no masses. */
DT_API dt_tensor *dt_network_mass_factor(const dt_network *network,
                                         const dt_network_parameters *parameters);

DT_END_DECLS

#endif
