/* axes.c - the `axis` argument of reductions and transforms as a set of dimensions. */
#include "../ops.h"

/* Bits 0..7 of the argument count dimensions from the front, bits 8..15 from the end. */
#define FROM_END 8

static bool add_axis(dt_tensor *x, int axis, const char *name, unsigned *mask) {
    int ndim = dt_ndim(x), d = axis < 0 ? axis + ndim : axis;
    if (d < 0 || d >= ndim) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_ARGUMENT,
                     "%s: axis %d does not exist among the %d dimensions (first 0, last -1)", name,
                     axis, ndim);
        return false;
    }
    if (*mask & 1u << d) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_ARGUMENT, "%s: axis %d of %d is named twice", name, axis,
                     ndim);
        return false;
    }
    *mask |= 1u << d;
    return true;
}

bool dti_axes(dt_tensor *x, int axis, const char *name, unsigned *ret_mask) {
    unsigned mask = 0;
    if (x == NULL || dt_tape_status(dt_tape_of(x)) != DT_OK) {
        return false;
    }
    if (axis == DT_ALL) {
        *ret_mask = (1u << dt_ndim(x)) - 1;
        return true;
    }
    bool good = true;
    if (!(axis > 0 && axis & DT_AXES_LIST)) {
        good = add_axis(x, axis, name, &mask);
    }
    for (int bit = 0; good && axis > 0 && axis & DT_AXES_LIST && bit < 2 * FROM_END; bit++) {
        if (axis & 1 << bit) {
            good = add_axis(x, bit < FROM_END ? bit : bit - 2 * FROM_END, name, &mask);
        }
    }
    if (good) {
        *ret_mask = mask;
    }
    return good;
}

bool dti_one_axis(dt_tensor *x, int axis, const char *name, int *ret_axis) {
    unsigned mask;
    if (!dti_axes(x, axis, name, &mask)) {
        return false;
    }
    if (mask == 0 || (mask & (mask - 1)) != 0) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_ARGUMENT, "%s: takes one axis, not several or none",
                     name);
        return false;
    }
    int d = 0;
    while (!(mask >> d & 1u)) {
        d++;
    }
    *ret_axis = d;
    return true;
}

dt_tensor *dti_inert_of(const dt_tensor *x) {
    return x == NULL ? NULL : dt_inert(dt_tape_of(x));
}
