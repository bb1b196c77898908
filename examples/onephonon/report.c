/* report.c - the answer on standard output: a table, or one JSON object. */
#include "run.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const stage_names[STAGE_COUNT] = {"read", "setup", "forward", "backward",
                                                     "write"};

/* -- table ------------------------------------------------------------------------------------- */

static void print_structure(const struct run *r) {
    const dt_structure *s = r->structure;
    const double *cell = s->cell;
    row("structure", "%s", r->settings->structure);
    row("crystal", "%s, a b c = %g %g %g A, alpha beta gamma = %g %g %g deg", s->space_group,
        cell[0], cell[1], cell[2], cell[3], cell[4], cell[5]);
    row("atoms", "%lld of %lld (dropped: %lld alternative, %lld hydrogen, %lld water, %lld ligand)",
        (long long)s->n_atoms, (long long)s->atoms_read, (long long)s->dropped_altloc,
        (long long)s->dropped_hydrogen, (long long)s->dropped_water, (long long)s->dropped_ligand);
    row("asymmetric units", "%lld", (long long)r->crystal->n_asu);
}

static void print_sizes(const struct run *r, const struct sizes *z) {
    if (z->ndim == 3) {
        row("map", "%lld x %lld x %lld = %lld voxels", (long long)z->shape[0],
            (long long)z->shape[1], (long long)z->shape[2], (long long)z->voxels);
    } else {
        row("map", "%lld points", (long long)z->voxels);
    }
    row("valid", "%lld (not: %lld at whole hkl, %lld beyond dmin)", (long long)z->valid,
        (long long)z->bragg, (long long)z->beyond_d_min);
    row("wavevectors", "%lld", (long long)z->wavevectors);
    if (r->settings->general != NULL) {
        row("groups", "%lld in a unit, %lld coordinates per cell", (long long)z->groups,
            (long long)z->freedom);
    }
}

/* Smallest, mean and largest intensity of the valid voxels. */
static void statistics(const struct run *r, double *low, double *mean, double *high) {
    const double *intensity = dt_data_f64(r->intensity);
    const bool *valid = dt_phonon_map_valid(r->map);
    int64_t n = dt_size(r->intensity), count = 0;
    *low = INFINITY;
    *high = -INFINITY;
    *mean = 0;
    for (int64_t i = 0; i < n; i++) {
        if (valid[i]) {
            *low = fmin(*low, intensity[i]);
            *high = fmax(*high, intensity[i]);
            *mean += intensity[i];
            count++;
        }
    }
    *mean /= (double)count;
}

static void print_springs(const struct run *r, const struct sizes *z) {
    static const char *const forms[] = {"isotropic", "parallel", "hybrid"};
    static const char *const adps[] = {"of the file", "of the model", "tensors of the file",
                                       "tensors of the model"};
    const struct settings *s = r->settings;
    if (s->general == NULL) {
        row("springs", "%lld contacts within %g A, gamma %g inside and %g between units",
            (long long)z->contacts, s->cutoff, s->gamma_intra, s->gamma_inter);
        return;
    }
    row("springs", "%lld contacts within %g A, %s, %lld class%s, in %s", (long long)z->contacts,
        s->cutoff, forms[s->network], (long long)z->classes, z->classes == 1 ? "" : "es",
        s->spring_unit == DT_SPRING_SI ? "N/m" : "kT/A^2");
    char rank[32] = "";
    if (s->rank >= 0) {
        snprintf(rank, sizeof rank, ", rank %lld", (long long)s->rank);
    }
    row("phonons", "%s%s, displacements %s%s",
        s->occupation == DT_QUANTUM ? "quantum" : "classical",
        s->bragg == DT_BRAGG_INVALID         ? ""
        : s->bragg == DT_BRAGG_DROP_ACOUSTIC ? ", without acoustic ones at whole hkl"
                                             : ", averaged over voxels at whole hkl",
        adps[s->adp], rank);
    if (settings_needs_temperature(s)) {
        row("temperature", "%g K", s->temperature);
    }
}

