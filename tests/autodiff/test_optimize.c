/* test_optimize.c - optimizers find known minima, say why they stop, and continue bit for bit. */
#include <difftape/ops.h>
#include <difftape/optimize.h>

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* Rosenbrock's valley in n dimensions: sum 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2. */
static dt_tensor *valley(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    int64_t n = dt_size(in[0]);
    dt_tensor *low = dt_slice(in[0], 0, 0, n - 1, 1), *high = dt_slice(in[0], 0, 1, n, 1);
    dt_tensor *across = dt_sum(dt_square(dt_sub(high, dt_square(low))), DT_ALL);
    dt_tensor *along = dt_sum(dt_square(dt_sub(dt_scalar(tape, 1), low)), DT_ALL);
    return dt_add(dt_scale(across, 100), along);
}

static dt_unknown vector(const char *name, int64_t n, const double *values) {
    return (dt_unknown){.name = name, .value = dt_array_wrap(DT_F64, 1, &n, values)};
}

static dt_optimizer *make(const dt_optimize_options *options, dt_tensor_fn *fn, int n,
                          const dt_unknown *unknowns) {
    dt_optimizer *o = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_optimizer_new(fn, NULL, n, unknowns, options, &o, &error);
    cr_assert(o != NULL, "%s", error.message);
    return o;
}

static const dt_optimize_report *run(dt_optimizer *o) {
    dt_error error = DT_ERROR_INIT;
    dt_optimizer_run(o, &error);
    cr_assert(error.status == DT_OK, "%s", error.message);
    return dt_optimizer_report(o);
}

static void get(const dt_optimizer *o, int i, int64_t n, double *values) {
    dt_error error = DT_ERROR_INIT;
    const dt_array target = dt_array_wrap(DT_F64, 1, &n, values);
    dt_optimizer_get(o, i, &target, &error);
    cr_assert(error.status == DT_OK, "%s", error.message);
}

static void expect_valley(int64_t n, const dt_optimize_options *options, double tolerance) {
    double x[100];
    for (int64_t i = 0; i < n; i++) {
        x[i] = i % 2 == 0 ? -1.2 : 1;
    }
    const dt_unknown p = vector("x", n, x);
    dt_optimizer *o = make(options, valley, 1, &p);
    const dt_optimize_report *r = run(o);
    cr_expect(r->stop == DT_STOP_GRADIENT || r->stop == DT_STOP_LOSS || r->stop == DT_STOP_STEP,
              "stopped for %d: %s", (int)r->stop, r->reason);
    get(o, 0, n, x);
    for (int64_t i = 0; i < n; i++) {
        cr_expect(fabs(x[i] - 1) < tolerance, "x[%lld] = %.12g after %lld iterations (%s)",
                  (long long)i, x[i], (long long)r->iterations, r->reason);
    }
    cr_expect(r->n_history == r->iterations + 1 && r->history[0].loss > r->loss);
    dt_optimizer_free(o);
}

Test(optimize, lbfgs_follows_rosenbrocks_valley_in_2_and_100_dimensions) {
    expect_valley(2, &(dt_optimize_options){.method = DT_LBFGS}, 1e-7);
    expect_valley(100, &(dt_optimize_options){.method = DT_LBFGS, .max_iterations = 1000}, 1e-6);
}

Test(optimize, adam_and_momentum_reach_the_end_of_the_valley_too) {
    expect_valley(2,
                  &(dt_optimize_options){.method = DT_ADAM,
                                         .max_iterations = 30000,
                                         .learning_rate = 0.02,
                                         .gradient_tolerance = 1e-6},
                  1e-4);
    expect_valley(2,
                  &(dt_optimize_options){.method = DT_SGD,
                                         .max_iterations = 30000,
                                         .learning_rate = 1e-3,
                                         .momentum = 0.9,
                                         .nesterov = true,
                                         .gradient_tolerance = 1e-6},
                  1e-4);
}

/* -- least squares ----------------------------------------------------------------------------- */

