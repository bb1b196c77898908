/* graph_run.c - the life of one random graph: growth, marks, overwritten leaves, failures. */
#include "graph.h"
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- beginning and end ------------------------------------------------------------------------- */

static void set_profile(struct graph *g, bool on) {
    if (on || g->habit == PROFILES) {
        dt_profile_enable(g->tape, true);
    } else {
        dt_profile_enable(g->tape, false);
    }
}

static void plant(struct graph *g) {
    set_profile(g, false);
    g->n_pool = g->n_levels = g->n_leaves = 0;
    g->leaf[g->n_leaves++] =
        dt_parameter(g->tape, DT_F64, 1, (const int64_t[]){3}, random_data(g, DT_F64, 3));
    for (int64_t k = below(g, 4); k >= 0; k--) {
        g->leaf[g->n_leaves++] = new_leaf(g, !chance(g, 3));
        if (dt_tape_status(g->tape) != DT_OK) {
            g->n_leaves--;
            return;
        }
    }
}

static bool begin(struct graph *g) {
    dt_tape_options options = {.memory_limit = 64 << 20, .watch_nonfinite = chance(g, 8)};
    if (g->wild && chance(g, 8)) {
        options.memory_limit = (size_t)(1000 + below(g, 60000));
        g->limited = true;
    }
    g->tape = dt_tape_new(&options);
    if (g->tape == NULL || g->other == NULL) {
        trouble(g, "no memory for a tape");
        return false;
    }
    plant(g);
    return true;
}

/* -- failures ---------------------------------------------------------------------------------- */

/* A failed tape lets nothing through and reads as nothing. */
static void check_failed(struct graph *g) {
    dt_tensor *inert = dt_inert(g->tape), *x = g->leaf[0];
    char before[DT_MESSAGE_SIZE];
    snprintf(before, sizeof before, "%s", dt_tape_message(g->tape));
    bool passed = dt_neg(x) != inert || dt_matmul(x, inert) != inert || dt_sum(x, 77) != inert ||
                  dt_gradient(x) != inert || dt_scalar(g->tape, 1) != inert || dt_data(x) != NULL ||
                  !isnan(dt_item(x));
    dt_backward(x);
    dt_set_data(x, random_data(g, DT_F64, dt_size(x)));
    if (passed || strcmp(before, dt_tape_message(g->tape)) != 0) {
        trouble(g, "a failed tape went on working: %s", before);
    }
}

/* Is this refusal the documented price of what the graph did, or of numbers that overflowed? */
static bool excused(const struct graph *g) {
    const char *message = dt_tape_message(g->tape);
    switch (dt_tape_status(g->tape)) {
    case DT_ERR_STALE: return g->overwrites;
    case DT_ERR_GRADIENT: /* a limit on orders, or on what fixed points of high orders depend on */
        return strstr(message, "of an order above") != NULL ||
               strstr(message, "parameters at once") != NULL;
    case DT_ERR_MEMORY:
    case DT_ERR_NONFINITE:
    case DT_ERR_NOT_POSITIVE_DEFINITE:
    case DT_ERR_GAUGE: return true;
    default: return strstr(message, " is nan") != NULL || strstr(message, "a NaN") != NULL;
    }
}

static void after_failure(struct graph *g) {
    const char *message = dt_tape_message(g->tape);
    int status = (int)dt_tape_status(g->tape);
    if (!g->wild && !excused(g)) {
        trouble(g, "a legal graph failed: %s", message);
    }
    g->incomparable = g->incomparable || status == DT_ERR_MEMORY || g->limited;
    note(g, &status, sizeof status);
    note(g, message, strlen(message));
    g->refused++;
    check_failed(g);
    dt_tape_reset(g->tape);
    check_status(g);
    plant(g);
    if (dt_tape_status(g->tape) != DT_OK) { /* too little memory for a beginning */
        dt_tape_reset(g->tape);
        g->n_leaves = 0;
    }
}

/* -- steps ------------------------------------------------------------------------------------- */

static void keep(struct graph *g, dt_tensor *x) {
    if (x == NULL || dt_tape_of(x) != g->tape || x == dt_inert(g->tape) ||
        dt_tape_status(g->tape) != DT_OK) {
        return;
    }
    if (dt_size(x) > g->limit) {
        x = dt_reshape(x, 1, (const int64_t[]){-1});
        x = dt_slice(x, 0, 0, dt_size(x), dt_size(x) / g->limit + 1);
    }
    if (g->habit == READS) {
        dt_data(x);
    }
    if (dt_tape_status(g->tape) == DT_OK && g->n_pool < MAX_POOL) {
        g->pool[g->n_pool++] = x;
    }
}

static void step_call(struct graph *g) {
    static const struct call calls[] = {{"an elementwise call", call_elementwise},
                                        {"an elementwise call", call_elementwise},
                                        {"an elementwise call", call_elementwise},
                                        {"a reduction or arrangement", call_shape},
                                        {"a reduction or arrangement", call_shape},
                                        {"algebra", call_algebra},
                                        {"linear algebra", call_linalg},
                                        {"a row of the table", call_table},
                                        {"a checkpoint or batches", call_function}};
    const struct call *c = &calls[below(g, (int64_t)(sizeof calls / sizeof *calls))];
    g->last = c->name;
    g->calls++;
    keep(g, c->make(g));
}

