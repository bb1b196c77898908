/* test_eig.c - eigenvalues and vectors of general matrices: values, derivatives, refusals. */
#include "matrices_checked.h"

#include <difftape/spectral.h>

/* p diag(levels) p^-1 for a well-conditioned p that is not orthogonal. */
static dt_tensor *with_eigenvalues(dt_tape *tape, dt_dtype dtype, int64_t n, const double *w) {
    dt_tensor *p = dt_add(orthonormal(tape, 3, dtype, n, n),
                          dt_scale(numbers(tape, 5, dtype, SHAPE(n, n)), 0.1));
    dt_tensor *scaled = dt_mul(p, dt_expand_dims(levels(tape, dtype, n, w), 0));
    return parameter(dt_matmul(scaled, dt_inverse(p)));
}

/* -- values ------------------------------------------------------------------------------------ */

static void expect_decomposition(dt_tensor *a) {
    dt_tensor *w, *v;
    dt_eig(a, &w, &v);
    dt_tape *tape = dt_tape_of(a);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_dtype dtype = dt_dtype_complex(dt_dtype_of(a));
    cr_assert_eq(dt_dtype_of(w), dtype);
    double allowed = rounding(dtype);
    dt_tensor *left = dt_matmul(dt_cast(a, dtype), v);
    expect_same("a v = v w", dt_mul(v, dt_expand_dims(w, -2)), left, 2 * allowed);
    dt_tensor *norms = dt_norm(v, -2);
    for (int64_t i = 0; i < dt_size(w); i++) {
        expect_near("norm", i, element(norms, i), 1, allowed);
        value here = element(w, i), before = i > 0 ? element(w, i - 1) : -INFINITY;
        bool starts = i % dt_shape(a)[dt_ndim(a) - 1] == 0;
        cr_expect(starts || creal(before) < creal(here) ||
                      (creal(before) == creal(here) && cimag(before) <= cimag(here)),
                  "eigenvalue %lld is out of order", (long long)i);
    }
}

Test(eig, satisfies_its_equation_with_unit_vectors_in_order_for_any_type) {
    static const int64_t shapes[][4] = {{1, 1, 3, 3}, {2, 3, 2, 2}, {1, 1, 1, 1}, {1, 1, 7, 7}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (size_t i = 0; i < COUNT(shapes); i++) {
            dt_tensor *a = numbers(tape, 3 + (int)i, float_types[t], 4, shapes[i]);
            expect_decomposition(a);
            expect_decomposition(dt_transpose(a));
        }
    }
    dt_tape_free(tape);
}

