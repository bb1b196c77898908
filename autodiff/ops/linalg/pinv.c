/* y = pseudo-inverse p of a
 *
 * cotangent: abar = -p^H ybar p^H + (1 - a p) ybar^H p p^H + p^H p ybar^H (1 - p a)
 *
 * Exact for equal singular values, at full rank and, while it stays, at any other.
 *
 * If dt_pinv drops singular values that are not zero, that rule is not exact. Then it goes through
 * the Hermitian matrix (0 a; a^H 0): its eigenvalues are the singular values of a and their
 * negatives, its pseudo-inverse is (0 p^H; p 0), and derivatives are divided differences of 1/x. */
#include "matrices.h"

#include <difftape/spectral.h>

#include "eigen.h"
#include "internal.h"
#include "numbers.h"

#include <float.h>
#include <math.h>

struct attr {
    double rtol; /* singular values up to this part of the largest are zero */
};

static int64_t rows_of(const dt_array *a) {
    return a->shape[a->ndim - 2];
}

static int64_t columns_of(const dt_array *a) {
    return a->shape[a->ndim - 1];
}

static dt_status shape(dt_node *n) {
    const dt_array a = dt_node_in(n, 0);
    int64_t sizes[DT_MAX_DIMS];
    dt_status status = dti_need_matrices(n);
    status = status == DT_OK ? dti_need_lapack_size(n, 0) : status;
    if (status != DT_OK) {
        return status;
    }
    for (int d = 0; d < a.ndim; d++) {
        sizes[d] = a.shape[d];
    }
    sizes[a.ndim - 2] = columns_of(&a);
    sizes[a.ndim - 1] = rows_of(&a);
    return dt_node_output(n, 0, a.dtype, a.ndim, sizes);
}

/* -- values ------------------------------------------------------------------------------------ */

/* A contiguous array of a node's matrices with `rows` and `columns`, without memory if there is
 * none. */
static dt_array scratch(dt_node *n, dt_dtype dtype, int64_t rows, int64_t columns) {
    const dt_array a = dt_node_in(n, 0);
    int64_t sizes[DT_MAX_DIMS];
    for (int d = 0; d < a.ndim; d++) {
        sizes[d] = a.shape[d];
    }
    sizes[a.ndim - 2] = rows;
    sizes[a.ndim - 1] = columns;
    dt_array x = dt_array_wrap(dtype, a.ndim, sizes, NULL);
    x.data = dt_node_scratch(n, dt_array_bytes(&x));
    return x;
}

/* vh = diag(1/s) vh, zero where s is. */
static void divide_rows(const dt_array *vh, const dt_array *s, double rtol) {
    int64_t size = columns_of(s), length = columns_of(vh);
    for (int64_t i = 0; i < dt_array_size(s); i++) {
        double x = creal(dti_number(s, i));
        bool kept = x > rtol * creal(dti_number(s, i / size * size));
        for (int64_t k = i * length; k < (i + 1) * length; k++) {
            dti_set_number(vh, k, kept ? dti_number(vh, k) / x : 0);
        }
    }
}

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array a = dt_node_in(n, 0), p = dt_node_out(n, 0);
    int64_t rows = rows_of(&a), columns = columns_of(&a), k = rows < columns ? rows : columns;
    if (dt_array_size(&a) == 0) {
        return;
    }
    const dt_array copy = scratch(n, a.dtype, rows, columns), u = scratch(n, a.dtype, rows, k),
                   s = scratch(n, dt_dtype_real(a.dtype), 1, k),
                   vh = scratch(n, a.dtype, k, columns);
    void *workspace = dt_node_scratch(n, dti_svd_workspace(rows, columns, a.dtype));
    if (dt_tape_status(n->tape) != DT_OK) {
        return;
    }
    int64_t matrix = 0;
    dt_array_copy(&copy, &a, NULL); /* equal shapes and types: cannot fail */
    dt_status status = dti_svd(&copy, &u, &s, &vh, workspace, &matrix);
    if (status != DT_OK) {
        dti_fail_decomposition(n, status, &a, matrix, "singular values");
    } else {
        divide_rows(&vh, &s, attr->rtol);
        if (dti_matmul(&p, &vh, DTI_C, &u, DTI_C) != DT_OK) {
            dt_node_fail(n, DT_ERR_MEMORY, "no memory for the product");
        }
    }
}

/* -- rules ------------------------------------------------------------------------------------- */

static int64_t size_of(dt_tensor *x, int from_last) {
    return dt_shape(x)[dt_ndim(x) - from_last];
}

/* x y z, in the order that makes the smaller matrix between. */
static dt_tensor *product(dt_tensor *x, dt_tensor *y, dt_tensor *z) {
    if (dt_tape_status(dt_tape_of(x)) != DT_OK) {
        return dt_inert(dt_tape_of(x)); /* which has no sizes */
    }
    int64_t first = size_of(x, 2) * size_of(y, 1), last = size_of(y, 2) * size_of(z, 1);
    return first < last ? dt_matmul(dt_matmul(x, y), z) : dt_matmul(x, dt_matmul(y, z));
}

