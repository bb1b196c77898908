/* hdf5_file.h - the little of HDF5 that NeXus files need; hdf5_file.c knows the library, and
 * hdf5_memory.c its drivers. A file is named by its absolute paths: "/entry/intensity/h". */
#ifndef DTI_HDF5_FILE_H
#define DTI_HDF5_FILE_H

#include "atomic_file.h"

#include <difftape/array.h>

typedef struct dti_h5 dti_h5;

/* -- writing: in memory, so that a full disk meets our own writer and not the library's. The first
 * failure sticks and is reported by dti_h5_save. Groups come before what they hold. --- */

dt_status dti_h5_create(dti_h5 **ret_file, dt_error *error);
void dti_h5_add_group(dti_h5 *file, const char *path, const char *nx_class);
/* Large arrays are not copied: they must live, unchanged, until the file is saved. */
void dti_h5_add_array(dti_h5 *file, const char *path, const dt_array *array);
void dti_h5_add_text(dti_h5 *file, const char *path, const char *text);
/* Attributes of the object at `path`. */
void dti_h5_set_texts(dti_h5 *file, const char *path, const char *name, int n,
                      const char *const *texts);
void dti_h5_set_text(dti_h5 *file, const char *path, const char *name, const char *text);
void dti_h5_set_number(dti_h5 *file, const char *path, const char *name, int64_t number);

/* The bytes of the file, appended to `target`. */
dt_status dti_h5_save(dti_h5 *file, dti_atomic_file *target, dt_error *error);

/* -- reading: nothing in a file is trusted ----------------------------------------------------- */

/* Open a file on the disk, or `size` bytes of memory (copied). */
dt_status dti_h5_open(dti_h5 **ret_file, const char *path, dt_error *error);
dt_status dti_h5_open_memory(dti_h5 **ret_file, const void *data, size_t size, const char *name,
                             dt_error *error);

enum { DTI_H5_NAME = 256 };

/* Name of member `index` of a group, in order of names; false beyond the last, and for names that
 * do not fit. */
bool dti_h5_member(dti_h5 *file, const char *path, int64_t index, char ret_name[DTI_H5_NAME]);

/* Is there a group, or a dataset, of that name? */
bool dti_h5_has_group(dti_h5 *file, const char *path);
bool dti_h5_has_array(dti_h5 *file, const char *path);

/* Text `index` of an attribute of texts; false where there is none, or it does not fit. */
bool dti_h5_get_text(dti_h5 *file, const char *path, const char *name, int64_t index,
                     char ret_text[DTI_H5_NAME]);

/* A dataset of numbers as f64, or, where it is a truth value, as bool. Release with
 * dt_array_free. */
dt_status dti_h5_read_array(dti_h5 *file, const char *path, dt_array *ret_array, dt_error *error);

/* A dataset that is one text, or NULL. Release with free. */
char *dti_h5_read_text(dti_h5 *file, const char *path);

/* Release, written or read. NULL is fine. */
void dti_h5_close(dti_h5 *file);

#endif
