/* bench_hedm.c - time of oscillation angles and of their gradients, one JSON object a line.
 *
 * bench_hedm [REFLECTIONS [THREADS [REPEATS]]]: N random scattering vectors are turned by a
 * rotation vector, both angles of all are added up, and the sum is differentiated by the rotation
 * and the energy; medians over the repeats, in single and double precision. "angles" starts from
 * the vectors themselves and asks for their gradient. */
#include <difftape/difftape.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int n) {
    qsort(values, (size_t)n, sizeof *values, by_size);
    return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

enum { MAX_REPEATS = 1000 };

typedef struct experiment {
    dt_tape *tape;
    dt_tensor *turn, *energy, *g; /* g a constant if turned, a parameter if not */
    bool turned;
} experiment;

static dt_tensor *sum_of_angles(const experiment *e) {
    dt_tensor *g = e->g;
    if (e->turned) {
        dt_tensor *r = dt_cast(dt_rotation_from_vector(e->turn), dt_dtype_of(g));
        g = dt_matmul_flags(g, DT_N, r, DT_T);
    }
    dt_oscillation o = dt_oscillation_angles(g, dt_cast(e->energy, dt_dtype_of(g)), NULL);
    dt_data_bool(o.seen); /* asked for by every program */
    return dt_sum(o.omega, DT_ALL);
}

static void measure(dt_dtype dtype, int64_t n, int repeats, bool turned) {
    static double forward[MAX_REPEATS], both[MAX_REPEATS];
    const double turn[3] = {0.1, -0.2, 0.3}, keV = 50.02099;
    experiment e = {.tape = dt_tape_new(NULL), .turned = turned};
    dt_tensor *v =
        dt_cast(dt_scale(dt_random_normal(e.tape, DT_F64, 2, (int64_t[]){n, 3}, 7), 3), dtype);
    e.g = (turned ? dt_constant : dt_parameter)(e.tape, dtype, 2, (int64_t[]){n, 3}, dt_data(v));
    e.turn = dt_parameter(e.tape, DT_F64, 1, (int64_t[]){3}, turn);
    e.energy = dt_parameter(e.tape, DT_F64, 0, NULL, &keV);
    size_t bytes = 0;
    for (int i = 0; i < repeats; i++) {
        dt_mark mark = dt_tape_mark(e.tape);
        size_t before = dt_tape_get_stats(e.tape).bytes_used;
        double start = now();
        dt_tensor *sum = sum_of_angles(&e);
        dt_item(dt_cast(sum, DT_F64));
        forward[i] = now() - start;
        bytes = dt_tape_get_stats(e.tape).bytes_used - before;
        dt_backward(sum);
        both[i] = now() - start;
        dt_tape_zero_gradients(e.tape);
        dt_tape_rewind(e.tape, mark);
    }
    if (dt_tape_status(e.tape) != DT_OK) {
        fprintf(stderr, "bench_hedm: error: %s\n", dt_tape_message(e.tape));
    } else {
        printf("{\"case\": \"%s\", \"type\": \"%s\", \"reflections\": %lld, \"threads\": %d, "
               "\"repeats\": %d, \"forward_ms\": %.4f, \"forward_and_gradient_ms\": %.4f, "
               "\"ns_per_reflection\": %.1f, \"bytes_per_reflection\": %.0f}\n",
               turned ? "by rotation and energy" : "by vectors and energy", dt_dtype_name(dtype),
               (long long)n, dt_get_threads(), repeats, 1e3 * median(forward, repeats),
               1e3 * median(both, repeats), 1e9 * median(both, repeats) / (double)n,
               (double)bytes / (double)n);
    }
    dt_tape_free(e.tape);
}

int main(int argc, char **argv) {
    long long n = argc > 1 ? atoll(argv[1]) : 1000000;
    int repeats = argc > 3 ? atoi(argv[3]) : n >= 100000 ? 11 : 501;
    if (n < 1 || n > 100000000 || repeats < 1 || repeats > MAX_REPEATS) {
        fprintf(stderr, "usage: bench_hedm [REFLECTIONS [THREADS [REPEATS]]]\n");
        return 2;
    }
    dt_set_threads(argc > 2 ? atoi(argv[2]) : 1);
    for (int i = 0; i < 4; i++) {
        measure(i % 2 == 0 ? DT_F64 : DT_F32, n, repeats, i < 2);
    }
    return 0;
}
