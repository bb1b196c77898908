/* test_lazy.c - tensors computed when needed: nobody can tell from the numbers, only from the
 * memory.
 *
 * Every model runs twice, once left alone and once with every tensor read as soon as it is made. */
#include <difftape/difftape.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof(array)[0])

enum { MOST = 1 << 16 };
static double numbers[MOST];

static void fill(void) {
    for (int i = 0; i < MOST; i++) {
        numbers[i] = sin(0.37 * i) + 1e-3 * cos(1.7 * i * i);
    }
}

static dt_tensor *parameter(dt_tape *tape, int ndim, const int64_t *shape, int first) {
    return dt_parameter(tape, DT_F64, ndim, shape, numbers + first);
}

/* x, read at once if asked to. */
static dt_tensor *seen(dt_tensor *x, bool read) {
    if (read) {
        cr_assert_not_null(dt_data(x));
    }
    return x;
}

static void expect_same(const char *what, dt_tensor *a, dt_tensor *b) {
    cr_assert(dt_tape_status(dt_tape_of(a)) == DT_OK, "%s: %s", what,
              dt_tape_message(dt_tape_of(a)));
    cr_assert(dt_tape_status(dt_tape_of(b)) == DT_OK, "%s: %s", what,
              dt_tape_message(dt_tape_of(b)));
    const double *x = dt_data(a), *y = dt_data(b);
    cr_assert_gt(dt_size(a), 0);
    cr_assert_eq(dt_size(a), dt_size(b));
    for (int64_t i = 0; i < dt_size(a); i++) {
        cr_assert(isfinite(x[i]) && memcmp(&x[i], &y[i], sizeof *x) == 0,
                  "%s: element %lld is %.17g and %.17g", what, (long long)i, x[i], y[i]);
    }
}

/* -- the same numbers to the last bit ---------------------------------------------------------- */

typedef struct model {
    int ndim;
    int64_t shape[3];
    int axis;
} model;

/* Sums over all, the first and the last axes of what waits, beside each other. */
static const model models[] = {
    {1, {5000}, 0},
    {2, {64, 100}, 0},
    {2, {64, 100}, 1},
    {2, {7, 900}, 0},
    {2, {7, 900}, 1},
    {2, {3000, 3}, 0},
    {2, {3000, 3}, 1},
    {3, {40, 5, 30}, 0},
    {3, {40, 5, 30}, 1},
    {3, {40, 5, 30}, 2},
    {3, {2, 600, 9}, -2},
    {2, {1, 5000}, 1},
    {2, {5000, 1}, 0},
    {3, {300, 7, 5}, DT_AXES(0, 1)},
    {3, {300, 7, 5}, DT_AXES(1, 2)},
    {2, {600, 100}, 0},
};

static dt_tensor *loss(dt_tape *tape, const model *m, bool read, dt_tensor **ret_x,
                       dt_tensor **ret_row) {
    dt_tensor *x = parameter(tape, m->ndim, m->shape, 0);
    dt_tensor *row = parameter(tape, 1, &m->shape[m->ndim - 1], 777);
    dt_tensor *s = seen(dt_sin(seen(dt_mul(x, row), read)), read);
    dt_tensor *z = seen(dt_mul(dt_exp(s), dt_cis(x)), read);
    dt_tensor *one = seen(dt_sum(seen(dt_abs2(z), read), m->axis), read);
    dt_tensor *all = seen(dt_sum(s, DT_ALL), read);
    dt_tensor *other = seen(dt_sum(dt_square(dt_add(s, x)), 0), read);
    *ret_x = x;
    *ret_row = row;
    return dt_add(dt_add(dt_sum(dt_square(one), DT_ALL), all), dt_sum(other, DT_ALL));
}

Test(lazy, reading_a_tensor_changes_no_bit_of_values_and_gradients) {
    fill();
    for (int i = 0; i < COUNT(models); i++) {
        dt_tape *a = dt_tape_new(NULL), *b = dt_tape_new(NULL);
        dt_tensor *xa, *xb, *ra, *rb;
        dt_tensor *ya = loss(a, &models[i], false, &xa, &ra);
        dt_tensor *yb = loss(b, &models[i], true, &xb, &rb);
        dt_backward(ya);
        dt_backward(yb);
        char name[32];
        snprintf(name, sizeof name, "model %d", i);
        expect_same(name, ya, yb);
        expect_same(name, dt_gradient(xa), dt_gradient(xb));
        expect_same(name, dt_gradient(ra), dt_gradient(rb));
        dt_tape_free(a);
        dt_tape_free(b);
    }
}

