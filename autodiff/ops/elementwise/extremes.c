/* extremes.c - shape and rules of the larger and the smaller of two numbers. */
#include "extremes.h"

#include "internal.h"

extern const dt_op dti_op_maximum;

dt_status dti_extreme_shape(dt_node *n) {
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK || dt_node_need(n, 1, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    return dti_node_output_broadcast(n);
}

/* The part of the result that input i makes: 1, 1/2 or 0. */
static dt_tensor *weight(const dt_node *n, int i) {
    dt_tensor *x = n->in[i], *other = n->in[1 - i];
    dt_dtype dtype = dt_dtype_of(n->out[0]);
    dt_relation wins = n->op == &dti_op_maximum ? DT_GT : DT_LT;
    dt_tensor *taken = dt_cast(dt_compare(x, wins, other), dtype);
    return dt_add(taken, dt_scale(dt_cast(dt_compare(x, DT_EQ, other), dtype), 0.5));
}

void dti_extreme_vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    for (int i = 0; i < 2; i++) {
        if (dt_node_wants(n, i)) {
            xbar[i] = dt_mul(ybar[0], weight(n, i));
        }
    }
}

void dti_extreme_jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    for (int i = 0; i < 2; i++) {
        if (xdot[i] != NULL) {
            dt_tensor *term = dt_mul(xdot[i], weight(n, i));
            ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
        }
    }
}
