/* hdf5_file.c - HDF5 files in memory and on the disk. Only this file and hdf5_memory.c include
 * hdf5.h.
 *
 * Written files have checksums over their structure (format 1.8 and newer) and no times. The
 * library is not safe in threads and prints its errors: one lock guards it, and printing is off
 * while we are inside. */
#include "hdf5_file.h"

#include "hdf5_memory.h"

#include <hdf5.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dti_h5 {
    hid_t file, links; /* links: properties that refuse those to other files */
    char *name;
    bool failed;
    H5E_auto2_t print;
    void *print_data;
};

static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

/* After a damaged file the library prints about an endless loop when the process ends. All that we
 * open is closed here, so nothing is left for it to do then. */
static void stay_silent_at_exit(void) {
    H5dont_atexit();
}

/* Held from create or open until close. */
static void enter(dti_h5 *f) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_mutex_lock(&library);
    pthread_once(&once, stay_silent_at_exit);
    H5Eget_auto2(H5E_DEFAULT, &f->print, &f->print_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static void leave(dti_h5 *f) {
    H5Eset_auto2(H5E_DEFAULT, f->print, f->print_data);
    pthread_mutex_unlock(&library);
}

static herr_t refuse_link(const char *file, const char *path, const char *child, const char *object,
                          unsigned *flags, hid_t list, void *user) {
    (void)file, (void)path, (void)child, (void)object, (void)flags, (void)list, (void)user;
    return -1;
}

static dti_h5 *begin(const char *name) {
    dti_h5 *f = calloc(1, sizeof *f);
    char *copy = strdup(name);
    if (f == NULL || copy == NULL) {
        free(f);
        free(copy);
        return NULL;
    }
    f->name = copy;
    f->file = -1;
    enter(f);
    f->links = H5Pcreate(H5P_LINK_ACCESS);
    if (f->links < 0 || H5Pset_elink_cb(f->links, refuse_link, NULL) < 0) {
        f->failed = true;
    }
    return f;
}

void dti_h5_close(dti_h5 *f) {
    if (f == NULL) {
        return;
    }
    if (f->links >= 0) {
        H5Pclose(f->links);
    }
    if (f->file >= 0) {
        H5Fclose(f->file);
    }
    leave(f);
    free(f->name);
    free(f);
}

static dt_status no_memory(dt_error *error, const char *name) {
    return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory for an HDF5 file", name);
}

/* -- writing ----------------------------------------------------------------------------------- */

/* A creation list without times. */
static hid_t timeless(hid_t class) {
    hid_t list = H5Pcreate(class);
    if (list >= 0) {
        H5Pset_obj_track_times(list, false);
    }
    return list;
}

dt_status dti_h5_create(dti_h5 **ret_file, dt_error *error) {
    dti_h5 *f = begin("map");
    if (f == NULL) {
        return no_memory(error, "map");
    }
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = timeless(H5P_FILE_CREATE);
    if (access >= 0 && creation >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0) {
        f->file = dti_h5_memory_create(creation, access);
    }
    H5Pclose(access);
    H5Pclose(creation);
    if (f->file < 0 || f->failed) {
        dti_h5_close(f);
        return no_memory(error, "map");
    }
    *ret_file = f;
    return DT_OK;
}

static void note(dti_h5 *f, bool done) {
    f->failed = f->failed || !done;
}

void dti_h5_add_group(dti_h5 *f, const char *path, const char *nx_class) {
    hid_t list = timeless(H5P_GROUP_CREATE);
    hid_t group = H5Gcreate2(f->file, path, H5P_DEFAULT, list, H5P_DEFAULT);
    note(f, list >= 0 && group >= 0);
    H5Pclose(list);
    if (group >= 0) {
        note(f, H5Gclose(group) >= 0);
        dti_h5_set_text(f, path, "NX_class", nx_class);
    }
}

/* Fixed length: variable texts would lie in a heap without checksums. */
static hid_t text_type(size_t length) {
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, length > 0 ? length : 1) < 0 ||
        H5Tset_cset(type, H5T_CSET_UTF8) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
        return -1;
    }
    return type;
}

