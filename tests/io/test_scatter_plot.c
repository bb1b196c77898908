/* test_scatter_plot.c - points in a plane: where they land in the picture, and what is refused. */
#include <difftape/scatter_plot.h>

#include "hedm_scratch.h"

#include <math.h>
#include <png.h>

TestSuite(scatter_plot, .fini = scratch_remove);

/* The picture as RGB bytes, to be released with free. */
static unsigned char *read_png(int *width, int *height) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    cr_assert(png_image_begin_read_from_file(&image, scratch_path()));
    image.format = PNG_FORMAT_RGB;
    unsigned char *pixels = malloc(PNG_IMAGE_SIZE(image));
    cr_assert(pixels != NULL && png_image_finish_read(&image, NULL, pixels, 0, NULL));
    *width = (int)image.width;
    *height = (int)image.height;
    return pixels;
}

/* Number of pure red pixels and their mean position. */
static int red(const unsigned char *p, int width, int height, double *x, double *y) {
    int n = 0;
    *x = *y = 0;
    for (int i = 0; i < width * height; i++) {
        if (p[3 * i] == 214 && p[3 * i + 1] == 39 && p[3 * i + 2] == 40) {
            n++;
            *x += i % width + 0.5;
            *y += i / width + 0.5;
        }
    }
    *x /= n;
    *y /= n;
    return n;
}

static void draw_one(double px, double py, bool y_down, double *x, double *y, int *n) {
    double nan_x[2] = {px, NAN}, both_y[2] = {py, 3};
    dt_scatter_series s = {.name = "a", .n = 2, .x = nan_x, .y = both_y, .radius = 6, .hue = 4};
    dt_scatter_options o = {.x_low = 0,
                            .x_high = 10,
                            .y_low = 0,
                            .y_high = 10,
                            .width = 500,
                            .height = 500,
                            .y_down = y_down,
                            .title = "t",
                            .legend_title = "family"};
    s.name = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_scatter_write(scratch_path(), 1, &s, &o, &error) == DT_OK, "%s", error.message);
    int width, height;
    unsigned char *pixels = read_png(&width, &height);
    *n = red(pixels, width, height, x, y);
    free(pixels);
}

Test(scatter_plot, puts_points_where_they_belong) {
    double x[3], y[3];
    int n[3];
    draw_one(2, 2, false, &x[0], &y[0], &n[0]);
    draw_one(6, 8, false, &x[1], &y[1], &n[1]);
    draw_one(6, 8, true, &x[2], &y[2], &n[2]);
    for (int i = 0; i < 3; i++) {
        cr_assert(n[i] > 80 && n[i] < 130, "%d pixels, a disc of radius 6 has 113", n[i]);
    }
    cr_expect(fabs(x[1] - x[0] - 200) < 0.5, "4 of 10 units are %g of 500 pixels", x[1] - x[0]);
    cr_expect(fabs(y[0] - y[1] - 300) < 0.5, "6 of 10 units are %g of 500 pixels", y[0] - y[1]);
    cr_expect(fabs(y[2] - y[1] - 300) < 0.5, "with y downwards 8 lies %g pixels lower",
              y[2] - y[1]);
}

Test(scatter_plot, leaves_out_what_lies_beyond_the_limits) {
    double x, y;
    int n;
    draw_one(11, 5, false, &x, &y, &n);
    cr_expect(n == 0, "%d pixels", n);
}

/* Dark pixels just below the frame, which are ticks: how many groups of them. */
static int ticks_below(double step) {
    dt_scatter_options o = {
        .x_high = 360, .y_high = 1, .x_step = step, .width = 500, .height = 500};
    dt_error error = DT_ERROR_INIT;
    cr_assert(dt_scatter_write(scratch_path(), 0, NULL, &o, &error) == DT_OK, "%s", error.message);
    int width, height, n = 0;
    unsigned char *pixels = read_png(&width, &height);
    bool dark = false;
    for (int x = 112; x < width; x++) { /* right of the labels */
        bool now = pixels[3 * (width * (76 + 500 + 5) + x)] < 200;
        n += now && !dark;
        dark = now;
    }
    free(pixels);
    return n;
}

Test(scatter_plot, puts_ticks_where_they_are_wanted) {
    cr_expect(ticks_below(0) == 8, "%d ticks from 0 to 360", ticks_below(0)); /* every 50 */
    cr_expect(ticks_below(45) == 9, "%d ticks from 0 to 360", ticks_below(45));
}

Test(scatter_plot, draws_nothing_and_legends_without_failing) {
    double x[2] = {1, 1}, y[2] = {5, 5};
    dt_scatter_series s[3] = {{.name = "none"},
                              {.name = "cross", .n = 2, .x = x, .y = y, .marker = DT_MARKER_CROSS},
                              {.name = "ring", .n = 1, .x = x, .y = y, .marker = DT_MARKER_RING}};
    dt_scatter_options o = {.equal = true, .x_title = "x", .y_title = "y"};
    for (int n = 0; n <= 3; n++) {
        dt_error error = DT_ERROR_INIT;
        cr_expect(dt_scatter_write(scratch_path(), n, s, &o, &error) == DT_OK, "%s", error.message);
    }
}

Test(scatter_plot, refuses_impossible_frames) {
    dt_error error = DT_ERROR_INIT;
    dt_scatter_options o = {.x_low = 1, .x_high = 0};
    cr_expect(dt_scatter_write("a.png", 0, NULL, &o, &error) == DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "limits must be finite and in order") != NULL);
    dt_error_clear(&error);
    o = (dt_scatter_options){.width = 5};
    cr_expect(dt_scatter_write("a.png", 0, NULL, &o, &error) == DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "from 100 to 8000 pixels, got 5") != NULL, "%s", error.message);
    dt_error_clear(&error);
    o = (dt_scatter_options){.width = 500};
    dt_scatter_series s = {.hue = 11};
    cr_expect(dt_scatter_write("a.png", 1, &s, &o, &error) == DT_ERR_ARGUMENT);
    cr_expect(strstr(error.message, "hue of group 0 must be from 0 to 10, got 11") != NULL);
    dt_error_clear(&error);
    cr_expect(dt_scatter_write("no-such-folder/a.png", 0, NULL, &o, &error) == DT_ERR_IO);
}
