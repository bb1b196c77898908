/* limits.c - what memory the system grants. */
#include "run.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* -- memory ------------------------------------------------------------------------------------ */

/* Address space a thread takes besides its slices: stack, heap of its own, buffer of OpenBLAS. */
#define THREAD_BYTES 168e6

/* Bytes the process has mapped now; 0 where the system does not say. */
static double mapped_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) {
        return 0;
    }
    long long pages = 0;
    bool read = fscanf(file, "%lld", &pages) == 1;
    fclose(file);
    return read ? (double)pages * (double)sysconf(_SC_PAGESIZE) : 0;
}

int memory_check(struct run *r, double bytes) {
    char needs[32], has[32];
    dt_format_bytes(needs, sizeof needs, bytes);
    double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    if (machine > 0 && bytes > machine) {
        dt_error_set(&r->error, DT_ERR_MEMORY,
                     "this map needs about %s of memory, the machine has %s", needs,
                     dt_format_bytes(has, sizeof has, machine));
        return EXIT_MEMORY;
    }
    /* OpenBLAS waits for ever where it cannot map a buffer, so a limit is looked at beforehand. */
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return 0;
    }
    double all = bytes + THREAD_BYTES * dt_get_threads();
    double left = (double)limit.rlim_cur - mapped_bytes();
    if (all > left) {
        dt_error_set(&r->error, DT_ERR_MEMORY,
                     "this map needs about %s of address space with %d threads, but the limit "
                     "(ulimit -v) leaves %s",
                     dt_format_bytes(needs, sizeof needs, all), dt_get_threads(),
                     dt_format_bytes(has, sizeof has, left > 0 ? left : 0));
        return EXIT_MEMORY;
    }
    return 0;
}

double peak_memory(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * (double)usage.ru_maxrss : 0;
}
