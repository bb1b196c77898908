/* parameters.c - what can vary: starting values, units, names. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool allocate(struct parameter *p) {
    size_t size = (size_t)(p->n > 0 ? p->n : 1) * sizeof(double);
    p->start = calloc(1, size);
    p->value = calloc(1, size);
    p->unit = calloc(1, size);
    p->error = calloc(1, size);
    p->free = malloc((size_t)(p->n > 0 ? p->n : 1) * sizeof *p->free);
    return p->start && p->value && p->unit && p->error && p->free;
}

void parameters_free(struct fit *f) {
    for (int k = 0; k < KINDS; k++) {
        struct parameter *p = &f->parameter[k];
        free(p->start);
        free(p->value);
        free(p->unit);
        free(p->error);
        free(p->free);
    }
}

/* -- starting values --------------------------------------------------------------------------- */

/* The numbers of the command line: one for all, a pair for all, or every one. */
int parameters_springs(struct fit *f) {
    const struct numbers *list = &f->settings->springs;
    int64_t width = f->settings->form == DT_SPRING_HYBRID ? 2 : 1;
    f->n_springs = width * dt_network_get_sizes(f->network).classes;
    if (list->n != 1 && list->n != width && list->n != f->n_springs) {
        dt_error_set(&f->error, DT_ERR_ARGUMENT,
                     "--springs has %d numbers, this network %lld constants: give one number%s or "
                     "all of them",
                     list->n, (long long)f->n_springs, width == 2 ? ", a pair," : "");
        return EXIT_USAGE;
    }
    if (f->settings->hold >= f->n_springs) {
        dt_error_set(&f->error, DT_ERR_ARGUMENT,
                     "--hold=%lld, but the spring constants are numbered 0 to %lld",
                     (long long)f->settings->hold, (long long)(f->n_springs - 1));
        return EXIT_USAGE;
    }
    f->springs = malloc((size_t)f->n_springs * sizeof *f->springs);
    if (f->springs == NULL) {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for %lld spring constants",
                     (long long)f->n_springs);
        return EXIT_MEMORY;
    }
    for (int64_t i = 0; i < f->n_springs; i++) {
        f->springs[i] = list->value[i % list->n];
    }
    return 0;
}

/* What an intensity is measured in, for backgrounds: the mean of the target's magnitude. */
static double typical(const struct fit *f) {
    double sum = 0;
    for (int64_t i = 0; i < f->used.n; i++) {
        sum += fabs(f->intensity[i]) / (double)f->used.n;
    }
    return sum > 0 ? sum : 1;
}

/* What a displacement is measured in. */
static double mean_u(const struct fit *f) {
    double sum = 0;
    for (int64_t i = 0; i < f->crystal->n_atoms; i++) {
        sum += f->crystal->u_iso[i] / (double)f->crystal->n_atoms;
    }
    return sum > 0 ? sum : 1;
}

static int start_u(struct fit *f, struct parameter *p) {
    for (int64_t i = 0; i < p->n; i++) {
        p->start[i] =
            p->ndim == 1 ? f->crystal->u_iso[i] : f->structure->u_aniso[i]; /* the same atoms */
        if (p->refined && !(p->start[i] > 0)) {
            dt_error_set(&f->error, DT_ERR_ARGUMENT,
                         "%s has U = 0 in the structure: a refined U must begin above 0",
                         f->structure->label[i]);
            return EXIT_USAGE;
        }
    }
    return 0;
}

static int start_values(struct fit *f, struct parameter *p) {
    const struct settings *s = f->settings;
    double one[KINDS] = {[U_SCALE] = s->u_scale, [SCALE] = s->scale, [FLAT] = s->flat};
    int code = 0;
    if (p->kind == SPRINGS) {
        memcpy(p->start, f->springs, (size_t)p->n * sizeof *p->start);
    } else if (p->kind == U_ATOM) {
        code = start_u(f, p);
    } else if (p->kind == U_TENSOR) {
        memcpy(p->start, s->u_tensor, sizeof s->u_tensor);
    } else if (p->kind != RADIAL) {
        p->start[0] = one[p->kind];
    }
    double typical_value = p->positive ? 0 : p->kind == U_TENSOR ? mean_u(f) : typical(f);
    for (int64_t i = 0; i < p->n; i++) {
        p->value[i] = p->start[i];
        p->unit[i] = p->positive ? p->start[i] : typical_value;
        if (p->refined && !(p->kind == SPRINGS && i == s->hold)) {
            p->free[p->n_free++] = i;
        }
    }
    return code;
}

