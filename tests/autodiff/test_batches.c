/* test_batches.c - dt_checkpoint, dt_map_batches, dt_map_slices: values, derivatives, memory. */
#include <difftape/difftape.h>

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 1000, COLUMNS = 7 };
static double points[ROWS];

static void fill_points(void) {
    for (int i = 0; i < ROWS; i++) {
        points[i] = 0.01 * i - 3;
    }
}

/* rows of | sum_j a_j exp(i p x_j) |^2 for points p */
static dt_tensor *intensity(void *user, dt_tape *tape, int64_t begin, int64_t end,
                            dt_tensor *const *in) {
    const double *p = user;
    dt_tensor *q = dt_constant(tape, DT_F64, 2, (const int64_t[]){end - begin, 1}, p + begin);
    return dt_abs2(dt_sum(dt_mul(in[0], dt_cis(dt_mul(q, in[1]))), -1));
}

static dt_tensor *direct(dt_tape *tape, dt_tensor *const *in) {
    return intensity(points, tape, 0, ROWS, in);
}

struct parameters {
    dt_tensor *in[2];
};

static struct parameters make(dt_tape *tape) {
    double a[COLUMNS], x[COLUMNS];
    for (int j = 0; j < COLUMNS; j++) {
        a[j] = 1 + 0.3 * j;
        x[j] = 0.7 * j - 1.1;
    }
    const int64_t shape[] = {COLUMNS};
    fill_points();
    return (struct parameters){
        {dt_parameter(tape, DT_F64, 1, shape, a), dt_parameter(tape, DT_F64, 1, shape, x)}};
}

static dt_tensor *batched(const struct parameters *p, int64_t batch) {
    return dt_map_batches(intensity, points, 2, p->in, ROWS, batch);
}

Test(batches, give_the_values_and_gradients_of_the_whole) {
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    dt_tensor *whole = direct(tape, p.in);
    dt_backward(dt_sum(dt_square(whole), DT_ALL));
    double want[2][COLUMNS];
    memcpy(want[0], dt_data(dt_gradient(p.in[0])), sizeof want[0]);
    memcpy(want[1], dt_data(dt_gradient(p.in[1])), sizeof want[1]);
    static const int64_t sizes[] = {1, 7, 100, 999, 1000, 5000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        dt_tape_zero_gradients(tape);
        dt_tensor *y = batched(&p, sizes[s]);
        dt_backward(dt_sum(dt_square(y), DT_ALL));
        cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        const double *a = dt_data_f64(y), *b = dt_data_f64(whole);
        for (int i = 0; i < ROWS; i++) {
            cr_assert(fabs(a[i] - b[i]) <= 1e-13 * fabs(b[i]) + 1e-13,
                      "batch %lld row %d: %.17g, should be %.17g", (long long)sizes[s], i, a[i],
                      b[i]);
        }
        for (int k = 0; k < 2; k++) {
            const double *g = dt_data_f64(dt_gradient(p.in[k]));
            for (int j = 0; j < COLUMNS; j++) {
                cr_expect(fabs(g[j] - want[k][j]) <= 1e-12 * fabs(want[k][j]),
                          "batch %lld input %d gradient %d: %.17g, should be %.17g",
                          (long long)sizes[s], k, j, g[j], want[k][j]);
            }
        }
    }
    dt_tape_free(tape);
}

Test(batches, give_the_same_bits_for_any_number_of_threads) {
    double kept[ROWS + 2 * COLUMNS];
    for (int threads = 1; threads <= 4; threads++) {
        dt_set_threads(threads);
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = make(tape);
        dt_tensor *y = batched(&p, 9);
        dt_backward(dt_sum(dt_square(y), DT_ALL));
        cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        double now[ROWS + 2 * COLUMNS];
        memcpy(now, dt_data(y), ROWS * sizeof *now);
        memcpy(now + ROWS, dt_data(dt_gradient(p.in[0])), COLUMNS * sizeof *now);
        memcpy(now + ROWS + COLUMNS, dt_data(dt_gradient(p.in[1])), COLUMNS * sizeof *now);
        if (threads == 1) {
            memcpy(kept, now, sizeof kept);
        }
        for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
            cr_assert(now[i] == kept[i], "%d threads: number %zu is %.17g, with one thread %.17g",
                      threads, i, now[i], kept[i]);
        }
        dt_tape_free(tape);
    }
}

static dt_tensor *batched_fn(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_map_batches(intensity, points, 2, in, 50, *(const int64_t *)user);
}

static dt_tensor *inner(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_mul(dt_exp(dt_scale(in[0], 0.1)), dt_cis(in[1]));
}

static dt_tensor *checkpointed(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_checkpoint(inner, user, 2, in);
}

Test(batches, have_right_first_and_second_derivatives) {
    fill_points();
    double a[COLUMNS], x[COLUMNS];
    for (int j = 0; j < COLUMNS; j++) {
        a[j] = 1 - 0.2 * j;
        x[j] = 0.3 * j;
    }
    const int64_t shape[] = {COLUMNS};
    const dt_array values[] = {dt_array_wrap(DT_F64, 1, shape, a),
                               dt_array_wrap(DT_F64, 1, shape, x)};
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    int64_t batch = 20;
    dt_gradcheck("map_batches", batched_fn, &batch, 2, values, &options, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 10, "%s", error.message);
    dt_error_clear(&error);
    dt_gradcheck("checkpoint", checkpointed, NULL, 2, values, &options, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 10, "%s", error.message);
}

