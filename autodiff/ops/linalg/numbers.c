/* numbers.c - elements of any float type as complex doubles, and products of many. */
#include "numbers.h"

#include <math.h>
#include <string.h>

/* re + i im with every infinity kept. */
static double complex from_parts(double re, double im) {
    double parts[2] = {re, im};
    double complex x;
    memcpy(&x, parts, sizeof x);
    return x;
}

double complex dti_number(const dt_array *a, int64_t k) {
    switch (a->dtype) {
    case DT_F32: return (double)((const float *)a->data)[k];
    case DT_F64: return ((const double *)a->data)[k];
    case DT_C64:
        return from_parts((double)((const dt_c64 *)a->data)[k].re,
                          (double)((const dt_c64 *)a->data)[k].im);
    default: return from_parts(((const dt_c128 *)a->data)[k].re, ((const dt_c128 *)a->data)[k].im);
    }
}

void dti_set_number(const dt_array *a, int64_t k, double complex x) {
    switch (a->dtype) {
    case DT_F32: ((float *)a->data)[k] = (float)creal(x); break;
    case DT_F64: ((double *)a->data)[k] = creal(x); break;
    case DT_C64: ((dt_c64 *)a->data)[k] = (dt_c64){(float)creal(x), (float)cimag(x)}; break;
    default: ((dt_c128 *)a->data)[k] = (dt_c128){creal(x), cimag(x)}; break;
    }
}

static struct dti_scaled normalised(double complex value, int64_t exponent) {
    double size = fmax(fabs(creal(value)), fabs(cimag(value)));
    int shift;
    if (!(size > 0 && isfinite(size))) {
        return (struct dti_scaled){value, 0};
    }
    frexp(size, &shift);
    value = from_parts(ldexp(creal(value), -shift), ldexp(cimag(value), -shift));
    return (struct dti_scaled){value, exponent + shift};
}

struct dti_scaled dti_scaled_from(double complex x) {
    return normalised(x, 0);
}

struct dti_scaled dti_scaled_times(struct dti_scaled a, struct dti_scaled b) {
    return normalised(a.value * b.value, a.exponent + b.exponent);
}

double complex dti_scaled_value(struct dti_scaled x) {
    int64_t e = x.exponent;
    int shift = e > 5000 ? 5000 : e < -5000 ? -5000 : (int)e;
    return from_parts(ldexp(creal(x.value), shift), ldexp(cimag(x.value), shift));
}
