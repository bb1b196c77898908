/* test_expm.c - the matrix exponential against its series, mpmath and closed forms. */
#include "matrices_checked.h"

typedef long double complex long_value;

/* y = exp(a) of n x n by the Taylor series of a / 2^7, squared 7 times, in long double: squaring
 * more often would lose the digits that long double has in excess. */
static void series(int64_t n, const value *a, value *y) {
    long_value x[16], term[16], sum[16], product[16];
    for (int64_t k = 0; k < n * n; k++) {
        x[k] = (long_value)a[k] / 128;
        term[k] = sum[k] = k % (n + 1) == 0;
    }
    for (int step = 1; step <= 28 + 7; step++) {
        const long_value *left = step <= 28 ? term : sum, *right = step <= 28 ? x : sum;
        for (int64_t k = 0; k < n * n; k++) {
            product[k] = 0;
            for (int64_t j = 0; j < n; j++) {
                product[k] += left[k / n * n + j] * right[j * n + k % n];
            }
        }
        for (int64_t k = 0; k < n * n; k++) {
            term[k] = product[k] / (step <= 28 ? step : 1);
            sum[k] = step <= 28 ? sum[k] + term[k] : product[k];
        }
    }
    for (int64_t k = 0; k < n * n; k++) {
        y[k] = (value)sum[k];
    }
}

Test(expm, is_the_sum_of_its_series_for_norms_from_1e_minus_6_to_20_and_any_type) {
    static const double sizes[] = {1e-6, 0.1, 1, 1.5, 4};
    dt_tape *tape = dt_tape_new(NULL);
    int64_t compared = 0;
    for (size_t t = 0; t < COUNT(float_types); t++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            for (int64_t n = 1; n <= 4; n++) {
                value at[16], expected[16];
                double scale = 0;
                for (int64_t k = 0; k < n * n; k++) {
                    at[k] = stored(number_at((int)n, k, float_types[t]) * sizes[i], float_types[t]);
                }
                series(n, at, expected);
                for (int64_t k = 0; k < n * n; k++) {
                    scale = fmax(scale, cabs(expected[k]));
                }
                dt_tensor *y = dt_expm(tensor(tape, float_types[t], SHAPE(n, n), at, false));
                for (int64_t k = 0; k < n * n; k++, compared++) {
                    expect_near("exp", k, element(y, k), expected[k],
                                rounding(float_types[t]) * scale);
                }
            }
        }
    }
    cr_assert_eq(compared, 4 * 5 * 30);
    dt_tape_free(tape);
}

/* Made with mpmath 1.3.0: mp.dps = 60, expm(matrix, method='taylor'). */
Test(expm, of_norm_200_agrees_with_sixty_digits) {
    dt_tape *tape = dt_tape_new(NULL);
    const double positive[9] = {30, 20, 10, 15, 40, 45, 50, 5, 25};
    const double expected[9] = {
        9.2167485726105700196e+32, 5.9131593858973789977e+32, 6.8896870243716289046e+32,
        1.6437628119799935538e+33, 1.0545835576694594937e+33, 1.2287425687728687381e+33,
        1.0442917961104341943e+33, 6.6998288899151436157e+32, 7.8062709215055862944e+32};
    dt_tensor *y = dt_expm(dt_constant(tape, DT_F64, SHAPE(3, 3), positive));
    expect_same("positive", y, dt_constant(tape, DT_F64, SHAPE(3, 3), expected), 4e-14);
    /* eigenvalues near -1, -17 and -20, elements of 64: squaring loses digits, not all */
    const double stiff[9] = {-49, 24, 0.5, -64, 31, -2, 3, -7, -20};
    const double exact[9] = {
        -3.8196826282939149864, 2.9637350950737328449,  -0.37405827708944308225,
        -7.99429963880322063,   6.2028678067122628806,  -0.78287497500750737152,
        2.1239408305801275992,  -1.6479897892470792771, 0.20799572058380869638};
    y = dt_expm(dt_constant(tape, DT_F64, SHAPE(3, 3), stiff));
    expect_same("stiff", y, dt_constant(tape, DT_F64, SHAPE(3, 3), exact), 4e-13);
    const dt_c128 complex_numbers[9] = {{1, 2}, {-0.5, 0.25}, {0, 3},  {2, -1},  {0.75, -2},
                                        {1, 1}, {-3, 0.5},    {0, -1}, {-1.5, 4}};
    const dt_c128 of_complex[9] = {{5.7455746915299910183, 4.7195514065677909057},
                                   {0.24012749412024901557, 1.8620374708895111636},
                                   {-4.614200890868958602, 0.74702144127036594318},
                                   {3.6851486962411333228, -6.6429152889215325051},
                                   {0.76198178880029483239, -1.9794516724808094936},
                                   {1.72013536997815679, 4.2085281393518789787},
                                   {-1.7689873800359511341, -5.3310766456639618547},
                                   {0.36152607760790286523, -1.3228640767237833836},
                                   {3.3057212939557671547, 1.2756350440046407022}};
    y = dt_expm(dt_constant(tape, DT_C128, SHAPE(3, 3), complex_numbers));
    expect_same("complex", y, dt_constant(tape, DT_C128, SHAPE(3, 3), of_complex), 1e-14);
    dt_tape_free(tape);
}

