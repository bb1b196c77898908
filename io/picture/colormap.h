/* colormap.h - from a number in [0, 1] to a colour of evenly increasing lightness. */
#ifndef DTI_COLORMAP_H
#define DTI_COLORMAP_H

#include <stdint.h>

typedef struct dti_rgb {
    uint8_t r, g, b;
} dti_rgb;

#define DTI_COLORMAP_SIZE 256

/* Fill the map, dark (0) to light (last). */
void dti_colormap_make(dti_rgb map[DTI_COLORMAP_SIZE]);

/* Fill the map for differences: dark blue, white in the middle, dark red; equal steps away from the
 * middle have equal lightness on both sides. */
void dti_colormap_make_diverging(dti_rgb map[DTI_COLORMAP_SIZE]);

/* OKLab lightness of an sRGB colour, 0 to 1. */
double dti_rgb_lightness(dti_rgb colour);

#endif
