/* gradcheck_numeric.c - a function under test, evaluated and differenced. */
#include "gradcheck_internal.h"

#include "internal.h"
#include "random.h"

#include <math.h>
#include <string.h>

int64_t dti_check_reals(const struct dti_check *c, int input) {
    const dt_array *a = &c->values[input];
    int64_t size = dt_array_size(a);
    return a->dtype == DT_F64 ? size : a->dtype == DT_C128 ? 2 * size : 0;
}

void dti_check_leaves(struct dti_check *c, bool parameters, const double *direction, double h,
                      dt_tensor **leaves) {
    dt_tape_reset(c->tape);
    double *at = c->buffer;
    for (int i = 0; i < c->n_in; i++) {
        const dt_array *value = &c->values[i];
        int64_t reals = dti_check_reals(c, i);
        if (reals == 0) {
            leaves[i] = dti_constant_from(c->tape, value);
            continue;
        }
        dt_array moved = dt_array_wrap(value->dtype, value->ndim, value->shape, at);
        dt_array_copy(&moved, value, c->error);
        for (int64_t k = 0; direction != NULL && k < reals; k++) {
            at[k] += h * *direction++;
        }
        leaves[i] =
            parameters ? dti_parameter_from(c->tape, &moved) : dti_constant_from(c->tape, &moved);
        at += reals;
    }
}

dt_tensor *dti_check_call(const struct dti_check *c, dt_tape *tape, dt_tensor *const *in) {
    dt_tensor *y = c->fn(c->user, tape, in);
    if (y == NULL || y->tape != tape) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "the function returned %s",
                     y == NULL ? "NULL" : "a tensor of another tape");
        return dt_inert(tape);
    }
    if (dt_size(y) == 0) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "the result has no elements, nothing to compare");
        return dt_inert(tape);
    }
    return y;
}

dt_tensor *dti_check_cotangent(const struct dti_check *c, const dt_tensor *y) {
    dt_tape *tape = dt_tape_of(y);
    dt_tensor *ybar = dti_temporary(tape, y->a.dtype, y->a.ndim, y->a.shape);
    if (dt_tape_status(tape) != DT_OK) {
        return ybar;
    }
    if (y->a.dtype != DT_F64 && y->a.dtype != DT_C128) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "the result is %s: check in f64 or c128",
                     dt_dtype_name(y->a.dtype));
        return dt_inert(tape);
    }
    double *data = ybar->a.data;
    int64_t reals = dt_size(y) * (y->a.dtype == DT_C128 ? 2 : 1);
    for (int64_t k = 0; k < reals; k++) {
        data[k] = c->plain ? 1 : dti_random_normal(c->options.seed, (uint64_t)k);
    }
    return ybar;
}

double dti_check_evaluate(struct dti_check *c, const double *direction, double h,
                          double *ret_scale) {
    dt_tensor *leaves[DT_MAX_OUTPUTS] = {NULL};
    dti_check_leaves(c, false, direction, h, leaves);
    dt_tensor *y = dti_check_call(c, c->tape, leaves);
    dt_tensor *ybar = dti_check_cotangent(c, y);
    const double *a = dt_data(y), *b = dt_data(ybar);
    *ret_scale = 0;
    if (a == NULL || b == NULL) {
        return NAN;
    }
    int64_t reals = dt_size(y) * (dt_dtype_of(y) == DT_C128 ? 2 : 1);
    double sum = 0, scale = 0;
    for (int64_t k = 0; k < reals; k++) {
        sum += a[k] * b[k];
        scale += fabs(a[k] * b[k]);
    }
    *ret_scale = scale;
    return sum;
}

double dti_check_difference(struct dti_check *c, const double *direction, double *ret_scale) {
    enum { STEPS = 4 };
    double best = NAN, before = NAN, steadiest = INFINITY;
    double h = c->options.step;
    *ret_scale = 0;
    for (int k = 0; k < STEPS; k++, h /= 4) {
        double scale = 0, s[4];
        for (int p = 0; p < 4; p++) {
            static const double at[] = {1, -1, 2, -2};
            s[p] = dti_check_evaluate(c, direction, at[p] * h, &scale);
            *ret_scale = fmax(*ret_scale, scale);
        }
        double slope = (8 * (s[0] - s[1]) - (s[2] - s[3])) / (12 * h);
        double change = fabs(slope - before);
        if (change < steadiest) {
            steadiest = change;
            best = slope;
        }
        before = slope;
    }
    return best;
}

dt_gradcheck_options dti_check_options(const dt_gradcheck_options *given) {
    dt_gradcheck_options o = given == NULL ? (dt_gradcheck_options){0} : *given;
    o.adjoint_tolerance = o.adjoint_tolerance > 0 ? o.adjoint_tolerance : 1e-12;
    o.tolerance = o.tolerance > 0 ? o.tolerance : 1e-8;
    o.step = o.step > 0 ? o.step : 1e-3;
    o.directions = o.directions == 0 ? 3 : o.directions;
    o.max_jacobian = o.max_jacobian == 0 ? 256 : o.max_jacobian;
    o.seed = o.seed == 0 ? 1 : o.seed;
    return o;
}
