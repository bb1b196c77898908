/* y = w with a cos w + b sin w = c and the slope there, real      cotangent: with m = wbar_rising -
 * wbar_falling, s = wbar_rising + wbar_falling, r^2 = a^2 + b^2: cbar = m/q, abar = -m a c / (q
 * r^2) - s b / r^2, bbar = -m b c / (q r^2) + s a / r^2, and qbar (a, b, -c) / q added      where
 * there is no root, or it is nearly double (slope below the limit), all are exact zeros: the
 * operands are exchanged before the division, so no other element notices. */
#include "sinusoid.h"

#include "internal.h"

#include <float.h>
#include <math.h>

struct attr {
    double slope_min;
};

enum { A, B, C };
enum { ROOTS, SLOPE };

static dt_status shape(dt_node *n) {
    const struct attr *attr = n->attr;
    dt_dtype dtype = dt_node_in(n, A).dtype;
    int ndim;
    int64_t sizes[DT_MAX_DIMS];
    for (int i = 0; i < n->n_in; i++) {
        if (dt_node_need(n, i, DT_REAL_ONLY) != DT_OK) {
            return DT_ERR_DTYPE;
        }
        if (dt_node_in(n, i).dtype != dtype) {
            return dt_node_fail(n, DT_ERR_DTYPE,
                                "types do not mix (use dt_cast to convert on purpose)");
        }
    }
    if (!(attr->slope_min >= 0)) {
        return dt_node_fail(n, DT_ERR_ARGUMENT, "the smallest slope must be 0 or more, got %g",
                            attr->slope_min);
    }
    dt_status status = dti_broadcast_sizes(n, &ndim, sizes);
    if (status != DT_OK) {
        return status;
    }
    if (ndim == DT_MAX_DIMS) {
        return dt_node_fail(n, DT_ERR_SHAPE, "the roots would have more than %d dimensions",
                            DT_MAX_DIMS);
    }
    sizes[ndim] = 2;
    status = dt_node_output(n, ROOTS, dtype, ndim + 1, sizes);
    return status == DT_OK ? dt_node_output(n, SLOPE, dtype, ndim, sizes) : status;
}

/* q = sqrt((r - c)(r + c)) loses no digits where r and c are close. cos w = (a c +- b q) / r^2 and
 * sin w = (b c -+ a q) / r^2: the arc tangent of both is in (-pi, pi] without a wrap, + 0 making
 * zeros positive. An absent root has sine 0 and cosine 1, and so
 * has one whose r overflows; a NaN stays one. */
#define ROOT_TILE(name, type, root, most, dtype)                                                   \
    static void name(int64_t n, const void *const *in, void *const *out, double slope_min) {       \
        const type *restrict a = in[A], *restrict b = in[B], *restrict c = in[C];                  \
        const type limit = (type)slope_min;                                                        \
        type *restrict w = out[ROOTS], *restrict q = out[SLOPE];                                   \
        type sine[2][DTI_TILE], cosine[2][DTI_TILE], angle[2][DTI_TILE];                           \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const type r = root(a[i] * a[i] + b[i] * b[i]);                                        \
            const type square = (r - c[i]) * (r + c[i]);                                           \
            const type slope = square <= 0 || r > most ? 0 : root(square);                         \
            const type along = slope <= limit ? 0 : slope;                                         \
            const bool none = along == 0;                                                          \
            sine[0][i] = none ? 0 : b[i] * c[i] - a[i] * along + 0;                                \
            cosine[0][i] = none ? 1 : a[i] * c[i] + b[i] * along;                                  \
            sine[1][i] = none ? 0 : b[i] * c[i] + a[i] * along + 0;                                \
            cosine[1][i] = none ? 1 : a[i] * c[i] - b[i] * along;                                  \
            q[i] = along;                                                                          \
        }                                                                                          \
        for (int k = 0; k < 2; k++) {                                                              \
            dti_k_atan2[dtype](n, angle[k], (const void *const[]){sine[k], cosine[k]}, NULL);      \
        }                                                                                          \
        for (int64_t i = 0; i < n; i++) {                                                          \
            w[2 * i] = angle[0][i];                                                                \
            w[2 * i + 1] = angle[1][i];                                                            \
        }                                                                                          \
    }
