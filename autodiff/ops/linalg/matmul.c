/* y = op(a) op(b), op by flag      cotangents: op(a)bar = ybar op(b)^H, op(b)bar = op(a)^H ybar.
 *
 * A flag is two bits: transposed, conjugated. The rules are products of the operands with these
 * bits changed, so no transpose or conjugate is ever written out:
 *     flag_a = N: abar = ybar op(b)^H      T: abar = op(b)* ybar^T      C: abar = op(b) ybar^H
 *     flag_b = N: bbar = op(a)^H ybar      T: bbar = ybar^T op(a)*      C: bbar = ybar^H op(a) */
#include "matrices.h"

struct attr {
    dt_flag flag_a, flag_b;
};

static bool is_flag(dt_flag flag) {
    return flag == DT_N || flag == DT_T || flag == DT_C;
}

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array a = dt_node_in(n, 0), b = dt_node_in(n, 1);
    dt_status status = dti_need_matrices(n);
    if (status != DT_OK) {
        return status;
    }
    if (!is_flag(attr->flag_a) || !is_flag(attr->flag_b)) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "flags %d, %d: each must be DT_N, DT_T or DT_C",
                            (int)attr->flag_a, (int)attr->flag_b);
    }
    bool plain_a = attr->flag_a == DT_N, plain_b = attr->flag_b == DT_N;
    int64_t inner_a = a.shape[a.ndim - (plain_a ? 1 : 2)];
    int64_t inner_b = b.shape[b.ndim - (plain_b ? 2 : 1)];
    if (inner_a != inner_b) {
        return plain_a && plain_b
                   ? dt_node_fail(n, DT_ERR_SHAPE,
                                  "inner sizes differ (dt_matmul_flags transposes)")
                   : dt_node_fail(n, DT_ERR_SHAPE, "inner sizes differ under flags %c, %c",
                                  "NTC"[attr->flag_a], "NTC"[attr->flag_b]);
    }
    return dti_output_matrices(n, a.shape[a.ndim - (plain_a ? 2 : 1)],
                               b.shape[b.ndim - (plain_b ? 1 : 2)]);
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array a = dt_node_in(n, 0), b = dt_node_in(n, 1), y = dt_node_out(n, 0);
    dt_status status = dti_matmul(&y, &a, (dti_flag)attr->flag_a, &b, (dti_flag)attr->flag_b);
    if (status != DT_OK) {
        dt_node_fail(n, status,
                     status == DT_ERR_MEMORY ? "no memory for a copy of a strided operand"
                                             : "a matrix has more than 2^31 - 1 rows or columns");
    }
}

/* An operand of a rule: x, perhaps transposed, perhaps conjugated. */
typedef struct operand {
    dt_tensor *x;
    bool transposed, conjugated;
} operand;

static operand with_flag(dt_tensor *x, dt_flag flag) {
    return (operand){x, flag != DT_N, flag == DT_C};
}

static operand conjugate(operand o) {
    return (operand){o.x, o.transposed, !o.conjugated};
}

static operand adjoint(operand o) {
    return (operand){o.x, !o.transposed, !o.conjugated};
}

/* There is no flag for "conjugated only": it is the adjoint of a transposed view. */
static dt_flag lower_flag(operand *o) {
    if (!o->conjugated || !dt_dtype_is_complex(dt_dtype_of(o->x))) {
        return o->transposed ? DT_T : DT_N;
    }
    if (!o->transposed) {
        o->x = dt_transpose(o->x);
    }
    return DT_C;
}

static dt_tensor *product(operand left, operand right) {
    dt_flag flag_left = lower_flag(&left), flag_right = lower_flag(&right);
    return dt_matmul_flags(left.x, flag_left, right.x, flag_right);
}

static dt_tensor *cotangent_a(const struct attr *attr, dt_tensor *b, dt_tensor *ybar) {
    operand op_b = with_flag(b, attr->flag_b);
    switch (attr->flag_a) {
    case DT_N: return product(with_flag(ybar, DT_N), adjoint(op_b));
    case DT_T: return product(conjugate(op_b), with_flag(ybar, DT_T));
    default: return product(op_b, with_flag(ybar, DT_C));
    }
}

static dt_tensor *cotangent_b(const struct attr *attr, dt_tensor *a, dt_tensor *ybar) {
    operand op_a = with_flag(a, attr->flag_a);
    switch (attr->flag_b) {
    case DT_N: return product(adjoint(op_a), with_flag(ybar, DT_N));
    case DT_T: return product(with_flag(ybar, DT_T), conjugate(op_a));
    default: return product(with_flag(ybar, DT_C), op_a);
    }
}

