/* values.h - numbers of any element type as complex doubles, for tests that compare with libm. */
#ifndef TEST_AUTODIFF_VALUES_H
#define TEST_AUTODIFF_VALUES_H

#include <difftape/ops.h>

#include <criterion/criterion.h>

#include <complex.h>
#include <math.h>
#include <string.h>

typedef double complex value;

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* re + i im with every sign and infinity kept (clang 14 with glibc lacks CMPLX). */
static inline value parts(double re, double im) {
    double both[2] = {re, im};
    value z;
    memcpy(&z, both, sizeof z);
    return z;
}

/* Vectorised functions are good to 4 units in the last place; a few more for products of them. */
static inline double tolerance(dt_dtype dtype) {
    return dtype == DT_F32 || dtype == DT_C64 ? 2e-6 : 4e-15;
}

/* -- tensors from complex doubles and back ----------------------------------------------------- */

enum { MOST = 64 };

static inline dt_tensor *tensor(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                                const value *from, bool wants) {
    union {
        float f32[MOST];
        double f64[MOST];
        dt_c64 c64[MOST];
        dt_c128 c128[MOST];
    } data;
    int64_t size = 1;
    for (int d = 0; d < ndim; d++) {
        size *= shape[d];
    }
    for (int64_t i = 0; i < size; i++) {
        double re = creal(from[i]), im = cimag(from[i]);
        switch (dtype) {
        case DT_F32: data.f32[i] = (float)re; break;
        case DT_F64: data.f64[i] = re; break;
        case DT_C64: data.c64[i] = (dt_c64){(float)re, (float)im}; break;
        default: data.c128[i] = (dt_c128){re, im}; break;
        }
    }
    return wants ? dt_parameter(tape, dtype, ndim, shape, &data)
                 : dt_constant(tape, dtype, ndim, shape, &data);
}

static inline value element(dt_tensor *x, int64_t i) {
    cr_assert_eq(dt_tape_status(dt_tape_of(x)), DT_OK, "%s", dt_tape_message(dt_tape_of(x)));
    switch (dt_dtype_of(x)) {
    case DT_F32: return (double)dt_data_f32(x)[i];
    case DT_F64: return dt_data_f64(x)[i];
    case DT_C64: return parts((double)dt_data_c64(x)[i].re, (double)dt_data_c64(x)[i].im);
    default: return parts(dt_data_c128(x)[i].re, dt_data_c128(x)[i].im);
    }
}

static inline bool same_real(double got, double expected, double allowed) {
    return got == expected || (isnan(got) && isnan(expected)) || fabs(got - expected) <= allowed;
}

static inline void expect_value(const char *what, dt_dtype dtype, value at, value got,
                                value expected, double allowed) {
    double size = isfinite(cabs(expected)) ? cabs(expected) : 0;
    cr_expect(same_real(creal(got), creal(expected), allowed * size) &&
                  same_real(cimag(got), cimag(expected), allowed * size),
              "%s of %s at (%g, %g): got (%.17g, %.17g), expected (%.17g, %.17g)", what,
              dt_dtype_name(dtype), creal(at), cimag(at), creal(got), cimag(got), creal(expected),
              cimag(expected));
}

/* What a number becomes when it is stored as dtype. */
static inline value stored(value z, dt_dtype dtype) {
    double re = creal(z), im = dt_dtype_is_complex(dtype) ? cimag(z) : 0;
    if (dtype == DT_F32 || dtype == DT_C64) {
        return parts((double)(float)re, (double)(float)im);
    }
    return parts(re, im);
}

#endif