/* y = a exp(-b t) + c at 12 times, with deviations; the optimum and its covariance were found with
 * NumPy by Gauss-Newton iteration and agree with scipy.optimize.curve_fit (1.10.1). */
enum { TIMES = 12 };
static const double observed[TIMES] = {2.9,  2.31, 1.95, 1.58, 1.42, 1.17,
                                       1.05, 0.93, 0.88, 0.81, 0.74, 0.75};

static dt_tensor *decay(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    double t[TIMES];
    for (int i = 0; i < TIMES; i++) {
        t[i] = 0.25 * i;
    }
    const int64_t n = TIMES;
    dt_tensor *at = dt_constant(tape, DT_F64, 1, &n, t);
    dt_tensor *a = dt_select(in[0], 0, 0), *b = dt_select(in[0], 0, 1), *c = dt_select(in[0], 0, 2);
    dt_tensor *model = dt_add(dt_mul(a, dt_exp(dt_neg(dt_mul(b, at)))), c);
    return dt_sub(model, dt_constant(tape, DT_F64, 1, &n, observed));
}

static const double fitted[3] = {2.267487223987, 1.109207062898, 0.6219074421719};
static const double covariance[9] = {0.0008215741442,  -0.000360638469, -0.0004545141988,
                                     -0.000360638469,  0.001573562587,  0.0009135400956,
                                     -0.0004545141988, 0.0009135400956, 0.0006748225118};

static void expect_decay(const dt_optimize_options *options, double tolerance) {
    const double start[3] = {1, 0.3, 0};
    const dt_unknown p = vector("decay", 3, start);
    dt_optimizer *o = make(options, decay, 1, &p);
    const dt_optimize_report *r = run(o);
    double x[3];
    get(o, 0, 3, x);
    for (int i = 0; i < 3; i++) {
        cr_expect(fabs(x[i] - fitted[i]) < tolerance, "%.12g, should be %.12g (%s)", x[i],
                  fitted[i], r->reason);
    }
    double found[9];
    const dt_array target = dt_array_wrap(DT_F64, 2, (const int64_t[]){3, 3}, found);
    dt_error error = DT_ERROR_INIT;
    dt_optimizer_covariance(o, true, &target, &error);
    cr_assert(error.status == DT_OK, "%s", error.message);
    for (int k = 0; k < 9; k++) {
        cr_expect(fabs(found[k] - covariance[k]) < 1e-5 * fabs(covariance[k]),
                  "covariance %d is %.9g, should be %.9g", k, found[k], covariance[k]);
    }
    dt_optimizer_free(o);
}

Test(optimize, levenberg_marquardt_fits_a_decay_with_its_covariance_dense_and_by_products) {
    expect_decay(&(dt_optimize_options){.method = DT_LEVENBERG_MARQUARDT}, 1e-7);
    expect_decay(&(dt_optimize_options){.method = DT_LEVENBERG_MARQUARDT, .dense_limit = -1}, 1e-6);
}

/* Residuals that see only the sum of the two unknowns. */
static dt_tensor *sum_only(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    const double t[] = {1, 2, 3};
    dt_tensor *at = dt_constant(tape, DT_F64, 1, (const int64_t[]){3}, t);
    return dt_sub(dt_mul(dt_add(in[0], in[1]), at), at);
}

Test(optimize, covariance_names_the_unknown_that_the_data_leave_open) {
    const double one[] = {0.25};
    const dt_unknown p[] = {vector("scale", 1, one), vector("lattice", 1, one)};
    dt_optimizer *o =
        make(&(dt_optimize_options){.method = DT_LEVENBERG_MARQUARDT}, sum_only, 2, p);
    run(o);
    double found[4];
    const dt_array target = dt_array_wrap(DT_F64, 2, (const int64_t[]){2, 2}, found);
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_optimizer_covariance(o, false, &target, &error), DT_ERR_SINGULAR);
    cr_expect(strstr(error.message, "do not determine lattice") != NULL, "%s", error.message);
    dt_optimizer_free(o);
}

/* slope t, a term in `ghost` that cancels but for rounding, and `tiny` in a unit so large that its
 * column is 1e-14 of the slope's while its value is 1e14. */
