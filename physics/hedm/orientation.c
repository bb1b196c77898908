/* orientation.c - rotation matrices to and from the numbers orientations are given by. */
#include <difftape/orientation.h>

#include "../shared.h"
#include "components.h"

/* Terms of asin(s)/s in s^2 and the s^2 up to which they reach double precision. */
#define SERIES_TERMS 8
#define SERIES_BELOW 0x1p-7

static bool is_rotation(dt_tensor *r, const char *name) {
    if (r == NULL || !has_shape(dt_tape_of(r), r, name, 2, (const int64_t[]){3, 3})) {
        return false;
    }
    dt_dtype dtype = dt_dtype_of(r);
    if (dtype != DT_F32 && dtype != DT_F64) {
        dt_tape_fail(dt_tape_of(r), DT_ERR_DTYPE, "%s must be f32 or f64, is %s", name,
                     dt_dtype_name(dtype));
        return false;
    }
    return true;
}

/* What functions return that could not run. */
static dt_tensor *nothing(dt_tensor *x) {
    return x == NULL ? NULL : dt_inert(dt_tape_of(x));
}

static void take_apart(dt_tensor *r, dt_tensor *ret_m[3][3]) {
    dt_tensor *rows[3];
    dt_unstack(r, 3, -2, rows);
    for (int i = 0; i < 3; i++) {
        dt_unstack(rows[i], 3, -1, ret_m[i]);
    }
}

dt_tensor *dt_rotation_from_6d(dt_tensor *x) {
    if (x == NULL || !has_shape(dt_tape_of(x), x, "rotation_from_6d: x", 1, (const int64_t[]){6})) {
        return nothing(x);
    }
    dt_tensor *first = dt_slice(x, -1, 0, 3, 1), *second = dt_slice(x, -1, 3, 6, 1);
    dt_tensor *a = dt_div(first, dt_expand_dims(dt_norm(first, -1), -1));
    dt_tensor *along = dt_expand_dims(dt_dot(a, second), -1);
    dt_tensor *rest = dt_sub(second, dt_mul(along, a));
    dt_tensor *b = dt_div(rest, dt_expand_dims(dt_norm(rest, -1), -1));
    return dt_stack(3, (dt_tensor *const[]){a, b, dt_cross(a, b)}, -1);
}

/* The symmetric matrix 4 q q^T, (..., 4, 4): its entries are sums of those of the rotation. */
static dt_tensor *four_products(dt_tensor *r) {
    dt_tensor *m[3][3], *one = number_like(r, 1);
    take_apart(r, m);
    dt_tensor *x = m[0][0], *y = m[1][1], *z = m[2][2];
    dt_tensor *ww = dt_add(one, dt_add(x, dt_add(y, z)));
    dt_tensor *xx = dt_add(one, dt_sub(x, dt_add(y, z)));
    dt_tensor *yy = dt_add(one, dt_sub(y, dt_add(x, z)));
    dt_tensor *zz = dt_add(one, dt_sub(z, dt_add(x, y)));
    dt_tensor *wx = dt_sub(m[2][1], m[1][2]), *wy = dt_sub(m[0][2], m[2][0]);
    dt_tensor *wz = dt_sub(m[1][0], m[0][1]), *xy = dt_add(m[0][1], m[1][0]);
    dt_tensor *xz = dt_add(m[0][2], m[2][0]), *yz = dt_add(m[1][2], m[2][1]);
    dt_tensor *rows[] = {dt_stack(4, (dt_tensor *const[]){ww, wx, wy, wz}, -1),
                         dt_stack(4, (dt_tensor *const[]){wx, xx, xy, xz}, -1),
                         dt_stack(4, (dt_tensor *const[]){wy, xy, yy, yz}, -1),
                         dt_stack(4, (dt_tensor *const[]){wz, xz, yz, zz}, -1)};
    return dt_stack(4, rows, -2);
}

