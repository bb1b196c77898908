/* gauge.c - do the vectors of a decomposition have a derivative where a cotangent meets them? */
#include "gauge.h"

#include "internal.h"
#include "numbers.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

double dti_level_gap(dt_dtype dtype) {
    return dt_dtype_real(dtype) == DT_F32 ? 3e-4 : 1e-8;
}

/* -- reading numbers --------------------------------------------------------------------------- */

/* Number k of w, with as many digits as tell a pair within a level apart. */
static const char *text(char *buffer, size_t size, const dt_array *w, int64_t k) {
    double complex z = dti_number(w, k);
    int digits = dt_dtype_real(w->dtype) == DT_F32 ? 7 : 12;
    if (dt_dtype_is_complex(w->dtype)) {
        snprintf(buffer, size, "%.*g%+.*gi", digits, creal(z), digits, cimag(z));
    } else {
        snprintf(buffer, size, "%.*g", digits, creal(z));
    }
    return buffer;
}

/* -- levels ------------------------------------------------------------------------------------ */

static void fail_pair(const dt_node *n, const dt_array *w, int64_t m, int64_t i, int64_t j,
                      const dti_gauge_words *words) {
    int64_t size = w->shape[w->ndim - 1];
    char a[64], b[64];
    dt_tape_fail(n->tape, DT_ERR_GAUGE,
                 "%s: matrix %" PRId64 ": %s %" PRId64 " and %" PRId64
                 ", %s and %s, are one level, whose %s have no derivative: %s",
                 n->op->name, m, words->values, i, j, text(a, sizeof a, w, m * size + i),
                 text(b, sizeof b, w, m * size + j), words->vectors, words->hint);
    n->tape->error.index = m;
}

/* The first pair of matrix m within a level of which one is used. Real levels are sorted, so that
 * neighbours suffice: between two values of a level lie only values of it. */
static bool find_pair(const dt_array *w, const dt_array *used, int64_t m, int64_t *ret_i,
                      int64_t *ret_j) {
    int64_t size = w->shape[w->ndim - 1];
    double scale = 0;
    for (int64_t i = 0; i < size; i++) {
        scale = fmax(scale, cabs(dti_number(w, m * size + i)));
    }
    bool sorted = !dt_dtype_is_complex(w->dtype);
    for (int64_t i = 0; i + 1 < size; i++) {
        for (int64_t j = i + 1; j < size && (j == i + 1 || !sorted); j++) {
            bool counts = used == NULL || dti_number(used, m * size + i) != 0 ||
                          dti_number(used, m * size + j) != 0;
            double gap = cabs(dti_number(w, m * size + i) - dti_number(w, m * size + j));
            if (counts && !(gap > dti_level_gap(w->dtype) * scale)) {
                *ret_i = i;
                *ret_j = j;
                return true;
            }
        }
    }
    return false;
}

bool dti_check_levels(const dt_node *n, dt_tensor *w, dt_tensor *used,
                      const dti_gauge_words *words) {
    dt_array values, columns;
    if (dt_tape_status(n->tape) != DT_OK || !dti_contiguous(w, &values) ||
        (used != NULL && !dti_contiguous(used, &columns))) {
        return false;
    }
    int64_t size = values.shape[values.ndim - 1], i = 0, j = 0;
    for (int64_t m = 0; m * size < dt_array_size(&values); m++) {
        if (find_pair(&values, used == NULL ? NULL : &columns, m, &i, &j)) {
            fail_pair(n, &values, m, i, j, words);
            return false;
        }
    }
    return true;
}

/* -- phases ------------------------------------------------------------------------------------ */

bool dti_check_phases(const dt_node *n, dt_tensor *turn, dt_tensor *norm,
                      const dti_gauge_words *words) {
    dt_array phases, norms;
    if (dt_tape_status(n->tape) != DT_OK || !dti_contiguous(turn, &phases) ||
        !dti_contiguous(norm, &norms)) {
        return false;
    }
    double tolerance = phases.dtype == DT_F32 ? 1e-3 : 1e-8;
    int64_t size = phases.shape[phases.ndim - 1];
    for (int64_t k = 0; k < dt_array_size(&phases); k++) {
        double phase = cabs(dti_number(&phases, k)), whole = creal(dti_number(&norms, k / size));
        if (phase > tolerance * whole) {
            dt_tape_fail(n->tape, DT_ERR_GAUGE,
                         "%s: matrix %" PRId64 ": the loss depends on the free phase of %s %" PRId64
                         " (%.2g of the cotangent): %s",
                         n->op->name, k / size, words->vectors, k % size, phase / whole,
                         words->hint);
            n->tape->error.index = k / size;
            return false;
        }
    }
    return true;
}

/* -- what the rules are made of ---------------------------------------------------------------- */

dt_tensor *dti_columns_used(dt_tensor *x) {
    return dt_max(dt_abs(dt_stop_gradient(x)), -2);
}

dt_tensor *dti_level_scale(dt_tensor *w) {
    return dt_expand_dims(dt_max(dt_abs(dt_stop_gradient(w)), -1), -1);
}

dt_tensor *dti_reciprocal_where(dt_tensor *keep, dt_tensor *x) {
    dt_tensor *one = dt_full(dt_tape_of(x), dt_dtype_of(x), 0, NULL, 1);
    dt_tensor *zero = dt_full(dt_tape_of(x), dt_dtype_of(x), 0, NULL, 0);
    return dt_where(keep, dt_reciprocal(dt_where(keep, x, one)), zero);
}

dt_tensor *dti_inverse_gaps(dt_tensor *w) {
    dt_tensor *gap = dt_sub(dt_expand_dims(w, -2), dt_expand_dims(w, -1));
    dt_tensor *least =
        dt_scale(dt_expand_dims(dti_level_scale(w), -1), dti_level_gap(dt_dtype_of(w)));
    return dti_reciprocal_where(dt_compare(dt_abs(dt_stop_gradient(gap)), DT_GT, least), gap);
}

dt_tensor *dti_skew(dt_tensor *x) {
    return dt_scale(dt_sub(x, dti_adjoint(x)), 0.5);
}

dt_tensor *dti_as_type(dt_tensor *x, dt_tensor *like) {
    return dt_dtype_of(x) == dt_dtype_of(like) ? x : dt_cast(x, dt_dtype_of(like));
}

bool dti_is_read(const dt_node *n, int o) {
    const dt_tensor *target = n->tape->target;
    if (target == n->out[o]) {
        return true;
    }
    for (const dt_node *later = target->node; later != NULL && later != n; later = later->prev) {
        for (int i = 0; i < later->n_in; i++) {
            if (later->in[i] == n->out[o]) {
                return true;
            }
        }
    }
    return false;
}
