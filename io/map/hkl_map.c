/* hkl_map.c - map files: which format, what fits together, the steps of writing. */
#include "hkl_internal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dt_hkl_writer {
    dt_hkl_format format;
    char *path;
    dt_npz_writer *npz;
    dti_atomic_file *file; /* of the other formats */
};

/* -- formats ----------------------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *suffix) {
    size_t n = strlen(name), m = strlen(suffix);
    for (size_t i = 0; n >= m && i < m; i++) {
        if (tolower((unsigned char)name[n - m + i]) != suffix[i]) {
            return false;
        }
    }
    return n >= m;
}

dt_status dt_hkl_map_format(const char *path, dt_hkl_format *ret_format, dt_error *error) {
    static const struct {
        const char *suffix;
        dt_hkl_format format;
    } known[] = {{".npz", DT_HKL_NPZ},   {".h5", DT_HKL_NEXUS},    {".hdf5", DT_HKL_NEXUS},
                 {".nxs", DT_HKL_NEXUS}, {".nexus", DT_HKL_NEXUS}, {".ccp4", DT_HKL_CCP4},
                 {".map", DT_HKL_CCP4}};
    if (path == NULL || ret_format == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_hkl_map_format: %s is NULL",
                            path == NULL ? "path" : "ret_format");
    }
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    if (strchr(name, '.') == NULL) {
        *ret_format = DT_HKL_NPZ;
        return DT_OK;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (ends_in(name, known[i].suffix)) {
            *ret_format = known[i].format;
            return DT_OK;
        }
    }
    return dt_error_set(error, DT_ERR_ARGUMENT,
                        "%s: the end of the name says how a map is stored: .npz (NumPy), .h5 or "
                        ".nxs (HDF5, NeXus), .ccp4 or .map (CCP4)",
                        path);
}

/* -- checks ------------------------------------------------------------------------------------ */

static dt_status check_array(const dt_array *array, dt_dtype dtype, int ndim, const int64_t *shape,
                             const char *what, const char *name, dt_status wrong, dt_error *error) {
    char have[64], want[64];
    if (array->dtype != dtype) {
        return dt_error_set(error, wrong == DT_OK ? DT_ERR_DTYPE : wrong,
                            "%s: %s holds %s, it must hold %s", name, what,
                            dt_dtype_name(array->dtype), dt_dtype_name(dtype));
    }
    bool fits = array->ndim == ndim && array->data != NULL;
    for (int d = 0; fits && d < ndim; d++) {
        fits = array->shape[d] == shape[d];
    }
    if (!fits) {
        return dt_error_set(error, wrong == DT_OK ? DT_ERR_SHAPE : wrong,
                            "%s: %s has shape %s, the %s for %s", name, what,
                            dt_shape_format(have, sizeof have, array->ndim, array->shape),
                            ndim == 3 ? "axes h, k, l ask" : "list of points asks",
                            dt_shape_format(want, sizeof want, ndim, shape));
    }
    return DT_OK;
}

static dt_status check_axis(const dt_array *axis, char letter, const char *name, dt_status wrong,
                            dt_error *error) {
    if (axis->data == NULL || axis->ndim != 1 || axis->dtype != DT_F64 || axis->shape[0] < 1) {
        return dt_error_set(error, wrong == DT_OK ? DT_ERR_SHAPE : wrong,
                            "%s: axis %c must be a list of at least one number, f64", name, letter);
    }
    const double *x = axis->data;
    for (int64_t i = 0; i < axis->shape[0]; i++) {
        double now = x[i * axis->strides[0]];
        if (!isfinite(now) || (i > 0 && !(now > x[(i - 1) * axis->strides[0]]))) {
            return dt_error_set(error, wrong == DT_OK ? DT_ERR_ARGUMENT : wrong,
                                "%s: axis %c must increase, point %lld is %g", name, letter,
                                (long long)i, now);
        }
    }
    return DT_OK;
}

/* The shape that axes, or a list of points, ask for. */
static dt_status check_positions(const dt_hkl_map *map, const char *name, dt_status wrong,
                                 int *ret_ndim, int64_t ret_shape[3], dt_error *error) {
    const dt_array *list = &map->points;
    if (list->data != NULL) {
        if (list->dtype != DT_F64 || list->ndim != 2 || list->shape[1] != 3) {
            return dt_error_set(error, wrong == DT_OK ? DT_ERR_SHAPE : wrong,
                                "%s: points must be f64 of shape (n,3)", name);
        }
        *ret_ndim = 1;
        ret_shape[0] = list->shape[0];
        return DT_OK;
    }
    *ret_ndim = 3;
    for (int d = 0; d < 3; d++) {
        dt_status status = check_axis(&map->axis[d], "hkl"[d], name, wrong, error);
        if (status != DT_OK) {
            return status;
        }
        ret_shape[d] = map->axis[d].shape[0];
    }
    return DT_OK;
}

