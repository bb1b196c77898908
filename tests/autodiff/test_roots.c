/* test_roots.c - solutions of a cos w + b sin w = c, and tensors taken apart along an axis. */
#include "numbers.h"
#include "values.h"

#include <difftape/ops.h>

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { N = 1300 }; /* several tiles and a rest */

static const double pi = 3.14159265358979323846;

/* Operands of which about half have roots. */
static void operands(double (*x)[N]) {
    for (int64_t i = 0; i < N; i++) {
        x[0][i] = 3 * sin(1.7 * (double)i);
        x[1][i] = 3 * sin(2.3 * (double)i + 1);
        x[2][i] = 5 * sin(0.9 * (double)i + 2);
    }
}

static dt_tensor *row(dt_tape *tape, dt_dtype dtype, const double *x) {
    return dt_cast(dt_constant(tape, DT_F64, 1, (int64_t[]){N}, x), dtype);
}

/* The roots satisfy the equation, with the slope that was promised; there are as many as a plain
 * count of sign changes says. */
Test(roots, solve_the_equation_with_the_slope_that_is_returned) {
    static double x[3][N];
    operands(x);
    int seen = 0, hidden = 0;
    for (int type = 0; type < 2; type++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_dtype dtype = type == 0 ? DT_F64 : DT_F32;
        dt_tensor *w, *q;
        dt_sinusoid_roots(row(tape, dtype, x[0]), row(tape, dtype, x[1]), row(tape, dtype, x[2]), 0,
                          &w, &q);
        cr_assert_eq(dt_dtype_of(w), dtype);
        const double *root = dt_data_f64(dt_cast(w, DT_F64));
        const double *slope = dt_data_f64(dt_cast(q, DT_F64));
        cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        for (int i = 0; i < N; i++) {
            double r = hypot(x[0][i], x[1][i]), allowed = type == 0 ? 1e-14 : 1e-5;
            if (fabs(fabs(x[2][i]) / r - 1) < 1e-4) {
                continue; /* too close to tangency for single precision to decide */
            }
            cr_assert_eq(slope[i] > 0, fabs(x[2][i]) < r, "element %d", i);
            if (slope[i] == 0) {
                cr_assert(root[2 * i] == 0 && root[2 * i + 1] == 0);
                hidden++;
                continue;
            }
            for (int k = 0; k < 2; k++) {
                double c = cos(root[2 * i + k]), s = sin(root[2 * i + k]);
                double left = x[0][i] * c + x[1][i] * s, rise = x[1][i] * c - x[0][i] * s;
                cr_assert(fabs(root[2 * i + k]) <= (type == 0 ? pi : pi + 2e-7));
                cr_assert(fabs(left - x[2][i]) < allowed, "element %d: %g", i, left - x[2][i]);
                cr_assert(fabs(rise - (k == 0 ? 1 : -1) * slope[i]) < allowed * (1 + r / slope[i]),
                          "element %d: slope %.17g, %.17g", i, rise, slope[i]);
            }
            seen++;
        }
        dt_tape_free(tape);
    }
    cr_assert(seen > N / 2 && hidden > N / 2, "%d, %d", seen, hidden);
}

/* cos w = c, sin w = c, and an equation whose solution is half a turn: exact values and signs. */
Test(roots, simple_equations_have_their_textbook_solutions) {
    static const double cases[6][5] = {{1, 0, 0.5, -1.0471975511965976, 1.0471975511965976},
                                       {0, 1, 0.5, 0.52359877559829882, 2.6179938779914944},
                                       {1, 0, 0, -1.5707963267948966, 1.5707963267948966},
                                       {0, 1, 0, 0, 3.1415926535897931},
                                       {0, -1, 0, 3.1415926535897931, 0},
                                       {-1, 1, 1, 1.5707963267948966, 3.1415926535897931}};
    for (int i = 0; i < 6; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *w, *q;
        dt_sinusoid_roots(dt_scalar(tape, cases[i][0]), dt_scalar(tape, cases[i][1]),
                          dt_scalar(tape, cases[i][2]), 0, &w, &q);
        expect_shape("roots of scalars", w, 1, (int64_t[]){2});
        expect_shape("slope of scalars", q, 0, NULL);
        cr_assert(fabs(dt_data_f64(w)[0] - cases[i][3]) < 5e-16, "case %d: %.17g", i,
                  dt_data_f64(w)[0]);
        cr_assert(fabs(dt_data_f64(w)[1] - cases[i][4]) < 5e-16, "case %d: %.17g", i,
                  dt_data_f64(w)[1]);
        dt_tape_free(tape);
    }
}

