/* y = x^p, p real and fixed, principal branch      cotangent: xbar = ybar (p x^(p-1))*
 *
 * p = 0 gives 1 and no gradient, also at x = 0. At x = 0 the derivative is finite for p >= 1 and
 * infinite for p < 1; its own derivative is finite for p = 1 and p >= 2. A negative real x with a p
 * that is no integer gives NaN: cast it to complex first. */
#include "../ops.h"

struct attr {
    double p;
};

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_pow, dt_node_out(n, 0).dtype);
}

/* v p x^(p-1), the power conjugated if asked for; NULL for zero. Ending at p = 0 keeps negative
 * powers of x = 0 out of higher derivatives; x^0 and x^1 need not be computed. */
static dt_tensor *times_slope(const dt_node *n, dt_tensor *v, bool conjugate) {
    const struct attr *attr = n->attr;
    if (attr->p == 0) {
        return NULL;
    }
    if (attr->p == 1) {
        return v;
    }
    dt_tensor *x = n->in[0];
    dt_tensor *power = attr->p == 2 ? x : dt_pow(x, attr->p - 1);
    return dt_scale(dt_mul(v, conjugate ? dt_conj(power) : power), attr->p);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = times_slope(n, ybar[0], true);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    ydot[0] = times_slope(n, xdot[0], false);
}

const dt_op dti_op_pow = {
    .name = "pow",
    .formula = "y = x^p",
    .arity = 1,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUT(0),
    .attr_size = sizeof(struct attr),
    .shape = dti_shape_unary,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {{DT_SHAPE(3, 4), .fill = DT_FILL_POSITIVE}}, .attr = &(const struct attr){-1.5}},
        {.in = {{DT_SHAPE(3, 4)}}, .attr = &(const struct attr){3}},
        {.in = {{.ndim = 0}}, .attr = &(const struct attr){2}},
        {.in = {{DT_SHAPE(2, 0)}}, .attr = &(const struct attr){0.5}},
        {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}, .attr = &(const struct attr){0}},
        {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}}, .attr = &(const struct attr){1.5}}),
};

dt_tensor *dt_pow(dt_tensor *x, double p) {
    return dt_apply(&dti_op_pow, 1, &x, &(const struct attr){p});
}
