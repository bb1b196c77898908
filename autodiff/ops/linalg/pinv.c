/* pinv.c - pseudo-inverse of any matrix through that of the Hermitian matrix (0 a; a^H 0).
 *
 * Its eigenvalues are the singular values of a and their negatives, and its pseudo-inverse is
 * (0 p^H; p 0), with the same numbers dropped. So derivatives are divided differences of 1/x, exact
 * for equal singular values and, unlike Golub and Pereyra's rule, also where what was dropped is
 * small but not zero. */
#include "matrices.h"

#include <difftape/spectral.h>

#include <float.h>
#include <math.h>

static dt_tensor *zero_matrix(dt_tensor *a, int64_t rows, int64_t columns) {
    int64_t shape[DT_MAX_DIMS];
    int ndim = dt_ndim(a);
    for (int d = 0; d < ndim; d++) {
        shape[d] = dt_shape(a)[d];
    }
    shape[ndim - 2] = rows;
    shape[ndim - 1] = columns;
    return dt_zeros(dt_tape_of(a), dt_dtype_of(a), ndim, shape);
}

static dt_tensor *compute(dt_tensor *a, double rtol) {
    int64_t m = dt_shape(a)[dt_ndim(a) - 2], n = dt_shape(a)[dt_ndim(a) - 1];
    dt_tensor *upper[] = {zero_matrix(a, m, m), a};
    dt_tensor *lower[] = {dti_adjoint(a), zero_matrix(a, n, n)};
    dt_tensor *both[] = {dt_concat(2, upper, -1), dt_concat(2, lower, -1)};
    dt_tensor *p = dt_pinv_hermitian(dt_concat(2, both, -2), rtol);
    return dt_slice(dt_slice(p, -2, m, m + n, 1), -1, 0, m, 1);
}

dt_tensor *dt_pinv(dt_tensor *a, double rtol) {
    if (a == NULL) {
        return dt_transpose(a); /* names the missing input */
    }
    dt_tape *tape = dt_tape_of(a);
    if (!dti_is_matrices(a, false, "pinv")) {
        return dt_inert(tape);
    }
    if (!(rtol >= 0 && rtol < 1)) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "pinv: rtol = %g must be at least 0 and below 1", rtol);
        return dt_inert(tape);
    }
    int64_t m = dt_shape(a)[dt_ndim(a) - 2], n = dt_shape(a)[dt_ndim(a) - 1];
    double epsilon = dt_dtype_real(dt_dtype_of(a)) == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    dt_tensor *p = compute(a, fmax(rtol, (double)(m > n ? m : n) * epsilon));
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "pinv");
    }
    return p;
}
