/* test_scatter.c - form factors and structure factors against plain loops, and their gradients. */
#include "support.h"

#include <difftape/gradcheck.h>
#include <difftape/scatter.h>

#include <complex.h>
#include <math.h>
#include <string.h>

enum { Q = 5, N = 4 };

typedef struct inputs {
    double q[3 * Q], a[4 * N], b[4 * N], c[N], xyz[3 * N], u[N];
} inputs;

static inputs make(void) {
    inputs x;
    for (int i = 0; i < 3 * Q; i++) {
        x.q[i] = 1.5 * noise(11, i);
    }
    for (int i = 0; i < 4 * N; i++) {
        x.a[i] = 2.0 + noise(12, i);
        x.b[i] = 10.0 + 8.0 * noise(13, i);
    }
    for (int i = 0; i < 3 * N; i++) {
        x.xyz[i] = 6.0 * noise(14, i);
    }
    for (int i = 0; i < N; i++) {
        x.c[i] = noise(15, i);
        x.u[i] = 0.1 + 0.05 * noise(16, i);
    }
    return x;
}

/* f_j(q) in the textbook's s = sin(theta)/lambda = |q| / 4 pi. */
static double form_factor(const inputs *x, int p, int j) {
    const double *q = x->q + 3 * p;
    double s = sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]) / (4.0 * acos(-1.0)), f = x->c[j];
    for (int g = 0; g < 4; g++) {
        f += x->a[4 * j + g] * exp(-x->b[4 * j + g] * s * s);
    }
    return f;
}

static double complex scattered(const inputs *x, int p, int j) {
    const double *q = x->q + 3 * p, *r = x->xyz + 3 * j;
    double q2 = q[0] * q[0] + q[1] * q[1] + q[2] * q[2];
    return form_factor(x, p, j) * exp(-0.5 * q2 * x->u[j]) *
           cexp(I * (q[0] * r[0] + q[1] * r[1] + q[2] * r[2]));
}

static dt_tensor *f64(dt_tape *tape, int ndim, int64_t n0, int64_t n1, const double *data) {
    return dt_constant(tape, DT_F64, ndim, (int64_t[]){n0, n1}, data);
}

static dt_tensor *form_factors_of(dt_tape *tape, const inputs *x) {
    return dt_compute_form_factors(f64(tape, 2, Q, 3, x->q), f64(tape, 2, N, 4, x->a),
                                   f64(tape, 2, N, 4, x->b), f64(tape, 1, N, 0, x->c));
}

Test(scatter, form_factors_are_four_gaussians_in_s) {
    inputs x = make();
    dt_tape *tape = dt_tape_new(NULL);
    const double *f = dt_data_f64(form_factors_of(tape, &x));
    tape_is_fine(tape);
    for (int i = 0; i < Q * N; i++) {
        double want = form_factor(&x, i / N, i % N);
        cr_assert(fabs(f[i] - want) < 1e-14 * fabs(want), "%d: %.16g, not %.16g", i, f[i], want);
    }
    dt_tape_free(tape);
}

static void compare(dt_tensor *got, int64_t i, double complex want) {
    dt_c128 z = dt_data_c128(got)[i];
    cr_assert(cabs(z.re + I * z.im - want) < 1e-13 * (1.0 + cabs(want)), "%lld: %g%+gi, not %g%+gi",
              (long long)i, z.re, z.im, creal(want), cimag(want));
}

Test(scatter, structure_factors_add_atoms_with_positive_phases) {
    inputs x = make();
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *q = f64(tape, 2, Q, 3, x.q), *r = f64(tape, 2, N, 3, x.xyz);
    dt_tensor *f = form_factors_of(tape, &x), *u = f64(tape, 1, N, 0, x.u);
    dt_tensor *sum = dt_structure_factors(q, r, f, u, NULL);
    dt_tensor *atoms =
        dt_structure_factors(q, r, f, u, &(dt_structure_factor_options){.kind = DT_PER_ATOM});
    dt_tensor *qf = dt_structure_factors(
        q, r, f, u, &(dt_structure_factor_options){.kind = DT_PER_ATOM_TIMES_Q});
    tape_is_fine(tape);
    cr_assert(dt_ndim(sum) == 1 && dt_shape(qf)[0] == Q && dt_shape(qf)[1] == 3 * N);
    for (int p = 0; p < Q; p++) {
        double complex total = 0;
        for (int j = 0; j < N; j++) {
            double complex one = scattered(&x, p, j);
            total += one;
            compare(atoms, p * N + j, one);
            for (int d = 0; d < 3; d++) {
                compare(qf, (p * N + j) * 3 + d, one * x.q[3 * p + d]);
            }
        }
        compare(sum, p, total);
    }
    dt_tape_free(tape);
}

