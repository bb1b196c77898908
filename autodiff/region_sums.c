/* region_sums.c - sums folded into the loop of a region: by rows in pairs, by columns in order within
 * a chunk, then in a fixed tree. */
#include "region_sums.h"

#include "internal.h"
#include "kernels/kernels.h"

#include <string.h>

dti_fold dti_fold_of(const dt_array *x, unsigned mask, int64_t *ret_length) {
    int64_t before = 1, reduced = 1, after = 1;
    int stage = 0; /* kept dimensions, then reduced ones, then kept ones */
    for (int d = 0; d < x->ndim; d++) {
        bool sum = mask >> d & 1u;
        if (x->shape[d] == 1) {
            continue;
        }
        stage = sum ? (stage == 0 ? 1 : stage) : (stage == 1 ? 2 : stage);
        if (sum && stage == 2) {
            return DTI_FOLD_NONE;
        }
        *(stage == 0 ? &before : stage == 1 ? &reduced : &after) *= x->shape[d];
    }
    bool rows = after == 1 && reduced > 1, columns = before == 1 && reduced > 1;
    *ret_length = rows ? reduced : after;
    return rows ? DTI_FOLD_ROWS : columns ? DTI_FOLD_COLUMNS : DTI_FOLD_NONE;
}

/* -- contiguous runs --------------------------------------------------------------------------- */

/* Eight running sums; with `parts` 2 the even ones are real, the odd ones imaginary. Halves above a
 * length: the rounding error grows with its logarithm. n counts real numbers. */
enum { LANES = 8, PLAIN = 256 };

#define RUN_SUM(type)                                                                              \
    static void run_##type(int64_t n, const type *x, int parts, type *ret) {                       \
        type lane[LANES] = {0};                                                                    \
        if (n > PLAIN) {                                                                           \
            type low[2] = {0}, high[2] = {0};                                                      \
            int64_t half = n / 2 / LANES * LANES;                                                  \
            run_##type(half, x, parts, low);                                                       \
            run_##type(n - half, x + half, parts, high);                                           \
            ret[0] = low[0] + high[0];                                                             \
            ret[1] = low[1] + high[1];                                                             \
            return;                                                                                \
        }                                                                                          \
        int64_t whole = n / LANES * LANES;                                                         \
        for (int64_t i = 0; i < whole; i += LANES) {                                               \
            for (int j = 0; j < LANES; j++) {                                                      \
                lane[j] += x[i + j];                                                               \
            }                                                                                      \
        }                                                                                          \
        for (int64_t i = whole; i < n; i++) {                                                      \
            lane[i - whole] += x[i];                                                               \
        }                                                                                          \
        for (int width = LANES / 2; width >= parts; width /= 2) {                                  \
            for (int j = 0; j < width; j++) {                                                      \
                lane[j] += lane[j + width];                                                        \
            }                                                                                      \
        }                                                                                          \
        ret[0] = lane[0];                                                                          \
        ret[1] = parts == 2 ? lane[1] : 0;                                                         \
    }
RUN_SUM(float)
RUN_SUM(double)

/* The sum of n elements of the sink's type, written to place `at` of `to`. */
static void run(dt_dtype dtype, int64_t n, const void *x, void *to, int64_t at) {
    int parts = dt_dtype_is_complex(dtype) ? 2 : 1;
    if (dt_dtype_real(dtype) == DT_F32) {
        float sum[2];
        run_float(n * parts, x, parts, sum);
        memcpy((float *)to + at * parts, sum, (size_t)parts * sizeof *sum);
    } else {
        double sum[2];
        run_double(n * parts, x, parts, sum);
        memcpy((double *)to + at * parts, sum, (size_t)parts * sizeof *sum);
    }
}

/* y += x, n real numbers. */
static void add_run(bool single, int64_t n, void *y, const void *x) {
    if (single) {
        float *restrict to = y;
        const float *restrict from = x;
        for (int64_t i = 0; i < n; i++) {
            to[i] += from[i];
        }
    } else {
        double *restrict to = y;
        const double *restrict from = x;
        for (int64_t i = 0; i < n; i++) {
            to[i] += from[i];
        }
    }
}

/* -- the sink ---------------------------------------------------------------------------------- */

bool dti_sum_prepare(struct dti_sum_sink *s, dt_tape *tape, int64_t n_chunks, int64_t tiles_per_row,
                     int64_t n_tiles) {
    size_t item = dt_dtype_size(s->dtype);
    bool rows = s->fold == DTI_FOLD_ROWS;
    s->tiles_per_row = rows ? tiles_per_row : 0;
    s->n_partial = rows ? tiles_per_row : n_chunks;
    s->partial = s->out.data;
    if (rows && tiles_per_row > 0) {
        s->partial = dti_tape_alloc(tape, false, (size_t)n_tiles * item, "partial sums");
    } else if (!rows) {
        size_t bytes = (size_t)(n_chunks * s->length) * item;
        s->partial = dti_tape_alloc(tape, false, bytes, "partial sums");
        if (s->partial != NULL) {
            memset(s->partial, 0, bytes);
        }
    }
    return s->partial != NULL;
}

void dti_sum_tile(const struct dti_sum_sink *s, const void *x, int64_t start, int64_t n,
                  int64_t chunk, int64_t tile) {
    size_t item = dt_dtype_size(s->dtype);
    const char *from = x;
    if (s->fold == DTI_FOLD_ROWS) {
        if (s->tiles_per_row > 0) {
            run(s->dtype, n, from, s->partial, tile);
            return;
        }
        for (int64_t done = 0; done < n; done += s->length) {
            run(s->dtype, s->length, from + (size_t)done * item, s->partial,
                (start + done) / s->length);
        }
        return;
    }
    bool single = dt_dtype_real(s->dtype) == DT_F32;
    int parts = dt_dtype_is_complex(s->dtype) ? 2 : 1;
    char *columns = (char *)s->partial + (size_t)(chunk * s->length) * item;
    for (int64_t done = 0; done < n;) {
        int64_t column = (start + done) % s->length;
        int64_t length = s->length - column < n - done ? s->length - column : n - done;
        add_run(single, length * parts, columns + (size_t)column * item,
                from + (size_t)done * item);
        done += length;
    }
}

void dti_sum_finish(const struct dti_sum_sink *s) {
    if (s->fold == DTI_FOLD_ROWS && s->tiles_per_row == 0) {
        return;
    }
    int64_t size = dt_array_size(&s->out);
    bool rows = s->fold == DTI_FOLD_ROWS;
    const int64_t shape[2] = {rows ? size : s->n_partial, rows ? s->n_partial : size};
    const dt_array partial = dt_array_wrap(s->dtype, 2, shape, s->partial);
    const dt_array out = dt_array_wrap(s->dtype, 1, &size, s->out.data);
    dti_sum(&out, &partial, rows ? 2u : 1u);
}
