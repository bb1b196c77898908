/* y = a^-1 b      cotangents: bbar = a^-H ybar, abar = -bbar y^H
 *
 * Rules reuse the LU factors. Singular where a pivot is exactly zero: an error; next to that the
 * result is as LAPACK's. dt_solve, dt_inverse.
 *
 * The factors are outputs nobody sees; rules hand them on in the attribute. */
#include "solve.h"

#include "internal.h"

struct attr {
    dt_flag flag;           /* DT_N: a x = b, DT_C: a^H x = b */
    dt_tensor *lu, *pivots; /* NULL: to be computed */
};

static dt_tensor *lu_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->lu != NULL ? attr->lu : n->out[1];
}

static dt_tensor *pivots_of(const dt_node *n) {
    const struct attr *attr = n->attr;
    return attr->pivots != NULL ? attr->pivots : n->out[2];
}

dt_status dti_declare_lu(dt_node *n, int o) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dt_node_output(n, o, a.dtype, a.ndim, a.shape);
    return status == DT_OK ? dt_node_output(n, o + 1, DT_I64, a.ndim - 1, a.shape) : status;
}

bool dti_factorise(dt_node *n, int o) {
    const dt_array a = dt_node_in(n, 0), lu = dt_node_out(n, o), pivots = dt_node_out(n, o + 1);
    dt_array_copy(&lu, &a, NULL); /* equal shapes and types: cannot fail */
    if (dti_lu(&lu, &pivots) != DT_OK) {
        dt_node_fail(n, DT_ERR_SHAPE, "a matrix has more than 2^31 - 1 rows");
        return false;
    }
    return true;
}

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array a = dt_node_in(n, 0), b = dt_node_in(n, 1);
    dt_status status = dti_need_matrices(n);
    if (status != DT_OK) {
        return status;
    }
    int64_t size = a.shape[a.ndim - 1];
    if (size != a.shape[a.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE, "the first input needs square matrices");
    }
    if (size != b.shape[b.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE,
                            "the matrix and the right-hand side differ in their number of rows");
    }
    status = dti_output_matrices(n, size, b.shape[b.ndim - 1]);
    return status == DT_OK && attr->lu == NULL ? dti_declare_lu(n, 1) : status;
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array b = dt_node_in(n, 1), y = dt_node_out(n, 0);
    dt_array right, lu, pivots;
    if (attr->lu == NULL && !dti_factorise(n, 1)) {
        return;
    }
    if (!dti_contiguous(lu_of(n), &lu) || !dti_contiguous(pivots_of(n), &pivots) ||
        dti_array_broadcast(&right, &b, y.ndim, y.shape, NULL) != DT_OK ||
        dt_array_copy(&y, &right, NULL) != DT_OK) {
        return; /* shape() made them fit */
    }
    int64_t matrix = 0;
    char name[64];
    dt_status status = dti_lu_solve(&y, &lu, &pivots, (dti_flag)attr->flag, &matrix);
    if (status == DT_ERR_SINGULAR) {
        dt_node_fail_at(n, status, matrix,
                        "%s is singular, elimination ends at a zero pivot: dt_pinv times the "
                        "right-hand side gives the shortest solution",
                        dti_matrix_name(name, sizeof name, &y, matrix));
    } else if (status != DT_OK) {
        dt_node_fail(n, status, "a matrix has more than 2^31 - 1 rows or columns");
    }
}

dt_tensor *dti_solve_from(dt_tensor *a, dt_tensor *b, dt_flag flag, dt_tensor *lu,
                          dt_tensor *pivots) {
    return dt_apply(&dti_op_solve, 2, (dt_tensor *const[]){a, b},
                    &(const struct attr){flag, lu, pivots});
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct attr *attr = n->attr;
    bool plain = attr->flag == DT_N;
    dt_tensor *y = n->out[0];
    dt_tensor *bbar =
        dti_solve_from(n->in[0], ybar[0], plain ? DT_C : DT_N, lu_of(n), pivots_of(n));
    if (dt_node_wants(n, 0)) {
        xbar[0] = dt_neg(plain ? dt_matmul_flags(bbar, DT_N, y, DT_C)
                               : dt_matmul_flags(y, DT_N, bbar, DT_C));
    }
    if (dt_node_wants(n, 1)) {
        xbar[1] = bbar;
    }
}

/* op(a) ydot = bdot - op(adot) y */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct attr *attr = n->attr;
    dt_tensor *right = xdot[1];
    if (xdot[0] != NULL) {
        dt_tensor *term = dt_matmul_flags(xdot[0], attr->flag, n->out[0], DT_N);
        right = right == NULL ? dt_neg(term) : dt_sub(right, term);
    }
    ydot[0] = dti_solve_from(n->in[0], right, attr->flag, lu_of(n), pivots_of(n));
}

static dt_tensor *probe(dt_tensor *const *out) {
    return out[0];
}

#define SOLVE(flag)                                                                                \
    .attr = &(const struct attr) {                                                                 \
        flag, NULL, NULL                                                                           \
    }
#define A(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_TRIANGULAR }

const dt_op dti_op_solve = {
    .name = "solve",
    .formula = "y = a^-1 b",
    .arity = 2,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES({.in = {A(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(DT_N)},
               {.in = {A(3, 3), {DT_SHAPE(3, 2)}}, SOLVE(DT_C)},
               {.in = {A(2, 4, 4), {DT_SHAPE(4, 1)}}, SOLVE(DT_N)},
               {.in = {A(3, 3), {DT_SHAPE(2, 3, 2)}}, SOLVE(DT_N)},
               {.in = {A(2, 1, 2, 2), {DT_SHAPE(3, 2, 2)}}, SOLVE(DT_C)},
               {.in = {A(1, 1), {DT_SHAPE(1, 1)}}, SOLVE(DT_N)},
               {.in = {A(0, 0), {DT_SHAPE(0, 2)}}, SOLVE(DT_N)},
               {.in = {A(2, 2), {DT_SHAPE(2, 0)}}, SOLVE(DT_N)},
               {.in = {A(0, 2, 2), {DT_SHAPE(2, 1)}}, SOLVE(DT_N)}),
};

dt_tensor *dt_solve(dt_tensor *a, dt_tensor *b) {
    dti_mix_types(&a, &b);
    return dti_solve_from(a, b, DT_N, NULL, NULL);
}

dt_tensor *dt_inverse(dt_tensor *a) {
    if (a == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(a);
    if (!dti_check_alive(tape, a, "inverse: the input")) {
        return dt_inert(tape);
    }
    bool fits = dt_ndim(a) >= 2 && dt_dtype_is_float(dt_dtype_of(a));
    dt_tensor *unit = fits ? dt_eye(tape, dt_dtype_of(a), dt_shape(a)[dt_ndim(a) - 1]) : a;
    dt_tensor *x = dt_solve(a, unit);
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "inverse");
    }
    return x;
}
