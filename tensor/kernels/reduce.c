/* reduce.c - sums over any set of axes by pairwise addition in a fixed tree.
 *
 * Every output element is the root of a binary tree over leaves of consecutive terms. The shape of
 * the tree follows from the array alone; threads only decide who computes which part of it. Several
 * neighbouring output elements, the lanes, are summed side by side where that makes the memory
 * access contiguous or amortises short sums. */
#include "kernels.h"
#include "sum_loops.h"

#include "../iterate.h"
#include "../threads.h"

#include <string.h>

#define LANE_BYTES    512 /* most outputs summed side by side, in bytes */
#define LEAF_TERMS    16  /* terms of a leaf, one after another, when lanes run side by side */
#define LEAF_RUN      128 /* terms of a leaf over contiguous memory, eight partial sums */
#define SHORT_SUM     16  /* shorter runs are always summed lane by lane */
#define MOST_LEVELS   60  /* depth of the tree: more than any array needs */
#define MOST_PARTS    64  /* pieces one long sum is cut into for the threads */
#define PART_TERMS    16384
#define PARALLEL_SIZE 262144 /* a sum runs at memory speed: less is not worth waking threads */

typedef struct axes {
    int ndim;
    int64_t size; /* product of the shape */
    int64_t shape[DT_MAX_DIMS], strides[1][DT_MAX_DIMS];
} axes;

typedef struct sum_job {
    const dti_sum_loops *kernels;
    size_t item;
    char *out;
    const char *in;
    axes kept, summed;            /* kept without the lanes */
    int64_t n_lanes, lane_stride; /* all lanes of one kept position */
    int64_t block, n_blocks;      /* lanes handled at once, blocks per kept position */
    bool runs;                    /* one lane, contiguous innermost summed axis */
    int64_t n_items, items_per_chunk;
} sum_job;

static void append_axis(axes *to, int64_t size, int64_t stride) {
    to->shape[to->ndim] = size;
    to->strides[0][to->ndim++] = stride;
}

static void finish_axes(axes *to) {
    dti_collapse(&to->ndim, to->shape, 1, to->strides);
    to->size = 1;
    for (int d = 0; d < to->ndim; d++) {
        to->size *= to->shape[d];
    }
}

static int64_t offset_of(const axes *over, int64_t index) {
    int64_t offset = 0;
    for (int d = over->ndim - 1; d > 0; d--) {
        offset += index % over->shape[d] * over->strides[0][d];
        index /= over->shape[d];
    }
    return offset + index * over->strides[0][0];
}

/* One leaf: terms [first, first + n) of n_lanes sums. */
static void sum_leaf(const sum_job *job, const char *in, int64_t first, int64_t n, int64_t n_lanes,
                     void *y) {
    const axes *summed = &job->summed;
    int last = summed->ndim - 1;
    int64_t at = first % summed->shape[last], stride = summed->strides[0][last];
    const char *x = in + offset_of(summed, first) * (int64_t)job->item;
    if (job->runs) {
        job->kernels->sum_run(y, x, n);
        return;
    }
    for (int64_t term = 0; term < n; term++) {
        job->kernels->add_lanes(y, x, n_lanes, job->lane_stride, term == 0);
        x += stride * (int64_t)job->item;
        if (++at == summed->shape[last] && term + 1 < n) {
            at = 0;
            x = in + offset_of(summed, first + term + 1) * (int64_t)job->item;
        }
    }
}

/* Terms of the leaf that starts at `first`: leaves of contiguous runs end with their run. */
static int64_t leaf_terms(const sum_job *job, int64_t first, int64_t end) {
    int64_t terms = LEAF_TERMS;
    if (job->runs) {
        int64_t row = job->summed.shape[job->summed.ndim - 1];
        int64_t left = row - first % row;
        terms = left < LEAF_RUN ? left : LEAF_RUN;
    }
    return terms < end - first ? terms : end - first;
}

/* Terms [first, end) of n_lanes neighbouring sums into y. Finished subtrees wait on a stack, one
 * per level, as the digits of a binary counter of leaves. */
static void sum_terms(const sum_job *job, const char *in, int64_t first, int64_t end,
                      int64_t n_lanes, void *y) {
    int64_t n = leaf_terms(job, first, end);
    if (n == end - first) {
        sum_leaf(job, in, first, n, n_lanes, y);
        return;
    }
    _Alignas(64) char stack[MOST_LEVELS][LANE_BYTES];
    _Alignas(64) char leaf[LANE_BYTES];
    size_t bytes = (size_t)n_lanes * job->item;
    uint64_t n_leaves = 0;
    for (; first < end; first += n, n_leaves++) {
        n = leaf_terms(job, first, end);
        sum_leaf(job, in, first, n, n_lanes, leaf);
        int level = 0;
        for (; (n_leaves >> level & 1u) != 0; level++) {
            job->kernels->add(n_lanes, leaf, stack[level]);
        }
        memcpy(stack[level], leaf, bytes);
    }
    bool empty = true;
    for (int level = 0; n_leaves >> level != 0; level++) {
        if ((n_leaves >> level & 1u) == 0) {
            continue;
        }
        if (empty) {
            memcpy(leaf, stack[level], bytes);
        } else {
            job->kernels->add(n_lanes, leaf, stack[level]);
        }
        empty = false;
    }
    memcpy(y, leaf, bytes);
}

