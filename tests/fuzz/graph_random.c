/* graph_random.c - chance, and operands taken from what a graph has made so far. */
#include "graph.h"

#include "internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- chance ------------------------------------------------------------------------------------ */

/* SplitMix64: Steele, Lea, Flood, OOPSLA (2014). */
uint64_t next_random(struct graph *g) {
    uint64_t z = g->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int64_t below(struct graph *g, int64_t n) {
    return n <= 0 ? 0 : (int64_t)((next_random(g) >> 1) % (uint64_t)n);
}

bool chance(struct graph *g, int one_in) {
    return below(g, one_in) == 0;
}

bool oops(struct graph *g) {
    return g->wild && chance(g, 24);
}

/* FNV-1a. */
static uint64_t hash(uint64_t state, const void *bytes, size_t n) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < n; i++) {
        state = (state ^ byte[i]) * 0x100000001b3u;
    }
    return state;
}

void note(struct graph *g, const void *bytes, size_t n) {
    g->digest = hash(g->digest, bytes, n);
}

void note_value(struct graph *g, double x) {
    x = isnan(x) ? (double)NAN : x;
    g->digest = hash(g->digest, &x, sizeof x);
    if (isfinite(x)) {
        g->sum += x * cos((double)(g->n_values++ % 1000));
    }
}

void trouble(struct graph *g, const char *format, ...) {
    if (g->trouble[0] != '\0') {
        return; /* the first is enough */
    }
    int at = snprintf(g->trouble, sizeof g->trouble, "after %s: ", g->last);
    va_list args;
    va_start(args, format);
    vsnprintf(g->trouble + at, sizeof g->trouble - (size_t)at, format, args);
    va_end(args);
}

/* -- properties -------------------------------------------------------------------------------- */

int ndim_of(const dt_tensor *x) {
    return x == NULL ? 0 : dt_ndim(x);
}

int64_t size_of(const dt_tensor *x) {
    return x == NULL ? 0 : dt_size(x);
}

int64_t length_of(const dt_tensor *x, int axis) {
    int ndim = ndim_of(x);
    axis = axis < 0 ? axis + ndim : axis;
    return axis < 0 || axis >= ndim ? 1 : dt_shape(x)[axis];
}

bool is_complex(const dt_tensor *x) {
    return x != NULL && dt_dtype_is_complex(dt_dtype_of(x));
}

/* -- operands ---------------------------------------------------------------------------------- */

dt_tensor *any(struct graph *g) {
    if (oops(g)) {
        switch (below(g, 4)) {
        case 0: return NULL;
        case 1: return dt_inert(g->tape);
        case 2: return dt_scalar(g->other, 2);
        default: return dt_full(g->tape, (dt_dtype)below(g, 6), 0, NULL, 1.5);
        }
    }
    if (g->n_pool == 0 || chance(g, 4)) {
        return g->leaf[below(g, g->n_leaves)];
    }
    int64_t back = below(g, 3) == 0 ? below(g, g->n_pool) : below(g, g->n_pool < 5 ? g->n_pool : 5);
    return g->pool[g->n_pool - 1 - back];
}

dt_tensor *real_one(struct graph *g) {
    dt_tensor *x = any(g);
    if (!is_complex(x) || oops(g)) {
        return x;
    }
    return chance(g, 2) ? dt_real(x) : chance(g, 2) ? dt_imag(x) : dt_abs2(x);
}

dt_tensor *with_axes(struct graph *g) {
    dt_tensor *x = any(g);
    if (oops(g)) {
        return x;
    }
    if (size_of(x) == 0) {
        return vector(g, 3);
    }
    return ndim_of(x) == 0 ? dt_expand_dims(x, 0) : x;
}

dt_tensor *partner(struct graph *g, dt_tensor *a) {
    for (int attempt = 0; attempt < 4 && a != NULL; attempt++) {
        dt_tensor *b = any(g);
        int ndim;
        int64_t shape[DT_MAX_DIMS], size;
        if (g->wild && chance(g, 8)) {
            return b;
        }
        if (b != NULL &&
            dti_broadcast_shapes(dt_ndim(a), dt_shape(a), dt_ndim(b), dt_shape(b), &ndim, shape,
                                 NULL) == DT_OK &&
            dt_shape_check(ndim, shape, &size, NULL) == DT_OK && size <= g->limit) {
            return b;
        }
    }
    return dt_sum(any(g), DT_ALL);
}

dt_tensor *vector(struct graph *g, int64_t n) {
    dt_tensor *x = any(g);
    int64_t size = size_of(x);
    x = dt_reshape(x, 1, (const int64_t[]){size > 0 ? -1 : 0});
    if (size > n) {
        int64_t step = size / n, start = below(g, size - step * (n - 1));
        return dt_slice(x, 0, start, start + step * (n - 1) + 1, step);
    }
    int64_t before = below(g, n - size + 1);
    return size < n ? dt_pad(x, 0, before, n - size - before, 0.5) : x;
}

dt_tensor *matrix(struct graph *g, int64_t n, int64_t m) {
    return dt_reshape(vector(g, n * m), 2, (const int64_t[]){n, m});
}

