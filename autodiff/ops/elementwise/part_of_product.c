/* y = Re(a b*) or Im(a b*)      cotangents: abar = ybar b, bbar = ybar a of the real part;
 * abar = i ybar b, bbar = -i ybar a of the imaginary      smooth everywhere; the rules of dt_mul,
 * dt_cis and dt_polar use it for real arguments: no complex product is stored. */
#include "../ops.h"

struct attr {
    bool imaginary;
};

static dt_status shape(dt_node *n) {
    dt_dtype dtype = dt_node_in(n, 0).dtype;
    if (!dt_dtype_is_complex(dtype) || dt_node_in(n, 1).dtype != dtype) {
        return dt_node_fail(n, DT_ERR_DTYPE, "inputs must both be c64 or both c128");
    }
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    dt_status status = dti_broadcast_sizes(n, &ndim, sizes);
    return status == DT_OK ? dt_node_output(n, 0, dt_dtype_real(dtype), ndim, sizes) : status;
}

static dt_map map(const dt_node *n) {
    const struct attr *attr = n->attr;
    return dti_map_table(n, attr->imaginary ? dti_k_imag_of_product : dti_k_real_of_product,
                         dt_node_in(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    dt_tensor *factor = attr->imaginary ? dti_times_i(ybar[0]) : ybar[0];
    if (dt_node_wants(n, 0)) {
        xbar[0] = dt_mul(factor, n->in[1]);
    }
    if (dt_node_wants(n, 1)) {
        xbar[1] = dt_mul(attr->imaginary ? dt_neg(factor) : factor, n->in[0]);
    }
}

extern const dt_op dti_op_part_of_product;

static dt_tensor *part(dt_tensor *a, dt_tensor *b, bool imaginary) {
    const struct attr attr = {imaginary};
    return dt_apply(&dti_op_part_of_product, 2, (dt_tensor *const[]){a, b}, &attr);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    if (xdot[0] != NULL) {
        ydot[0] = part(xdot[0], n->in[1], attr->imaginary);
    }
    if (xdot[1] != NULL) {
        dt_tensor *term = part(n->in[0], xdot[1], attr->imaginary);
        ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
    }
}

const dt_op dti_op_part_of_product = {
    .name = "part_of_product",
    .formula = "y = Re(a b*) or Im(a b*)",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_COMPLEX_ONLY,
    .saves = DT_SAVE_INPUTS,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}, .attr = &(const struct attr){false}},
               {.in = {{DT_SHAPE(3, 4)}, {DT_SHAPE(3, 4)}}, .attr = &(const struct attr){true}},
               {.in = {{DT_SHAPE(2, 1, 4)}, {DT_SHAPE(3, 1)}}, .attr = &(const struct attr){false}},
               {.in = {{.ndim = 0}, {DT_SHAPE(2, 0)}}, .attr = &(const struct attr){true}}),
};

dt_tensor *dti_real_of_product(dt_tensor *a, dt_tensor *b) {
    if (!dti_is_real(a) && !dti_is_real(b)) {
        return part(a, b, false);
    }
    return dt_mul(dt_real(a), dt_real(b));
}

dt_tensor *dti_imag_of_product(dt_tensor *a, dt_tensor *b) {
    if (!dti_is_real(a) && !dti_is_real(b)) {
        return part(a, b, true);
    }
    return dti_is_real(b) ? dt_mul(dt_imag(a), b) : dt_neg(dt_mul(a, dt_imag(b)));
}
