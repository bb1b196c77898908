/* graph_algebra.c - products, linear algebra, transforms and picking, called at random. */
#include "graph.h"

static dt_tensor *products(struct graph *g) {
    int64_t n = 1 + below(g, 5), m = 1 + below(g, 5), k = 1 + below(g, 5);
    k = g->limit > 10000 && chance(g, 8) ? 40 : k;
    dt_tensor *a = matrix(g, n, k), *b = matrix(g, k, m);
    if (oops(g)) {
        b = any(g);
    }
    switch (below(g, 8)) {
    case 0: return dt_scale(dt_matmul(a, b), 1 / (double)k);
    case 1: return dt_matmul_flags(b, (dt_flag)count(g, 1, 2), a, (dt_flag)count(g, 1, 2));
    case 2: {
        static const char *const good[] = {"ij,jk->ik", "ij,jk->", "ij,jk", "ij,jk->ki"};
        static const char *const bad[] = {
            "ij,jk->il", "i,j",   "ij,jk->ii",    "iJ",          "",
            "ij,jk-",    "ij,kj", "ij,jk,kl->il", "abcdefghi,a", "->"};
        dt_tensor *x[] = {a, b};
        return dt_einsum(oops(g) ? bad[below(g, 10)] : good[below(g, 4)], oops(g) ? 1 : 2, x);
    }
    case 3: return dt_outer(a, dt_matmul_flags(a, DT_N, b, DT_N));
    case 4: return dt_dot(a, oops(g) ? b : dt_sin(a));
    case 5: return dt_vdot(a, oops(g) ? b : dt_sin(a));
    case 6: return dt_cross(matrix(g, n, 3), oops(g) ? b : matrix(g, n, 3));
    default: return dt_quadratic_form(matrix(g, n, k), oops(g) ? b : matrix(g, k, k));
    }
}

static dt_tensor *matrices(struct graph *g) {
    int64_t n = 1 + below(g, 4);
    dt_tensor *a = positive_definite(g, n), *b = matrix(g, n, 2);
    switch (below(g, 7)) {
    case 0: return dt_cholesky(a);
    case 1: return dt_hermitian_solve(a, b);
    case 2: {
        dt_tensor *l = dt_cholesky(a);
        return dt_triangular_solve(l, b, true, (dt_flag)count(g, 0, 2));
    }
    case 3: return dt_diag(matrix(g, n, 2));
    case 4: return dt_diagonal(oops(g) ? b : matrix(g, n, n));
    case 5: return chance(g, 2) ? dt_tril(b, count(g, -2, 2)) : dt_triu(b, count(g, -2, 2));
    default: {
        static const dt_spectral_kind kinds[] = {DT_SPECTRAL_RECIPROCAL, DT_SPECTRAL_SQRT,
                                                 DT_SPECTRAL_LOG, DT_SPECTRAL_EXP};
        const dt_spectral_function fn = {.kind = oops(g) ? (dt_spectral_kind)below(g, 12)
                                                         : kinds[below(g, 4)]};
        return chance(g, 2) ? dt_spectral_apply(dt_scale(a, 0.5), &fn, 0, NULL)
                            : dt_spectral_form(dt_transpose(b), a, &fn, 0, NULL);
    }
    }
}

static dt_tensor *transforms(struct graph *g) {
    dt_tensor *x = with_axes(g);
    int axis = axis_of(g, x);
    dt_fft_norm norm = (dt_fft_norm)count(g, 0, 2);
    int64_t n = length_of(x, axis);
    switch (below(g, 7)) {
    case 0: return dt_fft(x, axes_of(g, x), norm == DT_FFT_BACKWARD ? DT_FFT_ORTHO : norm);
    case 1: return dt_ifft(x, axis, norm == DT_FFT_FORWARD ? DT_FFT_ORTHO : norm);
    case 2: return dt_rfft(is_complex(x) && !oops(g) ? dt_real(x) : x, axis, DT_FFT_ORTHO);
    case 3:
        return dt_irfft(is_complex(x) || oops(g) ? x : dt_cis(x), axis,
                        oops(g) ? count(g, 1, 9) : 2 * n - 1, DT_FFT_BACKWARD);
    case 4: return chance(g, 2) ? dt_fftshift(x, axis) : dt_ifftshift(x, axis);
    case 5:
        return dt_scale(
            dt_fft_convolve(x, oops(g) ? any(g) : dt_sin(x), axis, (dt_convolution)count(g, 0, 2)),
            1 / (double)(n > 0 ? n : 1));
    default: return dt_fourier_shift(x, oops(g) ? any(g) : dt_real(vector(g, 1)), axis);
    }
}

