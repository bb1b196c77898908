/* bench_engine.c - the engine against hand-written loops and bare library calls, in one run, as one
 * JSON object; medians of repeats, one thread. Nanoseconds are per element or per operation,
 * microseconds per matrix or transform. */
#include <difftape/checkpoint.h>
#include <difftape/ops.h>

#include "bench_chain.h"
#include "internal.h"
#include "linalg.h"
#include "random.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { REPEATS = 15, OPERATIONS = 1000, ORDER = 24, ROWS = 8, MATRICES = 64, IMAGE = 256 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Median seconds of a call of body, each repeat long enough to time. */
static double median(void (*body)(void *), void *context) {
    double times[REPEATS];
    body(context);
    for (int r = 0; r < REPEATS; r++) {
        int calls = 0;
        double start = now(), spent;
        do {
            body(context);
            calls++;
            spent = now() - start;
        } while (spent < 5e-3);
        times[r] = spent / calls;
    }
    qsort(times, REPEATS, sizeof *times, ascending);
    return times[REPEATS / 2];
}

static void check(dt_tape *tape) {
    if (dt_tape_status(tape) != DT_OK) {
        fprintf(stderr, "bench_engine: %s\n", dt_tape_message(tape));
        exit(1);
    }
}

/* -- single operations ------------------------------------------------------------------------- */

struct scalars {
    dt_tape *tape;
    dt_tensor *x, *c, *y;
    dt_mark mark;
};

static void multiply_chain(void *context) {
    struct scalars *s = context;
    dt_tape_rewind(s->tape, s->mark);
    s->y = s->x;
    for (int i = 0; i < OPERATIONS; i++) {
        s->y = dt_mul(s->y, s->c);
    }
}

static void multiply_chain_and_back(void *context) {
    struct scalars *s = context;
    multiply_chain(s);
    dt_backward(s->y);
    dt_tape_zero_gradients(s->tape);
}

static void bench_operations(void) {
    struct scalars s = {.tape = dt_tape_new(NULL)};
    const double one = 1;
    s.x = dt_parameter(s.tape, DT_F64, 0, NULL, &one);
    s.c = dt_constant(s.tape, DT_F64, 0, NULL, &one);
    s.mark = dt_tape_mark(s.tape);
    double forward = median(multiply_chain, &s);
    double both = median(multiply_chain_and_back, &s);
    int64_t before = dt_tape_get_stats(s.tape).system_allocations;
    multiply_chain_and_back(&s);
    int64_t mallocs = dt_tape_get_stats(s.tape).system_allocations - before;
    check(s.tape);
    printf("\"op_forward_ns\": %.1f, \"op_backward_ns\": %.1f, \"mallocs_per_iteration\": %lld, ",
           forward * 1e9 / OPERATIONS, (both - forward) * 1e9 / OPERATIONS, (long long)mallocs);
    dt_tape_free(s.tape);
}

/* -- matrices ---------------------------------------------------------------------------------- */

struct matrices {
    dt_tape *tape;
    dt_tensor *a, *b, *c, *y, *ybar, *grad[2];
    dt_mark mark;
    dt_array out;
};

static void fill(dt_array *a, dt_dtype dtype, int ndim, const int64_t *shape, uint64_t seed) {
    if (dt_array_new(a, dtype, ndim, shape, NULL) != DT_OK) {
        exit(1);
    }
    double *values = a->data;
    for (size_t k = 0; k < dt_array_bytes(a) / sizeof *values; k++) {
        values[k] = dti_random_normal(seed, k);
    }
}

static void taped_product(void *context) {
    struct matrices *m = context;
    dt_tape_rewind(m->tape, m->mark);
    m->y = dt_matmul(m->a, m->b);
}

static void bare_product(void *context) {
    struct matrices *m = context;
    const dt_array a = dt_array_of(m->a), b = dt_array_of(m->b);
    dti_matmul(&m->out, &a, DTI_N, &b, DTI_N);
}

static void solve(void *context) {
    struct matrices *m = context;
    dt_tape_rewind(m->tape, m->mark);
    m->y = dt_hermitian_solve(m->a, m->b);
}

static void eigenvalues(void *context) {
    struct matrices *m = context;
    dt_tensor *v;
    dt_tape_rewind(m->tape, m->mark);
    dt_eigh(dt_stop_gradient(m->a), DT_CLUSTER_STRICT, 0, &m->y, &v);
}

static void form(void *context) {
    struct matrices *m = context;
    dt_tape_rewind(m->tape, m->mark);
    m->y = dt_spectral_form(m->b, m->a, &(dt_spectral_function){.kind = DT_SPECTRAL_THERMAL}, 1,
                            &m->c);
}

static void form_and_back(void *context) {
    struct matrices *m = context;
    form(m);
    dt_vjp(m->y, m->ybar, 1, &m->a, m->grad);
}

