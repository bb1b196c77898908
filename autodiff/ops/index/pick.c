/* pick.c - picking and interpolating made of gathers, whose rules they inherit. */
#include "../ops.h"

#include "internal.h"

#include <math.h>
#include <string.h>

static bool check_index(dt_tensor *x, dt_tensor *index, const char *name) {
    if (x == NULL || index == NULL) {
        return false;
    }
    if (dt_tape_status(dt_tape_of(x)) == DT_OK && dt_dtype_of(index) != DT_I64) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_DTYPE, "%s: the index must be i64, is %s", name,
                     dt_dtype_name(dt_dtype_of(index)));
    }
    return dt_tape_status(dt_tape_of(x)) == DT_OK;
}

dt_tensor *dt_take(dt_tensor *x, dt_tensor *index) {
    if (!check_index(x, index, "take")) {
        return dti_inert_of(x == NULL ? index : x);
    }
    const int64_t all = -1;
    dt_tensor *flat = dt_gather(dt_reshape(x, 1, &all), dt_reshape(index, 1, &all), 0);
    return dt_reshape(flat, dt_ndim(index), dt_shape(index));
}

dt_tensor *dt_take_along_axis(dt_tensor *x, dt_tensor *index, int axis) {
    int d;
    if (!check_index(x, index, "take_along_axis") ||
        !dti_one_axis(x, axis, "take_along_axis", &d)) {
        return dti_inert_of(x == NULL ? index : x);
    }
    dt_tape *tape = dt_tape_of(x);
    bool fits = dt_ndim(index) == dt_ndim(x);
    for (int e = 0; fits && e < dt_ndim(x); e++) {
        fits = e == d || dt_shape(index)[e] == dt_shape(x)[e];
    }
    if (!fits) {
        char a[160], b[160];
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "take_along_axis: x %s and index %s must agree in all axes but %d",
                     dt_shape_format(a, sizeof a, dt_ndim(x), dt_shape(x)),
                     dt_shape_format(b, sizeof b, dt_ndim(index), dt_shape(index)), d);
        return dt_inert(tape);
    }
    const int64_t *at = dt_data_i64(index);
    dt_tensor *flat = dti_temporary(tape, DT_I64, dt_ndim(index), dt_shape(index));
    int64_t inner = 1, n = dt_shape(x)[d], m = dt_shape(index)[d];
    for (int e = d + 1; e < dt_ndim(x); e++) {
        inner *= dt_shape(x)[e];
    }
    for (int64_t i = 0; at != NULL && flat != dt_inert(tape) && i < dt_size(index); i++) {
        int64_t outer = i / (inner * m), rest = i % inner;
        if (at[i] < 0 || at[i] >= n) {
            dt_tape_fail(tape, DT_ERR_ARGUMENT,
                         "take_along_axis: index %lld is %lld, must lie in [0, %lld)", (long long)i,
                         (long long)at[i], (long long)n);
            return dt_inert(tape);
        }
        ((int64_t *)flat->a.data)[i] = (outer * n + at[i]) * inner + rest;
    }
    return dt_take(x, flat);
}

dt_tensor *dt_sort(dt_tensor *x, int axis) {
    return dt_take_along_axis(x, dt_argsort(x, axis), axis);
}

dt_tensor *dt_put_mask(dt_tensor *x, dt_tensor *mask, dt_tensor *value) {
    return dt_where(mask, value, x);
}

dt_tensor *dt_segment_sum(dt_tensor *x, dt_tensor *segment, int64_t n) {
    return dt_scatter_add(x, segment, 0, n);
}

/* -- interpolation ----------------------------------------------------------------------------- */

/* Whole numbers as an index tensor of the shape of x; NULL memory fails the tape. */
static int64_t *index_like(dt_tensor *x, dt_tensor **ret) {
    *ret = dti_temporary(dt_tape_of(x), DT_I64, dt_ndim(x), dt_shape(x));
    return *ret == dt_inert(dt_tape_of(x)) ? NULL : (*ret)->a.data;
}

/* The number of knots not above each x; the first and last line must have a slope. */
static dt_tensor *knots_below(dt_tensor *xp, dt_tensor *x, int64_t n) {
    dt_tape *tape = dt_tape_of(x);
    bool good = dt_tape_status(tape) == DT_OK;
    dt_tensor *place = dt_searchsorted(xp, x, true);
    if (good && dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "interp");
    }
    dt_tensor *low = dt_select(xp, 0, 1), *high = dt_select(xp, 0, n - 2);
    const bool *first = dt_data_bool(dt_compare(dt_select(xp, 0, 0), DT_EQ, low));
    const bool *last = dt_data_bool(dt_compare(dt_select(xp, 0, n - 1), DT_EQ, high));
    if (first != NULL && last != NULL && (*first || *last)) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_ARGUMENT, "interp: the %s two knots are equal",
                     *first ? "first" : "last");
    }
    return place;
}

