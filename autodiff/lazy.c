/* lazy.c - which tensors wait, what they keep, and when they are computed. */
#include "lazy.h"

#include "internal.h"
#include "region.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Operations one region may hold; beyond it inputs are computed first. */
#define REGION_NODES 48

/* Sums computed in one pass. */
#define REGION_SUMS 8

int64_t dti_lazy_size(void) {
    static _Atomic int64_t size; /* tapes on several threads may ask at once */
    int64_t known = atomic_load_explicit(&size, memory_order_relaxed);
    if (known == 0) {
        const char *text = getenv("DT_LAZY_SIZE");
        long long value = text == NULL ? 0 : strtoll(text, NULL, 10);
        known = value > 0 ? (int64_t)value : 4096;
        atomic_store_explicit(&size, known, memory_order_relaxed);
    }
    return known;
}

bool dti_is_waiting(const dt_tensor *x) {
    return x->lazy != NULL && x->a.data == NULL;
}

static bool is_sum(const dt_node *n) {
    return n->op == &dti_op_sum;
}

/* Sums wait only for what itself waits, and if their axes can be folded into the loop. */
static bool may_wait(const dt_node *n) {
    int64_t length;
    if (is_sum(n)) {
        return dti_is_waiting(n->in[0]) &&
               dti_fold_of(&n->in[0]->a, dti_sum_mask(n), &length) != DTI_FOLD_NONE;
    }
    return n->op->map != NULL && n->n_out == 1 && dt_array_size(&n->out[0]->a) >= dti_lazy_size();
}

/* Operations behind n if nothing is computed first. */
static int count_nodes(const dt_node *n) {
    int count = 1;
    for (int i = 0; i < n->n_in; i++) {
        count += dti_is_waiting(n->in[i]) ? n->in[i]->lazy->nodes : 0;
    }
    return count;
}

bool dti_defer(dt_node *n) {
    dt_tape *tape = n->tape;
    if (tape->options.watch_nonfinite || tape->profiling || !may_wait(n)) {
        return false;
    }
    for (int i = 0; count_nodes(n) > REGION_NODES && i < n->n_in; i++) {
        if (!dti_force(n->in[i])) {
            return false;
        }
    }
    if (is_sum(n) && !dti_is_waiting(n->in[0])) {
        return false; /* computed just now */
    }
    dti_lazy *l = dti_tape_alloc(tape, false, sizeof *l, n->op->name);
    if (l == NULL) {
        return false;
    }
    *l = (dti_lazy){.x = n->out[0],
                    .node = n,
                    .nodes = count_nodes(n),
                    .marks = tape->n_marks,
                    .older = tape->lazies};
    for (int i = 0; i < n->n_in; i++) {
        l->in[i] = n->in[i]->a;
    }
    n->out[0]->a.data = NULL;
    n->out[0]->lazy = l;
    tape->lazies = l;
    if (is_sum(n)) {
        l->next_sum = tape->sums;
        tape->sums = l;
    }
    return true;
}

/* -- computing --------------------------------------------------------------------------------- */

/* The shape that the loop for l runs over. */
static const dt_array *iteration(const dti_lazy *l) {
    return is_sum(l->node) ? &l->node->in[0]->a : &l->x->a;
}

/* Can two results come from one loop, each added up in the order it would have alone? */
static bool can_share(const dti_lazy *a, const dti_lazy *b) {
    int64_t length_a, length_b;
    if (!dti_array_same_shape(iteration(a), iteration(b))) {
        return false;
    }
    if (!is_sum(a->node) || !is_sum(b->node)) {
        return true;
    }
    dti_fold fold_a = dti_fold_of(iteration(a), dti_sum_mask(a->node), &length_a);
    dti_fold fold_b = dti_fold_of(iteration(b), dti_sum_mask(b->node), &length_b);
    if (fold_a == DTI_FOLD_ROWS && fold_b == DTI_FOLD_ROWS) {
        return length_a == length_b;
    }
    if (fold_a == fold_b) {
        int64_t total = dt_array_size(iteration(a));
        return dti_column_chunk(total, length_a) == dti_column_chunk(total, length_b);
    }
    return fold_a == DTI_FOLD_ROWS ? length_b % length_a == 0 : length_a % length_b == 0;
}

/* l and the sums that wait for the same loop. Not while a loop is being built that needs l: one of
 * the sums may in turn need what that loop computes. */
static int collect_targets(dt_tape *tape, dti_lazy *l, dti_lazy **ret_targets) {
    int n = 0, nodes = l->nodes;
    dti_lazy *sums = tape->forcing > 1 ? NULL : tape->sums;
    ret_targets[n++] = l;
    for (dti_lazy *s = sums; s != NULL && n < REGION_SUMS; s = s->next_sum) {
        bool fits = s != l && nodes + s->nodes <= 2 * REGION_NODES;
        for (int k = 0; k < n && fits; k++) {
            fits = can_share(ret_targets[k], s);
        }
        if (fits) {
            nodes += s->nodes;
            ret_targets[n++] = s;
        }
    }
    return n;
}