static void add_dataset(dti_h5 *f, const char *path, hid_t type, hid_t space, const void *data) {
    hid_t list = timeless(H5P_DATASET_CREATE);
    hid_t dataset = H5Dcreate2(f->file, path, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    note(f, dataset >= 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    if (dataset >= 0) {
        note(f, H5Dclose(dataset) >= 0);
    }
    H5Pclose(list);
    H5Sclose(space);
    H5Tclose(type);
}

/* What h5py reads as numpy.bool_. */
static hid_t bool_type(void) {
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
    int8_t no = 0, yes = 1;
    if (type >= 0 &&
        (H5Tenum_insert(type, "FALSE", &no) < 0 || H5Tenum_insert(type, "TRUE", &yes) < 0)) {
        return -1;
    }
    return type;
}

static hid_t type_of(dt_dtype dtype) {
    switch (dtype) {
    case DT_F32: return H5Tcopy(H5T_IEEE_F32LE);
    case DT_F64: return H5Tcopy(H5T_IEEE_F64LE);
    case DT_I64: return H5Tcopy(H5T_STD_I64LE);
    case DT_BOOL: return bool_type();
    default: return -1;
    }
}

void dti_h5_add_array(dti_h5 *f, const char *path, const dt_array *array) {
    hsize_t shape[DT_MAX_DIMS + 1] = {0};
    for (int d = 0; d < array->ndim; d++) {
        shape[d] = (hsize_t)array->shape[d];
    }
    hid_t space =
        array->ndim == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(array->ndim, shape, NULL);
    dt_array dense = *array;
    bool copied = !dt_array_is_contiguous(array);
    if (copied && (dt_array_new(&dense, array->dtype, array->ndim, array->shape, NULL) != DT_OK ||
                   dt_array_copy(&dense, array, NULL) != DT_OK)) {
        f->failed = true;
        H5Sclose(space);
        return;
    }
    dti_h5_memory_lend(f->file, copied ? NULL : dense.data, dt_array_bytes(&dense));
    add_dataset(f, path, type_of(array->dtype), space, dense.data);
    dti_h5_memory_lend(f->file, NULL, 0);
    if (copied) {
        dt_array_free(&dense);
    }
}

void dti_h5_add_text(dti_h5 *f, const char *path, const char *text) {
    add_dataset(f, path, text_type(strlen(text)), H5Screate(H5S_SCALAR), text);
}

static void set_attribute(dti_h5 *f, const char *path, const char *name, hid_t type, hid_t space,
                          const void *data) {
    hid_t attribute =
        H5Acreate_by_name(f->file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    note(f, attribute >= 0 && H5Awrite(attribute, type, data) >= 0);
    if (attribute >= 0) {
        note(f, H5Aclose(attribute) >= 0);
    }
    H5Sclose(space);
}

void dti_h5_set_text(dti_h5 *f, const char *path, const char *name, const char *text) {
    hid_t type = text_type(strlen(text));
    set_attribute(f, path, name, type, H5Screate(H5S_SCALAR), text);
    H5Tclose(type);
}

void dti_h5_set_texts(dti_h5 *f, const char *path, const char *name, int n,
                      const char *const *texts) {
    size_t width = 1;
    for (int i = 0; i < n; i++) {
        width = strlen(texts[i]) > width ? strlen(texts[i]) : width;
    }
    char *table = calloc((size_t)n, width);
    if (table == NULL) {
        f->failed = true;
        return;
    }
    for (int i = 0; i < n; i++) {
        memcpy(table + (size_t)i * width, texts[i], strlen(texts[i]));
    }
    hid_t type = text_type(width);
    set_attribute(f, path, name, type, H5Screate_simple(1, &(hsize_t){(hsize_t)n}, NULL), table);
    H5Tclose(type);
    free(table);
}

void dti_h5_set_number(dti_h5 *f, const char *path, const char *name, int64_t number) {
    set_attribute(f, path, name, H5T_STD_I64LE, H5Screate(H5S_SCALAR), &number);
}

dt_status dti_h5_save(dti_h5 *f, dti_atomic_file *target, dt_error *error) {
    dt_status status = DT_OK;
    if (f->failed || !dti_h5_memory_save(f->file, target, &status, error)) {
        return no_memory(error, f->name);
    }
    return status;
}

/* -- reading ----------------------------------------------------------------------------------- */

static dt_status open_with(dti_h5 **ret_file, const char *path, const void *image, size_t size,
                           dt_error *error) {
    dti_h5 *f = begin(path);
    if (f == NULL) {
        return no_memory(error, path);
    }
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    bool ready = access >= 0 && !f->failed;
    if (image != NULL) {
        ready = ready && H5Pset_fapl_core(access, (size_t)1 << 20, false) >= 0 &&
                H5Pset_file_image(access, (void *)image, size) >= 0;
    } else {
        ready = ready && H5Pset_fapl_sec2(access) >= 0;
#if H5_VERSION_GE(1, 10, 7)
        H5Pset_file_locking(access, false, true); /* read-only disks cannot lock */
#endif
    }
    f->file = ready ? H5Fopen(path, H5F_ACC_RDONLY, access) : -1;
    H5Pclose(access);
    if (f->file < 0) {
        dti_h5_close(f);
        return ready ? dt_error_set(error, DT_ERR_FORMAT, "%s: damaged HDF5 file", path)
                     : no_memory(error, path);
    }
    *ret_file = f;
    return DT_OK;
}

dt_status dti_h5_open(dti_h5 **ret_file, const char *path, dt_error *error) {
    return open_with(ret_file, path, NULL, 0, error);
}

dt_status dti_h5_open_memory(dti_h5 **ret_file, const void *data, size_t size, const char *name,
                             dt_error *error) {
    return open_with(ret_file, name, data, size, error);
}

static hid_t open_object(dti_h5 *f, const char *path, H5I_type_t kind) {
    hid_t object = H5Oopen(f->file, path, f->links);
    if (object >= 0 && H5Iget_type(object) != kind) {
        H5Oclose(object);
        return -1;
    }
    return object;
}

static bool has(dti_h5 *f, const char *path, H5I_type_t kind) {
    hid_t object = open_object(f, path, kind);
    if (object >= 0) {
        H5Oclose(object);
    }
    return object >= 0;
}

bool dti_h5_has_group(dti_h5 *f, const char *path) {
    return has(f, path, H5I_GROUP);
}

bool dti_h5_has_array(dti_h5 *f, const char *path) {
    return has(f, path, H5I_DATASET);
}

bool dti_h5_member(dti_h5 *f, const char *path, int64_t index, char ret_name[DTI_H5_NAME]) {
    ssize_t length = H5Lget_name_by_idx(f->file, path, H5_INDEX_NAME, H5_ITER_INC, (hsize_t)index,
                                        ret_name, DTI_H5_NAME, f->links);
    return length > 0 && length < DTI_H5_NAME;
}

/* Copy text `index` of bytes in the memory layout of `type`; blanks at the end go. */
static bool copy_text(const char *bytes, hid_t type, int64_t index, char *ret_text) {
    bool variable = H5Tis_variable_str(type) > 0;
    size_t size = H5Tget_size(type);
    const char *text =
        variable ? ((char *const *)(const void *)bytes)[index] : bytes + (size_t)index * size;
    size_t length = text == NULL ? 0 : strnlen(text, variable ? DTI_H5_NAME : size);
    if (text == NULL || length >= DTI_H5_NAME) {
        return false;
    }
    memcpy(ret_text, text, length);
    while (length > 0 && ret_text[length - 1] == ' ') {
        length--;
    }
    ret_text[length] = '\0';
    return true;
}

enum { TEXT_BYTES = 1 << 16 };

bool dti_h5_get_text(dti_h5 *f, const char *path, const char *name, int64_t index,
                     char ret_text[DTI_H5_NAME]) {
    hid_t attribute = H5Aopen_by_name(f->file, path, name, H5P_DEFAULT, f->links);
    if (attribute < 0) {
        return false;
    }
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    bool found = type >= 0 && H5Tget_class(type) == H5T_STRING && index < n &&
                 H5Tget_size(type) <= TEXT_BYTES && n <= TEXT_BYTES &&
                 (size_t)n * H5Tget_size(type) <= TEXT_BYTES;
    char *bytes = found ? calloc(TEXT_BYTES, 1) : NULL;
    if (bytes != NULL && H5Aread(attribute, type, bytes) >= 0) {
        found = copy_text(bytes, type, index, ret_text);
        if (H5Tis_variable_str(type) > 0) {
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, bytes);
        }
    } else {
        found = false;
    }
    free(bytes);
    H5Tclose(type);
    H5Sclose(space);
    H5Aclose(attribute);
    return found;
}

char *dti_h5_read_text(dti_h5 *f, const char *path) {
    hid_t dataset = open_object(f, path, H5I_DATASET);
    if (dataset < 0) {
        return NULL;
    }
    enum { MOST = 1 << 24 };
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    char *text = NULL, *bytes = NULL;
    size_t size = type >= 0 && H5Tget_class(type) == H5T_STRING ? H5Tget_size(type) : 0;
    if (size > 0 && size <= MOST && H5Sget_simple_extent_npoints(space) == 1) {
        bytes = calloc(size + 1, 1);
    }
    if (bytes != NULL && H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0) {
        if (H5Tis_variable_str(type) > 0) {
            char *variable;
            memcpy(&variable, bytes, sizeof variable);
            text = variable != NULL ? strdup(variable) : NULL;
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, bytes);
        } else {
            text = strdup(bytes);
        }
    }
    free(bytes);
    H5Tclose(type);
    H5Sclose(space);
    H5Oclose(dataset);
    return text;
}

/* Data that lie in this file, and whose size can be true of it: a file of a few bytes may declare
 * any shape. No filter of HDF5 shrinks more than deflate, at most by 1032. */
static bool is_plausible(hid_t dataset, hssize_t n, size_t size) {
    hid_t list = H5Dget_create_plist(dataset);
    bool own = list >= 0 && H5Pget_external_count(list) == 0 && H5Pget_layout(list) != H5D_VIRTUAL;
    H5Pclose(list);
    return own && (double)n * (double)size <= 4096 + 1100 * (double)H5Dget_storage_size(dataset);
}

/* Shape and type a dataset will have as an array; false if it is none of numbers. */
static bool describe(hid_t dataset, hid_t type, hid_t space, dt_array *ret_array) {
    hsize_t shape[H5S_MAX_RANK];
    int ndim = H5Sget_simple_extent_ndims(space);
    H5T_class_t class = H5Tget_class(type);
    if (ndim < 0 || ndim > DT_MAX_DIMS || H5Sget_simple_extent_dims(space, shape, NULL) < 0 ||
        (class != H5T_FLOAT && class != H5T_INTEGER && class != H5T_ENUM) ||
        !is_plausible(dataset, H5Sget_simple_extent_npoints(space), H5Tget_size(type))) {
        return false;
    }
    ret_array->ndim = ndim;
    ret_array->dtype = class == H5T_ENUM ? DT_BOOL : DT_F64;
    for (int d = 0; d < ndim; d++) {
        ret_array->shape[d] = shape[d] <= INT64_MAX ? (int64_t)shape[d] : INT64_MAX;
    }
    return true;
}

dt_status dti_h5_read_array(dti_h5 *f, const char *path, dt_array *ret_array, dt_error *error) {
    hid_t dataset = open_object(f, path, H5I_DATASET);
    if (dataset < 0) {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: no dataset %s", f->name, path);
    }
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hid_t flag = bool_type();
    dt_array wanted = {0}, array = {0};
    dt_status status = DT_OK;
    if (type < 0 || space < 0 || !describe(dataset, type, space, &wanted)) {
        status = dt_error_set(error, DT_ERR_FORMAT,
                              "%s: dataset %s is damaged, or does not hold numbers", f->name, path);
    }
    if (status == DT_OK) {
        status = dt_array_new(&array, wanted.dtype, wanted.ndim, wanted.shape, error);
    }
    if (status == DT_OK && H5Dread(dataset, wanted.dtype == DT_BOOL ? flag : H5T_NATIVE_DOUBLE,
                                   H5S_ALL, H5S_ALL, H5P_DEFAULT, array.data) < 0) {
        dt_array_free(&array);
        status = dt_error_set(error, DT_ERR_FORMAT,
                              "%s: dataset %s cannot be read: damaged, or "
                              "packed by a filter that is not here",
                              f->name, path);
    }
    H5Tclose(flag);
    H5Tclose(type);
    H5Sclose(space);
    H5Oclose(dataset);
    if (status == DT_OK && array.dtype == DT_BOOL) { /* a file may hold any byte */
        uint8_t *bytes = array.data;
        for (int64_t i = 0, n = dt_array_size(&array); i < n; i++) {
            bytes[i] = bytes[i] != 0;
        }
    }
    if (status == DT_OK) {
        *ret_array = array;
    }
    return status;
}
