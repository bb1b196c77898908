/* test_interpolate.c - interp and bilinear against sums of tents, at knots, ends and NaN. */
#include "oracle.h"

/* -- interp ------------------------------------------------------------------------------------ */

enum { KNOTS = 6 };
static const double knots[KNOTS] = {-2, -1.5, 0, 0.25, 3, 4};

/* The line through the knots at x by its closed form, and its slope to the right. */
static value line_at(const value *f, double x, value *ret_slope) {
    *ret_slope = 0;
    if (isnan(x)) {
        return parts(NAN, NAN);
    }
    for (int k = 0; k + 1 < KNOTS; k++) {
        bool last = k + 2 == KNOTS && x == knots[k + 1];
        if (x >= knots[k] && (x < knots[k + 1] || last)) {
            *ret_slope = (f[k + 1] - f[k]) / (knots[k + 1] - knots[k]);
            return f[k] + *ret_slope * (x - knots[k]);
        }
    }
    return x < knots[0] ? f[0] : f[KNOTS - 1];
}

static const double places[] = {-INFINITY, -7,    -2, -1.75, -1.5, -1,  0,   0.125,    0.25,
                                1,         2.875, 3,  3.5,   4,    4.5, 1e9, INFINITY, NAN};

static dt_tensor *table_of_knots(dt_tape *tape, dt_dtype dtype) {
    return dt_cast(dt_constant(tape, DT_F64, SHAPE(KNOTS), knots), dtype);
}

Test(interp, lines_join_the_knots_and_the_ends_hold) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t], real = dt_dtype_real(dtype);
        value f[KNOTS], slope;
        for (int k = 0; k < KNOTS; k++) {
            f[k] = number_at(1, k, dtype);
        }
        dt_tensor *x = dt_cast(dt_constant(tape, DT_F64, SHAPE(3, 6), places), real);
        dt_tensor *y = dt_interp(x, table_of_knots(tape, real), many(tape, 1, dtype, SHAPE(KNOTS)));
        expect_shape("interp", y, SHAPE(3, 6));
        cr_assert(dt_dtype_of(y) == dtype, "it has the type of the values");
        for (int64_t i = 0; i < 18; i++) {
            value expected = line_at(f, places[i], &slope);
            if (isnan(places[i])) {
                cr_expect(isnan(creal(element(y, i))), "NaN gives NaN, not %g",
                          creal(element(y, i)));
                continue;
            }
            bool exact = slope == 0;
            for (int k = 0; k < KNOTS; k++) {
                exact = exact || places[i] == knots[k];
            }
            expect_near("interp", i, element(y, i), expected, exact ? 0 : 4 * tolerance(dtype));
        }
    }
    dt_tape_free(tape);
}

Test(interp, points_may_have_any_shape_and_layout) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *xp = table_of_knots(tape, DT_F64), *fp = many(tape, 1, DT_F64, SHAPE(KNOTS));
    dt_tensor *x = many(tape, 2, DT_F64, SHAPE(3, 4));
    expect_equal("a view", dt_interp(dt_transpose(x), xp, fp), dt_transpose(dt_interp(x, xp, fp)),
                 0);
    dt_tensor *steps = dt_slice(many(tape, 3, DT_F64, SHAPE(2 * KNOTS)), 0, 0, 2 * KNOTS, 2);
    expect_equal("a strided table", dt_interp(x, xp, steps), dt_interp(x, xp, dt_scale(steps, 1)),
                 0);
    expect_shape("one", dt_interp(dt_scalar(tape, 1), xp, fp), 0, NULL);
    expect_shape("none", dt_interp(dt_zeros(tape, DT_F64, SHAPE(2, 0)), xp, fp), SHAPE(2, 0));
    dt_tape_free(tape);
}

Test(interp, equal_knots_inside_the_table_make_a_step) {
    dt_tape *tape = dt_tape_new(NULL);
    const double xp[4] = {0, 1, 1, 2}, fp[4] = {0, 1, 5, 4}, x[4] = {0.5, 0.75, 1, 1.5};
    static const double expected[4] = {0.5, 0.75, 5, 4.5};
    dt_tensor *y =
        dt_interp(dt_constant(tape, DT_F64, SHAPE(4), x), dt_constant(tape, DT_F64, SHAPE(4), xp),
                  dt_constant(tape, DT_F64, SHAPE(4), fp));
    for (int64_t i = 0; i < 4; i++) {
        expect_near("step", i, element(y, i), expected[i], 0);
    }
    dt_tape_free(tape);
}

