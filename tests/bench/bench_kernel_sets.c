/* bench_kernel_sets.c - time of every map kernel in every kernel set this processor can run, as one
 * JSON object.
 *
 * bench_kernel_sets [PART]: kernels whose name contains PART (default: all). Nanoseconds per
 * element of a tile in the first-level cache, the shortest of several repeats, and how many times
 * faster than the reference set the set chosen at load is. */
#include "../tensor/kernel_list.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { N = DTI_TILE, REPEATS = 5, MOST_BYTES = 16 };

typedef union tile {
    _Alignas(64) unsigned char bytes[N * MOST_BYTES];
    float f32[2 * N];
    double f64[2 * N];
    int64_t i64[N];
} tile;

/* Ordinary numbers, in [0.1, 0.9] so that they lie in every function's domain. */
static void fill(tile *t, dt_dtype dtype) {
    for (int i = 0; i < 2 * N; i++) {
        double x = 0.1 + (double)(i * 7919 % 2003) / 2503;
        switch (dtype) {
        case DT_F32:
        case DT_C64: t->f32[i] = (float)x; break;
        case DT_F64:
        case DT_C128: t->f64[i] = x; break;
        case DT_I64: t->i64[i % N] = i * 7919 % 2003; break;
        case DT_BOOL: t->bytes[i] = (unsigned char)(i * 7919 % 2003 % 2); break;
        }
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double nanoseconds(dt_map_fn *function, const void *const *in) {
    static const double attr[8] = {-2.5, 1.25, 0.5, 3, 2, 1, 4, 7};
    static tile out;
    double best = 1e9;
    for (int r = 0; r < REPEATS; r++) {
        int calls = 0;
        double start = now(), spent;
        do {
            for (int k = 0; k < 16; k++) {
                function(N, out.bytes, in, attr);
            }
            calls += 16;
            spent = now() - start;
        } while (spent < 5e-4);
        best = spent / calls < best ? spent / calls : best;
    }
    return best * 1e9 / N;
}

static void bench(const kernel *k) {
    static tile operands, condition;
    fill(&operands, k->from);
    fill(&condition, DT_BOOL);
    const bool is_where = strncmp(k->name, "where", 5) == 0;
    const void *const in[3] = {is_where ? condition.bytes : operands.bytes, operands.bytes,
                               operands.bytes};
    const dti_set chosen = dti_set_chosen();
    double reference = 0, best = 0;
    printf("\"%s\": {", k->name);
    for (int set = DTI_SET_REFERENCE; set < DTI_SET_COUNT; set++) {
        if (!dti_set_available((dti_set)set)) {
            continue;
        }
        dti_set_choose((dti_set)set);
        double time = nanoseconds(*k->entry, in);
        reference = set == DTI_SET_REFERENCE ? time : reference;
        best = (dti_set)set == chosen ? time : best;
        printf("\"%s\": %.3f, ", dti_set_name((dti_set)set), time);
    }
    dti_set_choose(chosen);
    printf("\"speed_up\": %.2f}", reference / best);
}

int main(int argc, char **argv) {
    static kernel kernels[MOST_KERNELS];
    int n = list_kernels(kernels, argc > 1 ? argv[1] : NULL);
    if (n <= 0) {
        fprintf(stderr, "bench_kernel_sets: no kernel is called *%s*\n", argc > 1 ? argv[1] : "");
        return 1;
    }
    printf("{\"tile\": %d, \"set\": \"%s\", \"nanoseconds_per_element\": {\n", (int)N,
           dti_set_name(dti_set_chosen()));
    for (int i = 0; i < n; i++) {
        bench(&kernels[i]);
        printf("%s\n", i + 1 < n ? "," : "");
    }
    printf("}}\n");
    return 0;
}
