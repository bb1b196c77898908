/* fit.c - the optimizer: one iteration at a time, with everything on the disk before the next. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- what is minimised ------------------------------------------------------------------------- */

static dt_tensor *view(dt_tape *tape, const struct fit *f, const double *data) {
    const dt_array array = dt_array_wrap(DT_F64, 1, &f->used.n, data);
    return dt_constant_view(tape, &array);
}

/* (model - data) / sigma at the voxels used. */
static dt_tensor *residuals(void *user, dt_tape *tape, dt_tensor *const *in) {
    const struct fit *f = user;
    dt_tape_on_progress(tape, on_progress, NULL);
    dt_tensor *model = model_total(f, &f->used, tape, in);
    return dt_div(dt_sub(model, view(tape, f, f->intensity)), view(tape, f, f->sigma));
}

static dt_tensor *loss(void *user, dt_tape *tape, dt_tensor *const *in) {
    return dt_scale(dt_sum(dt_square(residuals(user, tape, in)), DT_ALL), 0.5);
}

/* -- the optimizer ----------------------------------------------------------------------------- */

/* An optimizer that begins at the present values. */
static int make_optimizer(struct fit *f, dt_method method, dt_optimizer **ret_optimizer) {
    dt_unknown unknowns[KINDS];
    double *x = malloc((size_t)f->n_numbers * sizeof *x), *at = x;
    if (x == NULL) {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for %lld unknowns",
                     (long long)f->n_numbers);
        return EXIT_MEMORY;
    }
    for (int i = 0; i < f->n_unknowns; i++) {
        const struct parameter *p = &f->parameter[f->unknown[i]];
        for (int64_t j = 0; j < p->n_free; j++) {
            at[j] = parameter_unknown(p, p->free[j]);
        }
        unknowns[i] = (dt_unknown){.name = kind_names[p->kind],
                                   .value = dt_array_wrap(DT_F64, 1, &p->n_free, at),
                                   .lower = -INFINITY,
                                   .upper = INFINITY};
        at += p->n_free;
    }
    const dt_optimize_options options = {.method = method,
                                         .max_iterations = 1, /* the state is saved after each */
                                         .loss_tolerance = 1e-11,
                                         .step_tolerance = 1e-9};
    dt_status status =
        dt_optimizer_new(method == DT_LEVENBERG_MARQUARDT ? residuals : loss, f, f->n_unknowns,
                         unknowns, &options, ret_optimizer, &f->error);
    free(x);
    return exit_code_of(status);
}

/* The optimizer's values are the present ones. */
static int take_values(struct fit *f) {
    double *x = malloc((size_t)f->n_numbers * sizeof *x);
    dt_status status = x != NULL ? DT_OK : dt_error_set(&f->error, DT_ERR_MEMORY, "no memory");
    for (int i = 0; i < f->n_unknowns && status == DT_OK; i++) {
        struct parameter *p = &f->parameter[f->unknown[i]];
        const dt_array array = dt_array_wrap(DT_F64, 1, &p->n_free, x);
        status = dt_optimizer_get(f->optimizer, i, &array, &f->error);
        for (int64_t j = 0; j < p->n_free && status == DT_OK; j++) {
            p->value[p->free[j]] = parameter_value(p, p->free[j], x[j]);
        }
    }
    free(x);
    return exit_code_of(status);
}

/* -- iterations -------------------------------------------------------------------------------- */

/* Append what the optimizer noted since entry `first`. */
static int take_history(struct fit *f, const dt_optimize_report *report, int64_t first) {
    int64_t more = report->n_history - first;
    double *history = realloc(f->history, (size_t)((f->n_history + more + 1) * HISTORY_COLUMNS) *
                                              sizeof *history);
    if (history == NULL) {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for the history");
        return EXIT_MEMORY;
    }
    f->history = history;
    for (int64_t i = first; i < report->n_history; i++) {
        const dt_iteration *it = &report->history[i];
        double *row = history + HISTORY_COLUMNS * f->n_history++;
        row[ITERATION] = (double)it->iteration;
        row[EVALUATIONS] = (double)it->evaluations;
        row[LOSS] = it->loss;
        row[GRADIENT] = it->gradient_norm;
        row[STEP] = it->step;
    }
    return 0;
}

