/* picture.c - a layer of reciprocal space as a picture: checks, colours, order of drawing. */
#include "picture_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TITLE_MIDDLE   40.0 /* from the top of the canvas */
#define TITLE_SMALLEST 11.0

dt_picture_options dt_picture_defaults(void) {
    return (dt_picture_options){
        .axis = {{.title = "h", .step = 1, .basis = {1, 0}},
                 {.title = "k", .step = 1, .basis = {0, 1}}},
        .length_unit = "\xc3\x85^{-1}",
        .scale = DT_PICTURE_LOG,
        .low_percentile = 0.5,
        .high_percentile = 99.5,
        .plot_size = 1000,
    };
}

static dt_status check(const dt_array *values, const dt_array *valid,
                       const dt_picture_options *options, dt_error *error) {
    if (values->dtype != DT_F64 && values->dtype != DT_F32) {
        return dt_error_set(error, DT_ERR_DTYPE, "picture: values must be f64 or f32");
    }
    if (valid && valid->dtype != DT_BOOL) {
        return dt_error_set(error, DT_ERR_DTYPE, "picture: valid must be bool");
    }
    if (values->ndim != 2 || values->shape[0] < 1 || values->shape[1] < 1) {
        return dt_error_set(
            error, DT_ERR_SHAPE,
            "picture: a layer has two dimensions of at least one sample, got %d dimensions "
            "of (%lld,%lld)",
            values->ndim, values->ndim > 0 ? (long long)values->shape[0] : 0,
            values->ndim > 1 ? (long long)values->shape[1] : 0);
    }
    if (valid && (valid->ndim != 2 || valid->shape[0] != values->shape[0] ||
                  valid->shape[1] != values->shape[1])) {
        return dt_error_set(error, DT_ERR_SHAPE,
                            "picture: valid must have the shape of values (%lld,%lld)",
                            (long long)values->shape[0], (long long)values->shape[1]);
    }
    double low = options->low_percentile, high = options->high_percentile;
    if (!(low >= 0 && low < high && high <= 100)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "picture: percentiles must be 0 <= low < high <= 100, got %g and %g",
                            low, high);
    }
    if (options->colours == DT_PICTURE_DIVERGING && options->scale == DT_PICTURE_LOG) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "picture: diverging colours show both signs, a log scale cannot: use a "
                            "linear scale");
    }
    if (!isfinite(options->low) || !isfinite(options->high)) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "picture: limits must be finite, got %g and %g",
                            options->low, options->high);
    }
    return DT_OK;
}

/* Every pixel in the box takes the colour of the sample whose parallelogram holds its middle. */
static void draw_samples(dti_canvas *canvas, const dti_layout *layout, const dti_layer *layer,
                         const dti_limits *limits, const dti_rgb map[DTI_COLORMAP_SIZE]) {
    for (int y = (int)layout->top; y < (int)ceil(layout->bottom); y++) {
        for (int x = (int)layout->left; x < (int)ceil(layout->right); x++) {
            double at[2], value;
            dti_layout_index(layout, x + 0.5, y + 0.5, at);
            double i = floor(at[0] + 0.5), j = floor(at[1] + 0.5);
            if (i < 0 || j < 0 || i >= (double)layer->n[0] || j >= (double)layer->n[1]) {
                continue;
            }
            dti_rgb colour = DTI_GREY;
            if (dti_layer_value(layer, (int64_t)i, (int64_t)j, &value)) {
                colour =
                    map[(int)(dti_limits_place(limits, value) * (DTI_COLORMAP_SIZE - 1) + 0.5)];
            }
            canvas->pixels[(size_t)y * (size_t)canvas->width + (size_t)x] = colour;
        }
    }
}

