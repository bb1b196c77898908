/* y = op(t)^-1 b      cotangents: bbar = op(t)^-H ybar, op(t)bar = -bbar y^H on the triangle.
 * Singular where a diagonal element of t is zero: an error, not an infinity. */
#include "matrices.h"

struct attr {
    bool lower;
    dt_flag flag;
};

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array t = dt_node_in(n, 0), b = dt_node_in(n, 1);
    dt_status status = dti_need_matrices(n);
    if (status != DT_OK) {
        return status;
    }
    if (attr->flag != DT_N && attr->flag != DT_T && attr->flag != DT_C) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "flag %d must be DT_N, DT_T or DT_C",
                            (int)attr->flag);
    }
    int64_t size = t.shape[t.ndim - 1];
    if (size != t.shape[t.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE, "the first input needs square matrices");
    }
    if (size != b.shape[b.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE,
                            "the matrix and the right-hand side differ in their number of rows");
    }
    return dti_output_matrices(n, size, b.shape[b.ndim - 1]);
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array t = dt_node_in(n, 0), b = dt_node_in(n, 1), y = dt_node_out(n, 0);
    dt_array right;
    if (dti_array_broadcast(&right, &b, y.ndim, y.shape, NULL) != DT_OK ||
        dt_array_copy(&y, &right, NULL) != DT_OK) {
        return; /* shape() made them fit */
    }
    int64_t matrix = 0;
    char name[64];
    dt_status status = dti_triangular_solve(&y, &t, attr->lower, (dti_flag)attr->flag, &matrix);
    if (status == DT_ERR_SINGULAR) {
        dt_node_fail_at(n, status, matrix, "%s is singular: it has a zero on its diagonal",
                        dti_matrix_name(name, sizeof name, &y, matrix));
    } else if (status != DT_OK) {
        dt_node_fail(n, status,
                     status == DT_ERR_MEMORY ? "no memory for a copy of a strided operand"
                                             : "a matrix has more than 2^31 - 1 rows or columns");
    }
}

/* op(t)^-H ybar. op(t)^H is t* for a transposed t: the adjoint of the transposed view, whose
 * triangle is the other one. */
static dt_tensor *solve_adjoint(const struct attr *attr, dt_tensor *t, dt_tensor *ybar) {
    switch (attr->flag) {
    case DT_N: return dt_triangular_solve(t, ybar, attr->lower, DT_C);
    case DT_T: return dt_triangular_solve(dt_transpose(t), ybar, !attr->lower, DT_C);
    default: return dt_triangular_solve(t, ybar, attr->lower, DT_N);
    }
}

/* Of m, only what lies on the triangle. */
static dt_tensor *on_triangle(const struct attr *attr, dt_tensor *m) {
    return attr->lower ? dt_tril(m, 0) : dt_transpose(dt_tril(dt_transpose(m), 0));
}

/* bbar y^H, brought from op(t) to t: as it is, transposed, conjugate-transposed. */
static dt_tensor *outer(const struct attr *attr, dt_tensor *bbar, dt_tensor *y) {
    switch (attr->flag) {
    case DT_N: return dt_matmul_flags(bbar, DT_N, y, DT_C);
    case DT_T: return dt_matmul_flags(dt_transpose(y), DT_C, bbar, DT_T);
    default: return dt_matmul_flags(y, DT_N, bbar, DT_C);
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    dt_tensor *bbar = solve_adjoint(attr, n->in[0], ybar[0]);
    if (dt_node_wants(n, 0)) {
        xbar[0] = dt_neg(on_triangle(attr, outer(attr, bbar, n->out[0])));
    }
    if (dt_node_wants(n, 1)) {
        xbar[1] = bbar;
    }
}

/* op(t) ydot = bdot - op(tdot) y */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    dt_tensor *right = xdot[1];
    if (xdot[0] != NULL) {
        dt_tensor *term = dt_matmul_flags(on_triangle(attr, xdot[0]), attr->flag, n->out[0], DT_N);
        right = right == NULL ? dt_neg(term) : dt_sub(right, term);
    }
    ydot[0] = dt_triangular_solve(n->in[0], right, attr->lower, attr->flag);
}

#define SOLVE(lower, flag)                                                                         \
    .attr = &(const struct attr) {                                                                 \
        lower, flag                                                                                \
    }
#define T(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_TRIANGULAR }

const dt_op dti_op_triangular_solve = {
    .name = "triangular_solve",
    .formula = "y = op(t)^-1 b, t triangular",
    .arity = 2,
    .kind = DT_CONTRACTION,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {T(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(true, DT_N)},
               {.in = {T(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(true, DT_T)},
               {.in = {T(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(true, DT_C)},
               {.in = {T(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(false, DT_N)},
               {.in = {T(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(false, DT_T)},
               {.in = {T(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(false, DT_C)},
               {.in = {T(2, 3, 3), {DT_SHAPE(3, 2)}}, SOLVE(true, DT_C)},
               {.in = {T(3, 3), {DT_SHAPE(2, 3, 1)}}, SOLVE(true, DT_T)},
               {.in = {T(2, 1, 2, 2), {DT_SHAPE(3, 2, 2)}}, SOLVE(false, DT_N)},
               {.in = {T(1, 1), {DT_SHAPE(1, 1)}}, SOLVE(true, DT_N)},
               {.in = {T(0, 0), {DT_SHAPE(0, 2)}}, SOLVE(true, DT_N)},
               {.in = {T(0, 2, 2), {DT_SHAPE(2, 1)}}, SOLVE(true, DT_C)}),
};

dt_tensor *dt_triangular_solve(dt_tensor *t, dt_tensor *b, bool lower, dt_flag flag) {
    struct attr attr = {lower, flag};
    dti_mix_types(&t, &b);
    return dt_apply(&dti_op_triangular_solve, 2, (dt_tensor *const[]){t, b}, &attr);
}
