/* test_slices.c - dt_map_slices: rows that lie anywhere, alone or shared, and what they need. */
#include <difftape/difftape.h>

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 1000, COLUMNS = 7, STEP = 13 };

/* Slice s of STEP: the rows s, s + STEP, ... but for every 50th, which nobody lists. */
static int64_t strided(void *user, int64_t slice, int64_t *ret_rows) {
    int64_t n = 0;
    (void)user;
    for (int64_t row = slice; row < ROWS; row += STEP) {
        if (row % 50 != 0) {
            ret_rows[n++] = row;
        }
    }
    return n;
}

/* The same rows again for every STEP slices. */
static int64_t repeated(void *user, int64_t slice, int64_t *ret_rows) {
    return strided(user, slice % STEP, ret_rows);
}

static dt_slices apart(void) {
    return (dt_slices){.n_slices = STEP,
                       .longest = ROWS / STEP + 1,
                       .n_listed = ROWS - ROWS / 50,
                       .n_rows = ROWS,
                       .rows = strided};
}

static dt_slices shared(void) {
    dt_slices s = apart();
    s.n_slices = 3 * STEP;
    s.n_listed *= 3;
    s.shared = true;
    s.rows = repeated;
    return s;
}

static dt_tensor *intensity(dt_tape *tape, int64_t n, const double *points, dt_tensor *const *in) {
    dt_tensor *q = dt_constant(tape, DT_F64, 2, (const int64_t[]){n, 1}, points);
    return dt_abs2(dt_sum(dt_mul(in[0], dt_cis(dt_mul(q, in[1]))), -1));
}

/* | sum_j a_j exp(i p x_j) |^2 for the points p of rows, (1 + slice / STEP) times. */
static dt_tensor *slice_intensity(void *user, dt_tape *tape, int64_t slice, int64_t n,
                                  const int64_t *rows, dt_tensor *const *in) {
    double points[ROWS];
    (void)user;
    for (int64_t i = 0; i < n; i++) {
        points[i] = 0.01 * (double)rows[i] - 3;
    }
    return dt_scale(intensity(tape, n, points, in), 1.0 + (double)(slice / STEP));
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
    return (struct parameters){
        {dt_parameter(tape, DT_F64, 1, shape, a), dt_parameter(tape, DT_F64, 1, shape, x)}};
}

/* Of all rows at once; those that are in no slice are taken out. */
static dt_tensor *direct(dt_tape *tape, dt_tensor *const *in) {
    double points[ROWS], weight[ROWS];
    for (int i = 0; i < ROWS; i++) {
        points[i] = 0.01 * i - 3;
        weight[i] = i % 50 != 0;
    }
    const int64_t n = ROWS;
    return dt_mul(intensity(tape, n, points, in), dt_constant(tape, DT_F64, 1, &n, weight));
}

static void agree(const char *what, const double *got, const double *want, int n, double factor) {
    for (int i = 0; i < n; i++) {
        cr_assert(fabs(got[i] - factor * want[i]) <= 1e-12 * fabs(factor * want[i]) + 1e-13,
                  "%s, number %d: %.17g, should be %.17g", what, i, got[i], factor * want[i]);
    }
}

