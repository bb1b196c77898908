/* picture_canvas.h - an RGB image to draw on: rectangles, lines, text. */
#ifndef DTI_PICTURE_CANVAS_H
#define DTI_PICTURE_CANVAS_H

#include "colormap.h"

#include <difftape/status.h>

/* Pixel (x, y) covers [x, x+1) to the right and [y, y+1) downwards. */
typedef struct dti_canvas {
    int width, height;
    dti_rgb *pixels;     /* rows from the top */
    const char *comment; /* for the file, or NULL */
} dti_canvas;

/* A white canvas. Errors: DT_ERR_MEMORY. Release with dti_canvas_free. */
dt_status dti_canvas_new(dti_canvas *ret_canvas, int width, int height, dt_error *error);
void dti_canvas_free(dti_canvas *canvas);

void dti_canvas_rectangle(dti_canvas *canvas, int x, int y, int width, int height, dti_rgb colour);

/* A line with round ends and smooth edges. */
void dti_canvas_line(dti_canvas *canvas, double x0, double y0, double x1, double y1,
                     double thickness, dti_rgb colour);

/* How a text is set. `size` is the height of capitals in pixels. "^{...}" raises. */
typedef struct dti_text_style {
    double size;
    double angle; /* radians, counter-clockwise */
    double slant; /* 0 upright, 0.2 italic */
    dti_rgb colour;
} dti_text_style;

/* Length of a text along its line, pixels. */
double dti_text_width(const char *text, double size);

/* Draw a text so that the point (x, y) is its middle shifted by half its length times `align`:
 * -1 begins at the point, 0 centres, 1 ends there. Its capitals are centred across the line. */
void dti_canvas_text(dti_canvas *canvas, double x, double y, double align, const char *text,
                     dti_text_style style);

#endif
