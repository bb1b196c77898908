/* batches.c - the operation behind dt_checkpoint and dt_map_batches, and its derivatives.
 *
 * y_o = rows or sum over batches b of f_o(in; b). Each batch runs on a worker tape that is reset
 * afterwards, so only results are kept. The derivative of such a call is another one, whose
 * function replays f and differentiates it: vjp sums cotangents of the inputs over batches, jvp
 * computes rows of tangents. So derivatives of any order exist and all run in bounded memory. */
#include "batches.h"

#include "internal.h"
#include "kernels/kernels.h"
#include "threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Sums over batches are taken in at most this many groups, each in order of batches, then over
 * groups in order: the result depends on the batches only, not on the threads. */
#define MAX_GROUPS 32

/* Rows need no groups, but so many failing batches are to be skipped soon. */
#define MOST_CHUNKS 65536

/* -- running ----------------------------------------------------------------------------------- */

/* Everything the chunks of one parallel loop share. */
struct run {
    const struct dti_batches *call;
    dt_node *n;
    dt_array *in; /* the node's inputs, contiguous */
    int64_t n_groups;
    int64_t first_group;  /* chunk 0 of the parallel loop is this group */
    dt_array *sums;       /* n_groups x n_out accumulators of summed outputs */
    pthread_mutex_t lock; /* guards error, failed and progress */
    dt_error error;
    _Atomic int64_t failed; /* lowest failing batch so far: later ones are skipped */
    int64_t rows_done;
    bool in_turn;        /* batches are stored in their order: they add to the same rows */
    int64_t turn;        /* the one that may store; guarded by lock */
    pthread_cond_t next; /* turn has changed, or a batch has failed */
};

/* The rows of slice b, on the worker tape. */
static bool find_rows(const struct dti_batches *call, int64_t b, dt_tape *worker) {
    const dt_slices *s = &call->rule->slices;
    struct dti_rows *rows = dti_tape_alloc(worker, false, sizeof *rows, "map_slices");
    if (rows == NULL) {
        return false;
    }
    rows->row = dti_tape_alloc(worker, false, (size_t)s->longest * sizeof *rows->row, "map_slices");
    if (rows->row == NULL) {
        return false;
    }
    rows->n = s->rows(call->rule->user, b, rows->row);
    if (rows->n < 1 || rows->n > s->longest) {
        dt_tape_fail(worker, DT_ERR_SHAPE, "map_slices: slice %lld has %lld rows, not 1 to %lld",
                     (long long)b, (long long)rows->n, (long long)s->longest);
        return false;
    }
    for (int64_t i = 0; i < rows->n; i++) {
        if (rows->row[i] < 0 || rows->row[i] >= s->n_rows) {
            dt_tape_fail(worker, DT_ERR_SHAPE,
                         "map_slices: slice %lld has row %lld, and the result %lld rows",
                         (long long)b, (long long)rows->row[i], (long long)s->n_rows);
            return false;
        }
    }
    worker->rows = rows;
    return true;
}

/* Run batch b on a worker tape; out are tensors of that tape, failure is in its status. */
static void run_batch(const dt_node *n, const dt_array *in, int64_t b, dt_tape *worker,
                      dt_tensor **out) {
    const struct dti_batches *call = n->attr;
    dt_tape_reset(worker);
    worker->rows = NULL;
    dt_tensor **leaves =
        dti_tape_alloc(worker, false, (size_t)n->n_in * sizeof *leaves, n->op->name);
    if (leaves == NULL || (call->rule != NULL && !find_rows(call, b, worker))) {
        return;
    }
    for (int i = 0; i < n->n_in; i++) {
        leaves[i] = dti_borrow(worker, &in[i], n->in[i]->wants);
    }
    call->fn(call->context, worker, dti_batch_begin(call, b), dti_batch_begin(call, b + 1), leaves,
             out, false);
}

