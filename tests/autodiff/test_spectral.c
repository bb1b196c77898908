/* test_spectral.c - functions of Hermitian matrices: exact at, near and far from degeneracies. */
#include <difftape/gradcheck.h>
#include <difftape/ops.h>

#include <criterion/criterion.h>

#include "random.h"

#include <complex.h>
#include <math.h>
#include <string.h>

enum { N = 6 };
typedef long double complex wide;
static const int64_t of_n[] = {N, N};

static double normal(uint64_t stream, uint64_t k) {
    return dti_random_normal(stream, k);
}

/* A random unitary matrix, columns by Gram-Schmidt in long double. */
static void unitary(uint64_t seed, wide q[N][N]) {
    for (int c = 0; c < N; c++) {
        for (int r = 0; r < N; r++) {
            q[r][c] = (long double)normal(seed, (uint64_t)(2 * (r * N + c))) +
                      I * (long double)normal(seed, (uint64_t)(2 * (r * N + c) + 1));
        }
        for (int pass = 0; pass < 2; pass++) {
            for (int k = 0; k < c; k++) {
                wide overlap = 0;
                for (int r = 0; r < N; r++) {
                    overlap += conjl(q[r][k]) * q[r][c];
                }
                for (int r = 0; r < N; r++) {
                    q[r][c] -= overlap * q[r][k];
                }
            }
        }
        long double norm = 0;
        for (int r = 0; r < N; r++) {
            norm += creall(q[r][c] * conjl(q[r][c]));
        }
        for (int r = 0; r < N; r++) {
            q[r][c] /= sqrtl(norm);
        }
    }
}

/* out = q m q^H, rounded to double. */
static void rotate(wide q[N][N], wide m[N][N], dt_c128 *out) {
    wide half[N][N];
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            half[i][j] = 0;
            for (int k = 0; k < N; k++) {
                half[i][j] += q[i][k] * m[k][j];
            }
        }
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            wide sum = 0;
            for (int k = 0; k < N; k++) {
                sum += half[i][k] * conjl(q[j][k]);
            }
            out[i * N + j] = (dt_c128){(double)creall(sum), (double)cimagl(sum)};
        }
    }
}

/* A = Q diag(x) Q^H and a random Hermitian cotangent, both in the basis Q and as matrices. */
struct problem {
    long double x[N];
    wide q[N][N], e[N][N];
    dt_c128 a[N * N], ybar[N * N];
};

static void make(struct problem *p, const long double *x, uint64_t seed) {
    wide level[N][N];
    memcpy(p->x, x, sizeof p->x);
    unitary(seed, p->q);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            level[i][j] = i == j ? x[i] : 0;
            long double re =
                (long double)normal(seed + 50, (uint64_t)(i <= j ? i * N + j : j * N + i));
            long double im =
                (long double)normal(seed + 60, (uint64_t)(i <= j ? i * N + j : j * N + i));
            p->e[i][j] = i == j ? re : i < j ? re + I * im : re - I * im;
        }
    }
    rotate(p->q, level, p->a);
    rotate(p->q, p->e, p->ybar);
}

/* The divided difference of g in long double, by its closed form. */
typedef long double difference(long double a, long double b, long double scale);

static long double of_reciprocal(long double a, long double b, long double scale) {
    (void)scale;
    return -1 / (a * b);
}

static long double of_root(long double a, long double b, long double scale) {
    (void)scale;
    return 1 / (sqrtl(a) + sqrtl(b));
}

static long double of_exp(long double a, long double b, long double scale) {
    (void)scale;
    long double d = (a - b) / 2;
    return expl((a + b) / 2) * (d == 0 ? 1 : sinhl(d) / d);
}

static long double of_log(long double a, long double b, long double scale) {
    (void)scale;
    long double r = (a - b) / b;
    return r == 0 ? 1 / b : log1pl(r) / (r * b);
}

/* coth(c w)/w through its series of poles would be slow: the plain quotient in long double where it
 * has digits, the derivative at the middle elsewhere. */
static long double of_thermal(long double a, long double b, long double c) {
    long double d = a - b, m = (a + b) / 2;
    if (fabsl(d) > 1e-6L * m) {
        return (1 / (tanhl(c * sqrtl(a)) * sqrtl(a)) - 1 / (tanhl(c * sqrtl(b)) * sqrtl(b))) / d;
    }
    long double w = sqrtl(m), s = sinhl(c * w), t = 1 / tanhl(c * w);
    return -(c / (s * s) + t / w) / (2 * m); /* next term: d^2 g'''/24, below 1e-12 */
}

