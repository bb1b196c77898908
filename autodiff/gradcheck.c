/* gradcheck.c - adjoint test, random directions, entry by entry, and the same one order higher. */
#include "gradcheck_internal.h"

#include "internal.h"
#include "random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double dot(const double *a, const double *b, int64_t n, double *scale) {
    double sum = 0;
    for (int64_t k = 0; k < n; k++) {
        sum += a[k] * b[k];
        *scale += fabs(a[k] * b[k]);
    }
    return sum;
}

static int64_t total_reals(const struct dti_check *c) {
    int64_t total = 0;
    for (int i = 0; i < c->n_in; i++) {
        total += dti_check_reals(c, i);
    }
    return total;
}

/* Carry a tape's failure over into the caller's error. */
static dt_status tape_failure(struct dti_check *c) {
    const dt_error *e = dt_tape_error(c->tape);
    if (e->status != DT_OK) {
        return dt_error_set(c->error, e->status, "gradcheck %s: %s", c->name, e->message);
    }
    return DT_OK;
}

static dt_status mismatch(struct dti_check *c, const char *what, double analytic, double numeric,
                          double relative, double tolerance) {
    return dt_error_set(c->error, DT_ERR_GRADIENT,
                        "gradcheck %s: %s: analytic %.15g, numeric %.15g, relative error %.2g "
                        "(tolerance %.2g)",
                        c->name, what, analytic, numeric, relative, tolerance);
}

/* `!(a <= b)` rather than `a > b`: a NaN must count as a failure. */
static bool exceeds(double error, double tolerance) {
    return !(error <= tolerance);
}

static double relative_error(double a, double b, double scale) {
    double difference = fabs(a - b);
    return difference == 0 ? 0 : difference / scale;
}

/* -- reverse and forward mode at the point ----------------------------------------------------- */

struct analytic {
    double *gradient;  /* all inputs in turn, total_reals numbers */
    double *direction; /* likewise: scratch for the numeric side */
};

/* Gradient of s by dt_vjp, stored in g; also the adjoint test against dt_jvp. */
static dt_status differentiate(struct dti_check *c, double *g) {
    dt_tensor *leaves[DT_MAX_OUTPUTS], *x[DT_MAX_OUTPUTS], *xbar[DT_MAX_OUTPUTS],
        *xdot[DT_MAX_OUTPUTS];
    dti_check_leaves(c, true, NULL, 0, leaves);
    int n_x = 0;
    for (int i = 0; i < c->n_in; i++) {
        if (dti_check_reals(c, i) > 0) {
            x[n_x++] = leaves[i];
        }
    }
    dt_tensor *y = dti_check_call(c, c->tape, leaves);
    dt_tensor *ybar = dti_check_cotangent(c, y);
    struct dti_check other = *c;
    for (int k = 0; k < n_x; k++) {
        other.options.seed = c->options.seed + 1000 + (uint64_t)k;
        xdot[k] = dti_check_cotangent(&other, x[k]);
    }
    dt_vjp(y, ybar, n_x, x, xbar);
    dt_tensor *ydot = dt_jvp(y, n_x, x, xdot);
    const double *a = dt_data(ybar), *b = dt_data(ydot);
    double scale = 0, left = 0, right = 0;
    if (a != NULL && b != NULL) {
        left = dot(a, b, dt_size(y) * (dt_dtype_of(y) == DT_C128 ? 2 : 1), &scale);
    }
    for (int k = 0; k < n_x; k++) {
        const double *bar = dt_data(xbar[k]), *tangent = dt_data(xdot[k]);
        int64_t reals = dt_size(x[k]) * (dt_dtype_of(x[k]) == DT_C128 ? 2 : 1);
        if (bar != NULL && tangent != NULL) {
            right += dot(bar, tangent, reals, &scale);
            memcpy(g, bar, (size_t)reals * sizeof *g);
            g += reals;
        }
    }
    if (tape_failure(c) != DT_OK) {
        return c->error->status;
    }
    double error = relative_error(left, right, scale);
    c->report->worst_adjoint = fmax(c->report->worst_adjoint, error);
    c->report->compared++;
    if (exceeds(error, c->options.adjoint_tolerance)) {
        return mismatch(c, "forward and reverse mode disagree (adjoint test; numeric = forward)",
                        right, left, error, c->options.adjoint_tolerance);
    }
    return DT_OK;
}

/* -- against differences ----------------------------------------------------------------------- */

static dt_status check_direction(struct dti_check *c, const struct analytic *at, int number) {
    int64_t total = total_reals(c);
    for (int64_t k = 0; k < total; k++) {
        at->direction[k] =
            dti_random_normal(c->options.seed + 2000 + (uint64_t)number, (uint64_t)k);
    }
    double scale = 0, norm = 0, s_scale;
    double analytic = dot(at->gradient, at->direction, total, &scale);
    for (int64_t k = 0; k < total; k++) {
        norm += at->gradient[k] * at->gradient[k];
    }
    double numeric = dti_check_difference(c, at->direction, &s_scale);
    if (tape_failure(c) != DT_OK) {
        return c->error->status;
    }
    double error = relative_error(analytic, numeric, fmax(sqrt(norm), 1e-4 * s_scale));
    c->report->worst_direction = fmax(c->report->worst_direction, error);
    c->report->compared++;
    if (exceeds(error, c->options.tolerance)) {
        return mismatch(c, "derivative along a random direction", analytic, numeric, error,
                        c->options.tolerance);
    }
    return DT_OK;
}

