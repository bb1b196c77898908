/* picture_axes.c - frame, ticks with Miller indices, axis titles and the scale bar. */
#include "picture_internal.h"

#include <math.h>
#include <stdio.h>

#define TITLE_GAP       12.0  /* from the labels to the axis title */
#define LABEL_SPACE     14.0  /* least distance between labels */
#define MINOR_SPACE     9.0   /* least distance between ticks */
#define MOST_STEPS      60    /* 20 decades of steps tried */
#define SCALE_BAR_SHARE 0.22  /* of the width of the layer */
#define SCALE_BAR_BELOW 112.0 /* from the layer */
#define SCALE_BAR_END   5.0   /* half the height of its ends */
#define ITALIC          0.2

/* One side of the layer that carries ticks: along axis `along`, at index `at` of the other one. */
typedef struct side {
    int along;
    double at;
    double outward[2]; /* unit vector of the ticks, parallel to the other axis */
    double normal[2];  /* unit vector across the side, outwards */
    double first, step, n;
    double pixels; /* per unit of the coordinate */
} side;

static void side_point(const dti_layout *l, const side *s, double index, double ret_point[2]) {
    dti_layout_point(l, s->along == 0 ? index : s->at, s->along == 0 ? s->at : index, ret_point);
}

/* Axis 0 has its ticks on the lower side, axis 1 on the left one. */
static side make_side(const dti_layout *l, const dti_layer *layer,
                      const dt_picture_options *options, int along) {
    int other = 1 - along;
    const double *across = l->step[other];
    double length = hypot(across[0], across[1]);
    bool far = along == 0 ? across[1] > 0 : across[0] < 0;
    double sign = far ? 1 : -1;
    const double *direction = l->step[along];
    double out[2] = {sign * across[0] / length, sign * across[1] / length};
    double n[2] = {-direction[1], direction[0]};
    double scale = copysign(1 / hypot(n[0], n[1]), n[0] * out[0] + n[1] * out[1]);
    return (side){.along = along,
                  .at = far ? (double)layer->n[other] - 0.5 : -0.5,
                  .outward = {out[0], out[1]},
                  .normal = {n[0] * scale, n[1] * scale},
                  .first = options->axis[along].first,
                  .step = options->axis[along].step,
                  .n = (double)layer->n[along],
                  .pixels = hypot(l->step[along][0], l->step[along][1]) /
                            fabs(options->axis[along].step)};
}

/* How far a text, centred on a point, reaches across the side. */
static double reach(const side *s, double width, double height) {
    return (fabs(s->normal[0]) * width + fabs(s->normal[1]) * height) / 2;
}

/* Draw a text whose nearest corner is `gap` pixels (measured across) from the side, on the line
 * that leaves point p in the direction of the ticks. Returns how far it reaches from the side. */
static double draw_beside(dti_canvas *canvas, const side *s, const double p[2], double gap,
                          const char *text, dti_text_style style) {
    double half = reach(s, dti_text_width(text, style.size), style.size);
    double lean = s->outward[0] * s->normal[0] + s->outward[1] * s->normal[1];
    double away = (gap + half) / fmax(lean, 0.2);
    dti_canvas_text(canvas, p[0] + away * s->outward[0], p[1] + away * s->outward[1], 0, text,
                    style);
    return gap + 2 * half;
}

/* Range of the coordinate along a side, from the lower to the upper end. */
static void side_range(const side *s, double *ret_low, double *ret_high) {
    double a = s->first - 0.5 * s->step, b = s->first + (s->n - 0.5) * s->step;
    *ret_low = fmin(a, b), *ret_high = fmax(a, b);
}

/* Miller indices are whole where the side is long enough to show two of them. */
static double smallest_step(const side *s) {
    double low, high;
    side_range(s, &low, &high);
    return floor(high) - ceil(low) >= 1 ? 1 : dti_nice_step(fabs(s->step));
}

static double label_width(double value, double step) {
    char label[DTI_TICK_LABEL_SIZE];
    return dti_text_width(dti_tick_label(value, step, label), DTI_LABEL_SIZE);
}

/* The smallest round step whose labels do not touch. */
static double label_step(const dti_layout *l, const side *s) {
    double low, high, step = smallest_step(s);
    side_range(s, &low, &high);
    const double *along = l->step[s->along];
    for (int tries = 0; tries < MOST_STEPS; tries++, step = dti_nice_step(step * 1.5)) {
        double width = fmax(label_width(ceil(low / step) * step, step),
                            label_width(floor(high / step) * step, step));
        double samples = step / fabs(s->step);
        if (fabs(along[0]) * samples >= width + LABEL_SPACE ||
            fabs(along[1]) * samples >= DTI_LABEL_SIZE + LABEL_SPACE) {
            break;
        }
    }
    return step;
}

