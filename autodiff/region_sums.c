/* region_sums.c - sums folded into the loop of a region: by rows in pairs, by columns in order within
 * a chunk, then in a fixed tree. */
#include "region_sums.h"

#include "internal.h"
#include "kernels/sum_loops.h"

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

/* Halves above a length: the rounding error grows with its logarithm. */
enum { PLAIN = 256, LANES = 8 };

/* The sum of n elements of the type, to `to`. */
static void run(dt_dtype dtype, int64_t n, const char *x, void *to) {
    const dti_sum_loops *loops = &dti_sum_loops_chosen[dtype];
    if (n <= PLAIN) {
        loops->sum_run(to, x, n);
        return;
    }
    int64_t half = n / 2 / LANES * LANES;
    double upper[2];
    run(dtype, half, x, to);
    run(dtype, n - half, x + (size_t)half * dt_dtype_size(dtype), upper);
    loops->add(1, to, upper);
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
            run(s->dtype, n, from, (char *)s->partial + (size_t)tile * item);
            return;
        }
        for (int64_t done = 0; done < n; done += s->length) {
            run(s->dtype, s->length, from + (size_t)done * item,
                (char *)s->partial + (size_t)((start + done) / s->length) * item);
        }
        return;
    }
    char *columns = (char *)s->partial + (size_t)(chunk * s->length) * item;
    for (int64_t done = 0; done < n;) {
        int64_t column = (start + done) % s->length;
        int64_t length = s->length - column < n - done ? s->length - column : n - done;
        dti_sum_loops_chosen[s->dtype].add(length, columns + (size_t)column * item,
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
