/* nexus_absent.c - stands for NeXus files in a build without HDF5. */
#include "hkl_internal.h"

dt_status dti_nexus_available(dt_error *error) {
    return dt_error_set(error, DT_ERR_ARGUMENT,
                        "this build of difftape has no HDF5 (hint: .npz holds the same, or "
                        "configure with -Dhdf5=enabled)");
}

dt_status dti_nexus_write(dti_atomic_file *file, const dt_hkl_map *map, dt_error *error) {
    (void)file, (void)map;
    return dti_nexus_available(error);
}

dt_status dti_nexus_read(dt_hkl_map *ret_map, const char *path, dt_error *error) {
    (void)ret_map, (void)path;
    return dti_nexus_available(error);
}

dt_status dti_nexus_read_memory(dt_hkl_map *ret_map, const void *data, size_t size,
                                const char *name, dt_error *error) {
    (void)ret_map, (void)data, (void)size, (void)name;
    return dti_nexus_available(error);
}
