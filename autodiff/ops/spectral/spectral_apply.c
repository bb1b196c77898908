/* y = D^k g(A)[E_1, .., E_k], k = 0: g(A) = V diag(g(w)) V^H
 *
 * cotangents: Ebar_i = y with ybar in place of E_i, Abar = D^(k+1) g(A)[.., ybar]
 *
 * Exact at degeneracies; k up to 2.
 *
 * In the basis of eigenvectors, Ehat = V^H E V: D^1 is g[i,j] Ehat_ij and D^2 the sum over k of
 * g[i,k,j] (E1hat_ik E2hat_kj + E2hat_ik E1hat_kj). tr(Y D^k g[E..]) does not change when Y and the
 * E are exchanged, so the operation is its own adjoint in every direction, and the derivative with
 * respect to A is the next order: the rules close. */
#include "spectral_apply.h"

#include <difftape/spectral.h>

#include "../linalg/matrices.h"
#include "internal.h"
#include "linalg.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- shared with spectral_form ----------------------------------------------------------------- */

dt_status dti_check_function(dt_node *n, const struct dti_function *f, int first) {
    for (int p = 0; p < f->n_params; p++) {
        const dt_array x = dt_node_in(n, first + p);
        if (dt_node_need(n, first + p, DT_REAL_ONLY) != DT_OK) {
            return DT_ERR_DTYPE;
        }
        if (dt_array_size(&x) != 1 || x.ndim != 0) {
            return dt_node_fail(n, DT_ERR_SHAPE, "parameter %d of the function must be a scalar",
                                p);
        }
    }
    return DT_OK;
}

dt_tensor *dti_eigenvalues_of(const dt_node *n, int o) {
    const struct dti_spectral_attr *attr = n->attr;
    return attr->w != NULL ? attr->w : n->out[o];
}

dt_tensor *dti_eigenvectors_of(const dt_node *n, int o) {
    const struct dti_spectral_attr *attr = n->attr;
    return attr->v != NULL ? attr->v : n->out[o + 1];
}

dt_tensor *dti_spectral_derivative(const dt_node *n, int o, const struct dti_function *f,
                                   dt_tensor *a, dt_tensor *const *params, int order,
                                   dt_tensor *const *directions) {
    struct dti_spectral_attr attr = {.f = *f, .order = order};
    dt_tensor *in[1 + DTI_SPECTRAL_PARAMS + DTI_SPECTRAL_ORDER] = {a};
    if (order > DTI_SPECTRAL_ORDER) {
        dt_tape_fail(n->tape, DT_ERR_GRADIENT,
                     "%s: derivatives of an order above %d with respect to the matrix are not "
                     "available",
                     n->op->name, DTI_SPECTRAL_ORDER);
        return dt_inert(n->tape);
    }
    attr.w = dti_eigenvalues_of(n, o);
    attr.v = dti_eigenvectors_of(n, o);
    for (int i = 0; i < f->n_params; i++) {
        in[1 + i] = params[i];
    }
    for (int i = 0; i < order; i++) {
        in[1 + f->n_params + i] = directions[i];
    }
    return dt_apply(&dti_op_spectral_apply, 1 + f->n_params + order, in, &attr);
}

bool dti_function_by(const dt_node *n, const struct dti_function *f, int p,
                     struct dti_function *ret) {
    *ret = *f;
    if (f->n_by == DTI_SPECTRAL_ORDER) {
        dt_tape_fail(n->tape, DT_ERR_GRADIENT,
                     "%s: derivatives of an order above %d with respect to parameters are not "
                     "available",
                     n->op->name, DTI_SPECTRAL_ORDER);
        return false;
    }
    ret->by[ret->n_by++] = p;
    return true;
}

