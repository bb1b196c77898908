/* test_pinv.c - pseudo-inverses and norms of matrices: values, gradients, refusals. */
#include "matrices_checked.h"

/* -- pseudo-inverse ---------------------------------------------------------------------------- */

static const int64_t rectangles[][2] = {{3, 3}, {5, 3}, {3, 4}, {1, 3}, {1, 1}};

Test(pinv, satisfies_the_four_conditions_of_penrose_at_full_and_deficient_rank) {
    static const double values[][3] = {{3, 2, 0.5}, {3, 2, 0}, {2, 2, 2}, {4, 0, 0}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (size_t i = 0; i < COUNT(rectangles) * COUNT(values); i++) {
            dt_dtype dtype = float_types[t];
            const int64_t *size = rectangles[i % COUNT(rectangles)];
            dt_tensor *a =
                with_singular_values(tape, dtype, size[0], size[1], values[i / COUNT(rectangles)]);
            dt_tensor *p = dt_pinv(a, 0), *ap = dt_matmul(a, p), *pa = dt_matmul(p, a);
            double allowed = 4 * rounding(dtype);
            expect_shape("p", p, SHAPE(size[1], size[0]));
            expect_same("a p a", dt_matmul(ap, a), a, allowed);
            expect_same("p a p", dt_matmul(pa, p), p, allowed);
            expect_same("a p Hermitian", adjoint(ap), ap, allowed);
            expect_same("p a Hermitian", adjoint(pa), pa, allowed);
        }
    }
    dt_tape_free(tape);
}

Test(pinv, of_zero_is_zero_and_of_nothing_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p = dt_pinv(dt_zeros(tape, DT_F32, SHAPE(2, 3, 2)), 0);
    expect_shape("zero", p, SHAPE(2, 2, 3));
    cr_expect_eq(largest_of(p), 0);
    expect_shape("no rows", dt_pinv(dt_zeros(tape, DT_F64, SHAPE(0, 3)), 0), SHAPE(3, 0));
    expect_shape("no columns", dt_pinv(dt_zeros(tape, DT_F64, SHAPE(3, 0)), 0), SHAPE(0, 3));
    expect_shape("no matrices", dt_pinv(dt_zeros(tape, DT_C64, SHAPE(0, 2, 3)), 0), SHAPE(0, 3, 2));
    dt_tape_free(tape);
}

/* The rule of Golub and Pereyra, in the tests only: the library takes another way. */
static dt_tensor *golub_pereyra(dt_tensor *a, dt_tensor *p, dt_tensor *pbar) {
    dt_tensor *ph = adjoint(p), *pbarh = adjoint(pbar);
    dt_tensor *first = dt_matmul(dt_matmul(ph, pbar), ph);
    dt_tensor *right = dt_matmul(pbarh, dt_matmul(p, ph)),
              *left = dt_matmul(dt_matmul(ph, p), pbarh);
    dt_tensor *second = dt_sub(right, dt_matmul(a, dt_matmul(p, right)));
    dt_tensor *third = dt_sub(left, dt_matmul(dt_matmul(left, p), a));
    return dt_sub(dt_add(second, third), first);
}

Test(pinv, gradients_are_those_of_golub_and_pereyra_in_any_unit) {
    static const double values[][3] = {{3, 2, 0.5}, {3, 2, 0}, {2, 2, 2}, {4, 0, 0}, {2, 2, 0}};
    static const double units[] = {1, 1e-26, 1e26};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        for (size_t i = 0; i < COUNT(rectangles) * COUNT(values); i++) {
            for (int u = 0; u < 3; u++) {
                const int64_t *size = rectangles[i % COUNT(rectangles)];
                dt_tensor *plain = with_singular_values(tape, double_types[t], size[0], size[1],
                                                        values[i / COUNT(rectangles)]);
                dt_tensor *a = parameter(dt_scale(plain, units[u])), *p = dt_pinv(a, 1e-12);
                dt_tensor *pbar = numbers(tape, 7, double_types[t], SHAPE(size[1], size[0]));
                dt_backward_from(p, pbar);
                expect_same("abar", dt_gradient(a), golub_pereyra(a, p, pbar), 1e-12);
                dt_tape_reset(tape);
            }
        }
    }
    dt_tape_free(tape);
}

static dt_tensor *truncated(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_pinv(in[0], 0.3);
}

Test(pinv, derivatives_are_exact_where_what_is_dropped_is_not_zero) {
    static const double values[][3] = {{1, 0.8, 0.1}, {1, 1, 0.2}, {1, 0.2, 0.2}};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        for (size_t i = 0; i < COUNT(values); i++) {
            dt_tensor *a = with_singular_values(tape, double_types[t], 4, 3, values[i]);
            expect_exact_gradients("truncated", truncated, 1, &a);
        }
    }
    dt_tape_free(tape);
}

