/* arena.c - bump allocation over a list of chunks that are kept across rewinds. */
#include "arena.h"

#include <stdlib.h>

#define ALIGNMENT    ((size_t)64)
#define FIRST_CHUNK  ((size_t)64 << 10)
#define LARGEST_STEP ((size_t)64 << 20)

typedef struct chunk {
    char *data;
    size_t size;
} chunk;

struct dti_arena {
    chunk *chunks;
    int64_t n_chunks, capacity;
    int64_t current; /* chunks after this one are empty */
    size_t offset;   /* first free byte of the current chunk */
    size_t used, peak, reserved, limit;
    int64_t mallocs;
};

dti_arena *dti_arena_new(size_t limit) {
    dti_arena *arena = calloc(1, sizeof *arena);
    if (arena != NULL) {
        arena->limit = limit;
    }
    return arena;
}

void dti_arena_free(dti_arena *arena) {
    if (arena == NULL) {
        return;
    }
    for (int64_t i = 0; i < arena->n_chunks; i++) {
        free(arena->chunks[i].data);
    }
    free(arena->chunks);
    free(arena);
}

static bool within_limit(const dti_arena *arena, size_t bytes) {
    return arena->limit == 0 || (bytes <= arena->limit && arena->reserved <= arena->limit - bytes);
}

/* Give empty chunks back to the system so that one larger chunk fits under the limit. */
static void release_empty(dti_arena *arena) {
    int64_t keep = arena->n_chunks > 0 && arena->offset > 0 ? arena->current + 1 : arena->current;
    while (arena->n_chunks > keep) {
        chunk *last = &arena->chunks[--arena->n_chunks];
        arena->reserved -= last->size;
        free(last->data);
    }
}

static bool grow_list(dti_arena *arena) {
    if (arena->n_chunks < arena->capacity) {
        return true;
    }
    int64_t capacity = arena->capacity == 0 ? 32 : 2 * arena->capacity;
    chunk *chunks = realloc(arena->chunks, (size_t)capacity * sizeof *chunks);
    if (chunks == NULL) {
        return false;
    }
    arena->chunks = chunks;
    arena->capacity = capacity;
    arena->mallocs++;
    return true;
}

/* Append a chunk of at least `bytes` and make it current. Chunks double so that a tape of any size
 * needs few of them, up to a step that bounds the waste. */
static bool add_chunk(dti_arena *arena, size_t bytes) {
    size_t size = arena->reserved < FIRST_CHUNK ? FIRST_CHUNK : arena->reserved;
    size = size > LARGEST_STEP ? LARGEST_STEP : size;
    size = size < bytes ? bytes : size;
    if (!within_limit(arena, size)) {
        size = bytes;
        if (!within_limit(arena, size)) {
            release_empty(arena);
        }
        if (!within_limit(arena, size)) {
            return false;
        }
    }
    if (!grow_list(arena)) {
        return false;
    }
    char *data = aligned_alloc(ALIGNMENT, size);
    if (data == NULL && size > bytes) {
        size = bytes;
        data = aligned_alloc(ALIGNMENT, size);
    }
    if (data == NULL) {
        return false;
    }
    arena->mallocs++;
    arena->reserved += size;
    arena->chunks[arena->n_chunks] = (chunk){data, size};
    arena->current = arena->n_chunks++;
    arena->offset = 0;
    return true;
}

static bool fits(const dti_arena *arena, size_t bytes) {
    return arena->current < arena->n_chunks &&
           arena->chunks[arena->current].size - arena->offset >= bytes;
}

void *dti_arena_alloc(dti_arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX / 2) {
        return NULL;
    }
    bytes = bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!fits(arena, bytes)) {
        /* On failure nothing has moved: later, smaller requests may still be served. */
        dti_arena_mark mark = dti_arena_get_mark(arena);
        while (!fits(arena, bytes) && arena->current + 1 < arena->n_chunks) {
            arena->current++;
            arena->offset = 0;
        }
        if (!fits(arena, bytes)) {
            arena->current = mark.chunk;
            arena->offset = mark.offset;
            if (!add_chunk(arena, bytes)) {
                return NULL;
            }
        }
    }
    void *start = arena->chunks[arena->current].data + arena->offset;
    arena->offset += bytes;
    arena->used += bytes;
    arena->peak = arena->used > arena->peak ? arena->used : arena->peak;
    return start;
}

dti_arena_mark dti_arena_get_mark(const dti_arena *arena) {
    return (dti_arena_mark){arena->current, arena->offset, arena->used};
}

void dti_arena_rewind(dti_arena *arena, dti_arena_mark mark) {
    arena->current = mark.chunk;
    arena->offset = mark.offset;
    arena->used = mark.used;
}

size_t dti_arena_used(const dti_arena *arena) {
    return arena->used;
}

size_t dti_arena_peak(const dti_arena *arena) {
    return arena->peak;
}

size_t dti_arena_reserved(const dti_arena *arena) {
    return arena->reserved;
}

int64_t dti_arena_mallocs(const dti_arena *arena) {
    return arena->mallocs;
}