static dt_tensor *with_a_ghost(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    double t[TIMES], wave[TIMES], third[TIMES], square[TIMES];
    for (int i = 0; i < TIMES; i++) {
        t[i] = 1 + i;
        wave[i] = 1e3 * sin(1.0 + i);
        third[i] = wave[i] / 3;
        square[i] = 1e-14 * i * i;
    }
    const int64_t n = TIMES;
    dt_tensor *ghost =
        dt_sub(dt_mul(in[1], dt_constant(tape, DT_F64, 1, &n, wave)),
               dt_mul(dt_mul(in[1], dt_scalar(tape, 3)), dt_constant(tape, DT_F64, 1, &n, third)));
    dt_tensor *slope = dt_sub(in[0], dt_scalar(tape, 2)); /* 2 in the data */
    return dt_add(dt_add(dt_mul(slope, dt_constant(tape, DT_F64, 1, &n, t)), ghost),
                  dt_mul(in[2], dt_constant(tape, DT_F64, 1, &n, square)));
}

Test(optimize, covariance_knows_rounding_noise_from_influence_and_gives_that_of_the_rest) {
    const double one[] = {0.7}, large[] = {1e14};
    const dt_unknown p[] = {vector("slope", 1, one), vector("ghost", 1, one),
                            vector("tiny", 1, large)};
    dt_optimizer *o =
        make(&(dt_optimize_options){.method = DT_LEVENBERG_MARQUARDT}, with_a_ghost, 3, p);
    double found[9] = {0}, a = 0, b = 0, c = 0;
    const dt_array target = dt_array_wrap(DT_F64, 2, (const int64_t[]){3, 3}, found);
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_optimizer_covariance(o, false, &target, &error), DT_ERR_SINGULAR);
    cr_expect(strstr(error.message, "do not determine ghost (number 0 of it) beside") != NULL, "%s",
              error.message);
    cr_expect_eq(error.index, 1);
    for (int i = 0; i < TIMES; i++) { /* the inverse of J^T J of the other two, by hand */
        a += (1 + i) * (1 + i);
        b += 1e-14 * (1 + i) * i * i;
        c += 1e-28 * pow(i, 4);
    }
    double det = a * c - b * b;
    const double want[9] = {c / det, NAN, -b / det, NAN, NAN, NAN, -b / det, NAN, a / det};
    for (int k = 0; k < 9; k++) {
        cr_expect(isnan(want[k]) ? isnan(found[k])
                                 : fabs(found[k] - want[k]) < 1e-9 * fabs(want[k]),
                  "%d is %g, should be %g", k, found[k], want[k]);
    }
    double slope, ghost;
    run(o);
    get(o, 0, 1, &slope);
    get(o, 1, 1, &ghost);
    cr_expect(fabs(slope - 2) < 1e-6, "slope %g", slope);
    cr_expect_eq(ghost, 0.7, "what has no influence moved to %g", ghost);
    dt_optimizer_free(o);
}

/* Complex residuals: a plane wave A exp(i k t) seen at 8 points. */
static dt_tensor *wave(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    double t[8];
    dt_c128 seen[8];
    for (int i = 0; i < 8; i++) {
        t[i] = 0.5 * i;
        double re = cos(1.3 * t[i]), im = sin(1.3 * t[i]); /* A = 2 - i, k = 1.3 */
        seen[i] = (dt_c128){2 * re + im, 2 * im - re};
    }
    const int64_t n = 8;
    dt_tensor *model = dt_mul(in[0], dt_cis(dt_mul(in[1], dt_constant(tape, DT_F64, 1, &n, t))));
    return dt_sub(model, dt_constant(tape, DT_C128, 1, &n, seen));
}