Test(eig, of_closed_forms_are_right_and_pairs_of_real_matrices_exactly_conjugate) {
    dt_tape *tape = dt_tape_new(NULL);
    /* companion of (x - 1)(x - 2)(x^2 + 1) = x^4 - 3 x^3 + 3 x^2 - 3 x + 2 */
    const double a[16] = {3, -3, 3, -2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
    dt_tensor *w, *v;
    dt_eig(dt_constant(tape, DT_F64, SHAPE(4, 4), a), &w, &v);
    const value expected[4] = {-I, I, 1, 2};
    for (int64_t i = 0; i < 4; i++) {
        expect_near("root", i, element(w, i), expected[i], 1e-13);
        value x = element(v, i), y = element(v, 4 + i); /* vectors are powers of the root */
        expect_near("ratio", i, x / y, expected[i], 1e-13);
    }
    cr_expect(element(w, 0) == conj(element(w, 1)));
    for (int64_t r = 0; r < 4; r++) {
        cr_expect(element(v, 4 * r) == conj(element(v, 4 * r + 1)));
        cr_expect(cimag(element(v, 4 * r + 2)) == 0);
    }
    dt_tape_free(tape);
}

Test(eig, of_nothing_is_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *w, *v, *a = dt_parameter(tape, DT_F64, SHAPE(0, 3, 3), NULL);
    dt_eig(a, &w, &v);
    expect_shape("w", w, SHAPE(0, 3));
    expect_shape("v", v, SHAPE(0, 3, 3));
    dt_backward(dt_sum(dt_abs2(v), DT_ALL));
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

/* -- gradients --------------------------------------------------------------------------------- */

Test(eig, symmetric_functions_of_equal_eigenvalues_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *a = with_eigenvalues(tape, double_types[t], 4, (const double[]){2, 2, 2, 5});
        dt_tensor *w, *v;
        dt_eig(a, &w, &v);
        dt_backward(dt_sum(dt_real(dt_mul(dt_square(w), w)), DT_ALL)); /* Re tr a^3: 3 (a^2)^H */
        dt_tensor *expected = dt_scale(adjoint(dt_matmul(a, a)), 3);
        expect_same("trace of the cube", dt_gradient(a), expected, 1e-12);
    }
    dt_tape_free(tape);
}

/* Free of phases: v diag(1, -2, 0.5) v^H and the eigenvalues, of in[0] in another unit. */
static dt_tensor *weighted(void *user, dt_tape *tape, dt_tensor *const *in) {
    double unit = *(const double *)user;
    dt_tensor *w, *v;
    dt_eig(dt_scale(in[0], unit), &w, &v);
    const double x[] = {1, -2, 0.5};
    dt_tensor *weights = dt_expand_dims(levels(tape, dt_dtype_of(w), 3, x), 0);
    dt_tensor *product = dt_matmul_flags(dt_mul(v, weights), DT_N, v, DT_C);
    return dt_add(product, dt_scale(w, 1 / unit));
}

static void expect_exact_in(double unit, dt_tensor *a) {
    const dt_array at = dt_array_of(a);
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck("weighted", weighted, &unit, 1, &at, &options, &report, &error);
    cr_expect(error.status == DT_OK && report.compared > 9, "unit %g: %s", unit, error.message);
}

Test(eig, vectors_of_matrices_far_from_normal_have_exact_derivatives_in_any_unit) {
    static const double units[] = {1, 1e-26, 1e26};
    dt_tape *tape = dt_tape_new(NULL);
    for (int u = 0; u < 3; u++) {
        for (size_t t = 0; t < COUNT(double_types); t++) {
            const double w[] = {1, 2, -1.5};
            expect_exact_in(units[u], with_eigenvalues(tape, double_types[t], 3, w));
        }
    }
    dt_tape_free(tape);
}

Test(eig, vectors_of_conjugate_pairs_of_a_real_matrix_have_exact_derivatives) {
    const double a[9] = {0.5, -2, 0.25, 1.5, 0.75, -0.5, 1, 0.5, -1};
    const int64_t shape[] = {3, 3};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *leaf = dt_constant(tape, DT_F64, 2, shape, a);
    dt_tensor *w, *v;
    dt_eig(leaf, &w, &v);
    cr_assert(cimag(element(w, 2)) > 1, "should be one of a pair: %g", cimag(element(w, 2)));
    expect_exact_in(1, leaf);
    dt_tape_free(tape);
}

Test(eig, single_precision_gradients_scale_with_the_unit_down_to_1e_minus_26) {
    static double units[] = {0x1p-86, 0x1p86}; /* about 1e-26, 1e26 */
    double one = 1;
    dt_tape *tape = dt_tape_new(NULL);
    for (int c = 0; c < 2; c++) {
        dt_dtype dtype = c == 0 ? DT_F32 : DT_C64;
        dt_tensor *plain = with_eigenvalues(tape, dtype, 3, (const double[]){1, 2, -1.5});
        dt_tensor *cotangent = numbers(tape, 6, DT_C64, SHAPE(3, 3));
        dt_backward(against(cotangent, weighted(&one, tape, &plain)));
        for (int u = 0; u < 2; u++) {
            dt_tensor *a = parameter(plain);
            dt_backward(against(cotangent, weighted(&units[u], tape, &a)));
            expect_same("scaled", dt_gradient(a), dt_gradient(plain), 2e-5);
        }
    }
    dt_tape_free(tape);
}

/* The same in forward mode: d Re tr a^3 = 3 Re tr a^2 e. Who else reads the vectors does not
 * matter. */
Test(eig, tangents_of_symmetric_functions_of_equal_eigenvalues_are_exact) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *a = with_eigenvalues(tape, double_types[t], 4, (const double[]){2, 2, 2, 5});
        dt_tensor *e = numbers(tape, 7, double_types[t], SHAPE(4, 4)), *w, *v;
        dt_eig(a, &w, &v);
        dt_tensor *y = dt_sum(dt_real(dt_mul(dt_square(w), w)), DT_ALL);
        dt_abs2(v);
        double got = dt_item(dt_jvp(y, 1, &a, &e));
        dt_tensor *product = dt_matmul(dt_matmul(a, a), e);
        double expected = 3 * dt_item(dt_sum(dt_real(dt_diagonal(product)), DT_ALL));
        cr_expect(fabs(got - expected) < 1e-12 * fabs(expected), "%.15g, should be %.15g", got,
                  expected);
        dt_jvp(v, 1, &a, &e);
        expect_message(tape, DT_ERR_GAUGE, "eig: matrix 0: eigenvalues ", "are one level");
    }
    dt_tape_free(tape);
}

/* -- refusals ---------------------------------------------------------------------------------- */

static void backward_of(dt_tensor *a, bool vectors) {
    dt_tensor *w, *v;
    dt_eig(a, &w, &v);
    dt_backward(vectors ? dt_sum(dt_square(dt_abs2(v)), DT_ALL) : dt_sum(dt_abs2(w), DT_ALL));
}