dt_status dti_hkl_check(const dt_hkl_map *map, const char *name, dt_status wrong, dt_error *error) {
    const struct {
        const dt_array *array;
        dt_dtype dtype;
        const char *name;
    } rows[] = {{&map->intensity, DT_F64, "intensity"},
                {&map->valid, DT_BOOL, "valid"},
                {&map->sigma, DT_F64, "sigma"}};
    int ndim = 0;
    int64_t shape[3] = {0};
    dt_status status = check_positions(map, name, wrong, &ndim, shape, error);
    for (int i = 0; i < 3 && status == DT_OK; i++) {
        if (i == 0 || rows[i].array->data != NULL) {
            status = check_array(rows[i].array, rows[i].dtype, ndim, shape, rows[i].name, name,
                                 wrong, error);
        }
    }
    return status;
}

/* -- writing ----------------------------------------------------------------------------------- */

dt_status dt_hkl_map_create(dt_hkl_writer **ret_writer, const char *path, dt_error *error) {
    dt_hkl_format format;
    if (ret_writer == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_hkl_map_create: ret_writer is NULL");
    }
    dt_status status = dt_hkl_map_format(path, &format, error);
    if (status == DT_OK && format == DT_HKL_NEXUS) {
        status = dti_nexus_available(error);
        if (status != DT_OK) {
            dt_error_context(error, "%s", path);
        }
    }
    if (status != DT_OK) {
        return status;
    }
    dt_hkl_writer *writer = calloc(1, sizeof *writer);
    char *copy = strdup(path);
    if (writer == NULL || copy == NULL) {
        free(writer);
        free(copy);
        return dt_error_set(error, DT_ERR_MEMORY, "cannot write %s: out of memory", path);
    }
    writer->format = format;
    writer->path = copy;
    status = format == DT_HKL_NPZ ? dt_npz_create(&writer->npz, path, error)
                                  : dti_atomic_open(path, &writer->file, error);
    if (status != DT_OK) {
        free(copy);
        free(writer);
        return status;
    }
    *ret_writer = writer;
    return DT_OK;
}

static void release(dt_hkl_writer *writer) {
    free(writer->path);
    free(writer);
}

void dt_hkl_map_abort(dt_hkl_writer *writer) {
    if (writer != NULL) {
        dt_npz_abort(writer->npz);
        dti_atomic_abort(writer->file);
        release(writer);
    }
}

dt_status dt_hkl_map_finish(dt_hkl_writer *writer, const dt_hkl_map *map, dt_error *error) {
    if (writer == NULL || map == NULL) {
        dt_hkl_map_abort(writer);
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_hkl_map_finish: %s is NULL",
                            writer == NULL ? "writer" : "map");
    }
    dt_status status = dti_hkl_check(map, writer->path, DT_OK, error);
    if (status == DT_OK && map->points.data != NULL && writer->format != DT_HKL_NPZ) {
        status = dt_error_set(error, DT_ERR_ARGUMENT,
                              "%s: a list of points is no map on a grid: only .npz can hold it",
                              writer->path);
    }
    if (status != DT_OK) {
        dt_hkl_map_abort(writer);
        return status;
    }
    if (writer->format == DT_HKL_NPZ) {
        status = dti_hkl_npz_write(writer->npz, map, error);
        release(writer);
        return status;
    }
    status = writer->format == DT_HKL_NEXUS ? dti_nexus_write(writer->file, map, error)
                                            : dti_ccp4_write(writer->file, map, error);
    if (status == DT_OK) {
        status = dti_atomic_commit(writer->file, error);
    } else {
        dti_atomic_abort(writer->file);
    }
    release(writer);
    return status;
}

/* -- reading ----------------------------------------------------------------------------------- */

dt_status dti_hkl_to_f64(dt_array *array, const char *name, const char *what, dt_error *error) {
    if (array->dtype == DT_F64) {
        return DT_OK;
    }
    if (array->dtype != DT_F32 && array->dtype != DT_I64) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: %s holds %s, it must hold real numbers",
                            name, what, dt_dtype_name(array->dtype));
    }
    dt_array copy;
    dt_status status = dt_array_new(&copy, DT_F64, array->ndim, array->shape, error);
    if (status != DT_OK) {
        return status;
    }
    double *x = copy.data;
    for (int64_t i = 0, n = dt_array_size(array); i < n; i++) {
        x[i] = array->dtype == DT_F32 ? (double)((const float *)array->data)[i]
                                      : (double)((const int64_t *)array->data)[i];
    }
    dt_array_free(array);
    *array = copy;
    return DT_OK;
}

