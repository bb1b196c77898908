/* estimate.h - what the cost of a map depends on, for a network that need not have been made. */
#ifndef DT_PHONON_MAP_ESTIMATE_H
#define DT_PHONON_MAP_ESTIMATE_H

#include "map.h"

typedef struct dtp_extent {
    double volume;                          /* of the cell */
    double atoms, freedom, force_constants; /* per cell; numbers in all blocks of force constants */
    int64_t nodes;                          /* of the average over a Bragg voxel, if there is one */
} dtp_extent;

void dtp_estimate(const dtp_extent *extent, const dt_points *points,
                  const dt_phonon_map_options *options, int threads, dt_phonon_map_cost *ret_cost);

#endif