/* Values and gradients of sum(y^2) against those of the whole at once, `factor` times. */
static void compare(dt_slices slices, double factor) {
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    dt_tensor *whole = direct(tape, p.in);
    dt_backward(dt_sum(dt_square(whole), DT_ALL));
    double want[2][COLUMNS];
    for (int k = 0; k < 2; k++) {
        memcpy(want[k], dt_data(dt_gradient(p.in[k])), sizeof want[k]);
    }
    dt_tape_zero_gradients(tape);
    dt_tensor *y = dt_map_slices(slice_intensity, NULL, 2, p.in, &slices);
    dt_backward(dt_sum(dt_square(y), DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    cr_assert(dt_ndim(y) == 1 && dt_shape(y)[0] == ROWS);
    agree("values", dt_data_f64(y), dt_data_f64(whole), ROWS, factor);
    for (int k = 0; k < 2; k++) {
        agree("gradient", dt_data_f64(dt_gradient(p.in[k])), want[k], COLUMNS, factor * factor);
    }
    dt_tape_free(tape);
}

Test(slices, give_the_values_and_gradients_of_the_whole_and_zeros_elsewhere) {
    for (int threads = 1; threads <= 4; threads += 3) {
        dt_set_threads(threads);
        compare(apart(), 1);
    }
}

Test(slices, with_shared_rows_are_added_up) {
    for (int threads = 1; threads <= 4; threads += 3) {
        dt_set_threads(threads);
        compare(shared(), 1 + 2 + 3);
    }
}

Test(slices, give_the_same_bits_for_any_number_of_threads) {
    double kept[ROWS + 2 * COLUMNS], now[ROWS + 2 * COLUMNS];
    for (int run = 0; run < 12; run++) {
        dt_set_threads(1 + run % 4);
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = make(tape);
        const dt_slices s = run < 4 ? apart() : shared();
        dt_tensor *y = dt_map_slices(slice_intensity, NULL, 2, p.in, &s);
        dt_backward(dt_sum(dt_square(y), DT_ALL));
        cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        memcpy(now, dt_data(y), ROWS * sizeof *now);
        for (int k = 0; k < 2; k++) {
            memcpy(now + ROWS + k * COLUMNS, dt_data(dt_gradient(p.in[k])), COLUMNS * sizeof *now);
        }
        if (run % 8 == 0 || run == 4) {
            memcpy(kept, now, sizeof kept);
        }
        for (size_t i = 0; i < sizeof now / sizeof *now; i++) {
            cr_assert(now[i] == kept[i], "run %d: number %zu is %.17g, with one thread %.17g", run,
                      i, now[i], kept[i]);
        }
        dt_tape_free(tape);
    }
}

/* -- derivatives ------------------------------------------------------------------------------- */

/* Complex rows (2,...) of a small result: a_j exp(i x_j) (row + 1), rows 5 and 0, then 2 and 0. */
static int64_t few(void *user, int64_t slice, int64_t *ret_rows) {
    (void)user;
    ret_rows[0] = slice == 0 ? 5 : 2;
    ret_rows[1] = 0;
    return 2;
}

static dt_tensor *waves(void *user, dt_tape *tape, int64_t slice, int64_t n, const int64_t *rows,
                        dt_tensor *const *in) {
    double factor[2];
    (void)user;
    for (int64_t i = 0; i < n; i++) {
        factor[i] = (double)(rows[i] + 1 + slice);
    }
    dt_tensor *f = dt_constant(tape, DT_F64, 2, (const int64_t[]){n, 1}, factor);
    return dt_polar(dt_mul(dt_square(in[0]), f), dt_mul(in[1], f));
}

static dt_tensor *few_waves(void *user, dt_tape *tape, dt_tensor *const *in) {
    const dt_slices s = {
        .n_slices = 2, .longest = 2, .n_listed = 4, .n_rows = 7, .shared = true, .rows = few};
    (void)tape;
    return dt_map_slices(waves, user, 2, in, &s);
}

static dt_tensor *nested(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_checkpoint(few_waves, user, 2, in);
}

Test(slices, have_right_first_and_second_derivatives_also_inside_others) {
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
    dt_gradcheck("map_slices", few_waves, NULL, 2, values, &options, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 10, "%s", error.message);
    dt_error_clear(&error);
    dt_gradcheck("map_slices in a checkpoint", nested, NULL, 2, values, &options, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 10, "%s", error.message);
}

/* -- memory ------------------------------------------------------------------------------------ */

enum { LONGEST = 500 };

/* Every row once, far from its neighbours; *user is the number of slices. */
static int64_t scattered(void *user, int64_t slice, int64_t *ret_rows) {
    for (int64_t i = 0; i < LONGEST; i++) {
        ret_rows[i] = i * *(const int64_t *)user + slice;
    }
    return LONGEST;
}

static dt_tensor *long_rows(void *user, dt_tape *tape, int64_t slice, int64_t n,
                            const int64_t *rows, dt_tensor *const *in) {
    (void)user, (void)slice;
    dt_tensor *q =
        dt_full(tape, DT_F64, 2, (const int64_t[]){n, 1}, 0.001 * (double)(rows[0] % 1000));
    return dt_abs2(dt_sum(dt_mul(in[0], dt_cis(dt_mul(q, in[1]))), -1));
}

static double peak_beyond_rows(int64_t n, bool shared_rows) {
    dt_set_threads(1);
    dt_tape *tape = dt_tape_new(NULL);
    struct parameters p = make(tape);
    int64_t slices = n / LONGEST;
    const dt_slices s = {.n_slices = slices,
                         .longest = LONGEST,
                         .n_listed = n,
                         .n_rows = n,
                         .shared = shared_rows,
                         .rows = scattered};
    dt_tensor *y = dt_map_slices(long_rows, &slices, 2, p.in, &s);
    dt_backward(dt_sum(y, DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    size_t peak = dt_tape_get_stats(tape).bytes_peak;
    dt_tape_free(tape);
    return (double)peak - 2.0 * (double)n * sizeof(double); /* y and its cotangent */
}

Test(slices, need_memory_for_one_slice_however_many_rows) {
    double few_rows = peak_beyond_rows(100000, false), many = peak_beyond_rows(2000000, false);
    cr_expect(few_rows > 0 && many < 1.2 * few_rows, "10^5 rows: %.0f bytes, 2 10^6: %.0f bytes",
              few_rows, many);
    many = peak_beyond_rows(2000000, true);
    cr_expect(many < 1.2 * few_rows, "2 10^6 shared rows: %.0f bytes", many);
}

/* -- progress and failures --------------------------------------------------------------------- */

static int64_t last_done, last_total;

static int note_progress(void *user, int64_t done, int64_t total) {
    (void)user;
    last_done = done;
    last_total = total;
    return done > 1500;
}

Test(slices, report_the_rows_that_are_listed_and_stop_when_told_to) {
    for (int threads = 1; threads <= 4; threads += 3) {
        dt_set_threads(threads);
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = make(tape);
        dt_tape_on_progress(tape, note_progress, NULL);
        dt_slices s = apart();
        dt_map_slices(slice_intensity, NULL, 2, p.in, &s);
        cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        cr_expect(last_done == s.n_listed && last_total == s.n_listed, "%lld of %lld",
                  (long long)last_done, (long long)last_total);
        s = shared();
        dt_map_slices(slice_intensity, NULL, 2, p.in, &s);
        cr_expect_eq(dt_tape_status(tape), DT_ERR_CANCELLED, "%s", dt_tape_message(tape));
        dt_tape_free(tape);
    }
}

static dt_tensor *failing(void *user, dt_tape *tape, int64_t slice, int64_t n, const int64_t *rows,
                          dt_tensor *const *in) {
    if (slice >= 5) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "slice %lld is bad", (long long)slice);
    }
    return slice_intensity(user, tape, slice, n, rows, in);
}

Test(slices, report_the_lowest_failing_one_whatever_the_threads) {
    for (int run = 0; run < 8; run++) {
        dt_set_threads(1 + run / 2);
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = make(tape);
        const dt_slices s = run % 2 ? shared() : apart();
        dt_tensor *y = dt_map_slices(failing, NULL, 2, p.in, &s);
        cr_expect_eq(y, dt_inert(tape));
        cr_expect_str_eq(dt_tape_message(tape), "slice 5 is bad");
        dt_tape_free(tape);
    }
}

static int64_t bad_rows(void *user, int64_t slice, int64_t *ret_rows) {
    int kind = *(const int *)user;
    ret_rows[0] = slice == 0 || kind == 0 ? 0 : kind == 1 ? -1 : 4;
    return slice == 0 || kind > 0 ? 1 : 0;
}

static dt_tensor *one_row(void *user, dt_tape *tape, int64_t slice, int64_t n, const int64_t *rows,
                          dt_tensor *const *in) {
    (void)user, (void)tape, (void)slice, (void)rows;
    return dt_reshape(dt_sum(in[0], DT_ALL), 1, &n);
}

static dt_tensor *two_rows(void *user, dt_tape *tape, int64_t slice, int64_t n, const int64_t *rows,
                           dt_tensor *const *in) {
    (void)user, (void)slice, (void)n, (void)rows, (void)in;
    return dt_zeros(tape, DT_F64, 1, (const int64_t[]){slice + 1});
}

Test(slices, refuse_rules_that_leave_the_result_and_sizes_that_make_no_sense) {
    static const char *const sentences[] = {
        "map_slices: slice 1 has 0 rows, not 1 to 1",
        "map_slices: slice 1 has row -1, and the result 4 rows",
        "map_slices: slice 1 has row 4, and the result 4 rows",
        "map_slices: batch 1 returned f64(2) where f64(1) was expected",
        "map_slices: needs at least one slice, and rows in it and in the result, got 0 slices of "
        "at most 1 of 4 rows",
        "map_slices: needs at least one slice, and rows in it and in the result, got 2 slices of "
        "at most 0 of 4 rows",
        "map_slices: needs at least one slice, and rows in it and in the result, got 2 slices of "
        "at most 1 of 0 rows"};
    for (int kind = 0; kind < 7; kind++) {
        dt_tape *tape = dt_tape_new(NULL);
        struct parameters p = make(tape);
        int rule = kind;
        dt_slices s = {.n_slices = 2, .longest = 1, .n_listed = 2, .n_rows = 4, .rows = bad_rows};
        s.n_slices = kind == 4 ? 0 : 2;
        s.longest = kind == 5 ? 0 : 1;
        s.n_rows = kind == 6 ? 0 : kind == 3 ? 5 : 4;
        dt_map_slices(kind == 3 ? two_rows : one_row, &rule, 2, p.in, &s);
        cr_expect_eq(dt_tape_status(tape), DT_ERR_SHAPE);
        cr_expect_str_eq(dt_tape_message(tape), sentences[kind], "%s", dt_tape_message(tape));
        dt_tape_free(tape);
    }
}