/* Broadcast, permuted and stretched operands are what a loop over elements gives. */
Test(roots, strided_and_broadcast_operands_are_read_rightly) {
    dt_tape *tape = dt_tape_new(NULL);
    static double x[3][N];
    operands(x);
    dt_tensor *a = dt_transpose(dt_constant(tape, DT_F64, 2, (int64_t[]){30, 20}, x[0]));
    dt_tensor *b = dt_slice(dt_constant(tape, DT_F64, 2, (int64_t[]){1, 60}, x[1]), 1, 0, 60, 2);
    dt_tensor *c = dt_constant(tape, DT_F64, 2, (int64_t[]){20, 1}, x[2]), *w, *q;
    dt_sinusoid_roots(a, b, c, 0, &w, &q);
    expect_shape("roots", w, 3, (int64_t[]){20, 30, 2});
    const double *all = dt_data_f64(w);
    int compared = 0;
    for (int i = 0; i < 600; i++) {
        dt_mark mark = dt_tape_mark(tape);
        dt_tensor *one, *slope;
        dt_sinusoid_roots(dt_scalar(tape, x[0][i % 30 * 20 + i / 30]),
                          dt_scalar(tape, x[1][2 * (i % 30)]), dt_scalar(tape, x[2][i / 30]), 0,
                          &one, &slope);
        cr_assert(memcmp(all + 2 * i, dt_data_f64(one), 2 * sizeof(double)) == 0, "element %d", i);
        compared += all[2 * i] != 0;
        dt_tape_rewind(tape, mark);
    }
    cr_assert(compared > 150);
    dt_tape_free(tape);
}

/* The loop of unrecorded sweeps and the composed rule, with and without each cotangent. */
Test(roots, both_forms_of_the_rule_agree) {
    static double x[3][N], weights[2][2 * N];
    operands(x);
    for (int i = 0; i < 2 * N; i++) {
        weights[0][i] = cos(1.1 * i);
        weights[1][i] = cos(0.7 * i);
    }
    int compared = 0;
    for (int which = 1; which <= 3; which++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *p[3], *w, *q, *bar[3];
        for (int k = 0; k < 3; k++) {
            p[k] = dt_parameter(tape, DT_F64, 1, (int64_t[]){N}, x[k]);
        }
        dt_sinusoid_roots(p[0], p[1], p[2], 0.05, &w, &q);
        dt_tensor *of_w = dt_constant(tape, DT_F64, 2, (int64_t[]){N, 2}, weights[0]);
        dt_tensor *of_q = dt_constant(tape, DT_F64, 1, (int64_t[]){N}, weights[1]);
        dt_tensor *loss = dt_scalar(tape, 0);
        loss = which & 1 ? dt_add(loss, dt_sum(dt_mul(w, of_w), DT_ALL)) : loss;
        loss = which & 2 ? dt_add(loss, dt_sum(dt_mul(q, of_q), DT_ALL)) : loss;
        dt_vjp(loss, dt_scalar(tape, 1), 3, p, bar);
        dt_backward(loss);
        for (int k = 0; k < 3; k++) {
            const double *recorded = dt_data_f64(bar[k]), *swept = dt_data_f64(dt_gradient(p[k]));
            cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
            for (int i = 0; i < N; i++) {
                cr_assert(fabs(recorded[i] - swept[i]) <= 1e-14 * (1 + 20 * fabs(recorded[i])),
                          "input %d, element %d: %.17g, %.17g", k, i, recorded[i], swept[i]);
                compared += recorded[i] != 0;
            }
        }
        dt_tape_free(tape);
    }
    cr_assert(compared > N);
}