Test(optimize, complex_unknowns_and_residuals_are_pairs_of_real_ones) {
    const dt_c128 amplitude = {1.5, -0.5};
    const double k = 1.2;
    const dt_unknown p[] = {
        {.name = "A", .value = dt_array_wrap(DT_C128, 0, NULL, &amplitude)},
        {.name = "k", .value = dt_array_wrap(DT_F64, 0, NULL, &k), .lower = 1, .upper = 2}};
    dt_optimizer *o = make(&(dt_optimize_options){.method = DT_LEVENBERG_MARQUARDT}, wave, 2, p);
    run(o);
    dt_c128 a = {0, 0};
    double found = 0;
    const dt_array a_target = dt_array_wrap(DT_C128, 0, NULL, &a),
                   k_target = dt_array_wrap(DT_F64, 0, NULL, &found);
    dt_optimizer_get(o, 0, &a_target, NULL);
    dt_optimizer_get(o, 1, &k_target, NULL);
    cr_expect(fabs(a.re - 2) < 1e-9 && fabs(a.im + 1) < 1e-9 && fabs(found - 1.3) < 1e-9,
              "A = %.12g %.12g, k = %.12g", a.re, a.im, found);
    dt_optimizer_free(o);
}

/* -- bounds ------------------------------------------------------------------------------------ */

/* (x - 3)^2 + (y + 1)^2 + (z - 0.5)^2 */
static dt_tensor *bowl(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    const double centre[] = {3, -1, 0.5};
    dt_tensor *loss = dt_scalar(tape, 0);
    for (int i = 0; i < 3; i++) {
        dt_tensor *away = dt_sub(in[i], dt_scalar(tape, centre[i]));
        loss = dt_add(loss, dt_sum(dt_square(away), DT_ALL));
    }
    return loss;
}

Test(optimize, no_options_are_the_defaults) {
    const double x = 1, y = 0.5, z = 0.25;
    const dt_unknown p[] = {vector("x", 1, &x), vector("y", 1, &y), vector("z", 1, &z)};
    dt_optimizer *o = make(NULL, bowl, 3, p);
    const dt_optimize_report *r = run(o);
    double found[3];
    for (int i = 0; i < 3; i++) {
        get(o, i, 1, &found[i]);
    }
    cr_expect(fabs(found[0] - 3) < 1e-8 && fabs(found[1] + 1) < 1e-8 && fabs(found[2] - 0.5) < 1e-8,
              "%.9g %.9g %.9g (%s)", found[0], found[1], found[2], r->reason);
    dt_optimizer_free(o);
}

Test(optimize, solutions_lie_on_active_bounds_and_inside_inactive_ones) {
    const double x = 1, y = 0.5, z = 0.25;
    dt_unknown p[] = {vector("x", 1, &x), vector("y", 1, &y), vector("z", 1, &z)};
    p[0].lower = 0, p[0].upper = 2;         /* active above */
    p[1].lower = 0, p[1].upper = INFINITY;  /* active below */
    p[2].lower = -INFINITY, p[2].upper = 9; /* inactive */
    static const dt_method methods[] = {DT_LBFGS, DT_ADAM};
    for (size_t m = 0; m < 2; m++) {
        dt_optimizer *o =
            make(&(dt_optimize_options){.method = methods[m], .max_iterations = 5000}, bowl, 3, p);
        const dt_optimize_report *r = run(o);
        double found[3];
        for (int i = 0; i < 3; i++) {
            get(o, i, 1, &found[i]);
        }
        cr_expect(fabs(found[0] - 2) < 1e-6 && fabs(found[1]) < 1e-6 && fabs(found[2] - 0.5) < 1e-6,
                  "%.9g %.9g %.9g (%s)", found[0], found[1], found[2], r->reason);
        cr_expect(found[0] <= 2 && found[1] >= 0);
        dt_optimizer_free(o);
    }
}

static void expect_refused(const dt_optimize_options *options, int n, const dt_unknown *p,
                           dt_status status, const char *part) {
    dt_optimizer *o = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_optimizer_new(bowl, NULL, n, p, options, &o, &error), status);
    cr_expect(o == NULL && strstr(error.message, part) != NULL, "%s", error.message);
}

