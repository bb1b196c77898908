/* root_log.c - map kernels: sqrt, log. */
#include "complex_parts.h"
#include "map_loop.h"
#include "safe_square.h"
#include "vector_math.h"

#include <math.h>

DTI_VECTOR_KERNEL(sqrt_f32, float)
DTI_VECTOR_KERNEL(sqrt_f64, double)
DTI_VECTOR_KERNEL(log_f32, float)
DTI_VECTOR_KERNEL(log_f64, double)

/* With t = sqrt((|x| + |z|) / 2), where nothing cancels, the parts of the root are t and |y| /
 * (2t), for negative x the other way round; the imaginary part has the sign of y, also if y is a
 * zero. */
static void sqrt_parts(int64_t n, dti_parts_f64 *ret, const dti_parts_f64 *z) {
    dti_squares square;
    dti_square_parts(n, &square, z);
    for (int64_t i = 0; i < n; i++) {
        const double t = sqrt(0.5 * (fabs(z->re[i]) + sqrt(square.value[i])));
        const double s = fabs(z->im[i]) / (2 * t);
        ret->re[i] = z->re[i] >= 0 ? t : s;
        ret->im[i] = copysign(z->re[i] >= 0 ? s : t, z->im[i]);
    }
    if (dti_squares_are_safe(n, &square)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(square.value[i])) {
            dti_set_part(ret, i, csqrt(dti_get_part(z, i)));
        }
    }
}

/* log z = log |z| + i atan2(y, x). Where |z| is not small, log |z|^2 = log(1 + w) with
 * w = (larger - 1) (larger + 1) + smaller^2, whose digits near |z| = 1 would be lost in |z|^2; with
 * u = 1 + w rounded it is log u + (w - (u - 1)) / u. */
static void log_parts(int64_t n, dti_parts_f64 *ret, const dti_parts_f64 *z) {
    dti_squares square;
    double u[DTI_TILE], correction[DTI_TILE];
    u[0] = 1; /* defined even if n is 0 */
    dti_square_parts(n, &square, z);
    for (int64_t i = 0; i < n; i++) {
        const double x = fabs(z->re[i]), y = fabs(z->im[i]);
        const double larger = x > y ? x : y, smaller = x > y ? y : x;
        const double w = (larger - 1) * (larger + 1) + smaller * smaller, rounded = 1 + w;
        const bool small = square.value[i] < 0.5;
        u[i] = small ? square.value[i] : rounded;
        correction[i] = small ? 0 : (w - (rounded - 1)) / rounded;
    }
    dti_vec_log_f64(n, ret->re, u);
    dti_vec_atan2_f64(n, ret->im, z->im, z->re);
    for (int64_t i = 0; i < n; i++) {
        ret->re[i] = 0.5 * (ret->re[i] + correction[i]);
    }
    if (dti_squares_are_safe(n, &square)) {
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!dti_square_is_safe(square.value[i])) {
            dti_set_part(ret, i, clog(dti_get_part(z, i)));
        }
    }
}

DTI_COMPLEX_FUNCTION(sqrt, sqrt_parts(n, &result, &z))
DTI_COMPLEX_FUNCTION(log, log_parts(n, &result, &z))

FLOAT_TABLE(sqrt);
FLOAT_TABLE(log);
