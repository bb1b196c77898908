/* simulate.c - a target from known parameters: the model's map with the noise of counting. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every voxel of the grid is there, with nothing measured yet. */
static int begin_target(struct fit *f) {
    struct target *t = &f->target;
    t->grid = f->settings->grid;
    if (dt_grid_axes(&t->grid, t->axes, &t->voxels, &f->error) != DT_OK) {
        return EXIT_USAGE;
    }
    for (int d = 0; d < 3; d++) {
        t->shape[d] = t->axes[d].n;
    }
    memcpy(t->cell, f->crystal->cell.parameters, sizeof t->cell);
    t->has_sigma = true;
    t->intensity = calloc((size_t)t->voxels, sizeof *t->intensity);
    t->sigma = malloc((size_t)t->voxels * sizeof *t->sigma);
    t->usable = malloc((size_t)t->voxels);
    if (t->intensity == NULL || t->sigma == NULL || t->usable == NULL) {
        dt_error_set(&f->error, DT_ERR_MEMORY, "no memory for %lld voxels", (long long)t->voxels);
        return EXIT_MEMORY;
    }
    for (int64_t v = 0; v < t->voxels; v++) {
        t->sigma[v] = 1;
        t->usable[v] = true;
    }
    return 0;
}

/* sigma^2 = (I + mean / 100) mean / snr^2: that of counts, with a hundredth of the mean for what a
 * detector adds where there is nothing. */
static void measure(struct fit *f, const double *intensity, const double *noise) {
    double mean = 0, snr = f->settings->snr;
    for (int64_t i = 0; i < f->used.n; i++) {
        mean += intensity[i] / (double)f->used.n;
    }
    struct target *t = &f->target;
    memset(t->usable, 0, (size_t)t->voxels);
    for (int64_t i = 0; i < f->used.n; i++) {
        int64_t v = f->voxel[i];
        double sigma = sqrt((fmax(intensity[i], 0) + mean / 100) * mean) / snr;
        t->usable[v] = sigma > 0;
        t->sigma[v] = sigma > 0 ? sigma : 1;
        t->intensity[v] = intensity[i] + sigma * noise[v]; /* noise by voxel: whatever is used */
    }
}

int simulate(struct fit *f) {
    int code = begin_target(f);
    code = code != 0 ? code : provenance_make(f);
    code = code != 0 ? code : model_place(f);
    code = code != 0 ? code : parameters_make(f);
    if (code != 0) {
        return code;
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tape_on_progress(tape, on_progress, NULL);
    const double *intensity = dt_data_f64(model_total(f, &f->used, tape, NULL));
    const double *noise = dt_data_f64(
        dt_random_normal(tape, DT_F64, 1, &f->target.voxels, (uint64_t)f->settings->seed));
    if (intensity != NULL && noise != NULL) {
        measure(f, intensity, noise);
        code = map_file_write(f, f->settings->simulate, "refine: simulated target", &f->target);
    } else {
        f->error = *dt_tape_error(tape);
        code = exit_code_of(f->error.status);
    }
    dt_tape_free(tape);
    if (code == 0) {
        printf("%-18s %s: %lld x %lld x %lld voxels, %lld with data\n", "target",
               f->settings->simulate, (long long)f->target.shape[0], (long long)f->target.shape[1],
               (long long)f->target.shape[2], (long long)f->used.n);
    }
    return code;
}