ROOT_TILE(tile_f32, float, sqrtf, FLT_MAX, DT_F32)
ROOT_TILE(tile_f64, double, sqrt, DBL_MAX, DT_F64)

static void forward(dt_node *n) {
    const struct attr *attr = n->attr;
    const dt_array slope = dt_node_out(n, SLOPE);
    dti_root_tiles(n, &slope, tile_f32, tile_f64, (const int[]){2, 1}, attr->slope_min);
}

static dt_tensor *number(const dt_node *n, double value) {
    return dt_full(n->tape, dt_dtype_of(n->in[A]), 0, NULL, value);
}

/* What both rules share: where roots are absent, and denominators that are 1 there. */
typedef struct denominators {
    dt_tensor *none, *q, *r2;
} denominators;

static denominators denominators_of(const dt_node *n) {
    dt_tensor *none = dt_compare(n->out[SLOPE], DT_EQ, number(n, 0)), *one = number(n, 1);
    dt_tensor *r2 = dt_add(dt_square(n->in[A]), dt_square(n->in[B]));
    return (denominators){none, dt_where(none, one, n->out[SLOPE]), dt_where(none, one, r2)};
}

/* x / by, 0 where there is no root whatever x is. */
static dt_tensor *quotient(const dt_node *n, const denominators *d, dt_tensor *x, dt_tensor *by) {
    return dt_div(dt_where(d->none, number(n, 0), x), by);
}

static dt_tensor *plus(dt_tensor *sum, dt_tensor *term) {
    return sum == NULL ? term : dt_add(sum, term);
}

/* The recorded form: any order of derivatives exists. */
static void vjp_recorded(const dt_node *n, dt_tensor *const *wbar, dt_tensor *qbar,
                         dt_tensor **xbar) {
    dt_tensor *a = n->in[A], *b = n->in[B];
    const denominators d = denominators_of(n);
    dt_tensor *c = dt_where(d.none, number(n, 0), n->in[C]); /* may be infinite */
    if (wbar[0] != NULL) {
        dt_tensor *t = quotient(n, &d, dt_sub(wbar[0], wbar[1]), d.q);
        dt_tensor *e = quotient(n, &d, dt_add(wbar[0], wbar[1]), d.r2);
        dt_tensor *f = dt_div(dt_mul(t, c), d.r2);
        xbar[A] = dt_neg(dt_add(dt_mul(f, a), dt_mul(e, b)));
        xbar[B] = dt_sub(dt_mul(e, a), dt_mul(f, b));
        xbar[C] = t;
    }
    if (qbar != NULL) {
        dt_tensor *v = quotient(n, &d, qbar, d.q);
        xbar[A] = plus(xbar[A], dt_mul(v, a));
        xbar[B] = plus(xbar[B], dt_mul(v, b));
        xbar[C] = plus(xbar[C], dt_neg(dt_mul(v, c)));
    }
}

static void vjp(const dt_node *n, dt_tensor *const *ybar, dt_tensor **xbar) {
    dt_tensor *wbar[2] = {NULL, NULL}, *qbar = ybar[SLOPE];
    if (ybar[ROOTS] != NULL) {
        wbar[0] = dt_select(ybar[ROOTS], -1, 0);
        wbar[1] = dt_select(ybar[ROOTS], -1, 1);
    }
    if (n->tape->recording) {
        vjp_recorded(n, wbar, qbar, xbar);
        return;
    }
    dt_tensor *zero = number(n, 0);
    dt_tensor *in[] = {n->in[A],
                       n->in[B],
                       n->in[C],
                       n->out[SLOPE],
                       wbar[0] == NULL ? zero : wbar[0],
                       wbar[1] == NULL ? zero : wbar[1],
                       qbar == NULL ? zero : qbar};
    dti_sinusoid_roots_adjoint(in, xbar);
}