Test(optimize, refuses_bounds_without_room_wrong_types_and_too_many_unknowns) {
    const double x = 2;
    const dt_c128 w = {1, 1};
    dt_unknown p = vector("spring", 1, &x);
    p.lower = 0, p.upper = 2;
    expect_refused(NULL, 1, &p, DT_ERR_ARGUMENT,
                   "spring: element 0 starts at 2, must lie inside (0, 2), not on a bound");
    p.lower = 3;
    expect_refused(NULL, 1, &p, DT_ERR_ARGUMENT, "lower bound 3 is not below the upper one, 2");
    p.value = dt_array_wrap(DT_C128, 0, NULL, &w);
    p.lower = 0;
    expect_refused(NULL, 1, &p, DT_ERR_ARGUMENT, "spring is complex and cannot have bounds");
    p.value.dtype = DT_F32;
    expect_refused(NULL, 1, &p, DT_ERR_DTYPE, "spring is f32, must be f64 or c128");
    expect_refused(NULL, 0, &p, DT_ERR_ARGUMENT, "takes 1 to 16 unknowns, got 0");
    p = vector("spring", 1, &x);
    expect_refused(&(dt_optimize_options){.memory = 65}, 1, &p, DT_ERR_ARGUMENT,
                   "memory is at most 64 pairs, got 65");
    expect_refused(&(dt_optimize_options){.method = (dt_method)9}, 1, &p, DT_ERR_ARGUMENT,
                   "there is no method 9");
}

/* -- why runs end ------------------------------------------------------------------------------ */

static int after_three(void *user, const dt_iteration *it) {
    (void)user;
    return it->iteration == 3;
}

static void expect_stop(const dt_optimize_options *options, dt_tensor_fn *fn, dt_stop stop,
                        const char *part) {
    const double start[] = {-1.2, 1};
    const dt_unknown p = vector("x", 2, start);
    dt_optimizer *o = make(options, fn, 1, &p);
    const dt_optimize_report *r = run(o);
    cr_expect(r->stop == stop && strstr(r->reason, part) != NULL, "stopped for %d: %s",
              (int)r->stop, r->reason);
    dt_optimizer_free(o);
}

/* The gradient points uphill. */
static dt_tensor *misled(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *x = dt_sum(in[0], DT_ALL);
    return dt_sub(dt_scale(dt_stop_gradient(x), 2), x);
}

static dt_tensor *flat(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_sum(dt_scale(in[0], 0), DT_ALL);
}

Test(optimize, every_run_says_why_it_ended) {
    expect_stop(&(dt_optimize_options){0}, valley, DT_STOP_GRADIENT, "the largest gradient is");
    expect_stop(&(dt_optimize_options){0}, flat, DT_STOP_GRADIENT, "at the start");
    expect_stop(&(dt_optimize_options){.gradient_tolerance = -1,
                                       .loss_tolerance = -1,
                                       .step_tolerance = 1e-3},
                valley, DT_STOP_STEP, "the last step is");
    expect_stop(&(dt_optimize_options){.gradient_tolerance = -1,
                                       .step_tolerance = -1,
                                       .loss_tolerance = 1e-2},
                valley, DT_STOP_LOSS, "the loss fell by");
    expect_stop(&(dt_optimize_options){.max_iterations = 4}, valley, DT_STOP_ITERATIONS,
                "not converged after 4 iterations");
    expect_stop(&(dt_optimize_options){.on_iteration = after_three}, valley, DT_STOP_CALLBACK,
                "after iteration 3");
    expect_stop(&(dt_optimize_options){0}, misled, DT_STOP_LINE_SEARCH, "a wrong gradient");
    expect_stop(&(dt_optimize_options){.method = DT_SGD, .learning_rate = 10}, valley,
                DT_STOP_NONFINITE, "a smaller learning rate?");
}

/* log of a number that a step may make negative: outside, the loss is infinite. */
static dt_tensor *with_edge(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_sum(dt_sub(in[0], dt_log(in[0])), DT_ALL); /* least at 1, NaN below 0 */
}

