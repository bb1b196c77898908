/* helpers.h - making, filling and reading arrays of any type in tests. */
#ifndef TESTS_TENSOR_HELPERS_H
#define TESTS_TENSOR_HELPERS_H

#include <difftape/array.h>

#include "view.h"

#include <complex.h>

/* A (2, 3) shape: SHAPE(2, 3) expands to "ndim, sizes". */
#define NDIM(...) ((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)))
#define SHAPE(...)                                                                                 \
    NDIM(__VA_ARGS__), (const int64_t[]) {                                                         \
        __VA_ARGS__                                                                                \
    }

/* A number in (-1, 1) that depends on seed and i only. */
double random_number(uint64_t seed, int64_t i);

/* re + i im without arithmetic, so that NaN in one part leaves the other alone. */
double complex complex_number(double re, double im);

/* An array of random numbers (bool: 0 or 1, i64: -9..9); the test fails if it cannot be had. */
dt_array random_array(uint64_t seed, dt_dtype dtype, int ndim, const int64_t *shape);
dt_array zero_array(dt_dtype dtype, int ndim, const int64_t *shape);

/* Element number i in C order as a complex number, and the same in writing. */
double complex get(const dt_array *array, int64_t i);
void set(const dt_array *array, int64_t i, double complex value);

/* Linear index into `in` of the element that broadcasts to element i of `out`. */
int64_t broadcast_index(const dt_array *out, const dt_array *in, int64_t i);

/* Largest |a - b|; NaN if any element of either is NaN; the arrays must not be empty. */
double largest_difference(const dt_array *a, const dt_array *b);

/* A unit in the last place of 1 for the type. */
double epsilon_of(dt_dtype dtype);

static const dt_dtype float_types[] = {DT_F32, DT_F64, DT_C64, DT_C128};

#endif
