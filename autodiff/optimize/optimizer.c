/* optimizer.c - an optimizer's life: unknowns, the loop with its stopping rules, saving. */
#include "optimizer.h"

#include "internal.h"
#include "normal_equations.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct dti_method *const methods[] = {
    [DT_LBFGS] = &dti_method_lbfgs,
    [DT_LEVENBERG_MARQUARDT] = &dti_method_levenberg_marquardt,
    [DT_ADAM] = &dti_method_adam,
    [DT_SGD] = &dti_method_sgd,
};

static dt_optimize_options with_defaults(const dt_optimize_options *given) {
    dt_optimize_options o = given == NULL ? (dt_optimize_options){0} : *given;
    bool first_order = o.method == DT_ADAM || o.method == DT_SGD;
    o.max_iterations = o.max_iterations > 0 ? o.max_iterations : first_order ? 1000 : 100;
    o.gradient_tolerance = o.gradient_tolerance == 0 ? 1e-8 : o.gradient_tolerance;
    o.step_tolerance = o.step_tolerance != 0 ? o.step_tolerance : first_order ? -1 : 1e-12;
    o.loss_tolerance = o.loss_tolerance != 0 ? o.loss_tolerance : first_order ? -1 : 1e-14;
    o.learning_rate = o.learning_rate > 0 ? o.learning_rate : 0.01;
    o.beta1 = o.beta1 > 0 ? o.beta1 : 0.9;
    o.beta2 = o.beta2 > 0 ? o.beta2 : 0.999;
    o.epsilon = o.epsilon > 0 ? o.epsilon : 1e-8;
    o.memory = o.memory > 0 ? o.memory : 10;
    o.damping = o.damping > 0 ? o.damping : 1e-3;
    o.dense_limit = o.dense_limit != 0 ? o.dense_limit : 512;
    return o;
}

/* -- making one -------------------------------------------------------------------------------- */

static dt_status check_unknown(const dt_unknown *k, dt_error *error) {
    const char *name = k->name == NULL ? "(no name)" : k->name;
    if (k->value.dtype != DT_F64 && k->value.dtype != DT_C128) {
        return dt_error_set(error, DT_ERR_DTYPE, "optimizer: %s is %s, must be f64 or c128", name,
                            dt_dtype_name(k->value.dtype));
    }
    bool bounds = !(k->lower == 0 && k->upper == 0) && (isfinite(k->lower) || isfinite(k->upper));
    if (bounds && k->value.dtype == DT_C128) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "optimizer: %s is complex and cannot have bounds: make it of two real "
                            "unknowns with dt_complex",
                            name);
    }
    if (bounds && !(k->lower < k->upper)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "optimizer: %s: the lower bound %g is not below the upper one, %g",
                            name, k->lower, k->upper);
    }
    return DT_OK;
}

/* The free variable that belongs to x; NaN if x does not lie between the bounds. */
static double free_variable(const struct dti_unknown *k, double x) {
    bool below = isfinite(k->lower), above = isfinite(k->upper);
    if ((below && !(x > k->lower)) || (above && !(x < k->upper))) {
        return NAN;
    }
    if (below && above) {
        return asin(2 * (x - k->lower) / (k->upper - k->lower) - 1);
    }
    if (below || above) {
        double away = below ? x - k->lower : k->upper - x;
        return sqrt(away * (away + 2)); /* (1 + away)^2 - 1 without cancellation */
    }
    return x;
}

static dt_status place_start(dt_optimizer *o, const dt_unknown *given, int i, dt_error *error) {
    const struct dti_unknown *k = &o->unknowns[i];
    const dt_array flat = dt_array_wrap(k->dtype, k->ndim, k->shape, o->u + k->offset);
    dt_status status = dt_array_copy(&flat, &given[i].value, error);
    for (int64_t j = 0; j < k->reals && status == DT_OK; j++) {
        double x = o->u[k->offset + j];
        o->u[k->offset + j] = free_variable(k, x);
        if (!isfinite(o->u[k->offset + j])) {
            status = dt_error_set(error, DT_ERR_ARGUMENT,
                                  "optimizer: %s: element %lld starts at %g, must lie inside "
                                  "(%g, %g), not on a bound",
                                  k->name, (long long)j, x, k->lower, k->upper);
        }
    }
    return status;
}

