/* components.h - vectors of three on the tape by their components, which elementwise operations
 * fuse. */
#ifndef DT_HEDM_COMPONENTS_H
#define DT_HEDM_COMPONENTS_H

#include <difftape/ops.h>

/* The tape has failed, or fails now because x is NULL or not of shape (..., sizes), sizes[i] < 0
 * for any. `tape` is of any tensor at hand. */
static inline bool has_shape(dt_tape *tape, dt_tensor *x, const char *name, int n,
                             const int64_t *sizes) {
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    bool good = x != NULL && dt_ndim(x) >= n;
    for (int d = 0; d < n && good; d++) {
        good = sizes[d] < 0 || dt_shape(x)[dt_ndim(x) - n + d] == sizes[d];
    }
    if (!good) {
        char got[160] = "NULL", axes[64];
        if (x != NULL) {
            dt_shape_format(got, sizeof got, dt_ndim(x), dt_shape(x));
        }
        dt_tape_fail(tape, DT_ERR_SHAPE, "%s: the last axes must be %s%s, got %s", name,
                     dt_shape_format(axes, sizeof axes, n, sizes),
                     n > 0 && sizes[0] < 0 ? ", -1 being any size" : "", got);
    }
    return good;
}

/* A number in the type of x. */
static inline dt_tensor *number_like(dt_tensor *x, double value) {
    return dt_full(dt_tape_of(x), dt_dtype_of(x), 0, NULL, value);
}

/* x (...) as (..., 1). */
static inline dt_tensor *lifted(dt_tensor *x) {
    return dt_ndim(x) == 0 ? x : dt_expand_dims(x, -1);
}

/* sum_i a_i b_i. */
static inline dt_tensor *dot3(dt_tensor *const *a, dt_tensor *const *b) {
    return dt_add(dt_add(dt_mul(a[0], b[0]), dt_mul(a[1], b[1])), dt_mul(a[2], b[2]));
}

/* a x b. */
static inline void cross3(dt_tensor *const *a, dt_tensor *const *b, dt_tensor **ret) {
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        ret[i] = dt_sub(dt_mul(a[j], b[k]), dt_mul(a[k], b[j]));
    }
}

#endif
