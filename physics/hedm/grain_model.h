/* grain_model.h - spots of a grain as functions of the numbers a refinement changes. */
#ifndef DT_HEDM_GRAIN_MODEL_H
#define DT_HEDM_GRAIN_MODEL_H

#include <difftape/detector.h>
#include <difftape/refinement.h>

/* The grain as predicted: angles and, with a panel, spots (fields NULL without). */
typedef struct grain_prediction {
    dt_oscillation angles;
    dt_spots spots;
} grain_prediction;

/* With changes p (DT_UNKNOWN_COUNT) from setup and grain, for reflections hkl (n,3). */
grain_prediction predict_grain(const dt_hedm_setup *setup, const dt_grain *grain, dt_tensor *hkl,
                               dt_tensor *p);

/* Put changes into setup and grain. */
dt_status apply_changes(const double *p, dt_hedm_setup *setup, dt_grain *grain, dt_error *error);

#endif