static void note_failure(struct run *r, int64_t b, const dt_error *error) {
    pthread_mutex_lock(&r->lock);
    if (b < atomic_load(&r->failed)) {
        atomic_store(&r->failed, b);
        r->error = *error;
    }
    pthread_mutex_unlock(&r->lock);
}

/* How many rows batch b has, which `worker` has just been at; and all of them. */
static int64_t rows_of(const struct dti_batches *call, int64_t b, const dt_tape *worker) {
    return call->rule != NULL ? worker->rows->n
                              : dti_batch_begin(call, b + 1) - dti_batch_begin(call, b);
}

static int64_t rows_of_all(const struct dti_batches *call) {
    return call->rule != NULL ? call->rule->slices.n_listed
                              : dti_batch_begin(call, call->n_batches);
}

static void report_progress(struct run *r, int64_t b, const dt_tape *worker) {
    const struct dti_batches *call = r->call;
    const dti_progress *progress = &r->n->tape->progress;
    if (progress->fn == NULL) {
        return;
    }
    int64_t total = rows_of_all(call);
    pthread_mutex_lock(&r->lock);
    r->rows_done += rows_of(call, b, worker);
    int64_t done = r->rows_done;
    int stop = progress->fn(progress->user, done, total);
    pthread_mutex_unlock(&r->lock);
    if (stop != 0) {
        dt_error cancelled = DT_ERROR_INIT;
        dt_error_set(&cancelled, DT_ERR_CANCELLED, "cancelled after %lld of %lld rows",
                     (long long)done, (long long)total);
        note_failure(r, -1, &cancelled);
    }
}

/* Does the result o of batch b have the declared shape? Sets the worker's error if not. */
static bool check_result(const struct run *r, int64_t b, int o, const dt_tensor *result,
                         dt_tape *worker) {
    const char *name = r->call->name != NULL ? r->call->name : "map_batches";
    dt_array want = r->n->out[o]->a;
    if (!r->call->summed[o]) {
        want.shape[0] = rows_of(r->call, b, worker);
    }
    if (result->tape != worker) {
        dt_tape_fail(worker, DT_ERR_ARGUMENT,
                     "%s: batch %lld returned a tensor of another tape: make it from `in`", name,
                     (long long)b);
    } else if (result->a.dtype != want.dtype || !dti_array_same_shape(&result->a, &want)) {
        char got[160], wanted[160];
        dt_tape_fail(worker, DT_ERR_SHAPE, "%s: batch %lld returned %s%s where %s%s was expected",
                     name, (long long)b, dt_dtype_name(result->a.dtype),
                     dt_shape_format(got, sizeof got, result->a.ndim, result->a.shape),
                     dt_dtype_name(want.dtype),
                     dt_shape_format(wanted, sizeof wanted, want.ndim, want.shape));
    }
    return worker->error.status == DT_OK;
}

/* Rows that lie anywhere; both arrays are contiguous. */
static void place(const struct dti_batches *call, const struct dti_rows *rows,
                  const dt_array *value, const dt_array *target) {
    size_t bytes = dt_array_bytes(value) / (size_t)rows->n;
    const char *from = value->data;
    char *to = target->data;
    if (call->rule->slices.shared) {
        dt_array x = *value, y = *target;
        x.shape[0] = y.shape[0] = 1;
        for (int64_t i = 0; i < rows->n && bytes > 0; i++) {
            x.data = (char *)value->data + (size_t)i * bytes;
            y.data = to + (size_t)rows->row[i] * bytes;
            dti_accumulate(&y, &x);
        }
    } else if (bytes == sizeof(double)) { /* most often one number: a copy without a call */
        for (int64_t i = 0; i < rows->n; i++) {
            memcpy(to + (size_t)rows->row[i] * sizeof(double), from + (size_t)i * sizeof(double),
                   sizeof(double));
        }
    } else {
        for (int64_t i = 0; i < rows->n && bytes > 0; i++) {
            memcpy(to + (size_t)rows->row[i] * bytes, from + (size_t)i * bytes, bytes);
        }
    }
}

