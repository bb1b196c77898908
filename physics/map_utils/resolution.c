/* resolution.c - resolution of scattering vectors and the mask at a limit. */
#include "../shared.h"

#include <difftape/map_utils.h>
#include <difftape/ops.h>

#include <math.h>
#include <stdlib.h>

/* A bool constant of x's shape: test(x_i, limit). */
static dt_tensor *mask_of(dt_tensor *x, bool (*test)(double, double), double limit) {
    dt_tape *tape = dt_tape_of(x);
    const double *data = dt_data_f64(x);
    int64_t n = dt_size(x);
    bool *mask = malloc((size_t)(n > 0 ? n : 1) * sizeof *mask);
    if (!data || !mask) {
        if (data) {
            dt_tape_fail(tape, DT_ERR_MEMORY, "resolution: no memory for a mask of %lld elements",
                         (long long)n);
        }
        free(mask);
        return dt_inert(tape);
    }
    for (int64_t i = 0; i < n; i++) {
        mask[i] = test(data[i], limit);
    }
    dt_tensor *result = dt_constant(tape, DT_BOOL, dt_ndim(x), dt_shape(x), mask);
    free(mask);
    return result;
}

static bool equals(double x, double limit) {
    return x == limit;
}

static bool exceeds(double x, double limit) {
    return x > limit;
}

dt_tensor *dt_compute_resolution(dt_tensor *q) {
    dt_tape *tape = dt_tape_of(q);
    dt_tensor *q2 = dt_sum(dt_square(q), -1);
    dt_tensor *origin = mask_of(q2, equals, 0.0);
    /* The origin is taken out before the division: no infinity enters a derivative. */
    dt_tensor *safe = dt_where(origin, dt_scalar(tape, 1.0), q2);
    dt_tensor *d = dt_scale(dt_pow(safe, -0.5), TWO_PI);
    return dt_where(origin, dt_scalar(tape, HUGE_VAL), d);
}

dt_tensor *dt_get_resolution_mask(dt_tensor *resolution, double d_min) {
    dt_tape *tape = dt_tape_of(resolution);
    if (!(d_min >= 0.0)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "resolution mask: the limit is %g Angstrom; it must not be negative", d_min);
        return dt_inert(tape);
    }
    return mask_of(resolution, exceeds, d_min);
}
