/* region.h - elementwise operations over one shape, run tile by tile in one loop. */
#ifndef DTI_REGION_H
#define DTI_REGION_H

#include "lazy.h"

/* How a sum's reduced axes lie in the iteration: the last ones (rows of `length` elements each give
 * one result), the first ones (element e goes to result e % length), or neither. */
typedef enum dti_fold { DTI_FOLD_NONE, DTI_FOLD_ROWS, DTI_FOLD_COLUMNS } dti_fold;
dti_fold dti_fold_of(const dt_array *x, unsigned mask, int64_t *ret_length);

/* Elements of an iteration whose column sums of this length are added up one after another. */
int64_t dti_column_chunk(int64_t total, int64_t length);

/* Which axes a node of the sum operation reduces. */
unsigned dti_sum_mask(const dt_node *n);
extern const dt_op dti_op_sum;

/* Compute and store the given lazy tensors (elementwise results, and sums over such) that iterate
 * over one shape. Returns 1 if done, 0 if they do not fit one region, -1 with a failed tape. */
int dti_region_run(dt_tape *tape, int n, dti_lazy *const *targets);

/* The same sum of elements that are there: in the same order, so that it does not matter to the
 * last bit whether somebody has read x before. Needs an axis mask that folds. False with a failed
 * tape. */
bool dti_region_sum(dt_tape *tape, const dt_array *out, const dt_array *x, unsigned mask);

#endif
