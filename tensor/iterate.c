/* iterate.c - dti_map: a tile kernel over broadcast, strided and mixed-type operands. */
#include "iterate.h"
#include "view.h"

#include "kernels/kernels.h"
#include "threads.h"

#include <string.h>

/* Tiles per parallel chunk, and the size from which waking the workers pays. */
#define CHUNK_TILES   16
#define PARALLEL_SIZE 65536

void dti_collapse(int *ndim, int64_t *shape, int n_operands, int64_t (*strides)[DT_MAX_DIMS]) {
    int n = 0;
    for (int d = 0; d < *ndim; d++) {
        if (shape[d] == 1) {
            continue;
        }
        bool merge = n > 0;
        for (int k = 0; k < n_operands && merge; k++) {
            merge = strides[k][n - 1] == shape[d] * strides[k][d];
        }
        n = merge ? n : n + 1;
        shape[n - 1] = merge ? shape[n - 1] * shape[d] : shape[d];
        for (int k = 0; k < n_operands; k++) {
            strides[k][n - 1] = strides[k][d];
        }
    }
    if (n == 0) {
        shape[0] = 1;
        for (int k = 0; k < n_operands; k++) {
            strides[k][0] = 0;
        }
        n = 1;
    }
    *ndim = n;
}

typedef struct map_job {
    dti_walk walk;
    dt_map_fn *kernel;
    const void *attr;
    char *out;
    size_t out_size;
    int64_t n_tiles;
} map_job;

void dti_walk_position(const dti_walk *job, int64_t element, int64_t *ret_position) {
    for (int d = job->ndim - 1; d > 0; d--) {
        ret_position[d] = element % job->shape[d];
        element /= job->shape[d];
    }
    ret_position[0] = element;
}

static const char *address(const dti_walk *job, const dti_walk_input *in, const int64_t *position) {
    int64_t offset = 0;
    for (int d = 0; d < job->ndim; d++) {
        offset += position[d] * in->strides[d];
    }
    return in->data + offset * (int64_t)in->size;
}

/* Pack n elements from a position on: the rest of a row, then as many whole rows at once as the
 * next dimension allows, so that short rows cost little more than long ones. */
static void pack_tile(const dti_walk *job, const dti_walk_input *in, const int64_t *start,
                      int64_t n, size_t item, char *tile) {
    int last = job->ndim - 1;
    int64_t row = job->shape[last];
    int64_t position[DT_MAX_DIMS];
    memcpy(position, start, sizeof position);
    while (n > 0) {
        int64_t rows = 1, length = row - position[last];
        int64_t row_stride = 0;
        if (last > 0 && length == row && n >= row) {
            rows = n / row;
            int64_t left = job->shape[last - 1] - position[last - 1];
            rows = rows < left ? rows : left;
            row_stride = in->strides[last - 1];
        }
        length = length < n ? length : n;
        in->pack(tile, address(job, in, position), rows, row_stride, length, in->strides[last]);
        tile += (size_t)(rows * length) * item;
        n -= rows * length;
        if (position[last] + length == row) {
            position[last] = 0;
            if (last > 0) {
                position[last - 1] += rows;
            }
        } else {
            position[last] += length;
        }
        for (int d = last - 1; d > 0 && position[d] == job->shape[d]; d--) {
            position[d] = 0;
            position[d - 1]++;
        }
    }
}

void dti_walk_fill(const dti_walk *w, int k, char *buffer) {
    if (w->in[k].access == DTI_CONSTANT) {
        const int64_t start[DT_MAX_DIMS] = {0};
        int64_t tile = w->tile > 0 ? w->tile : DTI_TILE;
        pack_tile(w, &w->in[k], start, w->n_elements < tile ? w->n_elements : tile, w->in[k].item,
                  buffer);
    }
}