dt_tensor *positive_definite(struct graph *g, int64_t n) {
    dt_tensor *a = matrix(g, n, n);
    if (a == NULL || oops(g)) {
        return a;
    }
    dt_tensor *product = dt_scale(dt_matmul_flags(a, DT_N, a, DT_C), 1.0 / (double)n);
    return dt_add(product, dt_eye(g->tape, dt_dtype_of(a), n));
}

/* Tames what grows. */
dt_tensor *bounded(dt_tensor *x) {
    if (x == NULL) {
        return x;
    }
    dt_dtype real = dt_dtype_real(dt_dtype_of(x));
    return dt_mul(x, dt_rsqrt(dt_add(dt_abs2(x), dt_full(dt_tape_of(x), real, 0, NULL, 1))));
}

dt_tensor *indices(struct graph *g, int64_t n, int64_t limit) {
    int64_t entry[64];
    n = n > 64 ? 64 : n;
    for (int64_t i = 0; i < n; i++) {
        entry[i] = oops(g) && chance(g, 4) ? below(g, 9) - 4 + limit : below(g, limit);
    }
    const dt_array list = dt_array_wrap(DT_I64, 1, &n, entry);
    return dti_constant_from(g->tape, &list);
}

int axis_of(struct graph *g, const dt_tensor *x) {
    if (oops(g)) {
        return (int)below(g, 25) - 12;
    }
    int ndim = ndim_of(x);
    return ndim == 0 ? 0 : (int)below(g, 2 * ndim) - ndim;
}

int axes_of(struct graph *g, const dt_tensor *x) {
    int ndim = ndim_of(x);
    if (oops(g)) {
        return (int)next_random(g);
    }
    if (ndim == 0 || chance(g, 3)) {
        return DT_ALL;
    }
    if (ndim == 1 || chance(g, 2)) {
        return axis_of(g, x);
    }
    int one = (int)below(g, ndim), two = (one + 1 + (int)below(g, ndim - 1)) % ndim;
    return chance(g, 2) ? DT_AXES(one, two) : DT_AXES(one - ndim, two);
}

int64_t count(struct graph *g, int64_t low, int64_t high) {
    static const int64_t odd[] = {-1,      0,         1,         -100,          INT32_MAX,
                                  1 << 20, INT64_MAX, INT64_MIN, INT64_MAX / 8, (INT64_C(1) << 61)};
    if (oops(g)) {
        return odd[below(g, (int64_t)(sizeof odd / sizeof *odd))];
    }
    return low + below(g, high - low + 1);
}

/* Mostly small; sizes of 1 and 0, and those about a tile's edge, come up often enough. */
int random_shape(struct graph *g, int64_t shape[DT_MAX_DIMS]) {
    static const int64_t edge[] = {511, 512, 513, 1024, 257, 100};
    int ndim = (int)below(g, 5) + (chance(g, 20) ? 3 : 0);
    int64_t size = 1;
    for (int d = 0; d < ndim; d++) {
        shape[d] = chance(g, 40) ? 0 : chance(g, 4) ? 1 : 1 + below(g, 5);
        if (chance(g, 10)) {
            shape[d] = edge[below(g, (int64_t)(sizeof edge / sizeof *edge))];
        }
        if (size * shape[d] > g->limit) {
            shape[d] = 1;
        }
        size *= shape[d] > 0 ? shape[d] : 1;
    }
    return ndim;
}

/* Numbers in (-1, 1), or small integers, of a type. */
static void fill(struct graph *g, dt_dtype dtype, int64_t size, void *data) {
    int64_t numbers = size * (dt_dtype_is_complex(dtype) ? 2 : 1);
    for (int64_t i = 0; i < numbers; i++) {
        double x = (double)(next_random(g) >> 11) * 0x1p-52 - 1;
        switch (dtype) {
        case DT_F32:
        case DT_C64: ((float *)data)[i] = (float)x; break;
        case DT_I64: ((int64_t *)data)[i] = (int64_t)(x * 4); break;
        case DT_BOOL: ((bool *)data)[i] = x > 0; break;
        default: ((double *)data)[i] = x; break;
        }
    }
}

const void *random_data(struct graph *g, dt_dtype dtype, int64_t size) {
    static double room[2 * LARGEST];
    fill(g, dtype, size < LARGEST ? size : 0, room);
    return size < LARGEST ? room : NULL;
}

dt_tensor *new_leaf(struct graph *g, bool parameter) {
    int64_t shape[DT_MAX_DIMS], size = 0;
    int ndim = random_shape(g, shape);
    dt_dtype dtype = chance(g, 3) ? DT_C128 : DT_F64;
    if (g->wild && chance(g, 4)) {
        dtype = (dt_dtype)below(g, parameter ? 4 : 6);
    }
    if (oops(g)) {
        int64_t length = count(g, 0, 1);
        return dt_parameter(g->tape, (dt_dtype)count(g, -1, 7), chance(g, 4) ? 9 : 1, &length,
                            NULL);
    }
    dt_shape_check(ndim, shape, &size, NULL);
    const void *data = chance(g, 10) ? NULL : random_data(g, dtype, size);
    return parameter ? dt_parameter(g->tape, dtype, ndim, shape, data)
                     : dt_constant(g->tape, dtype, ndim, shape, data);
}
