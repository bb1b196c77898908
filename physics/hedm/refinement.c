/* refinement.c - Levenberg-Marquardt on scaled changes, with the rank of the Jacobian looked at
 * before and after, so that what the spots do not tell is an error and no drift. */
#include "grain_model.h"

#include <difftape/derivatives.h>
#include <difftape/linalg.h>
#include <difftape/ops.h>
#include <difftape/spot_losses.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANK_TOLERANCE 1e-9 /* of scaled singular values */
#define NAMED_SHARE    0.1  /* of the largest part of a combination */

enum { ITERATIONS = 50 };

static const char *const names[DT_UNKNOWN_COUNT] = {
    "orientation x", "orientation y", "orientation z", "strain xx",  "strain yy",  "strain zz",
    "strain yz",     "strain xz",     "strain xy",     "position x", "position y", "position z",
    "energy",        "lattice scale", "chi",           "distance",   "tilt x",     "tilt y",
    "tilt z",        "beam center j", "beam center k"};

const char *dt_unknown_name(int unknown) {
    return unknown >= 0 && unknown < DT_UNKNOWN_COUNT ? names[unknown] : "none";
}

/* The fit: p = scale x for the n free numbers. */
typedef struct problem {
    const dt_hedm_setup *setup;
    const dt_grain *grain;
    const dt_spot_list *spots;
    int64_t *place; /* (spots) 2 i + root: where the root of spot i lies among all roots */
    int n, unknown[DT_UNKNOWN_COUNT];
    double scale[DT_UNKNOWN_COUNT]; /* of each free number */
} problem;

/* All changes (DT_UNKNOWN_COUNT) from the free ones (n). */
static dt_tensor *spread(const problem *f, dt_tensor *x) {
    double s[DT_UNKNOWN_COUNT * DT_UNKNOWN_COUNT] = {0};
    for (int i = 0; i < f->n; i++) {
        s[f->unknown[i] * f->n + i] = f->scale[i];
    }
    const int64_t shape[2] = {DT_UNKNOWN_COUNT, f->n};
    return dt_dot(dt_constant(dt_tape_of(x), DT_F64, 2, shape, s), x);
}

/* Angles (n, 2) or pixels (n, 2, 2) to the root of every spot: (n) or (n, 2). */
static dt_tensor *pick(const problem *f, dt_tensor *x) {
    const int64_t shape[2] = {2 * f->spots->n, 2};
    dt_tensor *index = dt_constant(dt_tape_of(x), DT_I64, 1, &f->spots->n, f->place);
    return dt_gather(dt_reshape(x, dt_ndim(x) - 1, shape), index, 0);
}

/* Residuals in units of standard deviations: the function that is minimised. */
static dt_tensor *residuals(void *user, dt_tape *tape, dt_tensor *const *in) {
    const problem *f = user;
    const dt_spot_list *s = f->spots;
    const int64_t shape[2] = {s->n, 3}, pairs[2] = {s->n, 2};
    grain_prediction r = predict_grain(
        f->setup, f->grain, dt_constant(tape, DT_F64, 2, shape, s->hkl), spread(f, in[0]));
    dt_tensor *omega = pick(f, r.angles.omega),
              *seen = dt_constant(tape, DT_F64, 1, shape, s->omega);
    if (!f->setup->has_panel) {
        return dt_scale(dt_wrapped_difference(omega, seen), 1 / s->sigma_omega);
    }
    return dt_spot_residuals(pick(f, r.spots.pixel), omega,
                             dt_constant(tape, DT_F64, 2, pairs, s->pixel), seen, s->sigma_pixel,
                             s->sigma_omega);
}

/* -- what the spots determine ------------------------------------------------------------------ */

/* Singular values and right vectors of the Jacobian at no change, its columns scaled to length 1.
 */
typedef struct rank {
    double length[DT_UNKNOWN_COUNT];
    double s[DT_UNKNOWN_COUNT], vh[DT_UNKNOWN_COUNT * DT_UNKNOWN_COUNT];
    double chi_square;
    int64_t m;
} rank;

