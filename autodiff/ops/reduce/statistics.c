/* statistics.c - variances, and sums and means of what a mask selects. */
#include "../ops.h"

#include <string.h>

/* Elements along the axes of a mask. */
static double count_of(const dt_tensor *x, unsigned mask) {
    double count = 1;
    for (int d = 0; d < dt_ndim(x); d++) {
        count *= mask & 1u << d ? (double)dt_shape(x)[d] : 1;
    }
    return count;
}

dt_tensor *dt_var(dt_tensor *x, int axis, double correction) {
    unsigned mask;
    if (!dti_axes(x, axis, "var", &mask)) {
        return dti_inert_of(x);
    }
    dt_tape *tape = dt_tape_of(x);
    double count = count_of(x, mask);
    if (!(count > correction)) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "var: %g elements leave no degree of freedom after a correction of %g", count,
                     correction);
        return dt_inert(tape);
    }
    int64_t shape[DT_MAX_DIMS];
    for (int d = 0; d < dt_ndim(x); d++) {
        shape[d] = mask & 1u << d ? 1 : dt_shape(x)[d];
    }
    dt_tensor *mean = dt_reshape(dt_mean(x, axis), dt_ndim(x), shape);
    return dt_scale(dt_sum(dt_abs2(dt_sub(x, mean)), axis), 1 / (count - correction));
}

/* x where the mask is true and an exact 0 elsewhere, even for a NaN. */
static dt_tensor *selected(dt_tensor *x, dt_tensor *mask) {
    return dt_where(mask, x, dt_full(dt_tape_of(x), dt_dtype_of(x), 0, NULL, 0));
}

dt_tensor *dt_masked_sum(dt_tensor *x, dt_tensor *mask, int axis) {
    return x == NULL || mask == NULL ? dti_inert_of(x == NULL ? mask : x)
                                     : dt_sum(selected(x, mask), axis);
}

dt_tensor *dt_masked_mean(dt_tensor *x, dt_tensor *mask, int axis) {
    if (x == NULL || mask == NULL) {
        return dti_inert_of(x == NULL ? mask : x);
    }
    dt_tape *tape = dt_tape_of(x);
    dt_tensor *sum = dt_sum(selected(x, mask), axis);
    dt_tensor *ones = dt_full(tape, dt_dtype_real(dt_dtype_of(x)), dt_ndim(x), dt_shape(x), 1);
    dt_tensor *count = dt_sum(selected(ones, mask), axis);
    const bool *some = dt_data_bool(dt_cast(count, DT_BOOL));
    for (int64_t i = 0; some != NULL && i < dt_size(count); i++) {
        if (!some[i]) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "masked_mean: the mask selects nothing for element %lld of the result",
                         (long long)i);
            return dt_inert(tape);
        }
    }
    return dt_div(sum, count);
}
