/* nexus.c - maps as NeXus files: where in an HDF5 file everything lies.
 *
 * NXdata of the NeXus manual (attributes signal and axes, errors as NAME_errors). mdx2 stores its
 * GridData in the same way under /entry and finds the class to load in two attributes. */
#include "hdf5_file.h"
#include "hkl_internal.h"

#include <difftape/base.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAP "/entry/intensity"

static const char *const axis_names[3] = {"h", "k", "l"};

dt_status dti_nexus_available(dt_error *error) {
    (void)error;
    return DT_OK;
}

/* -- writing ----------------------------------------------------------------------------------- */

static void write_data(dti_h5 *f, const dt_hkl_map *map) {
    dti_h5_add_group(f, MAP, "NXdata");
    dti_h5_set_text(f, MAP, "signal", "intensity");
    dti_h5_set_texts(f, MAP, "axes", 3, axis_names);
    dti_h5_set_text(f, MAP, "mdx2_module", "mdx2.geometry");
    dti_h5_set_text(f, MAP, "mdx2_class", "GridData");
    dti_h5_add_array(f, MAP "/intensity", &map->intensity);
    if (map->units != NULL) {
        dti_h5_set_text(f, MAP "/intensity", "units", map->units);
    }
    for (int d = 0; d < 3; d++) {
        char path[64], name[32];
        snprintf(path, sizeof path, MAP "/%s", axis_names[d]);
        snprintf(name, sizeof name, "%s_indices", axis_names[d]);
        dti_h5_add_array(f, path, &map->axis[d]);
        dti_h5_set_text(f, path, "units", "");
        dti_h5_set_number(f, MAP, name, d);
    }
    if (map->valid.data != NULL) {
        dti_h5_add_array(f, MAP "/valid", &map->valid);
    }
    if (map->sigma.data != NULL) {
        dti_h5_add_array(f, MAP "/intensity_errors", &map->sigma);
    }
}

static void write_crystal(dti_h5 *f, const dt_hkl_map *map) {
    dti_h5_add_group(f, "/entry/crystal", "NXsample");
    if (map->cell[0] > 0) {
        const dt_array cell = dt_array_wrap(DT_F64, 1, (const int64_t[]){6}, map->cell);
        dti_h5_add_array(f, "/entry/crystal/unit_cell", &cell);
    }
    if (map->space_group != NULL) {
        dti_h5_add_text(f, "/entry/crystal/space_group", map->space_group);
    }
}

static void write_provenance(dti_h5 *f, const dt_hkl_map *map) {
    dti_h5_add_group(f, "/entry/provenance", "NXprocess");
    dti_h5_add_text(f, "/entry/provenance/program", "difftape");
    dti_h5_add_text(f, "/entry/provenance/version", DT_VERSION);
    if (map->provenance != NULL) {
        dti_h5_add_text(f, "/entry/provenance/json", map->provenance);
    }
}

static void write_extra(dti_h5 *f, const dt_hkl_map *map) {
    if (map->n_extra == 0) {
        return;
    }
    dti_h5_add_group(f, "/entry/extra", "NXcollection");
    for (int64_t i = 0; i < map->n_extra; i++) {
        char path[DTI_H5_NAME];
        snprintf(path, sizeof path, "/entry/extra/%s", map->extra[i].name);
        dti_h5_add_array(f, path, &map->extra[i].array);
    }
}

