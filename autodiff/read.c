/* read.c - looking at tensors: type, shape and elements. */
#include "internal.h"
#include "lazy.h"

#include <math.h>
#include <stdio.h>

dt_tape *dt_tape_of(const dt_tensor *x) {
    return x->tape;
}

dt_dtype dt_dtype_of(const dt_tensor *x) {
    return x->a.dtype;
}

int dt_ndim(const dt_tensor *x) {
    return x->a.ndim;
}

const int64_t *dt_shape(const dt_tensor *x) {
    return x->a.shape;
}

int64_t dt_size(const dt_tensor *x) {
    return dt_array_size(&x->a);
}

bool dt_wants_gradient(const dt_tensor *x) {
    return x->wants;
}

dt_array dt_array_of(const dt_tensor *x) {
    dti_force((dt_tensor *)x); /* computing what it holds does not change x for its owner */
    return x->a;
}

dt_tensor *dti_base(dt_tensor *x) {
    return x->leaf ? x : x->base;
}

/* Is the copy of a view still in memory and still what the view shows? */
static bool has_flat(const dt_tensor *x) {
    return x->flat != NULL && x->flattened > x->tape->rewound &&
           (x->base == NULL || x->base->set < x->flattened);
}

bool dti_contiguous(dt_tensor *x, dt_array *ret_array) {
    if (!dti_force(x)) {
        return false;
    }
    *ret_array = x->a;
    if (dt_array_is_contiguous(&x->a)) {
        return true;
    }
    if (has_flat(x)) {
        *ret_array = dt_array_wrap(x->a.dtype, x->a.ndim, x->a.shape, x->flat);
        return true;
    }
    void *copy = dti_tape_alloc(x->tape, false, dt_array_bytes(&x->a), "copy of a view");
    if (copy == NULL) {
        return false;
    }
    *ret_array = dt_array_wrap(x->a.dtype, x->a.ndim, x->a.shape, copy);
    dt_array_copy(ret_array, &x->a, &x->tape->error);
    if (!x->leaf && !x->tape->in_sweep) { /* else x outlives the scratch memory of the copy */
        x->flat = copy;
        x->flattened = ++x->tape->clock;
    }
    return true;
}

const void *dt_data(dt_tensor *x) {
    dt_array array;
    if (x == NULL || !dti_check_alive(x->tape, x, "dt_data: the tensor") ||
        !dti_contiguous(x, &array)) {
        return NULL;
    }
    return array.data;
}

dt_tape *dti_tape_among(const dt_tensor *y, int n, dt_tensor *const *x) {
    for (int i = 0; y == NULL && i < n; i++) {
        y = x[i];
    }
    return y == NULL ? NULL : y->tape;
}

bool dti_check_alive(dt_tape *tape, const dt_tensor *x, const char *what) {
    if (x == NULL) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s is NULL", what);
    } else if (x->tape != tape) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "%s lives on another tape: make all tensors of a model on one", what);
    } else if (x->id >= tape->next_id) {
        dt_tape_fail(tape, DT_ERR_STALE,
                     "%s was made after a mark the tape has been rewound to: use it before "
                     "dt_tape_rewind, or make it before the mark",
                     what);
    }
    return tape->error.status == DT_OK;
}

bool dti_check_sources(dt_tape *tape, int n_x, dt_tensor *const *x, const char *what) {
    for (int i = 0; i < n_x && tape->error.status == DT_OK; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s: variable %d", what, i);
        if (dti_check_alive(tape, x[i], name) && !x[i]->wants) {
            dt_tape_fail(tape, DT_ERR_GRADIENT,
                         "%s is a constant, so the tape has recorded nothing of it: make it a "
                         "dt_parameter",
                         name);
        }
    }
    return tape->error.status == DT_OK;
}

bool dti_check_match(const dt_tensor *x, const dt_tensor *bar, const char *what) {
    dt_tape *tape = x->tape;
    if (dti_check_alive(tape, bar, what) &&
        (!dti_array_same_shape(&x->a, &bar->a) || x->a.dtype != bar->a.dtype)) {
        char a[160], b[160];
        dt_tape_fail(
            tape, DT_ERR_SHAPE, "%s is %s%s, its tensor %s%s", what, dt_dtype_name(bar->a.dtype),
            dt_shape_format(a, sizeof a, bar->a.ndim, bar->a.shape), dt_dtype_name(x->a.dtype),
            dt_shape_format(b, sizeof b, x->a.ndim, x->a.shape));
    }
    return tape->error.status == DT_OK;
}

const void *dt_data_as(dt_tensor *x, dt_dtype dtype) {
    if (x != NULL && x->tape->error.status == DT_OK && x->a.dtype != dtype) {
        dt_tape_fail(x->tape, DT_ERR_DTYPE,
                     "dt_data_%s: the tensor holds %s: read it as that, or dt_cast it",
                     dt_dtype_name(dtype), dt_dtype_name(x->a.dtype));
    }
    return dt_data(x);
}

double dt_item(dt_tensor *x) {
    if (x == NULL) {
        return NAN;
    }
    dt_tape *tape = x->tape;
    if (tape->error.status == DT_OK && dt_size(x) != 1) {
        char shape[128];
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "dt_item: needs one element, the tensor has shape %s: dt_data reads all",
                     dt_shape_format(shape, sizeof shape, x->a.ndim, x->a.shape));
    }
    if (tape->error.status == DT_OK && x->a.dtype == DT_F32) {
        return (double)*dt_data_f32(x);
    }
    const double *value = dt_data_f64(x);
    return value == NULL ? NAN : *value;
}
