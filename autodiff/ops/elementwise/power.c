/* y = a^b, principal branch
 *
 * cotangents: abar = ybar (b a^(b-1))*, bbar = ybar (y log a)*, 0 at a = 0
 *
 * For a fixed real exponent dt_pow is faster and also takes negative a. A negative real a gives NaN
 * unless b is an integer, and then has no derivative with respect to b. */
#include "../ops.h"

static dt_map map(const dt_node *n) {
    return dti_map_table(n, dti_k_power, dt_node_out(n, 0).dtype);
}

static dt_tensor *by_base(const dt_node *n) {
    return dt_mul(n->in[1], dt_power(n->in[0], dti_plus(n->in[1], -1)));
}

/* y log a, and 0 where a = 0: there y is 0 and the logarithm infinite. */
static dt_tensor *by_exponent(const dt_node *n) {
    dt_tensor *a = n->in[0], *one = dt_full(n->tape, dt_dtype_of(a), 0, NULL, 1);
    dt_tensor *zero = dt_full(n->tape, dt_dtype_of(a), 0, NULL, 0);
    return dt_mul(n->out[0], dt_log(dt_where(dt_compare(a, DT_EQ, zero), one, a)));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (dt_node_wants(n, 0)) {
        xbar[0] = dt_mul(ybar[0], dt_conj(by_base(n)));
    }
    if (dt_node_wants(n, 1)) {
        xbar[1] = dt_mul(ybar[0], dt_conj(by_exponent(n)));
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (xdot[0] != NULL) {
        ydot[0] = dt_mul(xdot[0], by_base(n));
    }
    if (xdot[1] != NULL) {
        dt_tensor *term = dt_mul(xdot[1], by_exponent(n));
        ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
    }
}

#define P(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_POSITIVE }

const dt_op dti_op_power = {
    .name = "power",
    .formula = "y = a^b",
    .arity = 2,
    .kind = DT_ELEMENTWISE,
    .saves = DT_SAVE_INPUTS | DT_SAVE_OUTPUT,
    .shape = dti_shape_broadcast,
    .map = map,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES(
        {.in = {P(3, 4), {DT_SHAPE(3, 4)}}}, {.in = {P(2, 1, 4), {DT_SHAPE(3, 1)}}},
        {.in = {P(4), {.ndim = 0, .fill = DT_FILL_REAL}}}, {.in = {P(2, 0), {.ndim = 0}}},
        {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO}, {DT_SHAPE(3), .fill = DT_FILL_ABOVE_ONE}}}),
};

dt_tensor *dt_power(dt_tensor *a, dt_tensor *b) {
    return dt_apply(&dti_op_power, 2, (dt_tensor *const[]){a, b}, NULL);
}