static void step_mark(struct graph *g) {
    if (g->n_levels < MAX_LEVELS && chance(g, 2)) {
        g->level[g->n_levels].mark = dt_tape_mark(g->tape);
        g->level[g->n_levels++].n_pool = g->n_pool;
    } else if (g->n_levels > 0) {
        int to = (int)below(g, g->n_levels), kept = g->level[to].n_pool;
        dt_tensor *gone = g->n_pool > kept ? g->pool[kept + below(g, g->n_pool - kept)] : NULL;
        g->last = "a rewind";
        dt_tape_rewind(g->tape, g->level[to].mark);
        g->n_pool = kept;
        g->n_levels = chance(g, 2) ? to : to + 1;
        /* Nothing has been allocated since; some functions return leaves or older tensors. */
        if (g->wild && gone != NULL && gone->id >= g->tape->next_id && chance(g, 2)) {
            g->last = "the use of a rewound tensor";
            bool refused = chance(g, 2) ? dt_neg(gone) == dt_inert(g->tape) : dt_data(gone) == NULL;
            if (!refused || dt_tape_status(g->tape) != DT_ERR_STALE) {
                trouble(g, "%s: %s", refused ? "refused" : "not refused", dt_tape_message(g->tape));
            }
        }
    }
}

static void step_overwrite(struct graph *g) {
    dt_tensor *x = oops(g) ? any(g) : g->leaf[below(g, g->n_leaves)];
    g->last = "dt_set_data";
    if (x == NULL) {
        dt_set_data(NULL, "");
        return;
    }
    if (chance(g, 4) && dt_wants_gradient(x)) {
        keep(g, dt_gradient(x)); /* elements that sweeps overwrite */
    } else {
        dt_set_data(x, dt_size(x) <= LARGEST ? random_data(g, dt_dtype_of(x), dt_size(x)) : NULL);
    }
}

static void step_read(struct graph *g) {
    dt_tensor *x = any(g);
    g->last = "reading";
    if (oops(g)) {
        dt_data_c64(x);
    } else if (oops(g)) {
        note_value(g, dt_item(x));
    } else {
        note_tensor(g, x);
    }
}

static void step_odd(struct graph *g) {
    dt_tensor *x = any(g);
    g->last = "an odd step";
    switch (below(g, 6)) {
    case 0:
    case 1: set_profile(g, chance(g, 2)); break;
    case 2: dt_backward(g->wild ? x : dt_sum(dt_abs2(g->leaf[0]), DT_ALL)); break;
    case 3: dt_tape_zero_gradients(g->tape); break;
    case 4: dt_clip_gradients(1, &g->leaf[0], 0.5); break;
    default:
        if (g->n_leaves < MAX_LEAVES) {
            g->leaf[g->n_leaves++] = new_leaf(g, chance(g, 2));
        }
        break;
    }
}

/* One line for a person who looks for a bug. */
static void tell(const struct graph *g) {
    const dt_tensor *x = g->n_pool > 0 ? g->pool[g->n_pool - 1] : NULL;
    char shape[128] = "";
    if (x != NULL) {
        dt_shape_format(shape, sizeof shape, dt_ndim(x), dt_shape(x));
    }
    fprintf(stderr, "%-28s %2d: %s%s %s; seen %.17g %s\n", g->last, g->n_pool,
            x == NULL ? "" : dt_dtype_name(dt_dtype_of(x)), shape,
            x == NULL || x->node == NULL ? "-" : x->node->op->name, g->sum,
            dt_tape_message(g->tape));
}

static void step(struct graph *g) {
    int64_t kind = below(g, 32);
    if (kind < 20) {
        step_call(g);
    } else if (kind < 23) {
        step_mark(g);
    } else if (kind < 25 && (g->overwrites || g->wild)) {
        step_overwrite(g);
    } else if (kind < 27) {
        step_read(g);
    } else if (kind < 29) {
        step_odd(g);
    } else {
        g->last = "derivatives";
        check_derivatives(g);
    }
    check_status(g);
    if (g->verbose) {
        tell(g);
    }
    if (dt_tape_status(g->tape) != DT_OK) {
        after_failure(g);
    }
}

/* -- one seed ---------------------------------------------------------------------------------- */

void run_seed(uint64_t seed, enum habit habit, bool verbose, struct graph *g) {
    memset(g, 0, sizeof *g);
    g->random = seed * 0x2545f4914f6cdd1du + 11;
    g->digest = 0xcbf29ce484222325u;
    g->verbose = verbose;
    g->habit = habit;
    g->last = "the beginning";
    g->wild = seed % 2 == 1;
    g->overwrites = chance(g, 3);
    g->limit = seed % 64 < 2 ? 70000 : seed % 16 < 4 ? 9000 : 300;
    g->other = dt_tape_new(&(dt_tape_options){.memory_limit = 1 << 20});
    if (begin(g)) {
        for (int64_t n = 6 + below(g, 30); n > 0 && g->trouble[0] == '\0' && g->n_leaves > 0; n--) {
            step(g);
        }
        g->last = "the end";
        for (int k = 0; k < g->n_pool; k++) {
            note_tensor(g, g->pool[k]);
        }
        if (dt_tape_status(g->tape) != DT_OK && g->trouble[0] == '\0') {
            after_failure(g);
        }
    }
    dt_tape_free(g->tape);
    dt_tape_free(g->other);
}
