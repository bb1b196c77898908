/* threads.c - tapes on threads of the host, and the engine's own threads: nothing is shared without
 * a lock. Built with ThreadSanitizer, under which Criterion cannot run. */
#include "crystal.h"

#include <pthread.h>

enum { THREADS = 3, ROUNDS = 3, ROWS = 64 };

/* -- one tape a thread ------------------------------------------------------------------------- */

static struct bundled shared_model; /* read by all, written by none */
static dt_npz *archive;

struct job {
    pthread_t thread;
    double loss, gradient;
};

static void *evaluate_on_own_tape(void *argument) {
    struct job *job = argument;
    for (int round = 0; round < ROUNDS; round++) {
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = parameters_new(&shared_model, tape);
        job->loss = evaluate(&shared_model, &p, NULL);
        job->gradient = dt_item(dt_gradient(p.inter));
        REQUIRE(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
        dt_tape_free(tape);
        dt_array array = {0};
        dt_error error = DT_ERROR_INIT;
        REQUIRE(dt_npz_get(archive, "xyz", &array, &error) == DT_OK, "%s", error.message);
        dt_array_free(&array);
    }
    return NULL;
}

static void write_archive(const char *path) {
    dt_error error = DT_ERROR_INIT;
    dt_npz_writer *writer = NULL;
    const dt_array xyz = dt_array_wrap(
        DT_F64, 2, (const int64_t[]){shared_model.crystal->n_atoms, 3}, shared_model.crystal->xyz);
    REQUIRE(dt_npz_create(&writer, path, &error) == DT_OK, "%s", error.message);
    dt_npz_add(writer, "xyz", &xyz);
    REQUIRE(dt_npz_finish(writer, &error) == DT_OK, "%s", error.message);
    REQUIRE(dt_npz_open(&archive, path, &error) == DT_OK, "%s", error.message);
    remove(path); /* stays readable while it is open */
}

static double run_tapes(int engine_threads, void *(*body)(void *)) {
    struct job jobs[THREADS];
    dt_set_threads(engine_threads);
    for (int i = 0; i < THREADS; i++) {
        REQUIRE(pthread_create(&jobs[i].thread, NULL, body, &jobs[i]) == 0, "no thread");
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(jobs[i].thread, NULL);
    }
    for (int i = 1; i < THREADS; i++) {
        REQUIRE(jobs[i].loss == jobs[0].loss && jobs[i].gradient == jobs[0].gradient,
                "thread %d: loss %.17g and gradient %.17g, should be %.17g and %.17g", i,
                jobs[i].loss, jobs[i].gradient, jobs[0].loss, jobs[0].gradient);
    }
    return jobs[0].gradient;
}

/* -- batches on the engine's threads ----------------------------------------------------------- */

/* Rows i of exp(x_i) @ w. */
static dt_tensor *rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                       dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_matmul(dt_exp(dt_slice(in[0], 0, begin, end, 1)), in[1]);
}

static double run_batches(int engine_threads, int64_t batch) {
    static double x[ROWS][4], w[4][3];
    for (int i = 0; i < ROWS * 4; i++) {
        x[i / 4][i % 4] = 0.01 * i - 1;
    }
    for (int i = 0; i < 12; i++) {
        w[i / 3][i % 3] = 0.1 * i;
    }
    dt_set_threads(engine_threads);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *in[] = {dt_parameter(tape, DT_F64, 2, (const int64_t[]){ROWS, 4}, x),
                       dt_parameter(tape, DT_F64, 2, (const int64_t[]){4, 3}, w)};
    dt_tensor *y = dt_map_batches(rows, NULL, 2, in, ROWS, batch);
    dt_backward(dt_sum(dt_square(y), DT_ALL));
    double result = dt_item(dt_sum(dt_square(dt_gradient(in[1])), DT_ALL));
    REQUIRE(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
    return result;
}

/* -- elements computed when needed, in loops on the engine's threads --------------------------- */

enum { LONG = 400, WIDE = 300 };
static double large[LONG * WIDE];

static void *sum_on_own_tape(void *argument) {
    struct job *job = argument;
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, (const int64_t[]){LONG, WIDE}, large);
    dt_tensor *y = dt_mul(dt_sin(x), dt_exp(x));
    dt_tensor *rows_of_y = dt_sum(y, 1), *columns = dt_sum(dt_square(y), 0);
    dt_tensor *loss = dt_add(dt_sum(dt_square(rows_of_y), DT_ALL), dt_sum(columns, DT_ALL));
    dt_backward(loss);
    job->loss = dt_item(loss);
    job->gradient = dt_item(dt_sum(dt_gradient(x), DT_ALL));
    REQUIRE(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
    return NULL;
}

int main(void) {
    shared_model = bundled_new(1);
    write_archive("threads-test.npz");
    double alone = run_tapes(1, evaluate_on_own_tape), crowded = run_tapes(2, evaluate_on_own_tape);
    REQUIRE(alone == crowded && alone < 0, "gradient %.17g with 1 engine thread, %.17g with 2",
            alone, crowded);
    double one = run_batches(1, 3), four = run_batches(4, 3);
    REQUIRE(one == four && one > 0, "%.17g with 1 thread, %.17g with 4", one, four);
    for (int i = 0; i < LONG * WIDE; i++) {
        large[i] = 0.001 * (i % 1009) - 0.5;
    }
    one = run_tapes(1, sum_on_own_tape);
    four = run_tapes(4, sum_on_own_tape);
    REQUIRE(one == four && one != 0, "sums: %.17g with 1 thread, %.17g with 4", one, four);
    dt_npz_close(archive);
    bundled_free(&shared_model);
    printf("threads: %d tapes on %d threads and batches on 4 agree\n", THREADS * ROUNDS, THREADS);
    return 0;
}
