/* reciprocal_symmetry.c - what the point group does to reciprocal space: multiplicity, asymmetric
 * unit. */
#include "points.h"

#include <string.h>

/* Whole matrices of finite order: no crystallographic point group is larger. */
#define MAX_ROTATIONS 48

/* Rotations, each once. */
typedef struct point_group {
    int n;
    int rotation[MAX_ROTATIONS][9];
} point_group;

static int find(const point_group *g, const int r[9]) {
    for (int i = 0; i < g->n; i++) {
        if (memcmp(g->rotation[i], r, sizeof g->rotation[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static dt_status add(point_group *g, const int r[9], const char *who, dt_error *error) {
    if (find(g, r) >= 0) {
        return DT_OK;
    }
    for (int i = 0; i < 9; i++) {
        if (r[i] < -1 || r[i] > 1) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "%s: a rotation has the entry %d; in the cells of crystals they are "
                "-1, 0 or 1",
                who, r[i]);
        }
    }
    if (g->n == MAX_ROTATIONS) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "%s: more than %d different rotations, which no crystal has", who,
                            MAX_ROTATIONS);
    }
    memcpy(g->rotation[g->n++], r, 9 * sizeof *r);
    return DT_OK;
}

/* Does every product of two rotations belong to the list? */
static dt_status check_closed(const point_group *g, const char *who, dt_error *error) {
    for (int i = 0; i < g->n * g->n; i++) {
        const int *a = g->rotation[i / g->n], *b = g->rotation[i % g->n];
        int product[9];
        for (int e = 0; e < 9; e++) {
            product[e] = a[e / 3 * 3] * b[e % 3] + a[e / 3 * 3 + 1] * b[3 + e % 3] +
                         a[e / 3 * 3 + 2] * b[6 + e % 3];
        }
        if (find(g, product) < 0) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "%s: the operators are not a group (the product of rotations %d and "
                "%d of them is missing); all operators of the space group are needed",
                who, i / g->n + 1, i % g->n + 1);
        }
    }
    return DT_OK;
}

static dt_status point_group_of(int64_t n_ops, const int *op_rot, bool friedel, const char *who,
                                point_group *ret_group, dt_error *error) {
    dt_status status = DT_OK;
    ret_group->n = 0;
    if (n_ops < 1 || !op_rot) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "%s: no symmetry operators; one is the least",
                            who);
    }
    for (int64_t op = 0; op < n_ops && status == DT_OK; op++) {
        status = add(ret_group, op_rot + 9 * op, who, error);
        if (status == DT_OK && friedel) {
            int inverse[9];
            for (int i = 0; i < 9; i++) {
                inverse[i] = -op_rot[9 * op + i];
            }
            status = add(ret_group, inverse, who, error);
        }
    }
    return status == DT_OK ? check_closed(ret_group, who, error) : status;
}

/* h R as a row vector. */
static void carry(const double h[3], const int r[9], double ret_h[3]) {
    for (int j = 0; j < 3; j++) {
        ret_h[j] = h[0] * r[j] + h[1] * r[3 + j] + h[2] * r[6 + j];
    }
}

static bool same(const double x[3], const double y[3]) {
    return fabs(x[0] - y[0]) < SAME_INDEX && fabs(x[1] - y[1]) < SAME_INDEX &&
           fabs(x[2] - y[2]) < SAME_INDEX;
}

dt_status dt_compute_multiplicity(const dt_grid *grid, int64_t n_ops, const int *op_rot,
                                  bool friedel, dt_array *ret_multiplicity, dt_error *error) {
    point_group group;
    dt_grid_axis axis[3];
    int64_t voxels = 0;
    dt_array result;
    dt_status status = point_group_of(n_ops, op_rot, friedel, "multiplicity", &group, error);
    if (status == DT_OK) {
        status = dt_grid_axes(grid, axis, &voxels, error);
    }
    if (status == DT_OK) {
        status =
            dt_array_new(&result, DT_I64, 3, (int64_t[]){axis[0].n, axis[1].n, axis[2].n}, error);
    }
    if (status != DT_OK) {
        return status;
    }
    int64_t *multiplicity = result.data;
    for (int64_t p = 0; p < voxels; p++) {
        int64_t ijk[3];
        int fixed = 0;
        double h[3], moved[3];
        dt_grid_position(axis, p, ijk);
        for (int d = 0; d < 3; d++) {
            h[d] = dt_axis_miller(&axis[d], ijk[d]);
        }
        for (int i = 0; i < group.n; i++) {
            carry(h, group.rotation[i], moved);
            fixed += same(moved, h);
        }
        multiplicity[p] = group.n / fixed;
    }
    *ret_multiplicity = result;
    return DT_OK;
}

