/* picture_internal.h - the parts of a picture and what they share. */
#ifndef DTI_PICTURE_INTERNAL_H
#define DTI_PICTURE_INTERNAL_H

#include "colormap.h"
#include "picture_canvas.h"

#include <difftape/picture.h>

#define DTI_GREY ((dti_rgb){168, 168, 168}) /* samples without a value */
#define DTI_INK  ((dti_rgb){28, 28, 32})    /* lines and text */

/* Heights of capitals and thickness of lines, pixels. */
#define DTI_LABEL_SIZE      15.0
#define DTI_AXIS_TITLE_SIZE 20.0
#define DTI_TITLE_SIZE      19.0
#define DTI_LINE            1.6
#define DTI_TICK            9.0 /* length of a tick with a label */
#define DTI_MINOR_TICK      5.0
#define DTI_TICK_GAP        9.0 /* from the end of a tick to its label */

/* Values at the ends of the colour bar. */
typedef struct dti_limits {
    double low, high;
    bool logarithmic;
    bool empty;       /* no valid sample at all */
    bool any_invalid; /* at least one sample is drawn grey */
} dti_limits;

/* A layer to draw: (n0, n1) samples. */
typedef struct dti_layer {
    const dt_array *values, *valid;
    int64_t n[2];
} dti_layer;

/* The value of a sample; false if it is invalid or not finite. */
bool dti_layer_value(const dti_layer *layer, int64_t i, int64_t j, double *ret_value);

/* Limits from the options or from percentiles of the valid values. */
dt_status dti_limits_find(dti_limits *ret_limits, const dti_layer *layer,
                          const dt_picture_options *options, dt_error *error);

/* Place of a value along the colour bar, 0 to 1, clipped. */
double dti_limits_place(const dti_limits *limits, double value);

/* Sample (i, j) has its middle at pixel point origin + i * step[0] + j * step[1]. */
typedef struct dti_layout {
    int width, height;               /* of the canvas */
    double left, top, right, bottom; /* box around the layer, pixels */
    double pixels_per_unit;          /* pixels per 1/Angstrom */
    double origin[2], step[2][2], inverse[2][2];
    double bar_left, bar_top, bar_bottom;
} dti_layout;

dt_status dti_layout_make(dti_layout *ret_layout, const dti_layer *layer, const dti_limits *limits,
                          const dt_picture_options *options, dt_error *error);

/* Pixel point of fractional sample indices, and back. */
void dti_layout_point(const dti_layout *layout, double i, double j, double ret_point[2]);
void dti_layout_index(const dti_layout *layout, double x, double y, double ret_index[2]);

/* The smallest of 1, 2, 5 times a power of ten that is >= value. */
double dti_nice_step(double value);

/* "-5", "0.25", "2x10^{6}" with a times sign: a tick's label, for ticks `step` apart. */
#define DTI_TICK_LABEL_SIZE 48
const char *dti_tick_label(double value, double step, char buffer[DTI_TICK_LABEL_SIZE]);

/* Widest label of the colour bar, pixels. */
double dti_bar_label_width(const dti_limits *limits, double bar_height);

/* Width of the line below the colour bar that says what grey means, 0 where there is none. */
double dti_bar_legend_width(const dti_limits *limits);

void dti_draw_axes(dti_canvas *canvas, const dti_layout *layout, const dti_layer *layer,
                   const dt_picture_options *options);
void dti_draw_scale_bar(dti_canvas *canvas, const dti_layout *layout,
                        const dt_picture_options *options);
void dti_draw_colour_bar(dti_canvas *canvas, const dti_layout *layout, const dti_limits *limits,
                         const dti_rgb map[DTI_COLORMAP_SIZE], const dt_picture_options *options);

/* Write the canvas under its name or not at all. `title` goes into the file's Title text. */
dt_status dti_picture_write_png(const char *path, const dti_canvas *canvas, const char *title,
                                dt_error *error);

#endif