static void describe(dt_optimizer *o, int n_unknowns, const dt_unknown *given) {
    for (int i = 0; i < n_unknowns; i++) {
        const dt_array *value = &given[i].value;
        struct dti_unknown *k = &o->unknowns[i];
        bool none = given[i].lower == 0 && given[i].upper == 0;
        k->name = given[i].name == NULL ? "(no name)" : given[i].name;
        k->dtype = value->dtype;
        k->ndim = value->ndim;
        memcpy(k->shape, value->shape, sizeof k->shape);
        k->offset = o->n;
        k->reals = dt_array_size(value) * (value->dtype == DT_C128 ? 2 : 1);
        k->lower = none ? -INFINITY : given[i].lower;
        k->upper = none ? INFINITY : given[i].upper;
        o->n += k->reals;
    }
}

/* Room for the unknowns, then (their sizes known) for everything else. */
static bool allocate(dt_optimizer *o) {
    o->n_state = o->method->state_size(o);
    o->u = calloc((size_t)(8 * o->n), sizeof(double));
    o->state = calloc((size_t)o->n_state, sizeof(double));
    o->history_room = 64;
    o->history = malloc((size_t)o->history_room * sizeof *o->history);
    if (o->u == NULL || o->state == NULL || o->history == NULL) {
        return false;
    }
    o->g = o->u + o->n;
    o->work = o->g + o->n;
    return true;
}

dt_status dt_optimizer_new(dt_tensor_fn *fn, void *user, int n_unknowns, const dt_unknown *unknowns,
                           const dt_optimize_options *options, dt_optimizer **ret_optimizer,
                           dt_error *error) {
    dt_optimize_options filled = with_defaults(options);
    if ((unsigned)filled.method >= sizeof methods / sizeof methods[0]) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "optimizer: there is no method %d",
                            (int)filled.method);
    }
    if (n_unknowns < 1 || n_unknowns > DT_MAX_OUTPUTS) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "optimizer: takes 1 to %d unknowns, got %d",
                            DT_MAX_OUTPUTS, n_unknowns);
    }
    if (filled.memory > DTI_MOST_PAIRS) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "optimizer: memory is at most %d pairs, got %d",
                            DTI_MOST_PAIRS, filled.memory);
    }
    for (int i = 0; i < n_unknowns; i++) {
        if (check_unknown(&unknowns[i], error) != DT_OK) {
            return error == NULL ? DT_ERR_ARGUMENT : error->status;
        }
    }
    dt_optimizer *o = calloc(1, sizeof *o);
    dt_status status = DT_ERR_MEMORY;
    if (o != NULL) {
        *o = (dt_optimizer){.options = filled,
                            .method = methods[filled.method],
                            .fn = fn,
                            .user = user,
                            .n_unknowns = n_unknowns,
                            .error = DT_ERROR_INIT};
        o->unknowns = calloc((size_t)n_unknowns, sizeof *o->unknowns);
        o->tape = dti_tape_try_new(NULL);
    }
    if (o == NULL || o->unknowns == NULL || o->tape == NULL) {
        dt_optimizer_free(o);
        return dt_error_set(error, status, "optimizer: no memory");
    }
    describe(o, n_unknowns, unknowns);
    if (o->n == 0) {
        status = dt_error_set(error, DT_ERR_SHAPE, "optimizer: the unknowns have no elements");
    } else if (!allocate(o)) {
        status = dt_error_set(error, DT_ERR_MEMORY, "optimizer: no memory for %lld numbers",
                              (long long)(8 * o->n + o->n_state));
    } else {
        status = DT_OK;
    }
    for (int i = 0; i < n_unknowns && status == DT_OK; i++) {
        status = place_start(o, unknowns, i, error);
    }
    if (status != DT_OK) {
        dt_optimizer_free(o);
        return status;
    }
    o->method->start(o);
    snprintf(o->report.reason, sizeof o->report.reason, "it has not run yet");
    *ret_optimizer = o;
    return DT_OK;
}

void dt_optimizer_free(dt_optimizer *o) {
    if (o == NULL) {
        return;
    }
    dt_tape_free(o->tape);
    free(o->unknowns);
    free(o->u);
    free(o->state);
    free(o->history);
    free(o);
}

/* -- the loop ---------------------------------------------------------------------------------- */

void dti_stop(dt_optimizer *o, dt_stop stop, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(o->report.reason, sizeof o->report.reason, format, args);
    va_end(args);
    o->report.stop = stop;
}

/* Add the present state to the history; false without memory. */
static bool note(dt_optimizer *o) {
    int64_t at = o->report.n_history;
    if (at == o->history_room) {
        dt_iteration *more = realloc(o->history, (size_t)(2 * at) * sizeof *more);
        if (more == NULL) {
            dt_error_set(&o->error, DT_ERR_MEMORY, "optimizer: no memory for the history");
            return false;
        }
        o->history = more;
        o->history_room = 2 * at;
    }
    o->history[at] = (dt_iteration){o->iterations, o->evaluations, o->loss,
                                    dti_vector_largest(o->n, o->g), o->step};
    o->report.n_history++;
    return true;
}

