/* slices.h - the points of a map in slices that share a wavevector, for grids without a list. */
#ifndef DT_PHONON_MAP_SLICES_H
#define DT_PHONON_MAP_SLICES_H

#include "points.h"

/* Which of the points with a value. */
typedef enum dtp_selection { DTP_ALL, DTP_NOT_BRAGG, DTP_BRAGG } dtp_selection;

typedef struct dtp_landmark dtp_landmark;

/* Points in order of wavevectors, each wavevector's ascending and cut into slices of equal size, as
 * nearly as it goes. */
typedef struct dtp_slices {
    const dt_points *points;
    const bool *valid;
    dtp_selection selection;
    int64_t longest; /* most points of a slice */
    int64_t n_points, n_wavevectors, n_slices;
    dtp_landmark *landmark; /* of a grid: where some of the slices begin */
    int64_t n_landmarks;
    dt_wavevectors list; /* of anything else */
    int64_t *first;      /* (n_slices+1) positions in the list */
} dtp_slices;

/* *ret must be 0 and be released with dtp_slices_free, also after an error. */
dt_status dtp_slices_find(dtp_slices *ret, const dt_points *points, const bool *valid,
                          dtp_selection selection, int64_t longest, dt_error *error);
void dtp_slices_free(dtp_slices *s);

/* The points of a slice, at most `longest`; returns how many. */
int64_t dtp_slices_points(const dtp_slices *s, int64_t slice, int64_t *ret_points);

/* The wavevector of a slice, of which `point` is one. */
void dtp_slices_wavevector(const dtp_slices *s, int64_t slice, int64_t point, double ret_k[3]);

#endif
