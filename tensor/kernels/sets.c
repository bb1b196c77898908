/* sets.c - the tables of map kernels and the choice of the set they are filled from. */
#include "sets.h"
#include "kernels.h"
#include "../iterate.h"
#include "small_product.h"
#include "sum_loops.h"

#include <stdlib.h>
#include <string.h>

#if defined(DTI_X86_SETS)
#define BASELINE_NAME "sse2"
#define X86(...)      __VA_ARGS__
#else
#define BASELINE_NAME "native"
#define X86(...)
#endif

/* The tables everybody reads. */
#define KERNEL(name)       dt_map_fn *dti_k_##name[DT_DTYPE_COUNT];
#define KERNEL_PAIRS(name) dt_map_fn *dti_k_##name[DT_DTYPE_COUNT][DT_DTYPE_COUNT];
#include "kernels.list"
#undef KERNEL
#undef KERNEL_PAIRS

dti_sum_loops dti_sum_loops_chosen[DT_DTYPE_COUNT];
dti_small_products dti_small_products_chosen[DT_DTYPE_COUNT];
static dti_pack_fn *packs_chosen[DT_DTYPE_COUNT][DT_DTYPE_COUNT];

/* The tables of each set, defined by the kernel files. */
#define DECLARE(name, dimensions)                                                                  \
    extern dt_map_fn *const dti_k_##name##_reference dimensions;                                   \
    extern dt_map_fn *const dti_k_##name##_baseline dimensions;                                    \
    X86(extern dt_map_fn *const dti_k_##name##_avx2 dimensions;                                    \
        extern dt_map_fn *const dti_k_##name##_avx512 dimensions;)
#define KERNEL(name)       DECLARE(name, [DT_DTYPE_COUNT])
#define KERNEL_PAIRS(name) DECLARE(name, [DT_DTYPE_COUNT][DT_DTYPE_COUNT])
#include "kernels.list"
#undef KERNEL
#undef KERNEL_PAIRS

extern const dti_sum_loops dti_sum_loops_reference[DT_DTYPE_COUNT];
extern const dti_sum_loops dti_sum_loops_baseline[DT_DTYPE_COUNT];
X86(extern const dti_sum_loops dti_sum_loops_avx2[DT_DTYPE_COUNT];
    extern const dti_sum_loops dti_sum_loops_avx512[DT_DTYPE_COUNT];)

extern const dti_small_products dti_small_products_reference[DT_DTYPE_COUNT];
extern const dti_small_products dti_small_products_baseline[DT_DTYPE_COUNT];
X86(extern const dti_small_products dti_small_products_avx2[DT_DTYPE_COUNT];
    extern const dti_small_products dti_small_products_avx512[DT_DTYPE_COUNT];)

extern dti_pack_fn *const dti_packs_reference[DT_DTYPE_COUNT][DT_DTYPE_COUNT];
extern dti_pack_fn *const dti_packs_baseline[DT_DTYPE_COUNT][DT_DTYPE_COUNT];
X86(extern dti_pack_fn *const dti_packs_avx2[DT_DTYPE_COUNT][DT_DTYPE_COUNT];
    extern dti_pack_fn *const dti_packs_avx512[DT_DTYPE_COUNT][DT_DTYPE_COUNT];)

typedef struct table {
    void *chosen;
    size_t bytes;
    const void *of_set[DTI_SET_COUNT];
} table;

#define KERNEL(name)                                                                               \
    {dti_k_##name,                                                                                 \
     sizeof dti_k_##name,                                                                          \
     {dti_k_##name##_reference,                                                                    \
      dti_k_##name##_baseline X86(, dti_k_##name##_avx2, dti_k_##name##_avx512)}},
#define KERNEL_PAIRS(name) KERNEL(name)

static const table tables[] = {
#include "kernels.list"
    {dti_sum_loops_chosen,
     sizeof dti_sum_loops_chosen,
     {dti_sum_loops_reference,
      dti_sum_loops_baseline X86(, dti_sum_loops_avx2, dti_sum_loops_avx512)}},
    {dti_small_products_chosen,
     sizeof dti_small_products_chosen,
     {dti_small_products_reference,
      dti_small_products_baseline X86(, dti_small_products_avx2, dti_small_products_avx512)}},
    {packs_chosen,
     sizeof packs_chosen,
     {dti_packs_reference, dti_packs_baseline X86(, dti_packs_avx2, dti_packs_avx512)}},
};

static dti_set chosen;

dti_pack_fn *dti_pack(dt_dtype from, dt_dtype to) {
    return packs_chosen[from][to];
}

const char *dti_set_name(dti_set set) {
    static const char *const names[DTI_SET_COUNT] = {"reference", BASELINE_NAME, "avx2", "avx512"};
    return names[set];
}

bool dti_set_available(dti_set set) {
    switch (set) {
    case DTI_SET_REFERENCE:
    case DTI_SET_BASELINE: return true;
#ifdef DTI_X86_SETS
    case DTI_SET_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case DTI_SET_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
               dti_set_available(DTI_SET_AVX2);
#endif
    default: return false;
    }
}

dti_set dti_set_chosen(void) {
    return chosen;
}

void dti_set_choose(dti_set set) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        memcpy(tables[i].chosen, tables[i].of_set[set], tables[i].bytes);
    }
    chosen = set;
}

dti_set dti_set_widest(const char *limit) {
    int set = DTI_SET_COUNT - 1;
    for (int s = 0; limit != NULL && s < DTI_SET_COUNT; s++) {
        if (strcmp(limit, dti_set_name((dti_set)s)) == 0) {
            set = s;
        }
    }
    while (!dti_set_available((dti_set)set)) {
        set--;
    }
    return (dti_set)set;
}

/* Before main, and before every constructor without a priority: whoever calls a kernel finds the
 * tables filled, and no thread exists yet. */
__attribute__((constructor(101))) static void choose_at_load(void) {
#ifdef DTI_X86_SETS
    __builtin_cpu_init();
#endif
    dti_set_choose(dti_set_widest(getenv("DT_SIMD")));
}
