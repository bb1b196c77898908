/* colormap.c - perceptual colour maps made in OKLab. */

/* B. Ottosson, "A perceptual color space for image processing", 2020. Lightness rises in equal
 * steps, so that equal ratios of intensity look equal, in print and to colour-blind eyes too; hue
 * walks from violet over red to yellow only to help the eye. */
#include "colormap.h"

#include <math.h>

#define DARKEST  0.13
#define LIGHTEST 0.975

/* Of the diverging map. */
#define MIDDLE 0.975
#define END    0.33

/* Hue (degrees) and chroma at equal distances along the map; interpolated linearly between. */
static const double hue[] = {285, 300, 328, 372, 398, 428, 464};
static const double chroma[] = {0.06, 0.155, 0.18, 0.19, 0.175, 0.165, 0.075};
#define N_CONTROL ((int)(sizeof hue / sizeof *hue))

static double interpolate(const double *control, double t) {
    double at = t * (N_CONTROL - 1);
    int i = at >= N_CONTROL - 2 ? N_CONTROL - 2 : (int)at;
    return control[i] + (at - i) * (control[i + 1] - control[i]);
}

/* OKLab to linear sRGB, the published matrices. */
static void to_linear(double lightness, double a, double b, double rgb[3]) {
    double l = lightness + 0.3963377774 * a + 0.2158037573 * b;
    double m = lightness - 0.1055613458 * a - 0.0638541728 * b;
    double s = lightness - 0.0894841775 * a - 1.2914855480 * b;
    l = l * l * l, m = m * m * m, s = s * s * s;
    rgb[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    rgb[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    rgb[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
}

/* sRGB transfer function, IEC 61966-2-1. */
static uint8_t encode(double linear) {
    double v = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    return (uint8_t)lround(255 * fmin(fmax(v, 0), 1));
}

static double decode(uint8_t value) {
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* Less chroma, at the same hue and lightness, until the screen can show it. */
static void fit(double lightness, double strength, double angle, double rgb[3]) {
    for (;; strength *= 0.97) {
        to_linear(lightness, strength * cos(angle), strength * sin(angle), rgb);
        double low = fmin(rgb[0], fmin(rgb[1], rgb[2]));
        double high = fmax(rgb[0], fmax(rgb[1], rgb[2]));
        if ((low >= 0 && high <= 1) || strength < 1e-3) {
            return;
        }
    }
}

void dti_colormap_make(dti_rgb map[DTI_COLORMAP_SIZE]) {
    const double degree = 3.14159265358979323846 / 180;
    for (int i = 0; i < DTI_COLORMAP_SIZE; i++) {
        double t = (double)i / (DTI_COLORMAP_SIZE - 1), rgb[3];
        fit(DARKEST + t * (LIGHTEST - DARKEST), interpolate(chroma, t),
            interpolate(hue, t) * degree, rgb);
        map[i] = (dti_rgb){encode(rgb[0]), encode(rgb[1]), encode(rgb[2])};
    }
}

/* Blue and orange-red are told apart by the common kinds of colour blindness. The lightness falls
 * linearly from the middle; chroma grows fast at first, so that small differences show a side. */
void dti_colormap_make_diverging(dti_rgb map[DTI_COLORMAP_SIZE]) {
    const double degree = 3.14159265358979323846 / 180, middle = (DTI_COLORMAP_SIZE - 1) / 2.0;
    for (int i = 0; i < DTI_COLORMAP_SIZE; i++) {
        double t = (i - middle) / middle, size = fabs(t), rgb[3];
        double angle = t < 0 ? 240 + 22 * size : 52 - 26 * size;
        fit(MIDDLE - size * (MIDDLE - END), 0.16 * sin(size * 120 * degree), angle * degree, rgb);
        map[i] = (dti_rgb){encode(rgb[0]), encode(rgb[1]), encode(rgb[2])};
    }
}

double dti_rgb_lightness(dti_rgb c) {
    double r = decode(c.r), g = decode(c.g), b = decode(c.b);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
}
