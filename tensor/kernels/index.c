/* index.c - gather and scatter-add along one axis. */
#include "kernels.h"

#include "../iterate.h"
#include "../threads.h"

#include <string.h>

#define PARALLEL_SIZE 65536

/* An operation along one axis: for every outer position, in order of i, a row of inner elements of
 * the plain array `whole` (contiguous) meets one of the strided array `other`. */
typedef struct axis_job {
    const dt_array *whole, *other;
    const int64_t *index;
    int axis;
    int64_t n_outer, n_index, inner_size;
    int inner_ndim; /* collapsed inner dimensions of `other` */
    int64_t inner_shape[DT_MAX_DIMS], inner_strides[1][DT_MAX_DIMS];
} axis_job;

static axis_job make_job(const dt_array *whole, const dt_array *other, const int64_t *index,
                         int axis, int64_t n_index) {
    axis_job job = {.whole = whole,
                    .other = other,
                    .index = index,
                    .axis = axis,
                    .n_outer = 1,
                    .n_index = n_index,
                    .inner_size = 1};
    for (int d = 0; d < axis; d++) {
        job.n_outer *= other->shape[d];
    }
    job.inner_ndim = other->ndim - axis - 1;
    for (int d = 0; d < job.inner_ndim; d++) {
        job.inner_size *= other->shape[axis + 1 + d];
        job.inner_shape[d] = other->shape[axis + 1 + d];
        job.inner_strides[0][d] = other->strides[axis + 1 + d];
    }
    dti_collapse(&job.inner_ndim, job.inner_shape, 1, job.inner_strides);
    return job;
}

/* Offset in elements of an outer position in the strided array. */
static int64_t outer_offset(const axis_job *job, int64_t outer) {
    int64_t offset = 0;
    for (int d = job->axis - 1; d >= 0; d--) {
        offset += outer % job->other->shape[d] * job->other->strides[d];
        outer /= job->other->shape[d];
    }
    return offset;
}

/* y[i] += x[i * stride] for i < n. */
typedef void row_fn(void *packed, const void *strided, int64_t n, int64_t stride);

static void copy_row(void *packed, const void *strided, int64_t n, int64_t stride, dt_dtype dtype) {
    dti_pack(dtype, dtype)(packed, strided, 1, 0, n, stride);
}

#define ADD_ROW(name, type, ADD)                                                                   \
    static void name(void *packed, const void *strided, int64_t n, int64_t stride) {               \
        type *restrict y = packed;                                                                 \
        const type *restrict x = strided;                                                          \
        if (stride == 1) {                                                                         \
            for (int64_t i = 0; i < n; i++) {                                                      \
                ADD(y[i], x[i]);                                                                   \
            }                                                                                      \
        } else {                                                                                   \
            for (int64_t i = 0; i < n; i++) {                                                      \
                ADD(y[i], x[i * stride]);                                                          \
            }                                                                                      \
        }                                                                                          \
    }

#define ADD_REAL(y, x)    ((y) += (x))
#define ADD_COMPLEX(y, x) ((y).re += (x).re, (y).im += (x).im)

ADD_ROW(add_row_f32, float, ADD_REAL)
ADD_ROW(add_row_f64, double, ADD_REAL)
ADD_ROW(add_row_c64, dt_c64, ADD_COMPLEX)
ADD_ROW(add_row_c128, dt_c128, ADD_COMPLEX)

static row_fn *const add_row[DT_DTYPE_COUNT] = {[DT_F32] = add_row_f32,
                                                [DT_F64] = add_row_f64,
                                                [DT_C64] = add_row_c64,
                                                [DT_C128] = add_row_c128};

/* Along the last axis a block is one element: a loop of its own per type. */
#define SINGLE_ELEMENTS(suffix, type)                                                              \
    static void pick_##suffix(const axis_job *job, void *to, const void *from, int64_t step) {     \
        type *restrict y = to;                                                                     \
        const type *restrict x = from;                                                             \
        for (int64_t i = 0; i < job->n_index; i++) {                                               \
            y[i] = x[job->index[i] * step];                                                        \
        }                                                                                          \
    }
#define SINGLE_SUMS(suffix, type, ADD)                                                             \
    static void drop_##suffix(const axis_job *job, void *to, const void *from, int64_t step) {     \
        type *restrict y = to;                                                                     \
        const type *restrict x = from;                                                             \
        for (int64_t i = 0; i < job->n_index; i++) {                                               \
            ADD(y[job->index[i]], x[i * step]);                                                    \
        }                                                                                          \
    }

