/* overlaps.c - atoms that cannot be where they are, because another one is. */
#include <difftape/gnm.h>
#include <difftape/ops.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double distance(const dt_crystal *x, const double *xyz, const dt_contacts *c, int64_t e) {
    const double *a = x->cell.axes;
    const int32_t *n = c->cell + 3 * e;
    double sum = 0.0;
    for (int d = 0; d < 3; d++) {
        double t = xyz[3 * c->j[e] + d] - xyz[3 * c->i[e] + d] + n[0] * a[d] + n[1] * a[3 + d] +
                   n[2] * a[6 + d];
        sum += t * t;
    }
    return sqrt(sum);
}

/* Is neither ever there when the other one is? Occupancies may be rounded. */
static bool exclude_each_other(const double *occupancy, int64_t i, int64_t j) {
    return occupancy && occupancy[i] + occupancy[j] <= 1.01;
}

static void count(const dt_crystal *x, const double *xyz, const double *occupancy,
                  const dt_contacts *c, dt_overlaps *ret) {
    int64_t n = x->n_atoms, last = -1;
    for (int64_t e = 0; e < c->n; e++) {
        int64_t i = c->i[e] % n, j = c->j[e] % n;
        if (c->i[e] >= n || exclude_each_other(occupancy, i, j)) {
            continue; /* what other copies have is the same again */
        }
        if (i == j) {
            ret->special += last != i;
            last = i;
            continue;
        }
        double r = distance(x, xyz, c, e);
        if (ret->n == 0 || r < ret->distance) {
            *ret = (dt_overlaps){.n = ret->n,
                                 .special = ret->special,
                                 .i = i,
                                 .j = j,
                                 .copy = c->j[e] / n,
                                 .same_unit = c->intra[e],
                                 .distance = r};
        }
        ret->n++;
    }
    ret->n = (ret->n + 1) / 2; /* every pair was seen from both ends */
}

dt_status dt_find_overlaps(const dt_crystal *crystal, const double *occupancy, double nearest,
                           dt_overlaps *ret_overlaps, dt_error *error) {
    dt_contacts contacts = {0};
    dt_tape *tape = dt_tape_new(NULL);
    if (!tape) {
        return dt_error_set(error, DT_ERR_MEMORY, "overlaps: no memory for a tape");
    }
    dt_tensor *xyz = dt_expand_symmetry(
        crystal, dt_constant(tape, DT_F64, 2, (int64_t[]){crystal->n_atoms, 3}, crystal->xyz));
    const double *at = dt_data_f64(xyz);
    dt_error none = DT_ERROR_INIT;
    dt_status status = at ? dt_find_contacts(&crystal->cell, crystal->n_asu, crystal->n_atoms, at,
                                             nearest, 0, &contacts, &none)
                          : DT_ERR_MEMORY;
    *ret_overlaps = (dt_overlaps){0};
    if (status == DT_OK) {
        count(crystal, at, occupancy, &contacts, ret_overlaps);
        dt_contacts_free(&contacts);
    } else if (status == DT_ERR_ARGUMENT && nearest > 0.0 && isfinite(nearest)) {
        status = DT_OK; /* no contact at all */
    } else if (error) {
        *error = none;
    }
    dt_tape_free(tape);
    return status;
}
