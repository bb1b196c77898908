/* report.c - what people read: a line for every iteration, a table at the end. */
#include "refine.h"

#include <math.h>
#include <stdio.h>

void report_iteration(const struct fit *f) {
    const double *row = f->history + HISTORY_COLUMNS * (f->n_history - 1);
    fprintf(stderr, "iteration %3.0f  chi^2 per voxel %.6g  step %.2g\n", row[ITERATION],
            2 * row[LOSS] / (double)f->used.n, row[STEP]);
}

/* What the data do not determine, by name. */
static void print_open(const struct fit *f) {
    enum { MOST = 6 };
    int64_t found = 0;
    for (int i = 0; i < f->n_unknowns; i++) {
        const struct parameter *p = &f->parameter[f->unknown[i]];
        for (int64_t j = 0; j < p->n_free; j++) {
            if (isnan(p->error[p->free[j]]) && found++ < MOST) {
                char label[64];
                parameter_label(f, p, p->free[j], label, sizeof label);
                if (found == 1) {
                    printf("%-18s ", "not determined");
                }
                printf("%s%s%s%s", found > 1 ? ", " : "", kind_names[p->kind], label[0] ? " " : "",
                       label);
            }
        }
    }
    if (found > MOST) {
        printf(" and %lld more", (long long)(found - MOST));
    }
    if (found > 0) {
        printf(": no influence beside the others; errors are those with %s held\n",
               found > 1 ? "these" : "it");
    }
}

/* A number that went far away seldom found a better place: it slipped into a valley without end. */
static void print_strays(const struct fit *f) {
    const double far = 1e4;
    for (int i = 0; i < f->n_unknowns; i++) {
        const struct parameter *p = &f->parameter[f->unknown[i]];
        for (int64_t j = 0; j < p->n_free && p->positive; j++) {
            int64_t at = p->free[j];
            double ratio = p->value[at] / p->start[at];
            if (!(ratio < far && ratio > 1 / far)) {
                char label[64];
                parameter_label(f, p, at, label, sizeof label);
                printf("%-18s %s%s%s went from %g to %g: begin elsewhere, or hold it\n", "ran away",
                       kind_names[p->kind], label[0] ? " " : "", label, p->start[at], p->value[at]);
                return;
            }
        }
    }
}

static void print_parameters(const struct fit *f) {
    enum { MOST = 12 };
    for (int i = 0; i < f->n_unknowns; i++) {
        const struct parameter *p = &f->parameter[f->unknown[i]];
        for (int64_t j = 0; j < p->n_free && j < MOST; j++) {
            char label[64], name[96];
            int64_t at = p->free[j];
            parameter_label(f, p, at, label, sizeof label);
            snprintf(name, sizeof name, "%s%s%s", kind_names[p->kind], label[0] ? " " : "", label);
            printf("%-18s %.6g", name, p->value[at]);
            bool known = f->no_errors[0] == '\0', open = known && isnan(p->error[at]);
            if (known && !open) {
                printf(" +- %.2g", p->error[at]);
            }
            bool vague = open || (p->positive && p->error[at] > p->value[at]);
            printf("%s%s%s\n", p->unit_name[0] ? " " : "", p->unit_name,
                   vague ? " (not determined)" : "");
        }
        if (p->n_free > MOST) {
            printf("%-18s ... %lld more in parameters.csv\n", kind_names[p->kind],
                   (long long)(p->n_free - MOST));
        }
    }
    if (f->no_errors[0] != '\0') {
        printf("%-18s %s\n", "no standard errors", f->no_errors);
    }
    print_open(f);
    print_strays(f);
}

void report_print(const struct fit *f) {
    const struct settings *s = f->settings;
    const dt_agreement *a = &f->agreement.total;
    dt_network_sizes n = dt_network_get_sizes(f->network);
    printf("%-18s %s: %lld atoms, %s\n", "structure", s->structure, (long long)f->crystal->n_atoms,
           f->structure->space_group);
    printf("%-18s %lld springs of %lld constants\n", "network", (long long)n.contacts / 2,
           (long long)f->parameter[SPRINGS].n);
    printf("%-18s %s: %lld x %lld x %lld voxels, %lld used\n", "target", s->target,
           (long long)f->target.shape[0], (long long)f->target.shape[1],
           (long long)f->target.shape[2], (long long)f->used.n);
    if (f->target.n_skipped > 0) {
        printf("%-18s %lld voxels that are not finite\n", "skipped",
               (long long)f->target.n_skipped);
    }
    if (f->n_history > 0) {
        const double *row = f->history + HISTORY_COLUMNS * (f->n_history - 1);
        printf("%-18s %.0f: %s\n", "iterations", row[ITERATION], f->reason);
        printf("%-18s %.6g per voxel, %.6g at the start\n", "chi^2",
               2 * row[LOSS] / (double)f->used.n, 2 * f->history[LOSS] / (double)f->used.n);
    }
    if (a->correlated) {
        printf("%-18s %.5f", "correlation", a->correlation);
        if (a->anisotropically_correlated) {
            printf(", of the anisotropic parts %.5f", a->anisotropic_correlation);
        }
        printf("\n");
    }
    print_parameters(f);
    printf("%-18s %s\n", "written to", s->output);
}
