/* map_utils.h - grids in reciprocal space: sampling, resolution, wavevectors by exact integers. */
#ifndef DIFFTAPE_MAP_UTILS_H
#define DIFFTAPE_MAP_UTILS_H

#include <difftape/crystal.h>

DT_BEGIN_DECLS

/** A grid in Miller indices h, k, l: from lo to hi, both included, `samples` points per unit. A
 *  voxel (i,j,k) has the flat index (i n_k + j) n_l + k: C order, h slowest. */
typedef struct dt_grid {
    double lo[3], hi[3];
    int samples[3];
} dt_grid;

/** One axis of a grid in integers: point i is h = (base + i + offset) / samples, with whole numbers
 *  base and i, and one offset in [0,1) common to all points (0 when lo * samples is whole). */
typedef struct dt_grid_axis {
    int64_t n, samples, base;
    double offset;
    double lo, step; /**< with a quirk: point i is h = lo + i step, and base and offset, then 0, say
                          only what wavevector it has. step is 0 otherwise */
} dt_grid_axis;

/** Check a grid and describe its axes. Errors (DT_ERR_ARGUMENT) name the axis: samples < 1, limits
 *  not finite or beyond 1e6, hi < lo (an empty grid), a range that is not a whole number of steps
 *  (to 1e-9; the message offers the nearest limits that are), more than 2^40 voxels. ret_voxels may
 *  be NULL. */
DT_API dt_status dt_grid_axes(const dt_grid *grid, dt_grid_axis ret_axis[3], int64_t *ret_voxels,
                              dt_error *error);

/** The same with departures from the physics (quirks.h), of which two concern a grid.
 *  DT_QUIRK_K_OF_INDEX: point i has the wavevector i / samples, whole where samples divides i,
 *  whatever its Miller index. DT_QUIRK_GRID_TRUNCATED, which needs it: int(samples (hi - lo) + 1)
 *  points from lo to hi, whatever the step between them; a range need not be a whole number of
 *  steps. Errors as dt_grid_axes; DT_ERR_ARGUMENT for the second without the first. */
DT_API dt_status dt_grid_axes_literal(const dt_grid *grid, unsigned quirks,
                                      dt_grid_axis ret_axis[3], int64_t *ret_voxels,
                                      dt_error *error);

/** Flat index of a voxel, and back. */
DT_API int64_t dt_grid_index(const dt_grid_axis axis[3], const int64_t ijk[3]);
DT_API void dt_grid_position(const dt_grid_axis axis[3], int64_t index, int64_t ret_ijk[3]);

/** Miller index of point i of an axis. */
DT_API double dt_axis_miller(const dt_grid_axis *axis, int64_t i);

/** Is that index a whole number? Exact: decided on integers. */
DT_API bool dt_axis_is_integer(const dt_grid_axis *axis, int64_t i);

/** The numerator c of the fractional wavevector (c + offset) / samples that point i shares with all
 *  points a whole number of units away; centred: (c + offset)/samples lies in [-1/2, 1/2), so -1/2
 *  itself belongs to the zone. Integer arithmetic only. */
DT_API int64_t dt_axis_wavenumber(const dt_grid_axis *axis, int64_t i);

/** Scattering vector q = 2 pi B^T h in 1/Angstrom of Miller indices h, whole or not. */
DT_API void dt_scattering_vector(const dt_cell *cell, const double h[3], double ret_q[3]);

/** Miller indices (P,3) and scattering vectors q = 2 pi B^T h (P,3) in 1/Angstrom of every voxel, C
 *  order; either may be NULL. Release with dt_array_free. Errors as dt_grid_axes, DT_ERR_MEMORY. */
DT_API dt_status dt_generate_grid(const dt_grid *grid, const dt_cell *cell, dt_array *ret_hkl,
                                  dt_array *ret_q, dt_error *error);

/** Resolution d = 2 pi / |q| in Angstrom, infinite at the origin (where a tape that watches for
 *  non-finite values stops): q (...,3) f64 in 1/Angstrom -> (...). At the origin the gradient is 0.
 */
DT_API dt_tensor *dt_compute_resolution(dt_tensor *q);

/** Mask d > d_min (strict, so that the origin is kept): resolution (...) f64 in Angstrom -> bool
 *  (...). No gradient. Errors: d_min negative or NaN (DT_ERR_ARGUMENT). */
DT_API dt_tensor *dt_get_resolution_mask(dt_tensor *resolution, double d_min);

/* -- symmetry of reciprocal space ----------------------------------------------------------------
 *
 * Operators are the rotation parts R (n_ops,3,3) of x' = R x + t in fractional coordinates, as
 * dt_structure.op_rot and dt_crystal_input.op_rot hold them. They carry h to the row vector h R,
 * where a crystal has the same intensity (International Tables for Crystallography Vol. B, 2001,
 * section 1.4.4); `friedel` adds -h R. Rotations may occur more than once, as those of centred
 * groups do. Functions that need all of a group refuse (DT_ERR_ARGUMENT) what is not closed under
 * multiplication, and entries other than -1, 0, 1. Points hkl are C-contiguous f64 arrays (...,3);
 * numbers that are not finite or beyond 1e6 are refused. Release results with dt_array_free. */

/** All symmetry equivalents h R of points hkl (...,3): (n,...,3) with n = n_ops, or 2 n_ops with
 *  Friedel's: first all h R in the order of the operators, then all -h R. Any list of operators. */
