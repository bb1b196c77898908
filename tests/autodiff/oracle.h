/* oracle.h - operands of any size and index arithmetic for tests that recompute values in loops. */
#ifndef TEST_AUTODIFF_ORACLE_H
#define TEST_AUTODIFF_ORACLE_H

#include "numbers.h"

#include <stdlib.h>

#define PI 3.14159265358979323846

static inline int64_t count_of(int ndim, const int64_t *shape) {
    int64_t count = 1;
    for (int d = 0; d < ndim; d++) {
        count *= shape[d];
    }
    return count;
}

/* The coordinates of the element at place `at` in C order, and back. */
static inline void coordinates(int64_t at, int ndim, const int64_t *shape, int64_t *ret) {
    for (int d = ndim - 1; d >= 0; d--) {
        ret[d] = at % shape[d];
        at /= shape[d];
    }
}

static inline int64_t place_of(const int64_t *x, int ndim, const int64_t *shape) {
    int64_t at = 0;
    for (int d = 0; d < ndim; d++) {
        at = at * shape[d] + x[d];
    }
    return at;
}

/* As numbers(), of any size. */
static inline dt_tensor *many(dt_tape *tape, int seed, dt_dtype dtype, int ndim,
                              const int64_t *shape) {
    int64_t count = count_of(ndim, shape);
    char *data = malloc((size_t)count * dt_dtype_size(dtype) + 1);
    cr_assert(data != NULL, "no memory for %lld numbers", (long long)count);
    for (int64_t i = 0; i < count; i++) {
        value z = number_at(seed, i, dtype);
        switch (dtype) {
        case DT_F32: ((float *)(void *)data)[i] = (float)creal(z); break;
        case DT_F64: ((double *)(void *)data)[i] = creal(z); break;
        case DT_C64:
            ((dt_c64 *)(void *)data)[i] = (dt_c64){(float)creal(z), (float)cimag(z)};
            break;
        default: ((dt_c128 *)(void *)data)[i] = (dt_c128){creal(z), cimag(z)}; break;
        }
    }
    dt_tensor *x = dt_constant(tape, dtype, ndim, shape, data);
    free(data);
    return x;
}

/* A leaf with the elements of x. */
static inline dt_tensor *parameter_like(dt_tensor *x) {
    const dt_array elements = dt_array_of(x);
    return dt_parameter(dt_tape_of(x), elements.dtype, elements.ndim, elements.shape,
                        elements.data);
}

/* Are two tensors equal, element by element, to within `allowed`? At least one element is. */
static inline void expect_equal(const char *what, dt_tensor *got, dt_tensor *expected,
                                double allowed) {
    expect_shape(what, got, dt_ndim(expected), dt_shape(expected));
    cr_assert(dt_dtype_of(got) == dt_dtype_of(expected), "%s: %s, expected %s", what,
              dt_dtype_name(dt_dtype_of(got)), dt_dtype_name(dt_dtype_of(expected)));
    cr_assert(dt_size(got) > 0, "%s: nothing to compare", what);
    for (int64_t i = 0; i < dt_size(got); i++) {
        expect_near(what, i, element(got, i), element(expected, i), allowed);
    }
}

/* Is x this list of whole numbers? */
static inline void expect_integers(const char *what, dt_tensor *x, int64_t count,
                                   const int64_t *expected) {
    cr_assert(dt_tape_status(dt_tape_of(x)) == DT_OK, "%s: %s", what,
              dt_tape_message(dt_tape_of(x)));
    cr_assert(dt_size(x) == count && count > 0, "%s: %lld entries, expected %lld", what,
              (long long)dt_size(x), (long long)count);
    const int64_t *got = dt_data_i64(x);
    cr_assert(got != NULL, "%s: %s", what, dt_tape_message(dt_tape_of(x)));
    for (int64_t i = 0; i < count; i++) {
        cr_expect(got[i] == expected[i], "%s: entry %lld is %lld, expected %lld", what,
                  (long long)i, (long long)got[i], (long long)expected[i]);
    }
}

#endif
