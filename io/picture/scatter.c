/* scatter.c - points in a frame with ticks at round numbers and a legend. */
#include "picture_internal.h"

#include <difftape/scatter_plot.h>

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 900,
    HEIGHT = 700,
    SMALLEST = 100,
    LARGEST = 8000,
    LEFT = 116,  /* room for labels and title of the y axis */
    TOP = 76,    /* and of the picture */
    BOTTOM = 92, /* and of the x axis */
    MARGIN = 40, /* right of the frame */
    LEGEND = 30, /* height of a line of the legend */
    MOST_TICKS = 200,
    HUES = 10
};

#define RADIUS       3.0
#define MARGIN_SHARE 0.04 /* of the range of the points */
#define LEGEND_GAP   26.0
#define TICKS_ACROSS 9.0 /* about so many */
#define TICKS_UP     8.0
#define ITALIC       0.2
#define QUARTER_TURN 1.5707963267948966
#define LABEL_MIDDLE 26.0 /* below the frame */
#define TITLE_MIDDLE 62.0
#define DARKEST      0.1
#define LIGHTEST     0.86 /* yellow points on white would not be seen */

/* The frame on the canvas and the range it shows. */
typedef struct frame {
    double x, y, width, height; /* pixels */
    double low[2], high[2];
    bool y_down;
} frame;

static bool finite_point(const dt_scatter_series *s, int64_t i) {
    return isfinite(s->x[i]) && isfinite(s->y[i]);
}

/* The range of one coordinate over all points, widened; 0 to 1 without points. */
static void find_range(int n, const dt_scatter_series *series, bool up, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (int s = 0; s < n; s++) {
        for (int64_t i = 0; i < series[s].n; i++) {
            double v = up ? series[s].y[i] : series[s].x[i];
            if (finite_point(&series[s], i)) {
                *low = fmin(*low, v);
                *high = fmax(*high, v);
            }
        }
    }
    if (!(*low <= *high)) {
        *low = 0;
        *high = 1;
    }
    double widen = *high > *low ? MARGIN_SHARE * (*high - *low) : fmax(1, fabs(*low)) * 0.5;
    *low -= widen;
    *high += widen;
}

static dt_status check(int n, const dt_scatter_series *series, const dt_scatter_options *o,
                       dt_error *error) {
    for (int s = 0; s < n; s++) {
        if (series[s].hue < 0 || series[s].hue > HUES) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "scatter: the hue of group %d must be from 0 to %d, got %d", s,
                                HUES, series[s].hue);
        }
    }
    if (!isfinite(o->x_low) || !isfinite(o->x_high) || !isfinite(o->y_low) ||
        !isfinite(o->y_high) || o->x_low > o->x_high || o->y_low > o->y_high) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "scatter: limits must be finite and in order, got %g to %g and %g to "
                            "%g",
                            o->x_low, o->x_high, o->y_low, o->y_high);
    }
    int sizes[2] = {o->width, o->height};
    for (int i = 0; i < 2; i++) {
        if (sizes[i] != 0 && (sizes[i] < SMALLEST || sizes[i] > LARGEST)) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "scatter: a side must be from %d to %d pixels, got %d", SMALLEST,
                                LARGEST, sizes[i]);
        }
    }
    return DT_OK;
}

/* Widen one range so that units are equally long. */
static void make_equal(frame *f) {
    double per_x = (f->high[0] - f->low[0]) / f->width;
    double per_y = (f->high[1] - f->low[1]) / f->height;
    int d = per_x < per_y ? 0 : 1;
    double pixels = d == 0 ? f->width : f->height;
    double widen = (fmax(per_x, per_y) * pixels - (f->high[d] - f->low[d])) / 2;
    f->low[d] -= widen;
    f->high[d] += widen;
}

static frame make_frame(int n, const dt_scatter_series *series, const dt_scatter_options *o) {
    frame f = {LEFT,
               TOP,
               o->width == 0 ? WIDTH : o->width,
               o->height == 0 ? HEIGHT : o->height,
               {o->x_low, o->y_low},
               {o->x_high, o->y_high},
               o->y_down};
    if (o->x_low == o->x_high) {
        find_range(n, series, false, &f.low[0], &f.high[0]);
    }
    if (o->y_low == o->y_high) {
        find_range(n, series, true, &f.low[1], &f.high[1]);
    }
    if (o->equal) {
        make_equal(&f);
    }
    return f;
}