Test(pinv, third_derivatives_exist_where_nothing_is_dropped_and_are_refused_elsewhere) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int c = 0; c < 2; c++) { /* p(t a) = p(a)/t: derivatives at 1 are -1, 2, -6 times p(a) */
        dt_tensor *a = with_singular_values(tape, DT_F64, 4, 3, (const double[]){3, 2, 0.5});
        dt_tensor *t = parameter(dt_scalar(tape, 1)), *one = dt_scalar(tape, 1);
        dt_tensor *p = dt_pinv(dt_mul(t, a), c == 0 ? 0 : 0.3);
        dt_tensor *y = dt_sum(p, DT_ALL), *first, *second, *third;
        dt_vjp(y, one, 1, &t, &first);
        dt_vjp(first, one, 1, &t, &second);
        double whole = dt_item(y);
        cr_assert(fabs(whole) > 0.1, "%g", whole);
        cr_expect(fabs(dt_item(first) + whole) < 1e-13, "%.15g", dt_item(first));
        cr_expect(fabs(dt_item(second) - 2 * whole) < 1e-12, "%.15g", dt_item(second));
        dt_vjp(second, one, 1, &t, &third);
        if (c == 0) {
            cr_expect(fabs(dt_item(third) + 6 * whole) < 1e-11, "%.15g", dt_item(third));
        } else {
            expect_message(tape, DT_ERR_GRADIENT, "derivatives of an order above 2",
                           "are not available");
        }
    }
    dt_tape_free(tape);
}

Test(pinv, refuses_what_is_no_matrix_or_no_part_of_one) {
    dt_tape *tape = dt_tape_new(NULL);
    const double bad[4] = {1, 2, NAN, 4};
    dt_pinv(dt_constant(tape, DT_F64, SHAPE(2, 2), bad), 0);
    expect_message(tape, DT_ERR_NONFINITE, "pinv: the matrix has an element that is not finite",
                   "f64(2,2)");
    dt_pinv(dt_broadcast(dt_scalar(tape, 1), SHAPE(20000, 20000)), 0);
    expect_message(tape, DT_ERR_SHAPE, "pinv: matrices beyond 15000 in the", "(20000,20000)");
    dt_tensor *inert = dt_pinv(dt_constant(tape, DT_F64, SHAPE(2, 2), bad), 0.1);
    cr_expect_eq(inert, dt_inert(tape));
    expect_message(tape, DT_ERR_NONFINITE, "pinv: svd: the matrix has an element",
                   "that is not finite");
    dt_tensor *y = dt_pinv(dt_zeros(tape, DT_F64, SHAPE(3)), 0);
    expect_failure(tape, y, DT_ERR_SHAPE,
                   "pinv: needs matrices of a float type in the last two dimensions: (3) f64");
    y = dt_pinv(dt_zeros(tape, DT_I64, SHAPE(3, 3)), 0);
    expect_failure(tape, y, DT_ERR_DTYPE,
                   "pinv: needs matrices of a float type in the last two dimensions: (3,3) i64");
    y = dt_pinv(dt_zeros(tape, DT_F64, SHAPE(3, 3)), -1e-3);
    expect_failure(tape, y, DT_ERR_ARGUMENT, "pinv: rtol = -0.001 must be at least 0 and below 1");
    y = dt_pinv(dt_zeros(tape, DT_F64, SHAPE(3, 3)), NAN);
    expect_failure(tape, y, DT_ERR_ARGUMENT, "pinv: rtol = nan must be at least 0 and below 1");
    dt_tape_free(tape);
}

/* -- norms ------------------------------------------------------------------------------------- */

static const dt_matrix_norm_kind kinds[] = {DT_NORM_FROBENIUS, DT_NORM_NUCLEAR, DT_NORM_SPECTRAL};

Test(matrix_norm, is_the_root_of_squares_the_sum_or_the_largest_of_singular_values) {
    dt_tape *tape = dt_tape_new(NULL);
    const double s[3] = {3, 2, 0.5}, expected[3] = {sqrt(13.25), 5.5, 3};
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tensor *a = with_singular_values(tape, float_types[t], 4, 3, s);
        dt_tensor *both = dt_stack(2, (dt_tensor *const[]){a, dt_scale(a, -2)}, 0);
        for (int k = 0; k < 3; k++) {
            dt_tensor *y = dt_matrix_norm(both, kinds[k]);
            expect_shape("norms", y, SHAPE(2));
            for (int64_t i = 0; i < 2; i++) {
                expect_near("norm", k, element(y, i), (double)(i + 1) * expected[k],
                            10 * rounding(float_types[t]));
            }
        }
    }
    dt_tape_free(tape);
}

