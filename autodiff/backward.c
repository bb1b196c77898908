/* backward.c - the reverse sweep: cotangents from an output to parameters or to chosen tensors. */
#include "internal.h"

#include "kernels/kernels.h"
#include "lazy.h"

#include <string.h>

/* x with the element type of target: real part, or embedding of a real cotangent. */
static dt_tensor *to_type(dt_tensor *x, dt_dtype target) {
    if (dt_dtype_is_complex(x->a.dtype) && !dt_dtype_is_complex(target)) {
        return dt_real(x);
    }
    return x->a.dtype == target ? x : dt_cast(x, target);
}

dt_tensor *dti_unbroadcast(dt_tensor *x, const dt_array *target) {
    x = to_type(x, target->dtype);
    if (dti_array_same_shape(&x->a, target)) {
        return x;
    }
    int lead = x->a.ndim - target->ndim;
    int axes = DT_AXES_LIST;
    for (int d = 0; d < x->a.ndim; d++) {
        if (d < lead || (target->shape[d - lead] == 1 && x->a.shape[d] != 1)) {
            axes |= DT_AXIS(d);
        }
    }
    dt_tensor *sum = dt_sum(x, axes);
    return dti_array_same_shape(&sum->a, target) ? sum
                                                 : dt_reshape(sum, target->ndim, target->shape);
}

/* Start x's sweep fields afresh if they belong to an earlier sweep. */
static void enter(dt_tensor *x) {
    if (x->sweep != x->tape->sweep) {
        x->sweep = x->tape->sweep;
        x->path = false;
        x->bar = NULL;
        x->bar_owned = false;
    }
}

/* x's cotangent += bar. The first contribution moves in, the second makes a sum of our own, later
 * ones are added to that in place (unless the sweep itself is being recorded). */
static void contribute(dt_tensor *x, dt_tensor *bar) {
    dt_tape *tape = x->tape;
    bar = dti_unbroadcast(bar, &x->a);
    enter(x);
    if (tape->error.status != DT_OK) {
        return;
    }
    dt_array addend;
    if (x->bar == NULL) {
        x->bar = bar;
    } else if (x->bar_owned && !tape->recording && !dti_is_waiting(x->bar)) {
        if (dti_contiguous(bar, &addend)) {
            dti_accumulate(&x->bar->a, &addend);
        }
    } else {
        x->bar = dt_add(x->bar, bar);
        x->bar_owned = true;
    }
}

void dti_check_fresh(const dt_node *n) {
    for (int i = 0; i < n->n_in; i++) {
        const dt_tensor *leaf = dti_base(n->in[i]);
        int bit = i < 15 ? i : 15; /* the last bit stands for all inputs from there on */
        if ((n->op->saves & DT_SAVE_INPUT(bit)) && leaf != NULL && leaf->set > n->out[0]->born) {
            dt_tape_fail(
                n->tape, DT_ERR_STALE,
                "%s: input %d was overwritten by dt_set_data, or by a sweep as a gradient, "
                "after the operation used it: differentiate first",
                n->op->name, i);
        }
    }
}

/* Pull the cotangents of n's outputs back to its inputs. */
static void pull_back(const dt_node *n) {
    dt_tape *tape = n->tape;
    dt_tensor *ybar[DT_MAX_OUTPUTS];
    bool any = false;
    for (int o = 0; o < n->n_out; o++) {
        const dt_tensor *y = n->out[o];
        ybar[o] = y->sweep == tape->sweep ? y->bar : NULL;
        any = any || ybar[o] != NULL;
    }
    if (!any) {
        return;
    }
    dti_check_fresh(n);
    enum { FEW = 4 };
    dt_tensor *few[FEW], **xbar = few;
    if (n->n_in > FEW) {
        xbar = dti_tape_alloc(tape, false, (size_t)n->n_in * sizeof *xbar, n->op->name);
    }
    if (xbar == NULL) {
        return;
    }
    memset(xbar, 0, (size_t)n->n_in * sizeof *xbar);
    n->op->vjp(n, ybar, xbar);
    for (int i = 0; i < n->n_in && tape->error.status == DT_OK; i++) {
        if (xbar[i] != NULL && dt_node_wants(n, i)) {
            contribute(n->in[i], xbar[i]);
        }
    }
}

