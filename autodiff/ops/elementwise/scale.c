/* y = factor x, factor real and fixed      cotangent: xbar = factor ybar      smooth everywhere. */
#include "../ops.h"

struct attr {
    double factor;
};

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_scale, dt_node_out(n, 0).dtype);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    xbar[0] = dt_scale(ybar[0], attr->factor);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    ydot[0] = dt_scale(xdot[0], attr->factor);
}

const dt_op dti_op_scale = {
    .name = "scale",
    .formula = "y = factor x",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_NOTHING,
    .attr_size = sizeof(struct attr),
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){-2.5}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){0.1}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){3}}),
};

dt_tensor *dt_scale(dt_tensor *x, double factor) {
    return dt_apply(&dti_op_scale, 1, &x, &(const struct attr){factor});
}
