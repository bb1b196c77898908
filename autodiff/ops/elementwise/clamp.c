/* y = x held in [low, high], real      cotangent: xbar = low <= x <= high ? ybar : 0
 *
 * Kinks at low and high; a NaN passes. */
#include "../ops.h"

struct attr {
    double low, high;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (!(attr->low <= attr->high)) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "the bounds [%g, %g] hold nothing", attr->low,
                            attr->high);
    }
    return dt_node_output_like(n, 0, dt_node_in(n, 0).dtype);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_clamp, dt_node_out(n, 0).dtype);
}

/* 1 inside, 0 outside. */
static dt_tensor *inside(const dt_node *n) {
    const struct attr *attr = n->attr;
    dt_dtype dtype = dt_dtype_of(n->in[0]);
    dt_tensor *above = dt_compare(n->in[0], DT_GE, dt_full(n->tape, dtype, 0, NULL, attr->low));
    dt_tensor *below = dt_compare(n->in[0], DT_LE, dt_full(n->tape, dtype, 0, NULL, attr->high));
    return dt_cast(dt_logic(above, DT_AND, below), dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], inside(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], inside(n));
}

const dt_op dti_op_clamp = {
    .name = "clamp",
    .formula = "y = x held in [low, high]",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_DISTINCT}},
                .attr = &(const struct attr){-0.9, 1.1}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){-9, 9}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){-1, 1}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}, .attr = &(const struct attr){0, 1}}),
};

dt_tensor *dt_clamp(dt_tensor *x, double low, double high) {
    return dt_apply(&dti_op_clamp, 1, &x, &(const struct attr){low, high});
}