/* At a knot the slope to the right, at the last one to the left, outside none. */
Test(interp, slopes_at_knots_and_beyond_are_as_promised) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { POINTS = 17 }; /* all places but the NaN */
    value f[KNOTS];
    for (int k = 0; k < KNOTS; k++) {
        f[k] = number_at(1, k, DT_F64);
    }
    dt_tensor *x = dt_parameter(tape, DT_F64, SHAPE(POINTS), places);
    dt_tensor *xp = parameter_like(table_of_knots(tape, DT_F64));
    dt_tensor *fp = parameter_like(many(tape, 1, DT_F64, SHAPE(KNOTS)));
    dt_backward(dt_sum(dt_interp(x, xp, fp), DT_ALL));
    double to_knots[KNOTS] = {0}, to_values[KNOTS] = {0};
    for (int64_t i = 0; i < POINTS; i++) {
        value slope;
        line_at(f, places[i], &slope);
        expect_near("X", i, element(dt_gradient(x), i), slope, 4e-15);
        double held = fmin(fmax(places[i], knots[0]), knots[KNOTS - 1]);
        int low = 0;
        while (low + 2 < KNOTS && held >= knots[low + 1]) {
            low++;
        }
        double part = (held - knots[low]) / (knots[low + 1] - knots[low]);
        to_values[low] += 1 - part;
        to_values[low + 1] += part;
        to_knots[low] -= (1 - part) * creal(slope);
        to_knots[low + 1] -= part * creal(slope);
    }
    for (int64_t k = 0; k < KNOTS; k++) {
        expect_near("XP", k, element(dt_gradient(xp), k), to_knots[k], 2e-14);
        expect_near("FP", k, element(dt_gradient(fp), k), to_values[k], 2e-14);
    }
    dt_tape_free(tape);
}

static dt_tensor *interpolated(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_square(dt_interp(in[0], in[1], in[2]));
}

Test(interp, points_knots_and_values_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(double_types); t++) {
        const double x[5] = {-1.9, -0.3, 1.1, 3.7, 9};
        dt_tensor *const at[] = {dt_constant(tape, DT_F64, SHAPE(5), x),
                                 table_of_knots(tape, DT_F64),
                                 numbers(tape, 4, double_types[t], SHAPE(KNOTS))};
        expect_exact_gradients("interp", interpolated, 3, at);
    }
    dt_tape_free(tape);
}

Test(interp, refuses_tables_that_are_none) {
    dt_tape *tape = dt_tape_new(NULL);
#define X(...)                                                                                     \
    dt_constant(tape, DT_F64, 1, (int64_t[]){COUNT(((double[]){__VA_ARGS__}))},                    \
                (double[]){__VA_ARGS__})
    expect_failure(tape, dt_interp(X(1), X(1, 2), X(1, 2, 3)), DT_ERR_SHAPE,
                   "interp: the table needs two lists of equal length, at least 2");
    expect_failure(tape, dt_interp(X(1), X(1), X(1)), DT_ERR_SHAPE,
                   "interp: the table needs two lists of equal length, at least 2");
    expect_failure(tape, dt_interp(X(1), dt_zeros(tape, DT_F64, SHAPE(2, 2)), X(1, 2)),
                   DT_ERR_SHAPE, "interp: the table needs two lists of equal length, at least 2");
    expect_failure(tape, dt_interp(X(1), X(1, 0), X(1, 2)), DT_ERR_ARGUMENT,
                   "interp: searchsorted: the list falls from 1 to 0 at entry 1");
    expect_failure(tape, dt_interp(X(1), X(1, 1, 2), X(1, 2, 3)), DT_ERR_ARGUMENT,
                   "interp: the first two knots are equal");
    expect_failure(tape, dt_interp(X(1), X(1, 2, 2), X(1, 2, 3)), DT_ERR_ARGUMENT,
                   "interp: the last two knots are equal");
    expect_failure(tape, dt_interp(dt_zeros(tape, DT_C128, SHAPE(1)), X(1, 2), X(1, 2)),
                   DT_ERR_DTYPE, "interp: searchsorted: needs f32 or f64, got c128");
    expect_failure(tape, dt_interp(dt_zeros(tape, DT_F32, SHAPE(1)), X(1, 2), X(1, 2)),
                   DT_ERR_DTYPE, "interp: the points are f32, the knots f64");
#undef X
    dt_tape_free(tape);
}

/* -- bilinear ---------------------------------------------------------------------------------- */

/* Every pixel is a tent of width 1 along rows and columns. */
static double tent(double x) {
    return fabs(x) < 1 ? 1 - fabs(x) : 0;
}

enum { POINTS = 13 };
static const double points[2 * POINTS] = {0,    0,    1, 2,     2,     3,      0.5,   0.5,  1.25,
                                          2.75, -0.5, 1, -0.25, -0.75, 2.5,    3.5,   1,    3.875,
                                          -1,   0,    3, 1,     1e300, -1e300, 1.999, 0.001};

Test(bilinear, pixels_are_tents) {
    dt_tape *tape = dt_tape_new(NULL);
    for (size_t t = 0; t < COUNT(float_types); t++) {
        dt_dtype dtype = float_types[t];
        dt_tensor *image = many(tape, 1, dtype, SHAPE(2, 3, 4));
        dt_tensor *y = dt_bilinear(image, dt_constant(tape, DT_F64, SHAPE(POINTS, 2), points));
        expect_shape("bilinear", y, SHAPE(2, POINTS));
        cr_assert(dt_dtype_of(y) == dtype, "it has the type of the image");
        for (int64_t i = 0; i < 2 * POINTS; i++) {
            value expected = 0;
            for (int64_t p = 0; p < 12; p++) {
                const double *at = &points[2 * (i % POINTS)];
                expected += number_at(1, i / POINTS * 12 + p, dtype) *
                            tent(at[0] - (double)(p / 4)) * tent(at[1] - (double)(p % 4));
            }
            expect_near("bilinear", i, element(y, i), expected, 4 * tolerance(dtype));
        }
    }
    dt_tape_free(tape);
}

