/* metric.h - does a symmetry operation keep the metric of a cell? */
#ifndef DT_CRYSTAL_METRIC_H
#define DT_CRYSTAL_METRIC_H

#include <difftape/crystal.h>

#include <math.h>

/* R is a symmetry of the lattice if R^T G R = G with G = A A^T; to 5 % of the largest entry. */
static inline bool keeps_metric(const dt_cell *cell, const int *r) {
    const double *a = cell->axes;
    double g[9], worst = 0.0, largest = 0.0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            g[3 * i + j] =
                a[3 * i] * a[3 * j] + a[3 * i + 1] * a[3 * j + 1] + a[3 * i + 2] * a[3 * j + 2];
            largest = fmax(largest, fabs(g[3 * i + j]));
        }
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            double s = 0.0;
            for (int k = 0; k < 3; k++) {
                for (int l = 0; l < 3; l++) {
                    s += r[3 * k + i] * g[3 * k + l] * r[3 * l + j];
                }
            }
            worst = fmax(worst, fabs(s - g[3 * i + j]));
        }
    }
    return worst <= 5e-2 * largest;
}

#endif
