/* picture.c - one layer of data, model, and their difference in standard deviations. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The axis a layer is cut across, and the two it is spanned by. */
static const struct {
    int normal, across, up;
} layers[] = {[LAYER_HK0] = {2, 0, 1}, [LAYER_H0L] = {1, 0, 2}, [LAYER_0KL] = {0, 1, 2}};

/* The point of an axis nearest to index 0. */
static int64_t nearest_to_zero(const dt_grid_axis *axis) {
    int64_t best = 0;
    for (int64_t i = 1; i < axis->n; i++) {
        if (fabs(dt_axis_miller(axis, i)) < fabs(dt_axis_miller(axis, best))) {
            best = i;
        }
    }
    return best;
}

/* The layer of a map. */
static dt_array cut(const struct fit *f, dt_dtype dtype, void *map, int64_t at) {
    int layer = f->settings->layer;
    const int axes[3] = {layers[layer].across, layers[layer].up, layers[layer].normal};
    dt_array all = dt_array_wrap(dtype, 3, f->target.shape, map), flat = all;
    flat.ndim = 2;
    flat.data = (char *)map + at * all.strides[axes[2]] * (int64_t)dt_dtype_size(dtype);
    for (int d = 0; d < 2; d++) {
        flat.shape[d] = all.shape[axes[d]];
        flat.strides[d] = all.strides[axes[d]];
    }
    return flat;
}

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

static int draw(struct fit *f, const char *name, const char *what, double *map, bool *valid,
                dt_picture_options o) {
    static const char *const axis_names[] = {"h", "k", "l"};
    int layer = f->settings->layer, normal = layers[layer].normal;
    const int span[2] = {layers[layer].across, layers[layer].up};
    int64_t at = nearest_to_zero(&f->target.axes[normal]);
    const dt_array values = cut(f, DT_F64, map, at), mask = cut(f, DT_BOOL, valid, at);
    if (o.scale == DT_PICTURE_LOG && !any_positive(&values, &mask)) {
        o.scale = DT_PICTURE_LINEAR;
        o.low = o.high = 0;
    }
    char title[256], path[PATH_SIZE];
    const char *crystal = strrchr(f->settings->structure, '/');
    snprintf(title, sizeof title, "%s, %s = %g: %s",
             crystal == NULL ? f->settings->structure : crystal + 1, axis_names[normal],
             dt_axis_miller(&f->target.axes[normal], at), what);
    o.title = title;
    o.length_unit = "\xc3\x85^{-1}";
    double reciprocal[2][3]; /* q per unit of h, k or l */
    for (int d = 0; d < 2; d++) {
        double unit[3] = {0};
        unit[span[d]] = 1;
        dt_scattering_vector(&f->crystal->cell, unit, reciprocal[d]);
        o.axis[d].title = axis_names[span[d]];
        o.axis[d].first = dt_axis_miller(&f->target.axes[span[d]], 0);
        o.axis[d].step = 1.0 / (double)f->target.axes[span[d]].samples;
    }
    output_path(f, name, path, sizeof path);
    if (dt_picture_plane_basis(reciprocal[0], reciprocal[1], o.axis[0].basis, o.axis[1].basis,
                               &f->error) == DT_OK) {
        dt_picture_write(path, &values, &mask, &o, &f->error);
    }
    return exit_code_of(f->error.status);
}

int picture_write(struct fit *f) {
    dt_picture_options o = dt_picture_defaults();
    if (!colour_limits(f, &o.low, &o.high)) {
        o.scale = DT_PICTURE_LINEAR;
        o.low = o.high = 0;
    }
    int64_t n = f->target.voxels;
    bool *used = calloc((size_t)n, 1);
    double *difference = calloc((size_t)n, sizeof *difference);
    if (used == NULL || difference == NULL) {
        free(used);
        free(difference);
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for the pictures");
        return EXIT_MEMORY;
    }
    for (int64_t i = 0; i < f->used.n; i++) {
        int64_t v = f->voxel[i];
        used[v] = true;
        difference[v] = (f->intensity[i] - f->model[v]) / f->sigma[i];
    }
    o.value_title = "I";
    int code = draw(f, "data.png", "data", f->target.intensity, used, o);
    code = code != 0 ? code : draw(f, "model.png", "model", f->model, used, o);
    o.scale = DT_PICTURE_LINEAR;
    o.value_title = f->target.has_sigma ? "difference / sigma" : "difference";
    o.colours = DT_PICTURE_DIVERGING;
    o.low = f->target.has_sigma ? -4 : 0;
    o.high = f->target.has_sigma ? 4 : 0;
    code = code != 0 ? code : draw(f, "difference.png", "data - model", difference, used, o);
    free(used);
    free(difference);
    return code;
}