dt_status dti_nexus_write(dti_atomic_file *file, const dt_hkl_map *map, dt_error *error) {
    dti_h5 *f = NULL;
    dt_status status = dti_h5_create(&f, error);
    if (status != DT_OK) {
        return status;
    }
    dti_h5_set_text(f, "/", "NX_class", "NXroot");
    dti_h5_set_text(f, "/", "creator", "difftape " DT_VERSION);
    dti_h5_set_text(f, "/", "default", "entry");
    dti_h5_add_group(f, "/entry", "NXentry");
    dti_h5_set_text(f, "/entry", "default", "intensity");
    if (map->title != NULL) {
        dti_h5_add_text(f, "/entry/title", map->title);
    }
    write_data(f, map);
    write_crystal(f, map);
    write_provenance(f, map);
    write_extra(f, map);
    status = dti_h5_save(f, file, error);
    dti_h5_close(f);
    return status;
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Longest path put together: entry, data and field, each a name of DTI_H5_NAME. */
enum { PATH_SIZE = 4 * DTI_H5_NAME };

static bool is_class(dti_h5 *f, const char *path, const char *nx_class) {
    char text[DTI_H5_NAME];
    return dti_h5_has_group(f, path) && dti_h5_get_text(f, path, "NX_class", 0, text) &&
           strcmp(text, nx_class) == 0;
}

/* A group's child of a NeXus class: the one its attribute `default` names, else the first. */
static bool find_child(dti_h5 *f, const char *group, const char *nx_class,
                       char ret_path[PATH_SIZE]) {
    enum { MOST = 1000 };
    char name[DTI_H5_NAME];
    const char *base = strcmp(group, "/") == 0 ? "" : group;
    if (dti_h5_get_text(f, group, "default", 0, name)) {
        int n = snprintf(ret_path, PATH_SIZE, "%s/%s", base, name);
        if (n < PATH_SIZE && is_class(f, ret_path, nx_class)) {
            return true;
        }
    }
    for (int64_t i = 0; i < MOST && dti_h5_member(f, group, i, name); i++) {
        int n = snprintf(ret_path, PATH_SIZE, "%s/%s", base, name);
        if (n < PATH_SIZE && is_class(f, ret_path, nx_class)) {
            return true;
        }
    }
    return false;
}

/* Read a field of `data` into *ret_array as f64. */
static dt_status read_field(dti_h5 *f, const char *data, const char *field, const char *name,
                            dt_array *ret_array, dt_error *error) {
    char path[PATH_SIZE + DTI_H5_NAME];
    snprintf(path, sizeof path, "%s/%s", data, field);
    dt_error reason = DT_ERROR_INIT;
    dt_status status = dti_h5_read_array(f, path, ret_array, &reason);
    if (status != DT_OK) {
        return dt_error_set(error, status, "%s%s", reason.message,
                            status == DT_ERR_MEMORY ? ", so there is no memory for the map" : "");
    }
    return dti_hkl_to_f64(ret_array, name, field, error);
}

static dt_status read_axes(dti_h5 *f, const char *data, const char *name, dt_hkl_map *map,
                           dt_error *error) {
    for (int d = 0; d < 3; d++) {
        char axis[DTI_H5_NAME] = "nothing";
        if (!dti_h5_get_text(f, data, "axes", d, axis) || strcmp(axis, axis_names[d]) != 0) {
            return dt_error_set(error, DT_ERR_FORMAT,
                                "%s: axis %d of %s is '%.40s', but a map has the axes h, k, l in "
                                "this order",
                                name, d, data, axis);
        }
        dt_status status = read_field(f, data, axis, name, &map->axis[d], error);
        if (status != DT_OK) {
            return status;
        }
    }
    char fourth[DTI_H5_NAME];
    return !dti_h5_get_text(f, data, "axes", 3, fourth)
               ? DT_OK
               : dt_error_set(error, DT_ERR_FORMAT, "%s: %s has more axes than h, k, l", name,
                              data);
}

/* Truth values, stored as such or as numbers that are 0 or not; absent if there is no such field.
 */
static dt_status read_truth(dti_h5 *f, const char *data, const char *field, dt_array *ret_truth,
                            dt_error *error) {
    char path[PATH_SIZE + DTI_H5_NAME];
    snprintf(path, sizeof path, "%s/%s", data, field);
    if (!dti_h5_has_array(f, path)) {
        return DT_OK;
    }
    dt_array stored = {0};
    dt_status status = dti_h5_read_array(f, path, &stored, error);
    if (status != DT_OK || stored.dtype == DT_BOOL) {
        *ret_truth = stored;
        return status;
    }
    status = dt_array_new(ret_truth, DT_BOOL, stored.ndim, stored.shape, error);
    for (int64_t i = 0, n = dt_array_size(&stored); status == DT_OK && i < n; i++) {
        ((bool *)ret_truth->data)[i] = ((const double *)stored.data)[i] != 0.0;
    }
    dt_array_free(&stored);
    return status;
}

static dt_status read_valid(dti_h5 *f, const char *data, const char *name, dt_hkl_map *map,
                            dt_error *error) {
    dt_array mask = {0};
    dt_status status = read_truth(f, data, "valid", &map->valid, error);
    status = status == DT_OK ? read_truth(f, data, "mask", &mask, error) : status;
    return status == DT_OK && mask.data != NULL ? dti_hkl_and_mask(map, &mask, name, error)
                                                : status;
}

static dt_status read_sigma(dti_h5 *f, const char *data, const char *signal, const char *name,
                            dt_hkl_map *map, dt_error *error) {
    char path[PATH_SIZE + DTI_H5_NAME], field[DTI_H5_NAME + 8];
    snprintf(field, sizeof field, "%s_errors", signal);
    const char *const names[] = {field, "errors", "sigma"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", data, names[i]);
        if (dti_h5_has_array(f, path)) {
            return read_field(f, data, names[i], name, &map->sigma, error);
        }
    }
    return DT_OK;
}

/* What else is known; its absence is no error. */
static void read_rest(dti_h5 *f, const char *entry, const char *data, const char *signal,
                      dt_hkl_map *map) {
    char path[PATH_SIZE + DTI_H5_NAME], units[DTI_H5_NAME];
    dt_array cell = {0};
    snprintf(path, sizeof path, "%s/crystal/unit_cell", entry);
    if (dti_h5_has_array(f, path) && dti_h5_read_array(f, path, &cell, NULL) == DT_OK &&
        cell.dtype == DT_F64 && cell.ndim == 1 && cell.shape[0] == 6) {
        memcpy(map->cell, cell.data, sizeof map->cell);
    }
    dt_array_free(&cell);
    snprintf(path, sizeof path, "%s/crystal/space_group", entry);
    map->space_group = dti_h5_read_text(f, path);
    snprintf(path, sizeof path, "%s/title", entry);
    map->title = dti_h5_read_text(f, path);
    snprintf(path, sizeof path, "%s/provenance/json", entry);
    map->provenance = dti_h5_read_text(f, path);
    snprintf(path, sizeof path, "%s/%s", data, signal);
    map->units = dti_h5_get_text(f, path, "units", 0, units) ? strdup(units) : NULL;
}

static dt_status read_map(dti_h5 *f, const char *name, dt_hkl_map *map, dt_error *error) {
    char entry[PATH_SIZE], data[PATH_SIZE], signal[DTI_H5_NAME];
    if (!find_child(f, "/", "NXentry", entry) || !find_child(f, entry, "NXdata", data)) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: no NXdata in an NXentry: this HDF5 file does not follow NeXus",
                            name);
    }
    if (!dti_h5_get_text(f, data, "signal", 0, signal)) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: %s has no attribute signal", name, data);
    }
    dt_status status = read_axes(f, data, name, map, error);
    status = status == DT_OK ? read_field(f, data, signal, name, &map->intensity, error) : status;
    status = status == DT_OK ? read_valid(f, data, name, map, error) : status;
    status = status == DT_OK ? read_sigma(f, data, signal, name, map, error) : status;
    status = status == DT_OK ? dti_hkl_spread_sigma(map, error) : status;
    status = status == DT_OK ? dti_hkl_check(map, name, DT_ERR_FORMAT, error) : status;
    status = status == DT_OK ? dti_hkl_complete(map, error) : status;
    if (status == DT_OK) {
        read_rest(f, entry, data, signal, map);
    }
    return status;
}

static dt_status read_and_close(dti_h5 *f, const char *name, dt_hkl_map *ret_map, dt_error *error) {
    dt_hkl_map map = {0};
    dt_status status = read_map(f, name, &map, error);
    dti_h5_close(f);
    if (status == DT_OK) {
        *ret_map = map;
    } else {
        dt_hkl_map_free(&map);
    }
    return status;
}

dt_status dti_nexus_read(dt_hkl_map *ret_map, const char *path, dt_error *error) {
    dti_h5 *f = NULL;
    dt_status status = dti_h5_open(&f, path, error);
    return status == DT_OK ? read_and_close(f, path, ret_map, error) : status;
}

dt_status dti_nexus_read_memory(dt_hkl_map *ret_map, const void *data, size_t size,
                                const char *name, dt_error *error) {
    dti_h5 *f = NULL;
    dt_status status = dti_h5_open_memory(&f, data, size, name, error);
    return status == DT_OK ? read_and_close(f, name, ret_map, error) : status;
}