/* Take computed sums off the list of those that wait. */
static void drop_sums(dt_tape *tape) {
    dti_lazy **at = &tape->sums;
    while (*at != NULL) {
        if ((*at)->x->a.data != NULL) {
            *at = (*at)->next_sum;
        } else {
            at = &(*at)->next_sum;
        }
    }
}

/* x by one loop; inputs first if it is too much for one. */
static bool compute(dt_tape *tape, dt_tensor *x) {
    dti_lazy *targets[REGION_SUMS];
    int done = dti_region_run(tape, collect_targets(tape, x->lazy, targets), targets);
    if (done == 0) {
        done = dti_region_run(tape, 1, targets);
    }
    if (done == 0) {
        const dt_node *n = x->lazy->node;
        for (int i = 0; i < n->n_in; i++) {
            if (!dti_force(n->in[i])) {
                return false;
            }
        }
        done = dti_region_run(tape, 1, targets);
    }
    drop_sums(tape);
    return done == 1;
}

bool dti_force(dt_tensor *x) {
    dt_tape *tape = x->tape;
    if (!dti_is_waiting(x)) {
        return true;
    }
    if (tape->error.status != DT_OK) {
        return false;
    }
    tape->forcing++;
    bool done = compute(tape, x);
    tape->forcing--;
    return done;
}

/* -- memory that changes or goes --------------------------------------------------------------- */

void dti_note_stored(dti_lazy *l, int64_t clock) {
    l->stored = clock;
    l->may_revert = l->marks != l->x->tape->n_marks;
}

/* A copy of overwritten elements; kept in memory that rewinds leave alone, and used again. */
typedef struct dti_copy {
    struct dti_copy *next;
    size_t bytes;
    int64_t oldest; /* id of the oldest tensor that reads it: free without that tensor */
    void *data;
} copy;

static copy *copy_of(dt_tape *tape, const void *data, size_t bytes) {
    copy *c = tape->copies;
    while (c != NULL && (c->oldest != INT64_MAX || c->bytes != bytes)) {
        c = c->next;
    }
    if (c == NULL) {
        c = dti_tape_alloc(tape, true, sizeof *c, "copy of overwritten elements");
        void *memory =
            c == NULL ? NULL : dti_tape_alloc(tape, true, bytes, "copy of overwritten elements");
        if (memory == NULL) {
            return NULL;
        }
        *c = (copy){.next = tape->copies, .bytes = bytes, .data = memory};
        tape->copies = c;
    }
    memcpy(c->data, data, bytes);
    return c;
}

void dti_preserve(dt_tape *tape, const dt_tensor *owner) {
    uintptr_t start = (uintptr_t)owner->a.data;
    size_t bytes = dt_array_bytes(&owner->a);
    copy *kept = NULL;
    for (dti_lazy *l = tape->lazies; l != NULL; l = l->older) {
        for (int i = 0; i < l->node->n_in && (dti_is_waiting(l->x) || l->may_revert); i++) {
            uintptr_t data = (uintptr_t)l->in[i].data;
            if (data == 0 || data < start || data - start >= bytes) {
                continue;
            }
            if (kept == NULL) {
                kept = copy_of(tape, owner->a.data, bytes);
                if (kept == NULL) {
                    return;
                }
            }
            l->in[i].data = (char *)kept->data + (data - start);
            kept->oldest = l->x->id;
        }
    }
}

/* Copies that only tensors from next_id on need are free. */
static void release_copies(dt_tape *tape, int64_t next_id) {
    for (copy *c = tape->copies; c != NULL; c = c->next) {
        c->oldest = c->oldest >= next_id ? INT64_MAX : c->oldest;
    }
}

void dti_lazy_rewind(dt_tape *tape, int64_t next_id, int64_t clock) {
    dti_lazy **at = &tape->sums; /* in no order: sums that wait again are put in front */
    while (*at != NULL) {
        if ((*at)->x->id >= next_id) {
            *at = (*at)->next_sum;
        } else {
            at = &(*at)->next_sum;
        }
    }
    while (tape->lazies != NULL && tape->lazies->x->id >= next_id) {
        tape->lazies = tape->lazies->older;
    }
    release_copies(tape, next_id);
    for (dti_lazy *l = tape->lazies; l != NULL; l = l->older) {
        if (l->x->a.data != NULL && l->stored > clock) {
            l->x->a.data = NULL;
            l->x->flat = NULL;
            if (is_sum(l->node)) {
                l->next_sum = tape->sums;
                tape->sums = l;
            }
        }
    }
}
