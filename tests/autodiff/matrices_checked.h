/* matrices_checked.h - comparing tensors of matrices, and matrices with chosen singular values. */
#ifndef TEST_AUTODIFF_MATRICES_CHECKED_H
#define TEST_AUTODIFF_MATRICES_CHECKED_H

#include "numbers.h"

#include <difftape/derivatives.h>
#include <difftape/linalg.h>

/* About 30 units in the last place: what a factorisation of a small matrix may lose. */
static inline double rounding(dt_dtype dtype) {
    return dt_dtype_real(dtype) == DT_F32 ? 5e-6 : 1e-14;
}

static inline double largest_of(dt_tensor *x) {
    double largest = 0;
    for (int64_t i = 0; i < dt_size(x); i++) {
        largest = fmax(largest, cabs(element(x, i)));
    }
    return largest;
}

/* got and expected agree to `allowed` of the largest element expected. */
static inline void expect_same(const char *what, dt_tensor *got, dt_tensor *expected,
                               double allowed) {
    expect_shape(what, got, dt_ndim(expected), dt_shape(expected));
    cr_assert(dt_size(got) > 0, "%s: nothing to compare", what);
    double scale = largest_of(expected);
    for (int64_t i = 0; i < dt_size(got); i++) {
        expect_near(what, i, element(got, i), element(expected, i), allowed * scale);
    }
}

static inline dt_tensor *adjoint(dt_tensor *x) {
    return dt_conj(dt_transpose(x));
}

static inline dt_tensor *identity(dt_tape *tape, dt_dtype dtype, int64_t n) {
    return dt_eye(tape, dtype, n);
}

/* n orthonormal columns of length m, by Gram and Schmidt in doubles. */
static inline dt_tensor *orthonormal(dt_tape *tape, int seed, dt_dtype dtype, int64_t m,
                                     int64_t n) {
    value q[MOST];
    for (int64_t k = 0; k < m * n; k++) {
        q[k] = number_at(seed, k + 1, dtype == DT_F32 ? DT_F64 : dtype) + (k % 7 == 0);
        q[k] = dt_dtype_is_complex(dtype) ? q[k] : creal(q[k]);
    }
    for (int64_t j = 0; j < n; j++) {
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t i = 0; i < j; i++) {
                value overlap = 0;
                for (int64_t r = 0; r < m; r++) {
                    overlap += conj(q[r * n + i]) * q[r * n + j];
                }
                for (int64_t r = 0; r < m; r++) {
                    q[r * n + j] -= overlap * q[r * n + i];
                }
            }
        }
        double norm = 0;
        for (int64_t r = 0; r < m; r++) {
            norm += creal(conj(q[r * n + j]) * q[r * n + j]);
        }
        for (int64_t r = 0; r < m; r++) {
            q[r * n + j] /= sqrt(norm);
        }
    }
    return tensor(tape, dtype, 2, (const int64_t[]){m, n}, q, false);
}

/* The real numbers x as a vector of the real type of dtype. */
static inline dt_tensor *levels(dt_tape *tape, dt_dtype dtype, int64_t n, const double *x) {
    value z[MOST];
    for (int64_t k = 0; k < n; k++) {
        z[k] = x[k];
    }
    return tensor(tape, dt_dtype_real(dtype), 1, &n, z, false);
}

/* A parameter with the elements of x. */
static inline dt_tensor *parameter(dt_tensor *x) {
    cr_assert_eq(dt_tape_status(dt_tape_of(x)), DT_OK, "%s", dt_tape_message(dt_tape_of(x)));
    const void *data = dt_data(x);
    return dt_parameter(dt_tape_of(x), dt_dtype_of(x), dt_ndim(x), dt_shape(x), data);
}

/* An m x n matrix with these min(m, n) singular values, as a parameter. */
static inline dt_tensor *with_singular_values(dt_tape *tape, dt_dtype dtype, int64_t m, int64_t n,
                                              const double *s) {
    int64_t k = m < n ? m : n;
    dt_tensor *u = orthonormal(tape, 3, dtype, m, k), *v = orthonormal(tape, 8, dtype, n, k);
    dt_tensor *scaled = dt_mul(u, dt_expand_dims(levels(tape, dtype, k, s), 0));
    return parameter(dt_matmul_flags(scaled, DT_N, v, DT_C));
}

/* The real loss Re sum conj(weights) x, whose cotangent of x is weights. */
static inline dt_tensor *against(dt_tensor *weights, dt_tensor *x) {
    return dt_sum(dt_real(dt_mul(dt_conj(weights), x)), DT_ALL);
}

/* The message of the failed tape has all these parts; the tape is reset. */
static inline void expect_message(dt_tape *tape, dt_status status, const char *part,
                                  const char *also) {
    const char *message = dt_tape_message(tape);
    cr_expect(dt_tape_status(tape) == status, "got %s: %s", dt_status_name(dt_tape_status(tape)),
              message);
    cr_expect(strstr(message, part) != NULL && strstr(message, also) != NULL,
              "\"%s\" should say \"%s\" and \"%s\"", message, part, also);
    dt_tape_reset(tape);
}

#endif
