/* voxel.c - a quadrature over a voxel whose centre is a Bragg point.
 *
 * The voxel is cut into six pyramids with their tips at the centre. On a pyramid k = rho (1, s, t)
 * with rho in [0,1] and s, t in [-1,1] (in half voxels) the volume element is rho^2, which cancels
 * the 1/k^2 of acoustic phonons: what is left is smooth, and Gauss's rule converges fast.
 * Source: M. G. Duffy, SIAM J. Numer. Anal. 19 (1982) 1260, doi:10.1137/0719090. */
#include "map.h"

#include <math.h>

/* Gauss-Legendre nodes and weights on [-1,1], by Newton's method on the recurrence of P_n. */
static void gauss(int n, double *ret_x, double *ret_w) {
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

/* Over the base of a flat pyramid the integrand falls as 1/(1 + (a s)^2), a the ratio of the sides;
 * s = sinh(m u) / a with m = asinh(a) spreads it evenly over u in [-1,1]. ds/du is returned. */
static double stretch(double a, double u, double *ret_s) {
    double m = asinh(a);
    *ret_s = sinh(m * u) / a;
    return m * cosh(m * u) / a;
}

static int radial_order(int order) {
    return (order + 1) / 2;
}

static int usual(int order) {
    return order > 0 ? order : 6;
}

int64_t dtp_count_nodes(int order) {
    order = usual(order);
    return 6 * (int64_t)radial_order(order) * order * order;
}

int64_t dtp_voxel_nodes(int order, const double side[3], double *ret_nodes, double *ret_weights) {
    double x[16], w[16], radial_x[16], radial_w[16];
    int64_t n = 0;
    order = usual(order);
    int radial = radial_order(order);
    gauss(order, x, w);
    gauss(radial, radial_x, radial_w);
    for (int face = 0; face < 6; face++) {
        int a = face / 2, b = (a + 1) % 3, c = (a + 2) % 3;
        for (int p = 0; p < radial * order * order; p++) {
            int i = p / (order * order), j = p / order % order, k = p % order;
            double rho = 0.5 * (1.0 + radial_x[i]), s, t;
            double area = stretch(side[b] / side[a], x[j], &s);
            area *= stretch(side[c] / side[a], x[k], &t);
            ret_nodes[3 * n + a] = face % 2 ? -0.5 * rho : 0.5 * rho;
            ret_nodes[3 * n + b] = 0.5 * rho * s;
            ret_nodes[3 * n + c] = 0.5 * rho * t;
            /* the volume of the voxel is 8 in half voxels */
            ret_weights[n++] = 0.5 * radial_w[i] * rho * rho * w[j] * w[k] * area / 8.0;
        }
    }
    return n;
}