bool dti_function_from(dt_tape *tape, const char *name, const dt_spectral_function *fn,
                       int n_params, dt_tensor *const *params, struct dti_function *ret) {
    int arity = fn == NULL ? 0 : dti_spectral_arity(fn->kind);
    if (fn == NULL || (unsigned)fn->kind > DT_SPECTRAL_USER ||
        (fn->kind == DT_SPECTRAL_USER && fn->build == NULL)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s: there is no function: give a kind, or build",
                     name);
    } else if (n_params < 0 || n_params > DTI_SPECTRAL_PARAMS ||
               (arity >= 0 && n_params != arity)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s: the function takes %d parameters, got %d", name,
                     arity >= 0 ? arity : DTI_SPECTRAL_PARAMS, n_params);
    } else if (fn->kind == DT_SPECTRAL_POWER || arity != 0) {
        for (int p = 0; p < n_params && dt_tape_status(tape) == DT_OK; p++) {
            char which[64];
            snprintf(which, sizeof which, "%s: parameter %d of the function", name, p);
            dti_check_alive(tape, params[p], which);
        }
    }
    *ret = (struct dti_function){.n_params = n_params};
    if (fn != NULL) {
        ret->fn = *fn;
    }
    return dt_tape_status(tape) == DT_OK;
}

/* -- forward ----------------------------------------------------------------------------------- */

static const struct dti_function *function_of(const dt_node *n) {
    return &((const struct dti_spectral_attr *)n->attr)->f;
}

static int order_of(const dt_node *n) {
    return ((const struct dti_spectral_attr *)n->attr)->order;
}

static dt_status shape(dt_node *n) {
    const struct dti_spectral_attr *attr = n->attr;
    if (dti_need_square(n, 0) != DT_OK || dti_check_function(n, &attr->f, 1) != DT_OK) {
        return n->tape->error.status;
    }
    const dt_array a = dt_node_in(n, 0);
    for (int k = 0; k < attr->order; k++) {
        const dt_array e = dt_node_in(n, 1 + attr->f.n_params + k);
        if (!dti_array_same_shape(&a, &e) || a.dtype != e.dtype) {
            return dt_node_fail(n, DT_ERR_SHAPE, "direction %d must be like the matrix", k);
        }
    }
    dt_status status = dt_node_output_like(n, 0, a.dtype);
    return status == DT_OK && attr->w == NULL ? dti_declare_decomposition(n, 1, 0) : status;
}

/* x[i][j] *= factor, for every matrix; a factor by row index, by column index or for each pair. */
static void multiply(dt_dtype dtype, void *x, int64_t k, double factor) {
    switch (dtype) {
    case DT_F32: ((float *)x)[k] *= (float)factor; break;
    case DT_F64: ((double *)x)[k] *= factor; break;
    case DT_C64:
        ((dt_c64 *)x)[k].re *= (float)factor;
        ((dt_c64 *)x)[k].im *= (float)factor;
        break;
    default: ((dt_c128 *)x)[k].re *= factor; ((dt_c128 *)x)[k].im *= factor;
    }
}

/* Contiguous scratch of an array's shape; data NULL with a failed node. */
static dt_array scratch_like(dt_node *n, const dt_array *a) {
    return dt_array_wrap(a->dtype, a->ndim, a->shape, dt_node_scratch(n, dt_array_bytes(a)));
}

/* V^H E V, its Hermitian part. */
static bool rotate_in(dt_node *n, const dt_array *v, const dt_array *e, dt_array *ret) {
    dt_array half = scratch_like(n, v), whole = scratch_like(n, v);
    *ret = scratch_like(n, v);
    if (half.data == NULL || whole.data == NULL || ret->data == NULL ||
        dti_matmul(&half, e, DTI_N, v, DTI_N) != DT_OK ||
        dti_matmul(&whole, v, DTI_C, &half, DTI_N) != DT_OK) {
        return false;
    }
    dti_hermitian_part(ret, &whole);
    return true;
}

/* c_ij = sum_k g[i,k,j] (a_ik b_kj + b_ik a_kj) for one matrix, complex arithmetic throughout. */
static dt_c128 element(dt_dtype dtype, const void *x, int64_t k) {
    switch (dtype) {
    case DT_F32: return (dt_c128){(double)((const float *)x)[k], 0};
    case DT_F64: return (dt_c128){((const double *)x)[k], 0};
    case DT_C64:
        return (dt_c128){(double)((const dt_c64 *)x)[k].re, (double)((const dt_c64 *)x)[k].im};
    default: return ((const dt_c128 *)x)[k];
    }
}