/* Largest error of Abar against Q (G o E) Q^H, relative to its largest element. */
static double gradient_error(const struct problem *p, const dt_spectral_function *fn,
                             double parameter, difference *g) {
    wide inner[N][N];
    dt_c128 want[N * N];
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            inner[i][j] = g(p->x[i], p->x[j], (long double)parameter) * p->e[i][j];
        }
    }
    rotate((wide(*)[N])p->q, inner, want);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_C128, 2, of_n, p->a);
    dt_tensor *theta = dt_scalar(tape, parameter);
    bool one = fn->kind == DT_SPECTRAL_THERMAL;
    dt_tensor *y = dt_spectral_apply(a, fn, one ? 1 : 0, &theta);
    dt_backward_from(y, dt_constant(tape, DT_C128, 2, of_n, p->ybar));
    cr_assert(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
    const dt_c128 *got = dt_data_c128(dt_gradient(a));
    double worst = 0, largest = 0;
    for (int k = 0; k < N * N; k++) {
        worst = fmax(worst, hypot(got[k].re - want[k].re, got[k].im - want[k].im));
        largest = fmax(largest, hypot(want[k].re, want[k].im));
        worst = isfinite(got[k].re + got[k].im) ? worst : INFINITY;
    }
    dt_tape_free(tape);
    return worst / largest;
}

static const struct {
    const char *name;
    dt_spectral_function fn;
    double parameter;
    difference *g;
} functions[] = {{"1/x", {.kind = DT_SPECTRAL_RECIPROCAL}, 0, of_reciprocal},
                 {"sqrt", {.kind = DT_SPECTRAL_SQRT}, 0, of_root},
                 {"exp", {.kind = DT_SPECTRAL_EXP}, 0, of_exp},
                 {"log", {.kind = DT_SPECTRAL_LOG}, 0, of_log},
                 {"thermal", {.kind = DT_SPECTRAL_THERMAL}, 0.4, of_thermal}};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

Test(spectral, gradient_is_exact_at_a_triple_level_and_through_all_gaps) {
    static const double gaps[] = {0,    1e-16, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-5,
                                  1e-4, 1e-3,  1e-2,  0.05,  0.1,   0.3,  1};
    for (int f = 0; f < FUNCTIONS; f++) {
        for (size_t k = 0; k < sizeof gaps / sizeof *gaps; k++) {
            long double d = (long double)gaps[k];
            struct problem p;
            make(&p, (const long double[]){1, 1 + d, 1 + 2 * d, 2.5L, 4, 4 + d}, 3 + k);
            double error =
                gradient_error(&p, &functions[f].fn, functions[f].parameter, functions[f].g);
            cr_expect(error < 1e-11, "%s, gap %g: %g", functions[f].name, gaps[k], error);
        }
    }
}

Test(spectral, gradient_does_not_know_the_units) {
    static const double units[] = {1e-26, 1e-8, 1e8, 1e26};
    for (int f = 0; f < FUNCTIONS; f++) {
        for (size_t u = 0; u < sizeof units / sizeof *units && f != 2; u++) { /* exp has a unit */
            long double s = (long double)units[u];
            struct problem p;
            make(&p, (const long double[]){s, s, s * (1 + 1e-9L), 2.5L * s, 4 * s, 4.1L * s},
                 17 + u);
            double c = functions[f].parameter / sqrt(units[u]);
            double error = gradient_error(&p, &functions[f].fn, c, functions[f].g);
            cr_expect(error < 1e-11, "%s, unit %g: %g", functions[f].name, units[u], error);
        }
    }
}

/* The built-in functions once more, from operations. */
static dt_tensor *by_hand(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)tape;
    dt_tensor *w = dt_sqrt(x);
    switch (*(const int *)user) {
    case 0: return dt_reciprocal(x);
    case 1: return w;
    case 2: return dt_exp(x);
    case 3: return dt_log(x);
    default: return dt_div(dt_reciprocal(dt_tanh(dt_mul(p[0], w))), w);
    }
}

static dt_tensor *half_thermal(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)p;
    dt_tensor *w = dt_sqrt(x);
    return dt_div(dt_reciprocal(dt_tanh(dt_mul(dt_scalar(tape, 0.4), w))), w);
}

