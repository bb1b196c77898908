/* picture.c - one layer of data, model, and their difference in standard deviations. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Colours for data and model alike: from the 2nd to the 99.5th percentile of the data used. */
static bool colour_limits(const struct fit *f, double *low, double *high) {
    double *sorted = malloc((size_t)f->used.n * sizeof *sorted);
    int64_t n = 0;
    for (int64_t i = 0; sorted != NULL && i < f->used.n; i++) {
        if (f->intensity[i] > 0) {
            sorted[n++] = f->intensity[i];
        }
    }
    if (n > 0) {
        qsort(sorted, (size_t)n, sizeof *sorted, ascending);
        *low = sorted[n / 50];
        *high = sorted[(int64_t)(0.995 * (double)(n - 1))];
    }
    free(sorted);
    return n > 0 && *low < *high;
}

static bool any_positive(const dt_array *values, const dt_array *mask) {
    for (int64_t i = 0; i < values->shape[0]; i++) {
        for (int64_t j = 0; j < values->shape[1]; j++) {
            const double *x = values->data;
            const bool *m = mask->data;
            if (m[i * mask->strides[0] + j * mask->strides[1]] &&
                x[i * values->strides[0] + j * values->strides[1]] > 0) {
                return true;
            }
        }
    }
    return false;
}

/* A layer and how it is drawn. */
struct drawing {
    const char *name, *what; /* of the file; in the title */
    dt_array values, mask;
    dt_picture_options options;
    char title[256];
};

static int prepare(struct fit *f, struct drawing *d, double *map, bool *valid) {
    const struct layer_cut at = layer_cut(f->settings->layer, f->target.axes);
    const dt_array values = dt_array_wrap(DT_F64, 3, f->target.shape, map);
    const dt_array mask = dt_array_wrap(DT_BOOL, 3, f->target.shape, valid);
    dt_picture_options *o = &d->options;
    d->values = layer_of(&at, &values);
    d->mask = layer_of(&at, &mask);
    if (o->scale == DT_PICTURE_LOG && !any_positive(&d->values, &d->mask)) {
        o->scale = DT_PICTURE_LINEAR;
        o->low = o->high = 0;
    }
    layer_describe(&at, &f->crystal->cell, f->target.axes, f->settings->structure, NULL, d->what,
                   d->title, o, &f->error);
    return exit_code_of(f->error.status);
}

/* The three beside each other: what they share is drawn once. */
static int draw_row(struct fit *f, const struct drawing *d) {
    enum { SIZE = 400 };
    static const unsigned without[3] = {DT_PICTURE_COLOUR_BAR, DT_PICTURE_LEFT_LABELS,
                                        DT_PICTURE_LEFT_LABELS};
    char path[PATH_SIZE];
    dt_picture_panel panels[3];
    for (int i = 0; i < 3; i++) {
        panels[i] = (dt_picture_panel){&d[i].values, &d[i].mask, d[i].options};
        panels[i].options.without = without[i] | DT_PICTURE_SCALE_BAR;
        panels[i].options.plot_size = SIZE;
        panels[i].options.title = d[i].what;
    }
    output_path(f, "fit.png", path, sizeof path);
    dt_picture_write_row(path, 3, panels, &f->error);
    return exit_code_of(f->error.status);
}

static int draw(struct fit *f, double *difference, bool *used) {
    dt_picture_options o = dt_picture_defaults();
    if (!colour_limits(f, &o.low, &o.high)) {
        o.scale = DT_PICTURE_LINEAR;
        o.low = o.high = 0;
    }
    o.value_title = "intensity";
    o.comment = f->provenance;
    struct drawing d[3] = {{.name = "data.png", .what = "data", .options = o},
                           {.name = "model.png", .what = "model", .options = o}};
    o.scale = DT_PICTURE_LINEAR;
    o.colours = DT_PICTURE_DIVERGING;
    o.value_title = f->target.has_sigma ? "standard deviations" : "difference";
    o.low = f->target.has_sigma ? -4 : 0;
    o.high = f->target.has_sigma ? 4 : 0;
    const char *what = f->target.has_sigma ? "(data - model) / sigma" : "data - model";
    d[2] = (struct drawing){.name = "difference.png", .what = what, .options = o};
    double *const maps[3] = {f->target.intensity, f->model, difference};
    int code = 0;
    for (int i = 0; i < 3 && code == 0; i++) {
        char path[PATH_SIZE];
        code = prepare(f, &d[i], maps[i], used);
        output_path(f, d[i].name, path, sizeof path);
        if (code == 0) {
            dt_picture_write(path, &d[i].values, &d[i].mask, &d[i].options, &f->error);
            code = exit_code_of(f->error.status);
        }
    }
    return code != 0 ? code : draw_row(f, d);
}

int picture_write(struct fit *f) {
    int64_t n = f->target.voxels;
    bool *used = calloc((size_t)n, 1);
    double *difference = calloc((size_t)n, sizeof *difference);
    int code = EXIT_MEMORY;
    if (used != NULL && difference != NULL) {
        for (int64_t i = 0; i < f->used.n; i++) {
            int64_t v = f->voxel[i];
            used[v] = true;
            difference[v] = (f->intensity[i] - f->model[v]) / f->sigma[i];
        }
        code = draw(f, difference, used);
    } else {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for the pictures");
    }
    free(used);
    free(difference);
    return code;
}