static bool is_empty(const dt_node *n) {
    return dt_size(n->out[0]) == 0;
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    if (is_empty(n)) {
        return;
    }
    dt_tensor *a = n->in[0], *p = n->out[0], *ph = dti_adjoint(p), *ybarh = dti_adjoint(ybar[0]);
    dt_tensor *right = product(ybarh, p, ph), *left = product(ph, p, ybarh);
    right = dt_sub(right, product(a, p, right));
    left = dt_sub(left, product(left, p, a));
    xbar[0] = dt_sub(dt_add(right, left), product(ph, ybar[0], ph));
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    if (is_empty(n)) {
        return;
    }
    dt_tensor *a = n->in[0], *p = n->out[0], *ph = dti_adjoint(p), *xdoth = dti_adjoint(xdot[0]);
    dt_tensor *left = product(p, ph, xdoth), *right = product(xdoth, ph, p);
    left = dt_sub(left, product(left, a, p));
    right = dt_sub(right, product(p, a, right));
    ydot[0] = dt_sub(dt_add(left, right), product(p, xdot[0], p));
}

#define RTOL                                                                                       \
    .attr = &(const struct attr) {                                                                 \
        1e-12                                                                                      \
    }

const dt_op dti_op_pinv = {
    .name = "pinv",
    .formula = "y = pseudo-inverse of a",
    .arity = 1,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_INPUT(0) | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = {{DT_SHAPE(3, 3), .fill = DT_FILL_HPD}}, RTOL},
               {.in = {{DT_SHAPE(4, 2)}}, RTOL}, {.in = {{DT_SHAPE(2, 4)}}, RTOL},
               {.in = {{DT_SHAPE(2, 1, 5, 3)}}, RTOL},
               {.in = {{DT_SHAPE(1, 1), .fill = DT_FILL_POSITIVE}}, RTOL},
               {.in = {{DT_SHAPE(0, 3)}}, RTOL}, {.in = {{DT_SHAPE(3, 0)}}, RTOL},
               {.in = {{DT_SHAPE(0, 2, 3)}}, RTOL},
               {.in = {{DT_SHAPE(3, 2), .fill = DT_FILL_ZERO}}, RTOL}),
};

/* -- the function ------------------------------------------------------------------------------ */

static dt_tensor *zero_matrix(dt_tensor *a, int64_t rows, int64_t columns) {
    int64_t shape[DT_MAX_DIMS];
    int ndim = dt_ndim(a);
    for (int d = 0; d < ndim; d++) {
        shape[d] = dt_shape(a)[d];
    }
    shape[ndim - 2] = rows;
    shape[ndim - 1] = columns;
    return dt_zeros(dt_tape_of(a), dt_dtype_of(a), ndim, shape);
}

/* Through the Hermitian matrix. */
static dt_tensor *of_truncated(dt_tensor *a, double rtol) {
    int64_t m = size_of(a, 2), n = size_of(a, 1);
    dt_tensor *upper[] = {zero_matrix(a, m, m), a};
    dt_tensor *lower[] = {dti_adjoint(a), zero_matrix(a, n, n)};
    dt_tensor *both[] = {dt_concat(2, upper, -1), dt_concat(2, lower, -1)};
    dt_tensor *p = dt_pinv_hermitian(dt_concat(2, both, -2), rtol);
    return dt_slice(dt_slice(p, -2, m, m + n, 1), -1, 0, m, 1);
}

/* Is there a singular value that is not zero to rounding and is dropped all the same? */
static bool drops_something(dt_tensor *a, double rounding, double rtol) {
    dt_tensor *values = dt_svdvals(dt_stop_gradient(a));
    dt_array s;
    if (dt_tape_status(dt_tape_of(a)) != DT_OK || !dti_contiguous(values, &s)) {
        return false;
    }
    int64_t size = columns_of(&s);
    for (int64_t i = 0; i < dt_array_size(&s); i++) {
        double x = creal(dti_number(&s, i)), largest = creal(dti_number(&s, i / size * size));
        if (x > rounding * largest && !(x > rtol * largest)) {
            return true;
        }
    }
    return false;
}

dt_tensor *dt_pinv(dt_tensor *a, double rtol) {
    if (a == NULL) {
        return dt_transpose(a); /* names the missing input */
    }
    dt_tape *tape = dt_tape_of(a);
    if (!dti_is_matrices(a, false, "pinv")) {
        return dt_inert(tape);
    }
    if (!(rtol >= 0 && rtol < 1)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "pinv: rtol = %g must be at least 0 and below 1", rtol);
        return dt_inert(tape);
    }
    int64_t most = size_of(a, 2) > size_of(a, 1) ? size_of(a, 2) : size_of(a, 1);
    double epsilon = dt_dtype_real(dt_dtype_of(a)) == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    double rounding = (double)most * epsilon;
    if (rtol > rounding && dt_size(a) > 0) {
        dt_tensor *p = drops_something(a, rounding, rtol) ? of_truncated(a, rtol) : NULL;
        if (dt_tape_status(tape) != DT_OK) {
            dt_tape_context(tape, "pinv");
            return dt_inert(tape);
        }
        if (p != NULL) {
            return p;
        }
    }
    return dt_apply(&dti_op_pinv, 1, &a, &(const struct attr){fmax(rtol, rounding)});
}
