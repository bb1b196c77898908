/* test_picture.c - pictures of layers, decoded again: colours, geometry, limits, errors. */
#include "colormap.h"
#include "font.h"
#include "picture_internal.h"

#include <difftape/picture.h>

#include <criterion/criterion.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEGREE (3.14159265358979323846 / 180)

static char folder[64], path[96];

static void make_folder(void) {
    snprintf(folder, sizeof folder, "picture-test-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL, "no scratch folder");
    snprintf(path, sizeof path, "%s/p.png", folder);
}

static void remove_folder(void) {
    unlink(path);
    rmdir(folder);
}

/* A PNG file as rows of RGB. */
typedef struct image {
    int width, height;
    dti_rgb *pixels;
} image;

static image decode(void) {
    png_image png;
    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    cr_assert(png_image_begin_read_from_file(&png, path), "%s: %s", path, png.message);
    cr_assert_eq(png.format, PNG_FORMAT_RGB, "the file is not plain RGB");
    image result = {(int)png.width, (int)png.height, malloc(PNG_IMAGE_SIZE(png))};
    cr_assert_not_null(result.pixels);
    cr_assert(png_image_finish_read(&png, NULL, result.pixels, 0, NULL), "%s", png.message);
    return result;
}

static bool same(dti_rgb a, dti_rgb b) {
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

/* The colour in the middle of sample (i, j). */
static dti_rgb at_sample(const image *picture, const dti_layout *layout, int64_t i, int64_t j) {
    double p[2];
    dti_layout_point(layout, (double)i, (double)j, p);
    cr_assert(p[0] >= 0 && p[1] >= 0 && p[0] < picture->width && p[1] < picture->height,
              "sample (%ld,%ld) lies at (%g,%g)", i, j, p[0], p[1]);
    return picture->pixels[(int)p[1] * picture->width + (int)p[0]];
}

static dt_array layer_of(dt_dtype dtype, int64_t n0, int64_t n1, void *data) {
    return (dt_array){
        .dtype = dtype, .ndim = 2, .shape = {n0, n1}, .strides = {n1, 1}, .data = data};
}

/* An oblique plane of 118 degrees with a small layer, and small enough to be quick. */
static dt_picture_options oblique(void) {
    dt_picture_options options = dt_picture_defaults();
    const double u[3] = {0, 0.05, 0},
                 v[3] = {0.07 * sin(118 * DEGREE), 0.07 * cos(118 * DEGREE), 0};
    dt_error error = DT_ERROR_INIT;
    dt_picture_plane_basis(u, v, options.axis[0].basis, options.axis[1].basis, &error);
    cr_assert_eq(error.status, DT_OK, "%s", error.message);
    options.axis[0].first = -1, options.axis[1].first = -2;
    options.axis[0].step = options.axis[1].step = 0.5;
    options.plot_size = 300;
    options.title = "test";
    options.value_title = "I";
    return options;
}

/* Write the picture and give its layout. */
static dti_layout draw(const dt_array *values, const dt_array *valid,
                       const dt_picture_options *options) {
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_picture_write(path, values, valid, options, &error), DT_OK, "%s",
                 error.message);
    dti_layer layer = {values, valid, {values->shape[0], values->shape[1]}};
    dti_limits limits;
    dti_layout layout;
    cr_assert_eq(dti_limits_find(&limits, &layer, options, &error), DT_OK, "%s", error.message);
    cr_assert_eq(dti_layout_make(&layout, &layer, &limits, options, &error), DT_OK, "%s",
                 error.message);
    return layout;
}

Test(picture, the_plane_keeps_lengths_and_angle) {
    const double u[3] = {0.1, 0.2, -0.2}, v[3] = {-0.05, 0.01, 0.3};
    double a[2], b[2], dot = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_picture_plane_basis(u, v, a, b, &error), DT_OK, "%s", error.message);
    cr_expect_float_eq(hypot(a[0], a[1]), 0.3, 1e-15, "|u| = %.17g", hypot(a[0], a[1]));
    cr_expect_float_eq(a[0] * b[0] + a[1] * b[1], dot, 1e-15, "u.v = %.17g",
                       a[0] * b[0] + a[1] * b[1]);
    cr_expect_float_eq(hypot(b[0], b[1]), sqrt(0.0926), 1e-15, "|v| = %.17g", hypot(b[0], b[1]));
    cr_expect(a[1] == 0 && b[1] > 0, "u is not along x or v not upwards");
    const double w[3] = {0.2, 0.4, -0.4};
    cr_expect_eq(dt_picture_plane_basis(u, w, a, b, NULL), DT_ERR_ARGUMENT, "parallel accepted");
    const double zero[3] = {0}, nan[3] = {NAN, 0, 0};
    cr_expect_eq(dt_picture_plane_basis(zero, v, a, b, NULL), DT_ERR_ARGUMENT, "zero accepted");
    cr_expect_eq(dt_picture_plane_basis(u, nan, a, b, NULL), DT_ERR_ARGUMENT, "NaN accepted");
}

