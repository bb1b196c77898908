/* kernel_list.c - see kernel_list.h. */
#include "kernel_list.h"

#include <stdio.h>
#include <string.h>

typedef struct table {
    const char *name;
    dt_map_fn **entries;
    bool pairs;
} table;

static const table tables[] = {
#define KERNEL(name)       {#name, dti_k_##name, false},
#define KERNEL_PAIRS(name) {#name, dti_k_##name[0], true},
#include "kernels/kernels.list"
};

int list_kernels(kernel *ret_kernels, const char *part) {
    int n = 0;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        int n_entries = tables[t].pairs ? DT_DTYPE_COUNT * DT_DTYPE_COUNT : DT_DTYPE_COUNT;
        for (int e = 0; e < n_entries; e++) {
            kernel k = {.entry = tables[t].entries + e};
            k.from = (dt_dtype)(tables[t].pairs ? e / DT_DTYPE_COUNT : e);
            k.to = (dt_dtype)(e % DT_DTYPE_COUNT);
            snprintf(k.name, sizeof k.name, tables[t].pairs ? "%s_%s_%s" : "%s_%s", tables[t].name,
                     dt_dtype_name(k.from), dt_dtype_name(k.to));
            if (*k.entry == NULL || (part != NULL && strstr(k.name, part) == NULL)) {
                continue;
            }
            if (n == MOST_KERNELS) {
                return -1;
            }
            ret_kernels[n++] = k;
        }
    }
    return n;
}
