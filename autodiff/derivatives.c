/* derivatives.c - Hessian-vector and Gauss-Newton products, Jacobians. */
#include <difftape/derivatives.h>

#include "internal.h"

#include <stdio.h>
#include <string.h>

static void fill_inert(dt_tape *tape, int n, dt_tensor **ret) {
    for (int i = 0; i < n; i++) {
        ret[i] = tape == NULL ? NULL : dt_inert(tape);
    }
}

/* Are there as many fitting xdot as x? */
static bool check_vectors(dt_tape *tape, int n_x, dt_tensor *const *x, dt_tensor *const *xdot,
                          const char *name) {
    bool fits = dti_check_sources(tape, n_x, x, name);
    for (int i = 0; i < n_x && fits; i++) {
        char what[64];
        snprintf(what, sizeof what, "%s: vector %d", name, i);
        fits = dti_check_match(x[i], xdot[i], what);
    }
    return fits;
}

/* Re sum conj(a) b. */
static dt_tensor *inner(dt_tensor *a, dt_tensor *b) {
    return dt_sum(dt_real(dt_mul(dt_conj(a), b)), DT_ALL);
}

void dt_hvp(dt_tensor *loss, int n_x, dt_tensor *const *x, dt_tensor *const *xdot,
            dt_tensor **ret_product) {
    dt_tape *tape = dti_tape_among(loss, n_x, x);
    fill_inert(tape, n_x, ret_product);
    if (tape == NULL || !dti_check_alive(tape, loss, "dt_hvp: the loss") ||
        !check_vectors(tape, n_x, x, xdot, "dt_hvp")) {
        return;
    }
    if (dt_size(loss) != 1 || dt_dtype_is_complex(loss->a.dtype)) {
        char shape[160];
        dt_tape_fail(tape, DT_ERR_GRADIENT, "dt_hvp: the loss must be one real number, got %s%s",
                     dt_dtype_name(loss->a.dtype),
                     dt_shape_format(shape, sizeof shape, loss->a.ndim, loss->a.shape));
        return;
    }
    dt_tensor **g = dti_tape_alloc(tape, false, (size_t)n_x * sizeof(dt_tensor *), "dt_hvp");
    if (g == NULL || n_x < 1) {
        return;
    }
    dt_vjp(loss, dt_full(tape, loss->a.dtype, loss->a.ndim, loss->a.shape, 1), n_x, x, g);
    dt_tensor *slope = inner(xdot[0], g[0]);
    for (int i = 1; i < n_x; i++) {
        slope = dt_add(slope, inner(xdot[i], g[i]));
    }
    dt_vjp(slope, dt_full(tape, slope->a.dtype, 0, NULL, 1), n_x, x, ret_product);
}

void dt_gauss_newton(dt_tensor *y, int n_x, dt_tensor *const *x, dt_tensor *const *xdot,
                     dt_tensor **ret_product) {
    dt_tape *tape = dti_tape_among(y, n_x, x);
    fill_inert(tape, n_x, ret_product);
    if (tape != NULL && dti_check_alive(tape, y, "dt_gauss_newton: the residuals") &&
        check_vectors(tape, n_x, x, xdot, "dt_gauss_newton")) {
        dt_vjp(y, dt_jvp(y, n_x, x, xdot), n_x, x, ret_product);
    }
}

/* -- Jacobians --------------------------------------------------------------------------------- */

/* Zeros like x with a one at element k. */
static dt_tensor *unit(const dt_tensor *x, int64_t k) {
    dt_tensor *e = dti_temporary(x->tape, x->a.dtype, x->a.ndim, x->a.shape);
    if (e == dt_inert(x->tape)) {
        return e;
    }
    memset(e->a.data, 0, dt_array_bytes(&e->a));
    if (x->a.dtype == DT_F32) {
        ((float *)e->a.data)[k] = 1;
    } else {
        ((double *)e->a.data)[k] = 1;
    }
    return e;
}

/* Is the Jacobian of y with respect to x defined and of a legal shape? */
static bool check_jacobian(dt_tape *tape, const dt_tensor *y, dt_tensor *x) {
    if (!dti_check_alive(tape, y, "dt_jacobian: the output") ||
        !dti_check_sources(tape, 1, &x, "dt_jacobian")) {
        return false;
    }
    bool real = !dt_dtype_is_complex(y->a.dtype) && !dt_dtype_is_complex(x->a.dtype);
    if (!real || y->a.dtype != x->a.dtype) {
        dt_tape_fail(tape, DT_ERR_DTYPE,
                     "dt_jacobian: needs real y and x of one type, got %s and %s: take dt_real and "
                     "dt_imag of y, make complex x from two real parameters with dt_complex",
                     dt_dtype_name(y->a.dtype), dt_dtype_name(x->a.dtype));
    } else if (y->a.ndim + x->a.ndim > DT_MAX_DIMS) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "dt_jacobian: %d + %d dimensions are more than %d: reshape y or x", y->a.ndim,
                     x->a.ndim, DT_MAX_DIMS);
    }
    return tape->error.status == DT_OK;
}

dt_tensor *dt_jacobian(dt_tensor *y, dt_tensor *x) {
    dt_tape *tape = dti_tape_among(y, 1, &x);
    if (tape == NULL) {
        return NULL;
    }
    if (!check_jacobian(tape, y, x)) {
        return dt_inert(tape);
    }
    int64_t shape[DT_MAX_DIMS];
    memcpy(shape, y->a.shape, sizeof shape);
    memcpy(shape + y->a.ndim, x->a.shape, (size_t)x->a.ndim * sizeof *shape);
    int ndim = y->a.ndim + x->a.ndim;
    bool forward = dt_size(x) < dt_size(y);
    int64_t n = forward ? dt_size(x) : dt_size(y);
    if (n == 0) {
        return dt_full(tape, y->a.dtype, ndim, shape, 0);
    }
    dt_tensor **part = dti_tape_alloc(tape, false, (size_t)n * sizeof(dt_tensor *), "dt_jacobian");
    for (int64_t k = 0; part != NULL && k < n && tape->error.status == DT_OK; k++) {
        if (forward) {
            dt_tensor *e = unit(x, k);
            part[k] = dt_jvp(y, 1, &x, &e);
        } else {
            dt_vjp(y, unit(y, k), 1, &x, &part[k]);
        }
        part[k] = dt_reshape(part[k], 1, (const int64_t[]){-1});
    }
    if (tape->error.status != DT_OK || n > INT32_MAX) {
        return dt_inert(tape);
    }
    return dt_reshape(dt_stack((int)n, part, forward ? 1 : 0), ndim, shape);
}
