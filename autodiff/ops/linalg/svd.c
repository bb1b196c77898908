/* y = singular values s and vectors of a = u diag(s) v^H
 *
 * cotangent: abar = u (diag(sbar) + d o skew(p + q) + e o skew(p - q)) v^H + (1 - u u^H) ubar s^-1
 * v^H + u s^-1 vbar^H (1 - v v^H), p = u^H ubar, q = v^H vbar, d_ij = 1/(s_j - s_i),
 * e_ij = 1/(s_i + s_j)
 *
 * dt_svd gives all, dt_svdvals s. Vectors of equal or zero singular values have no derivative:
 * DT_ERR_GAUGE. Singular values have a kink at zero: 0 is taken there, as in dt_abs. */
#include "gauge.h"

#include "eigen.h"
#include "internal.h"
#include "numbers.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

/* Outputs: values first, which stand alone in dt_svdvals. */
enum { S, U, VH };

static int64_t rows_of(const dt_array *a) {
    return a->shape[a->ndim - 2];
}

static int64_t columns_of(const dt_array *a) {
    return a->shape[a->ndim - 1];
}

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    dt_status status = dti_need_matrices(n);
    status = status == DT_OK ? dti_need_lapack_size(n, 0) : status;
    if (status != DT_OK) {
        return status;
    }
    int64_t sizes[DT_MAX_DIMS], m = rows_of(&a), k = m < columns_of(&a) ? m : columns_of(&a);
    for (int d = 0; d < a.ndim; d++) {
        sizes[d] = a.shape[d];
    }
    sizes[a.ndim - 1] = k;
    status = dt_node_output(n, U, a.dtype, a.ndim, sizes);
    sizes[a.ndim - 2] = k;
    if (status == DT_OK) {
        status = dt_node_output(n, S, dt_dtype_real(a.dtype), a.ndim - 1, sizes);
    }
    sizes[a.ndim - 1] = columns_of(&a);
    return status == DT_OK ? dt_node_output(n, VH, a.dtype, a.ndim, sizes) : status;
}

static void forward(dt_node *n) {
    const dt_array a = dt_node_in(n, 0), s = dt_node_out(n, S), u = dt_node_out(n, U),
                   vh = dt_node_out(n, VH);
    if (dt_array_size(&a) == 0) {
        return;
    }
    void *memory = dt_node_scratch(n, dt_array_bytes(&a));
    void *workspace = dt_node_scratch(n, dti_svd_workspace(rows_of(&a), columns_of(&a), a.dtype));
    if (memory == NULL || workspace == NULL) {
        return;
    }
    const dt_array copy = dt_array_wrap(a.dtype, a.ndim, a.shape, memory);
    int64_t matrix = 0;
    dt_array_copy(&copy, &a, NULL); /* equal shapes and types: cannot fail */
    dt_status status = dti_svd(&copy, &u, &s, &vh, workspace, &matrix);
    if (status != DT_OK) {
        dti_fail_decomposition(n, status, &a, matrix, "singular values");
    }
}

/* -- checks ------------------------------------------------------------------------------------ */

static const dti_gauge_words level = {
    "singular values", "vectors",
    "write the loss with dt_svdvals, dt_pinv, dt_matrix_norm, or with dt_spectral_apply of a^H a"};
static const dti_gauge_words phase = {"singular value", "vectors",
                                      "use products u_k v_k^H, |u|^2 or |v|^2"};

/* Is no singular value zero beside the largest, whose vectors have a cotangent (used, NULL: all)?
 * Where one is zero, v is not tied to u, and beside the null space of a both are one of many. */
static bool check_zeros(const dt_node *n, dt_tensor *used) {
    dt_array s, columns;
    if (dt_tape_status(n->tape) != DT_OK || !dti_contiguous(n->out[S], &s) ||
        (used != NULL && !dti_contiguous(used, &columns))) {
        return false;
    }
    int64_t k = columns_of(&s);
    for (int64_t i = 0; i < dt_array_size(&s); i++) {
        double x = creal(dti_number(&s, i)), largest = creal(dti_number(&s, i / k * k));
        bool counts = used == NULL || dti_number(&columns, i) != 0;
        if (counts && !(x > dti_level_gap(s.dtype) * largest)) {
            dt_tape_fail(n->tape, DT_ERR_GAUGE,
                         "svd: matrix %" PRId64 ": singular value %" PRId64
                         ", %.9g, is zero beside "
                         "the largest, %.9g: its %s have no derivative: %s",
                         i / k, i % k, x, largest, level.vectors, level.hint);
            n->tape->error.index = i / k;
            return false;
        }
    }
    return true;
}

