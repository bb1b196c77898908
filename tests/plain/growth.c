/* growth.c - a loop of map, gradients and rewind takes nothing from malloc once it is warm. */
#include "crystal.h"

#include <malloc.h>

enum { WARM_UP = 5, ITERATIONS = 100 };

static long long heap_bytes(void) {
    struct mallinfo2 m = mallinfo2();
    return (long long)(m.uordblks + m.hblkhd);
}

/* A sanitizer's malloc does not count: then only the tape's own count is compared. */
static bool heap_counts(void) {
    long long before = heap_bytes();
    char *volatile block = malloc(100000);
    bool counts = heap_bytes() >= before + 100000;
    free(block);
    return counts;
}

int main(void) {
    struct bundled b = bundled_new(2);
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = parameters_new(&b, tape);
    dt_mark mark = dt_tape_mark(tape);
    dt_set_threads(1);
    dt_tape_stats warm = {0};
    long long warm_heap = 0;
    double first = 0;
    for (int i = 0; i < WARM_UP + ITERATIONS; i++) {
        dt_tape_zero_gradients(tape);
        double loss = evaluate(&b, &p, NULL);
        dt_tape_rewind(tape, mark);
        REQUIRE(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
        if (i == 0) {
            first = loss;
        }
        REQUIRE(loss == first && loss > 0, "iteration %d: loss %.17g, was %.17g", i, loss, first);
        if (i == WARM_UP - 1) {
            warm = dt_tape_get_stats(tape);
            warm_heap = heap_bytes();
        }
    }
    dt_tape_stats end = dt_tape_get_stats(tape);
    long long end_heap = heap_bytes();
    REQUIRE(end.system_allocations == warm.system_allocations && end.system_allocations > 0,
            "the tape allocated %lld times in %d warm iterations",
            (long long)(end.system_allocations - warm.system_allocations), ITERATIONS);
    REQUIRE(end.bytes_reserved == warm.bytes_reserved && end.bytes_used == warm.bytes_used,
            "the tape grew from %zu to %zu bytes", warm.bytes_reserved, end.bytes_reserved);
    REQUIRE(!heap_counts() || end_heap <= warm_heap, "the heap grew from %lld to %lld bytes",
            warm_heap, end_heap);
    printf("growth: %lld allocations and %lld bytes of heap%s before and after %d iterations\n",
           (long long)end.system_allocations, end_heap, heap_counts() ? "" : " (not counted)",
           ITERATIONS);
    dt_tape_free(tape);
    bundled_free(&b);
    return 0;
}