static double across(const frame *f, double x) {
    return f->x + (x - f->low[0]) / (f->high[0] - f->low[0]) * f->width;
}

static double down(const frame *f, double y) {
    double part = (y - f->low[1]) / (f->high[1] - f->low[1]);
    return f->y + (f->y_down ? part : 1 - part) * f->height;
}

static const dti_text_style label_style = {DTI_LABEL_SIZE, 0, 0, {28, 28, 32}};

static void draw_frame(dti_canvas *canvas, const frame *f) {
    double x1 = f->x + f->width, y1 = f->y + f->height;
    dti_canvas_line(canvas, f->x, f->y, x1, f->y, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, f->x, y1, x1, y1, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, f->x, f->y, f->x, y1, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, x1, f->y, x1, y1, DTI_LINE, DTI_INK);
}

static void draw_ticks(dti_canvas *canvas, const frame *f, const dt_scatter_options *o) {
    char label[DTI_TICK_LABEL_SIZE];
    double bottom = f->y + f->height;
    double step =
        o->x_step > 0 ? o->x_step : dti_nice_step((f->high[0] - f->low[0]) / TICKS_ACROSS);
    double m = ceil(f->low[0] / step - 1e-9);
    for (int i = 0; i < MOST_TICKS && (m + i) * step <= f->high[0] + 1e-9 * step; i++) {
        double x = across(f, (m + i) * step);
        dti_canvas_line(canvas, x, bottom, x, bottom + DTI_TICK, DTI_LINE, DTI_INK);
        dti_canvas_text(canvas, x, bottom + LABEL_MIDDLE, 0,
                        dti_tick_label((m + i) * step, step, label), label_style);
    }
    step = o->y_step > 0 ? o->y_step : dti_nice_step((f->high[1] - f->low[1]) / TICKS_UP);
    m = ceil(f->low[1] / step - 1e-9);
    for (int i = 0; i < MOST_TICKS && (m + i) * step <= f->high[1] + 1e-9 * step; i++) {
        double y = down(f, (m + i) * step);
        dti_canvas_line(canvas, f->x - DTI_TICK, y, f->x, y, DTI_LINE, DTI_INK);
        dti_canvas_text(canvas, f->x - DTI_TICK - DTI_TICK_GAP, y, 1,
                        dti_tick_label((m + i) * step, step, label), label_style);
    }
}

static void draw_titles(dti_canvas *canvas, const frame *f, const dt_scatter_options *o) {
    dti_text_style style = {DTI_AXIS_TITLE_SIZE * 0.85, 0, ITALIC, DTI_INK};
    if (o->x_title != NULL) {
        dti_canvas_text(canvas, f->x + f->width / 2, f->y + f->height + TITLE_MIDDLE, 0, o->x_title,
                        style);
    }
    if (o->y_title != NULL) {
        style.angle = QUARTER_TURN;
        dti_canvas_text(canvas, f->x - 90, f->y + f->height / 2, 0, o->y_title, style);
    }
    if (o->title != NULL) {
        dti_canvas_text(canvas, f->x + f->width / 2, f->y / 2, 0, o->title,
                        (dti_text_style){DTI_TITLE_SIZE * 0.9, 0, 0, DTI_INK});
    }
}

/* Blue, orange, green, red, purple, brown, pink, grey, olive, cyan. */
static const dti_rgb hues[HUES] = {
    {31, 119, 180}, {255, 127, 14},  {44, 160, 44},   {214, 39, 40},  {148, 103, 189},
    {140, 86, 75},  {227, 119, 194}, {127, 127, 127}, {188, 189, 34}, {23, 190, 207}};

static dti_rgb colour_of(const dt_scatter_series *s, const dti_rgb map[DTI_COLORMAP_SIZE]) {
    double place = DARKEST + (LIGHTEST - DARKEST) * fmin(fmax(s->colour, 0), 1);
    return s->hue > 0 ? hues[s->hue - 1] : map[(int)(place * (DTI_COLORMAP_SIZE - 1) + 0.5)];
}