Test(scatter, without_displacements_the_debye_waller_factor_is_one) {
    inputs x = make();
    memset(x.u, 0, sizeof x.u);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *q = f64(tape, 2, Q, 3, x.q), *r = f64(tape, 2, N, 3, x.xyz);
    dt_tensor *sum = dt_structure_factors(q, r, form_factors_of(tape, &x), NULL, NULL);
    for (int p = 0; p < Q; p++) {
        double complex total = 0;
        for (int j = 0; j < N; j++) {
            total += scattered(&x, p, j);
        }
        compare(sum, p, total);
    }
    dt_tape_free(tape);
}

Test(scatter, components_project_the_response) {
    inputs x = make();
    double e[3 * N * 2];
    for (int i = 0; i < 3 * N * 2; i++) {
        e[i] = noise(17, i);
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_structure_factor_options options = {.kind = DT_PER_ATOM_TIMES_Q,
                                           .components = f64(tape, 2, 3 * N, 2, e)};
    dt_tensor *got =
        dt_structure_factors(f64(tape, 2, Q, 3, x.q), f64(tape, 2, N, 3, x.xyz),
                             form_factors_of(tape, &x), f64(tape, 1, N, 0, x.u), &options);
    tape_is_fine(tape);
    for (int i = 0; i < 2 * Q; i++) {
        double complex want = 0;
        for (int j = 0; j < 3 * N; j++) {
            want += scattered(&x, i / 2, j / 3) * x.q[3 * (i / 2) + j % 3] * e[2 * j + i % 2];
        }
        compare(got, i, want);
    }
    dt_tape_free(tape);
}

Test(scatter, components_with_the_sum_are_refused) {
    inputs x = make();
    dt_tape *tape = dt_tape_new(NULL);
    dt_structure_factor_options options = {.components = f64(tape, 2, N, 1, x.u)};
    dt_structure_factors(f64(tape, 2, Q, 3, x.q), f64(tape, 2, N, 3, x.xyz),
                         form_factors_of(tape, &x), NULL, &options);
    cr_assert_eq(dt_tape_status(tape), DT_ERR_ARGUMENT);
    dt_tape_free(tape);
}

Test(scatter, coefficients_of_the_wrong_shape_are_refused) {
    inputs x = make();
    dt_tape *tape = dt_tape_new(NULL);
    dt_compute_form_factors(f64(tape, 2, Q, 3, x.q), f64(tape, 2, N, 3, x.a),
                            f64(tape, 2, N, 4, x.b), f64(tape, 1, N, 0, x.c));
    cr_assert_eq(dt_tape_status(tape), DT_ERR_SHAPE);
    dt_tape_free(tape);
}

static dt_tensor *everything(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_tensor *f = dt_compute_form_factors(in[0], in[1], in[2], in[3]);
    return dt_structure_factors(in[0], in[4], f, in[5], NULL);
}

Test(scatter, gradients_of_all_six_inputs_are_right) {
    inputs x = make();
    const int64_t q[2] = {Q, 3}, a[2] = {N, 4}, r[2] = {N, 3}, n = N;
    const dt_array in[6] = {dt_array_wrap(DT_F64, 2, q, x.q),   dt_array_wrap(DT_F64, 2, a, x.a),
                            dt_array_wrap(DT_F64, 2, a, x.b),   dt_array_wrap(DT_F64, 1, &n, x.c),
                            dt_array_wrap(DT_F64, 2, r, x.xyz), dt_array_wrap(DT_F64, 1, &n, x.u)};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gradcheck("structure_factors", everything, NULL, 6, in, NULL, &report, &error),
                 DT_OK, "%s", error.message);
    cr_assert(report.compared > 50);
}

