/* vectors.c - products of vectors, made of multiplications and sums. */
#include "../ops.h"

static dt_tensor *missing(dt_tensor *a, dt_tensor *b) {
    return dti_inert_of(a == NULL ? b : a);
}

/* Fails the tape with "sentence: (2,3) and (4)" and returns the inert tensor. */
static dt_tensor *refuse(const dt_tensor *a, const dt_tensor *b, const char *sentence) {
    char of_a[160], of_b[160];
    dt_tape_fail(dt_tape_of(a), DT_ERR_SHAPE, "%s %s and %s", sentence,
                 dt_shape_format(of_a, sizeof of_a, dt_ndim(a), dt_shape(a)),
                 dt_shape_format(of_b, sizeof of_b, dt_ndim(b), dt_shape(b)));
    return dt_inert(dt_tape_of(a));
}

static int64_t last_size(const dt_tensor *x) {
    return dt_shape(x)[dt_ndim(x) - 1];
}

dt_tensor *dt_outer(dt_tensor *a, dt_tensor *b) {
    if (a == NULL || b == NULL) {
        return missing(a, b);
    }
    if (dt_ndim(a) < 1 || dt_ndim(b) < 1) {
        return refuse(a, b, "outer: a scalar has no last axis:");
    }
    return dt_mul(dt_expand_dims(a, -1), dt_expand_dims(b, -2));
}

dt_tensor *dt_dot(dt_tensor *a, dt_tensor *b) {
    if (a == NULL || b == NULL) {
        return missing(a, b);
    }
    if (dt_ndim(a) < 1 || dt_ndim(b) < 1) {
        return refuse(a, b, "dot: a scalar has no last axis:");
    }
    return last_size(a) == last_size(b) ? dt_sum(dt_mul(a, b), -1)
                                        : refuse(a, b, "dot: the last axes differ:");
}

dt_tensor *dt_vdot(dt_tensor *a, dt_tensor *b) {
    if (a == NULL || b == NULL) {
        return missing(a, b);
    }
    if (dt_ndim(a) > 0 && dt_ndim(b) > 0 && last_size(a) != last_size(b)) {
        return refuse(a, b, "vdot: the last axes differ:");
    }
    return dt_sum(dt_mul(dt_conj(a), b), DT_ALL);
}

dt_tensor *dt_cross(dt_tensor *a, dt_tensor *b) {
    if (a == NULL || b == NULL) {
        return missing(a, b);
    }
    dt_tape *tape = dt_tape_of(a);
    if (dt_ndim(a) < 1 || dt_ndim(b) < 1 || dt_shape(a)[dt_ndim(a) - 1] != 3 ||
        dt_shape(b)[dt_ndim(b) - 1] != 3) {
        char shape_a[160], shape_b[160];
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "cross: the last axis of both operands must have size 3: %s, %s",
                     dt_shape_format(shape_a, sizeof shape_a, dt_ndim(a), dt_shape(a)),
                     dt_shape_format(shape_b, sizeof shape_b, dt_ndim(b), dt_shape(b)));
        return dt_inert(tape);
    }
    dt_tensor *part[3];
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        part[i] = dt_sub(dt_mul(dt_select(a, -1, j), dt_select(b, -1, k)),
                         dt_mul(dt_select(a, -1, k), dt_select(b, -1, j)));
    }
    return dt_stack(3, part, -1);
}

/* Re x^H ((a + a^H)/2) x: the anti-Hermitian part of a would give an imaginary number. */
dt_tensor *dt_quadratic_form(dt_tensor *x, dt_tensor *a) {
    if (x == NULL || a == NULL) {
        return missing(x, a);
    }
    int ndim = dt_ndim(a);
    if (dt_ndim(x) < 1 || ndim < 2 || last_size(x) != last_size(a) ||
        dt_shape(a)[ndim - 2] != last_size(a)) {
        return refuse(x, a, "quadratic_form: needs vectors (..., n) and matrices (..., n, n), got");
    }
    dt_tensor *ax = dt_squeeze(dt_matmul(a, dt_expand_dims(x, -1)), -1);
    return dt_real(dt_sum(dt_mul(dt_conj(x), ax), -1));
}