static void bench_matrices(void) {
    struct matrices m = {.tape = dt_tape_new(NULL)};
    dt_array a, b;
    const int64_t square[] = {64, 64};
    fill(&a, DT_F64, 2, square, 1);
    fill(&m.out, DT_F64, 2, square, 2);
    m.a = dti_constant_from(m.tape, &a);
    m.b = dti_constant_from(m.tape, &m.out);
    m.mark = dt_tape_mark(m.tape);
    double bare = median(bare_product, &m), taped = median(taped_product, &m);
    check(m.tape);
    printf("\"matmul_overhead\": %.3f, ", taped / bare);
    dt_array_free(&a);
    dt_array_free(&m.out);
    dt_tape_reset(m.tape);

    const int64_t batch[] = {MATRICES, ORDER, ORDER}, rows[] = {MATRICES, ROWS, ORDER};
    const int64_t columns[] = {MATRICES, ORDER, 1}, values[] = {MATRICES, ROWS};
    fill(&a, DT_C128, 3, batch, 3);
    fill(&b, DT_C128, 3, rows, 4);
    dt_tensor *half = dti_constant_from(m.tape, &a);
    dt_tensor *positive =
        dt_add(dt_matmul_flags(half, DT_N, half, DT_C), dt_eye(m.tape, DT_C128, ORDER));
    const dt_array definite = dt_array_of(positive);
    m.a = dti_parameter_from(m.tape, &definite);
    m.b = dt_ones(m.tape, DT_C128, 3, columns);
    m.mark = dt_tape_mark(m.tape);
    double solved = median(solve, &m), decomposed = median(eigenvalues, &m);
    m.b = dti_constant_from(m.tape, &b);
    m.c = dt_scalar(m.tape, 0.3);
    m.ybar = dt_ones(m.tape, DT_F64, 2, values);
    m.mark = dt_tape_mark(m.tape);
    double forward = median(form, &m), both = median(form_and_back, &m);
    check(m.tape);
    printf(
        "\"cholesky_solve24_us\": %.2f, \"eigh24_us\": %.1f, \"spectral_form24_forward_us\": %.1f, "
        "\"spectral_form24_backward_us\": %.1f, ",
        solved * 1e6 / MATRICES, decomposed * 1e6 / MATRICES, forward * 1e6 / MATRICES,
        (both - forward) * 1e6 / MATRICES);
    dt_array_free(&a);
    dt_array_free(&b);
    dt_tape_free(m.tape);
}

/* One call of BLAS for every matrix, as the engine did before it had kernels for small ones. */
static void product_by_blas(void *context) {
    struct matrices *m = context;
    const dt_array a = dt_array_of(m->a), b = dt_array_of(m->b);
    const int n = (int)m->out.shape[1];
    const double one[2] = {1, 0}, zero[2] = {0, 0};
    for (int64_t i = 0; i < MATRICES; i++) {
        const int64_t at = i * n * n;
        cblas_zgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, one, (dt_c128 *)a.data + at,
                    n, (dt_c128 *)b.data + at, n, zero, (dt_c128 *)m->out.data + at, n);
    }
}

static void bench_small_products(void) {
    static const int64_t orders[] = {3, 6, 12};
    for (int i = 0; i < 3; i++) {
        struct matrices m = {.tape = dt_tape_new(NULL)};
        const int64_t shape[] = {MATRICES, orders[i], orders[i]};
        dt_array a;
        fill(&a, DT_C128, 3, shape, 6);
        fill(&m.out, DT_C128, 3, shape, 7);
        m.a = dti_constant_from(m.tape, &a);
        m.b = dti_constant_from(m.tape, &m.out);
        check(m.tape);
        double ours = median(bare_product, &m), by_blas = median(product_by_blas, &m);
        printf("\"small_matmul%d_ns\": %.1f, \"small_matmul%d_blas_ratio\": %.2f, ", (int)orders[i],
               ours * 1e9 / MATRICES, (int)orders[i], by_blas / ours);
        dt_array_free(&a);
        dt_array_free(&m.out);
        dt_tape_free(m.tape);
    }
}

static void transform(void *context) {
    struct matrices *m = context;
    dt_tape_rewind(m->tape, m->mark);
    m->y = dt_fft(m->a, DT_ALL, DT_FFT_BACKWARD);
}

static void bench_transform(void) {
    struct matrices m = {.tape = dt_tape_new(NULL)};
    dt_array a;
    fill(&a, DT_C128, 2, (const int64_t[]){IMAGE, IMAGE}, 5);
    m.a = dti_constant_from(m.tape, &a);
    m.mark = dt_tape_mark(m.tape);
    double seconds = median(transform, &m);
    check(m.tape);
    printf("\"fft256_us\": %.1f, ", seconds * 1e6);
    dt_array_free(&a);
    dt_tape_free(m.tape);
}

/* -- structure factors ------------------------------------------------------------------------- */

static void bench_chain(void) {
    struct chain *c = chain_new(4096, 256);
    if (c == NULL) {
        fprintf(stderr, "bench_engine: out of memory\n");
        exit(1);
    }
    double elements = 4096.0 * 256;
    double by_hand = median(chain_by_hand, c), by_hand_back = median(chain_by_hand_and_back, c);
    double taped = median(chain_forward, c), taped_back = median(chain_forward_and_back, c);
    double error = chain_error(c);
    check(c->tape);
    if (!(error < 1e-10)) {
        fprintf(stderr, "bench_engine: tape and loops differ by %g\n", error);
        exit(1);
    }
    printf("\"chain_forward_ns\": %.2f, \"chain_forward_backward_ns\": %.2f, "
           "\"handfused_forward_ns\": %.2f, \"handfused_forward_backward_ns\": %.2f, "
           "\"chain_forward_ratio\": %.2f, \"chain_forward_backward_ratio\": %.2f, ",
           taped * 1e9 / elements, taped_back * 1e9 / elements, by_hand * 1e9 / elements,
           by_hand_back * 1e9 / elements, taped / by_hand, taped_back / by_hand_back);
    chain_free(c);
    double few = chain_peak(1000), many = chain_peak(1000000);
    printf("\"chain_peak_1e3_mb\": %.2f, \"chain_peak_1e6_mb\": %.2f, ", few / 1e6, many / 1e6);
}

int main(void) {
    dt_set_threads(1);
    printf("{");
    bench_chain();
    bench_operations();
    bench_matrices();
    bench_small_products();
    bench_transform();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("\"peak_rss_mb\": %.1f}\n", (double)usage.ru_maxrss / 1024);
    return 0;
}
