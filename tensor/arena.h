/* arena.h - bump allocator with mark and rewind: the memory of a tape's intermediates. */
#ifndef DTI_ARENA_H
#define DTI_ARENA_H

#include <difftape/base.h>

typedef struct dti_arena dti_arena;
typedef struct dti_arena_mark {
    int64_t chunk;
    size_t offset;
    size_t used;
} dti_arena_mark;

/* limit: most bytes the arena may hold from the system, 0 = none. */
dti_arena *dti_arena_new(size_t limit);
void dti_arena_free(dti_arena *arena);

/* 64-byte aligned, uninitialised; NULL when memory or the limit is exhausted. bytes may be 0. */
void *dti_arena_alloc(dti_arena *arena, size_t bytes);

/* Everything allocated after the mark is given back to the arena (not to the system). */
dti_arena_mark dti_arena_get_mark(const dti_arena *arena);
void dti_arena_rewind(dti_arena *arena, dti_arena_mark mark);

size_t dti_arena_used(const dti_arena *arena);     /* bytes handed out now */
size_t dti_arena_peak(const dti_arena *arena);     /* largest value of used so far */
size_t dti_arena_reserved(const dti_arena *arena); /* bytes held from the system */
int64_t dti_arena_mallocs(const dti_arena *arena); /* number of system allocations so far */

#endif
