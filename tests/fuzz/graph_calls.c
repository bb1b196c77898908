/* graph_calls.c - elementwise functions, reductions and arrangements, called at random. */
#include "graph.h"

#include "ops/ops.h"

#define COUNT(list) ((int64_t)(sizeof(list) / sizeof *(list)))

typedef dt_tensor *unary_fn(dt_tensor *x);
typedef dt_tensor *binary_fn(dt_tensor *a, dt_tensor *b);

/* -- elementwise ------------------------------------------------------------------------------- */

/* Functions of any argument whose values stay small for small arguments. */
static unary_fn *const unary[] = {dt_neg,  dt_square, dt_sin,  dt_cos,  dt_asinh, dt_sinc,
                                  dt_conj, dt_real,   dt_imag, dt_abs2, dt_sinh,  dt_atan,
                                  dt_exp,  dt_exp2,   dt_cosh, dt_abs,  dt_sign,  dt_stop_gradient};
static unary_fn *const unary_real[] = {dt_tanh, dt_erf,  dt_erfc, dt_sigmoid, dt_softplus,
                                       dt_silu, dt_relu, dt_cis,  dt_cis2pi,  dt_expm1};
/* Of a positive argument. */
static unary_fn *const unary_positive[] = {dt_sqrt,  dt_rsqrt, dt_log,    dt_log2,      dt_cbrt,
                                           dt_log1p, dt_acosh, dt_lgamma, dt_reciprocal};
static unary_fn *const unary_unit[] = {dt_asin, dt_acos, dt_atanh, dt_tan, dt_angle};
static binary_fn *const binary[] = {dt_add, dt_sub, dt_mul};
static binary_fn *const binary_real[] = {dt_hypot, dt_atan2,   dt_minimum, dt_maximum,
                                         dt_polar, dt_complex, dt_mul};

/* 1 + |x|^2. */
static dt_tensor *above_one(struct graph *g, dt_tensor *x) {
    dt_tensor *y = dt_abs2(x);
    return oops(g) ? x : dt_add(y, dt_scalar(g->tape, 1.25));
}

static dt_tensor *of_one(struct graph *g) {
    switch (below(g, 8)) {
    case 0: return unary_real[below(g, COUNT(unary_real))](real_one(g));
    case 1: return unary_positive[below(g, COUNT(unary_positive))](above_one(g, real_one(g)));
    case 2: return unary_unit[below(g, COUNT(unary_unit))](dt_scale(bounded(any(g)), 0.9));
    case 3: return dt_scale(any(g), (double)below(g, 5) - 2);
    case 4: {
        dt_tensor *x = above_one(g, real_one(g));
        return chance(g, 2) ? dt_pow(x, (double)below(g, 7) / 2 - 1.5)
                            : dti_polygamma(x, (int)count(g, 0, 2));
    }
    case 5: return dt_clamp(real_one(g), oops(g) ? 3 : -0.4, 0.7);
    default: return unary[below(g, COUNT(unary))](bounded(any(g)));
    }
}

static dt_tensor *of_two(struct graph *g) {
    if (chance(g, 3)) {
        dt_tensor *a = real_one(g), *b = partner(g, a);
        b = is_complex(b) && !oops(g) ? dt_real(b) : b;
        return binary_real[below(g, COUNT(binary_real))](a, b);
    }
    dt_tensor *a = any(g), *b = partner(g, a);
    switch (below(g, 8)) {
    case 0: return dt_div(a, above_one(g, b));
    case 1: return dt_power(above_one(g, a), bounded(b));
    case 2: return is_complex(a) && !oops(g) ? dt_sub(a, b) : dt_fmod(a, above_one(g, b));
    default: return binary[below(g, COUNT(binary))](a, b);
    }
}

static dt_tensor *choice(struct graph *g) {
    dt_tensor *a = real_one(g), *b = partner(g, a);
    b = is_complex(b) && !oops(g) ? dt_real(b) : b;
    dt_tensor *mask = dt_compare(a, (dt_relation)count(g, 0, 5), b);
    switch (below(g, 7)) {
    case 0: return dt_where(mask, a, b);
    case 1: return dt_put_mask(a, mask, b);
    case 2: return dt_where(dt_logic(mask, (dt_connective)count(g, 0, 2), dt_not(mask)), b, a);
    case 3: return dt_cast(mask, DT_F64);
    case 4: return dt_cast(dt_isfinite(a), oops(g) ? (dt_dtype)below(g, 8) : DT_C128);
    case 5: return dt_round(a);
    default: return dt_masked_sum(dt_where(mask, a, b), mask, axes_of(g, mask));
    }
}

dt_tensor *call_elementwise(struct graph *g) {
    int64_t kind = below(g, 8);
    dt_tensor *x = kind < 3 ? of_one(g) : kind < 7 ? of_two(g) : choice(g);
    return chance(g, 2) ? bounded(x) : x;
}

/* -- reductions -------------------------------------------------------------------------------- */

typedef dt_tensor *axis_fn(dt_tensor *x, int axis);

