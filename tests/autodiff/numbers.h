/* numbers.h - reproducible operands and the failures expected of operations on them. */
#ifndef TEST_AUTODIFF_NUMBERS_H
#define TEST_AUTODIFF_NUMBERS_H

#include "values.h"

#include <difftape/gradcheck.h>

/* SHAPE(2, 3) expands to "ndim, sizes". */
#define SHAPE(...)                                                                                 \
    (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]) {           \
        __VA_ARGS__                                                                                \
    }

static const dt_dtype float_types[] = {DT_F32, DT_F64, DT_C64, DT_C128};
static const dt_dtype double_types[] = {DT_F64, DT_C128};

/* The number at place i of operand `seed`: multiples of 1/8 within [-2, 2], exact in every type. */
static inline value number_at(int seed, int64_t i, dt_dtype dtype) {
    double re = (double)((seed * 7 + i * 5 + i * i * 3) % 33 - 16) / 8;
    double im = (double)((seed * 5 + i * 11 + i * i) % 31 - 15) / 8;
    return stored(parts(re, im), dtype);
}

static inline dt_tensor *numbers(dt_tape *tape, int seed, dt_dtype dtype, int ndim,
                                 const int64_t *shape) {
    value data[MOST];
    int64_t size = 1;
    for (int d = 0; d < ndim; d++) {
        size *= shape[d];
    }
    cr_assert(size <= MOST, "%lld numbers are too many", (long long)size);
    if (size == 0) {
        return dt_constant(tape, dtype, ndim, shape, NULL);
    }
    for (int64_t i = 0; i < size; i++) {
        data[i] = number_at(seed, i, dtype);
    }
    return tensor(tape, dtype, ndim, shape, data, false);
}

static inline void expect_shape(const char *what, dt_tensor *x, int ndim, const int64_t *shape) {
    char got[192], expected[192];
    dt_shape_format(got, sizeof got, dt_ndim(x), dt_shape(x));
    dt_shape_format(expected, sizeof expected, ndim, shape);
    cr_assert(dt_tape_status(dt_tape_of(x)) == DT_OK, "%s: %s", what,
              dt_tape_message(dt_tape_of(x)));
    cr_assert_str_eq(got, expected, "%s: shape %s, expected %s", what, got, expected);
}

static inline void expect_near(const char *what, int64_t i, value got, value expected,
                               double allowed) {
    cr_expect(cabs(got - expected) <= allowed,
              "%s: element %lld is (%.17g, %.17g), expected (%.17g, %.17g)", what, (long long)i,
              creal(got), cimag(got), creal(expected), cimag(expected));
}

/* The tape failed like this; it is reset for the next case. */
static inline void expect_failure(dt_tape *tape, dt_tensor *result, dt_status status,
                                  const char *message) {
    cr_expect(dt_tape_status(tape) == status, "got %s, expected %s: %s",
              dt_status_name(dt_tape_status(tape)), dt_status_name(status), message);
    cr_expect_str_eq(dt_tape_message(tape), message, "got      \"%s\"\nexpected \"%s\"",
                     dt_tape_message(tape), message);
    cr_expect(result == dt_inert(tape), "a failed operation returns the inert tensor: %s", message);
    dt_tape_reset(tape);
}

/* First and second derivatives of fn agree with differences at these inputs. */
static inline void expect_exact_gradients(const char *name, dt_tensor_fn *fn, int n_in,
                                          dt_tensor *const *at) {
    dt_array values[4];
    cr_assert(n_in <= 4, "%s: %d inputs are too many", name, n_in);
    for (int i = 0; i < n_in; i++) {
        cr_assert(dt_tape_status(dt_tape_of(at[i])) == DT_OK, "%s: %s", name,
                  dt_tape_message(dt_tape_of(at[i])));
        values[i] = dt_array_of(at[i]);
    }
    dt_gradcheck_report report = {0};
    dt_error error = DT_ERROR_INIT;
    const dt_gradcheck_options options = {.second_order = true};
    dt_gradcheck(name, fn, NULL, n_in, values, &options, &report, &error);
    cr_expect(error.status == DT_OK, "%s", error.message);
    cr_expect(report.compared > 0, "%s: nothing was compared", name);
}

#endif