Test(picture, the_file_has_the_size_of_the_layout, .init = make_folder, .fini = remove_folder) {
    double data[6] = {1, 2, 3, 4, 5, 6};
    dt_array values = layer_of(DT_F64, 2, 3, data);
    dt_picture_options options = oblique();
    dti_layout layout = draw(&values, NULL, &options);
    image picture = decode();
    cr_expect_eq(picture.width, layout.width, "%d, not %d wide", picture.width, layout.width);
    cr_expect_eq(picture.height, layout.height, "%d, not %d high", picture.height, layout.height);
    double longer = fmax(layout.right - layout.left, layout.bottom - layout.top);
    cr_expect_float_eq(longer, 300, 1e-9, "plot of %g pixels, not 300", longer);
    cr_expect(same(picture.pixels[0], (dti_rgb){255, 255, 255}), "the corner is not white");
    free(picture.pixels);
}

Test(picture, one_bright_sample_lies_where_the_basis_says, .init = make_folder,
     .fini = remove_folder) {
    enum { n0 = 7, n1 = 9, bright_i = 5, bright_j = 2 };
    double data[n0 * n1];
    for (int i = 0; i < n0 * n1; i++) {
        data[i] = 1;
    }
    data[bright_i * n1 + bright_j] = 1000;
    dt_array values = layer_of(DT_F64, n0, n1, data);
    dt_picture_options options = oblique();
    options.high_percentile = 100;
    dti_layout layout = draw(&values, NULL, &options);
    image picture = decode();
    dti_rgb map[DTI_COLORMAP_SIZE];
    dti_colormap_make(map);

    /* centre of all pixels of the brightest colour inside the plot, against the position by hand */
    double sum_x = 0, sum_y = 0, n = 0;
    for (int y = (int)layout.top; y < (int)layout.bottom; y++) {
        for (int x = (int)layout.left; x < (int)layout.right; x++) {
            if (same(picture.pixels[y * picture.width + x], map[DTI_COLORMAP_SIZE - 1])) {
                sum_x += x + 0.5, sum_y += y + 0.5, n++;
            }
        }
    }
    double a = 0.05 * 0.5, bx = 0.07 * 0.5 * cos(118 * DEGREE), by = 0.07 * 0.5 * sin(118 * DEGREE);
    double width = n0 * a - n1 * bx, height = n1 * by, scale = 300 / fmax(width, height);
    double x = layout.left + scale * ((bright_i + 0.5) * a + (bright_j + 0.5 - n1) * bx);
    double y = layout.bottom - scale * (bright_j + 0.5) * by;
    double area = scale * scale * a * by;
    cr_expect_float_eq(n, area, 0.1 * area, "%g bright pixels, the sample has %g", n, area);
    cr_expect_float_eq(sum_x / n, x, 1.0, "bright at x = %g, not %g", sum_x / n, x);
    cr_expect_float_eq(sum_y / n, y, 1.0, "bright at y = %g, not %g", sum_y / n, y);
    free(picture.pixels);
}