Test(expm, of_a_nilpotent_matrix_is_its_polynomial_and_of_a_rotation_its_angle) {
    dt_tape *tape = dt_tape_new(NULL);
    const double nilpotent[9] = {0, 3, 5, 0, 0, -2, 0, 0, 0},
                 polynomial[9] = {1, 3, 2, 0, 1, -2, 0, 0, 1};
    dt_tensor *y = dt_expm(dt_constant(tape, DT_F64, SHAPE(3, 3), nilpotent));
    expect_same("nilpotent", y, dt_constant(tape, DT_F64, SHAPE(3, 3), polynomial), 1e-15);
    for (double angle = 0.1; angle < 200; angle *= 3) {
        const double skew[4] = {0, -angle, angle, 0};
        y = dt_expm(dt_constant(tape, DT_F64, SHAPE(2, 2), skew));
        const double turn[4] = {cos(angle), -sin(angle), sin(angle), cos(angle)};
        /* the rounding of the approximant, once for every radian of the angle */
        expect_same("rotation", y, dt_constant(tape, DT_F64, SHAPE(2, 2), turn),
                    1e-15 * (1 + angle));
        dt_tensor *one = dt_matmul_flags(y, DT_C, y, DT_N);
        expect_same("orthogonal", one, identity(tape, DT_F64, 2), 1e-15 * (1 + angle));
    }
    dt_tape_free(tape);
}

Test(expm, treats_every_matrix_of_a_batch_as_if_alone) {
    static const double sizes[] = {0, 1e-26, 0.3, 7, 40, 150};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *single[6], *expected[6];
    for (int i = 0; i < 6; i++) {
        single[i] = dt_scale(numbers(tape, 20, DT_C128, SHAPE(3, 3)), sizes[i] / 3);
        single[i] = dt_sub(single[i], dt_scale(identity(tape, DT_C128, 3), sizes[i]));
        expected[i] = dt_expm(single[i]);
    }
    dt_tensor *together = dt_expm(dt_stack(6, single, 0));
    expect_shape("batch", together, SHAPE(6, 3, 3));
    for (int64_t i = 0; i < 6; i++) {
        expect_same("one of a batch", dt_select(together, 0, i), expected[i], 0);
    }
    expect_same("zero", expected[0], identity(tape, DT_C128, 3), 0);
    dt_tape_free(tape);
}

Test(expm, of_nothing_is_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = dt_parameter(tape, DT_F64, SHAPE(2, 0, 0), NULL);
    dt_tensor *y = dt_expm(a);
    expect_shape("n = 0", y, SHAPE(2, 0, 0));
    expect_shape("no matrices", dt_expm(dt_zeros(tape, DT_C64, SHAPE(0, 3, 3))), SHAPE(0, 3, 3));
    dt_backward(dt_sum(y, DT_ALL));
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_tape_free(tape);
}

/* -- derivatives ------------------------------------------------------------------------------- */

