/* mean.c - means: a sum and a scale, whose rules they inherit. */
#include "../ops.h"

dt_tensor *dt_mean(dt_tensor *x, int axis) {
    unsigned mask;
    if (!dti_axes(x, axis, "mean", &mask)) {
        return dti_inert_of(x);
    }
    dt_tensor *sum = dt_sum(x, axis);
    dt_tape *tape = dt_tape_of(x);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "mean");
        return dt_inert(tape);
    }
    const int64_t *shape = dt_shape(x);
    double count = 1;
    for (int d = 0; d < dt_ndim(x); d++) {
        count *= mask & 1u << d ? (double)shape[d] : 1;
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