Test(picture, masked_and_nan_samples_are_grey_and_others_not, .init = make_folder,
     .fini = remove_folder) {
    enum { n = 6 };
    float data[n * n];
    unsigned char flags[n * n];
    for (int i = 0; i < n * n; i++) {
        data[i] = (float)(i + 1), flags[i] = 1;
    }
    flags[2 * n + 3] = 0;
    data[4 * n + 1] = NAN;
    dt_array values = layer_of(DT_F32, n, n, data), valid = layer_of(DT_BOOL, n, n, flags);
    dt_picture_options options = oblique();
    dti_layout layout = draw(&values, &valid, &options);
    image picture = decode();
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            bool masked = (i == 2 && j == 3) || (i == 4 && j == 1);
            dti_rgb colour = at_sample(&picture, &layout, i, j);
            cr_expect_eq(same(colour, DTI_GREY), masked, "sample (%d,%d) is (%d,%d,%d)", i, j,
                         colour.r, colour.g, colour.b);
        }
    }
    free(picture.pixels);
}

Test(picture, strides_are_followed, .init = make_folder, .fini = remove_folder) {
    double data[4 * 5 * 3];
    for (int i = 0; i < 60; i++) {
        data[i] = -1;
    }
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 5; j++) {
            data[(i * 5 + j) * 3 + 1] = i == 3 && j == 0 ? 100 : 1;
        }
    }
    /* the plane [:, :, 1] of a (4, 5, 3) map */
    dt_array values = {
        .dtype = DT_F64, .ndim = 2, .shape = {4, 5}, .strides = {15, 3}, .data = data + 1};
    dt_picture_options options = oblique();
    options.scale = DT_PICTURE_LINEAR;
    options.low = 0, options.high = 100;
    dti_layout layout = draw(&values, NULL, &options);
    image picture = decode();
    double bright = dti_rgb_lightness(at_sample(&picture, &layout, 3, 0));
    double dark = dti_rgb_lightness(at_sample(&picture, &layout, 0, 4));
    cr_expect_gt(bright, 0.95, "the value at the upper limit has lightness %g", bright);
    cr_expect_lt(dark, 0.2, "the value near the lower limit has lightness %g", dark);
    free(picture.pixels);
}

static void expect_ramp(dt_picture_scale scale, double first, double ratio, double difference) {
    enum { n = 40 };
    double data[n], value = first;
    for (int i = 0; i < n; i++) {
        data[i] = value, value = value * ratio + difference;
    }
    dt_array values = layer_of(DT_F64, n, 1, data);
    dt_picture_options options = oblique();
    options.scale = scale;
    options.low_percentile = 0, options.high_percentile = 100;
    options.plot_size = 400;
    dti_layout layout = draw(&values, NULL, &options);
    image picture = decode();
    double before = -1, smallest = 1, largest = 0;
    for (int i = 0; i < n; i++) {
        double lightness = dti_rgb_lightness(at_sample(&picture, &layout, i, 0));
        if (i > 0) {
            smallest = fmin(smallest, lightness - before),
            largest = fmax(largest, lightness - before);
        }
        before = lightness;
    }
    /* 39 equal steps over 0.845 of lightness are 0.0217 each, give or take one of 256 colours */
    cr_expect_gt(smallest, 0.0175, "least step of lightness %g", smallest);
    cr_expect_lt(largest, 0.026, "largest step of lightness %g", largest);
    free(picture.pixels);
}

Test(picture, a_ramp_of_values_is_an_even_ramp_of_lightness, .init = make_folder,
     .fini = remove_folder) {
    expect_ramp(DT_PICTURE_LINEAR, -7, 1, 0.5);
    expect_ramp(DT_PICTURE_LOG, 1e-3, 1.7, 0);
}

