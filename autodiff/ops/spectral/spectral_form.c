/* y = F_b g(A) F_b^H for the rows F_b of F, real
 *
 * cotangents: Abar = D g(A)[F^H diag(ybar) F], Fbar = 2 diag(ybar) F g(A)
 *
 * With S = F V: y_b = sum_k |S_bk|^2 g(w_k), so g(A) is never formed. Exact at degeneracies. */
#include "spectral_apply.h"

#include <difftape/spectral.h>

#include "../linalg/matrices.h"
#include "internal.h"
#include "linalg.h"

#include <string.h>

/* Inputs: F, A, parameters. Outputs: y, eigenvalues and vectors of A. */
enum { F, A, PARAMS };

static dt_status shape(dt_node *n) {
    const struct dti_spectral_attr *attr = n->attr;
    if (dti_need_square(n, A) != DT_OK || dt_node_need(n, F, DT_REAL_AND_COMPLEX) != DT_OK ||
        dti_check_function(n, &attr->f, PARAMS) != DT_OK) {
        return n->tape->error.status;
    }
    const dt_array f = dt_node_in(n, F), a = dt_node_in(n, A);
    if (f.ndim < 2 || f.shape[f.ndim - 1] != a.shape[a.ndim - 1]) {
        return dt_node_fail(n, DT_ERR_SHAPE, "rows of input 0 must be as long as the matrices");
    }
    if (f.dtype != a.dtype) {
        return dt_node_fail(n, DT_ERR_DTYPE,
                            "types do not mix (use dt_cast to convert on purpose)");
    }
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    if (dti_broadcast_shapes(f.ndim - 2, f.shape, a.ndim - 2, a.shape, &ndim, sizes, NULL) !=
        DT_OK) {
        return dt_node_fail(n, DT_ERR_SHAPE, "leading dimensions do not broadcast");
    }
    sizes[ndim] = f.shape[f.ndim - 2];
    dt_status status = dt_node_output(n, 0, dt_dtype_real(a.dtype), ndim + 1, sizes);
    return status == DT_OK && attr->w == NULL ? dti_declare_decomposition(n, 1, A) : status;
}

/* g of every eigenvalue, for all matrices in turn. */
static double *all_values(dt_node *n, const dt_array *w) {
    const struct dti_spectral_attr *attr = n->attr;
    int64_t size = w->shape[w->ndim - 1], count = dt_array_size(w);
    double *values = dt_node_scratch(n, (size_t)(count + size) * sizeof *values);
    struct dti_g g = {.f = &attr->f, .n = size, .node = n};
    if (values == NULL || !dti_read_parameters(n, &attr->f, PARAMS, g.theta)) {
        return NULL;
    }
    for (int64_t m = 0; m * size < count; m++) {
        g.matrix = m;
        dti_g_prepare(&g, (const char *)w->data + (size_t)(m * size) * dt_dtype_size(w->dtype),
                      w->dtype, values + count);
        if (!dti_g_values(&g, values + m * size)) {
            return NULL;
        }
    }
    return values;
}

static double square(dt_dtype dtype, const void *s, int64_t k) {
    double re, im = 0;
    switch (dtype) {
    case DT_F32: re = (double)((const float *)s)[k]; break;
    case DT_F64: re = ((const double *)s)[k]; break;
    case DT_C64:
        re = (double)((const dt_c64 *)s)[k].re;
        im = (double)((const dt_c64 *)s)[k].im;
        break;
    default: re = ((const dt_c128 *)s)[k].re; im = ((const dt_c128 *)s)[k].im;
    }
    return re * re + im * im;
}

