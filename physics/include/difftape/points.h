/* points.h - where a map is computed: grids, blocks around reflections, lists of any points. */
#ifndef DIFFTAPE_POINTS_H
#define DIFFTAPE_POINTS_H

#include <difftape/map_utils.h>

DT_BEGIN_DECLS

/** Points in reciprocal space and the shape of a map over them. Opaque, read-only. */
typedef struct dt_points dt_points;

/** A grid: shape (n_h,n_k,n_l). Errors as dt_grid_axes. Release all points with dt_points_free. */
DT_API dt_status dt_points_from_grid(const dt_grid *grid, dt_points **ret_points, dt_error *error);

/** The same with departures from the physics (quirks.h); errors as dt_grid_axes_literal. */
DT_API dt_status dt_points_from_grid_literal(const dt_grid *grid, unsigned quirks,
                                             dt_points **ret_points, dt_error *error);

/** The same grid around each of n centres (n,3), Miller indices, whole or not: its limits are
 *  relative to the centre. {-0.5,...} to {0.5,...} is a Brillouin zone. Shape (n,n_h,n_k,n_l).
 *  Errors as dt_grid_axes; no centre, or a centre that is not finite (DT_ERR_ARGUMENT). */
DT_API dt_status dt_points_from_blocks(int64_t n, const double *centres, const dt_grid *block,
                                       dt_points **ret_points, dt_error *error);

/** Any points: hkl (n,3), Miller indices, copied; shape (n). `voxel` is the size of a voxel along
 *  h, k, l for averages over voxels, or NULL. Points whose wavevectors differ by less than 1e-13
 *  share one; an index within 1e-9 of a whole number counts as whole. Errors (DT_ERR_ARGUMENT): no
 *  points, indices not finite or beyond 1e6, a voxel that is not in (0, 1]. */
DT_API dt_status dt_points_from_list(int64_t n, const double *hkl, const double voxel[3],
                                     dt_points **ret_points, dt_error *error);
DT_API void dt_points_free(dt_points *points);

/** Number of points, and the shape of a map: ret_shape[0 ... dimensions - 1]. */
DT_API int64_t dt_points_shape(const dt_points *points, int *ret_ndim, int64_t ret_shape[4]);

/** Miller indices of point p. */
DT_API void dt_points_get(const dt_points *points, int64_t p, double ret_hkl[3]);

/** Miller indices h = A q / 2 pi of a scattering vector in 1/Angstrom: the inverse of
 *  dt_scattering_vector. */
DT_API void dt_miller_indices(const dt_cell *cell, const double q[3], double ret_h[3]);

DT_END_DECLS

#endif