/* Several chunks: every thread count gives the same bits, forward and backward. */
Test(roots, do_not_depend_on_the_number_of_threads) {
    enum { MANY = 30000 };
    static double kept[2][5 * MANY];
    for (int run = 0; run < 2; run++) {
        dt_set_threads(run == 0 ? 1 : 3);
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *x = dt_random_normal(tape, DT_F64, 2, (int64_t[]){3, MANY}, 5), *p[3], *w, *q;
        for (int k = 0; k < 3; k++) {
            p[k] = dt_parameter(tape, DT_F64, 1, (int64_t[]){MANY}, dt_data_f64(x) + k * MANY);
        }
        dt_sinusoid_roots(p[0], p[1], p[2], 0, &w, &q);
        dt_backward(dt_sum(w, DT_ALL));
        memcpy(kept[run], dt_data(w), 2 * MANY * sizeof(double));
        for (int k = 0; k < 3; k++) {
            memcpy(kept[run] + (2 + k) * MANY, dt_data(dt_gradient(p[k])), MANY * sizeof(double));
        }
        cr_assert_eq(dt_tape_status(tape), DT_OK, "%s", dt_tape_message(tape));
        dt_tape_free(tape);
    }
    dt_set_threads(1);
    cr_assert(memcmp(kept[0], kept[1], sizeof kept[0]) == 0);
}

static dt_tensor *probe(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    dt_tensor *w, *q;
    dt_sinusoid_roots(in[0], in[1], dt_sin(in[2]), 0, &w, &q);
    return dt_concat(2, (dt_tensor *const[]){dt_sin(w), dt_expand_dims(q, -1)}, -1);
}

Test(roots, derivatives_in_compositions_are_exact) {
    dt_tape *tape = dt_tape_new(NULL);
    const double a[4] = {2, -1.5, 3, -2}, b[4] = {-1, 2, 0.5, -1}, c[4] = {0.3, 1, -2, 0};
    dt_tensor *at[] = {dt_constant(tape, DT_F64, 1, (int64_t[]){4}, a),
                       dt_constant(tape, DT_F64, 1, (int64_t[]){4}, b),
                       dt_constant(tape, DT_F64, 1, (int64_t[]){4}, c)};
    expect_exact_gradients("sinusoid_roots", probe, 3, at);
    dt_tape_free(tape);
}

Test(roots, wrong_operands_are_refused_with_a_reason) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *w, *q;
    dt_tensor *x = dt_zeros(tape, DT_F64, 1, (int64_t[]){3});
    dt_sinusoid_roots(x, dt_zeros(tape, DT_F64, 1, (int64_t[]){4}), x, 0, &w, &q);
    expect_failure(
        tape, w, DT_ERR_SHAPE,
        "sinusoid_roots: shapes do not broadcast (sizes, aligned at the right, must be equal "
        "or 1): f64(3), f64(4), f64(3)");
    x = dt_zeros(tape, DT_F64, 1, (int64_t[]){3});
    dt_sinusoid_roots(x, x, dt_zeros(tape, DT_F32, 1, (int64_t[]){3}), 0, &w, &q);
    expect_failure(tape, q, DT_ERR_DTYPE,
                   "sinusoid_roots: types do not mix (use dt_cast to convert on purpose): "
                   "f64(3), f64(3), f32(3)");
    x = dt_zeros(tape, DT_C128, 1, (int64_t[]){3});
    dt_sinusoid_roots(x, x, x, 0, &w, &q);
    cr_assert_eq(dt_tape_status(tape), DT_ERR_DTYPE);
    dt_tape_reset(tape);
    x = dt_zeros(tape, DT_F64, 1, (int64_t[]){3});
    dt_sinusoid_roots(x, x, x, -0.5, &w, &q);
    expect_failure(tape, w, DT_ERR_ARGUMENT,
                   "sinusoid_roots: the smallest slope must be 0 or more, got -0.5: "
                   "f64(3), f64(3), f64(3)");
    x = dt_zeros(tape, DT_F64, 8, (int64_t[]){1, 1, 1, 1, 1, 1, 1, 2});
    dt_sinusoid_roots(x, x, x, 0, &w, &q);
    cr_assert_eq(dt_tape_status(tape), DT_ERR_SHAPE);
    cr_assert(strstr(dt_tape_message(tape), "more than 8 dimensions") != NULL);
    dt_tape_free(tape);
}