/* x (..., n, m) with its leading dimensions merged into the rows, if that takes no copy. */
static dt_tensor *merge_rows(dt_tensor *x) {
    const dt_array array = dt_array_of(x);
    int64_t merged[2] = {1, array.shape[array.ndim - 1]};
    for (int d = 0; d < array.ndim - 1; d++) {
        merged[0] *= array.shape[d];
    }
    return dti_array_can_reshape(&array, 2, merged) ? dt_reshape(x, 2, merged) : x;
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    if (dt_node_wants(n, 0)) {
        xbar[0] = cotangent_a(attr, n->in[1], ybar[0]);
    }
    if (dt_node_wants(n, 1)) {
        dt_tensor *a = n->in[0], *y = ybar[0];
        /* One matrix b under many of a: the sum over the batch is an inner size of one product. */
        if (attr->flag_a == DT_N && dt_ndim(a) > 2 && dt_ndim(n->in[1]) == 2) {
            dt_tensor *merged_a = merge_rows(a), *merged_y = merge_rows(y);
            if (merged_a != a && merged_y != y) {
                a = merged_a;
                y = merged_y;
            }
        }
        xbar[1] = cotangent_b(attr, a, y);
    }
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    if (xdot[0] != NULL) {
        ydot[0] = dt_matmul_flags(xdot[0], attr->flag_a, n->in[1], attr->flag_b);
    }
    if (xdot[1] != NULL) {
        dt_tensor *term = dt_matmul_flags(n->in[0], attr->flag_a, xdot[1], attr->flag_b);
        ydot[0] = ydot[0] == NULL ? term : dt_add(ydot[0], term);
    }
}

#define FLAGS(a, b)                                                                                \
    .attr = &(const struct attr) {                                                                 \
        a, b                                                                                       \
    }

const dt_op dti_op_matmul = {
    .name = "matmul",
    .formula = "y = op(a) op(b), matrices in the last two dimensions",
    .arity = 2,
    .kind = DT_CONTRACTION,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_INPUT(1),
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(2, 3)}, {DT_SHAPE(3, 4)}}, FLAGS(DT_N, DT_N)},
               {.in = {{DT_SHAPE(2, 3)}, {DT_SHAPE(4, 3)}}, FLAGS(DT_N, DT_T)},
               {.in = {{DT_SHAPE(2, 3)}, {DT_SHAPE(4, 3)}}, FLAGS(DT_N, DT_C)},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(3, 4)}}, FLAGS(DT_T, DT_N)},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(4, 3)}}, FLAGS(DT_T, DT_T)},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(4, 3)}}, FLAGS(DT_T, DT_C)},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(3, 4)}}, FLAGS(DT_C, DT_N)},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(4, 3)}}, FLAGS(DT_C, DT_T)},
               {.in = {{DT_SHAPE(3, 2)}, {DT_SHAPE(4, 3)}}, FLAGS(DT_C, DT_C)},
               {.in = {{DT_SHAPE(2, 5, 3)}, {DT_SHAPE(2, 4, 3)}}, FLAGS(DT_N, DT_T)},
               {.in = {{DT_SHAPE(2, 3, 2)}, {DT_SHAPE(2, 4)}}, FLAGS(DT_N, DT_N)},
               {.in = {{DT_SHAPE(2, 3)}, {DT_SHAPE(2, 2, 4)}}, FLAGS(DT_C, DT_N)},
               {.in = {{DT_SHAPE(2, 1, 3, 2)}, {DT_SHAPE(3, 3, 2)}}, FLAGS(DT_N, DT_C)},
               {.in = {{DT_SHAPE(1, 1)}, {DT_SHAPE(1, 1)}}, FLAGS(DT_C, DT_T)},
               {.in = {{DT_SHAPE(2, 0)}, {DT_SHAPE(0, 3)}}, FLAGS(DT_N, DT_N)},
               {.in = {{DT_SHAPE(0, 2, 3)}, {DT_SHAPE(3, 2)}}, FLAGS(DT_N, DT_N)}),
};

dt_tensor *dt_matmul_flags(dt_tensor *a, dt_flag flag_a, dt_tensor *b, dt_flag flag_b) {
    const struct attr attr = {flag_a, flag_b};
    dti_mix_types(&a, &b);
    return dt_apply(&dti_op_matmul, 2, (dt_tensor *const[]){a, b}, &attr);
}

dt_tensor *dt_matmul(dt_tensor *a, dt_tensor *b) {
    return dt_matmul_flags(a, DT_N, b, DT_N);
}