/* -- to parameters ----------------------------------------------------------------------------- */

/* Add an already unbroadcast value to a leaf's gradient. */
static void gradient_add(dt_tensor *leaf, dt_tensor *value) {
    dt_tape *tape = leaf->tape;
    dt_array source;
    if (!dti_contiguous(value, &source)) {
        return;
    }
    if (leaf->gradient == NULL) {
        leaf->gradient = dt_constant(tape, leaf->a.dtype, leaf->a.ndim, leaf->a.shape, NULL);
    }
    if (tape->error.status != DT_OK) {
        return;
    }
    dti_preserve(tape, leaf->gradient);
    if (leaf->has_gradient) {
        dti_accumulate(&leaf->gradient->a, &source);
    } else {
        dt_array_copy(&leaf->gradient->a, &source, &tape->error);
        leaf->has_gradient = true;
    }
    leaf->gradient->set = ++tape->clock;
}

void dt_backward_from(dt_tensor *y, dt_tensor *cotangent) {
    dt_tape *tape = dti_tape_among(y, 1, &cotangent);
    if (tape == NULL || !dti_check_alive(tape, y, "backward: the output") ||
        !dti_check_match(y, cotangent, "backward: the cotangent")) {
        return;
    }
    if (!y->wants) {
        dt_tape_fail(
            tape, DT_ERR_GRADIENT,
            "backward: the output depends on no parameter: make a dt_parameter, or look for "
            "what cuts it off (dt_stop_gradient, dt_round, a comparison)");
        return;
    }
    dt_mark mark = dt_tape_mark(tape);
    tape->sweep++;
    tape->recording = false;
    tape->in_sweep = true;
    enter(y);
    y->bar = cotangent;
    for (const dt_node *n = y->node; n != NULL && tape->error.status == DT_OK; n = n->prev) {
        pull_back(n);
    }
    for (dt_tensor *p = tape->leaves; p != NULL && tape->error.status == DT_OK; p = p->next) {
        if (p->wants && p->sweep == tape->sweep && p->bar != NULL) {
            gradient_add(p, p->bar);
        }
    }
    tape->recording = true;
    tape->in_sweep = false;
    dt_tape_rewind(tape, mark);
}

void dt_backward(dt_tensor *loss) {
    dt_tape *tape = dti_tape_among(loss, 0, NULL);
    if (tape == NULL || !dti_check_alive(tape, loss, "backward: the loss")) {
        return;
    }
    if (dt_size(loss) != 1 || dt_dtype_is_complex(loss->a.dtype)) {
        char shape[160];
        dt_tape_fail(tape, DT_ERR_GRADIENT,
                     "backward: the loss must be one real number, got %s%s; for anything else give "
                     "a cotangent to dt_backward_from",
                     dt_dtype_name(loss->a.dtype),
                     dt_shape_format(shape, sizeof shape, loss->a.ndim, loss->a.shape));
        return;
    }
    dt_mark mark = dt_tape_mark(tape);
    dt_backward_from(loss, dt_full(tape, loss->a.dtype, loss->a.ndim, loss->a.shape, 1.0));
    dt_tape_rewind(tape, mark);
}

