/* crystal.h - unit cell, symmetry and atoms of a crystal, and its symmetry copies on the tape. */
#ifndef DIFFTAPE_CRYSTAL_H
#define DIFFTAPE_CRYSTAL_H

#include <difftape/quirks.h>
#include <difftape/tape.h>

DT_BEGIN_DECLS

/** The metric of a unit cell, all from (a, b, c, alpha, beta, gamma). Cartesian axes: a along x, b
 *  in the xy plane (Protein Data Bank convention; International Tables for Crystallography Vol. B,
 *  2001, chapter 3.3). Matrices are row-major. */
typedef struct dt_cell {
    double parameters[6]; /**< a, b, c in Angstrom, alpha, beta, gamma in degrees */
    double axes[9];       /**< A: rows a, b, c in Angstrom; r = A^T x for fractional x */
    double fractional[9]; /**< B = A^-T in 1/Angstrom: x = B r, and q = 2 pi B^T h */
    double volume;        /**< Angstrom^3 */
} dt_cell;

/** Fill *ret_cell. Errors (DT_ERR_ARGUMENT): a parameter that is not finite, an edge <= 0, an angle
 *  outside (0, 180), angles that span no volume, the dummy cell 1 1 1 that files without a crystal
 *  carry. */
DT_API dt_status dt_cell_init(const double parameters[6], dt_cell *ret_cell, dt_error *error);

/** What a crystal is made from; every array is copied. */
typedef struct dt_crystal_input {
    double cell[6];        /**< a, b, c in Angstrom, alpha, beta, gamma in degrees */
    int64_t n_ops;         /**< symmetry operators x' = R x + t, centring included */
    const int *op_rot;     /**< (n_ops,3,3) R on fractional coordinates */
    const double *op_tran; /**< (n_ops,3) t in fractions of the cell edges */
    int64_t n_atoms;       /**< atoms of one asymmetric unit */
    const double *xyz;     /**< (n_atoms,3) Cartesian positions, Angstrom */
    const double
        *u_iso; /**< (n_atoms) isotropic mean-square displacement U = B / 8 pi^2, Angstrom^2 */
    const double *occupancy; /**< (n_atoms) >= 0, multiplies the form factor; NULL: all 1 */
    const double *ff_a;      /**< (n_atoms,4) form factor amplitudes, electrons (see scatter.h) */
    const double *ff_b;      /**< (n_atoms,4) form factor widths, Angstrom^2 */
    const double *ff_c;      /**< (n_atoms) form factor constant, electrons */
    const double *mass;      /**< (n_atoms) atomic mass in daltons; NULL if not known */
    /** Departures from the physics (quirks.h; 0 for none), and what they read instead of the above:
     *  needed with DT_QUIRK_REMARK_290 and DT_QUIRK_SCALE_RECORD, not read otherwise. */
    unsigned quirks;
    int64_t n_remark_ops;    /**< operators in the file's REMARK 290 */
    const int *remark_rot;   /**< (n_remark_ops,3,3) their rotations on fractional coordinates */
    const double *remark_op; /**< (n_remark_ops,3,4) r' = R r + t, Cartesian, Angstrom */
    const double *scale;     /**< (3,4) the file's SCALE records: x = S r + u; NULL if absent */
} dt_crystal_input;

/** A crystal: read its fields, do not change them. One symmetry operator makes one copy of the
 *  asymmetric unit, packed into the cell by whole lattice vectors: copy a is
 *      r = A^T (R_a B r0 + t_a + s_a),
 *  with s_a the integers that put the unweighted centroid of the copy into [0,1)^3 at the starting
 *  coordinates. s_a stays fixed when coordinates move, so everything is smooth in r0. */