/* Put the results of batch b where they belong; `fresh` starts the group's sums. */
static void store(struct run *r, int64_t b, int64_t group, bool fresh, dt_tensor *const *out,
                  dt_tape *worker) {
    const struct dti_batches *call = r->call;
    for (int o = 0; o < call->n_out && check_result(r, b, o, out[o], worker); o++) {
        dt_array value, target = r->n->out[o]->a;
        if (!dti_contiguous(out[o], &value)) {
            return;
        }
        if (!call->summed[o] && call->rule != NULL) {
            place(call, worker->rows, &value, &target);
        } else if (!call->summed[o]) {
            dt_array rows;
            dti_array_slice(&rows, &target, 0, dti_batch_begin(call, b),
                            dti_batch_begin(call, b + 1), 1, &worker->error);
            dt_array_copy(&rows, &value, &worker->error);
        } else if (fresh) {
            dt_array_copy(&r->sums[group * call->n_out + o], &value, &worker->error);
        } else {
            dti_accumulate(&r->sums[group * call->n_out + o], &value);
        }
    }
}

/* Wait until all batches before b have been stored, or one of them has failed. They are all being
 * run: chunks are taken in order, and each is one batch. */
static void wait_for_turn(struct run *r, int64_t b) {
    if (r->in_turn) {
        pthread_mutex_lock(&r->lock);
        while (r->turn < b && b < atomic_load(&r->failed)) {
            pthread_cond_wait(&r->next, &r->lock);
        }
        pthread_mutex_unlock(&r->lock);
    }
}

static void end_turn(struct run *r, int64_t b) {
    if (r->in_turn) {
        pthread_mutex_lock(&r->lock);
        r->turn = b + 1;
        pthread_cond_broadcast(&r->next);
        pthread_mutex_unlock(&r->lock);
    }
}

/* n_batches * group / n_groups, without overflow. */
static int64_t first_of_group(const struct run *r, int64_t group) {
    int64_t n = r->call->n_batches;
    return n / r->n_groups * group + n % r->n_groups * group / r->n_groups;
}

static void run_group(void *context, int64_t chunk, int worker) {
    struct run *r = context;
    int64_t group = chunk + r->first_group;
    int64_t begin = first_of_group(r, group), end = first_of_group(r, group + 1);
    dt_tape *tape = dti_worker_tape(r->n->tape, worker);
    if (tape == NULL) {
        dt_error error = DT_ERROR_INIT;
        dt_error_set(&error, DT_ERR_MEMORY, "map_batches: no memory for a worker tape");
        note_failure(r, begin, &error);
        end_turn(r, end - 1);
        return;
    }
    for (int64_t b = begin; b < end && b < atomic_load(&r->failed); b++) {
        dt_tensor *out[DT_MAX_OUTPUTS];
        if (b == 0 && !r->call->known) { /* already ran, in shape */
            memcpy(out, r->call->first, sizeof out);
        } else {
            run_batch(r->n, r->in, b, tape, out);
        }
        wait_for_turn(r, b);
        if (tape->error.status == DT_OK && b < atomic_load(&r->failed)) {
            store(r, b, group, b == begin, out, tape);
        }
        if (tape->error.status == DT_OK) {
            report_progress(r, b, tape);
        } else {
            note_failure(r, b, &tape->error);
        }
        end_turn(r, b);
    }
}

static bool any_summed(const struct dti_batches *call) {
    bool any = false;
    for (int o = 0; o < call->n_out; o++) {
        any = any || call->summed[o];
    }
    return any;
}