Test(spectral, functions_of_users_are_as_exact_as_built_in_ones) {
    static const double gaps[] = {0, 1e-12, 1e-6, 1e-3, 0.03, 0.2};
    for (int f = 0; f < FUNCTIONS; f++) {
        for (size_t k = 0; k < sizeof gaps / sizeof *gaps; k++) {
            long double d = (long double)gaps[k];
            struct problem p;
            make(&p, (const long double[]){1, 1 + d, 1 + 2 * d, 2.5L, 4, 4 + d}, 31 + k);
            const dt_spectral_function fn = {
                .kind = DT_SPECTRAL_USER, .build = f == 4 ? half_thermal : by_hand, .user = &f};
            double error = gradient_error(&p, &fn, functions[f].parameter, functions[f].g);
            cr_expect(error < 1e-11, "%s, gap %g: %g", functions[f].name, gaps[k], error);
        }
    }
}

/* I = F K^-1 F^H two ways: the phonon intensity by its spectrum and by a solve. */
Test(spectral, reciprocal_form_and_its_gradients_equal_a_solve) {
    struct problem p;
    make(&p, (const long double[]){0.5L, 0.5L, 0.5L, 1, 1, 7}, 5);
    dt_c128 rows[4 * N];
    for (int k = 0; k < 4 * N; k++) {
        rows[k] = (dt_c128){normal(8, (uint64_t)(2 * k)), normal(8, (uint64_t)(2 * k + 1))};
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_C128, 2, of_n, p.a);
    dt_tensor *f = dt_parameter(tape, DT_C128, 2, (const int64_t[]){4, N}, rows);
    dt_tensor *solved =
        dt_matmul_flags(f, DT_N, dt_hermitian_solve(a, dt_conj(dt_transpose(f))), DT_N);
    dt_tensor *one = dt_real(dt_diagonal(solved));
    dt_tensor *two =
        dt_spectral_form(f, a, &(dt_spectral_function){.kind = DT_SPECTRAL_RECIPROCAL}, 0, NULL);
    dt_tensor *of_a[2], *of_f[2];
    dt_tensor *weights = dt_linspace(tape, 1, 2, 4);
    dt_vjp(one, weights, 1, &a, &of_a[0]);
    dt_vjp(two, weights, 1, &a, &of_a[1]);
    dt_vjp(one, weights, 1, &f, &of_f[0]);
    dt_vjp(two, weights, 1, &f, &of_f[1]);
    double value = dt_item(dt_max(dt_abs(dt_sub(dt_div(one, two), dt_scalar(tape, 1))), DT_ALL));
    double by_a =
        dt_item(dt_div(dt_norm(dt_sub(of_a[0], of_a[1]), DT_ALL), dt_norm(of_a[0], DT_ALL)));
    double by_f =
        dt_item(dt_div(dt_norm(dt_sub(of_f[0], of_f[1]), DT_ALL), dt_norm(of_f[0], DT_ALL)));
    cr_expect(value < 1e-13 && by_a < 1e-12 && by_f < 1e-12, "%g %g %g: %s", value, by_a, by_f,
              dt_tape_message(tape));
    dt_tape_free(tape);
}

/* A form with a temperature, at a degenerate matrix: every derivative against differences. */
static dt_tensor *form_at(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    const dt_spectral_function fn = {.kind = DT_SPECTRAL_THERMAL};
    return dt_spectral_form(in[1], in[0], &fn, 1, &in[2]);
}

