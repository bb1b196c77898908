/* create.c - constants and grids. */
#include <difftape/create.h>
#include <difftape/shape.h>

#include "internal.h"

#include <math.h>
#include <string.h>

dt_tensor *dt_zeros(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape) {
    return dt_full(tape, dtype, ndim, shape, 0);
}

dt_tensor *dt_ones(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape) {
    return dt_full(tape, dtype, ndim, shape, 1);
}

dt_tensor *dt_arange(dt_tape *tape, double start, double stop, double step) {
    double count = ceil((stop - start) / step);
    if (!(step != 0 && isfinite(step) && isfinite(start) && isfinite(stop) && count < 0x1p60)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "arange: from %g to %g in steps of %g is no finite list", start, stop, step);
        return dt_inert(tape);
    }
    int64_t n = count > 0 ? (int64_t)count : 0;
    dt_tensor *x = dti_temporary(tape, DT_F64, 1, &n);
    double *values = x->a.data;
    for (int64_t i = 0; x != dt_inert(tape) && i < n; i++) {
        values[i] = start + (double)i * step;
    }
    return x;
}

dt_tensor *dt_linspace(dt_tape *tape, double first, double last, int64_t n) {
    dt_tensor *x = dti_temporary(tape, DT_F64, 1, &n);
    double *values = x->a.data;
    for (int64_t i = 0; x != dt_inert(tape) && i < n; i++) {
        double part = n > 1 ? (double)i / (double)(n - 1) : 0;
        values[i] = i == n - 1 && n > 1 ? last : first * (1 - part) + last * part;
    }
    return x;
}

dt_tensor *dt_eye(dt_tape *tape, dt_dtype dtype, int64_t n) {
    dt_tensor *x = dt_full(tape, dtype, 2, (const int64_t[]){n, n}, 0);
    dt_tensor *ones = dt_full(tape, dtype, 1, &n, 1);
    dt_array diagonal;
    if (dt_tape_status(tape) == DT_OK &&
        dti_array_diagonal(&diagonal, &x->a, &tape->error) == DT_OK) {
        dt_array_copy(&diagonal, &ones->a, &tape->error);
    }
    return x;
}

void dt_meshgrid(int n, dt_tensor *const *x, dt_tensor **ret_out) {
    int64_t shape[DT_MAX_DIMS];
    if (n < 1 || x[0] == NULL) {
        return;
    }
    dt_tape *tape = dt_tape_of(x[0]);
    if (n > DT_MAX_DIMS) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "meshgrid: %d axes are more than %d", n, DT_MAX_DIMS);
    }
    for (int i = 0; i < n && dt_tape_status(tape) == DT_OK; i++) {
        if (!dti_check_alive(tape, x[i], "meshgrid: an axis")) {
            break;
        }
        if (dt_ndim(x[i]) != 1) {
            dt_tape_fail(tape, DT_ERR_SHAPE, "meshgrid: axis %d has %d dimensions, must have one",
                         i, dt_ndim(x[i]));
            break;
        }
        shape[i] = dt_shape(x[i])[0];
    }
    for (int i = 0; i < n; i++) {
        ret_out[i] = dt_inert(tape);
        if (dt_tape_status(tape) == DT_OK) {
            int64_t alone[DT_MAX_DIMS];
            for (int d = 0; d < n; d++) {
                alone[d] = d == i ? shape[i] : 1;
            }
            ret_out[i] = dt_broadcast(dt_reshape(x[i], n, alone), n, shape);
        }
    }
}
