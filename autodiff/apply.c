/* apply.c - one application of an operation: check, compute, record. */
#include "internal.h"

#include "kernels/kernels.h"
#include "lazy.h"
#include "profile.h"

#include <stdio.h>
#include <string.h>

/* The tape of the first input there is; NULL without any. */
static dt_tape *common_tape(const dt_op *op, int n_in, dt_tensor *const *in) {
    dt_tape *tape = NULL;
    for (int i = 0; i < n_in && tape == NULL; i++) {
        tape = in[i] == NULL ? NULL : in[i]->tape;
    }
    for (int i = 0; tape != NULL && i < n_in; i++) {
        if (in[i] == NULL) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s: input %d is NULL", op->name, i);
        } else if (in[i]->tape != tape) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "%s: input %d lives on another tape: make all tensors of a model on one",
                         op->name, i);
        } else if (in[i]->id >= tape->next_id) {
            dt_tape_fail(tape, DT_ERR_STALE,
                         "%s: input %d was made after a mark the tape has been rewound to: use it "
                         "before dt_tape_rewind, or make it before the mark",
                         op->name, i);
        }
    }
    if (tape != NULL && op->arity != DT_VARIADIC && op->arity != n_in) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s: takes %d inputs, got %d", op->name, op->arity,
                     n_in);
    }
    return tape;
}

static dt_node *node_new(dt_tape *tape, const dt_op *op, int n_in, dt_tensor *const *in,
                         const void *attr) {
    size_t list = (size_t)n_in * sizeof *in;
    size_t attr_at = (sizeof(dt_node) + list + 15) / 16 * 16;
    char *memory = dti_tape_alloc(tape, false, attr_at + op->attr_size, op->name);
    if (memory == NULL) {
        return NULL;
    }
    dt_node *n = (dt_node *)(void *)memory;
    n->op = op; /* field by field: the list of outputs need not be cleared */
    n->attr = NULL;
    n->n_in = n_in;
    n->n_out = 0;
    n->tape = tape;
    n->prev = NULL;
    n->nanoseconds = 0;
    n->in = (dt_tensor **)(void *)(n + 1);
    memcpy(n->in, in, list);
    if (op->attr_size > 0) {
        n->attr = memcpy(memory + attr_at, attr, op->attr_size);
    }
    return n;
}

static bool allocate_outputs(dt_node *n) {
    for (int o = 0; n->op->kind != DT_VIEW && o < n->n_out; o++) {
        dt_array *a = &n->out[o]->a;
        if (a->data != NULL) {
            continue; /* small: lies behind its tensor */
        }
        a->data = dti_tape_alloc(n->tape, false, dt_array_bytes(a), n->op->name);
        if (a->data == NULL) {
            return false;
        }
    }
    return true;
}

static void watch(dt_node *n) {
    for (int o = 0; o < n->n_out; o++) {
        dt_array a;
        if (!dt_dtype_is_float(n->out[o]->a.dtype) || !dti_contiguous(n->out[o], &a)) {
            continue;
        }
        int64_t at = dti_find_nonfinite(&a);
        if (at >= 0) {
            dt_node_fail_at(n, DT_ERR_NONFINITE, at,
                            "%s pass: element %lld of the result is not finite",
                            n->tape->in_sweep ? "backward" : "forward", (long long)at);
        }
    }
}

/* Keep the node for derivatives if any input depends on a parameter. */
static void record(dt_node *n) {
    dt_tape *tape = n->tape;
    bool wants = false;
    for (int i = 0; i < n->n_in; i++) {
        wants = wants || n->in[i]->wants;
    }
    if (!wants || n->op->blocks_gradient || !tape->recording) {
        return;
    }
    bool differentiable = false;
    for (int o = 0; o < n->n_out; o++) {
        if (dt_dtype_is_float(n->out[o]->a.dtype)) {
            n->out[o]->wants = true;
            n->out[o]->node = n;
            differentiable = true;
        }
    }
    if (differentiable) {
        n->prev = tape->last;
        tape->last = n;
        tape->n_nodes++;
    }
}

/* Which leaf's memory do the outputs of a view show? None if forward had to copy. */
static void find_base(dt_node *n) {
    for (int i = 0; i < n->n_in; i++) {
        dt_tensor *base = dti_base(n->in[i]);
        for (int o = 0; base != NULL && o < n->n_out; o++) {
            uintptr_t start = (uintptr_t)base->a.data, shown = (uintptr_t)n->out[o]->a.data;
            if (shown >= start && shown - start < dt_array_bytes(&base->a)) {
                n->out[o]->base = base;
            }
        }
    }
}

/* An elementwise operation, computed now. */
static void run_map(const dt_node *n) {
    dt_map map = n->op->map(n);
    const dt_array *in[DT_MAP_INPUTS];
    for (int i = 0; i < n->n_in; i++) {
        in[i] = &n->in[i]->a;
    }
    dti_map(&n->out[0]->a, map.fn, n->n_in, in, map.in, n->attr);
}

/* Everything that is not elementwise, nor a sum that may wait, reads its inputs' elements. */
static bool force_inputs(const dt_node *n) {
    bool good = true;
    for (int i = 0; good && i < n->n_in; i++) {
        good = dti_force(n->in[i]);
    }
    return good;
}

/* Compute the declared outputs now. */
static bool compute(dt_node *n) {
    dt_tape *tape = n->tape;
    if (!force_inputs(n) || !allocate_outputs(n)) {
        return false;
    }
    int64_t start = tape->profiling ? dti_profile_clock() : 0;
    if (n->op->map != NULL) {
        run_map(n);
    } else {
        n->op->forward(n);
    }
    if (tape->profiling) {
        n->nanoseconds = dti_profile_clock() - start;
        dti_profile_note(tape->profile, n, start, tape->in_sweep);
    }
    if (n->op->kind == DT_VIEW) {
        find_base(n);
    }
    if (tape->options.watch_nonfinite && tape->error.status == DT_OK) {
        watch(n);
    }
    return true;
}

static bool run(dt_tape *tape, const dt_op *op, int n_in, dt_tensor *const *in, const void *attr,
                dt_node **ret_node) {
    dt_node *n = node_new(tape, op, n_in, in, attr);
    bool waits = op->map != NULL || op->kind == DT_REDUCTION;
    if (n == NULL || (!waits && !force_inputs(n)) || op->shape(n) != DT_OK ||
        tape->error.status != DT_OK) {
        return false;
    }
    if (n->n_out == 0) {
        dt_node_fail(n, DT_ERR_ARGUMENT, "the operation declared no output");
        return false;
    }
    if (!dti_defer(n) && (tape->error.status != DT_OK || !compute(n))) {
        return false;
    }
    record(n);
    *ret_node = n;
    return tape->error.status == DT_OK;
}

void dt_apply_multi(const dt_op *op, int n_in, dt_tensor *const *in, const void *attr,
                    dt_tensor **ret_out) {
    dt_tape *tape = common_tape(op, n_in, in);
    dt_node *n = NULL;
    if (tape != NULL && tape->error.status == DT_OK && run(tape, op, n_in, in, attr, &n)) {
        memcpy(ret_out, n->out, (size_t)n->n_out * sizeof *ret_out);
        return;
    }
    for (int o = 0; o < DT_MAX_OUTPUTS; o++) { /* the caller may expect any number of them */
        ret_out[o] = tape == NULL ? NULL : dt_inert(tape);
    }
}

dt_tensor *dt_apply(const dt_op *op, int n_in, dt_tensor *const *in, const void *attr) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(op, n_in, in, attr, out);
    return out[0];
}
