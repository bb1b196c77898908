/* matrix_norm.c - norms of matrices: of their elements, or of their singular values. */
#include "matrices.h"

#include <float.h>

/* The mean of the largest singular value and those that equal it to rounding: its gradient, the
 * mean of their u v^H, depends on no choice of vectors. */
static dt_tensor *largest(dt_tensor *a) {
    dt_tensor *s = dt_svdvals(a);
    if (dt_tape_status(dt_tape_of(a)) != DT_OK || dt_size(s) == 0) {
        return dt_sum(s, -1); /* 0 */
    }
    dt_dtype real = dt_dtype_of(s);
    int64_t m = dt_shape(a)[dt_ndim(a) - 2], n = dt_shape(a)[dt_ndim(a) - 1];
    double epsilon = (double)(m > n ? m : n) * (real == DT_F32 ? (double)FLT_EPSILON : DBL_EPSILON);
    dt_tensor *fixed = dt_stop_gradient(s);
    dt_tensor *top = dt_expand_dims(dt_max(fixed, -1), -1);
    dt_tensor *equal = dt_compare(fixed, DT_GE, dt_scale(top, 1 - epsilon));
    return dt_masked_mean(s, equal, -1);
}

dt_tensor *dt_matrix_norm(dt_tensor *a, dt_matrix_norm_kind kind) {
    if (a == NULL) {
        return dt_norm(a, DT_ALL); /* names the missing input */
    }
    dt_tape *tape = dt_tape_of(a);
    dt_tensor *y = dt_inert(tape);
    if (!dti_is_matrices(a, false, "matrix_norm")) {
        return y;
    }
    switch (kind) {
    case DT_NORM_FROBENIUS: y = dt_norm(a, DT_AXES(-2, -1)); break;
    case DT_NORM_NUCLEAR: y = dt_sum(dt_svdvals(a), -1); break;
    case DT_NORM_SPECTRAL: y = largest(a); break;
    default:
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "matrix_norm: there is no kind %d of norm", (int)kind);
        return y;
    }
    if (dt_tape_status(tape) != DT_OK) {
        dt_tape_context(tape, "matrix_norm");
    }
    return y;
}
