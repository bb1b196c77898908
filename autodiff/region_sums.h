/* region_sums.h - sums folded into the loop of a region. */
#ifndef DTI_REGION_SUMS_H
#define DTI_REGION_SUMS_H

#include "region.h"

struct dti_sum_sink {
    dt_array out;
    dt_dtype dtype;
    dti_fold fold;
    int64_t length;    /* of a row, or number of columns */
    int64_t n_partial; /* per row: its tiles; per column: chunks */
    void *partial;
};

/* Memory for partial results of an iteration over `total` elements; false with a failed tape. */
bool dti_sum_prepare(struct dti_sum_sink *s, dt_tape *tape, int64_t total, int64_t n_chunks);

/* Add n elements of the iteration from `start` on: whole rows, or tile by tile of a longer one. */
void dti_sum_tile(const struct dti_sum_sink *s, const void *x, int64_t start, int64_t n,
                  int64_t chunk);

/* Put partial results together. */
void dti_sum_finish(const struct dti_sum_sink *s);

#endif