SINGLE_ELEMENTS(f32, float)
SINGLE_ELEMENTS(f64, double)
SINGLE_ELEMENTS(c64, dt_c64)
SINGLE_ELEMENTS(c128, dt_c128)
SINGLE_ELEMENTS(i64, int64_t)
SINGLE_ELEMENTS(bool, uint8_t)
SINGLE_SUMS(f32, float, ADD_REAL)
SINGLE_SUMS(f64, double, ADD_REAL)
SINGLE_SUMS(c64, dt_c64, ADD_COMPLEX)
SINGLE_SUMS(c128, dt_c128, ADD_COMPLEX)

typedef void single_fn(const axis_job *job, void *to, const void *from, int64_t step);

static single_fn *const pick[DT_DTYPE_COUNT] = {
    [DT_F32] = pick_f32,   [DT_F64] = pick_f64, [DT_C64] = pick_c64,
    [DT_C128] = pick_c128, [DT_I64] = pick_i64, [DT_BOOL] = pick_bool};
static single_fn *const drop[DT_DTYPE_COUNT] = {
    [DT_F32] = drop_f32, [DT_F64] = drop_f64, [DT_C64] = drop_c64, [DT_C128] = drop_c128};

/* Copy (add == NULL) or add one inner block; the contiguous side is packed. */
static void transfer_block(const axis_job *job, char *packed, const char *strided, row_fn *add) {
    int64_t item = (int64_t)dt_dtype_size(job->other->dtype);
    int64_t position[DT_MAX_DIMS] = {0};
    int last = job->inner_ndim - 1;
    int64_t row = job->inner_shape[last];
    for (int64_t left = job->inner_size; left > 0; left -= row) {
        int64_t offset = 0;
        for (int d = 0; d < last; d++) {
            offset += position[d] * job->inner_strides[0][d];
        }
        if (add == NULL) {
            copy_row(packed, strided + offset * item, row, job->inner_strides[0][last],
                     job->other->dtype);
        } else {
            add(packed, strided + offset * item, row, job->inner_strides[0][last]);
        }
        packed += row * item;
        for (int d = last - 1; d >= 0 && ++position[d] == job->inner_shape[d]; d--) {
            position[d] = 0;
        }
    }
}

static void gather_outer(void *context, int64_t outer, int worker) {
    (void)worker;
    const axis_job *job = context;
    int64_t item = (int64_t)dt_dtype_size(job->whole->dtype);
    char *out = (char *)job->whole->data + outer * job->n_index * job->inner_size * item;
    const char *in = (const char *)job->other->data + outer_offset(job, outer) * item;
    if (job->inner_size == 1) {
        pick[job->whole->dtype](job, out, in, job->other->strides[job->axis]);
        return;
    }
    int64_t step = job->other->strides[job->axis] * item;
    for (int64_t i = 0; i < job->n_index; i++) {
        transfer_block(job, out + i * job->inner_size * item, in + job->index[i] * step, NULL);
    }
}

static void scatter_outer(void *context, int64_t outer, int worker) {
    (void)worker;
    const axis_job *job = context;
    int64_t item = (int64_t)dt_dtype_size(job->whole->dtype);
    int64_t out_block = job->whole->shape[job->axis] * job->inner_size * item;
    char *out = (char *)job->whole->data + outer * out_block;
    const char *in = (const char *)job->other->data + outer_offset(job, outer) * item;
    memset(out, 0, (size_t)out_block);
    if (job->inner_size == 1) {
        drop[job->whole->dtype](job, out, in, job->other->strides[job->axis]);
        return;
    }
    int64_t step = job->other->strides[job->axis] * item;
    for (int64_t i = 0; i < job->n_index; i++) {
        transfer_block(job, out + job->index[i] * job->inner_size * item, in + i * step,
                       add_row[job->whole->dtype]);
    }
}

static void run(axis_job *job, dti_chunk_fn *body) {
    if (dt_array_size(job->whole) + dt_array_size(job->other) >= PARALLEL_SIZE) {
        dti_parallel_for(job->n_outer, body, job);
        return;
    }
    for (int64_t outer = 0; outer < job->n_outer; outer++) {
        body(job, outer, 0);
    }
}

void dti_gather(const dt_array *out, const dt_array *in, const int64_t *index, int axis) {
    if (dt_array_size(out) > 0) {
        axis_job job = make_job(out, in, index, axis, out->shape[axis]);
        run(&job, gather_outer);
    }
}

void dti_scatter_add(const dt_array *out, const dt_array *in, const int64_t *index, int axis) {
    if (dt_array_size(out) > 0) {
        axis_job job = make_job(out, in, index, axis, in->shape[axis]);
        run(&job, scatter_outer);
    }
}
