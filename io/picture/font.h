/* font.h - a small stroke font for pictures: glyphs as line segments at any size. */
#ifndef DTI_FONT_H
#define DTI_FONT_H

#include <stdint.h>

/* Glyph units: capitals are DTI_FONT_CAP high, y upwards from the baseline. */
#define DTI_FONT_CAP          12.0f
#define DTI_FONT_SPACING      3.2f /* between glyphs */
#define DTI_FONT_MAX_SEGMENTS 160

typedef struct dti_segment {
    float x0, y0, x1, y1;
} dti_segment;

/* The next character of UTF-8 `*text`, which moves on; 0 at the end. A wrong byte counts as one
 * character, U+FFFD. */
uint32_t dti_font_next(const char **text);

/* Segments of a character (a dot is one of length 0); an unknown one gives a crossed box. Returns
 * how many. */
int dti_font_glyph(uint32_t character, dti_segment segments[DTI_FONT_MAX_SEGMENTS],
                   float *ret_width);

#endif
