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

/* Agreement in shells; for the anisotropic part radial means are those of five times as many. */
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
    dt_classes shells = {0}, thin = {0};
    if (dt_resolution_shells(&resolution, &mask, DT_EQUAL_VOLUMES, f->settings->shells, &shells,
                             &f->error) == DT_OK &&
        dt_resolution_shells(&resolution, &mask, DT_EQUAL_VOLUMES, THINNER * f->settings->shells,
                             &thin, &f->error) == DT_OK) {
        dt_compare_maps(&model, &data, t->has_sigma ? &sigma : NULL, &mask, &shells, &thin,
                        &f->agreement, &f->error);
    }
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
