/* voxel.c - a quadrature over a voxel whose centre is a Bragg point.
 *
 * The voxel is cut into six pyramids with their tips at the centre. On a pyramid k = rho (1, s, t)
 * with rho in [0,1] and s, t in [-1,1] (in half voxels) the volume element is rho^2, which cancels
 * the 1/k^2 of acoustic phonons: what is left is smooth, and Gauss's rule converges fast. Where
 * it is not smooth enough across, a pyramid is cut into parts (parts.c).
 * Source: M. G. Duffy, SIAM J. Numer. Anal. 19 (1982) 1260, doi:10.1137/0719090. */
#include "map.h"

#include <math.h>

/* Gauss-Legendre nodes and weights on [-1,1], by Newton's method on the recurrence of P_n. */
void dtp_gauss(int n, double *ret_x, double *ret_w) {
    const double pi = 3.14159265358979323846;
    for (int i = 0; i < n; i++) {
        double x = cos(pi * (i + 0.75) / (n + 0.5)), slope = 1.0;
        for (int step = 0; step < 100; step++) {
            double p = 1.0, before = 0.0;
            for (int j = 0; j < n; j++) {
                double next = ((2.0 * j + 1.0) * x * p - j * before) / (j + 1.0);
                before = p;
                p = next;
            }
            slope = n * (x * p - before) / (x * x - 1.0);
            double change = p / slope;
            x -= change;
            if (fabs(change) < 1e-16) {
                break;
            }
        }
        ret_x[i] = x;
        ret_w[i] = 2.0 / ((1.0 - x * x) * slope * slope);
    }
}

int dtp_bragg_order(const dt_phonon_map_options *options) {
    return options->bragg_order > 0 ? options->bragg_order : 4;
}

static int radial_order(int order) {
    return order / 2 + 1;
}

int64_t dtp_part_nodes(int order) {
    return 2 * (int64_t)radial_order(order) * order * order;
}

void dtp_voxel_nodes(int order, int n_parts, const dtp_part *parts, double *ret_nodes,
                     double *ret_weights) {
    double x[16], w[16], radial_x[16], radial_w[16];
    int radial = radial_order(order), square = order * order;
    int64_t n = 0;
    dtp_gauss(order, x, w);
    dtp_gauss(radial, radial_x, radial_w);
    for (int p = 0; p < n_parts * 2 * square * radial; p++) {
        const dtp_part *part = &parts[p / (2 * square * radial)];
        int a = part->axis, i = p % radial, j = p / radial % order, k = p / radial / order % order;
        double side = p / (radial * square) % 2 ? -0.5 : 0.5;
        double half_s = 0.5 * (part->s[1] - part->s[0]), half_t = 0.5 * (part->t[1] - part->t[0]);
        double rho = 0.5 * (1.0 + radial_x[i]);
        ret_nodes[3 * n + a] = side * rho;
        ret_nodes[3 * n + (a + 1) % 3] = side * rho * (part->s[0] + half_s * (1.0 + x[j]));
        ret_nodes[3 * n + (a + 2) % 3] = side * rho * (part->t[0] + half_t * (1.0 + x[k]));
        /* the volume of the voxel is 8 in half voxels */
        ret_weights[n++] = 0.5 * radial_w[i] * rho * rho * half_s * half_t * w[j] * w[k] / 8.0;
    }
}