static void store(dt_dtype dtype, void *x, int64_t k, dt_c128 z) {
    switch (dtype) {
    case DT_F32: ((float *)x)[k] = (float)z.re; break;
    case DT_F64: ((double *)x)[k] = z.re; break;
    case DT_C64: ((dt_c64 *)x)[k] = (dt_c64){(float)z.re, (float)z.im}; break;
    default: ((dt_c128 *)x)[k] = z;
    }
}

static void contract(int64_t n, const double *cube, dt_dtype dtype, const void *a, const void *b,
                     void *c, int64_t offset) {
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) {
            dt_c128 sum = {0, 0};
            for (int64_t k = 0; k < n; k++) {
                dt_c128 p = element(dtype, a, offset + i * n + k),
                        q = element(dtype, b, offset + k * n + j);
                dt_c128 r = element(dtype, b, offset + i * n + k),
                        s = element(dtype, a, offset + k * n + j);
                double g = cube[(i * n + k) * n + j];
                sum.re += g * (p.re * q.re - p.im * q.im + r.re * s.re - r.im * s.im);
                sum.im += g * (p.re * q.im + p.im * q.re + r.re * s.im + r.im * s.re);
            }
            store(dtype, c, offset + i * n + j, sum);
        }
    }
}

/* Room for the divided differences of one matrix, and for near triples beside them. */
static double *difference_room(dt_node *n, int64_t order, int64_t size) {
    int64_t cube = size * size * size;
    int64_t room = order == 0 ? size : order == 1 ? size * size : cube + 25 * cube;
    return dt_node_scratch(n, (size_t)(room + size) * sizeof(double));
}

/* inner = what stands between V and V^H: g on its diagonal (order 0: multiplied into a copy of V
 * instead), G o Ehat, or the contraction. */
static bool combine(dt_node *n, const dt_array *w, const dt_array *inner, const dt_array *hat) {
    int order = order_of(n);
    int64_t size = inner->shape[inner->ndim - 1], n_matrices = dt_array_size(inner) / (size * size);
    struct dti_g g = {.f = function_of(n), .n = size, .node = n};
    double *room = difference_room(n, order, size);
    size_t real = dt_dtype_size(w->dtype);
    if (room == NULL || !dti_read_parameters(n, g.f, 1, g.theta)) {
        return false;
    }
    double *x = room, *values = room + size;
    for (int64_t m = 0; m < n_matrices; m++) {
        dti_arena_mark mark = dti_arena_get_mark(n->tape->scratch);
        int64_t offset = m * size * size;
        g.matrix = m;
        dti_g_prepare(&g, (const char *)w->data + (size_t)(m * size) * real, w->dtype, x);
        bool good = order == 0   ? dti_g_values(&g, values)
                    : order == 1 ? dti_g_first(&g, values)
                                 : dti_g_second(&g, values);
        if (!good) {
            return false;
        }
        for (int64_t k = 0; k < size * size && order < 2; k++) {
            multiply(inner->dtype, inner->data, offset + k,
                     order == 0 ? values[k % size] : values[k]);
        }
        if (order == 2) {
            contract(size, values, inner->dtype, hat[0].data, hat[1].data, inner->data, offset);
        }
        dti_arena_rewind(n->tape->scratch, mark);
    }
    return true;
}

