/* products.c - products over axes and running products, made of multiplications of halves: their
 * derivatives of any order are exact however many factors are zero. */
#include "../ops.h"

#include <string.h>

/* x with the axes of the mask moved to the front and joined into one. */
static dt_tensor *joined(dt_tensor *x, unsigned mask) {
    int ndim = dt_ndim(x), axes[DT_MAX_DIMS], at = 0, n_kept = 0;
    int64_t shape[DT_MAX_DIMS + 1] = {1};
    for (int d = 0; d < ndim; d++) {
        if (mask & 1u << d) {
            axes[at++] = d;
            shape[0] *= dt_shape(x)[d];
        }
    }
    for (int d = 0; d < ndim; d++) {
        if (!(mask & 1u << d)) {
            axes[at++] = d;
            shape[++n_kept] = dt_shape(x)[d];
        }
    }
    if (n_kept == DT_MAX_DIMS) { /* nothing to multiply, and no room for an axis in front */
        return x;
    }
    return dt_reshape(dt_permute(x, axes), n_kept + 1, shape);
}

dt_tensor *dt_prod(dt_tensor *x, int axis) {
    unsigned mask;
    if (!dti_axes(x, axis, "prod", &mask)) {
        return dti_inert_of(x);
    }
    dt_tape *tape = dt_tape_of(x);
    if (!dt_dtype_is_float(dt_dtype_of(x))) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "prod: input 0 must be f32, f64, c64 or c128: %s",
                     dt_dtype_name(dt_dtype_of(x)));
        return dt_inert(tape);
    }
    if (mask == 0) {
        return x;
    }
    dt_tensor *y = joined(x, mask);
    int64_t n = dt_shape(y)[0];
    if (n == 0) {
        return dt_full(tape, dt_dtype_of(x), dt_ndim(y) - 1, dt_shape(y) + 1, 1);
    }
    for (; n > 1 && dt_tape_status(tape) == DT_OK; n = n / 2 + n % 2) {
        int64_t half = n / 2;
        dt_tensor *product = dt_mul(dt_slice(y, 0, 0, half, 1), dt_slice(y, 0, half, 2 * half, 1));
        if (n % 2 == 1) {
            product = dt_concat(2, (dt_tensor *const[]){product, dt_slice(y, 0, n - 1, n, 1)}, 0);
        }
        y = product;
    }
    return dt_select(y, 0, 0);
}

/* y_i <- y_i y_{i-s} for s = 1, 2, 4, ...: W. D. Hillis, G. L. Steele, Data parallel algorithms,
 * Comm. ACM 29, 1170 (1986). */
dt_tensor *dt_cumprod(dt_tensor *x, int axis) {
    int d;
    if (!dti_one_axis(x, axis, "cumprod", &d)) {
        return dti_inert_of(x);
    }
    dt_tape *tape = dt_tape_of(x);
    int64_t n = dt_shape(x)[d];
    for (int64_t s = 1; s < n && dt_tape_status(tape) == DT_OK; s *= 2) {
        dt_tensor *later = dt_mul(dt_slice(x, d, s, n, 1), dt_slice(x, d, 0, n - s, 1));
        x = dt_concat(2, (dt_tensor *const[]){dt_slice(x, d, 0, s, 1), later}, d);
    }
    return x;
}
