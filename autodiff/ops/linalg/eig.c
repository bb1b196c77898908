/* y = eigenvalues w and unit eigenvectors v of a general matrix a, complex
 *
 * cotangent: abar = v^-H (diag(wbar) + k_ij / (w_j - w_i)*) v^H, k = p - v^H v diag(p),
 * p = v^H vbar
 *
 * Vectors of equal eigenvalues, and everything about a nearly defective matrix, have no derivative:
 * DT_ERR_GAUGE. */
#include "gauge.h"

#include "eigen.h"
#include "internal.h"
#include "numbers.h"
#include "solve.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dti_need_matrices(n);
    if (status != DT_OK) {
        return status;
    }
    if (a.shape[a.ndim - 1] != a.shape[a.ndim - 2]) {
        return dt_node_fail(n, DT_ERR_SHAPE, "needs square matrices in the last two dimensions");
    }
    dt_dtype dtype = dt_dtype_complex(a.dtype);
    status = dti_need_lapack_size(n, 0);
    status = status == DT_OK ? dt_node_output(n, 0, dtype, a.ndim - 1, a.shape) : status;
    return status == DT_OK ? dt_node_output(n, 1, dtype, a.ndim, a.shape) : status;
}

static void forward(dt_node *n) {
    const dt_array a = dt_node_in(n, 0), w = dt_node_out(n, 0), v = dt_node_out(n, 1);
    if (dt_array_size(&a) == 0) {
        return;
    }
    void *memory = dt_node_scratch(n, dt_array_bytes(&a));
    void *workspace = dt_node_scratch(n, dti_eig_workspace(a.shape[a.ndim - 1], a.dtype));
    if (memory == NULL || workspace == NULL) {
        return;
    }
    const dt_array copy = dt_array_wrap(a.dtype, a.ndim, a.shape, memory);
    int64_t matrix = 0;
    dt_array_copy(&copy, &a, NULL); /* equal shapes and types: cannot fail */
    dt_status status = dti_eig(&copy, &w, &v, workspace, &matrix);
    if (status != DT_OK) {
        dti_fail_decomposition(n, status, &a, matrix, "eigenvalues");
    }
}

/* -- checks ------------------------------------------------------------------------------------ */

static const dti_gauge_words level = {
    "eigenvalues", "eigenvectors",
    "write the loss with eigenvalues alone, or with dt_expm, dt_solve and products of the matrix"};
static const dti_gauge_words phase = {"eigenvalue", "eigenvector", "use |v|^2 or products v v^H"};

/* Are the eigenvectors far enough from dependent? At a defective matrix they are not, and neither
 * they nor their eigenvalues have derivatives. */
static bool check_condition(const dt_node *n) {
    dt_tensor *values = dt_svdvals(dt_stop_gradient(n->out[1]));
    dt_array s;
    if (dt_tape_status(n->tape) != DT_OK || !dti_contiguous(values, &s)) {
        return false;
    }
    double most = 1 / sqrt(s.dtype == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
    int64_t size = s.shape[s.ndim - 1];
    for (int64_t first = 0; first < dt_array_size(&s); first += size) {
        double condition = creal(dti_number(&s, first)) / creal(dti_number(&s, first + size - 1));
        if (!(condition <= most)) {
            dt_tape_fail(n->tape, DT_ERR_GAUGE,
                         "eig: matrix %" PRId64 " is nearly defective: the condition of its "
                         "eigenvectors is %.3g, above %.3g, and there is no derivative: use "
                         "functions of the matrix itself, dt_expm, dt_solve, dt_det",
                         first / size, condition, most);
            n->tape->error.index = first / size;
            return false;
        }
    }
    return true;
}

/* -- rules ------------------------------------------------------------------------------------- */

static bool is_empty(const dt_node *n) {
    return dt_size(n->out[1]) == 0;
}

/* x diag(d). */
static dt_tensor *columns_times(dt_tensor *x, dt_tensor *d) {
    return dt_mul(x, dt_expand_dims(d, -2));
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *w = n->out[0], *v = n->out[1], *inner = NULL;
    if (is_empty(n) || !check_condition(n)) {
        return;
    }
    if (ybar[1] != NULL) {
        dt_tensor *p = dt_matmul_flags(v, DT_C, ybar[1], DT_N);
        dt_tensor *fixed = dt_stop_gradient(ybar[1]);
        if (!dti_check_levels(n, w, dti_columns_used(fixed), &level) ||
            !dti_check_phases(n, dt_imag(dt_diagonal(dt_stop_gradient(p))),
                              dt_norm(fixed, DT_AXES(-2, -1)), &phase)) {
            return;
        }
        dt_tensor *overlap = dt_matmul_flags(v, DT_C, v, DT_N);
        dt_tensor *k = dt_sub(p, columns_times(overlap, dt_diagonal(p)));
        inner = dt_mul(k, dt_conj(dti_inverse_gaps(w)));
    }
    if (ybar[0] != NULL) {
        dt_tensor *diagonal = dt_diag(ybar[0]);
        inner = inner == NULL ? diagonal : dt_add(inner, diagonal);
    }
    xbar[0] = dti_solve_from(v, dt_matmul_flags(inner, DT_N, v, DT_C), DT_C, NULL, NULL);
}

/* With k = v^-1 adot v: wdot = diag k, vdot = v (k_ij / (w_j - w_i)), less its part along v. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *w = n->out[0], *v = n->out[1];
    if (is_empty(n) || !check_condition(n)) {
        return;
    }
    dt_tensor *k = dt_solve(v, dt_matmul(dti_as_type(xdot[0], v), v));
    ydot[0] = dt_diagonal(k);
    if (dti_is_read(n, 1) && dti_check_levels(n, w, NULL, &level)) {
        dt_tensor *change = dt_matmul(v, dt_mul(k, dti_inverse_gaps(w)));
        dt_tensor *along = dt_sum(dt_mul(dt_conj(v), change), -2);
        ydot[1] = dt_sub(change, columns_times(v, along));
    }
}

/* Free of phases: v diag(1, 2, ...) v^H, joined with the eigenvalues. */
static dt_tensor *probe(dt_tensor *const *out) {
    dt_tensor *w = out[0], *v = out[1];
    dt_dtype real = dt_dtype_real(dt_dtype_of(w));
    dt_tensor *ones = dt_ones(dt_tape_of(w), real, dt_ndim(w), dt_shape(w));
    dt_tensor *product = dt_matmul_flags(columns_times(v, dt_cumsum(ones, -1)), DT_N, v, DT_C);
    dt_tensor *parts[] = {dt_reshape(w, 1, (const int64_t[]){-1}),
                          dt_reshape(product, 1, (const int64_t[]){-1})};
    return dt_concat(2, parts, 0);
}

const dt_op dti_op_eig = {
    .name = "eig",
    .formula = "y = w, v with a v = v diag(w)",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 3)}}}, {.in = {{DT_SHAPE(2, 4, 4)}}},
               {.in = {{DT_SHAPE(2, 1, 2, 2)}}},
               {.in = {{DT_SHAPE(3, 3), .fill = DT_FILL_HERMITIAN}}}, {.in = {{DT_SHAPE(1, 1)}}},
               {.in = {{DT_SHAPE(0, 0)}}}, {.in = {{DT_SHAPE(0, 3, 3)}}}),
};

void dt_eig(dt_tensor *a, dt_tensor **ret_w, dt_tensor **ret_v) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(&dti_op_eig, 1, &a, NULL, out);
    *ret_w = out[0];
    *ret_v = out[1];
}