static void forward(dt_node *n) {
    const struct dti_spectral_attr *attr = n->attr;
    dt_array y = dt_node_out(n, 0);
    if (attr->w == NULL) {
        dti_decompose(n, 1, 0, true);
    }
    if (n->tape->error.status != DT_OK || dt_array_size(&y) == 0) {
        return;
    }
    dt_array w, v, hat[DTI_SPECTRAL_ORDER], inner, half;
    if (!dti_contiguous(dti_eigenvalues_of(n, 1), &w) ||
        !dti_contiguous(dti_eigenvectors_of(n, 1), &v)) {
        return;
    }
    dti_arena_mark mark = dti_arena_get_mark(n->tape->scratch);
    bool good = true;
    for (int k = 0; k < attr->order && good; k++) {
        const dt_array e = dt_node_in(n, 1 + attr->f.n_params + k);
        good = rotate_in(n, &v, &e, &hat[k]);
    }
    if (good && attr->order != 1) {
        inner = scratch_like(n, &v);
        good = inner.data != NULL;
    }
    if (good && attr->order == 1) {
        inner = hat[0];
    }
    if (good && attr->order == 0) {
        memcpy(inner.data, v.data, dt_array_bytes(&v));
    }
    half = attr->order == 0 ? inner : scratch_like(n, &v);
    if (good && half.data != NULL && combine(n, &w, &inner, hat)) {
        if (attr->order > 0) {
            dti_matmul(&half, &v, DTI_N, &inner, DTI_N);
        }
        dti_matmul(&y, &half, DTI_N, &v, DTI_C);
    }
    if (n->tape->error.status == DT_OK && !good) {
        dt_node_fail(n, DT_ERR_MEMORY, "no memory for the products");
    }
    dti_arena_rewind(n->tape->scratch, mark);
}

/* -- rules ------------------------------------------------------------------------------------- */

/* Re sum conj(a) b, a scalar. */
static dt_tensor *inner_product(dt_tensor *a, dt_tensor *b) {
    return dt_sum(dti_real_of_product(b, a), DT_ALL);
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    const struct dti_function *f = function_of(n);
    int order = order_of(n), first = 1 + f->n_params;
    dt_tensor *directions[DTI_SPECTRAL_ORDER + 1];
    if (ybar[0] == NULL) {
        return;
    }
    memcpy(directions, n->in + first, (size_t)order * sizeof *directions);
    if (dt_node_wants(n, 0)) {
        directions[order] = ybar[0];
        xbar[0] = dti_spectral_derivative(n, 1, f, n->in[0], n->in + 1, order + 1, directions);
    }
    for (int p = 0; p < f->n_params; p++) {
        struct dti_function by;
        if (dt_node_wants(n, 1 + p) && dti_function_by(n, f, p, &by)) {
            xbar[1 + p] =
                inner_product(ybar[0], dti_spectral_derivative(n, 1, &by, n->in[0], n->in + 1,
                                                               order, n->in + first));
        }
    }
    for (int k = 0; k < order; k++) {
        if (dt_node_wants(n, first + k)) {
            memcpy(directions, n->in + first, (size_t)order * sizeof *directions);
            directions[k] = ybar[0];
            xbar[first + k] =
                dti_spectral_derivative(n, 1, f, n->in[0], n->in + 1, order, directions);
        }
    }
}

static void add_term(dt_tensor **sum, dt_tensor *term) {
    *sum = *sum == NULL ? term : dt_add(*sum, term);
}

static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct dti_function *f = function_of(n);
    int order = order_of(n), first = 1 + f->n_params;
    dt_tensor *directions[DTI_SPECTRAL_ORDER + 1];
    memcpy(directions, n->in + first, (size_t)order * sizeof *directions);
    if (xdot[0] != NULL) {
        directions[order] = xdot[0];
        add_term(&ydot[0],
                 dti_spectral_derivative(n, 1, f, n->in[0], n->in + 1, order + 1, directions));
    }
    for (int p = 0; p < f->n_params; p++) {
        struct dti_function by;
        if (xdot[1 + p] != NULL && dti_function_by(n, f, p, &by)) {
            dt_tensor *change =
                dti_spectral_derivative(n, 1, &by, n->in[0], n->in + 1, order, n->in + first);
            add_term(&ydot[0], dt_mul(xdot[1 + p], change));
        }
    }
    for (int k = 0; k < order; k++) {
        if (xdot[first + k] != NULL) {
            memcpy(directions, n->in + first, (size_t)order * sizeof *directions);
            directions[k] = xdot[first + k];
            add_term(&ydot[0],
                     dti_spectral_derivative(n, 1, f, n->in[0], n->in + 1, order, directions));
        }
    }
}