Test(spectral, second_derivatives_are_right_at_a_degeneracy) {
    struct problem p;
    make(&p, (const long double[]){1, 1, 1, 2, 2, 5}, 41);
    dt_c128 rows[2 * N];
    for (int k = 0; k < 2 * N; k++) {
        rows[k] = (dt_c128){normal(9, (uint64_t)(2 * k)), normal(9, (uint64_t)(2 * k + 1))};
    }
    const double c = 0.6;
    const dt_array at[] = {dt_array_wrap(DT_C128, 2, of_n, p.a),
                           dt_array_wrap(DT_C128, 2, (const int64_t[]){2, N}, rows),
                           dt_array_wrap(DT_F64, 0, NULL, &c)};
    const dt_gradcheck_options options = {.second_order = true, .taylor = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck("form", form_at, NULL, 3, at, &options, &report, &error);
    cr_expect(error.status == DT_OK, "%s", error.message);
    cr_expect(report.compared > 3 * N && report.worst_adjoint < 1e-12, "%g", report.worst_adjoint);
}

/* A simple cubic crystal with longitudinal springs 1 and transverse ones t: two transverse branches
 * coincide along Gamma-X, all three along Gamma-R. Closed form: D is diagonal in x, y, z. */
Test(spectral, symmetry_degeneracies_of_a_cubic_crystal_have_their_closed_form) {
    static const double points[][3] = {{0.4, 0, 0},     {0.9, 0, 0}, {1, 0, 0},
                                       {0.5, 0.5, 0.5}, {1, 1, 1},   {0.7, 0.7, 0}};
    const double pi = 3.14159265358979323846, t = 0.3, c = 0.8;
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t q = 0; q < 6; q++) {
        double level[3], slope[3], want = 0, want_slope = 0;
        const double f[3] = {0.3, -1.1, 0.7};
        double diagonal[9] = {0}, by_t[9] = {0};
        for (int i = 0; i < 3; i++) {
            level[i] = slope[i] = 0;
            for (int j = 0; j < 3; j++) {
                double k = 2 * (1 - cos(pi * points[q][j]));
                level[i] += i == j ? k : t * k;
                slope[i] += i == j ? 0 : k;
            }
            diagonal[4 * i] = level[i];
            by_t[4 * i] = slope[i];
            double w = sqrt(level[i]), s = sinh(c * w);
            want += f[i] * f[i] / (tanh(c * w) * w);
            want_slope -=
                f[i] * f[i] * (c / (s * s) + 1 / (tanh(c * w) * w)) / (2 * level[i]) * slope[i];
        }
        const double zero = 0;
        dt_tensor *dt = dt_parameter(tape, DT_F64, 0, NULL, &zero);
        dt_tensor *d =
            dt_add(dt_constant(tape, DT_F64, 2, (const int64_t[]){3, 3}, diagonal),
                   dt_mul(dt, dt_constant(tape, DT_F64, 2, (const int64_t[]){3, 3}, by_t)));
        dt_tensor *cc = dt_scalar(tape, c);
        dt_tensor *y =
            dt_spectral_form(dt_constant(tape, DT_F64, 2, (const int64_t[]){1, 3}, f), d,
                             &(dt_spectral_function){.kind = DT_SPECTRAL_THERMAL}, 1, &cc);
        dt_backward(dt_sum(y, DT_ALL));
        double got = dt_item(y), got_slope = dt_item(dt_gradient(dt));
        cr_expect(fabs(got - want) < 1e-13 * want &&
                      fabs(got_slope - want_slope) < 1e-12 * fabs(want_slope),
                  "point %zu: %.15g %.15g, slope %.15g %.15g", q, got, want, got_slope, want_slope);
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}

/* -- domain ------------------------------------------------------------------------------------ */

static const double semidefinite[9] = {2, 0, 0, 0, 0, 0, 0, 0, 5};
static const int64_t of_three[] = {3, 3};

Test(spectral, values_outside_the_domain_are_refused_dropped_or_clamped) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, 2, of_three, semidefinite);
    dt_spectral_function fn = {.kind = DT_SPECTRAL_SQRT, .domain = DT_DOMAIN_DROP, .cutoff = 0.1};
    const double *y = dt_data_f64(dt_spectral_apply(a, &fn, 0, NULL));
    cr_expect(fabs(y[0] - sqrt(2)) < 1e-15 && y[4] == 0 && fabs(y[8] - sqrt(5)) < 1e-15);
    fn.domain = DT_DOMAIN_CLAMP;
    y = dt_data_f64(dt_spectral_apply(a, &fn, 0, NULL));
    cr_expect(fabs(y[4] - sqrt(0.1)) < 1e-15);
    fn.domain = DT_DOMAIN_ERROR;
    dt_spectral_apply(a, &fn, 0, NULL);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_DOMAIN);
    cr_expect(
        strstr(dt_tape_message(tape),
               "spectral_apply: eigenvalue 0 of matrix 0 is 0, the function needs more than 0.1") !=
            NULL,
        "%s", dt_tape_message(tape));
    dt_tape_reset(tape);
    a = dt_parameter(tape, DT_F64, 2, of_three, semidefinite);
    dt_spectral_apply(a, &(dt_spectral_function){.kind = DT_SPECTRAL_RECIPROCAL}, 0, NULL);
    cr_expect_eq(dt_tape_status(tape), DT_ERR_DOMAIN);
    dt_tape_free(tape);
}

