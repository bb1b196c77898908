/* region_sums.c - sums folded into the loop of a region: by rows in pairs, by columns in order
 * within a chunk, then in a fixed tree. */
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

int64_t dti_column_chunk(int64_t total, int64_t length) {
    enum { LEAST_ROWS = 16, MOST_CHUNKS = 64 }; /* each chunk has partial sums of its own */
    int64_t rows = total / length, n = rows / LEAST_ROWS;
    n = n < 1 ? 1 : n > MOST_CHUNKS ? MOST_CHUNKS : n;
    return (rows + n - 1) / n * length;
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

/* Tiles that a row is cut into; 1 if rows are not cut. */
static int64_t tiles_of_row(const struct dti_sum_sink *s) {
    return (s->length + DTI_TILE - 1) / DTI_TILE;
}

bool dti_sum_prepare(struct dti_sum_sink *s, dt_tape *tape, int64_t total, int64_t n_chunks) {
    bool rows = s->fold == DTI_FOLD_ROWS;
    s->n_partial = rows ? tiles_of_row(s) : n_chunks;
    s->partial = s->out.data;
    if (s->n_partial > 1) {
        int64_t n_results = rows ? total / s->length : s->length;
        size_t bytes = (size_t)(n_results * s->n_partial) * dt_dtype_size(s->dtype);
        s->partial = dti_tape_alloc(tape, false, bytes, "partial sums");
    }
    if (!rows && s->partial != NULL) {
        memset(s->partial, 0, (size_t)(s->length * n_chunks) * dt_dtype_size(s->dtype));
    }
    return s->partial != NULL;
}

static void add_rows(const struct dti_sum_sink *s, const char *x, int64_t start, int64_t n) {
    size_t item = dt_dtype_size(s->dtype);
    int64_t length = s->length < DTI_TILE ? s->length : n;
    int64_t at = start / s->length * s->n_partial + start % s->length / DTI_TILE;
    char *to = (char *)s->partial + (size_t)at * item;
    for (int64_t done = 0; done < n; done += length, to += item) {
        run(s->dtype, length, x + (size_t)done * item, to);
    }
}

static void add_columns(const struct dti_sum_sink *s, const char *x, int64_t start, int64_t n,
                        int64_t chunk) {
    size_t item = dt_dtype_size(s->dtype);
    char *columns = (char *)s->partial + (size_t)(chunk * s->length) * item;
    for (int64_t done = 0; done < n;) {
        int64_t column = (start + done) % s->length;
        int64_t length = s->length - column < n - done ? s->length - column : n - done;
        dti_sum_loops_chosen[s->dtype].add(length, columns + (size_t)column * item,
                                           x + (size_t)done * item);
        done += length;
    }
}

void dti_sum_tile(const struct dti_sum_sink *s, const void *x, int64_t start, int64_t n,
                  int64_t chunk) {
    if (s->fold == DTI_FOLD_ROWS) {
        add_rows(s, x, start, n);
    } else {
        add_columns(s, x, start, n, chunk);
    }
}

void dti_sum_finish(const struct dti_sum_sink *s) {
    if (s->n_partial == 1) {
        return;
    }
    int64_t size = dt_array_size(&s->out);
    bool rows = s->fold == DTI_FOLD_ROWS;
    const int64_t shape[2] = {rows ? size : s->n_partial, rows ? s->n_partial : size};
    const dt_array partial = dt_array_wrap(s->dtype, 2, shape, s->partial);
    const dt_array out = dt_array_wrap(s->dtype, 1, &size, s->out.data);
    dti_sum(&out, &partial, rows ? 2u : 1u);
}
