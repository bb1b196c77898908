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

/** Where the rows of a slice go: writes their numbers to ret_rows and returns how many there are.
 *  Pure, called from any thread and more than once for a slice. */
typedef int64_t dt_slice_rows(void *user, int64_t slice, int64_t *ret_rows);

/** How the rows of a result are cut into slices: by a rule, so that no list of them is needed. */
typedef struct dt_slices {
    int64_t n_slices; /**< at least 1 */
    int64_t longest;  /**< most rows of a slice */
    int64_t n_listed; /**< rows of all slices together: what progress is counted in */
    int64_t n_rows;   /**< rows of the result; those in no slice are 0 */
    bool shared;      /**< may a row be in several slices? They are then added up, in order of
                           slices; a thread that is early waits for its turn */
    dt_slice_rows *rows;
} dt_slices;

/** A function of the inputs for n rows of its result, those of a slice: returns (n, ...). */
typedef dt_tensor *dt_slice_fn(void *user, dt_tape *tape, int64_t slice, int64_t n,
                               const int64_t *rows, dt_tensor *const *in);

/** The same with rows of the caller's choice: y (n_rows, ...) is computed slice by slice, and each
 *  row is put where it belongs. *slices is copied; its rule gets the same *user as fn. A slice
 *  that is empty, longer than `longest`, or has a row outside the result is an error
 *  (DT_ERR_SHAPE); a row that comes twice without `shared` is not noticed. */
DT_API dt_tensor *dt_map_slices(dt_slice_fn *fn, void *user, int n_in, dt_tensor *const *in,
                                const dt_slices *slices);

DT_END_DECLS

#endif