/* An item is one block of lanes at one kept position. */
typedef struct item {
    const char *in;
    char *out;
    int64_t n_lanes;
} item;

static item find_item(const sum_job *job, int64_t number) {
    int64_t position = number / job->n_blocks, lane = number % job->n_blocks * job->block;
    int64_t in_offset = offset_of(&job->kept, position) + lane * job->lane_stride;
    int64_t left = job->n_lanes - lane;
    return (item){job->in + in_offset * (int64_t)job->item,
                  job->out + (position * job->n_lanes + lane) * (int64_t)job->item,
                  left < job->block ? left : job->block};
}

static void sum_items(void *context, int64_t chunk, int worker) {
    (void)worker;
    const sum_job *job = context;
    int64_t first = chunk * job->items_per_chunk, end = first + job->items_per_chunk;
    for (int64_t i = first; i < end && i < job->n_items; i++) {
        item it = find_item(job, i);
        sum_terms(job, it.in, 0, job->summed.size, it.n_lanes, it.out);
    }
}

/* One long sum cut into parts, each a subtree for one thread. */
typedef struct split_sum {
    const sum_job *job;
    item item;
    int64_t part_terms;
    _Alignas(64) char parts[MOST_PARTS][LANE_BYTES];
} split_sum;

static void sum_part(void *context, int64_t part, int worker) {
    (void)worker;
    split_sum *split = context;
    int64_t first = part * split->part_terms, end = first + split->part_terms;
    int64_t size = split->job->summed.size;
    sum_terms(split->job, split->item.in, first, end < size ? end : size, split->item.n_lanes,
              split->parts[part]);
}

/* In parallel if the array is large; the chunks are the same either way. */
static void run_chunks(bool large, int64_t n_chunks, dti_chunk_fn *body, void *context) {
    if (large) {
        dti_parallel_for(n_chunks, body, context);
        return;
    }
    for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
        body(context, chunk, 0);
    }
}

static void sum_split(const sum_job *job, bool large) {
    split_sum split = {.job = job, .part_terms = PART_TERMS};
    while ((job->summed.size + split.part_terms - 1) / split.part_terms > MOST_PARTS) {
        split.part_terms *= 2;
    }
    int64_t n_parts = (job->summed.size + split.part_terms - 1) / split.part_terms;
    for (int64_t i = 0; i < job->n_items; i++) {
        split.item = find_item(job, i);
        run_chunks(large, n_parts, sum_part, &split);
        for (int64_t step = 1; step < n_parts; step *= 2) {
            for (int64_t part = 0; part + step < n_parts; part += 2 * step) {
                job->kernels->add(split.item.n_lanes, split.parts[part], split.parts[part + step]);
            }
        }
        memcpy(split.item.out, split.parts[0], (size_t)split.item.n_lanes * job->item);
    }
}

/* The last kept axis becomes the lanes if it is the one that memory runs along, or if the sums are
 * so short that side by side is faster in any case. */
static void choose_lanes(sum_job *job) {
    axes *kept = &job->kept, *summed = &job->summed;
    int64_t run = summed->shape[summed->ndim - 1],
            run_stride = summed->strides[0][summed->ndim - 1];
    int64_t lane_stride = kept->strides[0][kept->ndim - 1];
    job->n_lanes = job->lane_stride = 1;
    if (kept->shape[kept->ndim - 1] > 1 && (lane_stride < run_stride || run < SHORT_SUM)) {
        job->n_lanes = kept->shape[kept->ndim - 1];
        job->lane_stride = lane_stride;
        kept->size /= job->n_lanes;
        kept->shape[kept->ndim - 1] = 1;
        kept->strides[0][kept->ndim - 1] = 0;
    } else {
        job->runs = run_stride == 1 && run >= SHORT_SUM;
    }
    int64_t most = LANE_BYTES / (int64_t)job->item;
    job->block = job->n_lanes < most ? job->n_lanes : most;
    job->n_blocks = (job->n_lanes + job->block - 1) / job->block;
    job->n_items = kept->size * job->n_blocks;
}

void dti_sum(const dt_array *out, const dt_array *in, unsigned axes_mask) {
    int64_t out_size = dt_array_size(out), in_size = dt_array_size(in);
    sum_job job = {.kernels = &dti_sum_loops_chosen[in->dtype],
                   .item = dt_dtype_size(in->dtype),
                   .out = out->data,
                   .in = in->data};
    if (in_size == 0) {
        memset(out->data, 0, (size_t)out_size * job.item);
        return;
    }
    for (int d = 0; d < in->ndim; d++) {
        append_axis((axes_mask >> d & 1u) != 0 ? &job.summed : &job.kept, in->shape[d],
                    in->strides[d]);
    }
    finish_axes(&job.kept);
    finish_axes(&job.summed);
    choose_lanes(&job);
    int64_t terms = job.summed.size * job.block;
    job.items_per_chunk = terms >= PART_TERMS ? 1 : PART_TERMS / terms;
    int64_t n_chunks = (job.n_items + job.items_per_chunk - 1) / job.items_per_chunk;
    bool large = in_size >= PARALLEL_SIZE;
    if (job.n_items < MOST_PARTS && job.summed.size >= 2 * PART_TERMS) {
        sum_split(&job, large);
    } else {
        run_chunks(large, n_chunks, sum_items, &job);
    }
}
