/* fuzz_nexus.c - any bytes give a map or a sentence, never a crash of ours. */
#include "hkl_internal.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* As dt_hkl_map_read does: the library sees nothing without the signature. */
    if (size < 8 || memcmp(data, "\x89HDF\r\n\x1a\n", 8) != 0) {
        return 0;
    }
    dt_hkl_map map = {0};
    dt_error error = DT_ERROR_INIT;
    dt_status status = dti_nexus_read_memory(&map, data, size, "fuzz", &error);
    bool sentence = error.message[0] != '\0';
    if ((status == DT_OK) != (map.intensity.data != NULL) || (status == DT_OK) == sentence) {
        abort();
    }
    dt_hkl_map_free(&map);
    return 0;
}
