/* y = psi_order(x), real, derivative number order + 1 of log Gamma(x)      cotangent: xbar = ybar
 * (y of order + 1)      poles at 0, -1, -2, ...; for order >= 1 defined for x > 0 only, NaN
 * elsewhere; the rules of dt_lgamma need it. M. Abramowitz, I. A. Stegun, Handbook of Mathematical
 * Functions, section 6.4. */
#include "../ops.h"

#define LARGEST_ORDER 64

struct attr {
    int order;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (attr->order < 0 || attr->order > LARGEST_ORDER) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "the order is 0 to %d, got %d", LARGEST_ORDER,
                            attr->order);
    }
    return dt_node_output_like(n, 0, dt_node_in(n, 0).dtype);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_polygamma, dt_node_out(n, 0).dtype);
}

static dt_tensor *next(const dt_node *n) {
    const struct attr *attr = n->attr;
    return dt_apply(n->op, 1, n->in, &(const struct attr){attr->order + 1});
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], next(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], next(n));
}

const dt_op dti_op_polygamma = {
    .name = "polygamma",
    .formula = "y = psi_order(x), derivative number order + 1 of log Gamma(x)",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_ABOVE_ONE}}, .attr = &(const struct attr){0}},
        {.in = {{.ndim = 0, .fill = DT_FILL_ABOVE_ONE}}, .attr = &(const struct attr){1}},
        {.in = {{DT_SHAPE(70), .fill = DT_FILL_ABOVE_ONE}}, .attr = &(const struct attr){2}},
        {.in = {{DT_SHAPE(2, 0), .fill = DT_FILL_ABOVE_ONE}}, .attr = &(const struct attr){0}}),
};

dt_tensor *dti_polygamma(dt_tensor *x, int order) {
    return dt_apply(&dti_op_polygamma, 1, &x, &(const struct attr){order});
}
