/* test_threads.c - the parallel loop, and that results do not depend on the number of threads. */
#include "helpers.h"
#include "kernels/kernels.h"
#include "linalg.h"
#include "threads.h"

#include <criterion/criterion.h>

#include <stdatomic.h>
#include <string.h>
#include <time.h>

typedef struct counts {
    atomic_int visits[1000], busy[4], clashes, nested;
} counts;

static void visit_inner(void *context, int64_t chunk, int worker) {
    counts *c = context;
    (void)chunk;
    (void)worker;
    atomic_fetch_add(&c->nested, 1);
}

static void visit(void *context, int64_t chunk, int worker) {
    counts *c = context;
    atomic_fetch_add(&c->visits[chunk], 1);
    if (worker < 0 || worker >= 4 || atomic_fetch_add(&c->busy[worker], 1) != 0) {
        atomic_fetch_add(&c->clashes, 1);
        return;
    }
    dti_parallel_for(3, visit_inner, c);
    atomic_fetch_sub(&c->busy[worker], 1);
}

Test(threads, parallel_for_runs_every_chunk_once_and_nests) {
    static counts c;
    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        dt_set_threads(n_threads);
        cr_expect(dt_get_threads() == n_threads);
        for (int64_t n = 0; n <= 1000; n += 250) {
            memset(&c, 0, sizeof c);
            dti_parallel_for(n, visit, &c);
            for (int64_t i = 0; i < 1000; i++) {
                cr_assert(c.visits[i] == (i < n), "%d threads, chunk %d of %d: %d visits",
                          n_threads, (int)i, (int)n, c.visits[i]);
            }
            cr_expect(c.clashes == 0 && c.nested == 3 * n, "%d clashes, %d nested", c.clashes,
                      c.nested);
        }
    }
    dt_set_threads(0);
    cr_expect(dt_get_threads() >= 1, "all processors: %d", dt_get_threads());
}

/* Workers dawdle before they report; the caller, worker 0, does not. */
static void report_late(void *context, int64_t chunk, int worker) {
    counts *c = context;
    const struct timespec pause = {0, 20 * 1000 * 1000};
    nanosleep(&pause, NULL);
    if (worker != 0) {
        nanosleep(&pause, NULL);
    }
    atomic_fetch_add(&c->visits[chunk], 1);
}

Test(threads, parallel_for_returns_when_the_last_chunk_is_done) {
    static counts c;
    dt_set_threads(4);
    dti_parallel_for(4, report_late, &c);
    for (int i = 0; i < 4; i++) {
        cr_expect(c.visits[i] == 1, "chunk %d: %d visits on return", i, c.visits[i]);
    }
}

/* Everything that runs in parallel, into one output after another. */
enum { N_OUTPUTS = 10 };

static void compute(dt_array *outputs) {
    dt_array x = random_array(61, DT_F64, SHAPE(900, 112)),
             z = random_array(62, DT_C128, SHAPE(900, 112));
    dt_array w = random_array(63, DT_C128, SHAPE(112, 4)),
             tall = random_array(64, DT_F32, SHAPE(300000));
    const dt_array *pair[2] = {&x, &z};
    const dt_dtype types[2] = {DT_C128, DT_C128}, real = DT_F64;
    dti_map(&outputs[0], dti_k_mul[DT_C128], 2, pair, types, NULL);
    dti_map(&outputs[1], dti_k_cis[DT_F64], 1, pair, &real, NULL);
    dti_sum(&outputs[2], &z, 1);
    dti_sum(&outputs[3], &z, 2);
    dti_sum(&outputs[4], &tall, 1);
    dti_sum(&outputs[5], &x, 3);
    dti_matmul(&outputs[6], &z, DTI_N, &w, DTI_N);
    dti_matmul(&outputs[7], &z, DTI_C, &z, DTI_N);
    dt_array_copy(&outputs[8], &z, NULL);
    dti_accumulate(&outputs[8], &outputs[0]);
    dt_array_copy(&outputs[9], &outputs[7], NULL);
    for (int64_t i = 0; i < 112; i++) {
        set(&outputs[9], i * 113, get(&outputs[9], i * 113) + 1);
    }
    int64_t matrix, minor;
    cr_assert(dti_cholesky(&outputs[9], &matrix, &minor) == DT_OK);
    dt_array_free(&x);
    dt_array_free(&z);
    dt_array_free(&w);
    dt_array_free(&tall);
}

static void make_outputs(dt_array *outputs) {
    outputs[0] = zero_array(DT_C128, SHAPE(900, 112));
    outputs[1] = zero_array(DT_C128, SHAPE(900, 112));
    outputs[2] = zero_array(DT_C128, SHAPE(112));
    outputs[3] = zero_array(DT_C128, SHAPE(900));
    outputs[4] = zero_array(DT_F32, 0, NULL);
    outputs[5] = zero_array(DT_F64, 0, NULL);
    outputs[6] = zero_array(DT_C128, SHAPE(900, 4));
    outputs[7] = zero_array(DT_C128, SHAPE(112, 112));
    outputs[8] = zero_array(DT_C128, SHAPE(900, 112));
    outputs[9] = zero_array(DT_C128, SHAPE(112, 112));
}

Test(threads, results_are_bitwise_the_same_for_any_number_of_threads) {
    dt_array serial[N_OUTPUTS], parallel[N_OUTPUTS];
    make_outputs(serial);
    make_outputs(parallel);
    dt_set_threads(1);
    compute(serial);
    for (int n_threads = 2; n_threads <= 4; n_threads++) {
        dt_set_threads(n_threads);
        compute(parallel);
        for (int i = 0; i < N_OUTPUTS; i++) {
            cr_assert(dti_find_nonfinite(&serial[i]) == -1, "output %d is not finite", i);
            cr_expect(memcmp(serial[i].data, parallel[i].data, dt_array_bytes(&serial[i])) == 0,
                      "output %d differs with %d threads by %g", i, n_threads,
                      largest_difference(&serial[i], &parallel[i]));
        }
    }
    for (int i = 0; i < N_OUTPUTS; i++) {
        dt_array_free(&serial[i]);
        dt_array_free(&parallel[i]);
    }
}
