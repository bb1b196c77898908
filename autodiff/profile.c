/* profile.c - time and bytes of every operation of a tape. */
#include <difftape/profile.h>

#include "internal.h"
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct event {
    const char *name;
    int64_t start, duration; /* nanoseconds since the profile began */
    int64_t bytes;
    bool in_sweep;
};

struct dti_profile {
    int64_t began, n_events, room, lost;
    struct event *events;
};

int64_t dti_profile_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void dti_profile_note(struct dti_profile *p, const dt_node *n, int64_t start, bool in_sweep) {
    int64_t end = dti_profile_clock();
    if (p->n_events == p->room) {
        int64_t room = p->room == 0 ? 1024 : 2 * p->room;
        struct event *more = realloc(p->events, (size_t)room * sizeof *more);
        if (more == NULL) {
            p->lost++;
            return;
        }
        p->events = more;
        p->room = room;
    }
    struct event e = {n->op->name, start - p->began, end - start, 0, in_sweep};
    for (int o = 0; o < n->n_out && n->op->kind != DT_VIEW; o++) {
        e.bytes += (int64_t)dt_array_bytes(&n->out[o]->a);
    }
    p->events[p->n_events++] = e;
}

void dti_profile_free(struct dti_profile *p) {
    if (p != NULL) {
        free(p->events);
        free(p);
    }
}

void dt_profile_enable(dt_tape *tape, bool on) {
    if (tape->profiling) { /* a failed tape may be one that all share: it is not written to */
        tape->profiling = false;
    }
    if (!on || tape->error.status != DT_OK) {
        return;
    }
    dti_profile_free(tape->profile);
    tape->profile = calloc(1, sizeof *tape->profile);
    if (tape->profile == NULL) {
        dt_tape_fail(tape, DT_ERR_MEMORY, "profile: no memory");
        return;
    }
    tape->profile->began = dti_profile_clock();
    tape->profiling = true;
}

/* -- table ------------------------------------------------------------------------------------- */

struct total {
    const char *name;
    int64_t calls, forward, sweep, bytes;
};

static int by_time(const void *a, const void *b) {
    const struct total *x = a, *y = b;
    int64_t tx = x->forward + x->sweep, ty = y->forward + y->sweep;
    return tx > ty ? -1 : tx < ty;
}

/* Sums by operation (names are compared as pointers: each operation has one). */
static int sum_up(const struct dti_profile *p, struct total *totals, int room) {
    int n = 0;
    for (int64_t i = 0; i < p->n_events; i++) {
        const struct event *e = &p->events[i];
        int k = 0;
        while (k < n && totals[k].name != e->name) {
            k++;
        }
        if (k == room) {
            continue;
        }
        if (k == n) {
            totals[n++] = (struct total){.name = e->name};
        }
        totals[k].calls++;
        totals[k].bytes += e->bytes;
        *(e->in_sweep ? &totals[k].sweep : &totals[k].forward) += e->duration;
    }
    qsort(totals, (size_t)n, sizeof *totals, by_time);
    return n;
}

static void write_table(const dt_tape *tape, dt_write_fn *write, void *user) {
    enum { MOST = 256 };
    struct total totals[MOST], all = {.name = "total"};
    char line[160];
    if (tape->profile == NULL) {
        write(user, "nothing was measured: call dt_profile_start first\n");
        return;
    }
    int n = sum_up(tape->profile, totals, MOST);
    for (int k = 0; k < n; k++) {
        all.calls += totals[k].calls;
        all.forward += totals[k].forward;
        all.sweep += totals[k].sweep;
        all.bytes += totals[k].bytes;
    }
    snprintf(line, sizeof line, "%-20s %9s %12s %12s %7s %10s\n", "operation", "calls",
             "forward ms", "sweep ms", "share", "MB");
    write(user, line);
    double time = (double)(all.forward + all.sweep);
    for (int k = 0; k <= n; k++) {
        const struct total *t = k < n ? &totals[k] : &all;
        double share = time > 0 ? 100 * (double)(t->forward + t->sweep) / time : 0;
        snprintf(line, sizeof line, "%-20s %9lld %12.3f %12.3f %6.1f%% %10.3f\n", t->name,
                 (long long)t->calls, (double)t->forward * 1e-6, (double)t->sweep * 1e-6, share,
                 (double)t->bytes * 1e-6);
        write(user, line);
    }
}

/* -- time line --------------------------------------------------------------------------------- */

static void write_trace(const dt_tape *tape, dt_write_fn *write, void *user) {
    char line[256];
    write(user, "{\"traceEvents\": [");
    int64_t n = tape->profile == NULL ? 0 : tape->profile->n_events;
    for (int64_t i = 0; i < n; i++) {
        const struct event *e = &tape->profile->events[i];
        snprintf(line, sizeof line,
                 "%s\n{\"name\": \"%s\", \"cat\": \"%s\", \"ph\": \"X\", \"ts\": %.3f, \"dur\": "
                 "%.3f, \"pid\": 1, \"tid\": 1, \"args\": {\"bytes\": %lld}}",
                 i == 0 ? "" : ",", e->name, e->in_sweep ? "sweep" : "forward",
                 (double)e->start * 1e-3, (double)e->duration * 1e-3, (long long)e->bytes);
        write(user, line);
    }
    write(user, "\n]}\n");
}

void dt_profile_write(const dt_tape *tape, dt_profile_report report, dt_write_fn *write,
                      void *user) {
    if (report == DT_PROFILE_TABLE) {
        write_table(tape, write, user);
    } else {
        write_trace(tape, write, user);
    }
}
