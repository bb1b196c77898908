/* report.c - the agreement of two maps as numbers in a struct, and as text. */
#include "correlation.h"

#include "../shared.h"

#include <difftape/ops.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What is compared, and the masks that say where. */
typedef struct inputs {
    dt_tensor *model, *target, *sigma; /* sigma may be NULL */
    dt_tensor *flat_model, *flat_target;
    dt_tensor *used, *used_flat; /* where maps, and where their anisotropic parts are compared */
} inputs;

/* A metric as f64 numbers. */
static const double *numbers(dt_tensor *x) {
    return dt_data_f64(dt_cast(x, DT_F64));
}

/* Metrics of every class into rows, on the tape of the inputs. With `one`, the classes are a single
 * one of all voxels. */
static void fill_rows(const inputs *in, const dt_classes *classes, bool one, const bool *used,
                      dt_agreement *rows) {
    dt_tensor *m = in->model, *t = in->target, *k = in->used, *defined = NULL;
    const dt_classes *correlate = one ? NULL : classes; /* the same, without sums by class */
    const double *cc = numbers(dtp_correlation(m, t, k, correlate, &defined));
    const bool *correlated = defined ? dt_data_bool(defined) : NULL;
    const double *r = numbers(dt_r_factor(m, t, k, classes)), *chi = NULL, *flat = NULL;
    const bool *flat_correlated = NULL;
    if (in->sigma) {
        chi = numbers(dt_chi_squared(m, t, in->sigma, k, classes));
    }
    if (in->flat_model) {
        flat = numbers(
            dtp_correlation(in->flat_model, in->flat_target, in->used_flat, correlate, &defined));
        flat_correlated = dt_data_bool(defined);
    }
    if (dt_tape_status(dt_tape_of(m)) != DT_OK) {
        return;
    }
    for (int64_t i = 0; i < classes->n; i++) {
        rows[i] = (dt_agreement){.correlated = correlated[i],
                                 .correlation = cc[i],
                                 .anisotropically_correlated = flat && flat_correlated[i],
                                 .anisotropic_correlation = flat ? flat[i] : 0.0,
                                 .r_factor = r[i],
                                 .chi_squared = chi ? chi[i] : 0.0};
    }
    for (int64_t p = 0; p < classes->size; p++) {
        if (used[p] && classes->label[p] < classes->n) {
            rows[classes->label[p]].voxels++;
        }
    }
}

/* Where everything is finite and the mask is true: (voxels) at `used`, and how many. */
static int64_t find_used(const inputs *in, dt_tensor *mask, bool *used) {
    dt_tensor *where = dt_logic(dt_isfinite(in->model), DT_AND, dt_isfinite(in->target));
    where = in->sigma ? dt_logic(where, DT_AND, dt_isfinite(in->sigma)) : where;
    if (mask) {
        dt_tensor *same = dt_reshape(mask, dt_ndim(in->model), dt_shape(in->model));
        where = dt_logic(where, DT_AND, same);
    }
    const bool *is = dt_data_bool(where);
    int64_t n = 0, voxels = dt_size(in->model);
    for (int64_t p = 0; is && p < voxels; p++) {
        used[p] = is[p];
        n += is[p];
    }
    return n;
}

static void use_flat(inputs *in, const dt_classes *radial, const bool *used, bool *used_flat) {
    dt_tape *tape = dt_tape_of(in->model);
    for (int64_t p = 0; p < radial->size; p++) {
        used_flat[p] = used[p] && radial->label[p] < radial->n;
    }
    in->used_flat = view(tape, DT_BOOL, dt_ndim(in->model), dt_shape(in->model), used_flat);
    in->flat_model = dt_anisotropic_part(in->model, in->used, radial);
    in->flat_target = dt_anisotropic_part(in->target, in->used, radial);
    dt_data(in->flat_model); /* computed once, not again for every metric */
    dt_data(in->flat_target);
}

