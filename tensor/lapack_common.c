/* lapack_common.c - what the iterative factorisations share: sizes, workspaces, finite input. */
#include "lapack_common.h"

#include <stdint.h>

bool dti_lapack_fits(int64_t m, int64_t n) {
    return (m < n ? m : n) <= DTI_LAPACK_MOST && m <= INT32_MAX && n <= INT32_MAX;
}

/* x * 0 is NaN for an infinity too. */
static bool all_finite(dt_dtype dtype, int64_t count, const void *x) {
    double sum = 0;
    if (dt_dtype_real(dtype) == DT_F32) {
        for (int64_t i = 0; i < count; i++) {
            sum += (double)((const float *)x)[i] * 0;
        }
    } else {
        for (int64_t i = 0; i < count; i++) {
            sum += ((const double *)x)[i] * 0;
        }
    }
    return sum == 0;
}

int64_t dti_first_not_finite(dt_dtype dtype, int64_t n_matrices, int64_t size, const void *x) {
    int64_t count = size * (dt_dtype_is_complex(dtype) ? 2 : 1);
    size_t bytes = (size_t)size * dt_dtype_size(dtype);
    for (int64_t i = 0; i < n_matrices; i++) {
        if (!all_finite(dtype, count, (const char *)x + (size_t)i * bytes)) {
            return i;
        }
    }
    return -1;
}

size_t dti_worker_bytes(size_t bytes) {
    return (bytes + 127) / 64 * 64;
}
