/* kernel_list.h - every map kernel of the library by name and type, for tests and benchmarks. */
#ifndef KERNEL_LIST_H
#define KERNEL_LIST_H

#include "kernels/kernels.h"
#include "kernels/sets.h"

/* `entry` points into a table dti_k_*: what is found there depends on the set in use. */
typedef struct kernel {
    char name[40]; /* "exp_f64", "cast_f64_i64" */
    dt_dtype from, to;
    dt_map_fn **entry;
} kernel;

enum { MOST_KERNELS = 1024 };

/* Fill `ret_kernels` with all kernels whose name contains `part` (NULL: all). Returns their number,
 * or -1 if there are more than MOST_KERNELS. */
int list_kernels(kernel *ret_kernels, const char *part);

#endif
