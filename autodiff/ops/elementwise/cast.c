/* y = x in another element type      cotangent: xbar = ybar cast back (its real part for a real x).
 *
 * Between any two types except from complex to a type that is not: that loses the imaginary part,
 * so dt_real or dt_abs must say how. i64 and bool carry no gradient. */
#include "../ops.h"

struct attr {
    dt_dtype dtype;
};

static bool known(dt_dtype dtype) {
    return (unsigned)dtype < DT_DTYPE_COUNT;
}

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    if (!known(attr->dtype)) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "there is no element type %d", (int)attr->dtype);
    }
    if (dti_k_cast[dt_node_in(n, 0).dtype][attr->dtype] == NULL) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "complex does not convert to %s (use dt_real, dt_imag or dt_abs)",
                            dt_dtype_name(attr->dtype));
    }
    return dt_node_output_like(n, 0, attr->dtype);
}

static dt_map map(const dt_node *n) {
    const struct attr *attr = n->attr;
    dt_dtype from = dt_node_in(n, 0).dtype;
    return (dt_map){dti_k_cast[from][attr->dtype], {from}};
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_dtype back = dt_dtype_of(n->in[0]);
    xbar[0] = dt_cast(dt_dtype_is_complex(back) ? ybar[0] : dt_real(ybar[0]), back);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    ydot[0] = dt_cast(xdot[0], attr->dtype);
}

/* Samples only widen: finite differences see the rounding of a narrower type. */
const dt_op dti_op_cast = {
    .name = "cast",
    .formula = "y = x in another element type",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){DT_C128}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){DT_C128}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){DT_C128}},
               {.in = {{DT_SHAPE(5), .fill = DT_FILL_REAL}}, .attr = &(const struct attr){DT_F64}}),
};

dt_tensor *dt_cast(dt_tensor *x, dt_dtype dtype) {
    if (x != NULL && dt_dtype_of(x) == dtype) {
        return x;
    }
    return dt_apply(&dti_op_cast, 1, &x, &(const struct attr){dtype});
}
