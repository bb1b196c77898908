/* reflections.h - symmetry operations as integers, absent reflections and families without a
 * tolerance. */
#ifndef DIFFTAPE_REFLECTIONS_H
#define DIFFTAPE_REFLECTIONS_H

#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

#define DT_MAX_OPERATORS 192 /**< the most any space group has: Fm-3m, centring included */

/** Symmetry operations x' = W x + t on fractional coordinates, centring included; translations in
 *  twenty-fourths of the edges, 0 to 23. */
typedef struct dt_symmetry {
    int n;
    int rotation[DT_MAX_OPERATORS][9];
    int translation[DT_MAX_OPERATORS][3];
} dt_symmetry;

/** All operations of the group that a lattice centring (P A B C I F R, or H for none as P; R on
 *  hexagonal axes, obverse) and generators make. Generators are triplets like "-y, x-y, z+1/3",
 *  separated by semicolons; NULL or "" for none. Errors (DT_ERR_ARGUMENT): the character that
 *  cannot be read, a matrix without determinant 1 or -1, a translation that is no multiple of 1/24,
 *  more than 192 operations. */
DT_API dt_status dt_symmetry_generate(char centring, const char *generators,
                                      dt_symmetry *ret_symmetry, dt_error *error);

/** The group made by n operations as structure files give them: rotations (n,3,3), translations
 *  (n,3) in fractions. Errors as above. */
DT_API dt_status dt_symmetry_from_operators(int64_t n, const int *rotation,
                                            const double *translation, dt_symmetry *ret_symmetry,
                                            dt_error *error);

/** Is hkl absent for every structure of this symmetry? True if some operation has hkl W = hkl and
 *  hkl.t not whole. Source: International Tables for Crystallography A (2016), section 1.6.3. */
DT_API bool dt_reflection_is_absent(const dt_symmetry *symmetry, const int64_t hkl[3]);

/** All reflections of a crystal up to |g| <= q_max but 000, sorted by |g|, those of equal |g| (to
 *  1e-12) by h, k, l. A family is the orbit of hkl under the rotations and, unless proper_only, the
 *  inversion (Friedel's law); its representative is its largest member. */
typedef struct dt_reflections {
    int64_t n, n_families;
    int64_t *hkl;            /**< (n,3) */
    double *q;               /**< (n) |g| = 2 pi / d in 1/Angstrom */
    int64_t *family;         /**< (n) number of the family, in order of first appearance */
    int64_t *representative; /**< (n_families,3) */
    int64_t *multiplicity;   /**< (n_families) members among the n */
} dt_reflections;

/** Which reflections are listed. */
typedef struct dt_reflections_options {
    bool proper_only; /**< families by proper rotations only, without the inversion */
} dt_reflections_options;

/** List them for a cell (a, b, c in Angstrom, angles in degrees); options may be NULL. Errors:
 *  those of dt_cell_init; DT_ERR_ARGUMENT for a q_max that is not positive, for more than 2^24
 *  candidates, or for symmetry that does not keep the metric of the cell to 5 %; DT_ERR_MEMORY.
 *  Release with dt_reflections_free. */
DT_API dt_status dt_reflections_list(const double cell[6], const dt_symmetry *symmetry,
                                     double q_max, const dt_reflections_options *options,
                                     dt_reflections *ret_list, dt_error *error);
DT_API void dt_reflections_free(dt_reflections *list);

DT_END_DECLS

#endif
