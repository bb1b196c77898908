/* y = Q with orthonormal columns and R upper triangular, a = Q R, diagonal of R real and positive
 *
 * cotangent: abar = (qbar + Q h) R^-H, h = upper triangle of rbar R^H - Q^H qbar made Hermitian
 *
 * At least as many rows as columns; without full column rank there is no derivative:
 * DT_ERR_SINGULAR. */
#include "qr.h"

#include "internal.h"

#include "kernels/kernels.h"

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dti_need_matrices(n);
    if (status != DT_OK) {
        return status;
    }
    int64_t m = a.shape[a.ndim - 2], columns = a.shape[a.ndim - 1], square[DT_MAX_DIMS];
    if (m < columns) {
        return dt_node_fail(n, DT_ERR_SHAPE,
                            "needs at least as many rows as columns (decompose the conjugate "
                            "transpose instead)");
    }
    for (int d = 0; d < a.ndim; d++) {
        square[d] = d == a.ndim - 2 ? columns : a.shape[d];
    }
    status = dt_node_output(n, 0, a.dtype, a.ndim, a.shape);
    return status == DT_OK ? dt_node_output(n, 1, a.dtype, a.ndim, square) : status;
}

static void forward(dt_node *n) {
    const dt_array a = dt_node_in(n, 0), q = dt_node_out(n, 0), r = dt_node_out(n, 1);
    if (dt_array_size(&a) == 0) {
        return;
    }
    int64_t rows = a.shape[a.ndim - 2], columns = a.shape[a.ndim - 1];
    dt_array_copy(&q, &a, NULL); /* equal shapes and types: cannot fail */
    void *workspace = dt_node_scratch(n, dti_qr_workspace(rows, columns, a.dtype));
    if (workspace != NULL && dti_qr(&q, &r, workspace) != DT_OK) {
        dt_node_fail(n, DT_ERR_SHAPE, "a matrix has too many rows or columns for LAPACK");
    }
}

/* Has that matrix of the batch a NaN or infinity? */
static bool has_nonfinite(const dt_array *r, int64_t matrix) {
    const int64_t n = r->shape[r->ndim - 1], shape[] = {n, n};
    char *data = (char *)r->data + (size_t)(matrix * n * n) * dt_dtype_size(r->dtype);
    const dt_array one = dt_array_wrap(r->dtype, 2, shape, data);
    return dti_find_nonfinite(&one) >= 0;
}

bool dti_check_rank(dt_tensor *r, const char *name, const char *hint) {
    dt_tape *tape = dt_tape_of(r);
    dt_array array;
    if (dt_size(r) == 0 || !dti_contiguous(r, &array)) {
        return dt_tape_status(tape) == DT_OK;
    }
    size_t bytes = dti_qr_rank_workspace(array.shape[array.ndim - 1], array.dtype);
    void *workspace = dti_tape_alloc(tape, false, bytes, name);
    double rcond = 0;
    int64_t matrix = workspace == NULL ? -1 : dti_qr_rank(&array, workspace, &rcond);
    char text[64];
    if (matrix >= 0 && has_nonfinite(&array, matrix)) {
        dt_tape_fail(tape, DT_ERR_SINGULAR, "%s: %s holds a NaN or infinity: no rank can be found",
                     name, dti_matrix_name(text, sizeof text, &array, matrix));
    } else if (matrix >= 0) {
        dt_tape_fail(tape, DT_ERR_SINGULAR,
                     "%s: %s does not have full column rank (reciprocal condition number of its "
                     "scaled columns %.2g): %s",
                     name, dti_matrix_name(text, sizeof text, &array, matrix), rcond, hint);
    }
    if (matrix >= 0) {
        tape->error.index = matrix;
    }
    return dt_tape_status(tape) == DT_OK;
}

static bool check_rank(const dt_node *n) {
    return dti_check_rank(n->out[1], "qr", "its factors have no derivative");
}

/* -- rules ------------------------------------------------------------------------------------- */

static dt_tensor *strictly_upper(dt_tensor *x) {
    return dt_triu(x, 1);
}

static dt_tensor *real_diagonal(dt_tensor *x) {
    return dt_diag(dt_real(dt_diagonal(x)));
}

/* x R^-H = (R^-1 x^H)^H, x R^-1 = (R^-H x^H)^H */
static dt_tensor *divide(dt_tensor *x, dt_tensor *r, dt_flag flag) {
    return dti_adjoint(dt_triangular_solve(r, dti_adjoint(x), false, flag));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *q = n->out[0], *r = n->out[1], *k = NULL;
    if (dt_size(q) == 0 || !check_rank(n)) {
        return;
    }
    if (ybar[1] != NULL) {
        k = dt_matmul_flags(ybar[1], DT_N, r, DT_C);
    }
    if (ybar[0] != NULL) {
        dt_tensor *term = dt_matmul_flags(q, DT_C, ybar[0], DT_N);
        k = k == NULL ? dt_neg(term) : dt_sub(k, term);
    }
    dt_tensor *upper = strictly_upper(k);
    dt_tensor *h = dt_add(dt_add(upper, dti_adjoint(upper)), real_diagonal(k));
    dt_tensor *inner = dt_matmul(q, h);
    xbar[0] = divide(ybar[0] == NULL ? inner : dt_add(ybar[0], inner), r, DT_N);
}

/* With e = adot R^-1, c = Q^H e and t = c's upper triangle + the adjoint of its strictly lower one,
 * diagonal real: rdot = t R, qdot = e - Q t. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *q = n->out[0], *r = n->out[1];
    if (dt_size(q) == 0 || !check_rank(n)) {
        return;
    }
    dt_tensor *e = divide(xdot[0], r, DT_C);
    dt_tensor *c = dt_matmul_flags(q, DT_C, e, DT_N);
    dt_tensor *upper = dt_add(strictly_upper(c), strictly_upper(dti_adjoint(c)));
    dt_tensor *t = dt_add(upper, real_diagonal(c));
    ydot[0] = dt_sub(e, dt_matmul(q, t));
    ydot[1] = dt_matmul(t, r);
}

#define A(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__) }

const dt_op dti_op_qr = {
    .name = "qr",
    .formula = "y = Q, R with a = Q R",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {A(3, 3)}}, {.in = {A(4, 2)}}, {.in = {A(2, 4, 3)}}, {.in = {A(2, 1, 3, 2)}},
               {.in = {A(1, 1)}}, {.in = {A(3, 1)}}, {.in = {A(3, 0)}}, {.in = {A(0, 0)}},
               {.in = {A(0, 3, 2)}}),
};

void dt_qr(dt_tensor *a, dt_tensor **ret_q, dt_tensor **ret_r) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(&dti_op_qr, 1, &a, NULL, out);
    *ret_q = out[0];
    *ret_r = out[1];
}
