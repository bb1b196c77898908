/* dq_map.c - how far points of reciprocal space lie from a Bragg peak. */
#include "points.h"

/* |2 pi B^T x|. */
static double length(const dt_cell *cell, const double x[3]) {
    double q[3];
    dt_scattering_vector(cell, x, q);
    return sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
}

/* Distance from x to the nearest point with whole indices. Such a point g, no farther than r, has
 * |x_d - g_d| = |a_d . (q - q_g)| / 2 pi <= |a_d| r / 2 pi: a few points to look at. */
static double nearest(const dt_cell *cell, const double x[3], double r) {
    const double turn = 1.0 / 6.28318530717958647692, *a = cell->parameters;
    double best = r, g[3], reach[3];
    for (int d = 0; d < 3; d++) {
        reach[d] = a[d] * r * turn * (1.0 + 1e-12);
    }
    for (g[0] = ceil(x[0] - reach[0]); g[0] <= x[0] + reach[0]; g[0]++) {
        for (g[1] = ceil(x[1] - reach[1]); g[1] <= x[1] + reach[1]; g[1]++) {
            for (g[2] = ceil(x[2] - reach[2]); g[2] <= x[2] + reach[2]; g[2]++) {
                best = fmin(best, length(cell, (double[]){x[0] - g[0], x[1] - g[1], x[2] - g[2]}));
            }
        }
    }
    return best;
}

dt_status dt_get_dq_map(const dt_cell *cell, const dt_array *hkl, dt_bragg_peak peak,
                        dt_array *ret_dq, dt_error *error) {
    int64_t n = 0;
    dt_array result;
    dt_status status = check_points("distance from Bragg peaks", hkl, &n, error);
    if (status == DT_OK) {
        status = new_per_point(hkl, DT_F64, &result, error);
    }
    if (status != DT_OK) {
        return status;
    }
    double *dq = result.data;
    for (int64_t p = 0; p < n; p++) {
        const double *h = (const double *)hkl->data + 3 * p;
        const double x[3] = {h[0] - rint(h[0]), h[1] - rint(h[1]), h[2] - rint(h[2])};
        dq[p] = length(cell, x);
        if (peak == DT_NEAREST_PEAK) {
            dq[p] = nearest(cell, x, dq[p]);
        }
    }
    *ret_dq = result;
    return DT_OK;
}
