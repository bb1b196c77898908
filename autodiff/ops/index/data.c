/* data.c - indices computed from values: data, without a gradient. */
#include "../ops.h"

#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The elements of a real tensor as doubles in scratch memory; NULL with a failed tape. */
static double *numbers(dt_tensor *x, const char *name) {
    dt_tape *tape = dt_tape_of(x);
    if (dt_dtype_of(x) != DT_F32 && dt_dtype_of(x) != DT_F64) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "%s: needs f32 or f64, got %s", name,
                     dt_dtype_name(dt_dtype_of(x)));
        return NULL;
    }
    const void *data = dt_data(x);
    double *copy =
        data == NULL ? NULL : dti_tape_alloc(tape, false, (size_t)dt_size(x) * sizeof *copy, name);
    for (int64_t i = 0; copy != NULL && i < dt_size(x); i++) {
        copy[i] =
            dt_dtype_of(x) == DT_F32 ? (double)((const float *)data)[i] : ((const double *)data)[i];
    }
    return copy;
}

dt_tensor *dt_nonzero(dt_tensor *mask) {
    if (mask == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(mask);
    if (dt_dtype_of(mask) != DT_BOOL) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "nonzero: the mask must be bool, is %s",
                     dt_dtype_name(dt_dtype_of(mask)));
        return dt_inert(tape);
    }
    const bool *yes = dt_data_bool(mask);
    int ndim = dt_ndim(mask);
    int64_t count = 0, size = dt_size(mask);
    for (int64_t i = 0; yes != NULL && i < size; i++) {
        count += yes[i];
    }
    dt_tensor *x = dti_temporary(tape, DT_I64, 2, (const int64_t[]){count, ndim});
    int64_t *at = x->a.data;
    for (int64_t i = 0; yes != NULL && x != dt_inert(tape) && i < size; i++) {
        int64_t rest = i;
        for (int d = ndim - 1; yes[i] && d >= 0; d--) {
            at[d] = rest % dt_shape(mask)[d];
            rest /= dt_shape(mask)[d];
        }
        at += yes[i] ? ndim : 0;
    }
    return x;
}

/* -- sorting ----------------------------------------------------------------------------------- */

struct item {
    double value;
    int64_t place;
};

/* Ascending, NaN last, equal values in their old order. */
static int compare(const void *a, const void *b) {
    const struct item *x = a, *y = b;
    bool nan_x = isnan(x->value), nan_y = isnan(y->value);
    if (nan_x != nan_y) {
        return nan_x ? 1 : -1;
    }
    if (!nan_x && x->value != y->value) {
        return x->value < y->value ? -1 : 1;
    }
    return x->place < y->place ? -1 : x->place > y->place;
}

dt_tensor *dt_argsort(dt_tensor *x, int axis) {
    int d;
    if (!dti_one_axis(x, axis, "argsort", &d)) {
        return dti_inert_of(x);
    }
    dt_tape *tape = dt_tape_of(x);
    const double *values = numbers(x, "argsort");
    dt_tensor *y = dti_temporary(tape, DT_I64, dt_ndim(x), dt_shape(x));
    int64_t n = dt_shape(x)[d], inner = 1;
    for (int e = d + 1; e < dt_ndim(x); e++) {
        inner *= dt_shape(x)[e];
    }
    struct item *row = dti_tape_alloc(tape, false, (size_t)n * sizeof *row, "argsort");
    if (values == NULL || row == NULL || y == dt_inert(tape)) {
        return dt_inert(tape);
    }
    int64_t *places = y->a.data;
    for (int64_t start = 0; start < dt_size(x); start++) {
        if (start / inner % n != 0) {
            continue; /* not the first element of a row */
        }
        for (int64_t i = 0; i < n; i++) {
            row[i] = (struct item){values[start + i * inner], i};
        }
        qsort(row, (size_t)n, sizeof *row, compare);
        for (int64_t i = 0; i < n; i++) {
            places[start + i * inner] = row[i].place;
        }
    }
    return y;
}

/* The number of entries of sorted[0..n) below x (or at x, from the right). */
static int64_t rank(const double *sorted, int64_t n, double x, bool right) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted[middle] < x || (right && sorted[middle] == x) || isnan(x)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

dt_tensor *dt_searchsorted(dt_tensor *sorted, dt_tensor *x, bool right) {
    if (sorted == NULL || x == NULL) {
        return dti_inert_of(sorted == NULL ? x : sorted);
    }
    dt_tape *tape = dt_tape_of(x);
    if (dt_ndim(sorted) != 1) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "searchsorted: the list must have one dimension, has %d",
                     dt_ndim(sorted));
        return dt_inert(tape);
    }
    const double *list = numbers(sorted, "searchsorted");
    const double *values = list == NULL ? NULL : numbers(x, "searchsorted");
    int64_t n = dt_size(sorted);
    for (int64_t i = 0; values != NULL && i < n; i++) {
        if (isnan(list[i])) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT, "searchsorted: entry %lld of the list is NaN",
                         (long long)i);
            return dt_inert(tape);
        }
        if (i > 0 && list[i - 1] > list[i]) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "searchsorted: the list falls from %g to %g at entry %lld", list[i - 1],
                         list[i], (long long)i);
            return dt_inert(tape);
        }
    }
    dt_tensor *y = dti_temporary(tape, DT_I64, dt_ndim(x), dt_shape(x));
    for (int64_t i = 0; values != NULL && y != dt_inert(tape) && i < dt_size(x); i++) {
        ((int64_t *)y->a.data)[i] = rank(list, n, values[i], right);
    }
    return values == NULL ? dt_inert(tape) : y;
}
