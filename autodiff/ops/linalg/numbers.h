/* numbers.h - elements of any float type as complex doubles, and products of many that neither
 * overflow nor underflow on the way. */
#ifndef DTI_LINALG_NUMBERS_H
#define DTI_LINALG_NUMBERS_H

#include <difftape/array.h>

#include <complex.h>

/* Element k of a contiguous array of a float type; a real one drops the imaginary part. */
double complex dti_number(const dt_array *a, int64_t k);
void dti_set_number(const dt_array *a, int64_t k, double complex x);

/* value 2^exponent, the larger part of value in [0.5, 1), or zero or not finite. */
struct dti_scaled {
    double complex value;
    int64_t exponent;
};
struct dti_scaled dti_scaled_from(double complex x);
struct dti_scaled dti_scaled_times(struct dti_scaled a, struct dti_scaled b);
double complex dti_scaled_value(struct dti_scaled x);

#endif
