/* rows.c - rows of the reduced axes, and what reductions by rows share. */
#include "rows.h"

#include "threads.h"

#include <string.h>

/* Elements per parallel chunk, and those from which waking the workers pays. */
#define CHUNK    8192
#define PARALLEL 65536

static unsigned mask_of(const dt_node *n) {
    return ((const struct dti_reduce_attr *)n->attr)->mask;
}

dt_status dti_shape_reduced(dt_node *n, dt_dtype dtype) {
    const dt_array x = dt_node_in(n, 0);
    int64_t kept[DT_MAX_DIMS];
    int ndim = 0;
    for (int d = 0; d < x.ndim; d++) {
        if (!(mask_of(n) & 1u << d)) {
            kept[ndim++] = x.shape[d];
        }
    }
    return dt_node_output(n, 0, dtype, ndim, kept);
}

dt_status dti_shape_extremum(dt_node *n) {
    const dt_array x = dt_node_in(n, 0);
    if (dt_node_need(n, 0, DT_REAL_ONLY) != DT_OK) {
        return DT_ERR_DTYPE;
    }
    for (int d = 0; d < x.ndim; d++) {
        if (mask_of(n) & 1u << d && x.shape[d] == 0) {
            return dt_node_fail(n, DT_ERR_SHAPE, "there are no elements to choose from");
        }
    }
    return dti_shape_reduced(n, x.dtype);
}

/* x with the reduced axes last. */
static dt_array reduced_last(const dt_array *x, unsigned mask) {
    int axes[DT_MAX_DIMS], at = 0;
    for (int last = 0; last < 2; last++) {
        for (int d = 0; d < x->ndim; d++) {
            if ((mask >> d & 1u) == (unsigned)last) {
                axes[at++] = d;
            }
        }
    }
    dt_array view = *x;
    dti_array_permute(&view, x, axes, NULL);
    return view;
}

struct rows {
    dti_row_fn *fn;
    const char *data;
    char *out;
    int64_t n_rows, length, rows_per_chunk;
    size_t item, out_item;
};

static void run_chunk(void *context, int64_t chunk, int worker) {
    const struct rows *r = context;
    (void)worker;
    int64_t first = chunk * r->rows_per_chunk, end = first + r->rows_per_chunk;
    for (int64_t i = first; i < end && i < r->n_rows; i++) {
        r->fn(r->length, r->data + (size_t)(i * r->length) * r->item,
              r->out + (size_t)i * r->out_item);
    }
}

void dti_reduce_rows(dt_node *n, dti_row_fn *fn) {
    const dt_array x = dt_node_in(n, 0), y = dt_node_out(n, 0);
    dt_array view = reduced_last(&x, mask_of(n));
    if (!dt_array_is_contiguous(&view)) {
        void *copy = dt_node_scratch(n, dt_array_bytes(&view));
        if (copy == NULL) {
            return;
        }
        const dt_array packed = dt_array_wrap(view.dtype, view.ndim, view.shape, copy);
        dt_array_copy(&packed, &view, NULL);
        view = packed;
    }
    struct rows r = {.fn = fn, .data = view.data, .out = y.data, .n_rows = dt_array_size(&y)};
    r.item = dt_dtype_size(x.dtype);
    r.out_item = dt_dtype_size(y.dtype);
    r.length = r.n_rows > 0 ? dt_array_size(&x) / r.n_rows : 0;
    r.rows_per_chunk = r.length > 0 && r.length < CHUNK ? CHUNK / r.length : 1;
    int64_t n_chunks = (r.n_rows + r.rows_per_chunk - 1) / r.rows_per_chunk;
    if (dt_array_size(&x) >= PARALLEL) {
        dti_parallel_for(n_chunks, run_chunk, &r);
    } else {
        for (int64_t chunk = 0; chunk < n_chunks; chunk++) {
            run_chunk(&r, chunk, 0);
        }
    }
}

dt_tensor *dti_restore_axes(const dt_node *n, dt_tensor *x) {
    const dt_array in = dt_node_in(n, 0);
    int64_t shape[DT_MAX_DIMS];
    for (int d = 0; d < in.ndim; d++) {
        shape[d] = mask_of(n) & 1u << d ? 1 : in.shape[d];
    }
    return dt_reshape(x, in.ndim, shape);
}

dt_tensor *dti_apply_reduction(const dt_op *op, dt_tensor *x, int axis) {
    struct dti_reduce_attr attr;
    return dti_axes(x, axis, op->name, &attr.mask) ? dt_apply(op, 1, &x, &attr) : dti_inert_of(x);
}

/* -- minima and maxima ------------------------------------------------------------------------- */

/* 1/count where an element is the extremum, 0 elsewhere. */
static dt_tensor *share(const dt_node *n) {
    dt_tensor *x = n->in[0];
    dt_tensor *chosen = dt_compare(x, DT_EQ, dti_restore_axes(n, n->out[0]));
    dt_tensor *ones = dt_cast(chosen, dt_dtype_of(x));
    const struct dti_reduce_attr *attr = n->attr;
    dt_tensor *count = dt_sum(ones, DT_AXES_LIST | (int)attr->mask);
    return dt_div(ones, dti_restore_axes(n, count));
}

void dti_extremum_vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    xbar[0] = dt_mul(dti_restore_axes(n, ybar[0]), share(n));
}

void dti_extremum_jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    const struct dti_reduce_attr *attr = n->attr;
    ydot[0] = dt_sum(dt_mul(xdot[0], share(n)), DT_AXES_LIST | (int)attr->mask);
}