dt_tensor *dt_interp(dt_tensor *x, dt_tensor *xp, dt_tensor *fp) {
    if (x == NULL || xp == NULL || fp == NULL) {
        return dti_inert_of(x != NULL ? x : xp != NULL ? xp : fp);
    }
    dt_tape *tape = dt_tape_of(x);
    if (dt_ndim(xp) != 1 || dt_ndim(fp) != 1 || dt_shape(xp)[0] != dt_shape(fp)[0] ||
        dt_shape(xp)[0] < 2) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "interp: the table needs two lists of equal length, at least 2");
        return dt_inert(tape);
    }
    if (dti_is_real(x) && dti_is_real(xp) && dt_dtype_of(x) != dt_dtype_of(xp)) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "interp: the points are %s, the knots %s",
                     dt_dtype_name(dt_dtype_of(x)), dt_dtype_name(dt_dtype_of(xp)));
        return dt_inert(tape);
    }
    int64_t n = dt_shape(xp)[0];
    dt_tensor *low, *high, *place = knots_below(xp, x, n);
    const int64_t *at = dt_data_i64(place);
    int64_t *from = index_like(x, &low), *to = index_like(x, &high);
    /* The line of a point starts at the knot below it, from the last one backwards, so that knots
     * and the ends of the table give exactly the values there. */
    for (int64_t i = 0; at != NULL && from != NULL && to != NULL && i < dt_size(x); i++) {
        from[i] = at[i] < 1 ? 0 : at[i] - 1;
        to[i] = at[i] < n ? from[i] + 1 : n - 2;
    }
    dt_tensor *x0 = dt_take(xp, low), *x1 = dt_take(xp, high);
    /* outside the table: its first or last knot, without influence of x (a NaN is not outside) */
    dt_tensor *outside = dt_logic(dt_compare(x, DT_LT, dt_select(xp, 0, 0)), DT_OR,
                                  dt_compare(x, DT_GT, dt_select(xp, 0, -1)));
    dt_tensor *t = dt_div(dt_sub(dt_where(outside, x0, x), x0), dt_sub(x1, x0));
    dt_tensor *f0 = dt_take(fp, low), *f1 = dt_take(fp, high);
    return dt_add(f0, dt_mul(t, dt_sub(f1, f0)));
}

/* One corner of the cells that points lie in. NaN counts as inside: its weights make NaN. */
struct corners {
    int64_t *place; /* flat index into (H, W) */
    bool *inside;
};

static void find_corner(const double *points, int64_t n, int64_t height, int64_t width, int dr,
                        int dc, struct corners *ret) {
    for (int64_t i = 0; i < n; i++) {
        double r = floor(points[2 * i]) + dr, c = floor(points[2 * i + 1]) + dc;
        bool in = r >= 0 && r < (double)height && c >= 0 && c < (double)width;
        ret->inside[i] = in || isnan(r) || isnan(c);
        ret->place[i] = in ? (int64_t)r * width + (int64_t)c : 0;
    }
}

dt_tensor *dt_bilinear(dt_tensor *image, dt_tensor *points) {
    if (image == NULL || points == NULL) {
        return dti_inert_of(image == NULL ? points : image);
    }
    dt_tape *tape = dt_tape_of(image);
    int ndim = dt_ndim(image);
    if (ndim < 2 || dt_ndim(points) != 2 || dt_shape(points)[1] != 2) {
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "bilinear: needs an image (..., H, W) and points (n, 2) as (row, column)");
        return dt_inert(tape);
    }
    int64_t height = dt_shape(image)[ndim - 2], width = dt_shape(image)[ndim - 1];
    int64_t n = dt_shape(points)[0], flat[DT_MAX_DIMS];
    memcpy(flat, dt_shape(image), sizeof flat);
    flat[ndim - 2] = height * width;
    if (flat[ndim - 2] == 0) {
        dt_tape_fail(tape, DT_ERR_SHAPE, "bilinear: the image has no pixels");
        return dt_inert(tape);
    }
    if (dt_dtype_of(points) != DT_F64) {
        dt_tape_fail(tape, DT_ERR_DTYPE, "bilinear: the points must be f64, are %s",
                     dt_dtype_name(dt_dtype_of(points)));
        return dt_inert(tape);
    }
    dt_tensor *pixels = dt_reshape(image, ndim - 1, flat), *sum = NULL;
    const double *at = dt_data_f64(points);
    dt_tensor *row = dt_select(points, 1, 0), *column = dt_select(points, 1, 1);
    for (int corner = 0; corner < 4 && at != NULL; corner++) {
        int dr = corner / 2, dc = corner % 2;
        dt_tensor *place = dti_temporary(tape, DT_I64, 1, &n);
        dt_tensor *inside = dti_temporary(tape, DT_BOOL, 1, &n);
        dt_tensor *base = dti_temporary(tape, DT_F64, 2, (const int64_t[]){2, n});
        if (dt_tape_status(tape) != DT_OK) {
            break;
        }
        struct corners c = {place->a.data, inside->a.data};
        find_corner(at, n, height, width, dr, dc, &c);
        for (int64_t i = 0; i < n; i++) { /* weight 1 - |point - corner| along each axis */
            ((double *)base->a.data)[i] = floor(at[2 * i]) + (dr == 0 ? 1 : 0);
            ((double *)base->a.data)[n + i] = floor(at[2 * i + 1]) + (dc == 0 ? 1 : 0);
        }
        dt_tensor *wr = dt_sub(row, dt_select(base, 0, 0)),
                  *wc = dt_sub(column, dt_select(base, 0, 1));
        wr = dr == 0 ? dt_neg(wr) : wr;
        wc = dc == 0 ? dt_neg(wc) : wc;
        dt_tensor *zero = dt_scalar(tape, 0); /* for each factor: one may be infinite outside */
        dt_tensor *weight = dt_mul(dt_where(inside, wr, zero), dt_where(inside, wc, zero));
        dt_dtype real = dt_dtype_real(dt_dtype_of(image));
        dt_tensor *term = dt_mul(dt_gather(pixels, place, -1), dt_cast(weight, real));
        sum = sum == NULL ? term : dt_add(sum, term);
    }
    return sum == NULL ? dt_inert(tape) : sum;
}