Test(bilinear, infinite_points_are_outside_and_nan_gives_nan) {
    dt_tape *tape = dt_tape_new(NULL);
    const double far[10] = {INFINITY, 1, 1, -INFINITY, -INFINITY, INFINITY, NAN, 1, 0, NAN};
    dt_tensor *image = parameter_like(many(tape, 1, DT_F64, SHAPE(3, 4)));
    dt_tensor *at = dt_parameter(tape, DT_F64, SHAPE(5, 2), far);
    dt_tensor *y = dt_bilinear(image, at);
    for (int64_t i = 0; i < 3; i++) {
        expect_near("outside", i, element(y, i), 0, 0);
    }
    cr_expect(isnan(creal(element(y, 3))) && isnan(creal(element(y, 4))), "NaN gives NaN");
    dt_backward(dt_sum(dt_slice(y, 0, 0, 3, 1), DT_ALL));
    for (int64_t i = 0; i < 6; i++) {
        expect_near("no influence", i, element(dt_gradient(at), i), 0, 0);
    }
    dt_tape_free(tape);
}

Test(bilinear, images_and_points_may_be_views_and_no_points_are_fine) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *image = dt_transpose(many(tape, 2, DT_C128, SHAPE(4, 3)));
    dt_tensor *at = dt_transpose(dt_transpose(dt_constant(tape, DT_F64, SHAPE(POINTS, 2), points)));
    dt_tensor *swapped = dt_flip(at, 1); /* (column, row) on the transpose */
    expect_equal("a transpose", dt_bilinear(image, at), dt_bilinear(dt_transpose(image), swapped),
                 1e-15);
    expect_shape("none", dt_bilinear(image, dt_zeros(tape, DT_F64, SHAPE(0, 2))), SHAPE(0));
    expect_shape("no images", dt_bilinear(dt_zeros(tape, DT_F32, SHAPE(0, 3, 4)), at),
                 SHAPE(0, POINTS));
    dt_tape_free(tape);
}

static dt_tensor *sampled(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    return dt_square(dt_bilinear(in[0], in[1]));
}

Test(bilinear, images_and_points_have_exact_gradients) {
    dt_tape *tape = dt_tape_new(NULL);
    const double between[8] = {0.4, 0.3, 1.7, 2.2, -0.6, 2.5, 2.3, -0.9};
    for (size_t t = 0; t < COUNT(double_types); t++) {
        dt_tensor *const at[] = {numbers(tape, 5, double_types[t], SHAPE(2, 3, 4)),
                                 dt_constant(tape, DT_F64, SHAPE(4, 2), between)};
        expect_exact_gradients("bilinear", sampled, 2, at);
    }
    dt_tape_free(tape);
}

/* On a pixel the slopes are those towards the next row and the next column. */
Test(bilinear, slopes_on_a_pixel_look_forward) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *image = many(tape, 6, DT_F64, SHAPE(3, 4));
    dt_tensor *at = dt_parameter(tape, DT_F64, SHAPE(1, 2), (double[]){1, 2});
    dt_backward(dt_sum(dt_bilinear(image, at), DT_ALL));
    value here = number_at(6, 6, DT_F64);
    expect_near("row", 0, element(dt_gradient(at), 0), number_at(6, 10, DT_F64) - here, 0);
    expect_near("column", 1, element(dt_gradient(at), 1), number_at(6, 7, DT_F64) - here, 0);
    dt_tape_free(tape);
}

Test(bilinear, refuses_what_is_no_image_or_no_point) {
    dt_tape *tape = dt_tape_new(NULL);
#define X(...) dt_zeros(tape, DT_F64, SHAPE(__VA_ARGS__))
    const char *rule = "bilinear: needs an image (..., H, W) and points (n, 2) as (row, column)";
    expect_failure(tape, dt_bilinear(X(3), X(1, 2)), DT_ERR_SHAPE, rule);
    expect_failure(tape, dt_bilinear(X(3, 3), X(2)), DT_ERR_SHAPE, rule);
    expect_failure(tape, dt_bilinear(X(3, 3), X(2, 3)), DT_ERR_SHAPE, rule);
    expect_failure(tape, dt_bilinear(X(3, 0), X(1, 2)), DT_ERR_SHAPE,
                   "bilinear: the image has no pixels");
    expect_failure(tape, dt_bilinear(X(3, 3), dt_zeros(tape, DT_F32, SHAPE(1, 2))), DT_ERR_DTYPE,
                   "bilinear: the points must be f64, are f32");
#undef X
    dt_tape_free(tape);
}
