/* expm.c - exponential of matrices by scaling and squaring with the [13/13] Pade approximant.
 *
 * N. J. Higham, The scaling and squaring method for the matrix exponential revisited, SIAM J.
 * Matrix Anal. Appl. 26, 1179 (2005), doi:10.1137/04061101X. Made of operations, so derivatives of
 * any order are those of what is computed. The approximant is exact to rounding for norms up to
 * 5.37, its first derivative up to 4.74 (A. H. Al-Mohy, N. J. Higham (2009),
 * doi:10.1137/080716426): scaling to at most 4 leaves room for the second. */
#include "matrices.h"

#include "internal.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>

#define SCALED_NORM 4.0

/* Of the numerator, divided by the first; the denominator has odd ones negative. */
static const double pade[14] = {1,
                                32382376266240000.0 / 64764752532480000.0,
                                7771770303897600.0 / 64764752532480000.0,
                                1187353796428800.0 / 64764752532480000.0,
                                129060195264000.0 / 64764752532480000.0,
                                10559470521600.0 / 64764752532480000.0,
                                670442572800.0 / 64764752532480000.0,
                                33522128640.0 / 64764752532480000.0,
                                1323241920.0 / 64764752532480000.0,
                                40840800.0 / 64764752532480000.0,
                                960960.0 / 64764752532480000.0,
                                16380.0 / 64764752532480000.0,
                                182.0 / 64764752532480000.0,
                                1.0 / 64764752532480000.0};

/* How often each matrix is halved before, and its approximant squared afterwards. */
struct scaling {
    dt_tensor *factor;   /* 2^-count, (..., 1, 1), in the real type of the matrices */
    dt_tensor *halvings; /* count, f64 */
    int least, most;
};

static bool count_halvings(dt_tensor *a, struct scaling *ret) {
    dt_tape *tape = dt_tape_of(a);
    dt_tensor *columns = dt_sum(dt_abs(dt_stop_gradient(a)), -2);
    dt_tensor *norms = dt_cast(dt_expand_dims(dt_expand_dims(dt_max(columns, -1), -1), -1), DT_F64);
    dt_array norm;
    if (!dti_contiguous(norms, &norm)) {
        return false;
    }
    dt_tensor *halvings = dti_temporary(tape, DT_F64, norm.ndim, norm.shape);
    dt_tensor *factor = dti_temporary(tape, DT_F64, norm.ndim, norm.shape);
    if (dt_tape_status(tape) != DT_OK) {
        return false;
    }
    double *count = halvings->a.data, *scale = factor->a.data;
    *ret = (struct scaling){.least = INT_MAX, .most = 0};
    for (int64_t m = 0; m < dt_array_size(&norm); m++) {
        double x = ((const double *)norm.data)[m];
        int exponent = 0;
        if (!isfinite(x)) {
            dt_tape_fail(tape, DT_ERR_NONFINITE, "matrix %" PRId64 " is not finite", m);
            tape->error.index = m;
            return false;
        }
        frexp(x / SCALED_NORM, &exponent); /* x / 2^exponent < SCALED_NORM */
        exponent = exponent > 0 ? exponent : 0;
        count[m] = exponent;
        scale[m] = ldexp(1, -exponent);
        ret->most = exponent > ret->most ? exponent : ret->most;
        ret->least = exponent < ret->least ? exponent : ret->least;
    }
    ret->factor = dt_cast(factor, dt_dtype_real(dt_dtype_of(a)));
    ret->halvings = halvings;
    return true;
}

/* c0 + c2 a^2 + c4 a^4 + c6 a^6 + a^6 (c8 a^2 + c10 a^4 + c12 a^6), c = pade + first. */
static dt_tensor *half_of_pade(int first, dt_tensor *one, dt_tensor *a2, dt_tensor *a4,
                               dt_tensor *a6) {
    const double *c = pade + first;
    dt_tensor *high = dt_add(dt_add(dt_scale(a2, c[8]), dt_scale(a4, c[10])), dt_scale(a6, c[12]));
    dt_tensor *low = dt_add(dt_add(dt_scale(one, c[0]), dt_scale(a2, c[2])),
                            dt_add(dt_scale(a4, c[4]), dt_scale(a6, c[6])));
    return dt_add(dt_matmul(a6, high), low);
}

static dt_tensor *approximant(dt_tensor *a, int64_t n) {
    dt_tensor *one = dt_eye(dt_tape_of(a), dt_dtype_of(a), n);
    dt_tensor *a2 = dt_matmul(a, a), *a4 = dt_matmul(a2, a2), *a6 = dt_matmul(a4, a2);
    dt_tensor *even = half_of_pade(0, one, a2, a4, a6);
    dt_tensor *odd = dt_matmul(a, half_of_pade(1, one, a2, a4, a6));
    return dt_solve(dt_sub(even, odd), dt_add(even, odd));
}

static dt_tensor *compute(dt_tensor *a) {
    struct scaling scaling;
    if (!count_halvings(a, &scaling)) {
        return dt_inert(dt_tape_of(a));
    }
    dt_tensor *y =
        approximant(scaling.most > 0 ? dt_mul(a, scaling.factor) : a, dt_shape(a)[dt_ndim(a) - 1]);
    for (int k = 0; k < scaling.least; k++) {
        y = dt_matmul(y, y);
    }
    for (int k = scaling.least; k < scaling.most; k++) { /* for some matrices only */
        dt_tensor *done = dt_full(dt_tape_of(a), DT_F64, 0, NULL, k);
        dt_tensor *zero = dt_full(dt_tape_of(a), dt_dtype_of(a), 0, NULL, 0);
        dt_tensor *goes_on = dt_compare(scaling.halvings, DT_GT, done);
        dt_tensor *x = dt_where(goes_on, y, zero); /* a square that is not asked for may overflow */
        y = dt_where(goes_on, dt_matmul(x, x), y);
    }
    return y;
}

/* A product with an infinity makes NaN elsewhere: better no number at all. */
static bool check_overflow(dt_tensor *y) {
    dt_array finite;
    if (!dti_contiguous(dt_all(dt_isfinite(y), DT_AXES(-2, -1)), &finite)) {
        return false;
    }
    for (int64_t m = 0; m < dt_array_size(&finite); m++) {
        if (!((const bool *)finite.data)[m]) {
            dt_tape_fail(y->tape, DT_ERR_NONFINITE,
                         "the exponential of matrix %" PRId64 " overflows", m);
            y->tape->error.index = m;
            return false;
        }
    }
    return true;
}

dt_tensor *dt_expm(dt_tensor *a) {
    if (a == NULL) {
        return dt_exp(a); /* names the missing input */
    }
    dt_tape *tape = dt_tape_of(a);
    if (!dti_is_matrices(a, true, "expm")) {
        return dt_inert(tape);
    }
    if (dt_size(a) == 0) {
        return dt_exp(a);
    }
    dt_tensor *y = compute(a);
    if (dt_tape_status(tape) != DT_OK || !check_overflow(y)) {
        dt_tape_context(tape, "expm");
        return dt_inert(tape);
    }
    return y;
}