/* Row k of 4 q q^T is 4 q_k q, and the largest q_k is at least 1/2. */
dt_tensor *dt_quaternion_from_rotation(dt_tensor *rotation) {
    if (!is_rotation(rotation, "quaternion_from_rotation: rotation")) {
        return nothing(rotation);
    }
    dt_tape *tape = dt_tape_of(rotation);
    dt_tensor *products = four_products(rotation), *squares = dt_diagonal(products);
    dt_tensor *places = dt_cast(dt_arange(tape, 0, 4, 1), DT_I64);
    dt_tensor *largest = dt_compare(dt_expand_dims(dt_argmax(squares, -1), -1), DT_EQ, places);
    dt_tensor *square = dt_masked_sum(squares, largest, -1);
    dt_tensor *row = dt_masked_sum(products, dt_expand_dims(largest, -1), -2);
    dt_tensor *q = dt_mul(row, dt_expand_dims(dt_scale(dt_rsqrt(square), 0.5), -1));
    dt_tensor *negative = dt_compare(dt_slice(q, -1, 0, 1, 1), DT_LT, number_like(q, 0));
    return dt_where(negative, dt_neg(q), q);
}

/* asin(s)/s = sum_k (2k)! / (4^k k!^2 (2k + 1)) s^2k. */
static dt_tensor *arcsine_series(dt_tensor *square) {
    double coefficient[SERIES_TERMS], central = 1;
    for (int k = 0; k < SERIES_TERMS; k++) {
        coefficient[k] = central / (2 * k + 1);
        central *= (2 * k + 1.0) / (2 * k + 2.0);
    }
    dt_tensor *sum = number_like(square, coefficient[SERIES_TERMS - 1]);
    for (int k = SERIES_TERMS - 2; k >= 0; k--) {
        sum = dt_add(dt_mul(sum, square), number_like(square, coefficient[k]));
    }
    return sum;
}

/* v = q_xyz (angle / sin(angle/2)), a smooth function of sin^2(angle/2) = s^2 at 0. */
dt_tensor *dt_vector_from_rotation(dt_tensor *rotation) {
    if (!is_rotation(rotation, "vector_from_rotation: rotation")) {
        return nothing(rotation);
    }
    dt_tensor *q = dt_quaternion_from_rotation(rotation);
    dt_tensor *w = dt_slice(q, -1, 0, 1, 1), *xyz = dt_slice(q, -1, 1, 4, 1);
    dt_tensor *square = dt_sum(dt_square(xyz), -1);
    if (dt_tape_status(dt_tape_of(rotation)) != DT_OK) {
        return nothing(rotation);
    }
    square = dt_expand_dims(square, -1);
    dt_tensor *small = dt_compare(square, DT_LT, number_like(q, SERIES_BELOW));
    dt_tensor *s = dt_sqrt(dt_where(small, number_like(q, 1), square));
    dt_tensor *factor = dt_where(small, arcsine_series(dt_where(small, square, number_like(q, 0))),
                                 dt_div(dt_atan2(s, w), s));
    return dt_mul(xyz, dt_scale(factor, 2));
}

/* x less whole turns, in [-pi, pi]. */
static dt_tensor *wrapped(dt_tensor *x) {
    return dt_sub(x, dt_scale(dt_round(dt_scale(x, 1 / TWO_PI)), TWO_PI));
}

/* The sum (Phi < pi/2) or difference of phi1 and phi2 is well determined at the poles, phi1 alone
 * is not: phi2 is taken from both, so that the rotation is kept. */
dt_tensor *dt_euler_from_rotation(dt_tensor *rotation) {
    if (!is_rotation(rotation, "euler_from_rotation: rotation")) {
        return nothing(rotation);
    }
    dt_tensor *m[3][3];
    take_apart(rotation, m);
    dt_tensor *phi = dt_atan2(dt_hypot(m[2][0], m[2][1]), m[2][2]);
    dt_tensor *phi1 = dt_atan2(m[0][2], dt_neg(m[1][2]));
    dt_tensor *sum = dt_atan2(dt_sub(m[1][0], m[0][1]), dt_add(m[0][0], m[1][1]));
    dt_tensor *difference = dt_atan2(dt_add(m[1][0], m[0][1]), dt_sub(m[0][0], m[1][1]));
    dt_tensor *upper = dt_compare(m[2][2], DT_GE, number_like(phi, 0));
    dt_tensor *phi2 = dt_where(upper, dt_sub(sum, phi1), dt_sub(phi1, difference));
    return dt_stack(3, (dt_tensor *const[]){phi1, phi, wrapped(phi2)}, -1);
}
