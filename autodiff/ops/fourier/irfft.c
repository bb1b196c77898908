/* y = s sum z exp(2 pi i j k / n), real, from the frequencies 0 .. n/2 of the halved axis
 *
 * cotangent: zbar = s w times the forward transform of ybar, w = 2 for frequencies that stand for
 * their conjugates too, else 1
 *
 * Linear. */
#include "transforms.h"

#include <string.h>

static dt_status shape(dt_node *n) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array z = dt_node_in(n, 0);
    if (!dt_dtype_is_complex(z.dtype)) {
        return dt_node_fail(n, DT_ERR_DTYPE, "input 0 must be c64 or c128");
    }
    if (dti_check_transform(n) != DT_OK) {
        return DT_ERR_SHAPE;
    }
    if (attr->n < 1 || z.shape[attr->fft.half] != attr->n / 2 + 1) {
        return dt_node_fail(n, DT_ERR_SHAPE, "%lld points have %lld frequencies, axis %d has %lld",
                            (long long)attr->n, (long long)(attr->n / 2 + 1), attr->fft.half,
                            (long long)z.shape[attr->fft.half]);
    }
    int64_t sizes[DT_MAX_DIMS];
    memcpy(sizes, z.shape, sizeof sizes);
    sizes[attr->fft.half] = attr->n;
    return dt_node_output(n, 0, dt_dtype_real(z.dtype), z.ndim, sizes);
}

static void forward(dt_node *n) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array z = dt_node_in(n, 0), y = dt_node_out(n, 0);
    if (dti_fft_backward(&y, &z, &attr->fft) != DT_OK) {
        dt_node_fail(n, DT_ERR_MEMORY, "no memory for the transform");
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array y = dt_node_out(n, 0);
    dt_tensor *spectrum = dt_apply(&dti_op_rfft, 1, ybar, attr);
    xbar[0] =
        dt_mul(spectrum, dti_half_weights(n->tape, y.dtype, y.ndim, attr->fft.half, attr->n, 2));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

#define FFT(bits, axis, factor, points)                                                            \
    .attr = &(const struct dti_fft_attr) {                                                         \
        {.mask = (bits), .half = (axis), .scale = (factor)}, (points)                              \
    }

const dt_op dti_op_irfft = {
    .name = "irfft",
    .formula = "y = s sum z exp(2 pi i j k / n), real",
    .arity = 1,
    .kind = DT_CONTRACTION,
    .dtypes = DT_COMPLEX_ONLY,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct dti_fft_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3)}}, FFT(1u, 0, 0.2, 5)},
               {.in = {{DT_SHAPE(4)}}, FFT(1u, 0, 1, 6)},
               {.in = {{DT_SHAPE(2, 3, 3)}}, FFT(6u, 2, 0.25, 4)},
               {.in = {{DT_SHAPE(3, 2, 1)}}, FFT(5u, 2, 2, 1)},
               {.in = {{DT_SHAPE(0, 3)}}, FFT(2u, 1, 1, 4)}),
};
