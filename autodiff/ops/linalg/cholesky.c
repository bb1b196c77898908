/* y = l, lower, with l l^H = (a + a^H)/2      cotangent: abar = l^-H s l^-1, s = (p + p^H)/2, where
 * p = tril(l^H lbar), its diagonal real and halved.      Defined for positive definite a only.
 * I. Murray, Differentiation of the Cholesky decomposition, arXiv:1602.07527 (2016). */
#include "matrices.h"

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dti_need_matrices(n);
    if (status != DT_OK) {
        return status;
    }
    if (a.shape[a.ndim - 1] != a.shape[a.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE, "needs square matrices in the last two dimensions");
    }
    return dt_node_output(n, 0, a.dtype, a.ndim, a.shape);
}

static void forward(dt_node *n) {
    const dt_array a = dt_node_in(n, 0), l = dt_node_out(n, 0);
    dti_hermitian_part(&l, &a);
    int64_t matrix = 0, minor = 0;
    char name[64];
    dt_status status = dti_cholesky(&l, &matrix, &minor);
    if (status == DT_ERR_NOT_POSITIVE_DEFINITE) {
        dt_node_fail_at(n, status, matrix,
                        "%s is not positive definite (leading minor %lld): a ridge on its "
                        "diagonal, large enough, makes it so",
                        dti_matrix_name(name, sizeof name, &l, matrix), (long long)minor);
    } else if (status != DT_OK) {
        dt_node_fail(n, status,
                     status == DT_ERR_MEMORY ? "no memory for the factorisation"
                                             : "a matrix has more than 2^31 - 1 rows");
    }
}

static dt_tensor *hermitian_part(dt_tensor *x) {
    return dt_scale(dt_add(x, dti_adjoint(x)), 0.5);
}

/* The diagonal of x, made real, as a matrix. */
static dt_tensor *real_diagonal(dt_tensor *x) {
    return dt_diag(dt_real(dt_diagonal(x)));
}

/* l^-H s l^-1 is taken as l^-H (l^-H s)^H: two solves from the left. */
static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *l = n->out[0];
    dt_tensor *m = dt_tril(dt_matmul_flags(l, DT_C, ybar[0], DT_N), 0);
    dt_tensor *s = dt_scale(dt_sub(dt_add(m, dti_adjoint(m)), real_diagonal(m)), 0.5);
    dt_tensor *half = dt_triangular_solve(l, s, true, DT_C);
    xbar[0] = hermitian_part(dt_triangular_solve(l, dti_adjoint(half), true, DT_C));
}

/* ldot = l tril(l^-1 adot l^-H), diagonal halved. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *l = n->out[0];
    dt_tensor *half = dt_triangular_solve(l, hermitian_part(xdot[0]), true, DT_N);
    dt_tensor *m = dt_triangular_solve(l, dti_adjoint(half), true, DT_N);
    ydot[0] = dt_matmul(l, dt_sub(dt_tril(m, 0), dt_scale(real_diagonal(m), 0.5)));
}

#define A(...)                                                                                     \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_HPD }

const dt_op dti_op_cholesky = {
    .name = "cholesky",
    .formula = "y = l, lower triangular, with l l^H = (a + a^H)/2",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {A(3, 3)}}, {.in = {A(2, 4, 4)}}, {.in = {A(2, 1, 2, 2)}}, {.in = {A(1, 1)}},
               {.in = {A(0, 0)}}, {.in = {A(0, 3, 3)}}),
};

dt_tensor *dt_cholesky(dt_tensor *a) {
    return dt_apply(&dti_op_cholesky, 1, &a, NULL);
}