/* -- tensors U, occupancy, batches ------------------------------------------------------------- */

/* Positive definite U of atom j, from u and small slopes. */
static void tensor_u(const inputs *x, double ret_u[9 * N]) {
    for (int j = 0; j < N; j++) {
        for (int e = 0; e < 9; e++) {
            int low = e / 3 < e % 3 ? e / 3 : e % 3, high = e / 3 + e % 3 - low;
            ret_u[9 * j + e] =
                low == high ? x->u[j] * (1 + 0.3 * low) : 0.02 * noise(18, 9 * j + 3 * low + high);
        }
    }
}

Test(scatter, displacement_tensors_and_occupancies_weight_the_atoms) {
    inputs x = make();
    double u[9 * N];
    const double occupancy[N] = {1.0, 0.25, 0.0, 0.7};
    tensor_u(&x, u);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *tensors = dt_constant(tape, DT_F64, 3, (int64_t[]){N, 3, 3}, u);
    dt_structure_factor_options options = {.kind = DT_PER_ATOM,
                                           .occupancy = f64(tape, 1, N, 0, occupancy)};
    dt_tensor *got = dt_structure_factors(f64(tape, 2, Q, 3, x.q), f64(tape, 2, N, 3, x.xyz),
                                          form_factors_of(tape, &x), tensors, &options);
    tape_is_fine(tape);
    for (int p = 0; p < Q; p++) {
        for (int j = 0; j < N; j++) {
            const double *q = x.q + 3 * p, *r = x.xyz + 3 * j;
            double w = 0.0;
            for (int e = 0; e < 9; e++) {
                w += 0.5 * q[e / 3] * u[9 * j + e] * q[e % 3];
            }
            compare(got, p * N + j,
                    occupancy[j] * form_factor(&x, p, j) * exp(-w) *
                        cexp(I * (q[0] * r[0] + q[1] * r[1] + q[2] * r[2])));
        }
    }
    dt_tape_free(tape);
}

/* One of the 24 ways to ask: kind, and which of U, occupancy and components are given. */
static dt_tensor *asked(dt_tape *tape, const inputs *x, int way, int64_t batch) {
    static const double occupancy[N] = {0.9, 0.25, 0.5, 0.7};
    double e[3 * N * 2];
    for (int i = 0; i < 3 * N * 2; i++) {
        e[i] = noise(17, i);
    }
    dt_structure_factor_options options = {.kind = (dt_structure_factor_kind)(way / 8)};
    dt_tensor *u = way & 1 ? f64(tape, 1, N, 0, x->u) : NULL;
    options.occupancy = way & 2 ? f64(tape, 1, N, 0, occupancy) : NULL;
    if (way & 4) {
        options.components = f64(tape, 2, options.kind == DT_PER_ATOM ? N : 3 * N, 2, e);
    }
    dt_tensor *q = f64(tape, 2, Q, 3, x->q), *r = f64(tape, 2, N, 3, x->xyz);
    if (batch == 0) {
        return dt_structure_factors(q, r, form_factors_of(tape, x), u, &options);
    }
    return dt_structure_factors_batched(q, r, f64(tape, 2, N, 4, x->a), f64(tape, 2, N, 4, x->b),
                                        f64(tape, 1, N, 0, x->c), u, &options, batch);
}

Test(scatter, batches_give_the_same_whatever_is_asked) {
    inputs x = make();
    int ways = 0;
    for (int way = 0; way < 24; way++) {
        if (way / 8 == DT_SUM_OVER_ATOMS && way & 4) {
            continue;
        }
        for (int64_t batch = 1; batch <= 6; batch += 2, ways++) {
            dt_tape *tape = dt_tape_new(NULL);
            dt_tensor *want = asked(tape, &x, way, 0), *got = asked(tape, &x, way, batch);
            tape_is_fine(tape);
            cr_assert(dt_size(got) == dt_size(want) && dt_ndim(got) == dt_ndim(want));
            double error = worst(dt_data(got), dt_data(want), 2 * dt_size(got), false);
            cr_assert(error < 1e-14, "way %d, batches of %lld: off by %g", way, (long long)batch,
                      error);
            dt_tape_free(tape);
        }
    }
    cr_assert_eq(ways, 20 * 3);
}

