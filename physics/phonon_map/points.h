/* points.h - what points in reciprocal space hold. */
#ifndef DT_PHONON_MAP_POINTS_H
#define DT_PHONON_MAP_POINTS_H

#include <difftape/points.h>

struct dt_points {
    int64_t n, n_blocks, block_size;
    int ndim;
    int64_t shape[4];
    dt_grid_axis (*axis)[3]; /* (n_blocks) grids, or NULL for a list */
    double *hkl;             /* (n,3) a list, or NULL */
    double voxel[3];         /* size of a voxel, 0 if not known */
};

/* Is a point at whole h, k, l? */
bool dtp_point_is_bragg(const dt_points *points, int64_t p);

/* The wavevector of a point in [-1/2, 1/2): from integers on grids, whole indices exactly 0. */
void dtp_point_wavevector(const dt_points *points, int64_t p, double ret_k[3]);

/* Wavevectors of the points with wanted[p], each with its points. */
dt_status dtp_group_points(const dt_points *points, const bool *wanted, dt_wavevectors *ret_groups,
                           dt_error *error);

#endif