/* exp((a e; 0 a)) = (exp a, derivative; 0, exp a). */
static dt_tensor *block(dt_tensor *a, dt_tensor *e) {
    dt_tensor *zero = dt_zeros(dt_tape_of(a), dt_dtype_of(a), dt_ndim(a), dt_shape(a));
    dt_tensor *rows[] = {dt_concat(2, (dt_tensor *const[]){a, e}, 1),
                         dt_concat(2, (dt_tensor *const[]){zero, a}, 1)};
    return dt_concat(2, rows, 0);
}

static dt_tensor *corner(dt_tensor *y, int64_t n) {
    return dt_slice(dt_slice(y, 0, 0, n, 1), 1, n, 2 * n, 1);
}

Test(expm, derivatives_are_corners_of_the_exponential_of_a_block_matrix) {
    static const double sizes[] = {1e-3, 1, 8};
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            dt_dtype dtype = double_types[t];
            dt_tensor *a = parameter(dt_scale(numbers(tape, 1, dtype, SHAPE(3, 3)), sizes[i]));
            dt_tensor *e = numbers(tape, 2, dtype, SHAPE(3, 3)), *y = dt_expm(a);
            dt_tensor *forward = dt_jvp(y, 1, &a, &e);
            double allowed = 1e-14 * (1 + 3 * sizes[i]);
            expect_same("forward", forward, corner(dt_expm(block(a, e)), 3), allowed);
            dt_backward_from(y, e);
            dt_tensor *back = corner(dt_expm(block(adjoint(a), e)), 3);
            expect_same("reverse", dt_gradient(a), back, allowed);
        }
    }
    dt_tape_free(tape);
}

/* For commuting directions the derivatives are those of a number: here the third one. */
Test(expm, third_derivatives_exist_and_are_right) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *a = parameter(dt_scale(numbers(tape, 1, DT_F64, SHAPE(3, 3)), 0.5));
    dt_tensor *t = parameter(dt_scalar(tape, 1)), *y = dt_sum(dt_expm(dt_mul(t, a)), DT_ALL);
    dt_tensor *first, *second, *third;
    dt_tensor *one = dt_scalar(tape, 1);
    dt_vjp(y, one, 1, &t, &first);
    dt_vjp(first, one, 1, &t, &second);
    dt_vjp(second, one, 1, &t, &third);
    cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    dt_tensor *cube = dt_matmul(a, dt_matmul(a, a));
    double expected = dt_item(dt_sum(dt_matmul(cube, dt_expm(a)), DT_ALL));
    cr_expect(fabs(dt_item(third) - expected) < 1e-12 * fabs(expected), "%.15g, should be %.15g",
              dt_item(third), expected);
    dt_tape_free(tape);
}

/* -- refusals ---------------------------------------------------------------------------------- */

Test(expm, refuses_what_is_not_square_or_finite_or_has_no_finite_exponential) {
    dt_tape *tape = dt_tape_new(NULL);
    double bad[8] = {1, 2, 3, 4, 5, NAN, 7, 8};
    dt_tensor *y = dt_expm(dt_constant(tape, DT_F64, SHAPE(2, 2, 2), bad));
    cr_expect_eq(dt_tape_error(tape)->index, 1);
    expect_failure(tape, y, DT_ERR_NONFINITE, "expm: matrix 1 is not finite");
    bad[5] = 800;
    y = dt_expm(dt_constant(tape, DT_F64, SHAPE(2, 2, 2), bad));
    cr_expect_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
    bad[4] = 800;
    y = dt_expm(dt_constant(tape, DT_F64, SHAPE(2, 2, 2), bad));
    expect_failure(tape, y, DT_ERR_NONFINITE, "expm: the exponential of matrix 1 overflows");
    y = dt_expm(dt_constant(tape, DT_F64, SHAPE(2, 4), bad));
    expect_failure(
        tape, y, DT_ERR_SHAPE,
        "expm: needs square matrices of a float type in the last two dimensions: (2,4) f64");
    y = dt_expm(dt_zeros(tape, DT_I64, SHAPE(2, 2)));
    expect_failure(
        tape, y, DT_ERR_DTYPE,
        "expm: needs square matrices of a float type in the last two dimensions: (2,2) i64");
    dt_tape_free(tape);
}