/* Accumulators: the outputs themselves for group 0, scratch memory for the others. */
static bool make_sums(struct run *r) {
    int64_t n_out = r->call->n_out, count = r->n_groups * n_out;
    r->sums = dt_node_scratch(r->n, (size_t)count * sizeof *r->sums);
    for (int64_t k = 0; r->sums != NULL && k < count; k++) {
        r->sums[k] = r->n->out[k % n_out]->a;
        if (k >= n_out && r->call->summed[k % n_out]) {
            r->sums[k].data = dt_node_scratch(r->n, dt_array_bytes(&r->sums[k]));
            if (r->sums[k].data == NULL) {
                return false;
            }
        }
    }
    return r->sums != NULL;
}

static void add_groups(struct run *r) {
    int64_t n_out = r->call->n_out;
    for (int64_t o = 0; o < n_out; o++) {
        for (int64_t g = 1; r->call->summed[o] && g < r->n_groups; g++) {
            dti_accumulate(&r->n->out[o]->a, &r->sums[g * n_out + o]);
        }
    }
}

/* The inputs as contiguous arrays; NULL with a failed tape. */
static dt_array *gather_inputs(dt_node *n) {
    dt_array *in = dt_node_scratch(n, (size_t)n->n_in * sizeof *in);
    for (int i = 0; in != NULL && i < n->n_in; i++) {
        if (!dti_contiguous(n->in[i], &in[i])) {
            return NULL;
        }
    }
    return in;
}

/* -- the operation ----------------------------------------------------------------------------- */

/* Run batch 0 on worker 0 to learn the outputs' shapes; forward picks the results up. */
static dt_status run_first(dt_node *n) {
    struct dti_batches *call = (struct dti_batches *)n->attr; /* the node's own copy */
    dt_array *in = gather_inputs(n);
    if (in == NULL || dti_workers_get(n->tape, 1) == NULL) {
        return n->tape->error.status;
    }
    dt_tape *worker = dti_worker_tape(n->tape, 0);
    if (worker == NULL) {
        return dt_node_fail(n, DT_ERR_MEMORY, "no memory for a worker tape");
    }
    run_batch(n, in, 0, worker, call->first);
    if (worker->error.status != DT_OK) {
        n->tape->error = worker->error;
        return worker->error.status;
    }
    for (int o = 0; o < call->n_out; o++) {
        call->out[o] = call->first[o]->a;
        if (!call->summed[o] && call->out[o].ndim == 0) {
            return dt_node_fail(n, DT_ERR_SHAPE, "the function returned a scalar, not rows");
        }
        if (!call->summed[o]) {
            call->out[o].shape[0] = call->rule != NULL ? call->rule->slices.n_rows
                                                       : dti_batch_begin(call, call->n_batches);
        }
    }
    return DT_OK;
}

static dt_status shape(dt_node *n) {
    const struct dti_batches *call = n->attr;
    if (!call->known && run_first(n) != DT_OK) {
        return n->tape->error.status;
    }
    for (int o = 0; o < call->n_out; o++) {
        const dt_array *a = &call->out[o];
        if (dt_node_output(n, o, a->dtype, a->ndim, a->shape) != DT_OK) {
            return n->tape->error.status;
        }
    }
    return DT_OK;
}