Test(picture, the_colour_map_is_even_in_lightness) {
    dti_rgb map[DTI_COLORMAP_SIZE];
    dti_colormap_make(map);
    double before = dti_rgb_lightness(map[0]);
    for (int i = 1; i < DTI_COLORMAP_SIZE; i++) {
        double lightness = dti_rgb_lightness(map[i]);
        /* 0.0033 a step, less the rounding to 8 bits, which weighs most in the dark */
        cr_expect_gt(lightness, before, "colour %d: lightness %g after %g", i, lightness, before);
        cr_expect_lt(lightness - before, 0.009, "colour %d: lightness jumps by %g", i,
                     lightness - before);
        before = lightness;
    }
    dti_rgb white = {255, 255, 255}, black = {0, 0, 0};
    cr_expect_float_eq(dti_rgb_lightness(white), 1, 1e-6, "white has lightness %g",
                       dti_rgb_lightness(white));
    cr_expect_float_eq(dti_rgb_lightness(black), 0, 1e-12, "black has %g",
                       dti_rgb_lightness(black));
}

Test(picture, the_diverging_map_is_white_in_the_middle_and_evenly_darker_to_both_sides) {
    dti_rgb map[DTI_COLORMAP_SIZE];
    dti_colormap_make_diverging(map);
    const int last = DTI_COLORMAP_SIZE - 1, middle = last / 2;
    for (int i = 1; i <= middle; i++) {
        double here = dti_rgb_lightness(map[i]), before = dti_rgb_lightness(map[i - 1]);
        double other = dti_rgb_lightness(map[last - i]);
        /* 0.645 of lightness in 127.5 steps are 0.005 each, less the rounding to 8 bits */
        cr_expect(here > before && here - before < 0.0095, "colour %d: lightness %g after %g", i,
                  here, before);
        cr_expect(fabs(here - other) < 0.007, "lightness %g and %g on the two sides", here, other);
        cr_expect(map[i].b >= map[i].r && map[last - i].r >= map[last - i].b, "colour %d", i);
    }
    for (int i = middle; i <= middle + 1; i++) {
        cr_expect(map[i].r > 238 && map[i].g > 238 && map[i].b > 238, "(%d,%d,%d) in the middle",
                  map[i].r, map[i].g, map[i].b);
    }
    cr_expect(map[0].b > map[0].r + 60 && map[last].r > map[last].b + 60, "pale ends");
}

Test(picture, diverging_limits_are_symmetric_about_zero_and_need_a_linear_scale) {
    double data[4] = {-1, 2, 3, 0.5};
    dt_array values = layer_of(DT_F64, 2, 2, data);
    dti_layer layer = {&values, NULL, {2, 2}};
    dt_picture_options options = dt_picture_defaults();
    options.colours = DT_PICTURE_DIVERGING;
    dt_error error = DT_ERROR_INIT;
    cr_expect_eq(dt_picture_write("no.png", &values, NULL, &options, &error), DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "use a linear scale") != NULL, "%s", error.message);
    options.scale = DT_PICTURE_LINEAR;
    options.low_percentile = 0;
    options.high_percentile = 100;
    const double given[3][2] = {{0, 0}, {-7, 2}, {-4, 4}}, want[3] = {3, 7, 4};
    for (int i = 0; i < 3; i++) {
        dti_limits limits;
        options.low = given[i][0];
        options.high = given[i][1];
        cr_assert_eq(dti_limits_find(&limits, &layer, &options, NULL), DT_OK);
        cr_expect(limits.low == -want[i] && limits.high == want[i], "%g ... %g", limits.low,
                  limits.high);
        cr_expect_eq(dti_limits_place(&limits, 0), 0.5);
    }
    memset(data, 0, sizeof data);
    options.low = options.high = 0;
    dti_limits limits;
    cr_assert_eq(dti_limits_find(&limits, &layer, &options, NULL), DT_OK);
    cr_expect(limits.low == -1 && limits.high == 1, "all zero: %g ... %g", limits.low, limits.high);
}