/* -- unstack ----------------------------------------------------------------------------------- */

Test(unstack, parts_are_the_slices_along_an_axis_in_every_type) {
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *x = numbers(tape, 1, float_types[t], SHAPE(2, 3, 4)), *parts[4];
        for (int axis = -3; axis < 3; axis++) {
            int d = axis < 0 ? axis + 3 : axis, n = d == 0 ? 2 : d == 1 ? 3 : 4;
            dt_unstack(x, n, axis, parts);
            for (int i = 0; i < n; i++) {
                dt_tensor *expected = dt_select(x, d, i);
                expect_shape("part", parts[i], dt_ndim(expected), dt_shape(expected));
                size_t bytes = (size_t)dt_size(expected) * dt_dtype_size(float_types[t]);
                cr_assert(memcmp(dt_data(parts[i]), dt_data(expected), bytes) == 0);
            }
            dt_tensor *back = dt_stack(n, parts, d);
            cr_assert(memcmp(dt_data(back), dt_data(x), 24 * dt_dtype_size(float_types[t])) == 0);
        }
        dt_tape_free(tape);
    }
}

/* Parts nobody uses contribute zeros, views are read as they are. */
Test(unstack, the_cotangent_is_stacked_with_zeros_for_unused_parts) {
    dt_tape *tape = dt_tape_new(NULL);
    const double x[6] = {1, 2, 3, 4, 5, 6};
    dt_tensor *p = dt_parameter(tape, DT_F64, 2, (int64_t[]){2, 3}, x), *parts[2];
    dt_unstack(dt_transpose(p), 2, 1, parts);
    dt_backward(dt_sum(dt_square(parts[1]), DT_ALL));
    const double expected[6] = {0, 0, 0, 8, 10, 12};
    cr_assert(memcmp(dt_data_f64(dt_gradient(p)), expected, sizeof expected) == 0);
    dt_tape_free(tape);
}

Test(unstack, wrong_counts_and_axes_are_refused_with_a_reason) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *parts[20];
    const struct {
        int n, axis;
        dt_status status;
        const char *says;
    } cases[] = {
        {2, 0, DT_ERR_SHAPE, "unstack: 2 parts (at most 16) of axis 0 of size 3: f64(3,20)"},
        {20, 1, DT_ERR_SHAPE, "unstack: 20 parts (at most 16) of axis 1 of size 20: f64(3,20)"},
        {0, 0, DT_ERR_SHAPE, NULL},
        {3, 2, DT_ERR_ARGUMENT, NULL}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        dt_tensor *x = dt_zeros(tape, DT_F64, 2, (int64_t[]){3, 20});
        memset(parts, 0, sizeof parts);
        dt_unstack(x, cases[i].n, cases[i].axis, parts);
        cr_assert_eq(dt_tape_status(tape), cases[i].status);
        cr_assert(cases[i].says == NULL || strcmp(dt_tape_message(tape), cases[i].says) == 0, "%s",
                  dt_tape_message(tape));
        for (int o = 0; o < 20; o++) {
            cr_assert(parts[o] == (o < cases[i].n ? dt_inert(tape) : NULL));
        }
        dt_tape_reset(tape);
    }
    dt_tape_free(tape);
}
