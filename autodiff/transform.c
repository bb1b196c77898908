/* transform.c - rotations and Debye-Waller factors made of operations. */
#include <difftape/transform.h>

#include "internal.h"
#include "ops/elementwise/stumpff.h"
#include "ops/ops.h"

#include <string.h>

static bool check_real(dt_tensor *x, const char *name) {
    if (x == NULL || dt_tape_status(dt_tape_of(x)) != DT_OK) {
        return false;
    }
    if (!dti_is_real(x)) {
        dt_tape_fail(dt_tape_of(x), DT_ERR_DTYPE, "%s must be f32 or f64, is %s", name,
                     dt_dtype_name(dt_dtype_of(x)));
        return false;
    }
    return true;
}

/* Is x real and its last axis of this size? */
static bool check_last(dt_tensor *x, int64_t size, const char *name) {
    if (!check_real(x, name)) {
        return false;
    }
    if (dt_ndim(x) < 1 || dt_shape(x)[dt_ndim(x) - 1] != size) {
        char shape[160];
        dt_tape_fail(dt_tape_of(x), DT_ERR_SHAPE, "%s: the last axis must have size %lld, got %s",
                     name, (long long)size,
                     dt_shape_format(shape, sizeof shape, dt_ndim(x), dt_shape(x)));
        return false;
    }
    return true;
}

dt_tensor *dt_debye_waller(dt_tensor *q, dt_tensor *u) {
    if (q == NULL || u == NULL || !check_last(q, 3, "debye_waller: q") ||
        !check_real(u, "debye_waller: u")) {
        return dti_inert_of(q == NULL ? u : q);
    }
    dt_tape *tape = dt_tape_of(q);
    int ndim = dt_ndim(u);
    bool sized = ndim == 1 || (ndim == 2 && dt_shape(u)[1] == 3) ||
                 (ndim == 3 && dt_shape(u)[1] == 3 && dt_shape(u)[2] == 3);
    if (dt_ndim(q) != 2 || !sized) {
        char a[160], b[160];
        dt_tape_fail(tape, DT_ERR_SHAPE,
                     "debye_waller: needs q (n_q,3) and u (n), (n,3) or (n,3,3), got %s and %s",
                     dt_shape_format(a, sizeof a, dt_ndim(q), dt_shape(q)),
                     dt_shape_format(b, sizeof b, ndim, dt_shape(u)));
        return dt_inert(tape);
    }
    /* The factor -1/2 goes to the side of q: once a vector instead of once a pair. */
    dt_tensor *half = dt_scale(q, -0.5), *exponent;
    if (ndim == 1) {
        exponent = dt_mul(dt_expand_dims(dt_sum(dt_mul(half, q), 1), 1), u);
    } else if (ndim == 2) {
        exponent = dt_matmul_flags(dt_mul(half, q), DT_N, u, DT_T);
    } else {
        dt_tensor *pairs = dt_reshape(dt_outer(half, q), 2, (const int64_t[]){dt_shape(q)[0], 9});
        dt_tensor *flat = dt_reshape(u, 2, (const int64_t[]){dt_shape(u)[0], 9});
        exponent = dt_matmul_flags(pairs, DT_N, flat, DT_T);
    }
    return dt_exp(exponent);
}

/* A (..., 3, 3) tensor from its nine elements. */
static dt_tensor *matrix(dt_tensor *const *elements) {
    dt_tensor *rows[3];
    for (int i = 0; i < 3; i++) {
        rows[i] = dt_stack(3, elements + 3 * i, -1);
    }
    return dt_stack(3, rows, -2);
}