dt_status dti_hkl_complete(dt_hkl_map *map, dt_error *error) {
    int64_t n = dt_array_size(&map->intensity);
    if (map->valid.data == NULL) {
        dt_status status = dt_array_new(&map->valid, DT_BOOL, 3, map->intensity.shape, error);
        if (status != DT_OK) {
            return status;
        }
        memset(map->valid.data, 1, (size_t)n);
    }
    bool *valid = map->valid.data;
    const double *intensity = map->intensity.data;
    for (int64_t i = 0; i < n; i++) {
        if (valid[i] && !isfinite(intensity[i])) {
            map->not_finite = map->n_not_finite++ == 0 ? i : map->not_finite;
            valid[i] = false;
        }
    }
    return DT_OK;
}

dt_status dti_hkl_spread_sigma(dt_hkl_map *map, dt_error *error) {
    if (map->sigma.data == NULL || dt_array_size(&map->sigma) != 1 || map->intensity.ndim != 3 ||
        dt_array_size(&map->intensity) == 1) {
        return DT_OK;
    }
    double one = *(const double *)map->sigma.data;
    dt_array all;
    dt_status status = dt_array_new(&all, DT_F64, 3, map->intensity.shape, error);
    for (int64_t i = 0, n = status == DT_OK ? dt_array_size(&all) : 0; i < n; i++) {
        ((double *)all.data)[i] = one;
    }
    if (status == DT_OK) {
        dt_array_free(&map->sigma);
        map->sigma = all;
    }
    return status;
}

dt_status dti_hkl_and_mask(dt_hkl_map *map, dt_array *mask, const char *name, dt_error *error) {
    char have[64], want[64];
    if (map->valid.data == NULL) {
        map->valid = *mask;
        *mask = (dt_array){0};
        return DT_OK;
    }
    const dt_array *valid = &map->valid;
    bool fits = mask->dtype == DT_BOOL && valid->dtype == DT_BOOL && mask->ndim == valid->ndim;
    for (int d = 0; fits && d < mask->ndim; d++) {
        fits = mask->shape[d] == valid->shape[d];
    }
    if (!fits) {
        dt_error_set(error, DT_ERR_FORMAT,
                     "%s: mask is %s%s, valid is %s%s: both must be bool of "
                     "the shape of the map",
                     name, dt_dtype_name(mask->dtype),
                     dt_shape_format(have, sizeof have, mask->ndim, mask->shape),
                     dt_dtype_name(valid->dtype),
                     dt_shape_format(want, sizeof want, valid->ndim, valid->shape));
    }
    bool *target = map->valid.data;
    for (int64_t i = 0, n = fits ? dt_array_size(mask) : 0; i < n; i++) {
        target[i] = target[i] && ((const bool *)mask->data)[i];
    }
    dt_array_free(mask);
    return fits ? DT_OK : DT_ERR_FORMAT;
}

/* The first bytes of a file; fewer where it is shorter. */
static dt_status first_bytes(const char *path, unsigned char ret_bytes[8], dt_error *error) {
    memset(ret_bytes, 0, 8);
    errno = 0;
    FILE *file = fopen(path, "rb");
    size_t n = file != NULL ? fread(ret_bytes, 1, 8, file) : 0;
    int failure = file == NULL || (n < 8 && ferror(file)) ? (errno != 0 ? errno : EIO) : 0;
    if (file != NULL) {
        fclose(file);
    }
    char reason[128];
    if (failure == 0) {
        return DT_OK;
    }
    if (strerror_r(failure, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "error %d", failure);
    }
    return dt_error_set(error, DT_ERR_IO, "%s: cannot read: %s", path, reason);
}

dt_status dt_hkl_map_read(dt_hkl_map *ret_map, const char *path, dt_error *error) {
    if (ret_map == NULL || path == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "dt_hkl_map_read: %s is NULL",
                            ret_map == NULL ? "ret_map" : "path");
    }
    unsigned char start[8];
    dt_hkl_map map = {0};
    dt_status status = first_bytes(path, start, error);
    if (status != DT_OK) {
        return status;
    }
    if (memcmp(start, "\x89HDF\r\n\x1a\n", 8) == 0) {
        status = dti_nexus_available(error);
        if (status != DT_OK) {
            dt_error_context(error, "%s", path);
            return status;
        }
        status = dti_nexus_read(&map, path, error);
    } else if (memcmp(start, "PK", 2) == 0) {
        status = dti_hkl_npz_read(&map, path, error);
    } else {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: neither a NumPy archive (.npz) nor an HDF5 file", path);
    }
    if (status == DT_OK) {
        *ret_map = map;
    } else {
        dt_hkl_map_free(&map);
    }
    return status;
}

void dt_hkl_map_free(dt_hkl_map *map) {
    if (map == NULL) {
        return;
    }
    dt_array *const arrays[] = {&map->intensity, &map->valid,   &map->sigma,
                                &map->axis[0],   &map->axis[1], &map->axis[2]};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        dt_array_free(arrays[i]);
    }
    const char *const texts[] = {map->space_group, map->title, map->units, map->provenance};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free((char *)texts[i]);
    }
    memset(map, 0, sizeof *map);
}
