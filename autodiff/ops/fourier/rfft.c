/* y = s sum x exp(-2 pi i j k / n), x real, frequencies 0 .. n/2 of the halved axis
 *
 * cotangent: xbar = s Re of the opposite transform of ybar filled up with zeros
 *
 * Linear. */
#include "transforms.h"

#include <string.h>

static dt_status shape(dt_node *n) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK || dti_check_transform(n) != DT_OK) {
        return n->tape == NULL ? DT_ERR_ARGUMENT : dt_tape_status(n->tape);
    }
    int64_t sizes[DT_MAX_DIMS];
    memcpy(sizes, x.shape, sizeof sizes);
    sizes[attr->fft.half] = x.shape[attr->fft.half] / 2 + 1;
    return dt_node_output(n, 0, dt_dtype_complex(x.dtype), x.ndim, sizes);
}

static void forward(dt_node *n) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    if (dti_fft_forward(&y, &x, &attr->fft) != DT_OK) {
        dt_node_fail(n, DT_ERR_MEMORY, "no memory for the transform");
    }
}

dt_tensor *dti_half_weights(dt_tape *tape, dt_dtype dtype, int ndim, int axis, int64_t n,
                            double pairs) {
    int64_t shape[DT_MAX_DIMS], half = n / 2 + 1, single = 1;
    for (int d = 0; d < ndim; d++) {
        shape[d] = d == axis ? half : 1;
    }
    dt_tensor *one = dt_ones(tape, dtype, 1, &single);
    dt_tensor *between = dt_full(tape, dtype, 1, (const int64_t[]){(n - 1) / 2}, pairs);
    dt_tensor *parts[] = {one, between, one};
    return dt_reshape(dt_concat(n % 2 == 0 ? 3 : 2, parts, 0), ndim, shape);
}

/* As a complex-to-real transform, which counts pairs twice: they are halved first. */
static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    struct dti_fft_attr attr = *(const struct dti_fft_attr *)n->attr;
    const dt_array x = dt_node_in(n, 0);
    attr.n = x.shape[attr.fft.half];
    dt_tensor *weights = dti_half_weights(n->tape, x.dtype, x.ndim, attr.fft.half, attr.n, 0.5);
    dt_tensor *halved = dt_mul(ybar[0], weights);
    xbar[0] = dt_apply(&dti_op_irfft, 1, &halved, &attr);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

#define FFT(bits, axis, factor)                                                                    \
    .attr = &(const struct dti_fft_attr) {                                                         \
        {.mask = (bits), .half = (axis), .scale = (factor)}, 0                                     \
    }

const dt_op dti_op_rfft = {
    .name = "rfft",
    .formula = "y = s sum x exp(-2 pi i j k / n), frequencies 0 .. n/2",
    .arity = 1,
    .kind = DT_CONTRACTION,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct dti_fft_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(5)}}, FFT(1u, 0, 1)}, {.in = {{DT_SHAPE(6)}}, FFT(1u, 0, 1)},
               {.in = {{DT_SHAPE(2, 3, 4)}}, FFT(6u, 2, 0.25)},
               {.in = {{DT_SHAPE(3, 2, 1)}}, FFT(5u, 2, 2)},
               {.in = {{DT_SHAPE(0, 4)}}, FFT(2u, 1, 1)}),
};