/* Put names into a sentence: the entries of a combination that matter. */
static void name_combination(const problem *f, const double *combination, char *text, size_t size) {
    double largest = 0;
    for (int i = 0; i < f->n; i++) {
        largest = fmax(largest, fabs(combination[i]));
    }
    text[0] = '\0';
    for (int i = 0; i < f->n; i++) {
        if (fabs(combination[i]) > NAMED_SHARE * largest) {
            size_t at = strlen(text);
            snprintf(text + at, size - at, "%s%s", at > 0 ? ", " : "", names[f->unknown[i]]);
        }
    }
}

static dt_status check_rank(const problem *f, const rank *r, dt_error *error) {
    char text[512];
    for (int i = 0; i < f->n; i++) {
        if (!(r->length[i] > 0)) {
            return dt_error_set(error, DT_ERR_SINGULAR,
                                "refine: no spot depends on %s: keep it fixed",
                                names[f->unknown[i]]);
        }
    }
    if (r->m < f->n) {
        return dt_error_set(error, DT_ERR_SINGULAR,
                            "refine: %lld residuals cannot determine %d free numbers",
                            (long long)r->m, f->n);
    }
    if (!(r->s[f->n - 1] > RANK_TOLERANCE * r->s[0])) {
        name_combination(f, r->vh + (f->n - 1) * f->n, text, sizeof text);
        return dt_error_set(error, DT_ERR_SINGULAR,
                            "refine: the spots do not determine all of %s: changing them together "
                            "moves no spot, so keep one of them fixed",
                            text);
    }
    return DT_OK;
}

static void copy(double *to, dt_tensor *from) {
    const double *x = dt_data_f64(from);
    if (x != NULL) {
        memcpy(to, x, (size_t)dt_size(from) * sizeof *to);
    }
}

static dt_status find_rank(problem *f, rank *r, dt_error *error) {
    memset(r, 0, sizeof *r);
    for (int i = 0; i < f->n; i++) {
        f->scale[i] = 1;
    }
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n = f->n;
    dt_tensor *x = dt_parameter(tape, DT_F64, 1, &n, NULL);
    dt_tensor *y = residuals(f, tape, &x);
    r->m = dt_size(y);
    dt_tensor *j = dt_reshape(dt_jacobian(y, x), 2, (const int64_t[]){r->m, n});
    dt_tensor *length = dt_norm(j, 0), *u, *s, *vh;
    copy(&r->chi_square, dt_sum(dt_square(y), DT_ALL));
    copy(r->length, length);
    dt_status status = dt_tape_status(tape);
    bool full = status == DT_OK && r->m >= n;
    for (int i = 0; i < f->n; i++) {
        full = full && r->length[i] > 0;
    }
    if (full) {
        dt_svd(dt_stop_gradient(dt_div(j, length)), &u, &s, &vh);
        copy(r->s, s);
        copy(r->vh, vh);
        status = dt_tape_status(tape);
    }
    if (status != DT_OK) {
        dt_error_set(error, status, "refine: %s", dt_tape_message(tape));
    } else {
        status = check_rank(f, r, error);
    }
    dt_tape_free(tape);
    return status;
}

/* (J^T J)^-1 = D^-1 V S^-2 V^T D^-1. */
static void find_errors(const problem *f, const rank *r, dt_refinement *ret) {
    int n = f->n;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++) {
                sum += r->vh[k * n + i] * r->vh[k * n + j] / (r->s[k] * r->s[k]);
            }
            ret->covariance[i * n + j] = sum / (r->length[i] * r->length[j]);
        }
        ret->error[i] = sqrt(ret->covariance[i * n + i]);
    }
}

/* -- the fit ----------------------------------------------------------------------------------- */

static dt_status check(const dt_hedm_setup *setup, const dt_spot_list *s, uint32_t mask,
                       dt_error *error) {
    if (s->n < 1) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "refine: there are no spots");
    }
    if (mask == 0 || mask >> DT_UNKNOWN_COUNT != 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "refine: the mask of free numbers, %#x, must have some of the lowest "
                            "%d bits and no other",
                            (unsigned)mask, DT_UNKNOWN_COUNT);
    }
    if (!(s->sigma_omega > 0) || (setup->has_panel && !(s->sigma_pixel > 0))) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "refine: standard deviations must be above 0, got %g rad and %g pixels",
                            s->sigma_omega, s->sigma_pixel);
    }
    if (setup->has_panel && s->pixel == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "refine: there is a panel, but the spots have no pixels");
    }
    for (int64_t i = 0; i < s->n; i++) {
        if (s->root[i] != 0 && s->root[i] != 1) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "refine: the root of spot %lld is %d, must be 0 or 1", (long long)i,
                                s->root[i]);
        }
    }
    return DT_OK;
}