DT_API dt_status dt_get_symmetry_equivalents(const dt_array *hkl, int64_t n_ops, const int *op_rot,
                                             bool friedel, dt_array *ret_equivalents,
                                             dt_error *error);

/** A box of grid points: shape[d] of them along axis d, the first at origin[d] / samples[d]. */
typedef struct dt_grid_box {
    int64_t origin[3], shape[3];
} dt_grid_box;

/** Flat indices, C order, of points hkl (...,3) in the smallest box of grid points, `samples` per
 *  unit, that holds them all: i64 (...). Points that are equal have equal indices. Errors
 *  (DT_ERR_ARGUMENT): no points, samples < 1, a point off the grid by more than 1e-6 steps (points
 *  of grids with unequal sampling can be carried off it by symmetry), a box of more than 2^40. */
DT_API dt_status dt_get_ravel_indices(const dt_array *hkl, const int samples[3],
                                      dt_array *ret_index, dt_grid_box *ret_box, dt_error *error);

/** How many distinct symmetry equivalents every voxel of a grid has, itself included: i64
 *  (n_h,n_k,n_l). The operators must be a group: the number is that of distinct rotations divided
 *  by that of those which leave h where it is. */
DT_API dt_status dt_compute_multiplicity(const dt_grid *grid, int64_t n_ops, const int *op_rot,
                                         bool friedel, dt_array *ret_multiplicity, dt_error *error);

/** Mask of an asymmetric unit of reciprocal space: points hkl (...,3) -> bool (...), true for
 *  exactly one of all equivalents of a point, Friedel's included. In the settings of the tables it
 *  is CCP4's unit (h >= 0, k >= 0, l >= 0 for mmm, and so on), with axes cyclically exchanged for
 *  another unique axis; for other settings the equivalent that is last in order of l, then k, then
 *  h. Which one is decided by trial, from the operators alone. */
DT_API dt_status dt_get_asu_mask(const dt_array *hkl, int64_t n_ops, const int *op_rot,
                                 dt_array *ret_mask, dt_error *error);

/* -- limits and distances ---------------------------------------------------------------------- */

/** The smallest grid with whole limits, symmetric about the origin, that holds every whole h, k, l
 *  with d >= d_min: |h| <= floor(a / d_min), which is exact in oblique cells too. Errors
 *  (DT_ERR_ARGUMENT): d_min not finite or <= 0, and those of dt_grid_axes. */
DT_API dt_status dt_get_hkl_extents(const dt_cell *cell, double d_min, const int samples[3],
                                    dt_grid *ret_grid, dt_error *error);

/** The grid of that many points along each axis whose middle is the origin. Errors
 *  (DT_ERR_ARGUMENT): shape or samples < 1, and those of dt_grid_axes. */
DT_API dt_status dt_get_centered_sampling(const int64_t shape[3], const int samples[3],
                                          dt_grid *ret_grid, dt_error *error);

/** Which Bragg peak a distance is measured from. */
typedef enum dt_bragg_peak {
    DT_NEAREST_PEAK, /**< the nearest one */
    DT_ROUNDED_PEAK /**< h, k, l rounded to whole numbers (halves to even). In oblique cells it need
                          not be the nearest; for comparison with programs that do that */
} dt_bragg_peak;

/** Distance in 1/Angstrom from points hkl (...,3) to a Bragg peak: f64 (...). */
DT_API dt_status dt_get_dq_map(const dt_cell *cell, const dt_array *hkl, dt_bragg_peak peak,
                               dt_array *ret_dq, dt_error *error);

/** A map on one grid cut, or extended by the constant `fill`, to the limits of another with the
 *  same points: map (n_h,n_k,n_l) of `from` -> that of `to`, any type. Gradient to the voxels that
 *  both share. Errors: those of dt_grid_axes, DT_ERR_SHAPE if map does not belong to `from`,
 *  DT_ERR_ARGUMENT if sampling or fractional offset differ, or if the grids share no voxel. */
DT_API dt_tensor *dt_resize_map(dt_tensor *map, const dt_grid *from, const dt_grid *to,
                                double fill);

/* -- wavevectors ------------------------------------------------------------------------------- */

/** The distinct wavevectors of a grid and the voxels of each. */
typedef struct dt_wavevectors {
    int64_t n;        /**< distinct wavevectors that have a voxel */
    int64_t n_voxels; /**< voxels listed */
    double *k;        /**< (n,3) wavevectors in fractions of the reciprocal axes, in [-1/2,1/2) */
    int64_t *first; /**< (n+1) voxels of wavevector i are voxel[first[i]] ... voxel[first[i+1]-1] */
    int64_t *voxel; /**< (n_voxels) flat indices, ascending within a wavevector */
} dt_wavevectors;

/** Group the voxels with valid[index] (NULL: all) by wavevector, exactly, whatever the limits.
 *  Errors as dt_grid_axes, DT_ERR_MEMORY. Release with dt_wavevectors_free. */
DT_API dt_status dt_group_by_wavevector(const dt_grid *grid, const bool *valid,
                                        dt_wavevectors *ret_groups, dt_error *error);
DT_API void dt_wavevectors_free(dt_wavevectors *groups);

/** The same for axes that are already there. Errors: DT_ERR_MEMORY. */
DT_API dt_status dt_group_axes_by_wavevector(const dt_grid_axis axis[3], const bool *valid,
                                             dt_wavevectors *ret_groups, dt_error *error);

DT_END_DECLS

#endif
