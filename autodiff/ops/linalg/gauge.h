/* gauge.h - do the vectors of a decomposition have a derivative where a cotangent meets them?
 *
 * Vectors of one level are free to turn among themselves and every vector is free in its phase. The
 * rules of eigh, svd and eig ask here, on data, before they divide by gaps: an error, never a wrong
 * number. All thresholds are relative. */
#ifndef DTI_GAUGE_H
#define DTI_GAUGE_H

#include "matrices.h"

/* How a failing decomposition speaks. */
typedef struct dti_gauge_words {
    const char *values;  /* "eigenvalues" */
    const char *vectors; /* "eigenvectors" */
    const char *hint;    /* what to do instead; ends the sentence */
} dti_gauge_words;

/* Levels closer than this, relative to the largest magnitude, are one: 1e-8, and 3e-4 in single
 * precision; about the square root of the rounding error, which is what remains of the derivative.
 */
double dti_level_gap(dt_dtype dtype);

/* Are the levels w (..., k), real and sorted or complex, apart from each other? Only pairs count of
 * which one has a cotangent, used (..., k) nonzero; NULL: all. Fails the tape with DT_ERR_GAUGE,
 * naming matrix and pair, if not. */
bool dti_check_levels(const dt_node *n, dt_tensor *w, dt_tensor *used,
                      const dti_gauge_words *words);

/* Is the loss free of phases? turn (..., k) is what a turn of each phase changes in the loss, norm
 * (...) the size of the cotangent. Fails the tape with DT_ERR_GAUGE if not. */
bool dti_check_phases(const dt_node *n, dt_tensor *turn, dt_tensor *norm,
                      const dti_gauge_words *words);

/* Largest |element| of columns of x (..., m, k): which of them carry a cotangent. A constant. */
dt_tensor *dti_columns_used(dt_tensor *x);

/* max |w| over the levels, (..., 1), a constant. */
dt_tensor *dti_level_scale(dt_tensor *w);

/* 1/(w_j - w_i) as matrices (..., k, k), 0 on the diagonal and within a level. */
dt_tensor *dti_inverse_gaps(dt_tensor *w);

/* 1/x where keep, else 0. */
dt_tensor *dti_reciprocal_where(dt_tensor *keep, dt_tensor *x);

/* (x - x^H)/2. */
dt_tensor *dti_skew(dt_tensor *x);

/* x in the type of like. */
dt_tensor *dti_as_type(dt_tensor *x, dt_tensor *like);

/* In forward mode: does what it goes to read output o? Looks at nothing recorded later, like the
 * rule itself. */
bool dti_is_read(const dt_node *n, int o);

#endif