/* Products B B^H of low rank stay so: the pseudo-inverse is smooth along them. */
static dt_tensor *low_rank(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_pinv_hermitian(dt_matmul_flags(in[0], DT_N, in[0], DT_C), 1e-8);
}

static dt_tensor *clamped(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    const dt_spectral_function fn = {
        .kind = DT_SPECTRAL_LOG, .domain = DT_DOMAIN_CLAMP, .cutoff = 0.7};
    return dt_spectral_apply(in[0], &fn, 0, NULL);
}

Test(spectral, dropping_and_clamping_have_their_own_right_derivatives) {
    const double b[] = {1, 0.5, -0.3, 2, 0.7, 0.1, 1.1, -0.6};
    const double m[] = {0.5, 0.1, 0.2, 0.1, 1.5, -0.3, 0.2, -0.3, 3};
    const dt_array thin = dt_array_wrap(DT_F64, 2, (const int64_t[]){4, 2}, b),
                   mixed = dt_array_wrap(DT_F64, 2, of_three, m);
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck("pinv_hermitian", low_rank, NULL, 1, &thin, NULL, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 8, "%s", error.message);
    dt_gradcheck("clamped", clamped, NULL, 1, &mixed, NULL, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 9, "%s", error.message);
}

Test(spectral, eigenvalues_that_are_zero_to_rounding_have_no_inverse) {
    const double rank_one[] = {1, 1, 1, 1 + 0x1p-52};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p =
        dt_pinv_hermitian(dt_constant(tape, DT_F64, 2, (const int64_t[]){2, 2}, rank_one), 0);
    for (int i = 0; i < 4; i++) {
        cr_expect_float_eq(dt_data_f64(p)[i], 0.25, 1e-15);
    }
    dt_tape_free(tape);
}

/* -- refusals ---------------------------------------------------------------------------------- */

static void expect_refused(dt_tape *tape, dt_status status, const char *part) {
    cr_expect(dt_tape_status(tape) == status && strstr(dt_tape_message(tape), part) != NULL,
              "should fail with %s (%s), has %s: %s", dt_status_name(status), part,
              dt_status_name(dt_tape_status(tape)), dt_tape_message(tape));
    dt_tape_reset(tape);
}

static dt_tensor *bad_build(void *user, dt_tape *tape, dt_tensor *x, dt_tensor *const *p) {
    (void)user, (void)tape, (void)p;
    return dt_sum(x, DT_ALL);
}

Test(spectral, refuses_what_has_no_meaning) {
    dt_tape *tape = dt_tape_new(NULL);
#define MATRIX dt_parameter(tape, DT_F64, 2, of_three, semidefinite)
    dt_spectral_apply(MATRIX, &(dt_spectral_function){.kind = DT_SPECTRAL_POWER}, 0, NULL);
    expect_refused(tape, DT_ERR_ARGUMENT, "spectral_apply: the function takes 1 parameters, got 0");
    dt_spectral_apply(MATRIX, &(dt_spectral_function){.kind = DT_SPECTRAL_USER}, 0, NULL);
    expect_refused(tape, DT_ERR_ARGUMENT, "there is no function");
    dt_spectral_apply(MATRIX, &(dt_spectral_function){.kind = DT_SPECTRAL_USER, .build = bad_build},
                      0, NULL);
    expect_refused(tape, DT_ERR_SHAPE, "must return one f64 number for each eigenvalue");
    dt_spectral_form(dt_ones(tape, DT_F64, 2, (const int64_t[]){1, 2}), MATRIX,
                     &(dt_spectral_function){.kind = DT_SPECTRAL_EXP}, 0, NULL);
    expect_refused(tape, DT_ERR_SHAPE, "rows of input 0 must be as long as the matrices");
    dt_eigvalsh(dt_ones(tape, DT_F64, 2, (const int64_t[]){3, 2}));
    expect_refused(tape, DT_ERR_SHAPE, "eigh: input 0 must hold square matrices");
    dt_eigvalsh(dt_full(tape, DT_F64, 2, of_three, NAN));
    expect_refused(tape, DT_ERR_NONFINITE, "eigh: matrix 0 has an element that is not finite");
#undef MATRIX
    dt_tape_free(tape);
}
