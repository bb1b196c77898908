/* picture_layout.c - where everything goes: size of the canvas, place and shape of the layer. */
#include "picture_internal.h"

#include <math.h>

/* Distances in pixels. */
#define MARGIN_LEFT      110
#define MARGIN_BARE      24 /* left, without labels */
#define MARGIN_TOP       84
#define MARGIN_BOTTOM    148
#define MARGIN_SHALLOW   88 /* below, without a scale bar: labels, title of the axis, legend */
#define MARGIN_RIGHT     26
#define BAR_GAP          58 /* from the layer to the colour bar */
#define BAR_SPACE        48 /* width of the bar, its ticks and gaps */
#define BAR_TITLE_SPACE  46
#define BAR_SHORTEST     260
#define FARTHEST_START   1e9 /* steps from coordinate 0: beyond, ticks drown in rounding */
#define PLOT_SMALLEST    100
#define PLOT_LARGEST     8000
#define PLOT_WIDTH_LEAST 240 /* room for the axis title and the scale bar */

static double cross(const double a[2], const double b[2]) {
    return a[0] * b[1] - a[1] * b[0];
}

dt_status dt_picture_plane_basis(const double u[3], const double v[3], double ret_u[2],
                                 double ret_v[2], dt_error *error) {
    double uu = 0, uv = 0, vv = 0;
    for (int i = 0; i < 3; i++) {
        uu += u[i] * u[i], uv += u[i] * v[i], vv += v[i] * v[i];
    }
    double along = uv / sqrt(uu), across2 = vv - along * along;
    /* sin^2 of the angle below 1e-12: rounding decides, not the cell */
    if (!isfinite(uu + vv) || !(uu > 0) || !(across2 > 1e-12 * vv)) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "picture: the plane needs two finite vectors that are not parallel, got "
            "(%g,%g,%g) and (%g,%g,%g)",
            u[0], u[1], u[2], v[0], v[1], v[2]);
    }
    ret_u[0] = sqrt(uu), ret_u[1] = 0;
    ret_v[0] = along, ret_v[1] = sqrt(across2);
    return DT_OK;
}

static dt_status check_axes(const dt_picture_options *options, dt_error *error) {
    for (int d = 0; d < 2; d++) {
        const dt_picture_axis *axis = &options->axis[d];
        if (!isfinite(axis->first) || !isfinite(axis->step) || axis->step == 0) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "picture: axis %d: expected a finite start and a step that is not 0, got "
                "%g and %g",
                d, axis->first, axis->step);
        }
        if (fabs(axis->first) > FARTHEST_START * fabs(axis->step)) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "picture: axis %d: start %g is too far from 0 for ticks in steps of %g", d,
                axis->first, axis->step);
        }
    }
    const double *a = options->axis[0].basis, *b = options->axis[1].basis;
    double area = cross(a, b), product = hypot(a[0], a[1]) * hypot(b[0], b[1]);
    if (!isfinite(product) || !(fabs(area) > 1e-6 * product)) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "picture: axes must be finite and not parallel, got (%g,%g) and (%g,%g)", a[0], a[1],
            b[0], b[1]);
    }
    return DT_OK;
}

void dti_layout_point(const dti_layout *layout, double i, double j, double ret_point[2]) {
    for (int k = 0; k < 2; k++) {
        ret_point[k] = layout->origin[k] + i * layout->step[0][k] + j * layout->step[1][k];
    }
}

void dti_layout_index(const dti_layout *layout, double x, double y, double ret_index[2]) {
    double dx = x - layout->origin[0], dy = y - layout->origin[1];
    for (int d = 0; d < 2; d++) {
        ret_index[d] = layout->inverse[d][0] * dx + layout->inverse[d][1] * dy;
    }
}

