/* target.c - the map to fit: read from an archive and looked at before anything is computed. */
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

static int code_of(const dt_error *error) {
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

static int read_axis(dt_npz *npz, int d, struct target *t, const char *path, dt_error *error) {
    const char name[2] = {"hkl"[d], '\0'};
    dt_array h = {0};
    if (dt_npz_get(npz, name, &h, error) != DT_OK) {
        dt_error_context(error, "target");
        return code_of(error);
    }
    dt_status status = DT_OK;
    if (h.dtype != DT_F64 || h.ndim != 1 || h.shape[0] != t->shape[d]) {
        char shape[128], map[128];
        status = dt_error_set(
            error, DT_ERR_FORMAT,
            "%s: the target map has shape %s, but %s is %s%s: give its index for every layer", path,
            dt_shape_format(map, sizeof map, 3, t->shape), name, dt_dtype_name(h.dtype),
            dt_shape_format(shape, sizeof shape, h.ndim, h.shape));
    } else if (!fit_axis(h.data, h.shape[0], &t->grid.lo[d], &t->grid.hi[d], &t->grid.samples[d])) {
        status =
            dt_error_set(error, DT_ERR_FORMAT,
                         "%s: %s must ascend in equal steps of 1/N, N a whole number", path, name);
    }
    dt_array_free(&h);
    return status == DT_OK ? 0 : EXIT_INPUT;
}

/* -- arrays ------------------------------------------------------------------------------------ */

/* A member as (voxels) doubles; `one`: a single number may stand for all. */
static int read_numbers(dt_npz *npz, const char *name, bool one, const struct target *t,
                        const char *path, double **ret_numbers, dt_error *error) {
    dt_array a = {0};
    if (dt_npz_get(npz, name, &a, error) != DT_OK) {
        dt_error_context(error, "target");
        return code_of(error);
    }
    bool single = one && dt_array_size(&a) == 1;
    bool fits = a.ndim == 3 && memcmp(a.shape, t->shape, sizeof t->shape) == 0;
    double *numbers = malloc((size_t)t->voxels * sizeof *numbers);
    dt_status status = DT_OK;
    if (numbers == NULL) {
        status = dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for %lld voxels", path,
                              (long long)t->voxels);
    } else if (a.dtype != DT_F64 && a.dtype != DT_F32) {
        status = dt_error_set(error, DT_ERR_FORMAT, "%s: %s holds %s, it must hold f64 or f32",
                              path, name, dt_dtype_name(a.dtype));
    } else if (!single && !fits) {
        char shape[128], map[128];
        status = dt_error_set(error, DT_ERR_FORMAT,
                              "%s: %s has shape %s, the target map %s: they must be equal", path,
                              name, dt_shape_format(shape, sizeof shape, a.ndim, a.shape),
                              dt_shape_format(map, sizeof map, 3, t->shape));
    }
    for (int64_t i = 0; status == DT_OK && i < t->voxels; i++) {
        int64_t at = single ? 0 : i;
        numbers[i] = a.dtype == DT_F64 ? ((const double *)a.data)[at] : ((const float *)a.data)[at];
    }
    dt_array_free(&a);
    if (status != DT_OK) {
        free(numbers);
        return code_of(error);
    }
    *ret_numbers = numbers;
    return 0;
}

static int read_mask(dt_npz *npz, const char *name, struct target *t, const char *path,
                     dt_error *error) {
    dt_array a = {0};
    if (dt_npz_get(npz, name, &a, error) != DT_OK) {
        return code_of(error);
    }
    int code = 0;
    if (a.dtype != DT_BOOL || a.ndim != 3 || memcmp(a.shape, t->shape, sizeof t->shape) != 0) {
        char shape[128], map[128];
        dt_error_set(error, DT_ERR_FORMAT, "%s: %s is %s%s, it must be bool%s like the target map",
                     path, name, dt_dtype_name(a.dtype),
                     dt_shape_format(shape, sizeof shape, a.ndim, a.shape),
                     dt_shape_format(map, sizeof map, 3, t->shape));
        code = EXIT_INPUT;
    }
    for (int64_t i = 0; code == 0 && i < t->voxels; i++) {
        t->usable[i] = t->usable[i] && ((const bool *)a.data)[i];
    }
    dt_array_free(&a);
    return code;
}

static int read_cell(dt_npz *npz, struct target *t, const char *path, dt_error *error) {
    dt_array a = {0};
    if (dt_npz_get(npz, "cell", &a, error) != DT_OK) {
        return code_of(error);
    }
    bool good = a.dtype == DT_F64 && a.ndim == 1 && a.shape[0] == 6;
    if (good) {
        memcpy(t->cell, a.data, sizeof t->cell);
        t->has_cell = true;
    } else {
        dt_error_set(error, DT_ERR_FORMAT, "%s: cell must be six f64: a, b, c, alpha, beta, gamma",
                     path);
    }
    dt_array_free(&a);
    return good ? 0 : EXIT_INPUT;
}

