/* hdf5_memory.h - HDF5 files in memory that lend large arrays instead of copying them. */
#ifndef DTI_HDF5_MEMORY_H
#define DTI_HDF5_MEMORY_H

#include "atomic_file.h"

#include <hdf5.h>

/* A new empty file, or a negative number. H5Fclose releases it. */
hid_t dti_h5_memory_create(hid_t creation, hid_t access);

/* Elements that are written from these bytes stay where they are until the file is closed, and must
 * not change. */
void dti_h5_memory_lend(hid_t file, const void *data, size_t size);

/* All bytes of the file, appended to `target`. False if HDF5 fails; the status of writing is
 * *ret_status. */
bool dti_h5_memory_save(hid_t file, dti_atomic_file *target, dt_status *ret_status,
                        dt_error *error);

#endif
