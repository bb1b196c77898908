/* failing.c - what the linker calls instead of malloc and its like. */
#include "failing.h"

#include <stdatomic.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static atomic_llong allowed = -1; /* allocations until one fails; negative: none fails */
static atomic_bool failed;

void fail_allocation(long long n) {
    failed = false;
    allowed = n;
}

bool allocation_failed(void) {
    return failed;
}

static bool refuse(void) {
    if (allowed < 0 || atomic_fetch_sub(&allowed, 1) != 0) {
        return false;
    }
    failed = true;
    return true;
}

void *__wrap_malloc(size_t size) {
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
    return refuse() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return refuse() ? NULL : __real_aligned_alloc(alignment, size);
}
