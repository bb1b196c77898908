/* target.c - the map to fit: read from a file and looked at before anything is computed. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void target_free(struct target *t) {
    free(t->intensity);
    free(t->sigma);
    free(t->usable);
    *t = (struct target){0};
}

static int refuse(dt_error *error) {
    return error->status == DT_ERR_MEMORY ? EXIT_MEMORY : EXIT_INPUT;
}

/* -- axes -------------------------------------------------------------------------------------- */

/* A whole number of samples per unit, starting at a point that is exact where it is meant to be. */
static bool fit_axis(const double *h, int64_t n, double *lo, double *hi, int *samples) {
    const double close = 1e-5; /* steps: indices may have been rounded to single precision */
    double step = n > 1 ? (h[n - 1] - h[0]) / (double)(n - 1) : 1.0, per_unit = round(1.0 / step);
    if (!(step > 0) || !(per_unit >= 1) || per_unit > 1e6) {
        return false;
    }
    double first = h[0] * per_unit;
    if (fabs(first - round(first)) < close * fmax(1.0, fabs(first))) {
        first = round(first);
    }
    for (int64_t i = 0; i < n; i++) {
        if (!(fabs(h[i] * per_unit - first - (double)i) <= close * fmax(1.0, fabs(first)))) {
            return false;
        }
    }
    *lo = first / per_unit;
    *hi = (first + (double)(n - 1)) / per_unit;
    *samples = (int)per_unit;
    return true;
}

static int take_axes(struct target *t, const dt_hkl_map *map, const char *path, dt_error *error) {
    for (int d = 0; d < 3; d++) {
        if (!fit_axis(map->axis[d].data, t->shape[d], &t->grid.lo[d], &t->grid.hi[d],
                      &t->grid.samples[d])) {
            dt_error_set(error, DT_ERR_FORMAT,
                         "%s: %c must ascend in equal steps of 1/N, N a whole number", path,
                         "hkl"[d]);
            return EXIT_INPUT;
        }
    }
    if (dt_grid_axes(&t->grid, t->axes, NULL, error) != DT_OK) {
        dt_error_context(error, "%s", path);
        return EXIT_INPUT;
    }
    return 0;
}

/* -- voxels ------------------------------------------------------------------------------------ */

static int refuse_voxel(const struct target *t, const char *path, const char *what, double value,
                        int64_t voxel, int64_t others, const char *hint, dt_error *error) {
    int64_t at[3];
    char more[64] = "";
    dt_grid_position(t->axes, voxel, at);
    if (others > 0) {
        snprintf(more, sizeof more, " and at %lld other voxels", (long long)others);
    }
    dt_error_set(error, DT_ERR_FORMAT, "%s: %s is %g at (%lld,%lld,%lld)%s: %s", path, what, value,
                 (long long)at[0], (long long)at[1], (long long)at[2], more, hint);
    return EXIT_INPUT;
}

/* Every number that will be used, before it is. `skip`: what is not finite was not measured. */
static int check_numbers(struct target *t, const dt_hkl_map *map, bool skip, const char *path,
                         dt_error *error) {
    if (map->n_not_finite > 0 && !skip) {
        return refuse_voxel(t, path, "the intensity", t->intensity[map->not_finite],
                            map->not_finite, map->n_not_finite - 1,
                            "set valid to false where there are no data, or give --nan=skip",
                            error);
    }
    t->n_skipped = map->n_not_finite;
    for (int64_t i = 0; i < t->voxels; i++) {
        if (t->usable[i] && !isfinite(t->sigma[i]) && skip) {
            t->usable[i] = false;
            t->n_skipped++;
        } else if (t->usable[i] && !(isfinite(t->sigma[i]) && t->sigma[i] > 0)) {
            return refuse_voxel(
                t, path, "sigma", t->sigma[i], i, 0,
                "it must be > 0 where there are data (set valid to false where there "
                "are none)",
                error);
        }
    }
    return 0;
}

/* The arrays of the map, which lie contiguous as they were read, become those of the target. */
static int take_voxels(struct target *t, const dt_hkl_map *map, dt_error *error) {
    size_t n = (size_t)t->voxels;
    t->intensity = malloc(n * sizeof *t->intensity);
    t->sigma = malloc(n * sizeof *t->sigma);
    t->usable = malloc(n);
    if (t->intensity == NULL || t->sigma == NULL || t->usable == NULL) {
        dt_error_set(error, DT_ERR_MEMORY, "no memory for %zu voxels", n);
        return EXIT_MEMORY;
    }
    memcpy(t->intensity, map->intensity.data, n * sizeof *t->intensity);
    memcpy(t->usable, map->valid.data, n);
    t->has_sigma = map->sigma.data != NULL;
    for (size_t i = 0; i < n; i++) {
        t->sigma[i] = t->has_sigma ? ((const double *)map->sigma.data)[i] : 1;
    }
    return 0;
}

static int take_map(struct target *t, const dt_hkl_map *map, bool skip, const char *path,
                    dt_error *error) {
    memcpy(t->shape, map->intensity.shape, sizeof t->shape);
    t->voxels = dt_array_size(&map->intensity);
    memcpy(t->cell, map->cell, sizeof t->cell);
    t->has_cell = map->cell[0] != 0;
    int code = take_axes(t, map, path, error);
    code = code != 0 ? code : take_voxels(t, map, error);
    return code != 0 ? code : check_numbers(t, map, skip, path, error);
}

int target_read(struct target *t, const struct settings *s, dt_error *error) {
    dt_hkl_map map = {0};
    if (dt_hkl_map_read(&map, s->target, error) != DT_OK) {
        dt_error_context(error, "target");
        return refuse(error);
    }
    int code = take_map(t, &map, s->nan == NAN_SKIP, s->target, error);
    dt_hkl_map_free(&map);
    return code;
}
