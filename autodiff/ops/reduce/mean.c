/* mean.c - means: a sum and a scale, whose rules they inherit. */
#include "../ops.h"

dt_tensor *dt_mean_axes(dt_tensor *x, int n_axes, const int *axes) {
    if (x == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(x);
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *sum = dt_sum_axes(x, n_axes, axes);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "mean");
        return dt_inert(tape);
    }
    const int64_t *shape = dt_shape(x);
    double count = 1;
    for (int i = 0; i < n_axes; i++) {
        count *= (double)shape[axes[i] < 0 ? axes[i] + dt_ndim(x) : axes[i]];
    }
    if (count == 0) {
        char text[192];
        dt_tape_fail(tape, DT_ERR_SHAPE, "mean: there are no elements to take the mean of: %s%s",
                     dt_dtype_name(dt_dtype_of(x)),
                     dt_shape_format(text, sizeof text, dt_ndim(x), shape));
        return dt_inert(tape);
    }
    return dt_scale(sum, 1 / count);
}

dt_tensor *dt_mean(dt_tensor *x, int axis) {
    return dt_mean_axes(x, 1, &axis);
}

dt_tensor *dt_mean_all(dt_tensor *x) {
    return dt_mean_axes(x, x == NULL ? 0 : dt_ndim(x), (const int[]){0, 1, 2, 3, 4, 5, 6, 7});
}
