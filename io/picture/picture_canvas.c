/* picture_canvas.c - drawing with smooth edges on an RGB image. */
#include "picture_canvas.h"

#include "font.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STROKE      0.125 /* thickness of a stroke / height of capitals */
#define RAISED_SIZE 0.72  /* of "^{...}" */
#define RAISED_BY   0.55  /* of the height of capitals */

dt_status dti_canvas_new(dti_canvas *ret_canvas, int width, int height, dt_error *error) {
    size_t bytes = (size_t)width * (size_t)height * sizeof(dti_rgb);
    dti_rgb *pixels = malloc(bytes);
    if (!pixels) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for %d x %d pixels", width, height);
    }
    memset(pixels, 255, bytes);
    *ret_canvas = (dti_canvas){width, height, pixels, NULL};
    return DT_OK;
}

void dti_canvas_free(dti_canvas *canvas) {
    free(canvas->pixels);
    canvas->pixels = NULL;
}

static int clip(double value, int high) {
    return value < 0 ? 0 : value > high ? high : (int)value;
}

void dti_canvas_rectangle(dti_canvas *canvas, int x, int y, int width, int height, dti_rgb colour) {
    int x1 = clip(x + width, canvas->width), y1 = clip(y + height, canvas->height);
    for (int row = clip(y, canvas->height); row < y1; row++) {
        for (int column = clip(x, canvas->width); column < x1; column++) {
            canvas->pixels[(size_t)row * (size_t)canvas->width + (size_t)column] = colour;
        }
    }
}

static uint8_t mix(uint8_t under, uint8_t over, float cover) {
    return (uint8_t)lroundf((float)under + cover * ((float)over - (float)under));
}

static float distance(dti_segment s, float x, float y) {
    float dx = s.x1 - s.x0, dy = s.y1 - s.y0, length2 = dx * dx + dy * dy;
    float t = length2 > 0 ? ((x - s.x0) * dx + (y - s.y0) * dy) / length2 : 0;
    t = fminf(fmaxf(t, 0), 1);
    return hypotf(x - s.x0 - t * dx, y - s.y0 - t * dy);
}

/* Segments in pixels. Each pixel is covered by the nearest one only, so that joints stay even. */
static void draw(dti_canvas *canvas, const dti_segment *segments, int n, double thickness,
                 dti_rgb colour) {
    if (n == 0) {
        return;
    }
    float x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int i = 0; i < n; i++) {
        x0 = fminf(x0, fminf(segments[i].x0, segments[i].x1));
        y0 = fminf(y0, fminf(segments[i].y0, segments[i].y1));
        x1 = fmaxf(x1, fmaxf(segments[i].x0, segments[i].x1));
        y1 = fmaxf(y1, fmaxf(segments[i].y0, segments[i].y1));
    }
    float half = (float)thickness / 2, reach = half + 1;
    int row_end = clip(ceil(y1 + reach), canvas->height);
    int column_end = clip(ceil(x1 + reach), canvas->width);
    for (int row = clip(floor(y0 - reach), canvas->height); row < row_end; row++) {
        for (int column = clip(floor(x0 - reach), canvas->width); column < column_end; column++) {
            float nearest = INFINITY;
            for (int i = 0; i < n; i++) {
                nearest =
                    fminf(nearest, distance(segments[i], (float)column + 0.5f, (float)row + 0.5f));
            }
            float cover = fminf(half + 0.5f - nearest, 1);
            if (cover <= 0) {
                continue;
            }
            dti_rgb *p = &canvas->pixels[(size_t)row * (size_t)canvas->width + (size_t)column];
            *p = (dti_rgb){mix(p->r, colour.r, cover), mix(p->g, colour.g, cover),
                           mix(p->b, colour.b, cover)};
        }
    }
}

void dti_canvas_line(dti_canvas *canvas, double x0, double y0, double x1, double y1,
                     double thickness, dti_rgb colour) {
    dti_segment segment = {(float)x0, (float)y0, (float)x1, (float)y1};
    draw(canvas, &segment, 1, thickness, colour);
}

/* Walks over the glyphs of a text: scale and height of each, "^{" and "}" understood. */
typedef struct pen {
    const char *text;
    double size, x; /* height of capitals; where the next glyph begins */
    bool raised;
} pen;

typedef struct placed {
    dti_segment segments[DTI_FONT_MAX_SEGMENTS];
    int n;
    double x, y, unit; /* origin on the unrotated line and pixels per glyph unit */
} placed;

static bool next_glyph(pen *p, placed *ret_glyph, double *ret_end) {
    if (!p->raised && p->text[0] == '^' && p->text[1] == '{') {
        p->raised = true, p->text += 2;
    }
    if (p->raised && p->text[0] == '}') {
        p->raised = false, p->text++;
    }
    uint32_t character = dti_font_next(&p->text);
    if (!character) {
        return false;
    }
    float width;
    ret_glyph->n = dti_font_glyph(character, ret_glyph->segments, &width);
    ret_glyph->unit = p->size / (double)DTI_FONT_CAP * (p->raised ? RAISED_SIZE : 1);
    ret_glyph->x = p->x;
    ret_glyph->y = p->raised ? p->size * RAISED_BY : 0;
    *ret_end = p->x + (double)width * ret_glyph->unit;
    p->x = *ret_end + (double)DTI_FONT_SPACING * ret_glyph->unit;
    return true;
}

double dti_text_width(const char *text, double size) {
    pen p = {text, size, 0, false};
    placed glyph;
    double end = 0;
    while (next_glyph(&p, &glyph, &end)) {
        continue;
    }
    return end;
}

void dti_canvas_text(dti_canvas *canvas, double x, double y, double align, const char *text,
                     dti_text_style style) {
    double c = cos(style.angle), s = sin(style.angle);
    pen p = {text, style.size, -(align + 1) / 2 * dti_text_width(text, style.size), false};
    placed glyph;
    double end;
    while (next_glyph(&p, &glyph, &end)) {
        for (int i = 0; i < glyph.n; i++) {
            dti_segment *g = &glyph.segments[i];
            float *xs[] = {&g->x0, &g->x1}, *ys[] = {&g->y0, &g->y1};
            for (int k = 0; k < 2; k++) {
                double up = glyph.y + (double)*ys[k] * glyph.unit - style.size / 2;
                double along = glyph.x + (double)*xs[k] * glyph.unit + style.slant * up;
                *xs[k] = (float)(x + c * along - s * up);
                *ys[k] = (float)(y - s * along - c * up);
            }
        }
        draw(canvas, glyph.segments, glyph.n, fmax(style.size * STROKE, 1.2), style.colour);
    }
}
