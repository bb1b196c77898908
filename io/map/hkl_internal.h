/* hkl_internal.h - the formats behind hkl_map.h. Every writer gets a map that has been checked. */
#ifndef DTI_HKL_INTERNAL_H
#define DTI_HKL_INTERNAL_H

#include "atomic_file.h"

#include <difftape/hkl_map.h>
#include <difftape/npy.h>

/* Fill an archive that has been begun, and finish or abort it. */
dt_status dti_hkl_npz_write(dt_npz_writer *writer, const dt_hkl_map *map, dt_error *error);
dt_status dti_hkl_npz_read(dt_hkl_map *ret_map, const char *path, dt_error *error);

/* Is HDF5 part of this build? DT_ERR_ARGUMENT with a sentence if not. */
dt_status dti_nexus_available(dt_error *error);
dt_status dti_nexus_write(dti_atomic_file *file, const dt_hkl_map *map, dt_error *error);
dt_status dti_nexus_read(dt_hkl_map *ret_map, const char *path, dt_error *error);
/* The same from memory, for fuzzing. */
dt_status dti_nexus_read_memory(dt_hkl_map *ret_map, const void *data, size_t size,
                                const char *name, dt_error *error);

dt_status dti_ccp4_write(dti_atomic_file *file, const dt_hkl_map *map, dt_error *error);

/* Shapes and types of a map's arrays fit each other, axes increase and are finite. */
dt_status dti_hkl_check(const dt_hkl_map *map, const char *name, dt_status wrong, dt_error *error);

/* After reading: make `valid`, if absent, and take away what is not finite. */
dt_status dti_hkl_complete(dt_hkl_map *map, dt_error *error);

/* A sigma that is one number becomes one for each voxel. */
dt_status dti_hkl_spread_sigma(dt_hkl_map *map, dt_error *error);

/* valid and mask, both bool, become one. The mask is released or taken over. */
dt_status dti_hkl_and_mask(dt_hkl_map *map, dt_array *mask, const char *name, dt_error *error);

/* Replace an array of another real type by its f64 copy. */
dt_status dti_hkl_to_f64(dt_array *array, const char *name, const char *what, dt_error *error);

#endif