/* -- asymmetric unit --------------------------------------------------------------------------- */

static int sign(double x) {
    return fabs(x) < SAME_INDEX ? 0 : x > 0.0 ? 1 : -1;
}

/* The units of the Laue classes, in the order of the table of the CCP4 program suite (M. D. Winn
 * and others, Acta Cryst. D67 (2011) 235). */
enum { N_UNITS = 10 };

static bool inside(int unit, double h, double k, double l) {
    int sh = sign(h), sk = sign(k), sl = sign(l), hk = sign(h - k), kl = sign(k - l),
        lh = sign(l - h);
    switch (unit) {
    case 0: return sl > 0 || (sl == 0 && (sh > 0 || (sh == 0 && sk >= 0)));  /* -1 */
    case 1: return sk >= 0 && (sl > 0 || (sl == 0 && sh >= 0));              /* 2/m */
    case 2: return sh >= 0 && sk >= 0 && sl >= 0;                            /* mmm */
    case 3: return sl >= 0 && ((sh >= 0 && sk > 0) || (sh == 0 && sk == 0)); /* 4/m, 6/m */
    case 4: return hk >= 0 && sk >= 0 && sl >= 0;                            /* 4/mmm, 6/mmm */
    case 5: return (sh >= 0 && sk > 0) || (sh == 0 && sk == 0 && sl >= 0);   /* -3 */
    case 6: return hk >= 0 && sk >= 0 && (sk > 0 || sl >= 0);                /* -31m */
    case 7: return hk >= 0 && sk >= 0 && (hk > 0 || sl >= 0);                /* -3m1 */
    case 8: return sh >= 0 && ((lh >= 0 && hk < 0) || (lh == 0 && hk == 0)); /* m-3 */
    default: return kl >= 0 && lh >= 0 && sh >= 0;                           /* m-3m */
    }
}

/* Is h in that unit, with the axes cyclically exchanged? */
static bool inside_turned(int unit, int turn, const double h[3]) {
    return inside(unit, h[turn], h[(1 + turn) % 3], h[(2 + turn) % 3]);
}

/* Does the unit hold exactly one of the equivalents of every point? It is bounded by planes through
 * the origin, h = 0 and h = k and their like, so the points of a small cube tell. */
static bool unit_fits(const point_group *group, int unit, int turn) {
    for (int i = 0; i < 7 * 7 * 7; i++) {
        const double h[3] = {i / 49 - 3, i / 7 % 7 - 3, i % 7 - 3};
        double member[3] = {0.0, 0.0, 0.0};
        bool found = false;
        for (int r = 0; r < group->n; r++) {
            double moved[3];
            carry(h, group->rotation[r], moved);
            if (!inside_turned(unit, turn, moved) || (found && same(moved, member))) {
                continue;
            }
            if (found) {
                return false;
            }
            found = true;
            memcpy(member, moved, sizeof member);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* Does no equivalent come after h in order of l, then k, then h? */
static bool is_last(const point_group *group, const double h[3]) {
    for (int r = 0; r < group->n; r++) {
        double moved[3];
        carry(h, group->rotation[r], moved);
        int l = sign(moved[2] - h[2]), k = sign(moved[1] - h[1]);
        if (l > 0 || (l == 0 && (k > 0 || (k == 0 && sign(moved[0] - h[0]) > 0)))) {
            return false;
        }
    }
    return true;
}

dt_status dt_get_asu_mask(const dt_array *hkl, int64_t n_ops, const int *op_rot, dt_array *ret_mask,
                          dt_error *error) {
    point_group group;
    int64_t n = 0;
    dt_array result;
    dt_status status = check_points("asymmetric unit", hkl, &n, error);
    if (status == DT_OK) {
        status = point_group_of(n_ops, op_rot, true, "asymmetric unit", &group, error);
    }
    if (status == DT_OK) {
        status = new_per_point(hkl, DT_BOOL, &result, error);
    }
    if (status != DT_OK) {
        return status;
    }
    int trial = 0;
    while (trial < 3 * N_UNITS && !unit_fits(&group, trial % N_UNITS, trial / N_UNITS)) {
        trial++;
    }
    bool *mask = result.data;
    for (int64_t p = 0; p < n; p++) {
        const double *h = (const double *)hkl->data + 3 * p;
        mask[p] = trial < 3 * N_UNITS ? inside_turned(trial % N_UNITS, trial / N_UNITS, h)
                                      : is_last(&group, h);
    }
    *ret_mask = result;
    return DT_OK;
}
