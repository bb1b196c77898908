/* compose.c - shape operations made of others, whose rules they inherit: transpose, select,
 * expand_dims, stack. */
#include "../ops.h"

#include "internal.h"

#include <inttypes.h>
#include <stdio.h>

/* Fail with "sentence: f64(3,4)", unless the tape has failed already. Returns the inert tensor. */
static dt_tensor *refuse(dt_tensor *x, dt_status status, const char *sentence) {
    char text[192];
    dt_tape_fail(dt_tape_of(x), status, "%s: %s%s", sentence, dt_dtype_name(dt_dtype_of(x)),
                 dt_shape_format(text, sizeof text, dt_ndim(x), dt_shape(x)));
    return dt_inert(dt_tape_of(x));
}

dt_tensor *dt_transpose(dt_tensor *x) {
    if (x == NULL) {
        return NULL;
    }
    int ndim = dt_ndim(x);
    if (ndim < 2) {
        return refuse(x, DT_ERR_SHAPE, "transpose: needs at least two dimensions");
    }
    int axes[DT_MAX_DIMS];
    for (int d = 0; d < ndim; d++) {
        axes[d] = d;
    }
    axes[ndim - 2] = ndim - 1;
    axes[ndim - 1] = ndim - 2;
    return dt_permute(x, axes);
}

dt_tensor *dt_select(dt_tensor *x, int axis, int64_t i) {
    if (x == NULL) {
        return NULL;
    }
    int ndim = dt_ndim(x);
    char sentence[160];
    if (axis < -ndim || axis >= ndim) {
        snprintf(sentence, sizeof sentence,
                 "select: axis %d does not exist among the %d dimensions (first 0, last -1)", axis,
                 ndim);
        return refuse(x, DT_ERR_ARGUMENT, sentence);
    }
    axis = axis < 0 ? axis + ndim : axis;
    int64_t size = dt_shape(x)[axis];
    if (i < -size || i >= size) {
        snprintf(sentence, sizeof sentence,
                 "select: position %" PRId64 " does not exist along axis %d of size %" PRId64, i,
                 axis, size);
        return refuse(x, DT_ERR_ARGUMENT, sentence);
    }
    i = i < 0 ? i + size : i;
    int64_t rest[DT_MAX_DIMS];
    for (int d = 0; d + 1 < ndim; d++) {
        rest[d] = dt_shape(x)[d < axis ? d : d + 1];
    }
    return dt_reshape(dt_slice(x, axis, i, i + 1, 1), ndim - 1, rest);
}

dt_tensor *dt_expand_dims(dt_tensor *x, int axis) {
    if (x == NULL) {
        return NULL;
    }
    int ndim = dt_ndim(x) + 1;
    if (axis < -ndim || axis >= ndim) {
        char sentence[160];
        snprintf(sentence, sizeof sentence,
                 "expand_dims: axis %d does not exist among the %d of the result", axis, ndim);
        return refuse(x, DT_ERR_ARGUMENT, sentence);
    }
    axis = axis < 0 ? axis + ndim : axis;
    int64_t wider[DT_MAX_DIMS + 1];
    for (int d = 0; d < ndim; d++) {
        wider[d] = d == axis ? 1 : dt_shape(x)[d < axis ? d : d - 1];
    }
    return dt_reshape(x, ndim, wider);
}

dt_tensor *dt_stack(int n, dt_tensor *const *x, int axis) {
    if (n < 1 || x[0] == NULL) {
        return dt_concat(n, x, axis);
    }
    dt_tape *tape = dt_tape_of(x[0]);
    int ndim = dt_ndim(x[0]) + 1;
    if (axis < -ndim || axis >= ndim) {
        char sentence[160];
        snprintf(sentence, sizeof sentence,
                 "stack: axis %d does not exist among the %d of the result", axis, ndim);
        return refuse(x[0], DT_ERR_ARGUMENT, sentence);
    }
    for (int i = 1; i < n; i++) {
        if (x[i] != NULL && !dti_array_same_shape(&x[0]->a, &x[i]->a)) {
            char one[160], other[160];
            dt_tape_fail(tape, DT_ERR_SHAPE,
                         "stack: tensor %d has shape %s, tensor 0 %s: all must have one", i,
                         dt_shape_format(one, sizeof one, x[i]->a.ndim, x[i]->a.shape),
                         dt_shape_format(other, sizeof other, x[0]->a.ndim, x[0]->a.shape));
            return dt_inert(tape);
        }
    }
    dt_tensor **wider = dti_tape_alloc(tape, false, (size_t)n * sizeof *wider, "stack");
    if (wider == NULL) {
        return dt_inert(tape);
    }
    for (int i = 0; i < n; i++) {
        wider[i] = dt_expand_dims(x[i], axis);
    }
    return dt_concat(n, wider, axis);
}
