/* dense.h - small dense matrices in extended precision: elimination, determinants by their
 * definition, and what a batch of operations is compared with. */
#ifndef TEST_AUTODIFF_DENSE_H
#define TEST_AUTODIFF_DENSE_H

#include "numbers.h"

typedef long double complex wide;

enum { LARGEST = 8 };

/* One matrix, row-major, of up to LARGEST rows and columns. */
struct dense {
    int rows, columns;
    wide at[LARGEST * LARGEST];
};

static inline wide *place(struct dense *a, int i, int j) {
    return &a->at[i * a->columns + j];
}

/* Matrix k of a tensor's batch. */
static inline struct dense dense_of(dt_tensor *x, int64_t k) {
    int ndim = dt_ndim(x);
    struct dense a = {.rows = (int)dt_shape(x)[ndim - 2], .columns = (int)dt_shape(x)[ndim - 1]};
    for (int i = 0; i < a.rows * a.columns; i++) {
        a.at[i] = element(x, k * a.rows * a.columns + i);
    }
    return a;
}

static inline struct dense product(const struct dense *a, const struct dense *b) {
    struct dense c = {.rows = a->rows, .columns = b->columns};
    cr_assert(a->columns == b->rows);
    for (int i = 0; i < c.rows; i++) {
        for (int j = 0; j < c.columns; j++) {
            for (int k = 0; k < a->columns; k++) {
                *place(&c, i, j) += a->at[i * a->columns + k] * b->at[k * b->columns + j];
            }
        }
    }
    return c;
}

static inline struct dense adjoint(const struct dense *a) {
    struct dense c = {.rows = a->columns, .columns = a->rows};
    for (int i = 0; i < c.rows; i++) {
        for (int j = 0; j < c.columns; j++) {
            *place(&c, i, j) = conjl(a->at[j * a->columns + i]);
        }
    }
    return c;
}

/* Gauss-Jordan elimination with row pivoting: a^-1 b. */
static inline struct dense eliminated(struct dense a, struct dense b) {
    int n = a.rows;
    for (int k = 0; k < n; k++) {
        int best = k;
        for (int i = k; i < n; i++) {
            best = cabsl(*place(&a, i, k)) > cabsl(*place(&a, best, k)) ? i : best;
        }
        wide pivot = *place(&a, best, k);
        for (int j = 0; j < n; j++) {
            wide held = *place(&a, best, j);
            *place(&a, best, j) = *place(&a, k, j);
            *place(&a, k, j) = held / pivot;
        }
        for (int j = 0; j < b.columns; j++) {
            wide held = *place(&b, best, j);
            *place(&b, best, j) = *place(&b, k, j);
            *place(&b, k, j) = held / pivot;
        }
        for (int i = 0; i < n; i++) {
            wide factor = i == k ? 0 : *place(&a, i, k);
            for (int j = 0; j < n; j++) {
                *place(&a, i, j) -= factor * *place(&a, k, j);
            }
            for (int j = 0; j < b.columns; j++) {
                *place(&b, i, j) -= factor * *place(&b, k, j);
            }
        }
    }
    return b;
}

/* a without row i and column j. */
static inline struct dense minor_of(const struct dense *a, int i, int j) {
    struct dense c = {.rows = a->rows - 1, .columns = a->columns - 1};
    for (int p = 0; p < c.rows; p++) {
        for (int q = 0; q < c.columns; q++) {
            *place(&c, p, q) = a->at[(p + (p >= i)) * a->columns + q + (q >= j)];
        }
    }
    return c;
}

/* Expansion along the first row: no division anywhere. */
static inline wide determinant(const struct dense *a) {
    wide sum = 0;
    if (a->rows == 0) {
        return 1;
    }
    for (int j = 0; j < a->columns; j++) {
        struct dense rest = minor_of(a, 0, j);
        sum += (j % 2 == 0 ? 1 : -1) * a->at[j] * determinant(&rest);
    }
    return sum;
}

/* adj(a) by cofactors. */
static inline struct dense adjugate_of(const struct dense *a) {
    struct dense c = {.rows = a->rows, .columns = a->columns};
    for (int i = 0; i < a->rows; i++) {
        for (int j = 0; j < a->columns; j++) {
            struct dense rest = minor_of(a, j, i);
            *place(&c, i, j) = ((i + j) % 2 == 0 ? 1 : -1) * determinant(&rest);
        }
    }
    return c;
}

/* The largest modulus among the elements. */
static inline double size_of(const struct dense *a) {
    long double largest = 0;
    for (int i = 0; i < a->rows * a->columns; i++) {
        largest = fmaxl(largest, cabsl(a->at[i]));
    }
    return (double)largest;
}

/* Is matrix k of x the expected one, to `allowed` times its largest element? Returns how many
 * elements were compared. */
static inline int expect_matrix(const char *what, dt_tensor *x, int64_t k,
                                const struct dense *expected, double allowed) {
    struct dense got = dense_of(x, k);
    cr_assert(got.rows == expected->rows && got.columns == expected->columns, "%s: %d x %d", what,
              got.rows, got.columns);
    double scale = size_of(expected);
    for (int i = 0; i < got.rows * got.columns; i++) {
        double error = (double)cabsl(got.at[i] - expected->at[i]);
        cr_expect(error <= allowed * scale,
                  "%s of %s, matrix %lld, element %d: got (%.17g, %.17g), expected (%.17g, %.17g), "
                  "error %.2g of the largest",
                  what, dt_dtype_name(dt_dtype_of(x)), (long long)k, i, (double)creall(got.at[i]),
                  (double)cimagl(got.at[i]), (double)creall(expected->at[i]),
                  (double)cimagl(expected->at[i]), error / scale);
    }
    return got.rows * got.columns;
}

/* Random-looking matrices times `scale`, a parameter. */
static inline dt_tensor *matrices(dt_tape *tape, int seed, dt_dtype dtype, double scale, int ndim,
                                  const int64_t *shape) {
    value data[MOST];
    int64_t size = 1;
    for (int d = 0; d < ndim; d++) {
        size *= shape[d];
    }
    cr_assert(size <= MOST, "%lld numbers are too many", (long long)size);
    for (int64_t i = 0; i < size; i++) {
        data[i] = scale * number_at(seed, i, dtype);
    }
    return size == 0 ? dt_parameter(tape, dtype, ndim, shape, NULL)
                     : tensor(tape, dtype, ndim, shape, data, true);
}

#endif
