/* test_eigh.c - raw eigenvalues and vectors: right where derivatives exist, errors elsewhere. */
#include <difftape/gradcheck.h>
#include <difftape/ops.h>

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const int64_t of_three[] = {3, 3};
/* a rotation of diag(1, 1, 3) that no eigenvector of the pair survives */
static const double pair[9] = {1.5,
                               0.5,
                               0.70710678118654752,
                               0.5,
                               1.5,
                               0.70710678118654752,
                               0.70710678118654752,
                               0.70710678118654752,
                               2};

Test(eigh, decomposes_and_orders) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_c128 a[4] = {{2, 0}, {1, 1}, {1, -1}, {3, 0}};
    dt_tensor *w, *v, *m = dt_constant(tape, DT_C128, 2, (const int64_t[]){2, 2}, a);
    dt_eigh(m, DT_CLUSTER_STRICT, 0, &w, &v);
    cr_expect(fabs(dt_data_f64(w)[0] - 1) < 4e-15 && fabs(dt_data_f64(w)[1] - 4) < 4e-15);
    dt_tensor *again = dt_matmul_flags(dt_mul(v, dt_expand_dims(w, 0)), DT_N, v, DT_C);
    double error = dt_item(dt_norm(dt_sub(again, m), DT_ALL));
    cr_expect(error < 1e-14, "%g", error);
    dt_tape_free(tape);
}

Test(eigh, sums_of_degenerate_levels_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, 2, of_three, pair);
    dt_backward(dt_sum(dt_square(dt_eigvalsh(a)), DT_ALL)); /* tr A^2: 2 A */
    const double *g = dt_data_f64(dt_gradient(a));
    cr_assert(g != NULL, "%s", dt_tape_message(tape));
    for (int k = 0; k < 9; k++) {
        cr_expect(fabs(g[k] - 2 * pair[k]) < 1e-14, "%.15g, should be %.15g", g[k], 2 * pair[k]);
    }
    dt_tape_free(tape);
}

/* In forward mode too: d tr A^2 = 2 tr A E. The vectors themselves have no tangents. */
Test(eigh, sums_of_degenerate_levels_have_exact_tangents) {
    dt_tape *tape = dt_tape_new(NULL);
    const double direction[9] = {1, 2, 3, 2, -1, 0.5, 3, 0.5, 4};
    dt_tensor *a = dt_parameter(tape, DT_F64, 2, of_three, pair), *w, *v;
    dt_tensor *e = dt_constant(tape, DT_F64, 2, of_three, direction);
    dt_eigh(a, DT_CLUSTER_STRICT, 0, &w, &v);
    double got = dt_item(dt_jvp(dt_sum(dt_square(w), DT_ALL), 1, &a, &e)), expected = 0;
    for (int k = 0; k < 9; k++) {
        expected += 2 * pair[k] * direction[k];
    }
    cr_expect(fabs(got - expected) < 1e-13, "%.15g, should be %.15g", got, expected);
    dt_jvp(v, 1, &a, &e);
    cr_expect(dt_tape_status(tape) == DT_ERR_GAUGE &&
                  strstr(dt_tape_message(tape), "are one level") != NULL,
              "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

static dt_status loss_of_vectors(dt_cluster_policy policy, double epsilon, int which,
                                 char *message) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, 2, of_three, pair), *w, *v;
    dt_eigh(a, policy, epsilon, &w, &v);
    dt_tensor *rows =
        dt_constant(tape, DT_F64, 2, (const int64_t[]){1, 3}, (const double[]){1, 2, -1});
    dt_tensor *s = dt_square(dt_matmul(rows, v));
    /* 0: sum |F v|^2 / w, smooth in A; 1: one vector of the pair */
    dt_tensor *loss = which == 0 ? dt_sum(dt_div(s, dt_expand_dims(w, 0)), DT_ALL)
                                 : dt_sum(dt_select(s, 1, 0), DT_ALL);
    dt_backward(loss);
    dt_status status = dt_tape_status(tape);
    strcpy(message, dt_tape_message(tape));
    const double *g = status == DT_OK ? dt_data_f64(dt_gradient(a)) : NULL;
    for (int k = 0; g != NULL && k < 9; k++) {
        cr_expect(isfinite(g[k]));
    }
    dt_tape_free(tape);
    return status;
}