Test(scatter, no_scattering_vectors_give_no_structure_factors) {
    inputs x = make();
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *got = dt_structure_factors_batched(
        f64(tape, 2, 0, 3, x.q), f64(tape, 2, N, 3, x.xyz), f64(tape, 2, N, 4, x.a),
        f64(tape, 2, N, 4, x.b), f64(tape, 1, N, 0, x.c), NULL, NULL, 4);
    tape_is_fine(tape);
    cr_assert(dt_size(got) == 0 && dt_ndim(got) == 1 && dt_dtype_of(got) == DT_C128);
    dt_tape_free(tape);
}

static dt_tensor *in_batches(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    dt_structure_factor_options options = {
        .kind = DT_PER_ATOM_TIMES_Q, .occupancy = in[6], .components = in[7]};
    return dt_structure_factors_batched(in[0], in[4], in[1], in[2], in[3], in[5], &options, 2);
}

Test(scatter, gradients_of_batches_reach_all_eight_inputs) {
    inputs x = make();
    double u[9 * N], e[3 * N * 2];
    const double occupancy[N] = {0.9, 0.25, 0.5, 0.7};
    tensor_u(&x, u);
    for (int i = 0; i < 3 * N * 2; i++) {
        e[i] = noise(17, i);
    }
    const int64_t q[2] = {Q, 3}, a[2] = {N, 4}, r[2] = {N, 3}, uu[3] = {N, 3, 3}, n = N;
    const dt_array in[8] = {dt_array_wrap(DT_F64, 2, q, x.q),
                            dt_array_wrap(DT_F64, 2, a, x.a),
                            dt_array_wrap(DT_F64, 2, a, x.b),
                            dt_array_wrap(DT_F64, 1, &n, x.c),
                            dt_array_wrap(DT_F64, 2, r, x.xyz),
                            dt_array_wrap(DT_F64, 3, uu, u),
                            dt_array_wrap(DT_F64, 1, &n, occupancy),
                            dt_array_wrap(DT_F64, 2, (int64_t[]){3 * N, 2}, e)};
    const dt_gradcheck_options options = {.second_order = true, .replay = true};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gradcheck("in batches", in_batches, NULL, 8, in, &options, &report, &error),
                 DT_OK, "%s", error.message);
    cr_assert(report.compared > 100);
}

static void fails_with(dt_tape *tape, dt_status status, const char *part) {
    cr_assert_eq(dt_tape_status(tape), status);
    cr_assert(strstr(dt_tape_message(tape), part), "wanted '%s', got: %s", part,
              dt_tape_message(tape));
    dt_tape_free(tape);
}

Test(scatter, batches_that_cannot_be_are_refused) {
    inputs x = make();
    dt_tape *tape = dt_tape_new(NULL);
    asked(tape, &x, 4, 3);
    fails_with(tape, DT_ERR_ARGUMENT, "components project atoms and cannot be combined");
    tape = dt_tape_new(NULL);
    asked(tape, &x, 1, -1);
    fails_with(tape, DT_ERR_SHAPE, "batch = -1");
    tape = dt_tape_new(NULL);
    asked(tape, &x, 25, 3);
    fails_with(tape, DT_ERR_ARGUMENT, "structure_factors: there is no kind 3");
    tape = dt_tape_new(NULL);
    dt_structure_factors_batched(f64(tape, 1, 3, 0, x.q), f64(tape, 2, N, 3, x.xyz),
                                 f64(tape, 2, N, 4, x.a), f64(tape, 2, N, 4, x.b),
                                 f64(tape, 1, N, 0, x.c), NULL, NULL, 4);
    fails_with(tape, DT_ERR_SHAPE, "scattering vectors must be (Q,3)");
    tape = dt_tape_new(NULL);
    dt_structure_factors(f64(tape, 2, Q, 3, x.q), f64(tape, 2, N, 3, x.xyz),
                         form_factors_of(tape, &x), f64(tape, 2, N, 2, x.q), NULL);
    fails_with(tape, DT_ERR_SHAPE, "debye_waller: needs q (n_q,3) and u");
}
