/* y = det a      cotangent: abar = ybar adj(a)^H
 *
 * A polynomial: exact at singular a too, where LU factors give no inverse; derivatives up to the
 * third order. */
#include "../spectral/hermitian.h"
#include "adjugate.h"
#include "numbers.h"

#include <math.h>

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dti_need_square(n, 0);
    return status == DT_OK ? dt_node_output(n, 0, a.dtype, a.ndim - 2, a.shape) : status;
}

static void forward(dt_node *n) {
    const dt_array a = dt_node_in(n, 0), y = dt_node_out(n, 0);
    int64_t size = a.shape[a.ndim - 1], count = dt_array_size(&a);
    int64_t list[DT_MAX_DIMS];
    for (int d = 0; d < a.ndim; d++) {
        list[d] = a.shape[d];
    }
    dt_array lu = dt_array_wrap(a.dtype, a.ndim, list, NULL);
    dt_array pivots = dt_array_wrap(DT_I64, a.ndim - 1, list, NULL);
    lu.data = dt_node_scratch(n, dt_array_bytes(&lu) + 64);
    pivots.data = dt_node_scratch(n, dt_array_bytes(&pivots) + 64);
    if (lu.data == NULL || pivots.data == NULL) {
        return;
    }
    dt_array_copy(&lu, &a, NULL); /* equal shapes and types: cannot fail */
    if (count > 0 && dti_lu(&lu, &pivots) != DT_OK) {
        dt_node_fail(n, DT_ERR_SHAPE, "a matrix has more than 2^31 - 1 rows");
        return;
    }
    for (int64_t m = 0; m < dt_array_size(&y); m++) {
        struct dti_scaled product = {1, 0};
        for (int64_t i = 0; i < size; i++) {
            double complex pivot = dti_number(&lu, (m * size + i) * size + i);
            bool exchanged = ((const int64_t *)pivots.data)[m * size + i] != i;
            product = dti_scaled_times(product, dti_scaled_from(exchanged ? -pivot : pivot));
        }
        dti_set_number(&y, m, dti_scaled_value(product));
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *factor = dt_expand_dims(dt_expand_dims(ybar[0], -1), -1);
    xbar[0] = dt_mul(factor, dti_adjoint(dti_adjugate(n->in[0])));
}

/* tr(adj(a) adot) */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *terms = dt_mul(dti_adjugate(n->in[0]), dt_transpose(xdot[0]));
    ydot[0] = dt_sum(terms, DT_AXES(-1, -2));
}

#define A(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__) }

const dt_op dti_op_det = {
    .name = "det",
    .formula = "y = det a",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_INPUT(0),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {A(3, 3)}}, {.in = {A(2, 4, 4)}}, {.in = {A(2, 1, 2, 2)}}, {.in = {A(1, 1)}},
               {.in = {A(0, 0)}}, {.in = {A(0, 3, 3)}},
               {.in = {{DT_SHAPE(3, 3), .fill = DT_FILL_ZERO}}}),
};

dt_tensor *dt_det(dt_tensor *a) {
    return dt_apply(&dti_op_det, 1, &a, NULL);
}