Test(optimize, steps_out_of_the_model_are_shortened_but_a_start_outside_is_an_error) {
    double x[] = {8, 0.05};
    dt_unknown p = vector("x", 2, x);
    dt_optimizer *o = make(NULL, with_edge, 1, &p);
    run(o);
    get(o, 0, 2, x);
    cr_expect(fabs(x[0] - 1) < 1e-7 && fabs(x[1] - 1) < 1e-7, "%.9g %.9g", x[0], x[1]);
    dt_optimizer_free(o);
    x[0] = -1;
    p = vector("x", 2, x);
    o = make(NULL, with_edge, 1, &p);
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_optimizer_run(o, &error), DT_ERR_NONFINITE);
    cr_expect(strstr(error.message, "at the start") != NULL, "%s", error.message);
    dt_optimizer_free(o);
}

/* -- resuming ---------------------------------------------------------------------------------- */

static void expect_resumed(dt_optimize_options options, dt_tensor_fn *fn, int64_t n,
                           const double *start) {
    enum { STEPS = 12 };
    const dt_unknown p = vector("x", n, start);
    double straight[3], resumed[3];
    options.max_iterations = STEPS;
    dt_optimizer *o = make(&options, fn, 1, &p);
    run(o);
    get(o, 0, n, straight);
    double loss = dt_optimizer_report(o)->loss;
    dt_optimizer_free(o);
    for (int stop = 0; stop <= STEPS; stop += 3) {
        dt_array state;
        dt_error error = DT_ERROR_INIT;
        options.max_iterations = stop;
        o = make(&options, fn, 1, &p);
        if (stop > 0) {
            run(o);
        }
        cr_assert_eq(dt_optimizer_save(o, &state, &error), DT_OK, "%s", error.message);
        dt_optimizer_free(o);
        options.max_iterations = STEPS - stop;
        o = make(&options, fn, 1, &p);
        cr_assert_eq(dt_optimizer_restore(o, &state, &error), DT_OK, "%s", error.message);
        dt_array_free(&state);
        if (stop < STEPS) {
            run(o);
        }
        get(o, 0, n, resumed);
        cr_expect(memcmp(straight, resumed, (size_t)n * sizeof(double)) == 0 &&
                      dt_optimizer_report(o)->loss == loss,
                  "method %d resumed after %d steps: %.17g instead of %.17g", (int)options.method,
                  stop, resumed[0], straight[0]);
        cr_expect_eq(dt_optimizer_report(o)->iterations, STEPS);
        dt_optimizer_free(o);
    }
}

Test(optimize, a_saved_run_continues_bit_for_bit) {
    const double valley_start[] = {-1.2, 1}, decay_start[] = {300, 20, -40};
    const dt_optimize_options endless = {
        .gradient_tolerance = -1, .step_tolerance = -1, .loss_tolerance = -1};
    dt_optimize_options o = endless;
    o.memory = 3;
    expect_resumed(o, valley, 2, valley_start);
    o.method = DT_ADAM;
    expect_resumed(o, valley, 2, valley_start);
    o.method = DT_SGD;
    o.learning_rate = 1e-3;
    o.momentum = 0.9;
    expect_resumed(o, valley, 2, valley_start);
    o.method = DT_LEVENBERG_MARQUARDT;
    expect_resumed(o, decay, 3, decay_start);
}

Test(optimize, refuses_a_state_that_is_not_its_own) {
    const double start[] = {-1.2, 1};
    const dt_unknown p = vector("x", 2, start);
    dt_optimizer *adam = make(&(dt_optimize_options){.method = DT_ADAM}, valley, 1, &p);
    dt_optimizer *sgd = make(&(dt_optimize_options){.method = DT_SGD}, valley, 1, &p);
    dt_array state;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_optimizer_save(adam, &state, &error), DT_OK);
    cr_expect_eq(dt_optimizer_restore(sgd, &state, &error), DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "does not belong to gradient descent with 2 unknown numbers") !=
                  NULL,
              "%s", error.message);
    ((double *)state.data)[10] = NAN;
    dt_error_clear(&error);
    cr_expect_eq(dt_optimizer_restore(adam, &state, &error), DT_ERR_NONFINITE);
    dt_array_free(&state);
    dt_optimizer_free(adam);
    dt_optimizer_free(sgd);
}