/* Over the layer; smaller if it would not fit the canvas. */
static void draw_title(dti_canvas *canvas, const dti_layout *layout, const char *title) {
    if (!title) {
        return;
    }
    double size = DTI_TITLE_SIZE, width = dti_text_width(title, size), room = canvas->width - 40;
    if (width > room) {
        size = fmax(size * room / width, TITLE_SMALLEST), width = dti_text_width(title, size);
    }
    double x = (layout->left + layout->right) / 2;
    x = fmax(fmin(x, canvas->width - 20 - width / 2), 20 + width / 2);
    dti_canvas_text(canvas, x, TITLE_MIDDLE, 0, title, (dti_text_style){size, 0, 0, DTI_INK});
}

/* A canvas with the whole picture. */
static dt_status draw(const dt_picture_panel *panel, dti_canvas *ret_canvas, dt_error *error) {
    const dt_array *values = panel->values;
    const dt_picture_options *options = &panel->options;
    dt_status status = check(values, panel->valid, options, error);
    if (status) {
        return status;
    }
    dti_layer layer = {values, panel->valid, {values->shape[0], values->shape[1]}};
    dti_limits limits;
    dti_layout layout;
    if ((status = dti_limits_find(&limits, &layer, options, error)) ||
        (status = dti_layout_make(&layout, &layer, &limits, options, error)) ||
        (status = dti_canvas_new(ret_canvas, layout.width, layout.height, error))) {
        return status;
    }
    dti_rgb map[DTI_COLORMAP_SIZE];
    if (options->colours == DT_PICTURE_DIVERGING) {
        dti_colormap_make_diverging(map);
    } else {
        dti_colormap_make(map);
    }
    draw_samples(ret_canvas, &layout, &layer, &limits, map);
    dti_draw_axes(ret_canvas, &layout, &layer, options);
    if (!(options->without & DT_PICTURE_SCALE_BAR)) {
        dti_draw_scale_bar(ret_canvas, &layout, options);
    }
    if (!(options->without & DT_PICTURE_COLOUR_BAR)) {
        dti_draw_colour_bar(ret_canvas, &layout, &limits, map, options);
    }
    draw_title(ret_canvas, &layout, options->title);
    return DT_OK;
}

dt_status dt_picture_write(const char *path, const dt_array *values, const dt_array *valid,
                           const dt_picture_options *options, dt_error *error) {
    const dt_picture_panel panel = {values, valid, *options};
    return dt_picture_write_row(path, 1, &panel, error);
}

/* All canvases beside each other. */
static dt_status join(int n, const dti_canvas *parts, dti_canvas *ret_canvas, dt_error *error) {
    int width = 0, height = 0;
    for (int i = 0; i < n; i++) {
        width += parts[i].width; /* at most 16 times about 8500 */
        height = parts[i].height > height ? parts[i].height : height;
    }
    dt_status status = dti_canvas_new(ret_canvas, width, height, error);
    for (int i = 0, x = 0; i < n && status == DT_OK; x += parts[i++].width) {
        for (int y = 0; y < parts[i].height; y++) {
            memcpy(ret_canvas->pixels + (size_t)y * (size_t)width + x,
                   parts[i].pixels + (size_t)y * (size_t)parts[i].width,
                   (size_t)parts[i].width * sizeof(dti_rgb));
        }
    }
    return status;
}

dt_status dt_picture_write_row(const char *path, int n, const dt_picture_panel *panels,
                               dt_error *error) {
    enum { MOST = 16 };
    dti_canvas parts[MOST] = {{0}}, row = {0};
    dt_status status = DT_OK;
    if (n < 1 || n > MOST) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "picture: a row has 1 to %d panels, not %d",
                            MOST, n);
    }
    for (int i = 0; i < n && status == DT_OK; i++) {
        status = draw(&panels[i], &parts[i], error);
    }
    if (status == DT_OK && n > 1) {
        status = join(n, parts, &row, error);
    }
    if (status == DT_OK) {
        dti_canvas *canvas = n > 1 ? &row : &parts[0];
        canvas->comment = panels[0].options.comment;
        status = dti_picture_write_png(path, canvas, panels[0].options.title, error);
    }
    for (int i = 0; i < n; i++) {
        dti_canvas_free(&parts[i]);
    }
    dti_canvas_free(&row);
    return status;
}