static bool check_vectors(const dt_node *n, dt_tensor *used) {
    return check_zeros(n, used) && dti_check_levels(n, n->out[S], used, &level);
}

static dt_tensor *sum_of(dt_tensor *a, dt_tensor *b) {
    return a == NULL ? b : b == NULL ? a : dt_add(a, b);
}

/* Do cotangents ubar and vhbar, either of which may be missing, ask for what exists? turn: the
 * diagonal of u^H ubar + v^H vbar. */
static bool check_cotangents(const dt_node *n, dt_tensor *ubar, dt_tensor *vhbar, dt_tensor *p) {
    ubar = ubar == NULL ? NULL : dt_stop_gradient(ubar);
    vhbar = vhbar == NULL ? NULL : dt_transpose(dt_stop_gradient(vhbar));
    dt_tensor *used = sum_of(ubar == NULL ? NULL : dti_columns_used(ubar),
                             vhbar == NULL ? NULL : dti_columns_used(vhbar));
    if (!check_vectors(n, used)) {
        return false;
    }
    dt_tensor *norm = sum_of(ubar == NULL ? NULL : dt_norm(ubar, DT_AXES(-2, -1)),
                             vhbar == NULL ? NULL : dt_norm(vhbar, DT_AXES(-2, -1)));
    return !dt_dtype_is_complex(dt_dtype_of(p)) ||
           dti_check_phases(n, dt_imag(dt_diagonal(dt_stop_gradient(p))), norm, &phase);
}

/* -- rules ------------------------------------------------------------------------------------- */

/* Singular values above this part of the largest are kept in a rule. */
static dt_tensor *above(dt_tensor *s, double part) {
    return dt_compare(dt_stop_gradient(s), DT_GT, dt_scale(dti_level_scale(s), part));
}

/* A cotangent or tangent of s, zero where s is zero to rounding. */
static dt_tensor *off_kink(const dt_node *n, dt_tensor *sbar) {
    dt_tensor *s = n->out[S];
    dt_dtype real = dt_dtype_of(s);
    const dt_array u = dt_node_out(n, U), vh = dt_node_out(n, VH);
    int64_t most = rows_of(&u) > columns_of(&vh) ? rows_of(&u) : columns_of(&vh);
    double epsilon = real == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    dt_tensor *zero = dt_full(n->tape, real, 0, NULL, 0);
    return dt_where(above(s, (double)most * epsilon), sbar, zero);
}

/* 1/(s_i + s_j) and 1/s, 0 where both are zero beside the largest: nothing used is. */
static dt_tensor *inverse_sums(dt_tensor *s) {
    dt_tensor *sum = dt_add(dt_expand_dims(s, -2), dt_expand_dims(s, -1));
    dt_tensor *least =
        dt_scale(dt_expand_dims(dti_level_scale(s), -1), dti_level_gap(dt_dtype_of(s)));
    return dti_reciprocal_where(dt_compare(dt_stop_gradient(sum), DT_GT, least), sum);
}

static dt_tensor *inverse_values(dt_tensor *s) {
    return dti_reciprocal_where(above(s, dti_level_gap(dt_dtype_of(s))), s);
}

/* u diag(s)^-1 and diag(s)^-1 v^H. */
static dt_tensor *divided_columns(dt_tensor *u, dt_tensor *s) {
    return dt_mul(u, dt_expand_dims(inverse_values(s), -2));
}

static dt_tensor *divided_rows(dt_tensor *vh, dt_tensor *s) {
    return dt_mul(vh, dt_expand_dims(inverse_values(s), -1));
}

static bool is_empty(const dt_node *n) {
    return dt_size(n->out[S]) == 0;
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *s = n->out[S], *u = n->out[U], *vh = n->out[VH];
    dt_tensor *ubar = ybar[U], *vhbar = ybar[VH], *inner = NULL;
    if (is_empty(n)) {
        return;
    }
    int64_t rows = dt_shape(u)[dt_ndim(u) - 2], columns = dt_shape(vh)[dt_ndim(vh) - 1];
    dt_tensor *p = ubar == NULL ? NULL : dt_matmul_flags(u, DT_C, ubar, DT_N);
    dt_tensor *q = vhbar == NULL ? NULL : dt_matmul_flags(vh, DT_N, vhbar, DT_C);
    if (p != NULL || q != NULL) {
        dt_tensor *both = sum_of(p, q);
        if (!check_cotangents(n, ubar, vhbar, both)) {
            return;
        }
        dt_tensor *other = q == NULL ? p : p == NULL ? dt_neg(q) : dt_sub(p, q);
        inner = dt_add(dt_mul(dti_skew(both), dti_inverse_gaps(s)),
                       dt_mul(dti_skew(other), inverse_sums(s)));
    }
    if (ybar[S] != NULL) {
        inner = sum_of(inner, dt_diag(off_kink(n, ybar[S])));
    }
    xbar[0] = dt_matmul(dt_matmul(u, dti_as_type(inner, u)), vh);
    if (p != NULL && rows > columns) {
        dt_tensor *across = dt_sub(ubar, dt_matmul(u, p));
        xbar[0] = dt_add(xbar[0], dt_matmul(across, divided_rows(vh, s)));
    }
    if (q != NULL && columns > rows) {
        dt_tensor *across = dt_sub(vhbar, dt_matmul_flags(q, DT_C, vh, DT_N));
        xbar[0] = dt_add(xbar[0], dt_matmul(divided_columns(u, s), across));
    }
}