Test(lazy, profiling_and_watching_for_nan_change_no_bit) {
    fill();
    const dt_tape_options watching = {.watch_nonfinite = true};
    for (int i = 0; i < COUNT(models); i++) {
        dt_tape *a = dt_tape_new(NULL), *b = dt_tape_new(&watching);
        dt_tensor *xa, *xb, *ra, *rb;
        dt_tensor *ya = loss(a, &models[i], false, &xa, &ra);
        dt_tensor *yb = loss(b, &models[i], false, &xb, &rb);
        dt_backward(ya);
        dt_backward(yb);
        expect_same("loss", ya, yb);
        expect_same("gradient", dt_gradient(xa), dt_gradient(xb));
        dt_tape_free(a);
        dt_tape_free(b);
    }
}

Test(lazy, one_to_four_threads_give_the_same_bits) {
    fill();
    const model big = {2, {600, 100}, 0};
    dt_tape *tapes[4];
    dt_tensor *x[4], *row[4], *y[4];
    for (int t = 0; t < 4; t++) {
        dt_set_threads(t + 1);
        tapes[t] = dt_tape_new(NULL);
        y[t] = loss(tapes[t], &big, false, &x[t], &row[t]);
        dt_backward(y[t]);
        expect_same("loss", y[0], y[t]);
        expect_same("gradient", dt_gradient(x[0]), dt_gradient(x[t]));
        expect_same("gradient of the row", dt_gradient(row[0]), dt_gradient(row[t]));
    }
    for (int t = 0; t < 4; t++) {
        dt_tape_free(tapes[t]);
    }
}

/* -- the elements as they were ----------------------------------------------------------------- */

enum { N = 5000 };
static const int64_t of_n[] = {N};

static void expect_sines(const char *what, dt_tensor *y, const double *x, double factor) {
    cr_assert(dt_tape_status(dt_tape_of(y)) == DT_OK, "%s: %s", what,
              dt_tape_message(dt_tape_of(y)));
    for (int i = 0; i < N; i++) {
        cr_assert_float_eq(dt_data_f64(y)[i], factor * sin(x[i]), 1e-14, "%s: element %d", what, i);
    }
}

Test(lazy, overwriting_a_parameter_leaves_what_was_recorded_before) {
    fill();
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = parameter(tape, 1, of_n, 0);
    dt_tensor *before = dt_sin(p), *row = dt_sin(dt_slice(p, 0, 1, N, 1));
    dt_set_data(p, numbers + 9);
    dt_tensor *after = dt_sin(p);
    dt_set_data(p, numbers + 99);
    expect_sines("before", before, numbers, 1);
    expect_sines("after", after, numbers + 9, 1);
    cr_assert_float_eq(dt_data_f64(row)[10], sin(numbers[11]), 1e-14);
    dt_tape_free(tape);
}

Test(lazy, a_tensor_read_after_a_mark_survives_the_rewind_and_an_overwritten_parameter) {
    fill();
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = parameter(tape, 1, of_n, 0);
    dt_tensor *y = dt_sin(p), *twice = dt_scale(y, 2);
    dt_mark mark = dt_tape_mark(tape);
    for (int step = 0; step < 5; step++) {
        expect_sines("within", y, numbers, 1);
        dt_tensor *loss = dt_sum(dt_mul(y, dt_cos(p)), DT_ALL);
        cr_assert(isfinite(dt_data_f64(loss)[0]));
        dt_set_data(p, numbers + 9 + step);
        dt_tape_rewind(tape, mark);
    }
    expect_sines("after", y, numbers, 1);
    expect_sines("never read before", twice, numbers, 2);
    dt_tape_free(tape);
}