static dt_tensor *picking(struct graph *g) {
    dt_tensor *x = with_axes(g);
    int64_t n = size_of(x);
    switch (below(g, 8)) {
    case 0: return dt_take(x, indices(g, 1 + below(g, 5), n));
    case 1: x = is_complex(x) && !oops(g) ? dt_real(x) : x; return dt_sort(x, axis_of(g, x));
    case 2: {
        x = is_complex(x) && !oops(g) ? dt_imag(x) : x;
        int axis = axis_of(g, x);
        return dt_take_along_axis(x, dt_argsort(x, axis), axis);
    }
    case 3: {
        int64_t rows = length_of(x, 0);
        return rows > 64 ? dt_neg(x) : dt_segment_sum(x, indices(g, rows, 3), 3);
    }
    case 4:
        return dt_interp(real_one(g), dt_linspace(g->tape, -1, 1, count(g, 5, 5)), vector(g, 5));
    case 5: return dt_bilinear(matrix(g, 3, 4), dt_real(matrix(g, 2, 2)));
    case 6: return dt_cast(dt_nonzero(dt_cast(real_one(g), DT_BOOL)), DT_F64);
    default:
        return dt_cast(dt_searchsorted(dt_linspace(g->tape, -1, 1, 5), real_one(g), chance(g, 2)),
                       DT_F64);
    }
}

static dt_tensor *creating(struct graph *g) {
    dt_tape *tape = g->tape;
    int64_t shape[DT_MAX_DIMS];
    int ndim = random_shape(g, shape);
    if (ndim > 0 && oops(g)) {
        shape[0] = count(g, -1, 3);
    }
    switch (below(g, 9)) {
    case 0: return dt_ones(tape, DT_F64, ndim, shape);
    case 1: return dt_arange(tape, 0, (double)count(g, 1, 9), oops(g) ? 0 : 0.5);
    case 2: return dt_linspace(tape, -1, 1, count(g, 1, 9));
    case 3: return dt_random_uniform(tape, DT_F64, ndim, shape, 7);
    case 4: return dt_random_normal(tape, DT_C128, ndim, shape, 7);
    case 5: return dt_scale(dt_random_poisson(dt_abs2(real_one(g)), 7), 0.1);
    case 6: return dt_cast(dt_random_permutation(tape, count(g, 0, 9), 3), DT_F64);
    case 7: {
        dt_tensor *axes[] = {vector(g, 3), vector(g, 2)}, *out[2] = {NULL, NULL};
        axes[1] = is_complex(axes[0]) ? dt_cast(axes[1], DT_C128) : dt_real(axes[1]);
        dt_meshgrid(2, axes, out);
        return out[below(g, 2)];
    }
    default: return dt_fftfreq(tape, count(g, 1, 9), 0.5);
    }
}

static dt_tensor *transforming(struct graph *g) {
    switch (below(g, 4)) {
    case 0: return dt_debye_waller(dt_real(matrix(g, 4, 3)), dt_abs2(matrix(g, 2, 3)));
    case 1: return dt_rotation_from_vector(dt_real(matrix(g, 2, 3)));
    case 2:
        return dt_rotation_from_quaternion(
            dt_add(dt_abs2(matrix(g, 2, 4)), dt_scalar(g->tape, 0.5)));
    default: return dt_rotation_from_euler(dt_real(matrix(g, 2, 3)), oops(g) ? "xq" : "ZXZ");
    }
}

dt_tensor *call_algebra(struct graph *g) {
    switch (below(g, 7)) {
    case 0:
    case 1: return products(g);
    case 2: return matrices(g);
    case 3: return transforms(g);
    case 4: return picking(g);
    case 5: return transforming(g);
    default: return creating(g);
    }
}