static void forward(dt_node *n) {
    const struct dti_batches *call = n->attr;
    struct run r = {.call = call, .n = n, .error = DT_ERROR_INIT};
    int64_t most = any_summed(call) ? MAX_GROUPS : MOST_CHUNKS;
    r.in_turn = call->rule != NULL && call->rule->slices.shared && !any_summed(call);
    r.n_groups = call->n_batches > most && !r.in_turn ? most : call->n_batches;
    dti_arena_mark mark = dti_arena_get_mark(n->tape->scratch);
    r.in = gather_inputs(n);
    if (r.in == NULL || (any_summed(call) && !make_sums(&r)) ||
        dti_workers_get(n->tape, dt_get_threads()) == NULL) {
        return;
    }
    for (int o = 0; o < call->n_out && call->rule != NULL; o++) {
        size_t bytes = dt_array_bytes(&n->out[o]->a);
        if (!call->summed[o] && bytes > 0) { /* what is in no slice */
            memset(n->out[o]->a.data, 0, bytes);
        }
    }
    atomic_init(&r.failed, INT64_MAX);
    if (pthread_mutex_init(&r.lock, NULL) != 0 || pthread_cond_init(&r.next, NULL) != 0) {
        dt_node_fail(n, DT_ERR_MEMORY, "no memory for a lock");
        return;
    }
    if (!call->known) { /* batch 0 lies on worker 0: store it before anything else runs there */
        run_group(&r, 0, 0);
        r.first_group = 1;
    }
    dti_parallel_for(r.n_groups - r.first_group, run_group, &r);
    pthread_cond_destroy(&r.next);
    pthread_mutex_destroy(&r.lock);
    if (atomic_load(&r.failed) == INT64_MAX) {
        add_groups(&r);
    } else {
        n->tape->error = r.error;
    }
    dti_arena_rewind(n->tape->scratch, mark);
}

/* -- derivatives ------------------------------------------------------------------------------- */

/* What a derived call replays: the inner call on the first n_in inputs, and for which of them, and
 * for which of its outputs (reverse) or inputs (forward), the remaining inputs stand. */
struct replay {
    const struct dti_batches *inner;
    int n_in;
    int n_x; /* chosen inputs */
    int x[DT_MAX_OUTPUTS];
    bool given[DT_MAX_OUTPUTS]; /* reverse: has output o a cotangent? */
};

/* The rows of a cotangent that belong to the batch. */
static dt_tensor *rows_of_batch(const struct dti_batches *call, dt_tape *tape, int64_t begin,
                                int64_t end, dt_tensor *ybar) {
    if (call->rule == NULL) {
        return dt_slice(ybar, 0, begin, end, 1);
    }
    const dt_array rows = dt_array_wrap(DT_I64, 1, &tape->rows->n, tape->rows->row);
    return dt_gather(ybar, dt_constant_view(tape, &rows), 0);
}

static void replay(const struct replay *c, dt_tape *tape, int64_t begin, int64_t end,
                   dt_tensor *const *in, dt_tensor **y, dt_tensor **x, bool record) {
    tape->recording = true;
    c->inner->fn(c->inner->context, tape, begin, end, in, y, true);
    for (int k = 0; k < c->n_x; k++) {
        x[k] = in[c->x[k]];
    }
    tape->recording = record;
}

static void pull_fn(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                    dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct replay *c = context;
    dt_tensor *y[DT_MAX_OUTPUTS], *x[DT_MAX_OUTPUTS], *xbar[DT_MAX_OUTPUTS];
    replay(c, tape, begin, end, in, y, x, record);
    int next = c->n_in;
    bool first = true;
    for (int o = 0; o < c->inner->n_out; o++) {
        if (!c->given[o]) {
            continue;
        }
        dt_tensor *ybar = in[next++];
        if (!c->inner->summed[o]) {
            ybar = rows_of_batch(c->inner, tape, begin, end, ybar);
        }
        dt_vjp(y[o], ybar, c->n_x, x, xbar);
        for (int k = 0; k < c->n_x; k++) {
            out[k] = first ? xbar[k] : dt_add(out[k], xbar[k]);
        }
        first = false;
    }
}

static void push_fn(const void *context, dt_tape *tape, int64_t begin, int64_t end,
                    dt_tensor *const *in, dt_tensor **out, bool record) {
    const struct replay *c = context;
    dt_tensor *y[DT_MAX_OUTPUTS], *x[DT_MAX_OUTPUTS];
    replay(c, tape, begin, end, in, y, x, record);
    for (int o = 0; o < c->inner->n_out; o++) {
        out[o] = dt_jvp(y[o], c->n_x, x, in + c->n_in);
    }
}