dt_tensor *dt_gradient(dt_tensor *parameter) {
    dt_tape *tape = dti_tape_among(parameter, 0, NULL);
    if (tape == NULL) {
        return NULL;
    }
    if (tape->error.status != DT_OK) {
        return dt_inert(tape);
    }
    if (!parameter->leaf || !parameter->wants) {
        dt_tape_fail(
            tape, DT_ERR_ARGUMENT,
            "dt_gradient: the tensor is no parameter, and only those keep a gradient: dt_vjp "
            "gives that of other tensors");
        return dt_inert(tape);
    }
    if (parameter->gradient == NULL) {
        const dt_array *a = &parameter->a;
        parameter->gradient = dt_constant(tape, a->dtype, a->ndim, a->shape, NULL);
    }
    return parameter->gradient;
}

void dt_tape_zero_gradients(dt_tape *tape) {
    for (dt_tensor *p = tape->leaves; p != NULL; p = p->next) {
        p->has_gradient = false;
        if (p->gradient != NULL && p->gradient != dt_inert(tape)) {
            dti_preserve(tape, p->gradient);
            memset(p->gradient->a.data, 0, dt_array_bytes(&p->gradient->a));
            p->gradient->set = ++tape->clock;
        }
    }
}

/* -- to chosen tensors, recorded --------------------------------------------------------------- */

int64_t dti_collect(dt_tensor *y, int n_x, dt_tensor *const *x, dt_node ***ret_nodes) {
    dt_tape *tape = y->tape;
    tape->sweep++;
    int64_t oldest = INT64_MAX;
    for (int i = 0; i < n_x; i++) {
        enter(x[i]);
        x[i]->path = true;
        oldest = x[i]->born < oldest ? x[i]->born : oldest;
    }
    int64_t count = 0;
    for (dt_node *n = y->node; n != NULL && n->out[0]->born > oldest; n = n->prev) {
        count++;
    }
    dt_node **nodes = dti_tape_alloc(tape, false, (size_t)count * sizeof *nodes, "list of nodes");
    if (nodes == NULL) {
        return 0;
    }
    dt_node *n = y->node;
    for (int64_t i = count - 1; i >= 0; i--, n = n->prev) {
        nodes[i] = n;
    }
    int64_t kept = 0;
    for (int64_t k = 0; k < count; k++) {
        bool path = false;
        for (int i = 0; i < nodes[k]->n_in; i++) {
            const dt_tensor *in = nodes[k]->in[i];
            path = path || (in->sweep == tape->sweep && in->path);
        }
        for (int o = 0; path && o < nodes[k]->n_out; o++) {
            enter(nodes[k]->out[o]);
            nodes[k]->out[o]->path = true;
        }
        if (path) {
            nodes[kept++] = nodes[k];
        }
    }
    *ret_nodes = nodes;
    return kept;
}

void dt_vjp(dt_tensor *y, dt_tensor *ybar, int n_x, dt_tensor *const *x, dt_tensor **ret_xbar) {
    dt_tape *tape = dti_tape_among(y == NULL ? ybar : y, n_x, x);
    dt_node **nodes = NULL;
    if (tape != NULL && dti_check_alive(tape, y, "dt_vjp: the output") &&
        dti_check_match(y, ybar, "dt_vjp: the cotangent") &&
        dti_check_sources(tape, n_x, x, "dt_vjp")) {
        int64_t n_nodes = dti_collect(y, n_x, x, &nodes);
        tape->by_path = true;
        tape->in_sweep = true;
        enter(y);
        y->bar = ybar;
        for (int64_t k = n_nodes - 1; k >= 0 && tape->error.status == DT_OK; k--) {
            pull_back(nodes[k]);
        }
        tape->by_path = false;
        tape->in_sweep = false;
    }
    for (int i = 0; i < n_x; i++) {
        if (tape == NULL || tape->error.status != DT_OK) {
            ret_xbar[i] = tape == NULL ? NULL : dt_inert(tape);
            continue;
        }
        bool reached = x[i]->sweep == tape->sweep && x[i]->bar != NULL;
        const dt_array *a = &x[i]->a;
        ret_xbar[i] = reached ? x[i]->bar : dt_full(tape, a->dtype, a->ndim, a->shape, 0.0);
    }
}
