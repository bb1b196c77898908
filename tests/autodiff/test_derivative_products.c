/* test_derivative_products.c - Hessian and Gauss-Newton products, Jacobians, gradient norms. */
#include "numbers.h"

#include <difftape/derivatives.h>
#include <difftape/gradcheck.h>

static const int64_t of_three[] = {3};
static const double x_values[] = {0.5, -1.25, 2}, z_values[] = {3, 0.75, -0.5};
static const double v_values[] = {1, -2, 0.5}, u_values[] = {0.25, 1.5, -1};

static void expect_refused(dt_tape *tape, dt_status status, const char *part) {
    cr_expect(dt_tape_status(tape) == status && strstr(dt_tape_message(tape), part) != NULL,
              "should fail with %s (%s), has %s: %s", dt_status_name(status), part,
              dt_status_name(dt_tape_status(tape)), dt_tape_message(tape));
    dt_tape_reset(tape);
}

static void expect_values(const char *what, dt_tensor *got, int64_t n, const double *want) {
    const double *data = dt_data(got);
    cr_assert(data != NULL, "%s: %s", what, dt_tape_message(dt_tape_of(got)));
    for (int64_t k = 0; k < n; k++) {
        cr_expect(fabs(data[k] - want[k]) <= 1e-13 * (1 + fabs(want[k])),
                  "%s: number %lld is %.17g, should be %.17g", what, (long long)k, data[k],
                  want[k]);
    }
}

Test(derivative_products, hessian_of_two_variables_times_vectors_has_its_closed_form) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, x_values);
    dt_tensor *z = dt_parameter(tape, DT_F64, 1, of_three, z_values);
    dt_tensor *v = dt_constant(tape, DT_F64, 1, of_three, v_values);
    dt_tensor *u = dt_constant(tape, DT_F64, 1, of_three, u_values), *hv[2];
    dt_tensor *loss = dt_sum(dt_mul(dt_square(x), z), DT_ALL); /* H = [[2z, 2x], [2x, 0]] */
    dt_hvp(loss, 2, (dt_tensor *const[]){x, z}, (dt_tensor *const[]){v, u}, hv);
    double want_x[3], want_z[3];
    for (int k = 0; k < 3; k++) {
        want_x[k] = 2 * z_values[k] * v_values[k] + 2 * x_values[k] * u_values[k];
        want_z[k] = 2 * x_values[k] * v_values[k];
    }
    expect_values("Hv for x", hv[0], 3, want_x);
    expect_values("Hv for z", hv[1], 3, want_z);
    dt_tape_free(tape);
}

Test(derivative_products, hessian_of_a_complex_variable_acts_on_real_and_imaginary_parts) {
    dt_tape *tape = dt_tape_new(NULL);
    const dt_c128 w = {0.75, -1.5}, d = {2, 0.25};
    dt_tensor *x = dt_parameter(tape, DT_C128, 0, NULL, &w), *hv;
    dt_tensor *v = dt_constant(tape, DT_C128, 0, NULL, &d);
    dt_hvp(dt_square(dt_abs2(x)), 1, &x, &v, &hv); /* |w|^4: H v = 4|w|^2 v + 8 w Re(w* v) */
    double square = w.re * w.re + w.im * w.im, overlap = w.re * d.re + w.im * d.im;
    expect_values("Hv", hv, 2,
                  (const double[]){4 * square * d.re + 8 * w.re * overlap,
                                   4 * square * d.im + 8 * w.im * overlap});
    dt_tape_free(tape);
}

Test(derivative_products, hessian_of_a_linear_loss_is_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, x_values), *hv;
    dt_tensor *v = dt_constant(tape, DT_F64, 1, of_three, v_values);
    dt_hvp(dt_sum(dt_scale(x, 3), DT_ALL), 1, &x, &v, &hv);
    expect_values("Hv", hv, 3, (const double[]){0, 0, 0});
    dt_tape_free(tape);
}