/* Everything but memory and the limits of classes. */
static void compare(inputs *in, dt_tensor *mask, const dt_classes *classes,
                    const dt_classes *radial, const dt_classes *all, bool *used,
                    dt_agreement_report *report) {
    dt_tape *tape = dt_tape_of(in->model);
    dt_tensor *defined = NULL;
    /* Shapes and types are checked where they are understood; the value is not computed. */
    dtp_correlation(in->model, in->target, mask, NULL, &defined);
    if (in->sigma) {
        dt_chi_squared(in->model, in->target, in->sigma, mask, all);
    }
    if (dt_tape_status(tape) == DT_OK &&
        ((radial && radial->size != all->size) || (classes && classes->size != all->size))) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "the classes are not those of %lld voxels",
                     (long long)all->size);
    }
    if (dt_tape_status(tape) == DT_OK && find_used(in, mask, used) == 0) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "no voxel is finite in all arrays and not masked, so nothing can be compared");
    }
    if (dt_tape_status(tape) != DT_OK) {
        return;
    }
    in->used = view(tape, DT_BOOL, dt_ndim(in->model), dt_shape(in->model), used);
    if (radial) {
        use_flat(in, radial, used, used + all->size);
    }
    fill_rows(in, all, true, used, &report->total);
    if (classes) {
        fill_rows(in, classes, false, used, report->by_class);
    }
    for (int64_t i = 0; i < report->n; i++) {
        report->by_class[i].lower = classes->lower ? classes->lower[i] : 0.0;
        report->by_class[i].upper = classes->upper ? classes->upper[i] : 0.0;
        report->by_class[i].mean = classes->mean ? classes->mean[i] : 0.0;
    }
}

dt_status dt_compare_maps(const dt_array *model, const dt_array *target, const dt_array *sigma,
                          const dt_array *mask, const dt_classes *classes, const dt_classes *radial,
                          dt_agreement_report *ret_report, dt_error *error) {
    const int64_t voxels = dt_array_size(model);
    dt_agreement_report report = {.n = classes ? classes->n : 0, .has_sigma = sigma != NULL};
    dt_classes all = {.n = 1, .size = voxels};
    dt_tape *tape = dt_tape_new(NULL);
    bool *used = calloc((size_t)(2 * voxels + 1), sizeof *used);
    all.label = calloc((size_t)(voxels + 1), sizeof *all.label);
    report.by_class = calloc((size_t)(report.n + 1), sizeof *report.by_class);
    dt_status status = DT_OK;
    if (!tape || !used || !all.label || !report.by_class) {
        status = dt_error_set(error, DT_ERR_MEMORY, "compare_maps: no memory for %lld voxels",
                              (long long)voxels);
    } else {
        inputs in = {.model = dt_constant_view(tape, model),
                     .target = dt_constant_view(tape, target),
                     .sigma = sigma ? dt_constant_view(tape, sigma) : NULL};
        compare(&in, mask ? dt_constant_view(tape, mask) : NULL, classes, radial ? radial : classes,
                &all, used, &report);
        status = dt_tape_status(tape);
        if (status != DT_OK) {
            dt_error_set(error, status, "compare_maps: %s", dt_tape_message(tape));
        }
    }
    dt_tape_free(tape);
    free(used);
    free(all.label);
    if (status != DT_OK) {
        dt_agreement_report_free(&report);
        return status;
    }
    *ret_report = report;
    return DT_OK;
}

void dt_agreement_report_free(dt_agreement_report *report) {
    if (report) {
        free(report->by_class);
        *report = (dt_agreement_report){0};
    }
}

/* -- text -------------------------------------------------------------------------------------- */

/* A text that may be longer than its buffer. */
typedef struct text {
    char *buffer;
    int64_t size, length;
} text;

static void append(text *t, const char *format, ...) DT_PRINTF(2, 3);
static void append(text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int64_t room = t->length < t->size ? t->size - t->length : 0;
    int n = vsnprintf(room ? t->buffer + t->length : NULL, (size_t)room, format, args);
    va_end(args);
    t->length += n > 0 ? n : 0;
}

static void append_number(text *t, bool defined, double x) {
    if (defined) {
        append(t, ",%.6g", x);
    } else {
        append(t, ",");
    }
}

static void append_row(text *t, const dt_agreement_report *report, const dt_agreement *a,
                       bool in_class) {
    append_number(t, in_class, a->lower);
    append_number(t, in_class, a->upper);
    append_number(t, in_class, a->mean);
    append(t, ",%lld", (long long)a->voxels);
    append_number(t, a->correlated, a->correlation);
    append_number(t, a->anisotropically_correlated, a->anisotropic_correlation);
    append_number(t, a->voxels > 0, a->r_factor);
    append_number(t, report->has_sigma && a->voxels > 0, a->chi_squared);
    append(t, "\n");
}

int64_t dt_agreement_format(char *buffer, int64_t size, const dt_agreement_report *report) {
    text t = {.buffer = buffer, .size = size};
    append(&t, "class,lower,upper,mean,voxels,correlation,anisotropic_correlation,r_factor,"
               "chi_squared\n");
    for (int64_t i = 0; i < report->n; i++) {
        append(&t, "%lld", (long long)i);
        append_row(&t, report, &report->by_class[i], true);
    }
    append(&t, "all");
    append_row(&t, report, &report->total, false);
    return t.length;
}