const void *dti_walk_tile(const dti_walk *w, int k, int64_t start, int64_t n,
                          const int64_t *position, char *buffer) {
    const dti_walk_input *input = &w->in[k];
    if (input->access == DTI_DIRECT) {
        return input->data + (size_t)start * input->size;
    }
    if (input->access == DTI_PACKED) {
        int last = w->ndim - 1;
        if (input->same_type && input->strides[last] == 1 && n <= w->shape[last] - position[last]) {
            return address(w, input, position);
        }
        pack_tile(w, input, position, n, input->item, buffer);
    }
    return buffer;
}

static void run_tiles(const map_job *job, int64_t first, int64_t end) {
    _Alignas(64) char tiles[DT_MAP_INPUTS][DTI_TILE * DTI_LARGEST_ITEM];
    const dti_walk *w = &job->walk;
    const void *in[DT_MAP_INPUTS] = {0};
    int64_t position[DT_MAX_DIMS] = {0};
    for (int k = 0; k < w->n_in; k++) {
        dti_walk_fill(w, k, tiles[k]);
    }
    for (int64_t tile = first; tile < end; tile++) {
        int64_t start = tile * DTI_TILE;
        int64_t n = w->n_elements - start < DTI_TILE ? w->n_elements - start : DTI_TILE;
        if (w->needs_position) {
            dti_walk_position(w, start, position);
        }
        for (int k = 0; k < w->n_in; k++) {
            in[k] = dti_walk_tile(w, k, start, n, position, tiles[k]);
        }
        job->kernel(n, job->out + (size_t)start * job->out_size, in, job->attr);
    }
}

static void run_chunk(void *context, int64_t chunk, int worker) {
    (void)worker;
    const map_job *job = context;
    int64_t first = chunk * CHUNK_TILES, end = first + CHUNK_TILES;
    run_tiles(job, first, end < job->n_tiles ? end : job->n_tiles);
}

/* Strides of an input along the dimensions of the output it broadcasts to. */
static void align_strides(const dt_array *in, int ndim, int64_t *ret_strides) {
    int added = ndim - in->ndim;
    for (int d = 0; d < ndim; d++) {
        bool repeated = d < added || in->shape[d - added] == 1;
        ret_strides[d] = repeated ? 0 : in->strides[d - added];
    }
}

/* Does the input repeat itself within every tile, so that all tiles show the same elements? */
static bool is_periodic(const dti_walk *w, int k) {
    int64_t period = 1;
    int d = 0;
    while (d < w->ndim && w->strides[k][d] == 0) {
        d++;
    }
    for (; d < w->ndim; d++) {
        period *= w->shape[d];
    }
    return period == 1 || (w->tile > 0 && w->tile % period == 0 && period < w->n_elements);
}

static dti_access classify(const dti_walk *w, int k, bool same_type) {
    int64_t expected = 1;
    bool contiguous = same_type;
    for (int d = w->ndim - 1; d >= 0 && contiguous; d--) {
        contiguous = w->strides[k][d] == expected;
        expected *= w->shape[d];
    }
    return contiguous ? DTI_DIRECT : is_periodic(w, k) ? DTI_CONSTANT : DTI_PACKED;
}

/* Small operands of the output's own type and shape go to the kernel as they are: the bookkeeping
 * below would cost more than the arithmetic. */
static bool map_directly(const dt_array *out, dt_map_fn *kernel, int n_in,
                         const dt_array *const *in, const dt_dtype *in_dtype, const void *attr) {
    int64_t n = dt_array_size(out);
    if (n > DTI_TILE) {
        return false;
    }
    const void *data[DT_MAP_INPUTS];
    for (int k = 0; k < n_in; k++) {
        if (in[k]->dtype != in_dtype[k] || dt_array_size(in[k]) != n ||
            !dt_array_is_contiguous(in[k])) {
            return false;
        }
        data[k] = in[k]->data;
    }
    if (n > 0) {
        kernel(n, out->data, data, attr);
    }
    return true;
}