Test(picture, limits_are_percentiles_and_a_log_scale_looks_at_positive_values) {
    double data[202];
    for (int i = 0; i < 201; i++) {
        data[i] = i;
    }
    data[201] = -5;
    dt_array values = layer_of(DT_F64, 1, 201, data);
    dti_layer layer = {&values, NULL, {1, 201}};
    dt_picture_options options = dt_picture_defaults();
    options.scale = DT_PICTURE_LINEAR;
    dti_limits limits;
    cr_assert_eq(dti_limits_find(&limits, &layer, &options, NULL), DT_OK);
    cr_expect_float_eq(limits.low, 1, 1e-12, "0.5 %% of 0..200 is %g", limits.low);
    cr_expect_float_eq(limits.high, 199, 1e-12, "99.5 %% of 0..200 is %g", limits.high);
    cr_expect_eq(dti_limits_place(&limits, 250), 1.0);
    cr_expect_eq(dti_limits_place(&limits, -250), 0.0);

    options.scale = DT_PICTURE_LOG;
    layer.n[1] = 202;
    cr_assert_eq(dti_limits_find(&limits, &layer, &options, NULL), DT_OK);
    cr_expect_float_eq(limits.low, 1.995, 1e-12, "0.5 %% of 1..200 is %g", limits.low);
    cr_expect_eq(dti_limits_place(&limits, 0), 0.0, "zero is not at the lower end");
    cr_expect_eq(dti_limits_place(&limits, -1), 0.0, "a negative value is not at the lower end");
}

Test(picture, pictures_in_a_row_stand_side_by_side_as_they_are_alone, .init = make_folder,
     .fini = remove_folder) {
    double data[6] = {1, 2, 3, 4, 5, 6}, other[4] = {-1, 2, 0.5, -3};
    dt_array values = layer_of(DT_F64, 2, 3, data), more = layer_of(DT_F64, 2, 2, other);
    dt_picture_panel panels[2] = {{&values, NULL, oblique()}, {&more, NULL, oblique()}};
    panels[0].options.without = DT_PICTURE_COLOUR_BAR | DT_PICTURE_SCALE_BAR;
    panels[1].options.without = DT_PICTURE_LEFT_LABELS;
    panels[1].options.scale = DT_PICTURE_LINEAR;
    panels[1].options.colours = DT_PICTURE_DIVERGING;
    image alone[2];
    dti_layout whole = draw(&values, NULL, &panels[0].options);
    alone[0] = decode();
    dti_layout bare = draw(&more, NULL, &panels[1].options);
    alone[1] = decode();
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_picture_write_row(path, 2, panels, &error), DT_OK, "%s", error.message);
    image row = decode();
    cr_expect_eq(row.width, alone[0].width + alone[1].width);
    cr_expect(whole.width < 300 + 180 && bare.left < 60, "parts that are left out take room");
    int differ = 0;
    for (int i = 0, x0 = 0; i < 2; x0 += alone[i++].width) {
        for (int y = 0; y < alone[i].height; y++) {
            for (int x = 0; x < alone[i].width; x++) {
                differ += !same(row.pixels[y * row.width + x0 + x],
                                alone[i].pixels[y * alone[i].width + x]);
            }
        }
        free(alone[i].pixels);
    }
    cr_expect_eq(differ, 0, "%d pixels differ", differ);
    free(row.pixels);
    cr_expect_eq(dt_picture_write_row(path, 17, panels, &error), DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "1 to 16 panels, not 17") != NULL, "%s", error.message);
}

Test(picture, hard_layers_are_drawn, .init = make_folder, .fini = remove_folder) {
    double one[12], wild[12] = {-1e308, 1e308, 0, 5e-324, NAN, INFINITY, 1, 2, 3, 4, 5, 6};
    double near[12];
    unsigned char none[12] = {0};
    for (int i = 0; i < 12; i++) {
        one[i] = 7, near[i] = i % 2 ? 7 : nextafter(7, 8);
    }
    double *const data[] = {one, wild, near};
    for (int c = 0; c < 18; c++) {
        int64_t n0 = c % 3 == 0 ? 1 : c % 3 == 1 ? 12 : 3, n1 = 12 / n0;
        dt_array values = layer_of(DT_F64, n0, n1, data[c / 3 % 3]);
        dt_array valid = layer_of(DT_BOOL, n0, n1, none);
        dt_picture_options options = oblique();
        options.scale = c < 9 ? DT_PICTURE_LOG : DT_PICTURE_LINEAR;
        options.low_percentile = 0, options.high_percentile = 100;
        dti_layout layout = draw(&values, NULL, &options);
        image picture = decode();
        double lightness = dti_rgb_lightness(at_sample(&picture, &layout, 0, 0));
        if (data[c / 3 % 3] == one) {
            cr_expect_float_eq(lightness, 0.55, 0.02, "case %d: one value has lightness %g", c,
                               lightness);
        }
        free(picture.pixels);

        layout = draw(&values, &valid, &options);
        picture = decode();
        cr_expect(same(at_sample(&picture, &layout, n0 - 1, n1 - 1), DTI_GREY),
                  "case %d is not grey", c);
        free(picture.pixels);
    }
}

