/* workers.c - the worker tapes of a tape: one per thread, created when first used, kept warm. */
#include "batches.h"
#include "internal.h"

#include <stdlib.h>

struct dti_workers {
    int n;
    dt_tape **tapes;
};

struct dti_workers *dti_workers_get(dt_tape *tape, int n) {
    if (tape->workers == NULL) {
        tape->workers = calloc(1, sizeof *tape->workers);
    }
    struct dti_workers *w = tape->workers;
    if (w != NULL && w->n < n) {
        dt_tape **tapes = realloc(w->tapes, (size_t)n * sizeof(dt_tape *));
        if (tapes == NULL) {
            w = NULL;
        } else {
            w->tapes = tapes;
            while (w->n < n) {
                w->tapes[w->n++] = NULL;
            }
        }
    }
    if (w == NULL) {
        dt_tape_fail(tape, DT_ERR_MEMORY, "map_batches: no memory for worker tapes");
    }
    return w;
}

dt_tape *dti_worker_tape(dt_tape *tape, int worker) {
    dt_tape **slot = &tape->workers->tapes[worker];
    if (*slot == NULL) {
        *slot = dti_tape_try_new(&tape->options);
    }
    return *slot;
}

void dti_workers_free(struct dti_workers *w) {
    for (int i = 0; w != NULL && i < w->n; i++) {
        dt_tape_free(w->tapes[i]);
    }
    if (w != NULL) {
        free(w->tapes);
        free(w);
    }
}

static dt_tape_stats totals(const struct dti_workers *w) {
    dt_tape_stats sum = {0};
    for (int i = 0; w != NULL && i < w->n; i++) {
        if (w->tapes[i] != NULL) {
            dt_tape_stats one = dt_tape_get_stats(w->tapes[i]);
            sum.bytes_peak += one.bytes_peak;
            sum.bytes_reserved += one.bytes_reserved;
            sum.system_allocations += one.system_allocations;
        }
    }
    return sum;
}

size_t dti_workers_peak(const struct dti_workers *w) {
    return totals(w).bytes_peak;
}

size_t dti_workers_reserved(const struct dti_workers *w) {
    return totals(w).bytes_reserved;
}

int64_t dti_workers_mallocs(const struct dti_workers *w) {
    return totals(w).system_allocations;
}