void dti_walk_prepare(dti_walk *w, int ndim, const int64_t *shape, int n_in,
                      const dt_array *const *in, const dt_dtype *in_dtype, int64_t tile) {
    w->ndim = ndim;
    w->tile = tile;
    w->n_in = n_in;
    w->needs_position = false;
    w->n_elements = 1;
    for (int d = 0; d < ndim; d++) {
        w->shape[d] = shape[d];
        w->n_elements *= shape[d];
    }
    for (int k = 0; k < n_in; k++) {
        align_strides(in[k], ndim, w->strides[k]);
    }
    dti_collapse(&w->ndim, w->shape, n_in, w->strides);
    for (int k = 0; k < n_in; k++) {
        bool same_type = in[k]->dtype == in_dtype[k];
        w->in[k] = (dti_walk_input){.data = in[k]->data,
                                    .strides = w->strides[k],
                                    .size = dt_dtype_size(in[k]->dtype),
                                    .item = dt_dtype_size(in_dtype[k]),
                                    .access = classify(w, k, same_type),
                                    .same_type = same_type,
                                    .pack = dti_pack(in[k]->dtype, in_dtype[k])};
        w->needs_position = w->needs_position || w->in[k].access == DTI_PACKED;
    }
}

void dti_map(const dt_array *out, dt_map_fn *kernel, int n_in, const dt_array *const *in,
             const dt_dtype *in_dtype, const void *attr) {
    if (map_directly(out, kernel, n_in, in, in_dtype, attr) || dt_array_size(out) == 0) {
        return;
    }
    map_job job;
    job.kernel = kernel;
    job.attr = attr;
    job.out = out->data;
    job.out_size = dt_dtype_size(out->dtype);
    dti_walk_prepare(&job.walk, out->ndim, out->shape, n_in, in, in_dtype, DTI_TILE);
    job.n_tiles = (job.walk.n_elements + DTI_TILE - 1) / DTI_TILE;
    if (job.walk.n_elements < PARALLEL_SIZE) {
        run_tiles(&job, 0, job.n_tiles);
    } else {
        dti_parallel_for((job.n_tiles + CHUNK_TILES - 1) / CHUNK_TILES, run_chunk, &job);
    }
}

/* One row, strides in elements; the compiler makes single moves of copies of known size. */
static void copy_row(int64_t n, char *to, int64_t to_stride, const char *from, int64_t from_stride,
                     size_t item) {
    const int64_t up = to_stride * (int64_t)item, down = from_stride * (int64_t)item;
    switch (item) {
    case 8:
        for (int64_t i = 0; i < n; i++) {
            memcpy(to + i * up, from + i * down, 8);
        }
        break;
    case 4:
        for (int64_t i = 0; i < n; i++) {
            memcpy(to + i * up, from + i * down, 4);
        }
        break;
    default:
        for (int64_t i = 0; i < n; i++) {
            memcpy(to + i * up, from + i * down, item);
        }
    }
}

void dti_copy_strided(const dt_array *target, const dt_array *source) {
    int ndim = target->ndim;
    int64_t shape[DT_MAX_DIMS], strides[2][DT_MAX_DIMS], position[DT_MAX_DIMS] = {0};
    memcpy(shape, target->shape, sizeof shape);
    memcpy(strides[0], target->strides, sizeof strides[0]);
    memcpy(strides[1], source->strides, sizeof strides[1]);
    int64_t left = dt_array_size(target);
    size_t item = dt_dtype_size(target->dtype);
    dti_collapse(&ndim, shape, 2, strides);
    int last = ndim - 1;
    while (left > 0) {
        char *to = target->data;
        const char *from = source->data;
        for (int d = 0; d < last; d++) {
            to += position[d] * strides[0][d] * (int64_t)item;
            from += position[d] * strides[1][d] * (int64_t)item;
        }
        if (strides[0][last] == 1) {
            dti_pack(target->dtype, target->dtype)(to, from, 1, 0, shape[last], strides[1][last]);
        } else {
            copy_row(shape[last], to, strides[0][last], from, strides[1][last], item);
        }
        left -= shape[last];
        for (int d = last - 1; d >= 0 && ++position[d] == shape[d]; d--) {
            position[d] = 0;
        }
    }
}
