/* y = s sum x exp(-+ 2 pi i j k / n) over axes
 *
 * cotangent: xbar = the opposite transform of ybar, same scale
 *
 * Linear. */
#include "transforms.h"

dt_status dti_check_transform(dt_node *n) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0);
    for (int d = 0; d < x.ndim; d++) {
        if (attr->fft.mask >> d & 1u && x.shape[d] == 0) {
            return dt_node_fail(n, DT_ERR_SHAPE, "axis %d has no points to transform", d);
        }
    }
    return DT_OK;
}

static dt_status shape(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    if (!dt_dtype_is_complex(x.dtype)) {
        return dt_node_fail(n, DT_ERR_DTYPE, "input 0 must be c64 or c128");
    }
    dt_status status = dti_check_transform(n);
    return status == DT_OK ? dt_node_output_like(n, 0, x.dtype) : status;
}

static void forward(dt_node *n) {
    const struct dti_fft_attr *attr = n->attr;
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    if (dti_fft_complex(&y, &x, &attr->fft) != DT_OK) {
        dt_node_fail(n, DT_ERR_MEMORY, "no memory for the transform");
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    struct dti_fft_attr attr = *(const struct dti_fft_attr *)n->attr;
    attr.fft.inverse = !attr.fft.inverse;
    xbar[0] = dt_apply(n->op, 1, ybar, &attr);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_apply(n->op, 1, xdot, n->attr);
}

#define FFT(bits, sign, factor)                                                                    \
    .attr = &(const struct dti_fft_attr) {                                                         \
        {.mask = (bits), .inverse = (sign), .scale = (factor)}, 0                                  \
    }

const dt_op dti_op_fft = {
    .name = "fft",
    .formula = "y = s sum x exp(-+ 2 pi i j k / n) over axes",
    .arity = 1,
    .kind = DT_CONTRACTION,
    .dtypes = DT_COMPLEX_ONLY,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct dti_fft_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(5)}}, FFT(1u, false, 1)},
               {.in = {{DT_SHAPE(2, 3, 4)}}, FFT(6u, true, 0.25)},
               {.in = {{DT_SHAPE(2, 3, 4)}}, FFT(5u, false, 2)},
               {.in = {{DT_SHAPE(0, 4)}}, FFT(2u, false, 1)}),
};
