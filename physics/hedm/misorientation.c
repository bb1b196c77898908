/* misorientation.c - the angle between two orientations that symmetry leaves. */
#include <difftape/crystal.h>
#include <difftape/orientation.h>

#include "components.h"

#include <math.h>
#include <string.h>

enum { MOST = 48 }; /* distinct matrices of a crystal class */

/* Distinct proper rotations among the operations and their inverses through a point; how many. */
static int proper_rotations(const dt_symmetry *s, int ret[MOST][9]) {
    int n = 0;
    for (int o = 0; o < s->n && n < MOST; o++) {
        const int *w = s->rotation[o];
        int det = w[0] * (w[4] * w[8] - w[5] * w[7]) - w[1] * (w[3] * w[8] - w[5] * w[6]) +
                  w[2] * (w[3] * w[7] - w[4] * w[6]);
        int proper[9];
        bool known = false;
        for (int i = 0; i < 9; i++) {
            proper[i] = det * w[i];
        }
        for (int k = 0; k < n; k++) {
            known = known || memcmp(ret[k], proper, sizeof proper) == 0;
        }
        if (!known) {
            memcpy(ret[n++], proper, sizeof proper);
        }
    }
    return n;
}

/* A^T W B: from fractional coordinates to Cartesian ones, without a rounding error in 1. */
static void cartesian(const dt_cell *cell, const int *w, double *ret) {
    bool one = true;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            one = one && w[3 * i + j] == (i == j);
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    sum += cell->axes[3 * k + i] * w[3 * k + l] * cell->fractional[3 * l + j];
                }
            }
            ret[3 * i + j] = sum;
        }
    }
    for (int i = 0; i < 9 && one; i++) {
        ret[i] = i % 4 == 0;
    }
}

/* The angle of a rotation W from its sine |W - W^T| / sqrt 8 and cosine (tr W - 1) / 2, of which
 * one or the other always has all digits. */
static dt_tensor *angle_of(dt_tensor *w) {
    dt_tensor *odd = dt_sub(w, dt_transpose(w));
    dt_tensor *sine = dt_scale(dt_norm(odd, DT_AXES(-2, -1)), 1 / sqrt(8.0));
    dt_tensor *trace = dt_sum(dt_diagonal(w), -1);
    return dt_atan2(sine, dt_scale(dt_sub(trace, number_like(w, 1)), 0.5));
}

dt_tensor *dt_misorientation(dt_tensor *a, dt_tensor *b, const dt_symmetry *symmetry,
                             const double cell[6]) {
    if (a == NULL || b == NULL) {
        return a == NULL ? NULL : dt_inert(dt_tape_of(a));
    }
    dt_tape *tape = dt_tape_of(a);
    static const int64_t square[2] = {3, 3};
    dt_error error = DT_ERROR_INIT;
    dt_cell metric;
    if (!has_shape(tape, a, "misorientation: a", 2, square) ||
        !has_shape(tape, b, "misorientation: b", 2, square)) {
        return dt_inert(tape);
    }
    if (dt_cell_init(cell, &metric, &error) != DT_OK) {
        dt_tape_fail(tape, error.status, "misorientation: %s", error.message);
        return dt_inert(tape);
    }
    int proper[MOST][9];
    double matrices[MOST * 9];
    int n = proper_rotations(symmetry, proper);
    for (int i = 0; i < n; i++) {
        cartesian(&metric, proper[i], matrices + 9 * i);
    }
    dt_tensor *s =
        dt_cast(dt_constant(tape, DT_F64, 3, (const int64_t[]){n, 3, 3}, matrices), dt_dtype_of(a));
    dt_tensor *between = dt_matmul_flags(a, DT_T, b, DT_N);
    dt_tensor *all = dt_matmul(dt_expand_dims(between, -3), s);
    return dt_min(angle_of(all), -1);
}
