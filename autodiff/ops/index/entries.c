/* entries.c - checking the index tensor of gather and scatter_add. */
#include "entries.h"

#include <inttypes.h>

dt_status dti_need_index(dt_node *n, int i) {
    const dt_array index = dt_node_in(n, i);
    if (index.dtype != DT_I64 || index.ndim != 1) {
        return dt_node_fail(n, DT_ERR_DTYPE, "the index must be a 1-d i64 tensor");
    }
    return DT_OK;
}

bool dti_index_entries(dt_node *n, int i, int64_t limit, const int64_t **ret_entries) {
    dt_array index = dt_node_in(n, i);
    if (!dt_array_is_contiguous(&index)) {
        void *memory = dt_node_scratch(n, dt_array_bytes(&index));
        if (memory == NULL) {
            return false;
        }
        const dt_array copy = dt_array_wrap(DT_I64, 1, index.shape, memory);
        dt_array_copy(&copy, &index, NULL); /* equal shapes and types: cannot fail */
        index = copy;
    }
    const int64_t *entry = index.data;
    for (int64_t k = 0; k < index.shape[0]; k++) {
        if (entry[k] < 0 || entry[k] >= limit) {
            dt_node_fail_at(n, DT_ERR_ARGUMENT, k,
                            "entry %" PRId64 " of the index is %" PRId64 ", outside [0, %" PRId64
                            ")",
                            k, entry[k], limit);
            return false;
        }
    }
    *ret_entries = entry;
    return true;
}
