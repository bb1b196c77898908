/* forward.c - forward mode: tangents from chosen tensors to an output, recorded. */
#include "internal.h"

#include <stdio.h>

/* A rule may leave a tangent narrower than the output (one operand of a broadcast sum) or real
 * where the output is complex: bring it to the output's shape and type. */
static dt_tensor *conform(dt_tensor *ydot, const dt_array *y) {
    if (ydot->a.dtype != y->dtype) {
        ydot = dt_cast(ydot, y->dtype);
    }
    return dti_array_same_shape(&ydot->a, y) ? ydot : dt_broadcast(ydot, y->ndim, y->shape);
}

/* x's tangent += xdot: a tensor may be named twice, or be named and depend on another one. */
static void add_tangent(dt_tensor *x, dt_tensor *xdot) {
    x->bar = x->bar == NULL ? xdot : dt_add(x->bar, xdot);
}

static void push_forward(const dt_node *n) {
    dt_tape *tape = n->tape;
    dt_tensor **xdot = dti_tape_alloc(tape, false, (size_t)n->n_in * sizeof *xdot, n->op->name);
    if (xdot == NULL) {
        return;
    }
    bool any = false;
    for (int i = 0; i < n->n_in; i++) {
        xdot[i] = n->in[i]->sweep == tape->sweep ? n->in[i]->bar : NULL;
        any = any || xdot[i] != NULL;
    }
    dt_tensor *ydot[DT_MAX_OUTPUTS] = {NULL};
    if (any) {
        dti_check_fresh(n);
        n->op->jvp(n, xdot, ydot);
    }
    for (int o = 0; o < n->n_out && tape->error.status == DT_OK; o++) {
        if (ydot[o] != NULL) {
            add_tangent(n->out[o], conform(ydot[o], &n->out[o]->a));
        }
    }
}

dt_tensor *dt_jvp(dt_tensor *y, int n_x, dt_tensor *const *x, dt_tensor *const *xdot) {
    dt_tape *tape = dti_tape_among(y, n_x, x);
    if (tape == NULL) {
        return NULL;
    }
    bool fits =
        dti_check_alive(tape, y, "dt_jvp: the output") && dti_check_sources(tape, n_x, x, "dt_jvp");
    for (int i = 0; i < n_x && fits; i++) {
        char what[48];
        snprintf(what, sizeof what, "dt_jvp: tangent %d", i);
        fits = dti_check_match(x[i], xdot[i], what);
    }
    if (!fits) {
        return dt_inert(tape);
    }
    dt_node **nodes = NULL;
    int64_t n_nodes = dti_collect(y, n_x, x, &nodes);
    dt_tensor *outer = tape->target;
    tape->target = y;
    tape->in_sweep = true;
    for (int i = 0; i < n_x; i++) {
        add_tangent(x[i], xdot[i]);
    }
    for (int64_t k = 0; k < n_nodes && tape->error.status == DT_OK; k++) {
        push_forward(nodes[k]);
    }
    tape->in_sweep = false;
    tape->target = outer;
    bool reached = tape->error.status == DT_OK && y->sweep == tape->sweep && y->bar != NULL;
    return reached ? y->bar : dt_full(tape, y->a.dtype, y->a.ndim, y->a.shape, 0.0);
}
