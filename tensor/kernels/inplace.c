/* inplace.c - accumulation into an array and the search for non-finite elements. */
#include "kernels.h"
#include "../view.h"

#include "../iterate.h"
#include "../threads.h"

#include <math.h>
#include <string.h>

#define PARALLEL_SIZE 65536
#define CHUNK         8192

/* Both jobs see a complex array as twice as many reals. */
static int64_t count_reals(const dt_array *array) {
    return dt_array_size(array) * (dt_dtype_is_complex(array->dtype) ? 2 : 1);
}

typedef struct accumulate_job {
    void *y;
    const void *x;
    int64_t n;
    bool single;
} accumulate_job;

static void accumulate_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    const accumulate_job *job = context;
    int64_t first = chunk * CHUNK, end = first + CHUNK < job->n ? first + CHUNK : job->n;
    if (job->single) {
        float *restrict y = job->y;
        const float *restrict x = job->x;
        for (int64_t i = first; i < end; i++) {
            y[i] += x[i];
        }
    } else {
        double *restrict y = job->y;
        const double *restrict x = job->x;
        for (int64_t i = first; i < end; i++) {
            y[i] += x[i];
        }
    }
}

void dti_accumulate(const dt_array *y, const dt_array *x) {
    accumulate_job job = {y->data, x->data, count_reals(y), dt_dtype_real(y->dtype) == DT_F32};
    int64_t n_chunks = (job.n + CHUNK - 1) / CHUNK;
    if (job.n >= PARALLEL_SIZE) {
        dti_parallel_for(n_chunks, accumulate_chunk, &job);
        return;
    }
    for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
        accumulate_chunk(&job, chunk, 0);
    }
}

/* x - x is 0 for every finite x and NaN otherwise: one test per block instead of per element. */
#define FIND(name, type)                                                                           \
    static int64_t name(const void *data, int64_t n) {                                             \
        const type *x = data;                                                                      \
        for (int64_t first = 0; first < n; first += DTI_TILE) {                                    \
            int64_t end = first + DTI_TILE < n ? first + DTI_TILE : n;                             \
            int bad = 0;                                                                           \
            for (int64_t i = first; i < end; i++) {                                                \
                bad |= x[i] - x[i] != 0;                                                           \
            }                                                                                      \
            for (int64_t i = first; bad != 0 && i < end; i++) {                                    \
                if (!isfinite(x[i])) {                                                             \
                    return i;                                                                      \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        return -1;                                                                                 \
    }

FIND(find_f32, float)
FIND(find_f64, double)

static int64_t find_in_run(const void *data, int64_t n, dt_dtype dtype) {
    int64_t reals = dt_dtype_is_complex(dtype) ? 2 : 1;
    int64_t at =
        dt_dtype_real(dtype) == DT_F32 ? find_f32(data, n * reals) : find_f64(data, n * reals);
    return at < 0 ? -1 : at / reals;
}

int64_t dti_find_nonfinite(const dt_array *x) {
    if (!dt_dtype_is_float(x->dtype)) {
        return -1;
    }
    int64_t size = dt_array_size(x);
    if (dt_array_is_contiguous(x)) {
        return find_in_run(x->data, size, x->dtype);
    }
    int ndim = x->ndim;
    int64_t shape[DT_MAX_DIMS], strides[1][DT_MAX_DIMS], position[DT_MAX_DIMS] = {0};
    memcpy(shape, x->shape, sizeof shape);
    memcpy(strides[0], x->strides, sizeof strides[0]);
    dti_collapse(&ndim, shape, 1, strides);
    int last = ndim - 1;
    for (int64_t start = 0; start < size; start += shape[last]) {
        int64_t offset = 0;
        for (int d = 0; d < last; d++) {
            offset += position[d] * strides[0][d];
        }
        for (int64_t i = 0; i < shape[last]; i++) {
            const char *at = (const char *)x->data +
                             (offset + i * strides[0][last]) * (int64_t)dt_dtype_size(x->dtype);
            if (find_in_run(at, 1, x->dtype) == 0) {
                return start + i;
            }
        }
        for (int d = last - 1; d >= 0 && ++position[d] == shape[d]; d--) {
            position[d] = 0;
        }
    }
    return -1;
}
