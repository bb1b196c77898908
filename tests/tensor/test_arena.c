/* test_arena.c - the bump allocator: alignment, mark and rewind, limits. */
#include "arena.h"

#include <criterion/criterion.h>

#include <string.h>

Test(arena, hands_out_aligned_memory_that_does_not_overlap) {
    dti_arena *arena = dti_arena_new(0);
    enum { COUNT = 500 };
    unsigned char *blocks[COUNT];
    for (int i = 0; i < COUNT; i++) {
        blocks[i] = dti_arena_alloc(arena, (size_t)(i * 37));
        cr_assert(blocks[i] != NULL && (uintptr_t)blocks[i] % 64 == 0, "block %d at %p", i,
                  (void *)blocks[i]);
        memset(blocks[i], i & 255, (size_t)(i * 37));
    }
    for (int i = 0; i < COUNT; i++) {
        for (int j = 0; j < i * 37; j++) {
            cr_assert(blocks[i][j] == (i & 255), "byte %d of block %d was overwritten", j, i);
        }
    }
    cr_expect(dti_arena_peak(arena) == dti_arena_used(arena));
    cr_expect(dti_arena_reserved(arena) >= dti_arena_used(arena));
    dti_arena_free(arena);
    dti_arena_free(NULL);
}

static void fill_up(dti_arena *arena) {
    for (int i = 0; i < 300; i++) {
        cr_assert(dti_arena_alloc(arena, (size_t)(i * i)) != NULL);
    }
    cr_assert(dti_arena_alloc(arena, (size_t)3 << 20) != NULL);
}

Test(arena, needs_no_system_memory_when_warm) {
    dti_arena *arena = dti_arena_new(0);
    cr_assert(dti_arena_alloc(arena, 1000) != NULL);
    dti_arena_mark mark = dti_arena_get_mark(arena);
    size_t used = dti_arena_used(arena);
    fill_up(arena);
    size_t full = dti_arena_used(arena);
    int64_t mallocs = dti_arena_mallocs(arena);
    for (int round = 0; round < 10; round++) {
        dti_arena_rewind(arena, mark);
        cr_expect(dti_arena_used(arena) == used, "round %d: %zu bytes used, expected %zu", round,
                  dti_arena_used(arena), used);
        fill_up(arena);
        cr_expect(dti_arena_used(arena) == full);
    }
    cr_expect(dti_arena_mallocs(arena) == mallocs, "%d system allocations, expected %d",
              (int)dti_arena_mallocs(arena), (int)mallocs);
    cr_expect(mallocs > 0 && mallocs < 20, "%d system allocations", (int)mallocs);
    dti_arena_free(arena);
}

Test(arena, rewind_keeps_what_came_before_the_mark) {
    dti_arena *arena = dti_arena_new(0);
    char *before = dti_arena_alloc(arena, 100);
    memset(before, 7, 100);
    dti_arena_mark mark = dti_arena_get_mark(arena);
    char *first = dti_arena_alloc(arena, 100);
    dti_arena_rewind(arena, mark);
    cr_expect(dti_arena_alloc(arena, 100) == (void *)first, "memory after the mark is not reused");
    fill_up(arena);
    for (int i = 0; i < 100; i++) {
        cr_assert(before[i] == 7, "byte %d before the mark changed", i);
    }
    dti_arena_free(arena);
}

Test(arena, respects_its_limit_and_survives_reaching_it) {
    const size_t limit = (size_t)1 << 20;
    dti_arena *arena = dti_arena_new(limit);
    dti_arena_mark mark = dti_arena_get_mark(arena);
    int count = 0;
    while (dti_arena_alloc(arena, 10000) != NULL) {
        count++;
        cr_assert(dti_arena_reserved(arena) <= limit, "%zu bytes reserved, limit %zu",
                  dti_arena_reserved(arena), limit);
    }
    cr_expect(count > 60 && count <= 104, "%d blocks of 10000 bytes in 1 MiB", count);
    dti_arena_rewind(arena, mark);
    cr_expect(dti_arena_alloc(arena, limit) != NULL, "the whole limit in one piece after a rewind");
    cr_expect(dti_arena_alloc(arena, 1) == NULL);
    cr_expect(dti_arena_alloc(arena, SIZE_MAX) == NULL);
    dti_arena_rewind(arena, mark);
    cr_expect(dti_arena_alloc(arena, limit / 2) != NULL);
    dti_arena_free(arena);
}