/* With h and k the Hermitian and the skew part of u^H adot v: sdot = diag h, u^H udot = d o h +
 * e o k, v^H vdot = d o h - e o k, which shares the free phase between u and v. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *s = n->out[S], *u = n->out[U], *vh = n->out[VH];
    if (is_empty(n)) {
        return;
    }
    int64_t rows = dt_shape(u)[dt_ndim(u) - 2], columns = dt_shape(vh)[dt_ndim(vh) - 1];
    dt_tensor *left = dt_matmul_flags(u, DT_C, xdot[0], DT_N);
    dt_tensor *p = dt_matmul_flags(left, DT_N, vh, DT_C);
    ydot[S] = off_kink(n, dt_real(dt_diagonal(p)));
    if ((!dti_is_read(n, U) && !dti_is_read(n, VH)) || !check_vectors(n, NULL)) {
        return;
    }
    dt_tensor *k = dt_mul(dti_skew(p), inverse_sums(s));
    dt_tensor *h = dt_mul(dt_sub(p, dti_skew(p)), dti_inverse_gaps(s));
    ydot[U] = dt_matmul(u, dt_add(h, k));
    ydot[VH] = dt_matmul(dt_sub(k, h), vh); /* (d o h - e o k)^H */
    if (rows > columns) {
        dt_tensor *right = dt_matmul_flags(xdot[0], DT_N, vh, DT_C);
        ydot[U] = dt_add(ydot[U], divided_columns(dt_sub(right, dt_matmul(u, p)), s));
    }
    if (columns > rows) {
        ydot[VH] = dt_add(ydot[VH], divided_rows(dt_sub(left, dt_matmul(p, vh)), s));
    }
}

/* Free of phases: u diag(1, 2, ...) v^H and |u|^2, joined with the singular values. */
static dt_tensor *probe(dt_tensor *const *out) {
    dt_tensor *s = out[S], *u = out[U];
    dt_tensor *weights =
        dt_cumsum(dt_full(dt_tape_of(s), dt_dtype_of(s), dt_ndim(s), dt_shape(s), 1), -1);
    dt_tensor *product = dt_matmul(dt_mul(u, dt_expand_dims(weights, -2)), out[VH]);
    dt_tensor *parts[] = {s, product, dt_abs2(u)};
    for (int i = 0; i < 3; i++) {
        parts[i] = dti_as_type(dt_reshape(parts[i], 1, (const int64_t[]){-1}), u);
    }
    return dt_concat(3, parts, 0);
}

const dt_op dti_op_svd = {
    .name = "svd",
    .formula = "y = s, u, v^H with a = u diag(s) v^H",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_OUTPUT,
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 3)}}}, {.in = {{DT_SHAPE(4, 2)}}}, {.in = {{DT_SHAPE(2, 4)}}},
               {.in = {{DT_SHAPE(2, 3, 2)}}}, {.in = {{DT_SHAPE(2, 1, 2, 3)}}},
               {.in = {{DT_SHAPE(1, 1)}}}, {.in = {{DT_SHAPE(3, 1)}}}, {.in = {{DT_SHAPE(0, 0)}}},
               {.in = {{DT_SHAPE(0, 3)}}}, {.in = {{DT_SHAPE(3, 0)}}},
               {.in = {{DT_SHAPE(0, 2, 3)}}}),
};

void dt_svd(dt_tensor *a, dt_tensor **ret_u, dt_tensor **ret_s, dt_tensor **ret_vh) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    dt_apply_multi(&dti_op_svd, 1, &a, NULL, out);
    *ret_u = out[U];
    *ret_s = out[S];
    *ret_vh = out[VH];
}

dt_tensor *dt_svdvals(dt_tensor *a) {
    return dt_apply(&dti_op_svd, 1, &a, NULL);
}