Test(eigh, eigenvectors_of_a_level_are_refused_unless_a_policy_is_chosen) {
    char message[DT_MESSAGE_SIZE];
    for (int which = 0; which < 2; which++) {
        cr_expect_eq(loss_of_vectors(DT_CLUSTER_STRICT, 0, which, message), DT_ERR_GAUGE);
        cr_expect(strstr(message, "eigh: matrix 0: eigenvalues 0 and 1, 1 and 1, are one level") !=
                          NULL &&
                      strstr(message, "dt_spectral_form") != NULL,
                  "%s", message);
        cr_expect_eq(loss_of_vectors(DT_CLUSTER_PROJECT, 0, which, message), DT_OK, "%s", message);
        cr_expect_eq(loss_of_vectors(DT_CLUSTER_LORENTZ, 1e-10, which, message), DT_OK, "%s",
                     message);
    }
    cr_expect_eq(loss_of_vectors(DT_CLUSTER_LORENTZ, 0, 0, message), DT_ERR_ARGUMENT);
}

/* Of diag(1,1,3) and (F v)^2 with the vector v of 3: F_2 F_i / 2 beside the diagonal. */
Test(eigh, a_level_does_no_harm_to_a_vector_that_is_not_of_it) {
    static const double diagonal[9] = {1, 0, 0, 0, 1, 0, 0, 0, 3};
    static const double expected[9] = {0, 0, -0.5, 0, 0, -1, -0.5, -1, 0};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, 2, of_three, diagonal), *w, *v;
    dt_eigh(a, DT_CLUSTER_STRICT, 0, &w, &v);
    dt_tensor *row =
        dt_constant(tape, DT_F64, 2, (const int64_t[]){1, 3}, (const double[]){1, 2, -1});
    dt_backward(dt_sum(dt_square(dt_matmul(row, dt_slice(v, 1, 2, 3, 1))), DT_ALL));
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    const double *g = dt_data_f64(dt_gradient(a));
    for (int k = 0; k < 9; k++) {
        cr_expect(fabs(g[k] - expected[k]) < 1e-15, "%d: %g", k, g[k]);
    }
    dt_tape_free(tape);
}

Test(eigh, losses_that_depend_on_free_phases_are_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_c128 a[4] = {{2, 0}, {1, 1}, {1, -1}, {3, 0}};
    dt_tensor *w, *v, *m = dt_parameter(tape, DT_C128, 2, (const int64_t[]){2, 2}, a);
    dt_eigh(m, DT_CLUSTER_STRICT, 0, &w, &v);
    dt_backward(dt_sum(dt_imag(dt_mul(v, dt_full(tape, DT_C128, 0, NULL, 1.5))), DT_ALL));
    cr_expect_eq(dt_tape_status(tape), DT_ERR_GAUGE);
    cr_expect(strstr(dt_tape_message(tape), "free phase of eigenvector") != NULL, "%s",
              dt_tape_message(tape));
    dt_tape_free(tape);
}

/* The share of F in the second vector, a smooth function of A while levels are apart. */
static dt_tensor *share(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *w, *v;
    dt_eigh(in[0], DT_CLUSTER_STRICT, 0, &w, &v);
    dt_tensor *rows = dt_full(tape, DT_F64, 2, (const int64_t[]){1, 3}, 0.7);
    return dt_add(dt_select(dt_abs2(dt_matmul(rows, v)), 1, 1), dt_select(w, 0, 2));
}

Test(eigh, vectors_of_separate_levels_are_right_in_any_unit) {
    static const double units[] = {1, 1e-20, 1e20};
    for (int u = 0; u < 3; u++) {
        double a[9];
        const double plain[9] = {1, 0.2, -0.1, 0.2, 2, 0.3, -0.1, 0.3, 4};
        for (int k = 0; k < 9; k++) {
            a[k] = plain[k] * units[u];
        }
        const dt_array at = dt_array_wrap(DT_F64, 2, of_three, a);
        dt_gradcheck_report report;
        dt_error error = DT_ERROR_INIT;
        dt_gradcheck("share", share, NULL, 1, &at, &(dt_gradcheck_options){.step = 1e-3 * units[u]},
                     &report, &error);
        cr_expect(error.status == DT_OK && report.compared > 9, "unit %g: %s", units[u],
                  error.message);
    }
}