/* y = sum |S|^2 g. The matrix that batch element b uses follows from broadcasting. */
static void sum_rows(const dt_array *y, const dt_array *s, const dt_array *w,
                     const double *values) {
    int64_t rows = y->shape[y->ndim - 1], size = s->shape[s->ndim - 1];
    int64_t n_batches = rows > 0 ? dt_array_size(y) / rows : 0;
    for (int64_t b = 0; b < n_batches; b++) {
        int64_t rest = b, matrix = 0, stride = 1;
        for (int d = y->ndim - 2, e = w->ndim - 2; d >= 0; d--, e--) {
            int64_t at = rest % y->shape[d];
            rest /= y->shape[d];
            if (e >= 0) {
                matrix += (w->shape[e] == 1 ? 0 : at) * stride;
                stride *= w->shape[e];
            }
        }
        const double *g = values + matrix * size;
        for (int64_t r = b * rows; r < (b + 1) * rows; r++) {
            double sum = 0;
            for (int64_t k = 0; k < size; k++) {
                sum += square(s->dtype, s->data, r * size + k) * g[k];
            }
            if (y->dtype == DT_F32) {
                ((float *)y->data)[r] = (float)sum;
            } else {
                ((double *)y->data)[r] = sum;
            }
        }
    }
}

static void forward(dt_node *n) {
    const struct dti_spectral_attr *attr = n->attr;
    const dt_array f = dt_node_in(n, F), y = dt_node_out(n, 0);
    if (attr->w == NULL) {
        dti_decompose(n, 1, A, true);
    }
    dt_array w, v;
    if (n->tape->error.status != DT_OK || !dti_contiguous(dti_eigenvalues_of(n, 1), &w) ||
        !dti_contiguous(dti_eigenvectors_of(n, 1), &v) || dt_array_size(&y) == 0) {
        return;
    }
    dti_arena_mark mark = dti_arena_get_mark(n->tape->scratch);
    int64_t sizes[DT_MAX_DIMS];
    memcpy(sizes, y.shape, sizeof sizes);
    sizes[y.ndim] = v.shape[v.ndim - 1];
    dt_array s = dt_array_wrap(v.dtype, y.ndim + 1, sizes, NULL);
    s.data = dt_node_scratch(n, dt_array_bytes(&s));
    double *values = s.data == NULL ? NULL : all_values(n, &w);
    if (values != NULL) {
        if (dti_matmul(&s, &f, DTI_N, &v, DTI_N) == DT_OK) {
            sum_rows(&y, &s, &w, values);
        } else {
            dt_node_fail(n, DT_ERR_MEMORY, "no memory for the product");
        }
    }
    dti_arena_rewind(n->tape->scratch, mark);
}

/* -- rules ------------------------------------------------------------------------------------- */

/* The form of another function with the same decomposition. */
static dt_tensor *form(const dt_node *n, const struct dti_function *f) {
    struct dti_spectral_attr attr = {.f = *f};
    attr.w = dti_eigenvalues_of(n, 1);
    attr.v = dti_eigenvectors_of(n, 1);
    return dt_apply(n->op, n->n_in, n->in, &attr);
}

static dt_tensor *derivative(const dt_node *n, int order, dt_tensor *const *directions) {
    const struct dti_spectral_attr *attr = n->attr;
    return dti_spectral_derivative(n, 1, &attr->f, n->in[A], n->in + PARAMS, order, directions);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct dti_spectral_attr *attr = n->attr;
    dt_tensor *f = n->in[F];
    if (ybar[0] == NULL) {
        return;
    }
    dt_tensor *weight = dt_expand_dims(ybar[0], -1);
    if (dt_node_wants(n, A)) { /* summed over what was broadcast first: one product for all */
        dt_tensor *weighted = dt_matmul_flags(f, DT_C, dt_mul(weight, f), DT_N);
        dt_tensor *direction = dti_unbroadcast(weighted, &n->in[A]->a);
        xbar[A] = derivative(n, 1, &direction);
    }
    if (dt_node_wants(n, F)) {
        xbar[F] = dt_scale(dt_mul(weight, dt_matmul(f, derivative(n, 0, NULL))), 2);
    }
    for (int p = 0; p < attr->f.n_params; p++) {
        struct dti_function by;
        if (dt_node_wants(n, PARAMS + p) && dti_function_by(n, &attr->f, p, &by)) {
            xbar[PARAMS + p] = dt_sum(dt_mul(ybar[0], form(n, &by)), DT_ALL);
        }
    }
}

