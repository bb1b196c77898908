/* arrange.c - arrangements of elements by views, joins and gathers, whose rules they inherit. */
#include "../ops.h"

#include <stdlib.h>
#include <string.h>

/* x with every element (or the whole) along axis d n times: a broadcast of a new axis between the
 * elements before that axis and those behind it. */
static dt_tensor *multiplied(dt_tensor *x, int d, int64_t n, bool elements, const char *name) {
    dt_tape *tape = dt_tape_of(x);
    int64_t size = dt_shape(x)[d], result[DT_MAX_DIMS], before = 1, behind = 1;
    if (n < 0) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "%s: %lld copies of axis %d", name, (long long)n, d);
        return dt_inert(tape);
    }
    if (size > 0 && n > INT64_MAX / size) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "%s: %lld copies of axis %d of size %lld are too many",
                     name, (long long)n, d, (long long)size);
        return dt_inert(tape);
    }
    for (int e = 0; e < dt_ndim(x); e++) {
        result[e] = dt_shape(x)[e] * (e == d ? n : 1);
        before *= e < d || (e == d && elements) ? dt_shape(x)[e] : 1;
        behind *= e > d || (e == d && !elements) ? dt_shape(x)[e] : 1;
    }
    const int64_t thin[3] = {before, 1, behind}, wide[3] = {before, n, behind};
    return dt_reshape(dt_broadcast(dt_reshape(x, 3, thin), 3, wide), dt_ndim(x), result);
}

dt_tensor *dt_repeat(dt_tensor *x, int axis, int64_t n) {
    int d;
    return dti_one_axis(x, axis, "repeat", &d) ? multiplied(x, d, n, true, "repeat")
                                               : dti_inert_of(x);
}

dt_tensor *dt_tile(dt_tensor *x, const int64_t *counts) {
    for (int d = 0; x != NULL && d < dt_ndim(x) && dt_tape_status(dt_tape_of(x)) == DT_OK; d++) {
        x = counts[d] == 1 ? x : multiplied(x, d, counts[d], false, "tile");
    }
    return x == NULL || dt_tape_status(dt_tape_of(x)) == DT_OK ? x : dti_inert_of(x);
}

dt_tensor *dt_squeeze(dt_tensor *x, int axis) {
    unsigned mask;
    if (!dti_axes(x, axis, "squeeze", &mask)) {
        return dti_inert_of(x);
    }
    int64_t kept[DT_MAX_DIMS];
    int n_kept = 0;
    for (int d = 0; d < dt_ndim(x); d++) {
        bool named = mask >> d & 1u, single = dt_shape(x)[d] == 1;
        if (named && !single && axis != DT_ALL) {
            dt_tape_fail(dt_tape_of(x), DT_ERR_SHAPE, "squeeze: axis %d has size %lld, not 1", d,
                         (long long)dt_shape(x)[d]);
            return dt_inert(dt_tape_of(x));
        }
        if (!(named && single)) {
            kept[n_kept++] = dt_shape(x)[d];
        }
    }
    return dt_reshape(x, n_kept, kept);
}

void dt_split(dt_tensor *x, int axis, int n, dt_tensor **ret_parts) {
    int d = 0;
    bool good = dti_one_axis(x, axis, "split", &d);
    if (good && (n < 1 || dt_shape(x)[d] % n != 0)) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_SHAPE,
                     "split: axis %d of size %lld does not divide into %d equal parts", d,
                     (long long)dt_shape(x)[d], n);
        good = false;
    }
    for (int i = 0; i < n; i++) {
        int64_t part = good ? dt_shape(x)[d] / n : 0;
        ret_parts[i] = good ? dt_slice(x, d, i * part, (i + 1) * part, 1) : dti_inert_of(x);
    }
}

dt_tensor *dt_roll(dt_tensor *x, int axis, int64_t shift) {
    int d;
    if (!dti_one_axis(x, axis, "roll", &d)) {
        return dti_inert_of(x);
    }
    int64_t n = dt_shape(x)[d], turn = n > 0 ? shift % n : 0;
    turn = turn < 0 ? turn + n : turn;
    if (turn == 0) {
        return x;
    }
    dt_tensor *parts[] = {dt_slice(x, d, n - turn, n, 1), dt_slice(x, d, 0, n - turn, 1)};
    return dt_concat(2, parts, d);
}

dt_tensor *dt_flip(dt_tensor *x, int axis) {
    unsigned mask;
    if (!dti_axes(x, axis, "flip", &mask)) {
        return dti_inert_of(x);
    }
    for (int d = 0; d < dt_ndim(x); d++) {
        if (mask >> d & 1u) {
            double last = (double)dt_shape(x)[d] - 1;
            x = dt_gather(x, dt_cast(dt_arange(dt_tape_of(x), last, -1, -1), DT_I64), d);
        }
    }
    return x;
}

dt_tensor *dt_pad(dt_tensor *x, int axis, int64_t before, int64_t after, double value) {
    int d;
    if (!dti_one_axis(x, axis, "pad", &d)) {
        return dti_inert_of(x);
    }
    dt_tape *tape = dt_tape_of(x);
    int64_t shape[DT_MAX_DIMS];
    memcpy(shape, dt_shape(x), sizeof shape);
    if (before < 0 || after < 0) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "pad: %lld before and %lld after, must not be negative",
                     (long long)before, (long long)after);
        return dt_inert(tape);
    }
    shape[d] = before;
    dt_tensor *front = dt_full(tape, dt_dtype_of(x), dt_ndim(x), shape, value);
    shape[d] = after;
    dt_tensor *back = dt_full(tape, dt_dtype_of(x), dt_ndim(x), shape, value);
    return dt_concat(3, (dt_tensor *const[]){front, x, back}, d);
}

/* a (n, 1, m, 1, ..) times b (1, p, 1, q, ..). */
dt_tensor *dt_kron(dt_tensor *a, dt_tensor *b) {
    if (a == NULL || b == NULL) {
        return dti_inert_of(a == NULL ? b : a);
    }
    int ndim = dt_ndim(a);
    if (ndim != dt_ndim(b) || 2 * ndim > DT_MAX_DIMS) {
        dt_tape_fail(dt_tape_of(a), DT_ERR_SHAPE,
                     "kron: operands have %d and %d dimensions, must have equally many, at most %d",
                     ndim, dt_ndim(b), DT_MAX_DIMS / 2);
        return dt_inert(dt_tape_of(a));
    }
    int64_t of_a[DT_MAX_DIMS], of_b[DT_MAX_DIMS], result[DT_MAX_DIMS];
    for (int d = 0; d < ndim; d++) {
        of_a[2 * d] = dt_shape(a)[d];
        of_b[2 * d + 1] = dt_shape(b)[d];
        of_a[2 * d + 1] = of_b[2 * d] = 1;
        if (dt_shape(b)[d] > 0 && dt_shape(a)[d] > INT64_MAX / dt_shape(b)[d]) {
            dt_tape_fail(dt_tape_of(a), DT_ERR_SHAPE,
                         "kron: sizes %lld and %lld of axis %d are too "
                         "large",
                         (long long)dt_shape(a)[d], (long long)dt_shape(b)[d], d);
            return dt_inert(dt_tape_of(a));
        }
        result[d] = dt_shape(a)[d] * dt_shape(b)[d];
    }
    return dt_reshape(dt_mul(dt_reshape(a, 2 * ndim, of_a), dt_reshape(b, 2 * ndim, of_b)), ndim,
                      result);
}