/* Box around the outer corners of all samples, with sample (0, 0) at the origin. */
static void find_box(const dti_layer *layer, const double step[2][2], double low[2],
                     double high[2]) {
    for (int k = 0; k < 2; k++) {
        low[k] = INFINITY, high[k] = -INFINITY;
        for (int corner = 0; corner < 4; corner++) {
            double i = corner & 1 ? (double)layer->n[0] - 0.5 : -0.5;
            double j = corner & 2 ? (double)layer->n[1] - 0.5 : -0.5;
            double at = i * step[0][k] + j * step[1][k];
            low[k] = fmin(low[k], at), high[k] = fmax(high[k], at);
        }
    }
}

/* Scale the layer to the wanted size and find the steps between samples in pixels, y downwards. */
static void set_scale(dti_layout *l, const dti_layer *layer, const dt_picture_options *options) {
    double low[2], high[2], step[2][2];
    for (int d = 0; d < 2; d++) {
        step[d][0] = options->axis[d].step * options->axis[d].basis[0];
        step[d][1] = -options->axis[d].step * options->axis[d].basis[1];
    }
    find_box(layer, (const double(*)[2])step, low, high);
    double width = high[0] - low[0], height = high[1] - low[1];
    l->pixels_per_unit = options->plot_size / fmax(width, height);
    for (int d = 0; d < 2; d++) {
        for (int k = 0; k < 2; k++) {
            l->step[d][k] = step[d][k] * l->pixels_per_unit;
        }
    }
    double plot_width = width * l->pixels_per_unit, plot_height = height * l->pixels_per_unit;
    double spare_x = fmax(PLOT_WIDTH_LEAST - plot_width, 0) / 2;
    double spare_y = fmax(BAR_SHORTEST - plot_height, 0) / 2;
    double margin = options->without & DT_PICTURE_LEFT_LABELS ? MARGIN_BARE : MARGIN_LEFT;
    l->left = floor(margin + spare_x), l->right = l->left + plot_width;
    l->top = floor(MARGIN_TOP + spare_y), l->bottom = l->top + plot_height;
    l->origin[0] = l->left - low[0] * l->pixels_per_unit;
    l->origin[1] = l->top - low[1] * l->pixels_per_unit;
    l->bar_left = ceil(l->right + spare_x + BAR_GAP);
    l->bar_top = floor(l->top - spare_y), l->bar_bottom = ceil(l->bottom + spare_y);
}

dt_status dti_layout_make(dti_layout *ret_layout, const dti_layer *layer, const dti_limits *limits,
                          const dt_picture_options *options, dt_error *error) {
    if (options->plot_size < PLOT_SMALLEST || options->plot_size > PLOT_LARGEST) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "picture: size must be %d to %d pixels, got %d",
                            PLOT_SMALLEST, PLOT_LARGEST, options->plot_size);
    }
    dt_status status = check_axes(options, error);
    if (status) {
        return status;
    }
    dti_layout l = {0};
    set_scale(&l, layer, options);
    double labels = limits->empty ? 0 : dti_bar_label_width(limits, l.bar_bottom - l.bar_top);
    double bar = BAR_SPACE + labels + (options->value_title ? BAR_TITLE_SPACE : 0);
    l.width = (int)(l.bar_left + fmax(bar, dti_bar_legend_width(limits))) + MARGIN_RIGHT;
    if (options->without & DT_PICTURE_COLOUR_BAR) {
        l.width = (int)ceil(l.bar_left - BAR_GAP) + MARGIN_RIGHT;
    }
    l.height = (int)l.bar_bottom +
               (options->without & DT_PICTURE_SCALE_BAR ? MARGIN_SHALLOW : MARGIN_BOTTOM);
    double area = cross(l.step[0], l.step[1]);
    l.inverse[0][0] = l.step[1][1] / area, l.inverse[0][1] = -l.step[1][0] / area;
    l.inverse[1][0] = -l.step[0][1] / area, l.inverse[1][1] = l.step[0][0] / area;
    if (!isfinite(l.inverse[0][0] + l.inverse[0][1] + l.inverse[1][0] + l.inverse[1][1])) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "picture: samples are too small or too large to draw");
    }
    *ret_layout = l;
    return DT_OK;
}
