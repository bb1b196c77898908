/* leaf.c - parameters, constants and other tensors that no operation made. */
#include "internal.h"

#include "kernels/kernels.h"
#include "lazy.h"
#include "workspace.h"

#include <stddef.h>
#include <string.h>

/* The struct is cleared but for shape and strides, the larger half, which only the first ndim
 * entries of matter. */
static void clear(dt_tensor *x) {
    x->a.dtype = DT_F32;
    x->a.ndim = 0;
    x->a.data = NULL;
    memset((char *)x + sizeof x->a, 0, sizeof *x - sizeof x->a);
}
_Static_assert(offsetof(dt_tensor, a) == 0, "clear() expects the array first");

dt_tensor *dti_tensor_new(dt_tape *tape, bool leaf) {
    return dti_tensor_with(tape, leaf, 0, NULL);
}

dt_tensor *dti_tensor_with(dt_tape *tape, bool leaf, size_t bytes, void **ret_data) {
    enum { LINE = 64 };
    size_t data_at = (sizeof(dt_tensor) + LINE - 1) / LINE * LINE;
    char *memory = dti_tape_alloc(tape, leaf, data_at + bytes, "tensor");
    if (memory == NULL) {
        return NULL;
    }
    dt_tensor *x = (dt_tensor *)(void *)memory;
    if (ret_data != NULL) {
        *ret_data = memory + data_at;
    }
    clear(x);
    x->tape = tape;
    x->leaf = leaf;
    x->sweep = -1;
    x->id = leaf ? -1 : tape->next_id++;
    x->born = ++tape->clock;
    if (leaf) {
        x->next = tape->leaves;
        tape->leaves = x;
    }
    return x;
}

/* The bytes of such elements; false with a failed tape, what naming the function at fault. */
static bool measure(dt_tape *tape, const char *what, dt_dtype dtype, int ndim, const int64_t *shape,
                    size_t *ret_bytes) {
    if (tape->error.status != DT_OK) {
        return false;
    }
    bool good = dti_array_measure(dtype, ndim, shape, ret_bytes, &tape->error) == DT_OK;
    dt_error_context(&tape->error, "%s", what);
    return good;
}

/* A contiguous tensor with memory of its own, uninitialised; inert on failure. */
static dt_tensor *allocate(dt_tape *tape, bool leaf, const char *what, dt_dtype dtype, int ndim,
                           const int64_t *shape) {
    size_t bytes;
    if (!measure(tape, what, dtype, ndim, shape, &bytes)) {
        return dt_inert(tape);
    }
    void *data = dti_tape_alloc(tape, leaf, bytes, what);
    dt_tensor *x = data == NULL ? NULL : dti_tensor_new(tape, leaf);
    if (x == NULL) {
        return dt_inert(tape);
    }
    x->a = dt_array_wrap(dtype, ndim, shape, data);
    return x;
}

dt_tensor *dti_temporary(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape) {
    return allocate(tape, false, "new tensor", dtype, ndim, shape);
}

static dt_tensor *copied(dt_tape *tape, const char *what, const dt_array *source) {
    dt_tensor *x = allocate(tape, true, what, source->dtype, source->ndim, source->shape);
    if (x == dt_inert(tape)) {
        return x;
    }
    if (source->data == NULL) {
        memset(x->a.data, 0, dt_array_bytes(&x->a));
    } else {
        dt_array_copy(&x->a, source, &tape->error);
    }
    return x;
}

static dt_tensor *parameter(dt_tape *tape, const dt_array *source) {
    if (tape->error.status == DT_OK && !dt_dtype_is_float(source->dtype)) {
        dt_tape_fail(tape, DT_ERR_DTYPE,
                     "parameter: type %s carries no gradient: use f32, f64, c64 or c128, or "
                     "dt_constant",
                     dt_dtype_name(source->dtype));
    }
    dt_tensor *x = copied(tape, "parameter", source);
    if (x != dt_inert(tape)) {
        x->wants = true;
    }
    return x;
}

/* The description of caller memory in C order, or of nothing if the shape is unsound. */
static dt_array described(dt_tape *tape, const char *what, dt_dtype dtype, int ndim,
                          const int64_t *shape, const void *data) {
    size_t bytes;
    if (!measure(tape, what, dtype, ndim, shape, &bytes)) {
        return (dt_array){0};
    }
    return dt_array_wrap(dtype, ndim, shape, data);
}

dt_tensor *dt_parameter(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                        const void *data) {
    dt_array source = described(tape, "parameter", dtype, ndim, shape, data);
    return parameter(tape, &source);
}

dt_tensor *dt_constant(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                       const void *data) {
    dt_array source = described(tape, "constant", dtype, ndim, shape, data);
    return copied(tape, "constant", &source);
}

dt_tensor *dti_parameter_from(dt_tape *tape, const dt_array *array) {
    return parameter(tape, array);
}

dt_tensor *dti_constant_from(dt_tape *tape, const dt_array *array) {
    return copied(tape, "constant", array);
}

dt_tensor *dti_borrow(dt_tape *tape, const dt_array *array, bool wants) {
    if (tape->error.status != DT_OK) {
        return dt_inert(tape);
    }
    dt_tensor *x = dti_tensor_new(tape, true);
    if (x == NULL) {
        return dt_inert(tape);
    }
    x->a = *array;
    x->borrowed = true;
    x->wants = wants;
    return x;
}

dt_tensor *dt_constant_view(dt_tape *tape, const dt_array *array) {
    size_t bytes = 0;
    if (measure(tape, "dt_constant_view", array->dtype, array->ndim, array->shape, &bytes) &&
        bytes > 0 && array->data == NULL) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "dt_constant_view: the array has no data");
    }
    /* An intermediate, so that models may refer to their tables anew in every iteration. */
    dt_tensor *x = tape->error.status == DT_OK ? dti_tensor_new(tape, false) : NULL;
    if (x == NULL) {
        return dt_inert(tape);
    }
    x->a = *array;
    return x;
}

dt_tensor *dt_full(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape, double value) {
    dt_tensor *x = dti_temporary(tape, dtype, ndim, shape);
    if (x == dt_inert(tape)) {
        return x;
    }
    union {
        float f32;
        double f64;
        dt_c64 c64;
        dt_c128 c128;
        int64_t i64;
        bool b;
    } element = {.c128 = {0, 0}};
    dti_k_cast[DT_F64][dtype](1, &element, (const void *const[]){&value}, NULL);
    const dt_array one = dt_array_wrap(dtype, 0, NULL, &element);
    dti_map(&x->a, dti_k_copy[dtype], 1, (const dt_array *const[]){&one}, &dtype, NULL);
    return x;
}

dt_tensor *dt_scalar(dt_tape *tape, double value) {
    return dt_full(tape, DT_F64, 0, NULL, value);
}

void dt_set_data(dt_tensor *leaf, const void *data) {
    if (leaf == NULL || leaf->tape->error.status != DT_OK) {
        return;
    }
    dt_tape *tape = leaf->tape;
    if (data == NULL && dt_array_size(&leaf->a) > 0) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "dt_set_data: the new elements are NULL");
        return;
    }
    if (!leaf->leaf || leaf->borrowed) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "dt_set_data: only parameters and constants that own their elements can be "
                     "overwritten");
        return;
    }
    dti_preserve(tape, leaf);
    leaf->set = ++tape->clock;
    if (dt_array_size(&leaf->a) > 0) {
        memcpy(leaf->a.data, data, dt_array_bytes(&leaf->a));
    }
}
