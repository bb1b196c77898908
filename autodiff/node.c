/* node.c - what an operation's functions may ask of their node: shapes, failures, memory. */
#include "internal.h"

#include "workspace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- declaring outputs ------------------------------------------------------------------------- */

/* dt_array_wrap in place, without clearing what lies beyond ndim. */
static void describe(dt_array *a, dt_dtype dtype, int ndim, const int64_t *shape, void *data) {
    int64_t stride = 1;
    a->dtype = dtype;
    a->ndim = ndim;
    a->data = data;
    for (int d = ndim - 1; d >= 0; d--) {
        a->shape[d] = shape[d];
        a->strides[d] = stride;
        stride *= shape[d] > 0 ? shape[d] : 1;
    }
}

dt_status dt_node_output(dt_node *n, int o, dt_dtype dtype, int ndim, const int64_t *shape) {
    dt_error error = DT_ERROR_INIT;
    size_t bytes;
    if (o < 0 || o >= DT_MAX_OUTPUTS) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "there is no output %d: an operation has 0 to %d",
                            o, DT_MAX_OUTPUTS - 1);
    }
    if (dti_array_measure(dtype, ndim, shape, &bytes, &error) != DT_OK) {
        return dt_node_fail(n, error.status, "result: %s", error.message);
    }
    void *data = NULL;
    bool small = n->op->kind != DT_VIEW && bytes <= DTI_SMALL;
    dt_tensor *x =
        small ? dti_tensor_with(n->tape, false, DTI_SMALL, &data) : dti_tensor_new(n->tape, false);
    if (x == NULL) {
        return DT_ERR_MEMORY;
    }
    describe(&x->a, dtype, ndim, shape, data);
    n->out[o] = x;
    n->n_out = o + 1 > n->n_out ? o + 1 : n->n_out;
    return DT_OK;
}

dt_status dt_node_output_like(dt_node *n, int i, dt_dtype dtype) {
    const dt_array *a = &n->in[i]->a;
    return dt_node_output(n, 0, dtype, a->ndim, a->shape);
}

dt_status dti_node_output_broadcast(dt_node *n) {
    dt_dtype dtype = n->in[0]->a.dtype;
    int ndim = n->in[0]->a.ndim;
    int64_t shape[DT_MAX_DIMS];
    memcpy(shape, n->in[0]->a.shape, sizeof shape);
    for (int i = 1; i < n->n_in; i++) {
        const dt_array *a = &n->in[i]->a;
        if (!dti_dtype_promote(dtype, a->dtype, &dtype)) {
            return dt_node_fail(n, DT_ERR_DTYPE,
                                "types do not mix (use dt_cast to convert on purpose)");
        }
        if (dti_broadcast_shapes(ndim, shape, a->ndim, a->shape, &ndim, shape, NULL) != DT_OK) {
            return dt_node_fail(
                n, DT_ERR_SHAPE,
                "shapes do not broadcast (sizes, aligned at the right, must be equal or 1)");
        }
    }
    return dt_node_output(n, 0, dtype, ndim, shape);
}

/* -- checking inputs --------------------------------------------------------------------------- */

dt_status dt_node_need(dt_node *n, int i, dt_op_dtypes dtypes) {
    dt_dtype dtype = n->in[i]->a.dtype;
    if (dtypes == DT_REAL_ONLY && (!dt_dtype_is_float(dtype) || dt_dtype_is_complex(dtype))) {
        return dt_node_fail(n, DT_ERR_DTYPE, "input %d must be real (f32 or f64)", i);
    }
    if (dtypes == DT_COMPLEX_ONLY && !dt_dtype_is_complex(dtype)) {
        return dt_node_fail(n, DT_ERR_DTYPE, "input %d must be complex (c64 or c128)", i);
    }
    if (!dt_dtype_is_float(dtype)) {
        return dt_node_fail(n, DT_ERR_DTYPE, "input %d must be f32, f64, c64 or c128", i);
    }
    return DT_OK;
}

dt_status dt_node_axis(dt_node *n, int axis, int ndim, int *ret_axis) {
    if (axis < -ndim || axis >= ndim) {
        return dt_node_fail(n, DT_ERR_ARGUMENT,
                            "axis %d does not exist among the %d dimensions (first 0, last -1)",
                            axis, ndim);
    }
    *ret_axis = axis < 0 ? axis + ndim : axis;
    return DT_OK;
}

/* -- failing ----------------------------------------------------------------------------------- */

/* "f64(3,4), c128(4)": the operands as a reader wants to see them. */
static void describe_inputs(const dt_node *n, char *text, size_t size) {
    enum { SHOWN = 6 };
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < n->n_in && at < size; i++) {
        const dt_array *a = &n->in[i]->a;
        char shape[160];
        dt_shape_format(shape, sizeof shape, a->ndim, a->shape);
        int written = i == SHOWN ? snprintf(text + at, size - at, ", ...")
                                 : snprintf(text + at, size - at, "%s%s%s", i == 0 ? "" : ", ",
                                            dt_dtype_name(a->dtype), shape);
        if (written < 0 || i == SHOWN) {
            return;
        }
        at += (size_t)written;
    }
}

static dt_status fail(dt_node *n, dt_status status, int64_t index, const char *format,
                      va_list args) {
    char sentence[DT_MESSAGE_SIZE / 2];
    char inputs[DT_MESSAGE_SIZE / 2];
    vsnprintf(sentence, sizeof sentence, format, args);
    describe_inputs(n, inputs, sizeof inputs);
    if (n->tape->error.status == DT_OK) {
        dt_error_set(&n->tape->error, status, "%s: %s: %s", n->op->name, sentence, inputs);
        n->tape->error.index = index;
    }
    return status;
}

dt_status dt_node_fail(dt_node *n, dt_status status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fail(n, status, -1, format, args);
    va_end(args);
    return status;
}

dt_status dt_node_fail_at(dt_node *n, dt_status status, int64_t index, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fail(n, status, index, format, args);
    va_end(args);
    return status;
}

/* -- inside forward and the rules -------------------------------------------------------------- */

dt_array dt_node_in(const dt_node *n, int i) {
    return n->in[i]->a;
}

dt_array dt_node_out(const dt_node *n, int o) {
    return n->out[o]->a;
}

void dt_node_set_view(dt_node *n, const dt_array *view) {
    n->out[0]->a = *view;
}

void *dt_node_scratch(dt_node *n, size_t bytes) {
    return dti_tape_alloc(n->tape, false, bytes, n->op->name);
}

bool dt_node_wants(const dt_node *n, int i) {
    const dt_tensor *x = n->in[i];
    return n->tape->by_path ? x->sweep == n->tape->sweep && x->path : x->wants;
}