static void expect_refused(const char *what, dt_status expected, const char *part,
                           const dt_array *values, const dt_array *valid,
                           const dt_picture_options *options) {
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_picture_write(path, values, valid, options, &error);
    cr_expect_eq(status, expected, "%s: %s, expected %s", what, dt_status_name(status),
                 dt_status_name(expected));
    cr_expect(strstr(error.message, part) != NULL, "%s: \"%s\" lacks \"%s\"", what, error.message,
              part);
    cr_expect_neq(access(path, F_OK), 0, "%s: a file was left", what);
}

Test(picture, what_cannot_be_drawn_is_refused, .init = make_folder, .fini = remove_folder) {
    double data[6] = {-1, 0, -3, 0, -5, -6};
    unsigned char flags[6] = {1, 1, 1, 1, 1, 1};
    dt_array values = layer_of(DT_F64, 2, 3, data), valid = layer_of(DT_BOOL, 3, 2, flags);
    dt_picture_options good = oblique();
    expect_refused("log", DT_ERR_ARGUMENT, "the largest of 6 is 0", &values, NULL, &good);
    good.scale = DT_PICTURE_LINEAR;
    expect_refused("mask shape", DT_ERR_SHAPE, "shape of values (2,3)", &values, &valid, &good);
    expect_refused("mask type", DT_ERR_DTYPE, "valid must be bool", &values, &values, &good);
    expect_refused("value type", DT_ERR_DTYPE, "f64 or f32", &valid, NULL, &good);
    dt_array cube = values, empty = values;
    cube.ndim = 3, empty.shape[1] = 0;
    expect_refused("cube", DT_ERR_SHAPE, "got 3 dimensions", &cube, NULL, &good);
    expect_refused("empty", DT_ERR_SHAPE, "(2,0)", &empty, NULL, &good);

    dt_picture_options bad = good;
    bad.axis[1].basis[0] = 2 * good.axis[0].basis[0], bad.axis[1].basis[1] = 0;
    expect_refused("parallel", DT_ERR_ARGUMENT, "not parallel", &values, NULL, &bad);
    bad = good, bad.axis[0].step = 0;
    expect_refused("step", DT_ERR_ARGUMENT, "axis 0", &values, NULL, &bad);
    bad = good, bad.axis[1].first = NAN;
    expect_refused("start", DT_ERR_ARGUMENT, "axis 1", &values, NULL, &bad);
    bad = good, bad.axis[1].first = 1e15;
    expect_refused("far start", DT_ERR_ARGUMENT, "too far from 0", &values, NULL, &bad);
    bad = good, bad.low_percentile = 99.9;
    expect_refused("percentiles", DT_ERR_ARGUMENT, "got 99.9 and 99.5", &values, NULL, &bad);
    bad = good, bad.high = INFINITY;
    expect_refused("limits", DT_ERR_ARGUMENT, "must be finite", &values, NULL, &bad);
    bad = good, bad.scale = DT_PICTURE_LOG, bad.high = 1;
    expect_refused("log limit", DT_ERR_ARGUMENT, "lower limit > 0, got 0", &values, NULL, &bad);
    bad = good, bad.plot_size = 9;
    expect_refused("size", DT_ERR_ARGUMENT, "100 to 8000 pixels, got 9", &values, NULL, &bad);
}

