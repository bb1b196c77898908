/* report.c - refined numbers with standard errors, and pulls where the truth is known. */
#include "run.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* One refined number in the unit of its name. */
struct line {
    const char *name;
    double start, value, error, truth, pull; /* truth and pull NAN without simulation */
};

/* The number of this place in an experiment and a grain; 0 for turns, which count from the start.
 */
static double number(int unknown, const dt_hedm_setup *s, const dt_grain *g) {
    if (unknown >= DT_UNKNOWN_STRAIN && unknown < DT_UNKNOWN_POSITION) {
        return g->strain[unknown - DT_UNKNOWN_STRAIN];
    }
    if (unknown >= DT_UNKNOWN_POSITION && unknown < DT_UNKNOWN_ENERGY) {
        return g->position[unknown - DT_UNKNOWN_POSITION];
    }
    switch (unknown) {
    case DT_UNKNOWN_ENERGY: return s->energy;
    case DT_UNKNOWN_LATTICE_SCALE: return s->cell[0];
    case DT_UNKNOWN_CHI: return s->chi;
    case DT_UNKNOWN_DISTANCE: return s->panel_location[0];
    case DT_UNKNOWN_CENTER: return s->beam_center[0];
    case DT_UNKNOWN_CENTER + 1: return s->beam_center[1];
    default: return 0;
    }
}

/* Turns: what is left between two rotations, about the axis of this place. */
static dt_status turned(const struct run *r, int unknown, const dt_refinement *f, struct line *ret,
                        dt_error *error) {
    bool tilt = unknown >= DT_UNKNOWN_TILT;
    const double *fitted = tilt ? f->setup.panel_rotation : f->grain.rotation;
    const double *truth = tilt ? r->setup.panel_rotation : r->grain.rotation;
    const double *start = tilt ? r->setup.panel_rotation : r->start.rotation;
    int axis = unknown - (tilt ? DT_UNKNOWN_TILT : DT_UNKNOWN_ORIENTATION);
    double left[3], wanted[3];
    dt_status status = rotation_between(fitted, truth, left, error);
    if (status == DT_OK) {
        status = rotation_between(truth, start, wanted, error);
    }
    if (status == DT_OK) {
        ret->truth = wanted[axis];
        ret->pull = left[axis] / ret->error;
    }
    return status;
}

static dt_status make_line(struct run *r, int i, struct line *ret) {
    const dt_refinement *f = &r->result;
    int unknown = f->unknown[i];
    bool turn =
        unknown < DT_UNKNOWN_STRAIN || (unknown >= DT_UNKNOWN_TILT && unknown < DT_UNKNOWN_CENTER);
    double scale = unknown == DT_UNKNOWN_LATTICE_SCALE ? f->setup.cell[0] : 1;
    *ret = (struct line){.name = unknown == DT_UNKNOWN_LATTICE_SCALE ? "edge a"
                                                                     : dt_unknown_name(unknown),
                         .start = number(unknown, &r->setup, &r->start),
                         .value = turn ? f->change[i] : number(unknown, &f->setup, &f->grain),
                         .error = f->error[i] * scale,
                         .truth = number(unknown, &r->setup, &r->grain)};
    ret->pull = (ret->value - ret->truth) / ret->error;
    dt_status status = turn ? turned(r, unknown, f, ret, &r->error) : DT_OK;
    if (r->settings->spots != NULL) {
        ret->truth = ret->pull = NAN;
    }
    return status;
}

static void print_table(const struct run *r, const struct line *lines) {
    const dt_refinement *f = &r->result;
    row("spots", "%lld, %lld residuals", (long long)r->n, (long long)f->residuals);
    row("fit", "%lld steps; %s", (long long)f->iterations, f->reason);
    row("chi square", "%.6g for %lld degrees of freedom", f->chi_square,
        (long long)(f->residuals - f->n));
    printf("\n%-16s %14s %14s %12s", "number", "start", "refined", "error");
    if (r->settings->spots == NULL) {
        printf(" %14s %8s", "true", "pull");
    }
    printf("\n");
    for (int i = 0; i < f->n; i++) {
        const struct line *l = &lines[i];
        printf("%-16s %14.8g %14.8g %12.3g", l->name, l->start, l->value, l->error);
        if (r->settings->spots == NULL) {
            printf(" %14.8g %8.2f", l->truth, l->pull);
        }
        printf("\n");
    }
    printf("\nOrientation and tilt are rotation vectors from the start, radians; energy in keV, "
           "edge a\nin Angstrom, chi in radians, position and distance in mm, beam center in "
           "pixels.\n");
    const char *const files[] = {r->settings->save_spots, r->settings->output, r->settings->plot};
    static const char *const names[] = {"spots", "grain", "plot"};
    for (int i = 0; i < 3; i++) {
        if (files[i] != NULL) {
            row(names[i], "%s", files[i]);
        }
    }
}

static int print_json(const struct run *r, const struct line *lines) {
    const dt_refinement *f = &r->result;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddNumberToObject(object, "spots", (double)r->n);
    cJSON_AddNumberToObject(object, "residuals", (double)f->residuals);
    cJSON_AddNumberToObject(object, "iterations", (double)f->iterations);
    cJSON_AddNumberToObject(object, "chi_square", f->chi_square);
    cJSON_AddStringToObject(object, "reason", f->reason);
    cJSON_AddItemToObject(object, "rotation", cJSON_CreateDoubleArray(f->grain.rotation, 9));
    cJSON *numbers = cJSON_AddArrayToObject(object, "refined");
    for (int i = 0; i < f->n; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddStringToObject(item, "name", lines[i].name);
        cJSON_AddNumberToObject(item, "start", lines[i].start);
        cJSON_AddNumberToObject(item, "value", lines[i].value);
        cJSON_AddNumberToObject(item, "error", lines[i].error);
        if (r->settings->spots == NULL) {
            cJSON_AddNumberToObject(item, "true", lines[i].truth);
            cJSON_AddNumberToObject(item, "pull", lines[i].pull);
        }
        cJSON_AddItemToArray(numbers, item);
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

int report(struct run *r) {
    struct line lines[DT_UNKNOWN_COUNT];
    for (int i = 0; i < r->result.n; i++) {
        dt_status status = make_line(r, i, &lines[i]);
        if (status != DT_OK) {
            return exit_code_of(status);
        }
    }
    if (r->settings->json) {
        return print_json(r, lines);
    }
    print_table(r, lines);
    return 0;
}
