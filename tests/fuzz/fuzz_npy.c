/* fuzz_npy.c - libFuzzer entry: any bytes as a .npy file. */
#include "npy_memory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    dt_array array;
    dt_error error = DT_ERROR_INIT;
    if (dti_npy_read_memory(data, size, &array, &error) == DT_OK) {
        dt_array_free(&array);
    }
    char *bytes;
    size_t bytes_size;
    if (dti_npy_read_bytes_memory(data, size, &bytes, &bytes_size, NULL) == DT_OK) {
        free(bytes);
    }
    return 0;
}