/* Gradients are told of springs and scalars, without the "grad_" of their names. */
static bool is_told(const struct parameter *p) {
    return dt_ndim(p->x) == 0 || strcmp(p->name, "grad_springs") == 0;
}

static const char *told_name(const struct parameter *p) {
    return p->name + strlen("grad_");
}

static void print_gradient(const struct run *r) {
    enum { MOST = 4 };
    const char *between = "gradient          ";
    for (int i = 0; i < r->n_parameters; i++) {
        const struct parameter *p = &r->parameter[i];
        int64_t n = dt_size(p->x);
        if (is_told(p)) {
            const double *g = dt_data_f64(dt_gradient(p->x));
            printf("%sdL/d%s", between, told_name(p));
            for (int64_t k = 0; k < n && k < MOST; k++) {
                printf(" %.9g", g[k]);
            }
            printf("%s", n > MOST ? " ..." : "");
            between = "  ";
        }
    }
    printf("%s", r->n_parameters > 0 ? "\n" : "");
}

static void print_table(const struct run *r) {
    const struct settings *s = r->settings;
    const struct sizes z = run_sizes(r);
    double low, mean, high, total = 0;
    char memory[32], seconds[160] = "";
    statistics(r, &low, &mean, &high);
    print_structure(r);
    print_sizes(r, &z);
    print_springs(r, &z);
    if (s->general == NULL &&
        (s->preset != DT_PRESET_PHYSICAL || s->adp != ADP_DATA || s->rank >= 0)) {
        row("preset", "%s, displacements of the %s, rank %lld%s", settings_preset_name(s),
            s->adp == ADP_DATA ? "file" : "model", (long long)s->rank,
            s->rank < 0 ? " (all phonons)" : "");
    }
    row("intensity", "min %.6g  mean %.6g  max %.6g  e^2 per unit cell%s", low, mean, high,
        settings_needs_temperature(s) ? "" : " (kT = 1)");
    print_gradient(r);
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        size_t at = strlen(seconds);
        snprintf(seconds + at, sizeof seconds - at, "%s %.3f  ", stage_names[stage],
                 r->seconds[stage]);
        total += r->seconds[stage];
    }
    row("seconds", "%.3f = %s(%d threads)", total, seconds, dt_get_threads());
    row("peak memory", "%s", dt_format_bytes(memory, sizeof memory, peak_memory()));
    if (s->output != NULL) {
        row("written", "%s", s->output);
    }
    if (s->picture != NULL && !r->picture_failed) {
        row("picture", "%s", s->picture);
    }
    if (r->profile_written) {
        row("profile", "%s", s->profile);
    }
}

/* -- JSON -------------------------------------------------------------------------------------- */

static void add_sizes(cJSON *object, const struct run *r, const struct sizes *z) {
    cJSON_AddStringToObject(object, "structure", r->settings->structure);
    cJSON_AddStringToObject(object, "space_group", r->structure->space_group);
    cJSON_AddItemToObject(object, "cell", cJSON_CreateDoubleArray(r->structure->cell, 6));
    cJSON *shape = cJSON_AddArrayToObject(object, "shape");
    for (int d = 0; d < z->ndim; d++) {
        cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)z->shape[d]));
    }
    const struct {
        const char *name;
        int64_t value;
    } counts[] = {{"voxels", z->voxels},
                  {"valid", z->valid},
                  {"bragg", z->bragg},
                  {"beyond_dmin", z->beyond_d_min},
                  {"atoms", r->crystal->n_atoms},
                  {"asymmetric_units", r->crystal->n_asu},
                  {"wavevectors", z->wavevectors},
                  {"atoms_read", r->structure->atoms_read},
                  {"dropped_alternative", r->structure->dropped_altloc},
                  {"dropped_hydrogen", r->structure->dropped_hydrogen},
                  {"dropped_water", r->structure->dropped_water},
                  {"dropped_ligand", r->structure->dropped_ligand},
                  {"threads", dt_get_threads()}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        cJSON_AddNumberToObject(object, counts[i].name, (double)counts[i].value);
    }
    if (r->settings->general != NULL) {
        cJSON_AddNumberToObject(object, "spring_classes", (double)z->classes);
        cJSON_AddNumberToObject(object, "groups", (double)z->groups);
        cJSON_AddNumberToObject(object, "coordinates", (double)z->freedom);
    }
}