/* Every number that will be used, before it is. */
static int check_numbers(const struct target *t, const char *path, dt_error *error) {
    for (int64_t i = 0; i < t->voxels; i++) {
        bool data = isfinite(t->intensity[i]), sigma = isfinite(t->sigma[i]) && t->sigma[i] > 0;
        if (t->usable[i] && !(data && sigma)) {
            int64_t at[3];
            dt_grid_position(t->axes, i, at);
            dt_error_set(error, DT_ERR_FORMAT, "%s: %s is %g at (%lld,%lld,%lld): %s", path,
                         data ? "sigma" : "the intensity", data ? t->sigma[i] : t->intensity[i],
                         (long long)at[0], (long long)at[1], (long long)at[2],
                         data ? "it must be > 0 where there are data (set valid to false where "
                                "there are none)"
                              : "set valid to false where there are no data");
            return EXIT_INPUT;
        }
    }
    return 0;
}

static int read_members(dt_npz *npz, struct target *t, const char *path, dt_error *error) {
    int code = 0;
    for (int d = 0; d < 3 && code == 0; d++) {
        code = read_axis(npz, d, t, path, error);
    }
    if (code == 0 && dt_grid_axes(&t->grid, t->axes, NULL, error) != DT_OK) {
        dt_error_context(error, "%s", path);
        code = EXIT_INPUT;
    }
    code = code != 0 ? code : read_numbers(npz, "intensity", false, t, path, &t->intensity, error);
    t->has_sigma = dt_npz_has(npz, "sigma");
    if (code == 0 && t->has_sigma) {
        code = read_numbers(npz, "sigma", true, t, path, &t->sigma, error);
    }
    if (code == 0 && !t->has_sigma && (t->sigma = malloc((size_t)t->voxels * sizeof(double)))) {
        for (int64_t i = 0; i < t->voxels; i++) {
            t->sigma[i] = 1;
        }
    }
    t->usable = malloc((size_t)t->voxels);
    if (code == 0 && (t->sigma == NULL || t->usable == NULL)) {
        dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for %lld voxels", path,
                     (long long)t->voxels);
        return EXIT_MEMORY;
    }
    if (code == 0) {
        memset(t->usable, 1, (size_t)t->voxels);
    }
    static const char *const masks[] = {"valid", "mask"};
    for (int m = 0; m < 2 && code == 0; m++) {
        code = dt_npz_has(npz, masks[m]) ? read_mask(npz, masks[m], t, path, error) : 0;
    }
    code = code == 0 && dt_npz_has(npz, "cell") ? read_cell(npz, t, path, error) : code;
    return code != 0 ? code : check_numbers(t, path, error);
}

int target_read(struct target *t, const char *path, dt_error *error) {
    dt_npz *npz = NULL;
    dt_array map = {0};
    if (dt_npz_open(&npz, path, error) != DT_OK ||
        dt_npz_get(npz, "intensity", &map, error) != DT_OK) {
        dt_npz_close(npz);
        dt_error_context(error, "target");
        return code_of(error);
    }
    int code = 0;
    if (map.ndim == 3 && dt_array_size(&map) > 0) {
        memcpy(t->shape, map.shape, sizeof t->shape);
        t->voxels = dt_array_size(&map);
    } else {
        char shape[128];
        dt_error_set(error, DT_ERR_FORMAT,
                     "%s: the intensity has shape %s, a target map is (nh,nk,nl) and not empty",
                     path, dt_shape_format(shape, sizeof shape, map.ndim, map.shape));
        code = EXIT_INPUT;
    }
    dt_array_free(&map);
    code = code != 0 ? code : read_members(npz, t, path, error);
    dt_npz_close(npz);
    return code;
}

/* -- writing ----------------------------------------------------------------------------------- */

static dt_status add_axis(dt_npz_writer *writer, const char *name, const dt_grid_axis *axis,
                          dt_error *error) {
    dt_array h;
    if (dt_array_new(&h, DT_F64, 1, &axis->n, error) != DT_OK) {
        return error->status;
    }
    for (int64_t i = 0; i < axis->n; i++) {
        ((double *)h.data)[i] = dt_axis_miller(axis, i);
    }
    dt_npz_add(writer, name, &h);
    dt_array_free(&h);
    return DT_OK;
}

int target_write(const char *path, const struct target *t, const char *meta, dt_error *error) {
    dt_npz_writer *writer = NULL;
    if (dt_npz_create(&writer, path, error) != DT_OK) {
        return code_of(error);
    }
    const dt_array intensity = dt_array_wrap(DT_F64, 3, t->shape, t->intensity);
    const dt_array sigma = dt_array_wrap(DT_F64, 3, t->shape, t->sigma);
    const dt_array valid = dt_array_wrap(DT_BOOL, 3, t->shape, t->usable);
    const dt_array cell = dt_array_wrap(DT_F64, 1, (const int64_t[]){6}, t->cell);
    dt_npz_add(writer, "intensity", &intensity);
    dt_npz_add(writer, "sigma", &sigma);
    dt_npz_add(writer, "valid", &valid);
    dt_npz_add(writer, "cell", &cell);
    for (int d = 0; d < 3; d++) {
        const char name[2] = {"hkl"[d], '\0'};
        if (add_axis(writer, name, &t->axes[d], error) != DT_OK) {
            dt_npz_abort(writer);
            return EXIT_MEMORY;
        }
    }
    dt_npz_add_bytes(writer, "meta", meta, strlen(meta));
    return dt_npz_finish(writer, error) == DT_OK ? 0 : code_of(error);
}