static void draw_marker(dti_canvas *canvas, double x, double y, const dt_scatter_series *s,
                        dti_rgb colour) {
    double r = s->radius > 0 ? s->radius : RADIUS;
    if (s->marker == DT_MARKER_DISC) {
        dti_canvas_line(canvas, x, y, x, y, 2 * r, colour);
    } else if (s->marker == DT_MARKER_CROSS) {
        dti_canvas_line(canvas, x - r, y, x + r, y, DTI_LINE, colour);
        dti_canvas_line(canvas, x, y - r, x, y + r, DTI_LINE, colour);
    } else {
        enum { CORNERS = 24 };
        for (int i = 0; i < CORNERS; i++) {
            double a = i * 4 * QUARTER_TURN / CORNERS, b = (i + 1) * 4 * QUARTER_TURN / CORNERS;
            dti_canvas_line(canvas, x + r * cos(a), y + r * sin(a), x + r * cos(b), y + r * sin(b),
                            DTI_LINE, colour);
        }
    }
}

static void draw_points(dti_canvas *canvas, const frame *f, const dt_scatter_series *s,
                        dti_rgb colour) {
    for (int64_t i = 0; i < s->n; i++) {
        if (finite_point(s, i) && s->x[i] >= f->low[0] && s->x[i] <= f->high[0] &&
            s->y[i] >= f->low[1] && s->y[i] <= f->high[1]) {
            draw_marker(canvas, across(f, s->x[i]), down(f, s->y[i]), s, colour);
        }
    }
}

/* The width of the column of names beside the frame, 0 without names. */
static double legend_width(int n, const dt_scatter_series *series, const dt_scatter_options *o) {
    double width = 0;
    bool any = false;
    for (int s = 0; s < n; s++) {
        if (series[s].name != NULL) {
            any = true;
            width = fmax(width, dti_text_width(series[s].name, DTI_LABEL_SIZE));
        }
    }
    if (any && o->legend_title != NULL) {
        width = fmax(width, dti_text_width(o->legend_title, DTI_LABEL_SIZE) - LEGEND_GAP);
    }
    return any ? width + 2 * LEGEND_GAP : 0;
}

static void draw_legend(dti_canvas *canvas, const frame *f, int n, const dt_scatter_series *series,
                        const dt_scatter_options *o, const dti_rgb map[DTI_COLORMAP_SIZE]) {
    double x = f->x + f->width + LEGEND_GAP, y = f->y + 10;
    bool any = legend_width(n, series, o) > 0;
    if (any && o->legend_title != NULL) {
        dti_canvas_text(canvas, x - 6, y, -1, o->legend_title, label_style);
        y += LEGEND;
    }
    for (int s = 0; s < n; s++) {
        if (series[s].name != NULL) {
            draw_marker(canvas, x, y, &series[s], colour_of(&series[s], map));
            dti_canvas_text(canvas, x + LEGEND_GAP * 0.6, y, -1, series[s].name, label_style);
            y += LEGEND;
        }
    }
}

dt_status dt_scatter_write(const char *path, int n_series, const dt_scatter_series *series,
                           const dt_scatter_options *options, dt_error *error) {
    dt_status status = check(n_series, series, options, error);
    if (status != DT_OK) {
        return status;
    }
    frame f = make_frame(n_series, series, options);
    dti_canvas canvas;
    int width = (int)(LEFT + f.width + legend_width(n_series, series, options) + MARGIN);
    status = dti_canvas_new(&canvas, width, (int)(TOP + f.height + BOTTOM), error);
    if (status != DT_OK) {
        return status;
    }
    dti_rgb map[DTI_COLORMAP_SIZE];
    dti_colormap_make(map);
    for (int s = 0; s < n_series; s++) {
        draw_points(&canvas, &f, &series[s], colour_of(&series[s], map));
    }
    draw_frame(&canvas, &f);
    draw_ticks(&canvas, &f, options);
    draw_titles(&canvas, &f, options);
    draw_legend(&canvas, &f, n_series, series, options, map);
    status = dti_picture_write_png(path, &canvas, options->title, error);
    dti_canvas_free(&canvas);
    return status;
}
