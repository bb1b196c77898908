/* picture_ticks.c - round numbers for ticks and how they are written. */
#include "picture_internal.h"

#include <math.h>
#include <stdio.h>

double dti_nice_step(double value) {
    double power = pow(10, floor(log10(value)));
    double digit = value / power;
    /* the tolerance keeps 0.2 / 0.1 = 2.0000000000000004 at 2 */
    return (digit <= 1 + 1e-9 ? 1 : digit <= 2 + 1e-9 ? 2 : digit <= 5 + 1e-9 ? 5 : 10) * power;
}

const char *dti_tick_label(double value, double step, char buffer[DTI_TICK_LABEL_SIZE]) {
    if (fabs(value) < 1e-9 * step) {
        snprintf(buffer, DTI_TICK_LABEL_SIZE, "0");
        return buffer;
    }
    int power = (int)floor(log10(fabs(value)) + 1e-9);
    if (power >= -3 && power < 5) {
        int decimals = (int)-floor(log10(step) + 1e-9);
        snprintf(buffer, DTI_TICK_LABEL_SIZE, "%.*f", decimals > 0 ? decimals : 0, value);
        return buffer;
    }
    double digits = value / pow(10, power);
    if (fabs(digits - 1) < 1e-9) {
        snprintf(buffer, DTI_TICK_LABEL_SIZE, "10^{%d}", power);
    } else {
        snprintf(buffer, DTI_TICK_LABEL_SIZE,
                 "%.3g\xc3\x97"
                 "10^{%d}",
                 digits, power);
    }
    return buffer;
}