static void add_gradient(cJSON *object, const struct run *r) {
    cJSON *gradient = cJSON_AddObjectToObject(object, "gradient");
    for (int i = 0; i < r->n_parameters; i++) {
        const struct parameter *p = &r->parameter[i];
        dt_tensor *g = dt_gradient(p->x);
        if (is_told(p) && dt_ndim(p->x) == 0) {
            cJSON_AddNumberToObject(gradient, told_name(p), dt_item(g));
        } else if (is_told(p)) {
            cJSON_AddItemToObject(gradient, told_name(p),
                                  cJSON_CreateDoubleArray(dt_data_f64(g), (int)dt_size(g)));
        }
    }
}

/* Print the object and release it. */
static int print_json(cJSON *object) {
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    if (text == NULL) {
        return EXIT_MEMORY;
    }
    puts(text);
    free(text);
    return 0;
}

static int print_result_json(const struct run *r) {
    const struct sizes z = run_sizes(r);
    double low, mean, high;
    statistics(r, &low, &mean, &high);
    cJSON *object = cJSON_CreateObject();
    add_sizes(object, r, &z);
    cJSON_AddNumberToObject(object, "contacts", (double)z.contacts);
    cJSON_AddStringToObject(object, "preset", settings_preset_name(r->settings));
    cJSON *intensity = cJSON_AddObjectToObject(object, "intensity");
    cJSON_AddNumberToObject(intensity, "min", low);
    cJSON_AddNumberToObject(intensity, "mean", mean);
    cJSON_AddNumberToObject(intensity, "max", high);
    if (r->cotangent.data != NULL) {
        add_gradient(object, r);
    }
    cJSON *seconds = cJSON_AddObjectToObject(object, "seconds");
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        cJSON_AddNumberToObject(seconds, stage_names[stage], r->seconds[stage]);
    }
    cJSON_AddNumberToObject(object, "peak_memory_bytes", peak_memory());
    if (r->settings->output != NULL) {
        cJSON_AddStringToObject(object, "output", r->settings->output);
    }
    if (r->settings->picture != NULL && !r->picture_failed) {
        cJSON_AddStringToObject(object, "picture", r->settings->picture);
    }
    if (r->profile_written) {
        cJSON_AddStringToObject(object, "profile", r->settings->profile);
    }
    return print_json(object);
}

int report_result(const struct run *r) {
    if (r->settings->json) {
        return print_result_json(r);
    }
    print_table(r);
    return 0;
}

/* -- before anything is computed --------------------------------------------------------------- */

int report_dry_run(struct run *r) {
    struct prediction p;
    const struct sizes z = run_sizes(r);
    int code = memory_check(r, 0); /* the trial is small, but its threads are not */
    code = code != 0 ? code : trial_run(r, &z, &p);
    if (code != 0) {
        return code;
    }
    if (r->settings->json) {
        cJSON *object = cJSON_CreateObject();
        add_sizes(object, r, &z);
        cJSON_AddTrueToObject(object, "dry_run");
        cJSON_AddNumberToObject(object, "estimated_bytes_forward", p.bytes);
        cJSON_AddNumberToObject(object, "estimated_bytes", p.bytes_gradients);
        cJSON_AddNumberToObject(object, "estimated_seconds_forward", p.seconds);
        cJSON_AddNumberToObject(object, "estimated_seconds", p.seconds_gradients);
        return print_json(object);
    }
    char memory[32], all[32];
    print_structure(r);
    print_sizes(r, &z);
    row("memory", "about %s for the map, %s with gradients",
        dt_format_bytes(memory, sizeof memory, p.bytes),
        dt_format_bytes(all, sizeof all, p.bytes_gradients));
    row("time", "about %.2g s for the map, %.2g s with gradients (%d threads, from a short trial)",
        p.seconds, p.seconds_gradients, dt_get_threads());
    return 0;
}