static dt_tensor *reduce(struct graph *g) {
    static axis_fn *const real[] = {dt_min, dt_max, dt_logsumexp};
    static axis_fn *const places[] = {dt_argmin, dt_argmax};
    dt_tensor *x = with_axes(g);
    switch (below(g, 9)) {
    case 0: return dt_mean(x, axes_of(g, x));
    case 1: return dt_norm(x, axes_of(g, x));
    case 2: return dt_var(x, axes_of(g, x), oops(g) ? 1e9 : 0);
    case 3: return dt_cumsum(x, axis_of(g, x));
    case 4: return dt_prod(bounded(x), axes_of(g, x));
    case 5: return dt_cumprod(bounded(x), axis_of(g, x));
    case 6: x = is_complex(x) ? dt_abs2(x) : x; return real[below(g, 3)](x, axes_of(g, x));
    case 7:
        x = is_complex(x) ? dt_real(x) : x;
        return dt_cast(places[below(g, 2)](x, axes_of(g, x)), DT_F64);
    default: return dt_sum(any(g), g->wild ? axes_of(g, x) : DT_ALL);
    }
}

/* A sum over what has just been made: such sums are folded into the loop that makes it. */
static dt_tensor *sum_newest(struct graph *g) {
    dt_tensor *x = g->n_pool > 0 ? g->pool[g->n_pool - 1] : any(g);
    return dt_scale(dt_sum(x, axes_of(g, x)), 0.25);
}

/* -- arrangements ------------------------------------------------------------------------------ */

static dt_tensor *same_elements(struct graph *g) {
    dt_tensor *x = any(g);
    int ndim = ndim_of(x), axes[DT_MAX_DIMS] = {0};
    switch (below(g, 6)) {
    case 0: return dt_reshape(x, 1, (const int64_t[]){size_of(x) > 0 ? count(g, -1, -1) : 0});
    case 1:
        for (int d = 0; d < ndim; d++) {
            axes[d] = (d + 1) % ndim + (oops(g) ? 3 : 0);
        }
        return dt_permute(x, axes);
    case 2: return ndim < 2 && !oops(g) ? dt_neg(x) : dt_transpose(x);
    case 3:
        return ndim == DT_MAX_DIMS && !oops(g) ? dt_neg(x)
                                               : dt_expand_dims(x, (int)count(g, -ndim - 1, ndim));
    case 4: return dt_squeeze(x, DT_ALL);
    default: return dt_flip(with_axes(g), oops(g) ? 9 : -1);
    }
}

static dt_tensor *part(struct graph *g) {
    dt_tensor *x = with_axes(g), *pieces[64] = {NULL};
    int axis = axis_of(g, x);
    int64_t n = length_of(x, axis);
    switch (below(g, 6)) {
    case 0: return dt_slice(x, axis, count(g, -n, n), count(g, -n, n), count(g, 1, 3));
    case 1: return dt_select(x, axis, count(g, -n, n - 1));
    case 2: return dt_unslice(x, axis, 1, 2, count(g, 2 * n, 2 * n + 3));
    case 3: {
        int parts = n < 64 && n > 0 ? (int)n : 1;
        parts = oops(g) ? (int)below(g, 64) - 1 : parts;
        dt_split(x, axis, parts, pieces);
        return parts < 1 ? NULL : pieces[below(g, parts)];
    }
    case 4: {
        int64_t k = 1 + below(g, 6);
        return dt_gather(x, indices(g, k, n), axis);
    }
    default: {
        int64_t k = n < 64 ? n : 1;
        return n > 64 ? dt_neg(x) : dt_scatter_add(x, indices(g, k, k + 2), axis, k + 2);
    }
    }
}

static dt_tensor *larger(struct graph *g) {
    dt_tensor *x = with_axes(g), *both[3];
    int axis = axis_of(g, x);
    int64_t counts[DT_MAX_DIMS] = {1, 1, 1, 1, 1, 1, 1, 1}, shape[DT_MAX_DIMS];
    switch (below(g, 7)) {
    case 0: counts[0] = count(g, 1, 3); return dt_tile(x, counts);
    case 1: return dt_repeat(x, axis, count(g, 0, 3));
    case 2: return dt_roll(x, axis, count(g, -3, 3));
    case 3: return dt_pad(x, axis, count(g, 0, 2), count(g, 0, 2), 0.5);
    case 4:
        both[0] = both[2] = x;
        both[1] = oops(g) ? any(g) : dt_neg(x);
        return chance(g, 2) || (ndim_of(x) == DT_MAX_DIMS && !oops(g)) ? dt_concat(3, both, axis)
                                                                       : dt_stack(2, both, axis);
    case 5:
        if (ndim_of(x) == DT_MAX_DIMS && !oops(g)) {
            return x;
        }
        shape[0] = count(g, 0, 3);
        for (int d = 0; d < ndim_of(x) && d + 1 < DT_MAX_DIMS; d++) {
            shape[d + 1] = dt_shape(x)[d] + (oops(g) ? 1 : 0);
        }
        return dt_broadcast(x, ndim_of(x) + 1, shape);
    default:
        if (size_of(x) > 64 || (ndim_of(x) > 4 && !oops(g))) {
            return dt_neg(x);
        }
        return dt_kron(x, oops(g) ? any(g) : dt_scale(x, 0.5));
    }
}

dt_tensor *call_shape(struct graph *g) {
    switch (below(g, 5)) {
    case 0: return reduce(g);
    case 1: return sum_newest(g);
    case 2: return same_elements(g);
    case 3: return part(g);
    default: return larger(g);
    }
}