static void add_term(dt_tensor **sum, dt_tensor *term) {
    *sum = *sum == NULL ? term : dt_add(*sum, term);
}

/* Re diag(X Y^H) for rows X and Y. */
static dt_tensor *row_products(dt_tensor *x, dt_tensor *y) {
    return dt_sum(dti_real_of_product(x, y), -1);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct dti_spectral_attr *attr = n->attr;
    dt_tensor *f = n->in[F];
    if (xdot[A] != NULL) {
        add_term(&ydot[0], row_products(dt_matmul(f, derivative(n, 1, &xdot[A])), f));
    }
    if (xdot[F] != NULL) {
        dt_tensor *fg = dt_matmul(f, derivative(n, 0, NULL));
        add_term(&ydot[0], dt_scale(row_products(fg, xdot[F]), 2));
    }
    for (int p = 0; p < attr->f.n_params; p++) {
        struct dti_function by;
        if (xdot[PARAMS + p] != NULL && dti_function_by(n, &attr->f, p, &by)) {
            add_term(&ydot[0], dt_mul(xdot[PARAMS + p], form(n, &by)));
        }
    }
}

static dt_tensor *probe(dt_tensor *const *out) {
    return out[0];
}

#define KIND(name, params)                                                                         \
    .attr = &(const struct dti_spectral_attr) {                                                    \
        .f = {.fn = {.kind = DT_SPECTRAL_##name}, .n_params = (params) }                           \
    }
#define PARAMETER                                                                                  \
    { .ndim = 0, .fill = DT_FILL_ABOVE_ONE_REAL }

const dt_op dti_op_spectral_form = {
    .name = "spectral_form",
    .formula = "y = F_b g(A) F_b^H",
    .arity = DT_VARIADIC,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_INPUTS | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct dti_spectral_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES({.in = {{DT_SHAPE(4, 3)}, {DT_SHAPE(3, 3), .fill = DT_FILL_HPD}},
                .n_in = 2,
                KIND(RECIPROCAL, 0)},
               {.in = {{DT_SHAPE(2, 4, 3)}, {DT_SHAPE(3, 3), .fill = DT_FILL_HPD}, PARAMETER},
                .n_in = 3,
                KIND(THERMAL, 1)},
               {.in = {{DT_SHAPE(4, 3)},
                       {DT_SHAPE(2, 3, 3), .fill = DT_FILL_HERMITIAN},
                       PARAMETER,
                       PARAMETER},
                .n_in = 4,
                KIND(LORENTZIAN, 2)},
               {.in = {{DT_SHAPE(0, 3)}, {DT_SHAPE(3, 3), .fill = DT_FILL_HPD}},
                .n_in = 2,
                KIND(SQRT, 0)}),
};

dt_tensor *dt_spectral_form(dt_tensor *f, dt_tensor *a, const dt_spectral_function *fn,
                            int n_params, dt_tensor *const *params) {
    struct dti_spectral_attr attr = {.order = 0};
    if (f == NULL || a == NULL) {
        return dti_inert_of(f == NULL ? a : f);
    }
    if (!dti_function_from(dt_tape_of(a), "spectral_form", fn, n_params, params, &attr.f)) {
        return dt_inert(dt_tape_of(a));
    }
    dti_mix_types(&f, &a);
    dt_tensor *in[PARAMS + DTI_SPECTRAL_PARAMS] = {f, a};
    for (int p = 0; p < n_params; p++) {
        in[PARAMS + p] = params[p];
    }
    return dt_apply(&dti_op_spectral_form, PARAMS + n_params, in, &attr);
}
