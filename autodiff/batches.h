/* batches.h - functions applied batch after batch on worker tapes: what checkpoint.c and the
 * derivatives of such calls build on. */
#ifndef DTI_BATCHES_H
#define DTI_BATCHES_H

#include <difftape/checkpoint.h>
#include <difftape/op.h>

/* A function for one batch [begin, end): out[o] from in[i], all on the worker tape. With record
 * false nobody will differentiate the outputs, so the function may switch recording off. */
typedef void dti_batch_fn(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                          dt_tensor *const *in, dt_tensor **out, bool record);

/* Batches whose rows lie anywhere, as a rule of the caller says: batch b is slice b. */
struct dti_rule {
    dt_slices slices;
    void *user;
};

/* The rows of the batch that a worker tape is at: where the caller's rule puts them. */
struct dti_rows {
    int64_t n;
    int64_t *row;
};

/* One call over all batches; also the attribute of its node. Pointers point into the tape. */
struct dti_batches {
    dti_batch_fn *fn;
    const char *name; /* of the public function, for messages; NULL: map_batches */
    const void *context;
    int64_t n_batches, n_rows, rows_per_batch;
    const struct dti_rule *rule; /* NULL if batch b is rows_per_batch rows from b rows_per_batch */
    int n_out;
    bool summed[DT_MAX_OUTPUTS];      /* output = sum over batches; else batches are rows of it */
    bool known;                       /* are the outputs' shapes known before anything has run? */
    dt_array out[DT_MAX_OUTPUTS];     /* if so: types and shapes, without data */
    dt_tensor *first[DT_MAX_OUTPUTS]; /* else: batch 0, run to learn them, until forward takes it */
};

/* First row of batch b, and for b = n_batches the number of rows; with a rule b itself. */
static inline int64_t dti_batch_begin(const struct dti_batches *call, int64_t b) {
    if (call->rule != NULL) {
        return b;
    }
    return b < call->n_batches ? b * call->rows_per_batch : call->n_rows;
}

extern const dt_op dti_op_batches;

/* Copy `bytes` of context onto the tape, for dti_batches.context; NULL with a failed tape. */
void *dti_batches_keep(dt_tape *tape, const void *context, size_t bytes);

/* Worker tapes of a tape: room for n; NULL with a failed tape. */
struct dti_workers;
struct dti_workers *dti_workers_get(dt_tape *tape, int n);

/* Worker tape number `worker`, made when first asked for; NULL without memory. */
dt_tape *dti_worker_tape(dt_tape *tape, int worker);

#endif