/* Minimise over scaled changes; all changes go to p. */
static dt_status minimise(problem *f, const rank *r, int64_t iterations, double *p,
                          dt_refinement *ret, dt_error *error) {
    double zero[DT_UNKNOWN_COUNT] = {0}, x[DT_UNKNOWN_COUNT];
    const int64_t n = f->n;
    const dt_unknown unknown = {.name = "changes", .value = dt_array_wrap(DT_F64, 1, &n, zero)};
    const dt_optimize_options options = {.method = DT_LEVENBERG_MARQUARDT,
                                         .max_iterations =
                                             iterations > 0 ? iterations : ITERATIONS};
    const dt_array target = dt_array_wrap(DT_F64, 1, &n, x);
    dt_optimizer *o = NULL;
    for (int i = 0; i < f->n; i++) {
        f->scale[i] = 1 / r->length[i];
    }
    dt_status status = dt_optimizer_new(residuals, f, 1, &unknown, &options, &o, error);
    if (status == DT_OK) {
        status = dt_optimizer_run(o, error);
    }
    if (status == DT_OK) {
        status = dt_optimizer_get(o, 0, &target, error);
    }
    if (status == DT_OK) {
        const dt_optimize_report *report = dt_optimizer_report(o);
        ret->iterations = report->iterations;
        ret->converged = report->stop == DT_STOP_GRADIENT || report->stop == DT_STOP_STEP ||
                         report->stop == DT_STOP_LOSS;
        memcpy(ret->reason, report->reason, sizeof ret->reason);
        for (int i = 0; i < f->n; i++) {
            ret->change[i] = f->scale[i] * x[i];
            p[f->unknown[i]] = ret->change[i];
        }
    }
    dt_optimizer_free(o);
    return status;
}

/* Start, fit, and the rank again where it ended, about which the errors are. */
static dt_status refine(problem *f, int64_t iterations, dt_refinement *ret, dt_error *error) {
    rank r;
    double p[DT_UNKNOWN_COUNT] = {0};
    dt_status status = find_rank(f, &r, error);
    if (status == DT_OK) {
        status = minimise(f, &r, iterations, p, ret, error);
    }
    if (status == DT_OK) {
        status = apply_changes(p, &ret->setup, &ret->grain, error);
    }
    if (status == DT_OK) {
        f->setup = &ret->setup;
        f->grain = &ret->grain;
        status = find_rank(f, &r, error);
    }
    if (status == DT_OK) {
        find_errors(f, &r, ret);
        ret->chi_square = r.chi_square;
        ret->residuals = r.m;
    }
    return status;
}

dt_status dt_grain_refine(const dt_hedm_setup *setup, const dt_grain *start,
                          const dt_spot_list *spots, uint32_t free_mask, int64_t max_iterations,
                          dt_refinement *ret_result, dt_error *error) {
    dt_status status = check(setup, spots, free_mask, error);
    if (status != DT_OK) {
        return status;
    }
    dt_refinement result = {.grain = *start, .setup = *setup};
    problem f = {.setup = setup, .grain = start, .spots = spots};
    for (int i = 0; i < DT_UNKNOWN_COUNT; i++) {
        if (free_mask >> i & 1) {
            f.unknown[f.n++] = i;
        }
    }
    f.place = malloc((size_t)spots->n * sizeof *f.place);
    if (f.place == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "refine: no memory for %lld spots",
                            (long long)spots->n);
    }
    for (int64_t i = 0; i < spots->n; i++) {
        f.place[i] = 2 * i + spots->root[i];
    }
    status = refine(&f, max_iterations, &result, error);
    free(f.place);
    if (status == DT_OK) {
        result.n = f.n;
        memcpy(result.unknown, f.unknown, sizeof result.unknown);
        *ret_result = result;
    }
    return status;
}
