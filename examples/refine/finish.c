/* finish.c - the map of the whole grid at the end, and how well it agrees with the data. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct fit *f) {
    dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for a map of %lld voxels",
                 (long long)f->target.voxels);
    return EXIT_MEMORY;
}

/* The model on the grid; 0 where it has no value. */
static int evaluate(struct fit *f) {
    int64_t n = f->target.voxels;
    f->model = malloc((size_t)n * sizeof *f->model);
    if (f->model == NULL) {
        return no_memory(f);
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tape_on_progress(tape, on_progress, NULL);
    const double *total = dt_data_f64(model_total(f, &f->grid, tape, NULL));
    const bool *valid = dt_phonon_map_valid(f->grid.map);
    for (int64_t v = 0; total != NULL && v < n; v++) {
        f->model[v] = valid[v] ? total[v] : 0;
    }
    f->error = *dt_tape_error(tape);
    dt_tape_free(tape);
    return exit_code_of(f->error.status);
}

/* Classes of distance from the nearest Bragg peak: one for each distance there is, or, where there
 * are many, of equal width. */
static dt_status distance_classes(struct fit *f, const dt_array *mask, dt_classes *ret_classes) {
    enum { MOST = 50 };
    const double same = 1e-6; /* 1/Angstrom */
    dt_array hkl = {0}, distance = {0};
    dt_status status = dt_generate_grid(&f->target.grid, &f->crystal->cell, &hkl, NULL, &f->error);
    if (status == DT_OK) {
        status = dt_get_dq_map(&f->crystal->cell, &hkl, DT_NEAREST_PEAK, &distance, &f->error);
    }
    if (status == DT_OK) {
        const dt_array map = dt_array_wrap(DT_F64, 3, f->target.shape, distance.data);
        status = dt_distance_classes(&map, mask, same, ret_classes, &f->error);
        if (status == DT_OK && ret_classes->n > MOST) {
            double *x = distance.data, width = ret_classes->mean[ret_classes->n - 1] / MOST;
            for (int64_t v = 0; v < f->target.voxels; v++) {
                x[v] = (fmin(floor(x[v] / width), MOST - 1) + 0.5) * width;
            }
            dt_classes_free(ret_classes);
            status = dt_distance_classes(&map, mask, width / 2, ret_classes, &f->error);
            for (int64_t c = 0; status == DT_OK && c < ret_classes->n; c++) {
                ret_classes->lower[c] -= width / 2;
                ret_classes->upper[c] += width / 2;
            }
        }
    }
    dt_array_free(&hkl);
    dt_array_free(&distance);
    return status;
}

/* Agreement in shells, and by distance from Bragg peaks; for the anisotropic part radial means are
 * those of five times as many. */
static int compare(struct fit *f, const bool *used) {
    enum { THINNER = 5 };
    const struct target *t = &f->target;
    const dt_array model = dt_array_wrap(DT_F64, 3, t->shape, f->model);
    const dt_array data = dt_array_wrap(DT_F64, 3, t->shape, t->intensity);
    const dt_array sigma = dt_array_wrap(DT_F64, 3, t->shape, t->sigma);
    const dt_array mask = dt_array_wrap(DT_BOOL, 3, t->shape, used);
    double *d = malloc((size_t)t->voxels * sizeof *d);
    if (d == NULL) {
        return no_memory(f);
    }
    for (int64_t v = 0; v < t->voxels; v++) {
        d[v] = 1 / f->grid.inverse_d[v];
    }
    const dt_array resolution = dt_array_wrap(DT_F64, 3, t->shape, d);
    dt_classes shells = {0}, thin = {0}, distances = {0};
    if (dt_resolution_shells(&resolution, &mask, DT_EQUAL_VOLUMES, f->settings->shells, &shells,
                             &f->error) == DT_OK &&
        dt_resolution_shells(&resolution, &mask, DT_EQUAL_VOLUMES, THINNER * f->settings->shells,
                             &thin, &f->error) == DT_OK &&
        distance_classes(f, &mask, &distances) == DT_OK) {
        const dt_array *errors = t->has_sigma ? &sigma : NULL;
        dt_compare_maps(&model, &data, errors, &mask, &shells, &thin, &f->agreement, &f->error);
        dt_compare_maps(&model, &data, errors, &mask, &distances, &thin, &f->distances, &f->error);
    }
    dt_classes_free(&distances);
    dt_classes_free(&shells);
    dt_classes_free(&thin);
    free(d);
    return exit_code_of(f->error.status);
}

int model_finish(struct fit *f) {
    int code = evaluate(f);
    bool *used = code == 0 ? calloc((size_t)f->target.voxels, 1) : NULL;
    if (code == 0 && used == NULL) {
        return no_memory(f);
    }
    for (int64_t i = 0; code == 0 && i < f->used.n; i++) {
        used[f->voxel[i]] = true;
    }
    code = code != 0 ? code : compare(f, used);
    free(used);
    return code;
}
