/* y = c_k(x) = sum_j (-x)^j / (2j + k)!, the Stumpff functions, real
 *
 * cotangent: xbar = ybar (k c_(k+2) - c_(k+1)) / 2
 *
 * Smooth everywhere: c_1(t^2) = sin(t)/t and c_2(t^2) = (1 - cos t)/t^2, which
 * dt_rotation_from_vector needs as functions of t^2. K. Stumpff, Himmelsmechanik I, Berlin
 * (1959). */
#include "../ops.h"

#include "stumpff.h"

#define LARGEST 60

struct attr {
    int k;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    if (attr->k < 0 || attr->k > LARGEST) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "k is 0 to %d, got %d", LARGEST, attr->k);
    }
    return dt_node_output_like(n, 0, dt_node_in(n, 0).dtype);
}

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_stumpff, dt_node_out(n, 0).dtype);
}

static dt_tensor *slope(const dt_node *n) {
    const struct attr *attr = n->attr;
    dt_tensor *next = dti_stumpff(n->in[0], attr->k + 1);
    if (attr->k == 0) {
        return dt_scale(next, -0.5);
    }
    return dt_scale(dt_sub(dt_scale(dti_stumpff(n->in[0], attr->k + 2), attr->k), next), 0.5);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(ybar[0], slope(n));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = dt_mul(xdot[0], slope(n));
}

const dt_op dti_op_stumpff = {
    .name = "stumpff",
    .formula = "y = sum_j (-x)^j / (2j + k)!",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUT(0),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){1}},
               {.in = {{.ndim = 0}}, .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(70)}}, .attr = &(const struct attr){2}},
               {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){3}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}, .attr = &(const struct attr){1}}),
};

dt_tensor *dti_stumpff(dt_tensor *x, int k) {
    return dt_apply(&dti_op_stumpff, 1, &x, &(const struct attr){k});
}