Test(lazy, copies_of_overwritten_elements_are_used_again) {
    fill();
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = parameter(tape, 1, of_n, 0);
    dt_mark mark = dt_tape_mark(tape);
    size_t reserved = 0;
    for (int step = 0; step < 20; step++) {
        dt_tensor *y = dt_sin(p);
        dt_set_data(p, numbers + step + 1);
        expect_sines("old values", y, numbers + step, 1);
        dt_tape_rewind(tape, mark);
        size_t now = dt_tape_get_stats(tape).bytes_reserved;
        reserved = step == 1 ? now : reserved;
        cr_assert(step < 2 || now == reserved, "step %d: %zu bytes, first %zu", step, now,
                  reserved);
    }
    dt_tape_free(tape);
}

Test(lazy, sums_wait_again_after_a_rewind_and_go_with_the_next) {
    fill();
    dt_tape *tape = dt_tape_new(NULL);
    dt_mark start = dt_tape_mark(tape);
    for (int round = 0; round < 3; round++) {
        dt_tensor *p = dt_constant(tape, DT_F64, 1, of_n, numbers + round);
        dt_tensor *s = dt_sin(p);
        dt_tensor *first = dt_sum(s, DT_ALL), *second = dt_sum(dt_square(s), DT_ALL);
        dt_mark middle = dt_tape_mark(tape);
        double a = dt_data_f64(first)[0];
        dt_tensor *later = dt_sum(dt_cos(s), DT_ALL);
        dt_tape_rewind(tape, middle);
        double b = dt_data_f64(second)[0];
        cr_assert_eq(dt_data_f64(first)[0], a);
        double sum = 0, squares = 0;
        for (int i = 0; i < N; i++) {
            sum += sin(numbers[i + round]);
            squares += pow(sin(numbers[i + round]), 2);
        }
        cr_assert_float_eq(a, sum, 1e-10);
        cr_assert_float_eq(b, squares, 1e-10);
        cr_assert_not_null(later);
        dt_tape_rewind(tape, start);
    }
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

Test(lazy, a_chain_of_ten_thousand_operations_reverts_and_is_computed_again) {
    fill();
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_constant(tape, DT_F64, 1, of_n, numbers);
    dt_tensor *y = x;
    for (int k = 0; k < 10000; k++) {
        y = k % 2 == 0 ? dt_add(y, x) : dt_sub(y, x);
    }
    dt_mark mark = dt_tape_mark(tape);
    double first = dt_data_f64(y)[17];
    dt_tape_rewind(tape, mark);
    cr_assert_eq(dt_data_f64(y)[17], first);
    cr_assert_float_eq(first, numbers[17], 1e-11);
    dt_tape_free(tape);
}

Test(lazy, more_inputs_and_more_numbers_at_a_time_than_a_loop_holds_are_computed_in_parts) {
    fill();
    enum { MANY = 24 };
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *inputs = dt_constant(tape, DT_F64, 1, of_n, numbers);
    for (int k = 1; k < MANY; k++) {
        inputs = dt_add(inputs, dt_constant(tape, DT_F64, 1, of_n, numbers + k));
    }
    dt_tensor *x = dt_constant(tape, DT_F64, 1, of_n, numbers), *parts[MANY];
    for (int k = 0; k < MANY; k++) {
        parts[k] = dt_scale(x, 1 + 0.01 * k);
    }
    dt_tensor *nested = parts[MANY - 1]; /* parts[0] * (parts[1] * (parts[2] * ...)) */
    for (int k = MANY - 2; k >= 0; k--) {
        nested = dt_mul(parts[k], nested);
    }
    for (int i = 0; i < N; i += 7) {
        double sum = numbers[i], product = numbers[i] * (1 + 0.01 * (MANY - 1));
        for (int k = 1; k < MANY; k++) {
            sum += numbers[i + k];
        }
        for (int k = MANY - 2; k >= 0; k--) {
            product *= numbers[i] * (1 + 0.01 * k);
        }
        cr_assert_eq(dt_data_f64(inputs)[i], sum, "sum %d", i);
        cr_assert_float_eq(dt_data_f64(nested)[i], product, 1e-14 * fabs(product));
    }
    dt_tape_free(tape);
}

/* -- what reads them --------------------------------------------------------------------------- */

Test(lazy, views_products_and_second_derivatives_read_what_waits) {
    fill();
    enum { M = 70 };
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = parameter(tape, 2, (const int64_t[]){M, M}, 0);
    dt_tensor *y = dt_mul(x, dt_mul(x, x));
    dt_tensor *turned = dt_transpose(y), *part = dt_slice(y, 1, 3, 50, 2);
    dt_tensor *product = dt_matmul(y, dt_eye(tape, DT_F64, M));
    for (int i = 0; i < M; i++) {
        double want = pow(numbers[M * i + 9], 3);
        cr_assert_float_eq(dt_data_f64(turned)[9 * M + i], want, 1e-14);
        cr_assert_float_eq(dt_data_f64(product)[M * i + 9], want, 1e-14);
        cr_assert_float_eq(dt_data_f64(part)[24 * i + 3], want, 1e-14);
    }
    dt_tensor *bar = NULL, *second = NULL;
    dt_tensor *one = dt_scalar(tape, 1);
    dt_vjp(dt_sum(y, DT_ALL), one, 1, &x, &bar);
    dt_vjp(dt_sum(bar, DT_ALL), one, 1, &x, &second);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    for (int i = 0; i < M * M; i++) {
        cr_assert_float_eq(dt_data_f64(bar)[i], 3 * numbers[i] * numbers[i], 1e-14);
        cr_assert_float_eq(dt_data_f64(second)[i], 6 * numbers[i], 1e-14);
    }
    dt_tape_free(tape);
}

static dt_tensor *squares_of_sines(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_sum(dt_mul(dt_square(dt_sin(in[0])), in[0]), 0);
}

Test(lazy, a_checkpoint_of_what_waits_gives_the_same_bits) {
    fill();
    dt_tensor *x[2], *y[2];
    dt_tape *tapes[2];
    for (int k = 0; k < 2; k++) {
        tapes[k] = dt_tape_new(NULL);
        x[k] = parameter(tapes[k], 2, (const int64_t[]){200, 40}, 0);
        dt_tensor *waits = dt_exp(x[k]);
        dt_tensor *sums = k == 0 ? squares_of_sines(NULL, tapes[k], &waits)
                                 : dt_checkpoint(squares_of_sines, NULL, 1, &waits);
        y[k] = dt_sum(dt_cos(sums), DT_ALL);
        dt_backward(y[k]);
    }
    expect_same("value", y[0], y[1]);
    expect_same("gradient", dt_gradient(x[0]), dt_gradient(x[1]));
    dt_tape_free(tapes[0]);
    dt_tape_free(tapes[1]);
}

/* -- memory ------------------------------------------------------------------------------------ */

Test(lazy, a_chain_that_ends_in_a_sum_takes_no_memory_of_its_length) {
    fill();
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shape[] = {250, 250};
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &shape[1], numbers);
    dt_tensor *c = dt_parameter(tape, DT_F64, 2, (const int64_t[]){250, 1}, numbers + 500);
    size_t before = dt_tape_get_stats(tape).bytes_peak;
    dt_tensor *y = dt_mul(x, c);
    for (int k = 0; k < 3; k++) {
        y = dt_mul(dt_sin(y), x);
    }
    dt_backward(dt_sum(y, DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    size_t taken = dt_tape_get_stats(tape).bytes_peak - before, one = 250 * 250 * sizeof(double);
    cr_assert(taken < one / 2, "%zu bytes, one result of the chain takes %zu", taken, one);
    dt_tape_free(tape);
}

Test(lazy, missing_memory_is_an_error_where_the_elements_are_needed) {
    fill();
    const dt_tape_options small = {.memory_limit = 100000};
    dt_tape *tape = dt_tape_new(&small);
    dt_tensor *x = dt_constant(tape, DT_F64, 1, (const int64_t[]){10000}, numbers);
    dt_tensor *y = dt_sin(x), *sum = dt_sum(y, DT_ALL);
    cr_assert(isfinite(dt_data_f64(sum)[0]), "%s", dt_tape_message(tape));
    const double *data = dt_data(y);
    cr_assert_eq(dt_tape_status(tape), DT_ERR_MEMORY, "%s", dt_tape_message(tape));
    cr_assert(strstr(dt_tape_message(tape), "sin") != NULL, "%s", dt_tape_message(tape));
    cr_assert(data == NULL || isnan(data[0]));
    dt_tape_free(tape);
}