/* wdot = +-(cdot - c (a adot + b bdot) / r^2) / q - (b adot - a bdot) / r^2 and
 * qdot = (a adot + b bdot - c cdot) / q. */
static void jvp(const dt_node *n, dt_tensor *const *xdot, dt_tensor **ydot) {
    dt_tensor *a = n->in[A], *b = n->in[B], *c = n->in[C], *along = NULL, *across = NULL;
    const denominators d = denominators_of(n);
    if (xdot[A] != NULL) {
        along = dt_mul(a, xdot[A]);
        across = dt_mul(b, xdot[A]);
    }
    if (xdot[B] != NULL) {
        along = plus(along, dt_mul(b, xdot[B]));
        across = plus(across, dt_neg(dt_mul(a, xdot[B])));
    }
    dt_tensor *zero = dt_scale(dt_stop_gradient(n->out[SLOPE]), 0), *change = zero, *slope = zero;
    if (along != NULL) {
        change = dt_neg(dt_div(dt_mul(c, along), d.r2));
        slope = along;
    }
    if (xdot[C] != NULL) {
        change = dt_add(change, xdot[C]);
        slope = dt_sub(slope, dt_mul(c, xdot[C]));
    }
    dt_tensor *apart = quotient(n, &d, change, d.q);
    dt_tensor *turn = across == NULL ? zero : quotient(n, &d, across, d.r2);
    ydot[ROOTS] =
        dt_stack(2, (dt_tensor *const[]){dt_sub(apart, turn), dt_neg(dt_add(apart, turn))}, -1);
    ydot[SLOPE] = quotient(n, &d, slope, d.q);
}

#define VISIBLE(...)                                                                               \
    {                                                                                              \
        {__VA_ARGS__, .fill = DT_FILL_ABOVE_ONE}, {__VA_ARGS__, .fill = DT_FILL_UNIT}, {           \
            __VA_ARGS__, .fill = DT_FILL_UNIT                                                      \
        }                                                                                          \
    }

const dt_op dti_op_sinusoid_roots = {
    .name = "sinusoid_roots",
    .formula = "y = w with a cos w + b sin w = c, slope",
    .arity = 3,
    .kind = DT_INDEXING,
    .dtypes = DT_REAL_ONLY,
    .saves = DT_SAVE_INPUTS | DT_SAVE_OUTPUT,
    .attr_size = sizeof(struct attr),
    .shape = shape,
    .forward = forward,
    .vjp = vjp,
    .jvp = jvp,
    DT_SAMPLES({.in = VISIBLE(DT_SHAPE(3, 4)), .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(2, 1, 3), .fill = DT_FILL_ABOVE_ONE},
                       {DT_SHAPE(4, 1), .fill = DT_FILL_UNIT},
                       {.ndim = 0, .fill = DT_FILL_UNIT}},
                .attr = &(const struct attr){0.1}},
               {.in = VISIBLE(DT_SHAPE(2, 0)), .attr = &(const struct attr){0}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_UNIT}, /* no roots */
                       {DT_SHAPE(3), .fill = DT_FILL_UNIT},
                       {DT_SHAPE(3), .fill = DT_FILL_ABOVE_ONE}},
                .attr = &(const struct attr){1.3}},
               {.in = {{DT_SHAPE(3), .fill = DT_FILL_ZERO},
                       {DT_SHAPE(3), .fill = DT_FILL_ZERO},
                       {DT_SHAPE(3), .fill = DT_FILL_ZERO}},
                .attr = &(const struct attr){0}}),
};

void dt_sinusoid_roots(dt_tensor *a, dt_tensor *b, dt_tensor *c, double slope_min,
                       dt_tensor **ret_roots, dt_tensor **ret_slope) {
    dt_tensor *out[DT_MAX_OUTPUTS];
    const struct attr attr = {slope_min};
    dt_apply_multi(&dti_op_sinusoid_roots, 3, (dt_tensor *const[]){a, b, c}, &attr, out);
    *ret_roots = out[ROOTS];
    *ret_slope = out[SLOPE];
}
