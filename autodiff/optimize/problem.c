/* problem.c - the function to be minimised, seen as a function of one real vector u.
 *
 * Bounds and complex numbers are operations on the tape, so derivatives with respect to u need no
 * code of their own. */
#include "optimizer.h"

#include "internal.h"

#include <math.h>
#include <string.h>

/* x in its bounds from the free variable u. */
static dt_tensor *bounded(const struct dti_unknown *k, dt_tensor *u) {
    dt_tape *tape = dt_tape_of(u);
    bool below = isfinite(k->lower), above = isfinite(k->upper);
    if (below && above) {
        double half = (k->upper - k->lower) / 2;
        return dt_add(dt_scale(dt_sin(u), half), dt_scalar(tape, k->lower + half));
    }
    if (below || above) {
        dt_tensor *away = dt_sqrt(dt_add(dt_square(u), dt_scalar(tape, 1)));
        return below ? dt_add(away, dt_scalar(tape, k->lower - 1))
                     : dt_sub(dt_scalar(tape, k->upper + 1), away);
    }
    return u;
}

dt_tensor *dti_optimizer_unknown(const dt_optimizer *o, int i, dt_tensor *u) {
    const struct dti_unknown *k = &o->unknowns[i];
    dt_tensor *part = dt_slice(u, 0, k->offset, k->offset + k->reals, 1);
    if (k->dtype == DT_C128) {
        dt_tensor *pairs = dt_reshape(part, 2, (const int64_t[]){-1, 2});
        part = dt_complex(dt_select(pairs, 1, 0), dt_select(pairs, 1, 1));
    }
    return dt_reshape(o->plain ? part : bounded(k, part), k->ndim, k->shape);
}

/* Does this status mean "no value here" rather than "something is wrong with the program"? */
static bool is_outside(dt_status status) {
    return status == DT_ERR_NOT_POSITIVE_DEFINITE || status == DT_ERR_SINGULAR ||
           status == DT_ERR_NONFINITE || status == DT_ERR_NONCONVERGENT || status == DT_ERR_DOMAIN;
}

/* Take the tape's failure over; false if there is one. At the start there is nothing to fall back
 * to, so a missing value is an error too. */
static bool healthy(dt_optimizer *o) {
    const dt_error *e = dt_tape_error(o->tape);
    if (e->status == DT_OK) {
        return true;
    }
    if (!o->started || !is_outside(e->status)) {
        o->error = *e;
        dt_error_context(&o->error, "optimizer");
    }
    return false;
}

dt_tensor *dti_optimizer_build(dt_optimizer *o, const double *u, dt_tensor **ret_u) {
    dt_tensor *in[DT_MAX_OUTPUTS];
    dt_tape_reset(o->tape);
    *ret_u = dt_parameter(o->tape, DT_F64, 1, &o->n, u);
    for (int i = 0; i < o->n_unknowns; i++) {
        in[i] = dti_optimizer_unknown(o, i, *ret_u);
    }
    dt_tensor *y = o->fn(o->user, o->tape, in);
    if (y == NULL || dt_tape_of(y) != o->tape) {
        dt_tape_fail(o->tape, DT_ERR_ARGUMENT, "the function returned %s",
                     y == NULL ? "NULL" : "a tensor of another tape");
    }
    o->evaluations++;
    return healthy(o) ? y : NULL;
}

double dti_optimizer_loss(dt_optimizer *o, const double *u, double *g) {
    dt_tensor *variables, *loss = dti_optimizer_build(o, u, &variables);
    if (loss == NULL) {
        return INFINITY;
    }
    if (dt_size(loss) != 1 || dt_dtype_is_complex(dt_dtype_of(loss))) {
        char shape[160];
        dt_tape_fail(o->tape, DT_ERR_SHAPE,
                     "the loss must be one real number, got %s%s (residuals are for "
                     "DT_LEVENBERG_MARQUARDT)",
                     dt_dtype_name(dt_dtype_of(loss)),
                     dt_shape_format(shape, sizeof shape, dt_ndim(loss), dt_shape(loss)));
    }
    double value = dt_item(loss);
    if (g != NULL && isfinite(value)) {
        dt_backward(loss);
        const double *gradient = dt_data_f64(dt_gradient(variables));
        if (gradient != NULL) {
            memcpy(g, gradient, (size_t)o->n * sizeof *g);
        }
    }
    return healthy(o) && !isnan(value) ? value : INFINITY;
}

dt_tensor *dti_optimizer_residuals(dt_optimizer *o, const double *u, dt_tensor **ret_u) {
    dt_tensor *r = dti_optimizer_build(o, u, ret_u);
    if (r == NULL) {
        return NULL;
    }
    dt_tensor *flat = dt_reshape(r, 1, (const int64_t[]){-1});
    if (dt_dtype_is_complex(dt_dtype_of(r))) {
        flat = dt_concat(2, (dt_tensor *const[]){dt_real(flat), dt_imag(flat)}, 0);
    }
    return healthy(o) ? flat : NULL;
}

/* -- vectors ----------------------------------------------------------------------------------- */

double dti_vector_dot(int64_t n, const double *a, const double *b) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

double dti_vector_norm(int64_t n, const double *a) {
    return sqrt(dti_vector_dot(n, a, a));
}

double dti_vector_largest(int64_t n, const double *a) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = fabs(a[i]);
        largest = x > largest || isnan(x) ? x : largest;
    }
    return largest;
}
