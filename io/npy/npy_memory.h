/* npy_memory.h - read .npy and .npz files that lie in memory: for tests and fuzzers. */
#ifndef DTI_NPY_MEMORY_H
#define DTI_NPY_MEMORY_H

#include <difftape/npy.h>

/* As dt_npy_read, dt_npy_read_bytes and dt_npz_open, with messages that name no path. The memory
 * behind an archive must live until that is closed. */
dt_status dti_npy_read_memory(const void *data, size_t size, dt_array *ret_array, dt_error *error);
dt_status dti_npy_read_bytes_memory(const void *data, size_t size, char **ret_data,
                                    size_t *ret_size, dt_error *error);
dt_status dti_npz_open_memory(dt_npz **ret_npz, const void *data, size_t size, dt_error *error);

#endif
