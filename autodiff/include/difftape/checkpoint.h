/* checkpoint.h - trade time for memory: functions that are computed again in the backward pass. */
#ifndef DIFFTAPE_CHECKPOINT_H
#define DIFFTAPE_CHECKPOINT_H

#include <difftape/tape.h>

DT_BEGIN_DECLS

/** A differentiable function of tensors. `tape` is where its operations and constants live: a
 *  worker tape that is reset after the call, so nothing of it may be kept; `in` are the inputs as
 *  leaves of that tape. It must be a pure function of `in` and *user (it runs again in the backward
 *  pass, perhaps on another thread: *user is read-only and lives as long as the result may be
 *  differentiated). It may itself take derivatives with dt_vjp and dt_jvp. */
typedef dt_tensor *dt_tensor_fn(void *user, dt_tape *tape, dt_tensor *const *in);

/** y = fn(in), of which only y is stored; the backward pass runs fn again. With n_in < 1 there is
 *  no tape to run on: NULL, here and below. */
DT_API dt_tensor *dt_checkpoint(dt_tensor_fn *fn, void *user, int n_in, dt_tensor *const *in);

/** A function of the inputs for the rows [begin, end) of its result: returns (end - begin, ...). */
typedef dt_tensor *dt_rows_fn(void *user, dt_tape *tape, int64_t begin, int64_t end,
                              dt_tensor *const *in);

/** y (n, ...) whose rows are computed `batch` at a time, so peak memory is that of one batch per
 *  thread, forward and backward, however large n is. Batches run in parallel on dt_get_threads()
 *  threads; values and gradients do not depend on how many. Gradients of any order. Errors of fn
 *  arrive at the tape of the inputs; the lowest failing batch wins. n < 1 and batch < 1
 *  are errors (DT_ERR_SHAPE). */
DT_API dt_tensor *dt_map_batches(dt_rows_fn *fn, void *user, int n_in, dt_tensor *const *in,
                                 int64_t n, int64_t batch);

/** The same with batches of the caller's choice: batch b is rows [offsets[b], offsets[b+1]),
 *  offsets[0] = 0, increasing, n_batches + 1 entries. */
DT_API dt_tensor *dt_map_slices(dt_rows_fn *fn, void *user, int n_in, dt_tensor *const *in,
                                int64_t n_batches, const int64_t *offsets);

DT_END_DECLS

#endif
