/* y = (d/dx)^order of sin(x)/x      cotangent: xbar = ybar (y of order + 1)*
 *
 * Smooth everywhere: dt_sinc is order 0, and each derivative is the next order. */
#include "../ops.h"

#define LARGEST_ORDER 64

struct attr {
    int order;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    if (dt_node_need(n, 0, DT_REAL_AND_COMPLEX) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (attr->order < 0 || attr->order > LARGEST_ORDER) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "the order is 0 to %d, got %d", LARGEST_ORDER,
                            attr->order);
    }
    return dt_node_output_like(n, 0, dt_node_in(n, 0).dtype);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_sinc, dt_node_out(n, 0).dtype);
}

static dt_tensor *next(const dt_node *n) {
    const struct attr *attr = n->attr;
    return dt_apply(n->op, 1, n->in, &(const struct attr){attr->order + 1});
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], dt_conj(next(n)));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], next(n));
}

const dt_op dti_op_sinc = {
    .name = "sinc",
    .formula = "y = (d/dx)^order of sin(x)/x",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){0}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){1}},
               {.in = {{DT_SHAPE(70)}}, .attr = &(const struct attr){2}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}, .attr = &(const struct attr){0}}),
};

dt_tensor *dt_sinc(dt_tensor *x) {
    return dt_apply(&dti_op_sinc, 1, &x, &(const struct attr){0});
}
