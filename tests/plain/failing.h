/* failing.h - allocations that fail on demand: the linker sends the library's through failing.c. */
#ifndef TEST_PLAIN_FAILING_H
#define TEST_PLAIN_FAILING_H

#include <stdbool.h>

/** Let so many allocations through, fail the next one, let all after it through; negative: fail
 *  none. Forgets whether one failed. */
void fail_allocation(long long n);

/** Has one failed since? */
bool allocation_failed(void);

#endif