Test(eig, nearly_defective_matrices_are_refused_with_the_condition_of_their_vectors) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int vectors = 0; vectors < 2; vectors++) {
        /* vectors (1, 0) and (1, -1e-9): condition 2e9 */
        const double near[4] = {1, 1, 0, 1 - 1e-9}, exact[4] = {1, 1, 0, 1};
        backward_of(dt_parameter(tape, DT_F64, SHAPE(2, 2), near), vectors != 0);
        expect_message(
            tape, DT_ERR_GAUGE,
            "eig: matrix 0 is nearly defective: the condition of its eigenvectors is 2e+09",
            "above 6.71e+07, and there is no derivative: use functions of the matrix");
        backward_of(dt_parameter(tape, DT_F64, SHAPE(2, 2), exact), vectors != 0);
        expect_message(tape, DT_ERR_GAUGE, "eig: matrix 0 is nearly defective", "dt_expm");
        const double apart[4] = {1, 1, 0, 1 - 1e-6}; /* condition 2e6 */
        backward_of(dt_parameter(tape, DT_F64, SHAPE(2, 2), apart), vectors != 0);
        cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    }
    const float single[4] = {1, 1, 0, 0.9999F};
    backward_of(dt_parameter(tape, DT_F32, SHAPE(2, 2), single), false);
    expect_message(tape, DT_ERR_GAUGE, "is nearly defective", "above 2.9e+03");
    dt_tape_free(tape);
}

Test(eig, vectors_of_equal_eigenvalues_are_refused_by_name) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_c128 a[9] = {{1, 2}, {0, 0}, {0, 0}, {0, 0}, {3, 0}, {0, 0}, {0, 0}, {0, 0}, {1, 2}};
    backward_of(dt_parameter(tape, DT_C128, SHAPE(3, 3), a), false);
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    backward_of(dt_parameter(tape, DT_C128, SHAPE(3, 3), a), true);
    expect_message(tape, DT_ERR_GAUGE,
                   "eig: matrix 0: eigenvalues 0 and 1, 1+2i and 1+2i, are one level, whose "
                   "eigenvectors have no derivative",
                   "write the loss with eigenvalues alone");
    dt_tensor *w, *v, *x = dt_parameter(tape, DT_C128, SHAPE(3, 3), a); /* forward mode */
    dt_eig(x, &w, &v);
    dt_jvp(dt_abs2(v), 1, &x, &x);
    expect_message(tape, DT_ERR_GAUGE, "eig: matrix 0: eigenvalues 0 and 1", "are one level");
    dt_tape_free(tape);
}

Test(eig, losses_that_depend_on_free_phases_are_refused) {
    dt_tape *tape = dt_tape_new(NULL);
    const double levels_of[] = {1, 2, -1.5};
    dt_tensor *w, *v, *a = with_eigenvalues(tape, DT_C128, 3, levels_of);
    dt_eig(a, &w, &v);
    dt_backward(against(numbers(tape, 4, DT_C128, SHAPE(3, 3)), v));
    expect_message(tape, DT_ERR_GAUGE,
                   "eig: matrix 0: the loss depends on the free phase of eigenvector 0",
                   "use |v|^2 or products v v^H");
    dt_tape_free(tape);
}

Test(eig, refuses_what_is_no_square_matrix_of_finite_numbers) {
    dt_tape *tape = dt_tape_new(NULL);
    const double bad[8] = {1, 2, 3, 4, 5, INFINITY, 7, 8};
    dt_tensor *w, *v;
    dt_eig(dt_constant(tape, DT_F64, SHAPE(2, 2, 2), bad), &w, &v);
    cr_expect_eq(dt_tape_error(tape)->index, 1);
    expect_message(tape, DT_ERR_NONFINITE, "eig: matrix 1 of 2 has an element that is not finite",
                   "(2,2,2)");
    dt_eig(dt_constant(tape, DT_F64, SHAPE(2, 4), bad), &w, &v);
    expect_message(tape, DT_ERR_SHAPE, "eig: needs square matrices in the last two", "(2,4)");
    dt_eig(dt_broadcast(dt_scalar(tape, 1), SHAPE(20000, 20000)), &w, &v);
    expect_message(tape, DT_ERR_SHAPE, "eig: matrices beyond 15000 in the smaller",
                   "(20000,20000)");
    dt_eigvalsh(dt_broadcast(dt_scalar(tape, 1), SHAPE(20000, 20000)));
    expect_message(tape, DT_ERR_SHAPE, "eigh: matrices beyond 15000 in the", "(20000,20000)");
    dt_eig(dt_zeros(tape, DT_BOOL, SHAPE(2, 2)), &w, &v);
    expect_message(tape, DT_ERR_DTYPE, "eig: ", "bool");
    dt_tape_free(tape);
}