Test(matrix_norm, gradients_are_exact_at_equal_singular_values) {
    dt_tape *tape = dt_tape_new(NULL);
    const double twos[3] = {2, 2, 2}, ones[3] = {1, 1, 1},
                 root[3] = {1 / sqrt(3.0), 1 / sqrt(3.0), 1 / sqrt(3.0)};
    const double thirds[3] = {1.0 / 3, 1.0 / 3, 1.0 / 3};
    const double *expected[3] = {root, ones, thirds}; /* times u v^H */
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (int k = 0; k < 3; k++) {
            dt_tensor *a = with_singular_values(tape, float_types[t], 4, 3, twos);
            dt_backward(dt_matrix_norm(a, kinds[k]));
            expect_same("gradient", dt_gradient(a),
                        with_singular_values(tape, float_types[t], 4, 3, expected[k]),
                        rounding(float_types[t]));
        }
    }
    dt_tape_free(tape);
}

Test(matrix_norm, knows_no_unit_in_any_type) {
    static const double units[] = {0x1p-86, 0x1p86}; /* about 1e-26, 1e26 */
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (int c = 0; c < 6; c++) {
            dt_tensor *plain =
                with_singular_values(tape, float_types[t], 3, 4, (const double[]){3, 2, 0.5});
            dt_tensor *a = parameter(dt_scale(plain, units[c / 3]));
            dt_tensor *norm = dt_matrix_norm(plain, kinds[c % 3]);
            dt_tensor *scaled = dt_matrix_norm(a, kinds[c % 3]);
            double allowed = rounding(float_types[t]);
            expect_same("norm", scaled, dt_scale(norm, units[c / 3]), allowed);
            dt_backward(norm);
            dt_backward(scaled);
            expect_same("gradient", dt_gradient(a), dt_gradient(plain), allowed);
        }
    }
    dt_tape_free(tape);
}

Test(matrix_norm, at_kinks_gives_the_smallest_subgradient) {
    dt_tape *tape = dt_tape_new(NULL);
    const double s[3] = {2, 2, 0}, nuclear[3] = {1, 1, 0}, spectral[3] = {0.5, 0.5, 0};
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *a = with_singular_values(tape, double_types[t], 3, 3, s);
        dt_backward(dt_matrix_norm(a, DT_NORM_NUCLEAR));
        expect_same("nuclear", dt_gradient(a),
                    with_singular_values(tape, double_types[t], 3, 3, nuclear), 1e-14);
        dt_tensor *b = with_singular_values(tape, double_types[t], 3, 3, s);
        dt_backward(dt_matrix_norm(b, DT_NORM_SPECTRAL));
        expect_same("spectral", dt_gradient(b),
                    with_singular_values(tape, double_types[t], 3, 3, spectral), 1e-14);
        for (int k = 0; k < 3; k++) {
            dt_tensor *zero = parameter(dt_zeros(tape, double_types[t], SHAPE(2, 3)));
            dt_tensor *y = dt_matrix_norm(zero, kinds[k]);
            cr_expect_eq(dt_item(y), 0);
            dt_backward(y);
            cr_expect_eq(largest_of(dt_gradient(zero)), 0);
        }
    }
    dt_tape_free(tape);
}

Test(matrix_norm, of_nothing_is_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int k = 0; k < 3; k++) {
        dt_tensor *y = dt_matrix_norm(dt_parameter(tape, DT_C64, SHAPE(2, 0, 3), NULL), kinds[k]);
        expect_shape("no rows", y, SHAPE(2));
        cr_expect_eq(largest_of(y), 0);
        y = dt_matrix_norm(dt_zeros(tape, DT_F64, SHAPE(0, 2, 3)), kinds[k]);
        expect_shape("no matrices", y, SHAPE(0));
    }
    dt_tape_free(tape);
}

Test(matrix_norm, refuses_vectors_unknown_kinds_and_second_derivatives_at_equal_values) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *y = dt_matrix_norm(dt_zeros(tape, DT_F64, SHAPE(3)), DT_NORM_FROBENIUS);
    expect_failure(
        tape, y, DT_ERR_SHAPE,
        "matrix_norm: needs matrices of a float type in the last two dimensions: (3) f64");
    y = dt_matrix_norm(dt_zeros(tape, DT_F64, SHAPE(3, 3)), (dt_matrix_norm_kind)7);
    expect_failure(tape, y, DT_ERR_ARGUMENT, "matrix_norm: there is no kind 7 of norm");
    dt_matrix_norm(dt_full(tape, DT_F64, SHAPE(2, 2), NAN), DT_NORM_NUCLEAR);
    expect_message(tape, DT_ERR_NONFINITE, "matrix_norm: svd: the matrix has an element",
                   "that is not finite");
    y = dt_matrix_norm(dt_full(tape, DT_F64, SHAPE(2, 2), NAN), DT_NORM_FROBENIUS);
    cr_expect(isnan(dt_item(y)), "%g", dt_item(y));
    dt_tensor *a = parameter(identity(tape, DT_F64, 3)),
              *direction = numbers(tape, 1, DT_F64, SHAPE(3, 3)), *hv;
    dt_hvp(dt_matrix_norm(a, DT_NORM_NUCLEAR), 1, &a, &direction, &hv);
    expect_message(tape, DT_ERR_GAUGE, "svd: matrix 0: singular values 0 and 1, 1 and 1",
                   "are one level");
    dt_tape_free(tape);
}