/* Loss and gradient at the start, once. */
static bool evaluate_start(dt_optimizer *o) {
    if (o->started) {
        return true;
    }
    bool squares = o->options.method == DT_LEVENBERG_MARQUARDT;
    o->loss = squares ? dti_optimizer_squares(o, o->u, o->g) : dti_optimizer_loss(o, o->u, o->g);
    if (o->error.status == DT_OK &&
        !(isfinite(o->loss) && isfinite(dti_vector_largest(o->n, o->g)))) {
        dt_error_set(&o->error, DT_ERR_NONFINITE,
                     "optimizer: loss %g and largest gradient %g at the start: begin where the "
                     "model has a value",
                     o->loss, dti_vector_largest(o->n, o->g));
    }
    o->started = o->error.status == DT_OK;
    return o->started && note(o);
}

/* Do the stopping rules hold after an iteration that started from `before`? */
static void judge(dt_optimizer *o, double before) {
    const dt_optimize_options *p = &o->options;
    double largest = dti_vector_largest(o->n, o->g), length = dti_vector_norm(o->n, o->u);
    if (!isfinite(o->loss) || !isfinite(largest)) {
        dti_stop(o, DT_STOP_NONFINITE, "loss %g, largest gradient %g: a smaller learning rate?",
                 o->loss, largest);
    } else if (largest <= p->gradient_tolerance) {
        dti_stop(o, DT_STOP_GRADIENT, "converged: the largest gradient is %.2g", largest);
    } else if (o->step <= p->step_tolerance * length) {
        dti_stop(o, DT_STOP_STEP, "converged: the last step is %.2g of a length of %.2g", o->step,
                 length);
    } else if (p->loss_tolerance >= 0 && before - o->loss <= p->loss_tolerance * fabs(o->loss)) {
        dti_stop(o, DT_STOP_LOSS, "converged: the loss fell by %.2g to %.9g", before - o->loss,
                 o->loss);
    }
}

static bool small_at_start(dt_optimizer *o) {
    double largest = dti_vector_largest(o->n, o->g);
    if (largest <= o->options.gradient_tolerance) {
        dti_stop(o, DT_STOP_GRADIENT, "converged: the largest gradient is %.2g at the start",
                 largest);
        return true;
    }
    return false;
}

static void one_iteration(dt_optimizer *o) {
    double before = o->loss;
    o->method->iterate(o);
    if (o->error.status != DT_OK) {
        return;
    }
    o->iterations++;
    bool moved = o->report.stop == DT_STOP_NONE;
    if (moved) {
        judge(o, before);
    }
    if (note(o) && o->options.on_iteration != NULL &&
        o->options.on_iteration(o->options.user, &o->history[o->report.n_history - 1]) != 0) {
        dti_stop(o, DT_STOP_CALLBACK, "the callback asked to stop after iteration %lld",
                 (long long)o->iterations);
    }
}

dt_status dt_optimizer_run(dt_optimizer *o, dt_error *error) {
    dt_error_clear(&o->error);
    o->report.stop = DT_STOP_NONE;
    snprintf(o->report.reason, sizeof o->report.reason, "it failed");
    if (evaluate_start(o) && !small_at_start(o)) {
        for (int64_t k = 0; o->report.stop == DT_STOP_NONE && o->error.status == DT_OK; k++) {
            if (k == o->options.max_iterations) {
                dti_stop(o, DT_STOP_ITERATIONS,
                         "not converged after %lld iterations: the largest gradient is %.2g",
                         (long long)k, dti_vector_largest(o->n, o->g));
                break;
            }
            one_iteration(o);
        }
    }
    if (o->error.status != DT_OK) {
        o->report.stop = DT_STOP_NONE;
        return dt_error_set(error, o->error.status, "%s", o->error.message);
    }
    return DT_OK;
}

const dt_optimize_report *dt_optimizer_report(const dt_optimizer *optimizer) {
    dt_optimizer *o = (dt_optimizer *)optimizer; /* the report is a cache */
    o->report.loss = o->loss;
    o->report.gradient_norm = dti_vector_largest(o->n, o->g);
    o->report.iterations = o->iterations;
    o->report.evaluations = o->evaluations;
    o->report.history = o->history;
    return &o->report;
}