/* One iteration, and everything on the disk. */
static int iterate(struct fit *f, int64_t *seen) {
    if (dt_optimizer_run(f->optimizer, &f->error) != DT_OK) {
        return exit_code_of(f->error.status);
    }
    const dt_optimize_report *report = dt_optimizer_report(f->optimizer);
    f->finished = report->stop != DT_STOP_ITERATIONS;
    snprintf(f->reason, sizeof f->reason, "%s", report->reason);
    int code = take_history(f, report, *seen);
    *seen = report->n_history;
    code = code != 0 ? code : take_values(f);
    code = code != 0 ? code : state_write(f);
    code = code != 0 ? code : output_history(f);
    if (code == 0 && !f->settings->quiet) {
        report_iteration(f);
    }
    return code;
}

static int64_t iterations_done(const struct fit *f) {
    return f->n_history > 0 ? (int64_t)f->history[HISTORY_COLUMNS * (f->n_history - 1) + ITERATION]
                            : 0;
}

int fit_run(struct fit *f) {
    if (f->n_numbers == 0) {
        dt_error_set(&f->error, DT_ERR_ARGUMENT, "--refine and --hold leave nothing to refine");
        return EXIT_USAGE;
    }
    bool found = false;
    int code = make_optimizer(f, settings_method(f->settings), &f->optimizer);
    code = code != 0 ? code : state_read(f, &found);
    code = code == 0 && found ? take_values(f) : code;
    code = code != 0 ? code : output_begin(f);
    int64_t seen = 0;
    while (code == 0 && !f->finished && iterations_done(f) < f->settings->iterations) {
        code = interrupted() ? EXIT_INTERRUPTED : iterate(f, &seen);
    }
    if (code == 0 && !f->finished) {
        snprintf(f->reason, sizeof f->reason,
                 "not converged after %lld iterations: raise --iterations and --resume",
                 (long long)iterations_done(f));
    }
    return code;
}

/* -- standard errors --------------------------------------------------------------------------- */

/* Unknown number k is this one of a parameter; its error there, and how much the value moves with
 * the unknown. */
static double *error_of(struct fit *f, int64_t k, double *ret_slope) {
    int i = 0;
    while (k >= f->parameter[f->unknown[i]].n_free) {
        k -= f->parameter[f->unknown[i++]].n_free;
    }
    struct parameter *p = &f->parameter[f->unknown[i]];
    *ret_slope = parameter_slope(p, p->free[k]);
    return &p->error[p->free[k]];
}

/* Variance of residuals about the model: 1 with sigmas; without, their scatter says how large sigma
 * is. */
static double variance(const struct fit *f) {
    double sum = 0;
    for (int64_t i = 0; i < f->used.n && !f->target.has_sigma; i++) {
        double r = (f->model[f->voxel[i]] - f->intensity[i]) / f->sigma[i];
        sum += r * r / (double)(f->used.n - f->n_numbers);
    }
    return f->target.has_sigma ? 1 : sum;
}

/* From J^T J in a Levenberg-Marquardt optimizer at the present values. What the data leave open has
 * NaN for its error, and the others have theirs with that held. */
static int covariance_errors(struct fit *f, dt_optimizer *optimizer) {
    int64_t n = f->n_numbers;
    double *covariance = calloc((size_t)(n * n), sizeof *covariance), slope;
    dt_error error = DT_ERROR_INIT;
    const dt_array target = dt_array_wrap(DT_F64, 2, (const int64_t[]){n, n}, covariance);
    if (covariance == NULL) {
        dt_error_set(&error, DT_ERR_MEMORY, "no memory for %lld x %lld numbers", (long long)n,
                     (long long)n);
    } else if (!f->target.has_sigma && f->used.n <= n) {
        dt_error_set(&error, DT_ERR_SHAPE, "there are no more voxels than unknowns");
    } else {
        dt_optimizer_covariance(optimizer, false, &target, &error);
    }
    double s2 = variance(f);
    bool known = error.status == DT_OK || (error.status == DT_ERR_SINGULAR && error.index >= 0);
    for (int64_t k = 0; k < n && known; k++) {
        double *target_error = error_of(f, k, &slope);
        *target_error = slope * sqrt(s2 * covariance[k * n + k]);
    }
    free(covariance);
    if (!known) {
        snprintf(f->no_errors, sizeof f->no_errors, "%.*s", (int)sizeof f->no_errors - 1,
                 error.message);
    }
    return error.status == DT_ERR_CANCELLED ? EXIT_INTERRUPTED : 0;
}

int fit_errors(struct fit *f) {
    if (settings_method(f->settings) == DT_LEVENBERG_MARQUARDT) {
        return covariance_errors(f, f->optimizer);
    }
    dt_optimizer *optimizer = NULL;
    int code = make_optimizer(f, DT_LEVENBERG_MARQUARDT, &optimizer);
    code = code != 0 ? code : covariance_errors(f, optimizer);
    dt_optimizer_free(optimizer);
    return code;
}