/* Keep the entry if it is among the worst. A NaN is worse than any number. */
static void note_entry(dt_gradcheck_report *report, const dt_gradcheck_entry *entry) {
    int at = report->n_worst;
    while (at > 0 && !(entry->relative <= report->worst[at - 1].relative)) {
        at--;
    }
    if (at == DT_GRADCHECK_WORST) {
        return;
    }
    int kept = report->n_worst < DT_GRADCHECK_WORST ? report->n_worst : DT_GRADCHECK_WORST - 1;
    memmove(&report->worst[at + 1], &report->worst[at],
            (size_t)(kept - at) * sizeof report->worst[0]);
    report->worst[at] = *entry;
    report->n_worst = kept + 1;
}

/* Number k of an input's gradient against differences; false if they disagree. */
static bool check_entry(struct dti_check *c, const struct analytic *at, int input, int64_t offset,
                        int64_t k, double scale) {
    memset(at->direction, 0, (size_t)total_reals(c) * sizeof(double));
    at->direction[offset + k] = 1;
    double s_scale, analytic = at->gradient[offset + k];
    double numeric = dti_check_difference(c, at->direction, &s_scale);
    bool complex = c->values[input].dtype == DT_C128;
    const dt_gradcheck_entry entry = {
        .input = input,
        .element = complex ? k / 2 : k,
        .imaginary = complex && k % 2 == 1,
        .analytic = analytic,
        .numeric = numeric,
        .relative = relative_error(analytic, numeric, fmax(scale, 1e-4 * s_scale))};
    note_entry(c->report, &entry);
    c->report->worst_entry = c->report->worst[0].relative;
    c->report->compared++;
    return !exceeds(entry.relative, c->options.tolerance);
}

static dt_status check_entries(struct dti_check *c, const struct analytic *at) {
    int64_t offset = 0, wrong = 0, all = 0;
    for (int i = 0; i < c->n_in; i++) {
        int64_t reals = dti_check_reals(c, i);
        int64_t checked = reals < c->options.max_jacobian ? reals : c->options.max_jacobian;
        double largest = 0;
        for (int64_t k = 0; k < reals; k++) {
            largest = fmax(largest, fabs(at->gradient[offset + k]));
        }
        for (int64_t e = 0; e < checked && c->tape->error.status == DT_OK; e++, all++) {
            int64_t k = e * reals / checked; /* spread over the input */
            wrong += check_entry(c, at, i, offset, k, largest) ? 0 : 1;
        }
        offset += reals;
    }
    if (tape_failure(c) != DT_OK || wrong == 0) {
        return c->error->status;
    }
    const dt_gradcheck_entry *worst = &c->report->worst[0];
    dt_error_set(c->error, DT_ERR_GRADIENT,
                 "gradcheck %s: input %d, element %lld%s: analytic %.15g, numeric %.15g, relative "
                 "error %.2g (tolerance %.2g); %lld of %lld entries are wrong",
                 c->name, worst->input, (long long)worst->element,
                 c->values[worst->input].dtype != DT_C128 ? ""
                 : worst->imaginary                       ? " along i"
                                                          : " along 1",
                 worst->analytic, worst->numeric, worst->relative, c->options.tolerance,
                 (long long)wrong, (long long)all);
    c->error->index = worst->element;
    return DT_ERR_GRADIENT;
}

static dt_status first_order(struct dti_check *c, const struct analytic *at) {
    dt_status status = differentiate(c, at->gradient);
    for (int d = 0; status == DT_OK && d < c->options.directions; d++) {
        status = check_direction(c, at, d);
    }
    if (status == DT_OK && c->options.max_jacobian > 0) {
        status = check_entries(c, at);
    }
    return status;
}

/* The same gradient, bit for bit, again and on other numbers of threads. */
static dt_status check_replay(struct dti_check *c, const struct analytic *at) {
    int64_t total = total_reals(c);
    int threads = dt_get_threads();
    dt_status status = DT_OK;
    for (int n = 1; n <= 3 && status == DT_OK; n++) {
        dt_set_threads(n);
        status = differentiate(c, at->direction);
        for (int64_t k = 0; k < total && status == DT_OK; k++) {
            if (memcmp(&at->direction[k], &at->gradient[k], sizeof(double)) != 0) {
                status = dt_error_set(c->error, DT_ERR_GRADIENT,
                                      "gradcheck %s: number %lld of the gradient is %.17g, and "
                                      "%.17g when computed again on %d threads: the function is "
                                      "not pure",
                                      c->name, (long long)k, at->gradient[k], at->direction[k], n);
            }
        }
        c->report->compared += total;
    }
    dt_set_threads(threads);
    return status;
}