Test(batches, can_stand_inside_one_another) {
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    dt_set_threads(2);
    int64_t batch = 6;
    dt_tensor *nested = dt_checkpoint(batched_fn, &batch, 2, p.in);
    dt_backward(dt_sum(nested, DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    double got = dt_data_f64(dt_gradient(p.in[1]))[3];
    dt_tape_zero_gradients(tape);
    dt_backward(dt_sum(dt_slice(direct(tape, p.in), 0, 0, 50, 1), DT_ALL));
    double want = dt_data_f64(dt_gradient(p.in[1]))[3];
    cr_expect(want != 0 && fabs(got - want) <= 1e-12 * fabs(want), "%.17g, should be %.17g", got,
              want);
    dt_tape_free(tape);
}

/* -- memory ------------------------------------------------------------------------------------ */

struct many {
    int64_t n;
};

static dt_tensor *long_rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                            dt_tensor *const *in) {
    (void)user;
    dt_tensor *q =
        dt_full(tape, DT_F64, 2, (const int64_t[]){end - begin, 1}, 0.001 * (double)begin);
    return dt_abs2(dt_sum(dt_mul(in[0], dt_cis(dt_mul(q, in[1]))), -1));
}

static size_t peak_beyond_rows(int64_t n) {
    dt_set_threads(1);
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    dt_tensor *y = dt_map_batches(long_rows, NULL, 2, p.in, n, 500);
    dt_backward(dt_sum(y, DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    size_t peak = dt_tape_get_stats(tape).bytes_peak;
    dt_tape_free(tape);
    return peak - 2 * (size_t)n * sizeof(double); /* y and its cotangent */
}

Test(batches, need_memory_for_one_batch_however_many_rows) {
    double few = (double)peak_beyond_rows(10000), many = (double)peak_beyond_rows(1000000);
    cr_expect(few > 0 && many < 1.2 * few, "10^4 rows: %.0f bytes, 10^6 rows: %.0f bytes", few,
              many);
}

Test(batches, allocate_nothing_once_warm) {
    dt_set_threads(1);
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    int64_t warm = 0;
    for (int i = 0; i < 100; i++) {
        dt_mark mark = dt_tape_mark(tape);
        dt_backward(dt_sum(batched(&p, 64), DT_ALL));
        dt_tape_rewind(tape, mark);
        int64_t now = dt_tape_get_stats(tape).system_allocations;
        warm = i == 1 ? now : warm;
        cr_assert(i < 2 || now == warm, "iteration %d: %lld allocations, warm %lld", i,
                  (long long)now, (long long)warm);
    }
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_expect_gt(warm, 0);
    dt_tape_free(tape);
}

/* -- failures ---------------------------------------------------------------------------------- */

static dt_tensor *failing(void *user, dt_tape *tape, int64_t begin, int64_t end,
                          dt_tensor *const *in) {
    (void)user;
    if (begin >= 400) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "row %lld is bad", (long long)begin);
    }
    return dt_mul(dt_full(tape, DT_F64, 2, (const int64_t[]){end - begin, 1}, 1), in[0]);
}

Test(batches, report_the_lowest_failing_batch_whatever_the_threads) {
    for (int threads = 1; threads <= 4; threads++) {
        dt_set_threads(threads);
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = make(tape);
        dt_tensor *y = dt_map_batches(failing, NULL, 2, p.in, ROWS, 10);
        cr_expect_eq(y, dt_inert(tape));
        cr_expect_str_eq(dt_tape_message(tape), "row 400 is bad");
        dt_tape_free(tape);
    }
}

static int count_calls(void *user, int64_t done, int64_t total) {
    int *calls = user;
    (void)done;
    (void)total;
    return ++*calls == 5;
}

Test(batches, stop_when_the_progress_callback_says_so) {
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    int calls = 0;
    dt_tape_on_progress(tape, count_calls, &calls);
    batched(&p, 10);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_CANCELLED, "%s", dt_tape_message(tape));
    cr_expect_eq(calls, 5, "%d calls", calls);
    dt_tape_free(tape);
}

static dt_tensor *wrong_rows(void *user, dt_tape *tape, int64_t begin, int64_t end,
                             dt_tensor *const *in) {
    (void)user;
    return dt_mul(dt_full(tape, DT_F64, 2, (const int64_t[]){begin == 0 ? end : 3, 1}, 1), in[0]);
}

Test(batches, refuse_a_batch_of_the_wrong_shape_and_nonsense_sizes) {
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    dt_map_batches(wrong_rows, NULL, 2, p.in, 100, 10);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_SHAPE);
    cr_expect_str_eq(dt_tape_message(tape),
                     "map_batches: batch 1 returned f64(3,7) where f64(10,7) was expected");
    dt_tape_reset(tape);
    p = make(tape);
    dt_map_batches(intensity, points, 2, p.in, 0, 10);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_SHAPE);
    dt_tape_reset(tape);
    p = make(tape);
    dt_tape_free(tape);
}

static dt_tensor *empty_then_nothing(void *user, dt_tape *tape, int64_t begin, int64_t end,
                                     dt_tensor *const *in) {
    (void)user;
    (void)in;
    return begin > 0 ? NULL : dt_zeros(tape, DT_F64, 2, (const int64_t[]){end - begin, 0});
}

Test(batches, a_failure_skips_any_number_of_batches) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 0, NULL, NULL);
    dt_map_batches(empty_then_nothing, NULL, 1, &x, INT64_C(1) << 58, 1);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_ARGUMENT);
    cr_expect_str_eq(dt_tape_message(tape), "map_batches: the function returned NULL");
    dt_tape_free(tape);
}
