/* form_factors.c - what one atom scatters. */
#include <difftape/ops.h>
#include <difftape/scatter.h>

static const double sixteen_pi_squared = 157.91367041742973790;

dt_tensor *dt_compute_form_factors(dt_tensor *q, dt_tensor *a, dt_tensor *b, dt_tensor *c) {
    dt_tape *tape = dt_tape_of(q);
    if (dt_tape_status(tape) == DT_OK &&
        (dt_ndim(a) != 2 || dt_shape(a)[1] != 4 || dt_ndim(b) != 2 || dt_shape(b)[1] != 4)) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "form factors: amplitudes and widths must be (atoms,4)");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *q2 = dt_expand_dims(dt_sum(dt_square(q), -1), -1); /* (Q,1) */
    dt_tensor *minus_s2 = dt_scale(q2, -1.0 / sixteen_pi_squared);
    dt_tensor *f = c;
    for (int g = 0; g < 4; g++) {
        dt_tensor *width = dt_select(b, -1, g), *height = dt_select(a, -1, g);
        f = dt_add(f, dt_mul(height, dt_exp(dt_mul(minus_s2, width))));
    }
    return f;
}
