/* tape.c - a tape's life: creation, errors, mark and rewind, statistics. */
#include <difftape/tape.h>

#include "internal.h"
#include "lazy.h"
#include "profile.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void init_inert(dt_tape *tape) {
    tape->inert_value = NAN;
    tape->inert = (dt_tensor){.tape = tape, .id = -1, .leaf = true};
    tape->inert.a = dt_array_wrap(DT_F64, 0, NULL, &tape->inert_value);
}

/* What there is instead of a tape when there was no memory for one: it has failed before anything
 * was done with it, and stays as it is. */
static const dt_tape stillborn = {
    .error = {.status = DT_ERR_MEMORY, .message = "dt_tape_new: no memory for a tape", .index = -1},
    .inert = {.a = {.dtype = DT_F64, .data = (void *)(uintptr_t)&stillborn.inert_value},
              .tape = (dt_tape *)(uintptr_t)&stillborn,
              .id = -1,
              .leaf = true},
    .inert_value = NAN,
};

static bool is_stillborn(const dt_tape *tape) {
    return tape == &stillborn;
}

dt_tape *dt_tape_new(const dt_tape_options *options) {
    dt_tape *tape = dti_tape_try_new(options);
    return tape != NULL ? tape : (dt_tape *)(uintptr_t)&stillborn;
}

dt_tape *dti_tape_try_new(const dt_tape_options *options) {
    dt_tape *tape = calloc(1, sizeof *tape);
    if (tape == NULL) {
        return NULL;
    }
    if (options != NULL) {
        tape->options = *options;
    }
    tape->scratch = dti_arena_new(0);
    tape->persistent = dti_arena_new(0);
    if (tape->scratch == NULL || tape->persistent == NULL) {
        dt_tape_free(tape);
        return NULL;
    }
    dt_error_clear(&tape->error);
    init_inert(tape);
    tape->recording = true;
    return tape;
}

void dt_tape_free(dt_tape *tape) {
    if (tape == NULL || is_stillborn(tape)) {
        return;
    }
    dti_workers_free(tape->workers);
    dti_profile_free(tape->profile);
    dti_arena_free(tape->scratch);
    dti_arena_free(tape->persistent);
    free(tape);
}

/* -- memory ------------------------------------------------------------------------------------ */

void *dti_tape_alloc(dt_tape *tape, bool persistent, size_t bytes, const char *what) {
    if (is_stillborn(tape)) {
        return NULL;
    }
    size_t used = dti_arena_used(tape->scratch) + dti_arena_used(tape->persistent);
    size_t limit = tape->options.memory_limit;
    bool fits = limit == 0 || (used <= limit && bytes <= limit - used);
    void *memory =
        fits ? dti_arena_alloc(persistent ? tape->persistent : tape->scratch, bytes) : NULL;
    if (memory == NULL) {
        char bound[64] = "";
        if (!fits) {
            snprintf(bound, sizeof bound, " under a limit of %zu", limit);
        }
        dt_tape_fail(tape, DT_ERR_MEMORY, "%s: no memory for %zu bytes beside %zu in use%s", what,
                     bytes, used, bound);
    }
    return memory;
}

/* The layout of the opaque dt_mark. */
struct mark {
    dti_arena_mark scratch;
    dt_node *last;
    int64_t n_nodes, next_id, clock;
};
_Static_assert(sizeof(struct mark) <= sizeof(dt_mark), "dt_mark is too small");

dt_mark dt_tape_mark(dt_tape *tape) {
    if (is_stillborn(tape)) {
        return (dt_mark){{0}};
    }
    struct mark mark = {dti_arena_get_mark(tape->scratch), tape->last, tape->n_nodes, tape->next_id,
                        ++tape->clock};
    tape->n_marks++;
    dt_mark opaque = {{0}};
    memcpy(&opaque, &mark, sizeof mark);
    return opaque;
}

void dt_tape_rewind(dt_tape *tape, dt_mark opaque) {
    struct mark mark;
    if (is_stillborn(tape)) {
        return;
    }
    memcpy(&mark, &opaque, sizeof mark);
    if (mark.next_id > tape->next_id || mark.scratch.used > dti_arena_used(tape->scratch)) {
        dt_tape_fail(tape, DT_ERR_STALE,
                     "dt_tape_rewind: the tape has already been rewound past this mark: "
                     "take a new one");
        return;
    }
    dti_lazy_rewind(tape, mark.next_id, mark.clock);
    tape->rewound = ++tape->clock;
    dti_arena_rewind(tape->scratch, mark.scratch);
    tape->last = mark.last;
    tape->n_nodes = mark.n_nodes;
    tape->next_id = mark.next_id;
}

void dt_tape_reset(dt_tape *tape) {
    if (is_stillborn(tape)) {
        return;
    }
    dti_arena_rewind(tape->scratch, (dti_arena_mark){0});
    dti_arena_rewind(tape->persistent, (dti_arena_mark){0});
    tape->rewound = ++tape->clock;
    tape->last = NULL;
    tape->n_nodes = 0;
    tape->next_id = 0;
    tape->leaves = NULL;
    tape->lazies = tape->sums = NULL;
    tape->copies = NULL;
    tape->recording = true;
    dt_error_clear(&tape->error);
}

dt_tape_stats dt_tape_get_stats(const dt_tape *tape) {
    if (is_stillborn(tape)) {
        return (dt_tape_stats){0};
    }
    return (dt_tape_stats){
        .bytes_used = dti_arena_used(tape->scratch) + dti_arena_used(tape->persistent),
        .bytes_peak = dti_arena_peak(tape->scratch) + dti_arena_peak(tape->persistent) +
                      dti_workers_peak(tape->workers),
        .bytes_reserved = dti_arena_reserved(tape->scratch) + dti_arena_reserved(tape->persistent) +
                          dti_workers_reserved(tape->workers),
        .system_allocations = dti_arena_mallocs(tape->scratch) +
                              dti_arena_mallocs(tape->persistent) +
                              dti_workers_mallocs(tape->workers),
        .operations = tape->n_nodes,
    };
}

void dt_tape_on_progress(dt_tape *tape, dt_progress_fn *fn, void *user) {
    if (!is_stillborn(tape)) {
        tape->progress = (dti_progress){fn, user};
    }
}

/* -- errors ------------------------------------------------------------------------------------ */

dt_status dt_tape_status(const dt_tape *tape) {
    return tape->error.status;
}

const char *dt_tape_message(const dt_tape *tape) {
    return tape->error.message;
}

const dt_error *dt_tape_error(const dt_tape *tape) {
    return &tape->error;
}

void dt_tape_fail(dt_tape *tape, dt_status status, const char *format, ...) {
    char text[2 * DT_MESSAGE_SIZE]; /* longer than fits: dt_error_set marks what it cuts off */
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    dt_error_set(&tape->error, status, "%s", text);
}

void dt_tape_context(dt_tape *tape, const char *format, ...) {
    if (is_stillborn(tape)) {
        return;
    }
    char text[DT_MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    dt_error_context(&tape->error, "%s", text);
}

dt_tensor *dt_inert(dt_tape *tape) {
    return &tape->inert;
}
