/* gradcheck_report.c - the text of a report, Taylor test, and differences for their own sake. */
#include "gradcheck_internal.h"

#include "internal.h"
#include "random.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Append to a text that may be full. */
static int append(char *buffer, size_t size, int at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t used = at < 0 || (size_t)at >= size ? size : (size_t)at;
    int written = vsnprintf(size == used ? NULL : buffer + used, size - used, format, args);
    va_end(args);
    return at + (written < 0 ? 0 : written);
}

const char *dt_gradcheck_format(char *buffer, size_t size, const dt_gradcheck_report *report) {
    int at = append(buffer, size, 0,
                    "%lld numbers compared; worst relative errors: adjoint %.1e, direction %.1e, "
                    "entry %.1e, second order %.1e",
                    (long long)report->compared, report->worst_adjoint, report->worst_direction,
                    report->worst_entry, report->worst_second);
    if (report->taylor_order > 0) {
        at = append(buffer, size, at, "; remainder falls as h^%.2f", report->taylor_order);
    }
    at = append(buffer, size, at, "\n");
    if (report->n_worst > 0) {
        at = append(buffer, size, at, "%5s %10s %24s %24s %10s\n", "input", "element", "analytic",
                    "numeric", "relative");
    }
    for (int k = 0; k < report->n_worst; k++) {
        const dt_gradcheck_entry *e = &report->worst[k];
        at = append(buffer, size, at, "%5d %9lld%s %24.16g %24.16g %10.1e\n", e->input,
                    (long long)e->element, e->imaginary ? "i" : " ", e->analytic, e->numeric,
                    e->relative);
    }
    return buffer;
}

/* -- Taylor test ------------------------------------------------------------------------------- */

/* Halvings of the step, and how far above rounding a remainder must be to be trusted. */
#define HALVINGS 40
#define TRUSTED  1e4

dt_status dti_check_taylor(struct dti_check *c, const double *gradient, double *direction) {
    int64_t total = 0;
    for (int i = 0; i < c->n_in; i++) {
        total += dti_check_reals(c, i);
    }
    double slope = 0, scale, before = NAN, order = INFINITY, h = 64 * c->options.step;
    for (int64_t k = 0; k < total; k++) {
        direction[k] = dti_random_normal(c->options.seed + 4000, (uint64_t)k);
        slope += direction[k] * gradient[k];
    }
    double base = dti_check_evaluate(c, NULL, 0, &scale);
    /* The order at the smallest steps whose remainders stand clear of rounding: there a gradient
     * that is wrong by a little shows as order 1. Below rounding throughout: linear, and right. */
    for (int k = 0; k < HALVINGS; k++, h /= 2) {
        double moved = dti_check_evaluate(c, direction, h, &scale);
        double remainder = fabs(moved - base - h * slope);
        if (!(remainder > TRUSTED * 2.2e-16 * scale)) {
            break;
        }
        order = isnan(before) ? order : log2(before / remainder);
        before = remainder;
    }
    if (c->tape->error.status != DT_OK) {
        return dt_error_set(c->error, c->tape->error.status, "gradcheck %s: %s", c->name,
                            c->tape->error.message);
    }
    c->report->taylor_order = isinf(order) ? 2 : order;
    c->report->compared++;
    if (!(order >= 1.9)) {
        return dt_error_set(c->error, DT_ERR_GRADIENT,
                            "gradcheck %s: along a random direction the remainder of first order "
                            "falls as h^%.3f, should fall as h^2: the gradient is wrong or the "
                            "function has a kink there",
                            c->name, order);
    }
    return DT_OK;
}

/* -- differences ------------------------------------------------------------------------------- */

/* The derivative of s along every number of every input that is asked for. */
static void difference_all(struct dti_check *c, double *direction, const dt_array *ret_gradients) {
    int64_t offset = 0;
    for (int i = 0; i < c->n_in; i++) {
        int64_t reals = dti_check_reals(c, i);
        double *g = ret_gradients[i].data;
        for (int64_t k = 0; k < reals && g != NULL && c->tape->error.status == DT_OK; k++) {
            double scale;
            direction[offset + k] = 1;
            g[k] = dti_check_difference(c, direction, &scale);
            direction[offset + k] = 0;
        }
        offset += reals;
    }
}

/* The function, whose result must be one real number. */
static dt_tensor *loss(void *user, dt_tape *tape, dt_tensor *const *in) {
    const struct dti_check *c = user;
    dt_tensor *y = dti_check_call(c, tape, in);
    if (tape->error.status == DT_OK && (dt_size(y) != 1 || y->a.dtype != DT_F64)) {
        char shape[160];
        dt_tape_fail(tape, DT_ERR_SHAPE, "the result must be one real number (f64), got %s%s",
                     dt_dtype_name(y->a.dtype),
                     dt_shape_format(shape, sizeof shape, y->a.ndim, y->a.shape));
    }
    return y;
}

dt_status dt_finite_differences(dt_tensor_fn *fn, void *user, int n_in, const dt_array *values,
                                const dt_gradcheck_options *options, const dt_array *ret_gradients,
                                dt_error *error) {
    dt_error local_error = DT_ERROR_INIT;
    dt_gradcheck_report report = {0};
    struct dti_check inner = {.name = "", .fn = fn, .user = user, .n_in = n_in, .values = values};
    inner.options = dti_check_options(options);
    struct dti_check c = inner;
    c.fn = loss;
    c.user = &inner;
    c.plain = true;
    c.report = &report;
    c.error = error == NULL ? &local_error : error;
    if (dti_check_values("finite_differences", n_in, values, c.error) != DT_OK) {
        return c.error->status;
    }
    int64_t total = 0;
    for (int i = 0; i < n_in; i++) {
        total += dti_check_reals(&c, i);
    }
    double *memory = calloc((size_t)(2 * total + 1), sizeof *memory);
    c.tape = dti_tape_try_new(NULL);
    c.buffer = memory;
    if (memory == NULL || c.tape == NULL) {
        dt_error_set(c.error, DT_ERR_MEMORY, "finite_differences: no memory for %lld numbers",
                     (long long)(2 * total));
    } else {
        difference_all(&c, memory + total, ret_gradients);
        if (c.tape->error.status != DT_OK) {
            dt_error_set(c.error, c.tape->error.status, "finite_differences: %s",
                         c.tape->error.message);
        }
    }
    dt_tape_free(c.tape);
    free(memory);
    return c.error->status;
}
