/* y = x, as a constant      cotangent: none.
 *
 * blocks_gradient keeps the result off the tape, so there are no rules. */
#include "../ops.h"

static dt_status shape(dt_node *n) {
    return dt_node_output_like(n, 0, dt_node_in(n, 0).dtype);
}

static void forward(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    dt_node_set_view(n, &x);
}

/* Finite differences disagree with this operation by design, so the generated tests look at values
 * only, which is what a sample of zeros means to them. */
const dt_op dti_op_stop_gradient = {
    .name = "stop_gradient",
    .formula = "y = x, as a constant",
    .arity = 1,
    .kind = DT_VIEW,
    .saves = DT_SAVE_NOTHING,
    .blocks_gradient = true,
    .shape = shape,
    .forward = forward,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_ZERO}}},
               {.in = {{.ndim = 0, .fill = DT_FILL_ZERO}}},
               {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_stop_gradient(dt_tensor *x) {
    return dt_apply(&dti_op_stop_gradient, 1, &x, NULL);
}