/* Residuals (n, 2) of three parameters: exp(x_0 t) + x_1 t and sin(x_2 t) x_0. */
static dt_tensor *residuals(dt_tape *tape, dt_tensor *x, int64_t n) {
    double t[16];
    for (int64_t i = 0; i < n; i++) {
        t[i] = 0.25 * (double)i - 0.5;
    }
    dt_tensor *at = dt_constant(tape, DT_F64, 1, &n, t);
    dt_tensor *a = dt_select(x, 0, 0), *b = dt_select(x, 0, 1), *c = dt_select(x, 0, 2);
    dt_tensor *first = dt_add(dt_exp(dt_mul(a, at)), dt_mul(b, at));
    dt_tensor *second = dt_mul(dt_sin(dt_mul(c, at)), a);
    return dt_stack(2, (dt_tensor *const[]){first, second}, 1);
}

static void expect_jacobian(int64_t n) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, x_values);
    dt_tensor *j = dt_jacobian(residuals(tape, x, n), x);
    cr_assert(dt_tape_status(tape) == DT_OK, "%s", dt_tape_message(tape));
    cr_assert(dt_ndim(j) == 3 && dt_shape(j)[0] == n && dt_shape(j)[1] == 2 && dt_shape(j)[2] == 3);
    double want[16 * 6];
    for (int64_t i = 0; i < n; i++) {
        double t = 0.25 * (double)i - 0.5;
        const double row[] = {t * exp(x_values[0] * t), t, 0,
                              sin(x_values[2] * t),     0, x_values[0] * t * cos(x_values[2] * t)};
        memcpy(want + 6 * i, row, sizeof row);
    }
    expect_values("jacobian", j, 6 * n, want);
    dt_tape_free(tape);
}

Test(derivative_products, jacobian_is_the_closed_form_by_forward_and_by_reverse_sweeps) {
    expect_jacobian(1); /* 2 results of 3 variables: reverse */
    expect_jacobian(9); /* 18 results of 3 variables: forward */
}

Test(derivative_products, gauss_newton_product_is_that_of_the_dense_jacobian) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, x_values), *product;
    dt_tensor *v = dt_constant(tape, DT_F64, 1, of_three, v_values);
    dt_tensor *y = residuals(tape, x, 7);
    dt_gauss_newton(y, 1, &x, &v, &product);
    dt_tensor *j = dt_reshape(dt_jacobian(y, x), 2, (const int64_t[]){14, 3});
    dt_tensor *dense = dt_matmul_flags(j, DT_T, dt_matmul(j, dt_expand_dims(v, 1)), DT_N);
    const double *want = dt_data(dense);
    cr_assert(want != NULL, "%s", dt_tape_message(tape));
    expect_values("J^T J v", product, 3, want);
    dt_tape_free(tape);
}

/* Sum of the squares of a Jacobian, of a Gauss-Newton and of a Hessian product. */
static dt_tensor *recorded(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    dt_tensor *x = dt_wants_gradient(in[0])
                       ? in[0]
                       : dt_parameter(tape, DT_F64, 1, dt_shape(in[0]), dt_data(in[0]));
    dt_tensor *y = residuals(tape, x, 4), *product, *hv;
    dt_tensor *v = dt_constant(tape, DT_F64, 1, of_three, v_values);
    dt_gauss_newton(y, 1, &x, &v, &product);
    dt_hvp(dt_sum(dt_square(y), DT_ALL), 1, &x, &v, &hv);
    dt_tensor *sum = dt_sum(dt_square(dt_jacobian(y, x)), DT_ALL);
    return dt_add(sum, dt_sum(dt_mul(product, hv), DT_ALL));
}

Test(derivative_products, can_themselves_be_differentiated) {
    const dt_array at = dt_array_wrap(DT_F64, 1, of_three, x_values);
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck("products", recorded, NULL, 1, &at, NULL, &report, &error);
    cr_expect(error.status == DT_OK, "%s", error.message);
    cr_expect(report.compared >= 3, "only %lld numbers compared", (long long)report.compared);
}

