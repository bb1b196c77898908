/* report.c - the answer on standard output: a table, or one JSON object. */
#include "run.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double wavenumber(const struct run *r) {
    return r->settings->energy * (r->settings->constants == CONSTANTS_ICENINE
                                      ? DT_WAVENUMBER_ICENINE
                                      : DT_WAVENUMBER_CODATA);
}

static void print_table(const struct run *r) {
    const struct settings *s = r->settings;
    const double *c = s->cell;
    double k = wavenumber(r);
    row("crystal", "%s, a b c = %g %g %g A, alpha beta gamma = %g %g %g deg", r->group.name, c[0],
        c[1], c[2], c[3], c[4], c[5]);
    row("beam", "%g keV, k = %.9g 1/A, chi = %g rad", s->energy, k, s->chi);
    row("reflections", "%lld in %lld families, |g| <= %g 1/A", (long long)r->list.n,
        (long long)r->list.n_families, s->q_max);
    row("orientations", "%lld", (long long)r->n_orientations);
    row("seen", "%lld of %lld", (long long)r->n_seen, (long long)(r->n_orientations * r->list.n));
    printf("\n%12s %13s %12s %16s %8s\n", "family", "multiplicity", "|g| (1/A)", "2 theta (deg)",
           "seen");
    for (int64_t f = 0; f < r->list.n_families; f++) {
        char name[64], angle[32] = "none";
        double q = r->family_q[f];
        if (q < 2 * k) {
            snprintf(angle, sizeof angle, "%.6f", 2 * asin(q / (2 * k)) / DEGREE);
        }
        printf("%12s %13lld %12.6f %16s %8lld\n", family_name(&r->list, f, name),
               (long long)r->list.multiplicity[f], q, angle, (long long)r->family_seen[f]);
    }
    if (r->cotangent.data != NULL) {
        printf("\n");
        row("gradient", "dL/denergy %.9g 1/keV, dL/dchi %.9g", dt_item(dt_gradient(r->energy)),
            dt_item(dt_gradient(r->chi)));
    }
    if (s->output != NULL) {
        row("written", "%s", s->output);
    }
    if (s->plot != NULL) {
        row("plot", "%s", s->plot);
    }
}

static void add_families(cJSON *object, const struct run *r) {
    cJSON *families = cJSON_AddArrayToObject(object, "families");
    for (int64_t f = 0; f < r->list.n_families; f++) {
        const int64_t *h = r->list.representative + 3 * f;
        const double hkl[3] = {(double)h[0], (double)h[1], (double)h[2]};
        cJSON *family = cJSON_CreateObject();
        cJSON_AddItemToObject(family, "hkl", cJSON_CreateDoubleArray(hkl, 3));
        cJSON_AddNumberToObject(family, "multiplicity", (double)r->list.multiplicity[f]);
        cJSON_AddNumberToObject(family, "q", r->family_q[f]);
        cJSON_AddNumberToObject(family, "seen", (double)r->family_seen[f]);
        cJSON_AddItemToArray(families, family);
    }
}

static int print_json(const struct run *r) {
    const struct settings *s = r->settings;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "space_group", r->group.name);
    cJSON_AddItemToObject(object, "cell", cJSON_CreateDoubleArray(s->cell, 6));
    cJSON_AddNumberToObject(object, "energy", s->energy);
    cJSON_AddNumberToObject(object, "chi", s->chi);
    cJSON_AddNumberToObject(object, "wavenumber", wavenumber(r));
    cJSON_AddNumberToObject(object, "reflections", (double)r->list.n);
    cJSON_AddNumberToObject(object, "orientations", (double)r->n_orientations);
    cJSON_AddNumberToObject(object, "seen", (double)r->n_seen);
    add_families(object, r);
    if (r->cotangent.data != NULL) {
        cJSON *gradient = cJSON_AddObjectToObject(object, "gradient");
        cJSON_AddNumberToObject(gradient, "energy", dt_item(dt_gradient(r->energy)));
        cJSON_AddNumberToObject(gradient, "chi", dt_item(dt_gradient(r->chi)));
        cJSON_AddItemToObject(gradient, "cell",
                              cJSON_CreateDoubleArray(dt_data_f64(dt_gradient(r->cell)), 6));
    }
    if (s->output != NULL) {
        cJSON_AddStringToObject(object, "output", s->output);
    }
    if (s->plot != NULL) {
        cJSON_AddStringToObject(object, "plot", s->plot);
    }
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    if (text == NULL) {
        return EXIT_MEMORY;
    }
    puts(text);
    free(text);
    return 0;
}

int report(const struct run *r) {
    if (r->settings->json) {
        return print_json(r);
    }
    print_table(r);
    return 0;
}