dt_tensor *dt_rotation_from_quaternion(dt_tensor *q) {
    if (!check_last(q, 4, "rotation_from_quaternion: q")) {
        return dti_inert_of(q);
    }
    dt_tensor *length = dt_expand_dims(dt_norm(q, -1), -1), *unit = dt_div(q, length), *c[4],
              *p[4][4];
    dt_tensor *one = dt_full(dt_tape_of(q), dt_dtype_of(q), 0, NULL, 1);
    for (int i = 0; i < 4; i++) {
        c[i] = dt_select(unit, -1, i);
    }
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            p[i][j] = dt_scale(dt_mul(c[i], c[j]), 2);
        }
    }
    dt_tensor *const elements[] = {dt_sub(one, dt_add(p[2][2], p[3][3])),
                                   dt_sub(p[1][2], p[0][3]),
                                   dt_add(p[1][3], p[0][2]),
                                   dt_add(p[1][2], p[0][3]),
                                   dt_sub(one, dt_add(p[1][1], p[3][3])),
                                   dt_sub(p[2][3], p[0][1]),
                                   dt_sub(p[1][3], p[0][2]),
                                   dt_add(p[2][3], p[0][1]),
                                   dt_sub(one, dt_add(p[1][1], p[2][2]))};
    return matrix(elements);
}

dt_tensor *dt_rotation_from_vector(dt_tensor *v) {
    if (!check_last(v, 3, "rotation_from_vector: v")) {
        return dti_inert_of(v);
    }
    dt_tape *tape = dt_tape_of(v);
    dt_tensor *x = dt_select(v, -1, 0), *y = dt_select(v, -1, 1), *z = dt_select(v, -1, 2);
    dt_tensor *zero = dt_scale(dt_stop_gradient(x), 0);
    dt_tensor *const elements[] = {zero, dt_neg(z), y, z, zero, dt_neg(x), dt_neg(y), x, zero};
    dt_tensor *k = matrix(elements);
    dt_tensor *angle2 = dt_expand_dims(dt_expand_dims(dt_sum(dt_square(v), -1), -1), -1);
    dt_tensor *turned =
        dt_add(dt_mul(dti_stumpff(angle2, 1), k), dt_mul(dti_stumpff(angle2, 2), dt_matmul(k, k)));
    return dt_add(turned, dt_eye(tape, dt_dtype_of(v), 3));
}

/* The rotation by an angle about one axis. */
static dt_tensor *about(dt_tensor *angle, int axis) {
    dt_tensor *c = dt_cos(angle), *s = dt_sin(angle), *zero = dt_scale(dt_stop_gradient(angle), 0);
    dt_tensor *one = dt_add(zero, dt_full(dt_tape_of(angle), dt_dtype_of(angle), 0, NULL, 1));
    dt_tensor *elements[9];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            bool on_axis = i == axis || j == axis;
            dt_tensor *turn = (i - j + 3) % 3 == 1 ? s : dt_neg(s);
            elements[3 * i + j] = on_axis ? (i == j ? one : zero) : i == j ? c : turn;
        }
    }
    return matrix(elements);
}

dt_tensor *dt_rotation_from_euler(dt_tensor *angles, const char *axes) {
    if (!check_last(angles, 3, "rotation_from_euler: angles")) {
        return dti_inert_of(angles);
    }
    dt_tape *tape = dt_tape_of(angles);
    axes = axes == NULL ? "" : axes;
    bool fixed = strspn(axes, "xyz") == 3, turning = strspn(axes, "XYZ") == 3;
    if (strlen(axes) != 3 || !(fixed || turning)) {
        dt_tape_fail(
            tape, DT_ERR_ARGUMENT,
            "rotation_from_euler: \"%s\" must be three of x, y, z (fixed axes) or of X, Y, Z "
            "(turning with the body)",
            axes);
        return dt_inert(tape);
    }
    dt_tensor *r = NULL;
    for (int k = 0; k < 3; k++) {
        dt_tensor *next = about(dt_select(angles, -1, k), (axes[k] | 32) - 'x');
        r = r == NULL ? next : turning ? dt_matmul(r, next) : dt_matmul(next, r);
    }
    return r;
}