Test(picture, an_unwritable_path_is_an_error_and_an_old_file_stays, .init = make_folder,
     .fini = remove_folder) {
    double data[4] = {1, 2, 3, 4};
    dt_array values = layer_of(DT_F64, 2, 2, data);
    dt_picture_options options = oblique();
    dt_error error = DT_ERROR_INIT;
    char missing[128];
    snprintf(missing, sizeof missing, "%s/no/p.png", folder);
    cr_expect_eq(dt_picture_write(missing, &values, NULL, &options, &error), DT_ERR_IO,
                 "%s was written", missing);
    cr_expect(strstr(error.message, missing) != NULL, "\"%s\" does not name the file",
              error.message);

    if (access("/dev/full", W_OK) == 0) {
        dt_error_clear(&error);
        cr_expect_eq(dt_picture_write("/dev/full", &values, NULL, &options, &error), DT_ERR_IO,
                     "a full disk went unnoticed: \"%s\"", error.message);
    }

    draw(&values, NULL, &options);
    options.plot_size = 0;
    cr_expect_eq(dt_picture_write(path, &values, NULL, &options, NULL), DT_ERR_ARGUMENT);
    image old = decode();
    cr_expect_gt(old.width, 300, "the old picture is gone");
    free(old.pixels);
}

Test(picture, every_printable_character_has_a_glyph_of_its_own) {
    dti_segment glyph[DTI_FONT_MAX_SEGMENTS], box[DTI_FONT_MAX_SEGMENTS];
    float width, box_width;
    int n_box = dti_font_glyph(0x4e00, box, &box_width);
    for (uint32_t c = 32; c < 127; c++) {
        int n = dti_font_glyph(c, glyph, &width);
        cr_expect(c == 32 ? n == 0 : n > 0, "character %u has %d strokes", c, n);
        cr_expect(width >= 2 && width <= 14, "character %u is %g wide", c, (double)width);
        bool is_box = n == n_box && !memcmp(glyph, box, (size_t)n * sizeof *glyph);
        cr_expect_not(is_box, "character %u is the box", c);
        for (int i = 0; i < n; i++) {
            cr_expect(glyph[i].x0 >= 0 && glyph[i].x0 <= width, "character %u leaves its width", c);
            cr_expect(glyph[i].y0 >= -4 && glyph[i].y0 <= 14, "character %u leaves its line", c);
        }
    }
    const char *text = "\xc3\x85\xff"
                       "a\xe2\x88";
    cr_expect_eq(dti_font_next(&text), 0xc5);
    cr_expect_eq(dti_font_next(&text), 0xfffd);
    cr_expect_eq(dti_font_next(&text), 'a');
    cr_expect_eq(dti_font_next(&text), 0xfffd);
    cr_expect_eq(dti_font_next(&text), 0xfffd);
    cr_expect_eq(dti_font_next(&text), 0);
}

Test(picture, tick_labels_are_short_and_exact) {
    const struct {
        double value, step;
        const char *label;
    } cases[] = {{0, 1, "0"},
                 {-5, 1, "-5"},
                 {0.3, 0.1, "0.3"},
                 {1e-17, 1, "0"},
                 {20000, 10000, "20000"},
                 {1e6, 1e6, "10^{6}"},
                 {2e6, 1e6,
                  "2\xc3\x97"
                  "10^{6}"},
                 {5e-5, 1e-5,
                  "5\xc3\x97"
                  "10^{-5}"},
                 {1.5, 0.5, "1.5"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char label[DTI_TICK_LABEL_SIZE];
        cr_expect_str_eq(dti_tick_label(cases[i].value, cases[i].step, label), cases[i].label,
                         "%g: \"%s\", not \"%s\"", cases[i].value, label, cases[i].label);
    }
    cr_expect_float_eq(dti_nice_step(0.2), 0.2, 1e-16);
    cr_expect_float_eq(dti_nice_step(0.21), 0.5, 1e-16);
    cr_expect_float_eq(dti_nice_step(70), 100, 1e-13);
}