/* Knots of the radial background over all voxels that are used. */
static bool make_knots(struct fit *f) {
    int64_t n = f->parameter[RADIAL].n;
    double low = INFINITY, high = 0;
    for (int64_t i = 0; i < f->used.n; i++) {
        low = fmin(low, f->used.inverse_d[i]);
        high = fmax(high, f->used.inverse_d[i]);
    }
    f->knots = malloc((size_t)(n > 0 ? n : 1) * sizeof *f->knots);
    for (int64_t i = 0; f->knots != NULL && i < n; i++) {
        f->knots[i] = low + (high - low) * (double)i / (double)(n - 1);
    }
    return f->knots != NULL;
}

int parameters_make(struct fit *f) {
    const struct settings *s = f->settings;
    bool hybrid = s->form == DT_SPRING_HYBRID, tensors = s->adp == ADP_DATA_TENSORS;
    int64_t atoms = f->crystal->n_atoms;
    const struct parameter made[KINDS] = {
        [SPRINGS] = {.unit_name = s->spring_unit == DT_SPRING_SI ? "N/m" : "kT/A^2",
                     .ndim = hybrid ? 2 : 1,
                     .shape = {f->n_springs / (hybrid ? 2 : 1), 2},
                     .n = f->n_springs,
                     .positive = true},
        [U_SCALE] = {.unit_name = "", .n = 1, .positive = true},
        [U_ATOM] = {.unit_name = "A^2",
                    .ndim = tensors ? 3 : 1,
                    .shape = {atoms, 3, 3},
                    .n = tensors ? 9 * atoms : atoms,
                    .positive = true},
        [U_TENSOR] = {.unit_name = "A^2", .ndim = 1, .shape = {6}, .n = 6},
        [SCALE] = {.unit_name = "", .n = 1, .positive = true},
        [FLAT] = {.unit_name = "as the target", .n = 1},
        [RADIAL] = {.unit_name = "as the target", .ndim = 1, .shape = {s->knots}, .n = s->knots},
    };
    for (int k = 0; k < KINDS; k++) {
        struct parameter *p = &f->parameter[k];
        *p = made[k];
        p->kind = (enum kind)k;
        p->refined = (s->refine >> k & 1) != 0;
        if (k == RADIAL && !p->refined) {
            p->shape[0] = p->n = 0;
        }
        if (!allocate(p)) {
            dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for %lld numbers", (long long)p->n);
            return EXIT_MEMORY;
        }
        int code = start_values(f, p);
        if (code != 0) {
            return code;
        }
        if (p->n_free > 0) {
            f->unknown[f->n_unknowns++] = k;
            f->n_numbers += p->n_free;
        }
    }
    return make_knots(f) && labels_make(f) ? 0 : EXIT_MEMORY;
}

/* -- on the tape ------------------------------------------------------------------------------- */

double parameter_unknown(const struct parameter *p, int64_t i) {
    return p->positive ? log(p->value[i] / p->unit[i]) : p->value[i] / p->unit[i];
}

double parameter_value(const struct parameter *p, int64_t i, double unknown) {
    return p->unit[i] * (p->positive ? exp(unknown) : unknown);
}

double parameter_slope(const struct parameter *p, int64_t i) {
    return p->positive ? p->value[i] : p->unit[i];
}

dt_tensor *parameter_tensor(const struct parameter *p, dt_tape *tape, dt_tensor *x) {
    if (x == NULL) {
        return dt_constant(tape, DT_F64, p->ndim, p->shape, p->value);
    }
    double *held = malloc((size_t)p->n * sizeof *held), *unit = malloc((size_t)p->n * sizeof *unit);
    dt_tensor *value = NULL;
    if (held == NULL || unit == NULL) {
        dt_tape_fail(tape, DT_ERR_MEMORY, "no memory for %lld numbers", (long long)p->n);
        value = dt_inert(tape);
    } else {
        memcpy(held, p->start, (size_t)p->n * sizeof *held);
        for (int64_t i = 0; i < p->n_free; i++) {
            held[p->free[i]] = 0;
            unit[i] = p->unit[p->free[i]];
        }
        dt_tensor *index = dt_constant(tape, DT_I64, 1, &p->n_free, p->free);
        x = p->positive ? dt_exp(x) : x;
        dt_tensor *varied = dt_mul(x, dt_constant(tape, DT_F64, 1, &p->n_free, unit));
        value = dt_add(dt_scatter_add(varied, index, 0, p->n),
                       dt_constant(tape, DT_F64, 1, &p->n, held));
        value = dt_reshape(value, p->ndim, p->shape);
    }
    free(held);
    free(unit);
    return value;
}
