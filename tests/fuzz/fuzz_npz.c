/* fuzz_npz.c - libFuzzer entry: any bytes as a .npz archive, every member read in both ways. */
#include "npy_memory.h"

#include <stdlib.h>

enum { MEMBERS_MAX = 16 }; /* many members that share one large body would only cost time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    dt_npz *npz;
    dt_error error = DT_ERROR_INIT;
    if (dti_npz_open_memory(&npz, data, size, &error) != DT_OK) {
        return 0;
    }
    for (int64_t i = 0; i < dt_npz_count(npz) && i < MEMBERS_MAX; i++) {
        const char *name = dt_npz_name(npz, i);
        dt_array array;
        if (dt_npz_get(npz, name, &array, NULL) == DT_OK) {
            dt_array_free(&array);
        }
        char *bytes;
        size_t bytes_size;
        if (dt_npz_get_bytes(npz, name, &bytes, &bytes_size, NULL) == DT_OK) {
            free(bytes);
        }
    }
    dt_npz_close(npz);
    return 0;
}
