/* hkl_npz.c - maps as NumPy archives. */
#include "hkl_internal.h"

#include <stdlib.h>
#include <string.h>

static const char *const axis_names[3] = {"h", "k", "l"};

dt_status dti_hkl_npz_write(dt_npz_writer *writer, const dt_hkl_map *map, dt_error *error) {
    dt_npz_add(writer, "intensity", &map->intensity);
    if (map->valid.data != NULL) {
        dt_npz_add(writer, "valid", &map->valid);
    }
    if (map->sigma.data != NULL) {
        dt_npz_add(writer, "sigma", &map->sigma);
    }
    if (map->cell[0] > 0) {
        const dt_array cell = dt_array_wrap(DT_F64, 1, (const int64_t[]){6}, map->cell);
        dt_npz_add(writer, "cell", &cell);
    }
    if (map->points.data != NULL) {
        dt_npz_add(writer, "hkl", &map->points);
    }
    for (int d = 0; d < 3 && map->points.data == NULL; d++) {
        dt_npz_add(writer, axis_names[d], &map->axis[d]);
    }
    if (map->provenance != NULL) {
        dt_npz_add_bytes(writer, "meta", map->provenance, strlen(map->provenance));
    }
    for (int64_t i = 0; i < map->n_extra; i++) {
        dt_npz_add(writer, map->extra[i].name, &map->extra[i].array);
    }
    return dt_npz_finish(writer, error);
}

/* An array as f64; left absent where it may be. */
static dt_status get(const dt_npz *npz, const char *member, bool optional, const char *name,
                     dt_array *ret_array, dt_error *error) {
    if (!dt_npz_has(npz, member)) {
        return optional ? DT_OK
                        : dt_error_set(error, DT_ERR_FORMAT,
                                       "%s: no array '%s': a map has intensity, h, k and l", name,
                                       member);
    }
    dt_status status = dt_npz_get(npz, member, ret_array, error);
    return status == DT_OK ? dti_hkl_to_f64(ret_array, name, member, error) : status;
}

static dt_status get_rest(const dt_npz *npz, dt_hkl_map *map, const char *name, dt_error *error) {
    dt_array cell = {0};
    dt_status status = get(npz, "cell", true, name, &cell, error);
    if (status == DT_OK && cell.data != NULL && cell.ndim == 1 && cell.shape[0] == 6) {
        memcpy(map->cell, cell.data, sizeof map->cell);
    }
    dt_array_free(&cell);
    if (status == DT_OK && dt_npz_has(npz, "valid")) {
        status = dt_npz_get(npz, "valid", &map->valid, error);
    }
    if (status == DT_OK && dt_npz_has(npz, "mask")) {
        dt_array mask = {0};
        status = dt_npz_get(npz, "mask", &mask, error);
        status = status == DT_OK ? dti_hkl_and_mask(map, &mask, name, error) : status;
    }
    char *meta = NULL;
    size_t size;
    if (status == DT_OK && dt_npz_has(npz, "meta") &&
        dt_npz_get_bytes(npz, "meta", &meta, &size, NULL) == DT_OK) {
        map->provenance = meta;
    }
    return status;
}

dt_status dti_hkl_npz_read(dt_hkl_map *map, const char *path, dt_error *error) {
    dt_npz *npz = NULL;
    dt_status status = dt_npz_open(&npz, path, error);
    if (status != DT_OK) {
        return status;
    }
    status = get(npz, "intensity", false, path, &map->intensity, error);
    for (int d = 0; d < 3 && status == DT_OK; d++) {
        status = get(npz, axis_names[d], false, path, &map->axis[d], error);
    }
    status = status == DT_OK ? get(npz, "sigma", true, path, &map->sigma, error) : status;
    status = status == DT_OK ? dti_hkl_spread_sigma(map, error) : status;
    status = status == DT_OK ? get_rest(npz, map, path, error) : status;
    dt_npz_close(npz);
    status = status == DT_OK ? dti_hkl_check(map, path, DT_ERR_FORMAT, error) : status;
    return status == DT_OK ? dti_hkl_complete(map, error) : status;
}
