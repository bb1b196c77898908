/* graphviz.c - the recorded graph in the DOT language. */
#include <difftape/profile.h>

#include "internal.h"

#include <stdio.h>

static void describe(char *text, size_t size, const dt_array *a) {
    char shape[160];
    snprintf(text, size, "%s%s, %zu B", dt_dtype_name(a->dtype),
             dt_shape_format(shape, sizeof shape, a->ndim, a->shape), dt_array_bytes(a));
}

/* An input that no drawn operation made. */
static void write_leaf(const dt_tensor *x, dt_write_fn *write, void *user) {
    char text[400], what[240];
    describe(what, sizeof what, &x->a);
    const char *role = x->leaf && x->wants ? "parameter" : "constant";
    snprintf(text, sizeof text, "  t%p [shape=%s, label=\"%s\\n%s\"];\n", (const void *)x,
             x->leaf && x->wants ? "box, style=bold" : "box, style=dashed", role, what);
    write(user, text);
}

static void write_node(const dt_node *n, dt_write_fn *write, void *user) {
    char text[600], what[240], time[48] = "";
    describe(what, sizeof what, &n->out[0]->a);
    if (n->nanoseconds > 0) {
        snprintf(time, sizeof time, "\\n%.3g us", (double)n->nanoseconds * 1e-3);
    }
    snprintf(text, sizeof text, "  n%p [shape=ellipse, label=\"%s\\n%s%s\"];\n", (const void *)n,
             n->op->name, what, time);
    write(user, text);
    for (int i = 0; i < n->n_in; i++) {
        const dt_tensor *x = n->in[i];
        snprintf(text, sizeof text, "  %c%p -> n%p;\n", x->node != NULL ? 'n' : 't',
                 x->node != NULL ? (const void *)x->node : (const void *)x, (const void *)n);
        write(user, text);
    }
}

/* Mark what y depends on, walking back from it: a sweep without cotangents. */
static void mark(dt_tensor *x) {
    x->sweep = x->tape->sweep;
    x->path = true;
    x->bar = NULL;
    x->bar_owned = false;
}

static bool is_marked(const dt_tensor *x) {
    return x->sweep == x->tape->sweep && x->path;
}

void dt_graph_write_dot(dt_tensor *y, dt_write_fn *write, void *user) {
    dt_tape *tape = dti_tape_among(y, 0, NULL);
    if (tape == NULL || !dti_check_alive(tape, y, "dt_graph_write_dot: the tensor")) {
        return;
    }
    tape->sweep++;
    mark(y);
    write(user, "digraph tape {\n  rankdir=BT;\n  node [fontname=\"sans-serif\", fontsize=10];\n");
    if (y->node == NULL) {
        write_leaf(y, write, user);
    }
    for (dt_node *n = y->node; n != NULL; n = n->prev) {
        bool wanted = false;
        for (int o = 0; o < n->n_out; o++) {
            wanted = wanted || is_marked(n->out[o]);
        }
        for (int i = 0; wanted && i < n->n_in; i++) {
            if (!is_marked(n->in[i]) && n->in[i]->node == NULL) {
                write_leaf(n->in[i], write, user);
            }
            mark(n->in[i]);
        }
        if (wanted) {
            write_node(n, write, user);
        }
    }
    write(user, "}\n");
}