static dt_tensor *probe(dt_tensor *const *out) {
    return out[0];
}

#define KIND(name, params, directions)                                                             \
    .attr = &(const struct dti_spectral_attr) {                                                    \
        .f = {.fn = {.kind = DT_SPECTRAL_##name}, .n_params = (params)}, .order = (directions)     \
    }
#define HPD(...)                                                                                   \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_HPD }
#define ANY(...)                                                                                   \
    { DT_SHAPE(__VA_ARGS__), .fill = DT_FILL_HERMITIAN }
#define PARAMETER                                                                                  \
    { .ndim = 0, .fill = DT_FILL_ABOVE_ONE_REAL }

const dt_op dti_op_spectral_apply = {
    .name = "spectral_apply",
    .formula = "y = g(A), or a derivative of it in given directions",
    .arity = DT_VARIADIC,
    .kind = DT_FACTORIZATION,
    .saves = DT_SAVE_INPUTS | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct dti_spectral_attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    .probe = probe,
    DT_SAMPLES({.in = {HPD(2, 3, 3)}, .n_in = 1, KIND(RECIPROCAL, 0, 0)},
               {.in = {HPD(3, 3)}, .n_in = 1, KIND(SQRT, 0, 0)},
               {.in = {HPD(3, 3)}, .n_in = 1, KIND(LOG, 0, 0)},
               {.in = {ANY(2, 3, 3)}, .n_in = 1, KIND(EXP, 0, 0)},
               {.in = {HPD(3, 3), PARAMETER}, .n_in = 2, KIND(POWER, 1, 0)},
               {.in = {HPD(3, 3), PARAMETER}, .n_in = 2, KIND(THERMAL, 1, 0)},
               {.in = {ANY(3, 3), PARAMETER, PARAMETER}, .n_in = 3, KIND(RESOLVENT, 2, 0)},
               {.in = {ANY(3, 3), PARAMETER, PARAMETER}, .n_in = 3, KIND(GAUSSIAN, 2, 0)},
               {.in = {ANY(3, 3), PARAMETER, PARAMETER}, .n_in = 3, KIND(LORENTZIAN, 2, 0)},
               {.in = {HPD(1, 1)}, .n_in = 1, KIND(RECIPROCAL, 0, 0)},
               {.in = {HPD(0, 3, 3)}, .n_in = 1, KIND(EXP, 0, 0)},
               {.in = {HPD(0, 0)}, .n_in = 1, KIND(EXP, 0, 0)}),
};

dt_tensor *dt_spectral_apply(dt_tensor *a, const dt_spectral_function *fn, int n_params,
                             dt_tensor *const *params) {
    struct dti_spectral_attr attr = {.order = 0};
    dt_tensor *in[1 + DTI_SPECTRAL_PARAMS] = {a};
    if (a == NULL) {
        return NULL;
    }
    if (!dti_function_from(dt_tape_of(a), "spectral_apply", fn, n_params, params, &attr.f)) {
        return dt_inert(dt_tape_of(a));
    }
    for (int p = 0; p < n_params; p++) {
        in[1 + p] = params[p];
    }
    return dt_apply(&dti_op_spectral_apply, 1 + n_params, in, &attr);
}

dt_tensor *dt_pinv_hermitian(dt_tensor *a, double rtol) {
    struct dti_spectral_attr attr = {.f = {.relative = true}};
    if (a != NULL && dt_ndim(a) > 0) { /* eigenvalues that are zero come out as rounding errors */
        double unit = dt_dtype_real(dt_dtype_of(a)) == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
        double floor_of_zeros = unit * (double)dt_shape(a)[dt_ndim(a) - 1];
        rtol = rtol < floor_of_zeros ? floor_of_zeros : rtol;
    }
    attr.f.fn = (dt_spectral_function){
        .kind = DT_SPECTRAL_RECIPROCAL, .domain = DT_DOMAIN_DROP, .cutoff = rtol};
    return dt_apply(&dti_op_spectral_apply, 1, &a, &attr);
}
