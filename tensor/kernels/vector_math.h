/* vector_math.h - sin, cos, exp, log and sqrt over contiguous runs, vectorised where the C library
 * can.
 *
 * The value at an element depends on its argument only, not on its place in the run or on n, so
 * splitting the work differently never changes a bit of the result. Accuracy is that of glibc's
 * libmvec (at most 4 units in the last place) or, without it, of libm. Special values are those of
 * libm: exp overflows to infinity and underflows to 0, log(0) is -infinity, log of a negative
 * number and sin, cos of an infinity are NaN, and NaN gives NaN. */
#ifndef DTI_VECTOR_MATH_H
#define DTI_VECTOR_MATH_H

#include <stdint.h>

void dti_vec_sin_f32(int64_t n, float *out, const float *x);
void dti_vec_cos_f32(int64_t n, float *out, const float *x);
void dti_vec_exp_f32(int64_t n, float *out, const float *x);
void dti_vec_log_f32(int64_t n, float *out, const float *x);
void dti_vec_sqrt_f32(int64_t n, float *out, const float *x);

void dti_vec_sin_f64(int64_t n, double *out, const double *x);
void dti_vec_cos_f64(int64_t n, double *out, const double *x);
void dti_vec_exp_f64(int64_t n, double *out, const double *x);
void dti_vec_log_f64(int64_t n, double *out, const double *x);
void dti_vec_sqrt_f64(int64_t n, double *out, const double *x);

#endif