/* Short ticks between labels: halves of one, whole numbers beyond, none where they would crowd. */
static double minor_step(const side *s, double step) {
    double digit = step / pow(10, floor(log10(step) + 1e-9));
    double fine = step / (step < 1.5 || digit < 2.5 ? 2 : 5);
    return step > 0.9 && fine * s->pixels >= MINOR_SPACE ? fine : step;
}

static void draw_tick(dti_canvas *canvas, const double p[2], const double outward[2],
                      double length) {
    dti_canvas_line(canvas, p[0], p[1], p[0] + length * outward[0], p[1] + length * outward[1],
                    DTI_LINE, DTI_INK);
}

/* A tick with its label. Returns how far the label reaches from the side. */
static double draw_labelled(dti_canvas *canvas, const side *s, const double p[2],
                            const char *label) {
    double lean = s->outward[0] * s->normal[0] + s->outward[1] * s->normal[1];
    draw_tick(canvas, p, s->outward, DTI_TICK);
    return draw_beside(canvas, s, p, DTI_TICK * lean + DTI_TICK_GAP, label,
                       (dti_text_style){DTI_LABEL_SIZE, 0, 0, DTI_INK});
}

/* Ticks at round numbers; a single sample gets one at its middle. */
static double draw_ticks(dti_canvas *canvas, const dti_layout *l, const side *s) {
    double low, high, deepest = 0, p[2];
    char label[DTI_TICK_LABEL_SIZE];
    if (s->n < 2) {
        side_point(l, s, 0, p);
        snprintf(label, sizeof label, "%.4g", s->first);
        return draw_labelled(canvas, s, p, label);
    }
    double step = label_step(l, s), fine = minor_step(s, step);
    side_range(s, &low, &high);
    for (double m = ceil(low / fine - 1e-9); m * fine <= high + 1e-9 * fine; m++) {
        double value = m * fine;
        side_point(l, s, (value - s->first) / s->step, p);
        if (fabs(value / step - round(value / step)) < 1e-6) {
            deepest =
                fmax(deepest, draw_labelled(canvas, s, p, dti_tick_label(value, step, label)));
        } else {
            draw_tick(canvas, p, s->outward, DTI_MINOR_TICK);
        }
    }
    return deepest;
}

static void draw_side(dti_canvas *canvas, const dti_layout *l, const side *s, const char *title) {
    double deepest = draw_ticks(canvas, l, s), p[2];
    if (!title) {
        return;
    }
    side_point(l, s, (s->n - 1) / 2, p);
    draw_beside(canvas, s, p, deepest + TITLE_GAP, title,
                (dti_text_style){DTI_AXIS_TITLE_SIZE, 0, ITALIC, DTI_INK});
}

void dti_draw_axes(dti_canvas *canvas, const dti_layout *layout, const dti_layer *layer,
                   const dt_picture_options *options) {
    double n0 = (double)layer->n[0] - 0.5, n1 = (double)layer->n[1] - 0.5;
    const double corners[5][2] = {{-0.5, -0.5}, {n0, -0.5}, {n0, n1}, {-0.5, n1}, {-0.5, -0.5}};
    for (int c = 0; c < 4; c++) {
        double p[2], q[2];
        dti_layout_point(layout, corners[c][0], corners[c][1], p);
        dti_layout_point(layout, corners[c + 1][0], corners[c + 1][1], q);
        dti_canvas_line(canvas, p[0], p[1], q[0], q[1], DTI_LINE, DTI_INK);
    }
    for (int d = 0; d < (options->without & DT_PICTURE_LEFT_LABELS ? 1 : 2); d++) {
        side s = make_side(layout, layer, options, d);
        draw_side(canvas, layout, &s, options->axis[d].title);
    }
}

void dti_draw_scale_bar(dti_canvas *canvas, const dti_layout *layout,
                        const dt_picture_options *options) {
    double wanted =
        fmax(SCALE_BAR_SHARE * (layout->right - layout->left), 40) / layout->pixels_per_unit;
    double length = dti_nice_step(wanted / 2.2), pixels = length * layout->pixels_per_unit;
    double x1 = fmax(layout->right, layout->bar_left - 60), x0 = x1 - pixels;
    double y = layout->bar_bottom + SCALE_BAR_BELOW;
    dti_canvas_line(canvas, x0, y, x1, y, 2 * DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, x0, y - SCALE_BAR_END, x0, y + SCALE_BAR_END, DTI_LINE, DTI_INK);
    dti_canvas_line(canvas, x1, y - SCALE_BAR_END, x1, y + SCALE_BAR_END, DTI_LINE, DTI_INK);
    char number[DTI_TICK_LABEL_SIZE], label[2 * DTI_TICK_LABEL_SIZE];
    dti_tick_label(length, length, number);
    snprintf(label, sizeof label, "%s %s", number,
             options->length_unit ? options->length_unit : "");
    dti_canvas_text(canvas, x0 - 14, y, 1, label, (dti_text_style){DTI_LABEL_SIZE, 0, 0, DTI_INK});
}