typedef struct dt_crystal {
    dt_cell cell;
    int64_t n_asu;                     /**< asymmetric units per cell = symmetry operators */
    int64_t n_atoms;                   /**< atoms per asymmetric unit */
    const double *rotation;            /**< (n_asu,3,3) A^T R B, Cartesian */
    const double *translation;         /**< (n_asu,3) A^T (t + s), Angstrom */
    const double *shift;               /**< (n_asu,3) s, whole numbers but for DT_QUIRK_PACKING */
    const double *network_translation; /**< (n_asu,3) where the network sees the copies: translation
                                            but for DT_QUIRK_PACKED_TWICE */
    const double *xyz;                 /**< (n_atoms,3) Angstrom */
    const double *u_iso;               /**< (n_atoms) Angstrom^2 */
    const double *occupancy;           /**< (n_atoms) */
    const double *ff_a, *ff_b, *ff_c;  /**< (n_atoms,4), (n_atoms,4), (n_atoms) */
    const double *mass;                /**< (n_atoms) daltons, or NULL */
    unsigned quirks;                   /**< as it was made */
} dt_crystal;

/** Make a crystal. Errors (DT_ERR_ARGUMENT): those of dt_cell_init, no atoms, no operators, an
 *  operator that changes the metric of the cell by more than 5 %, non-finite numbers (the message
 *  names array and atom), U < 0, occupancy < 0, mass <= 0, records missing that a quirk reads;
 *  DT_ERR_MEMORY. *ret_crystal is then
 *  untouched. Release with dt_crystal_free (NULL is fine). */
DT_API dt_status dt_crystal_new(const dt_crystal_input *input, dt_crystal **ret_crystal,
                                dt_error *error);
DT_API void dt_crystal_free(dt_crystal *crystal);

/** All copies of the asymmetric unit: xyz (n,3) f64 in Angstrom -> (n_asu,n,3). Linear in xyz, so
 *  the gradient gathers every copy back through its operator. The crystal must outlive the tape's
 *  use of the result. */
DT_API dt_tensor *dt_expand_symmetry(const dt_crystal *crystal, dt_tensor *xyz);

/** One copy in any cell: copy `asu` of xyz (n,3) moved by whole cells, r = R_a r0 + t_a + A^T n, in
 *  Angstrom, placed as the network sees it: (n,3). Errors: DT_ERR_ARGUMENT if there is no such
 *  copy, DT_ERR_SHAPE. */
DT_API dt_tensor *dt_asu_positions(const dt_crystal *crystal, dt_tensor *xyz, int64_t asu,
                                   const int cell[3]);

/** Number of a cell in a supercell that reaches extent[i] cells to both sides of the reference cell
 *  along axis i, C order: the first is -extent, 13 is the middle of 3 x 3 x 3. -1 for a cell
 *  outside. dt_cell_of_id is the inverse; for an id outside it returns false and leaves ret_cell
 *  alone. */
DT_API int64_t dt_cell_id(const int extent[3], const int cell[3]);
DT_API bool dt_cell_of_id(const int extent[3], int64_t id, int ret_cell[3]);

/** The axes of a cell on the tape: (a, b, c, alpha, beta, gamma) (6) f64, Angstrom and degrees, ->
 *  (3,3) with rows a, b, c, as dt_cell. Reciprocal axes are B = A^-T. Errors: DT_ERR_SHAPE. Angles
 *  that span no volume give NaN. */
DT_API dt_tensor *dt_cell_axes(dt_tensor *cell);

/** dt_expand_symmetry in a cell with other axes (3,3): the operators act on fractional coordinates,
 *  which they do not change, so r = A^T (R_a A^-T r0 + t_a + s_a). xyz (n,3) Cartesian, Angstrom ->
 *  (n_asu,n,3). Differentiable in both. To move the unit with the cell, make xyz = x A from
 *  fractional x. Errors: DT_ERR_SHAPE. */
DT_API dt_tensor *dt_expand_symmetry_in(const dt_crystal *crystal, dt_tensor *xyz, dt_tensor *axes);

DT_END_DECLS

#endif
