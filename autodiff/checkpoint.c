/* checkpoint.c - public calls that are computed batch by batch and again in the backward pass. */
#include <difftape/checkpoint.h>

#include "batches.h"
#include "internal.h"

#include <string.h>

/* The result of a caller's function, which must be a tensor. */
static dt_tensor *checked(dt_tape *tape, const char *name, dt_tensor *result) {
    if (result == NULL) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s: the function returned NULL", name);
        return dt_inert(tape);
    }
    return result;
}

/* The tape of the first input there is; NULL without any. */
static dt_tape *tape_of(int n_in, dt_tensor *const *in) {
    for (int i = 0; i < n_in; i++) {
        if (in[i] != NULL) {
            return in[i]->tape;
        }
    }
    return NULL;
}

struct rows_context {
    dt_rows_fn *fn;
    void *user;
};

static void rows_batch(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                       dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct rows_context *c = context;
    (void)record;
    out[0] = checked(tape, "map_batches", c->fn(c->user, tape, begin, end, in));
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
    out[0] = checked(tape, "checkpoint", c->fn(c->user, tape, in));
}

static dt_tensor *apply(dt_tape *tape, struct dti_batches *call, int n_in, dt_tensor *const *in) {
    if (tape->error.status != DT_OK || call->context == NULL) {
        return dt_inert(tape);
    }
    return dt_apply(&dti_op_batches, n_in, in, call);
}

dt_tensor *dt_checkpoint(dt_tensor_fn *fn, void *user, int n_in, dt_tensor *const *in) {
    dt_tape *tape = tape_of(n_in, in);
    if (tape == NULL) {
        return NULL;
    }
    struct whole_context context = {fn, user};
    struct dti_batches call = {.fn = whole_batch,
                               .name = "checkpoint",
                               .n_batches = 1,
                               .n_rows = 1,
                               .rows_per_batch = 1,
                               .n_out = 1,
                               .summed = {true}};
    call.context = dti_batches_keep(tape, &context, sizeof context);
    return apply(tape, &call, n_in, in);
}

struct slices_context {
    dt_slice_fn *fn;
    void *user;
};

static void slices_batch(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                         dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct slices_context *c = context;
    const struct dti_rows *rows = tape->rows;
    (void)end;
    (void)record;
    out[0] = checked(tape, "map_slices", c->fn(c->user, tape, begin, rows->n, rows->row, in));
}

dt_tensor *dt_map_slices(dt_slice_fn *fn, void *user, int n_in, dt_tensor *const *in,
                         const dt_slices *slices) {
    dt_tape *tape = tape_of(n_in, in);
    if (tape == NULL) {
        return NULL;
    }
    if (tape->error.status == DT_OK &&
        (slices->n_slices < 1 || slices->longest < 1 || slices->n_rows < 1)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "map_slices: needs at least one slice, and rows in it and in the result, got "
                     "%lld slices of at most %lld of %lld rows",
                     (long long)slices->n_slices, (long long)slices->longest,
                     (long long)slices->n_rows);
    }
    if (tape->error.status != DT_OK) {
        return dt_inert(tape);
    }
    struct slices_context context = {fn, user};
    struct dti_rule rule = {*slices, user};
    struct dti_batches call = {
        .fn = slices_batch, .name = "map_slices", .n_batches = slices->n_slices, .n_out = 1};
    call.context = dti_batches_keep(tape, &context, sizeof context);
    call.rule = dti_batches_keep(tape, &rule, sizeof rule);
    if (call.rule == NULL) {
        return dt_inert(tape);
    }
    return apply(tape, &call, n_in, in);
}

dt_tensor *dt_map_batches(dt_rows_fn *fn, void *user, int n_in, dt_tensor *const *in, int64_t n,
                          int64_t batch) {
    dt_tape *tape = tape_of(n_in, in);
    if (tape == NULL) {
        return NULL;
    }
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
    struct dti_batches call = {
        .fn = rows_batch, .n_batches = n_batches, .n_rows = n, .rows_per_batch = batch, .n_out = 1};
    call.context = dti_batches_keep(tape, &context, sizeof context);
    return apply(tape, &call, n_in, in);
}
