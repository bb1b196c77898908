/* test_create.c - grids and random numbers. */
#include <difftape/ops.h>

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100000 };
static const int64_t many = MANY;

Test(create, grids_have_their_counts_and_ends) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_arange(tape, 1, 2, 0.25), *down = dt_arange(tape, 3, 0, -1),
              *l = dt_linspace(tape, -0.1, 0.7, 9);
    cr_expect(dt_size(a) == 4 && dt_data_f64(a)[3] == 1.75);
    cr_expect(dt_size(down) == 3 && dt_data_f64(down)[2] == 1);
    cr_expect(dt_size(dt_arange(tape, 1, 0, 1)) == 0);
    cr_expect(dt_data_f64(l)[0] == -0.1 && dt_data_f64(l)[8] == 0.7 &&
              fabs(dt_data_f64(l)[4] - 0.3) < 1e-16);
    cr_expect(dt_data_f64(dt_linspace(tape, 5, 6, 1))[0] == 5);
    const dt_c128 *e = dt_data_c128(dt_eye(tape, DT_C128, 3));
    for (int k = 0; k < 9; k++) {
        cr_expect(e[k].re == (k % 4 == 0) && e[k].im == 0);
    }
    dt_tensor *axes[] = {a, down}, *grid[2];
    dt_meshgrid(2, axes, grid);
    cr_expect(dt_ndim(grid[1]) == 2 && dt_shape(grid[1])[0] == 4 && dt_shape(grid[1])[1] == 3);
    cr_expect(dt_data_f64(grid[0])[5] == 1.25 && dt_data_f64(grid[1])[5] == 1);
    dt_arange(tape, 0, 1, 0);
    cr_expect_str_eq(dt_tape_message(tape), "arange: from 0 to 1 in steps of 0 is no finite list");
    dt_tape_free(tape);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Largest distance between the distribution of sorted numbers and F, times sqrt(n). */
static double kolmogorov(double *x, double (*distribution)(double)) {
    double worst = 0;
    qsort(x, MANY, sizeof *x, ascending);
    for (int i = 0; i < MANY; i++) {
        double f = distribution(x[i]);
        worst = fmax(worst, fmax(fabs(f - (double)i / MANY), fabs(f - (i + 1.0) / MANY)));
    }
    return worst * sqrt(MANY);
}

static double uniform(double x) {
    return x;
}

static double normal(double x) {
    return 0.5 * erfc(-x / sqrt(2));
}

static double copy[MANY];

Test(create, random_numbers_follow_their_distributions) {
    dt_tape *tape = dt_tape_new(NULL);
    for (uint64_t seed = 1; seed < 4; seed++) {
        memcpy(copy, dt_data_f64(dt_random_uniform(tape, DT_F64, 1, &many, seed)), sizeof copy);
        double u = kolmogorov(copy, uniform);
        memcpy(copy, dt_data_f64(dt_random_normal(tape, DT_F64, 1, &many, seed)), sizeof copy);
        double z = kolmogorov(copy, normal);
        cr_expect(u < 1.95 && z < 1.95, "distances %g and %g (1.95: one in a thousand)", u, z);
    }
    const dt_c128 *w = dt_data_c128(dt_random_normal(tape, DT_C128, 1, &many, 7));
    double square = 0, cross = 0;
    for (int i = 0; i < MANY; i++) {
        square += (w[i].re * w[i].re + w[i].im * w[i].im) / MANY;
        cross += w[i].re * w[i].im / MANY;
    }
    cr_expect(fabs(square - 1) < 0.015 && fabs(cross) < 0.008, "%g %g", square, cross);
    dt_tape_free(tape);
}

Test(create, poisson_counts_have_their_mean_variance_and_probabilities) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double means[] = {0, 0.3, 4, 9.9, 10.1, 60, 1e6};
    for (size_t m = 0; m < sizeof means / sizeof *means; m++) {
        double mean = means[m], sum = 0, squares = 0, at_mode = 0, mode = floor(mean);
        const double *k = dt_data_f64(dt_random_poisson(dt_full(tape, DT_F64, 1, &many, mean), 11));
        for (int i = 0; i < MANY; i++) {
            sum += k[i] / MANY;
            squares += (k[i] - mean) * (k[i] - mean) / MANY;
            at_mode += k[i] == mode;
        }
        double p = mean == 0 ? 1 : exp(mode * log(mean) - mean - lgamma(mode + 1));
        cr_expect(fabs(sum - mean) <= 4 * sqrt(mean / MANY), "mean %g of %g", sum, mean);
        cr_expect(fabs(squares - mean) <= 4 * sqrt((mean + 2 * mean * mean) / MANY),
                  "variance %g of %g", squares, mean);
        cr_expect(fabs(at_mode - MANY * p) <= 4 * sqrt(MANY * p), "%g at the mode, %g expected",
                  at_mode, MANY * p);
        dt_tape_reset(tape);
    }
    dt_random_poisson(dt_scalar(tape, -1), 1);
    cr_expect_str_eq(dt_tape_message(tape), "random_poisson: mean 0 is -1, must lie in [0, 1e15]");
    dt_tape_free(tape);
}

Test(create, random_numbers_depend_on_seed_and_place_only) {
    dt_tape *tape = dt_tape_new(NULL);
    const double *one = dt_data_f64(dt_random_normal(tape, DT_F64, 1, &many, 5));
    dt_set_threads(4);
    const double *four = dt_data_f64(dt_random_normal(tape, DT_F64, 1, &many, 5));
    const double *few = dt_data_f64(dt_random_normal(tape, DT_F64, 1, (const int64_t[]){10}, 5));
    dt_set_threads(1);
    cr_expect(memcmp(one, four, sizeof copy) == 0 && memcmp(one, few, 10 * sizeof *few) == 0);
    cr_expect(dt_data_f64(dt_random_normal(tape, DT_F64, 1, &many, 6))[0] != one[0]);
    /* pinned: a change of the generator changes every simulation */
    const double *u = dt_data_f64(dt_random_uniform(tape, DT_F64, 1, (const int64_t[]){3}, 42));
    cr_expect(fabs(u[0] - 0.6991564683675086) < 1e-15 && fabs(u[1] - 0.7960088953399603) < 1e-15 &&
                  fabs(u[2] - 0.2935669707869685) < 1e-15,
              "%.17g %.17g %.17g", u[0], u[1], u[2]);
    dt_tape_free(tape);
}

Test(create, permutations_hold_every_number_once_and_start_anywhere) {
    dt_tape *tape = dt_tape_new(NULL);
    double first = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        int seen[20] = {0};
        const int64_t *p = dt_data_i64(dt_random_permutation(tape, 20, seed));
        for (int i = 0; i < 20; i++) {
            seen[p[i]]++;
        }
        for (int i = 0; i < 20; i++) {
            cr_assert_eq(seen[i], 1);
        }
        first += (double)p[0] / 400;
    }
    cr_expect(fabs(first - 9.5) < 1.2, "mean of the first %g, should be near 9.5", first);
    dt_tape_free(tape);
}