Test(derivative_products, refuse_what_is_not_defined) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, of_three, x_values), *ret;
    dt_hvp(dt_square(x), 1, &x, &x, &ret);
    expect_refused(tape, DT_ERR_GRADIENT, "dt_hvp: the loss must be one real number");
    x = dt_parameter(tape, DT_F64, 1, of_three, x_values);
    dt_hvp(dt_sum(x, DT_ALL), 1, &x, (dt_tensor *const[]){dt_scalar(tape, 1)}, &ret);
    expect_refused(tape, DT_ERR_SHAPE, "dt_hvp: vector 0 is f64(), its tensor f64(3)");
    x = dt_parameter(tape, DT_C128, 0, NULL, NULL);
    dt_jacobian(dt_abs2(x), x);
    expect_refused(tape, DT_ERR_DTYPE,
                   "dt_jacobian: needs real y and x of one type, got f64 and c128");
    x = dt_parameter(tape, DT_F64, 5, (const int64_t[]){1, 1, 1, 1, 1}, NULL);
    dt_jacobian(dt_square(x), x);
    expect_refused(tape, DT_ERR_SHAPE, "dt_jacobian: 5 + 5 dimensions are more than 8");
    x = dt_constant(tape, DT_F64, 1, of_three, x_values);
    dt_gauss_newton(x, 1, &x, &x, &ret);
    expect_refused(tape, DT_ERR_GRADIENT, "dt_gauss_newton: variable 0 is a constant");
    dt_tape_free(tape);
}

/* -- norms ------------------------------------------------------------------------------------- */

Test(gradients, norm_runs_over_all_parameters_and_clipping_scales_them_together) {
    dt_tape *tape = dt_tape_new(NULL);
    const float single[] = {1.5f, -2};
    const dt_c128 w = {2, -1};
    dt_tensor *p[] = {dt_parameter(tape, DT_F64, 1, of_three, x_values),
                      dt_parameter(tape, DT_F32, 1, (const int64_t[]){2}, single),
                      dt_parameter(tape, DT_C128, 0, NULL, &w)};
    for (int i = 0; i < 3; i++) {
        dt_tensor *loss = dt_scale(dt_sum(dt_abs2(p[i]), DT_ALL), 0.5); /* the gradient is p */
        dt_backward(loss);
    }
    double sum = 1.5 * 1.5 + 4 + 5;
    for (int k = 0; k < 3; k++) {
        sum += x_values[k] * x_values[k];
    }
    double norm = dt_gradient_norm(3, p);
    cr_expect(fabs(norm - sqrt(sum)) < 1e-14 * norm, "%.17g, should be %.17g", norm, sqrt(sum));
    cr_expect(dt_clip_gradients(3, p, 100) == norm && dt_gradient_norm(3, p) == norm);
    cr_expect(dt_clip_gradients(3, p, 1) == norm);
    double after = dt_gradient_norm(3, p);
    cr_expect(fabs(after - 1) < 1e-7, "%.9g, should be 1", after);
    expect_values("clipped", dt_gradient(p[2]), 2, (const double[]){2 / norm, -1 / norm});
    dt_tape_free(tape);
}

Test(gradients, norm_neither_overflows_nor_underflows_and_clipping_refuses_infinity) {
    dt_tape *tape = dt_tape_new(NULL);
    static const double sizes[] = {1e-200, 1e200};
    for (int k = 0; k < 2; k++) {
        dt_tensor *p = dt_parameter(tape, DT_F64, 1, of_three, x_values);
        dt_backward(dt_sum(dt_scale(p, sizes[k]), DT_ALL));
        double norm = dt_gradient_norm(1, &p);
        cr_expect(fabs(norm / sizes[k] - sqrt(3)) < 1e-14, "%g", norm);
    }
    dt_tensor *p = dt_parameter(tape, DT_F64, 1, of_three, x_values);
    dt_backward(dt_sum(dt_scale(p, INFINITY), DT_ALL));
    cr_expect(isinf(dt_clip_gradients(1, &p, 1)));
    expect_refused(tape, DT_ERR_NONFINITE, "the norm of the gradients is inf");
    dt_tape_free(tape);
}