/* -- one order higher -------------------------------------------------------------------------- */

/* t(x) = sum_i Re <d_i, xbar_i(x)> with xbar the gradient of s: the gradient of t is a
 * Hessian-vector product, so checking t to first order checks s to second order. */
static dt_tensor *slope(void *user, dt_tape *tape, dt_tensor *const *in) {
    const struct dti_check *c = user;
    dt_tensor *x[DT_MAX_OUTPUTS], *xbar[DT_MAX_OUTPUTS];
    int n_x = 0;
    for (int i = 0; i < c->n_in; i++) {
        if (dti_check_reals(c, i) > 0) {
            /* constants have no history: give the gradient something to start from */
            x[n_x++] = in[i]->wants ? in[i] : dti_borrow(tape, &in[i]->a, true);
        }
    }
    dt_tensor *leaves[DT_MAX_OUTPUTS] = {NULL};
    for (int i = 0, k = 0; i < c->n_in; i++) {
        leaves[i] = dti_check_reals(c, i) > 0 ? x[k++] : in[i];
    }
    dt_tensor *y = dti_check_call(c, tape, leaves);
    dt_vjp(y, dti_check_cotangent(c, y), n_x, x, xbar);
    dt_tensor *t = dt_scalar(tape, 0);
    struct dti_check other = *c;
    for (int k = 0; k < n_x; k++) {
        other.options.seed = c->options.seed + 3000 + (uint64_t)k;
        dt_tensor *d = dti_check_cotangent(&other, x[k]);
        t = dt_add(t, dt_sum(dt_real(dt_mul(dt_conj(d), xbar[k])), DT_ALL));
    }
    return t;
}

static dt_status second_order(struct dti_check *c, const struct analytic *at) {
    dt_gradcheck_report report = {0};
    struct dti_check higher = *c;
    higher.fn = slope;
    higher.user = c;
    higher.report = &report;
    higher.options.seed += 5000;
    higher.options.max_jacobian = -1;
    higher.options.tolerance = fmax(c->options.tolerance, 1e-8);
    dt_status status = first_order(&higher, at);
    if (status != DT_OK) {
        dt_error_context(c->error, "second order");
    }
    c->report->compared += report.compared;
    c->report->worst_second =
        fmax(c->report->worst_second, fmax(report.worst_adjoint, report.worst_direction));
    return status;
}

/* -- the public call --------------------------------------------------------------------------- */

dt_status dti_check_values(const char *name, int n_in, const dt_array *values, dt_error *error) {
    if (n_in < 1 || n_in > DT_MAX_OUTPUTS) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "gradcheck %s: takes 1 to %d inputs, got %d",
                            name, DT_MAX_OUTPUTS, n_in);
    }
    for (int i = 0; i < n_in; i++) {
        if (values[i].dtype == DT_F32 || values[i].dtype == DT_C64) {
            return dt_error_set(error, DT_ERR_DTYPE,
                                "gradcheck %s: input %d is %s: finite differences need double "
                                "precision, give f64 or c128",
                                name, i, dt_dtype_name(values[i].dtype));
        }
    }
    return DT_OK;
}

dt_status dt_gradcheck(const char *name, dt_tensor_fn *fn, void *user, int n_in,
                       const dt_array *values, const dt_gradcheck_options *options,
                       dt_gradcheck_report *ret_report, dt_error *error) {
    dt_error local_error = DT_ERROR_INIT;
    dt_gradcheck_report local_report;
    struct dti_check c = {.name = name, .fn = fn, .user = user, .n_in = n_in, .values = values};
    c.options = dti_check_options(options);
    c.error = error == NULL ? &local_error : error;
    c.report = ret_report == NULL ? &local_report : ret_report;
    *c.report = (dt_gradcheck_report){0};
    if (dti_check_values(name, n_in, values, c.error) != DT_OK) {
        return c.error->status;
    }
    int64_t total = total_reals(&c);
    if (total == 0) {
        return dt_error_set(c.error, DT_ERR_ARGUMENT,
                            "gradcheck %s: no input carries a gradient, nothing to compare", name);
    }
    double *memory = calloc((size_t)(3 * total), sizeof *memory);
    c.tape = dti_tape_try_new(NULL);
    c.buffer = memory;
    dt_status status = DT_ERR_MEMORY;
    if (memory == NULL || c.tape == NULL) {
        dt_error_set(c.error, status, "gradcheck %s: no memory for %lld numbers", name,
                     (long long)(3 * total));
    } else {
        struct analytic at = {memory + total, memory + 2 * total};
        status = first_order(&c, &at);
        if (status == DT_OK && c.options.taylor) {
            status = dti_check_taylor(&c, at.gradient, at.direction);
        }
        if (status == DT_OK && c.options.replay) {
            status = check_replay(&c, &at);
        }
        if (status == DT_OK && c.options.second_order) {
            status = second_order(&c, &at);
        }
    }
    dt_tape_free(c.tape);
    free(memory);
    return status;
}
