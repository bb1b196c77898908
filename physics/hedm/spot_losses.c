/* spot_losses.c - residuals of angles and places. */
#include <difftape/spot_losses.h>

#include "../shared.h"
#include "components.h"

dt_tensor *dt_wrapped_difference(dt_tensor *a, dt_tensor *b) {
    dt_tensor *d = dt_sub(a, b);
    return dt_sub(d, dt_scale(dt_round(dt_scale(d, 1 / TWO_PI)), TWO_PI));
}

dt_tensor *dt_cosine_distance(dt_tensor *a, dt_tensor *b) {
    return dt_scale(dt_square(dt_sin(dt_scale(dt_sub(a, b), 0.5))), 2);
}

dt_tensor *dt_spot_residuals(dt_tensor *point, dt_tensor *omega, dt_tensor *seen_point,
                             dt_tensor *seen_omega, double sigma, double sigma_omega) {
    if (point == NULL || omega == NULL || seen_point == NULL || seen_omega == NULL) {
        return point == NULL ? NULL : dt_inert(dt_tape_of(point));
    }
    dt_tape *tape = dt_tape_of(point);
    static const int64_t two[1] = {2};
    if (!has_shape(tape, point, "spot_residuals: point", 1, two) ||
        !has_shape(tape, seen_point, "spot_residuals: seen_point", 1, two)) {
        return dt_inert(tape);
    }
    if (!(sigma > 0) || !(sigma_omega > 0)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "spot_residuals: standard deviations must be above 0, got %g and %g", sigma,
                     sigma_omega);
        return dt_inert(tape);
    }
    dt_tensor *place = dt_scale(dt_sub(point, seen_point), 1 / sigma);
    dt_tensor *angle = dt_scale(dt_wrapped_difference(omega, seen_omega), 1 / sigma_omega);
    return dt_concat(2, (dt_tensor *const[]){place, dt_expand_dims(angle, -1)}, -1);
}