/* Apply a call derived from n, its own inputs followed by `extra`. */
static void derived(const dt_node *n, struct dti_batches *call, const struct replay *context,
                    int n_extra, dt_tensor *const *extra, dt_tensor **out) {
    dt_tape *tape = n->tape;
    int n_in = n->n_in + n_extra;
    dt_tensor **in = dti_tape_alloc(tape, false, (size_t)n_in * sizeof *in, n->op->name);
    call->context = dti_batches_keep(tape, context, sizeof *context);
    if (in == NULL || call->context == NULL) {
        return;
    }
    memcpy(in, n->in, (size_t)n->n_in * sizeof *in);
    memcpy(in + n->n_in, extra, (size_t)n_extra * sizeof *in);
    dt_apply_multi(n->op, n_in, in, call, out);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct dti_batches *inner = n->attr;
    struct replay context = {.inner = inner, .n_in = n->n_in};
    struct dti_batches call = {.fn = pull_fn,
                               .n_batches = inner->n_batches,
                               .n_rows = inner->n_rows,
                               .rows_per_batch = inner->rows_per_batch,
                               .rule = inner->rule,
                               .known = true};
    for (int i = 0; i < n->n_in; i++) {
        if (!dt_node_wants(n, i)) {
            continue;
        }
        if (context.n_x == DT_MAX_OUTPUTS) {
            dt_tape_fail(n->tape, DT_ERR_GRADIENT,
                         "map_batches: gradients of more than %d inputs at once: join inputs with "
                         "dt_concat",
                         DT_MAX_OUTPUTS);
            return;
        }
        call.out[context.n_x] = n->in[i]->a;
        call.summed[context.n_x] = true;
        context.x[context.n_x++] = i;
    }
    call.n_out = context.n_x;
    dt_tensor *extra[DT_MAX_OUTPUTS], *out[DT_MAX_OUTPUTS];
    int n_extra = 0;
    for (int o = 0; o < inner->n_out; o++) {
        context.given[o] = ybar[o] != NULL;
        if (ybar[o] != NULL) {
            extra[n_extra++] = ybar[o];
        }
    }
    derived(n, &call, &context, n_extra, extra, out);
    for (int k = 0; k < context.n_x && n->tape->error.status == DT_OK; k++) {
        xbar[context.x[k]] = out[k];
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct dti_batches *inner = n->attr;
    struct replay context = {.inner = inner, .n_in = n->n_in};
    struct dti_batches call = *inner;
    call.fn = push_fn;
    call.known = true;
    dt_tensor *extra[DT_MAX_OUTPUTS];
    for (int i = 0; i < n->n_in; i++) {
        if (xdot[i] == NULL) {
            continue;
        }
        if (context.n_x == DT_MAX_OUTPUTS) {
            dt_tape_fail(n->tape, DT_ERR_GRADIENT,
                         "map_batches: tangents of more than %d inputs at once: join inputs with "
                         "dt_concat",
                         DT_MAX_OUTPUTS);
            return;
        }
        extra[context.n_x] = xdot[i];
        context.x[context.n_x++] = i;
    }
    for (int o = 0; o < call.n_out; o++) {
        call.out[o] = n->out[o]->a;
    }
    dt_tensor *out[DT_MAX_OUTPUTS];
    derived(n, &call, &context, context.n_x, extra, out);
    for (int o = 0; o < call.n_out && n->tape->error.status == DT_OK; o++) {
        ydot[o] = out[o];
    }
}

const dt_op dti_op_batches = {
    .name = "map_batches",
    .formula = "y = rows of f(x; batch), or sum over batches",
    .arity = DT_VARIADIC,
    .kind = DT_CALL,
    .saves = DT_SAVE_INPUTS,
    .attr_size = sizeof(struct dti_batches),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
};

void *dti_batches_keep(dt_tape *tape, const void *context, size_t bytes) {
    void *copy = dti_tape_alloc(tape, false, bytes, "map_batches");
    return copy == NULL ? NULL : memcpy(copy, context, bytes);
}
