/* checkpoint.c - public calls that are computed batch by batch and again in the backward pass. */
#include <difftape/checkpoint.h>

#include "batches.h"
#include "internal.h"

#include <string.h>

struct rows_context {
    dt_rows_fn *fn;
    void *user;
};

static void rows_batch(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                       dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct rows_context *c = context;
    (void)record;
    out[0] = c->fn(c->user, tape, begin, end, in);
}

struct whole_context {
    dt_tensor_fn *fn;
    void *user;
};

static void whole_batch(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                        dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct whole_context *c = context;
    (void)begin;
    (void)end;
    (void)record;
    out[0] = c->fn(c->user, tape, in);
}

static dt_tensor *apply(dt_tape *tape, struct dti_batches *call, int n_in, dt_tensor *const *in) {
    if (tape->error.status != DT_OK || call->context == NULL || call->offsets == NULL) {
        return dt_inert(tape);
    }
    return dt_apply(&dti_op_batches, n_in, in, call);
}

dt_tensor *dt_checkpoint(dt_tensor_fn *fn, void *user, int n_in, dt_tensor *const *in) {
    static const int64_t offsets[] = {0, 1};
    dt_tape *tape = in[0]->tape;
    struct whole_context context = {fn, user};
    struct dti_batches call = {
        .fn = whole_batch, .n_batches = 1, .offsets = offsets, .n_out = 1, .summed = {true}};
    call.context = dti_batches_keep(tape, &context, sizeof context);
    return apply(tape, &call, n_in, in);
}

/* offsets must be 0 = offsets[0] < offsets[1] < ... */
static bool check_offsets(dt_tape *tape, int64_t n_batches, const int64_t *offsets) {
    bool good = n_batches >= 1 && offsets[0] == 0;
    for (int64_t b = 0; good && b < n_batches; b++) {
        good = offsets[b] < offsets[b + 1];
    }
    if (!good) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "map_batches: needs at least one batch and offsets that rise from 0, got %lld "
                     "batches",
                     (long long)n_batches);
    }
    return good;
}

dt_tensor *dt_map_slices(dt_rows_fn *fn, void *user, int n_in, dt_tensor *const *in,
                         int64_t n_batches, const int64_t *offsets) {
    dt_tape *tape = in[0]->tape;
    if (tape->error.status != DT_OK || !check_offsets(tape, n_batches, offsets)) {
        return dt_inert(tape);
    }
    struct rows_context context = {fn, user};
    struct dti_batches call = {.fn = rows_batch, .n_batches = n_batches, .n_out = 1};
    call.context = dti_batches_keep(tape, &context, sizeof context);
    call.offsets = dti_batches_keep(tape, offsets, (size_t)(n_batches + 1) * sizeof *offsets);
    return apply(tape, &call, n_in, in);
}

dt_tensor *dt_map_batches(dt_rows_fn *fn, void *user, int n_in, dt_tensor *const *in, int64_t n,
                          int64_t batch) {
    dt_tape *tape = in[0]->tape;
    if (tape->error.status == DT_OK && (n < 1 || batch < 1)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "map_batches: needs at least one row and one row a batch, got n = %lld, batch "
                     "= %lld",
                     (long long)n, (long long)batch);
    }
    if (tape->error.status != DT_OK) {
        return dt_inert(tape);
    }
    int64_t n_batches = n / batch + (n % batch != 0);
    struct rows_context context = {fn, user};
    struct dti_batches call = {.fn = rows_batch, .n_batches = n_batches, .n_out = 1};
    int64_t *offsets =
        dti_tape_alloc(tape, false, (size_t)(n_batches + 1) * sizeof *offsets, "map_batches");
    for (int64_t b = 0; offsets != NULL && b <= n_batches; b++) {
        offsets[b] = b < n_batches ? b * batch : n;
    }
    call.context = dti_batches_keep(tape, &context, sizeof context);
    call.offsets = offsets;
    return apply(tape, &call, n_in, in);
}
