/* hedm_conventions.c - frames, crystal frames and strain measures of other programs. */
#include <difftape/crystal.h>
#include <difftape/hedm_conventions.h>

#include "../shared.h"

#include <math.h>
#include <string.h>

#define SQRT2 1.41421356237309504880

enum { POLAR_STEPS = 60 };

static const double degree = TWO_PI / 360;

/* -- 3x3 matrices, row-major ------------------------------------------------------------------- */

static void multiply(const double *a, const double *b, double *ret) {
    double c[9];
    for (int i = 0; i < 9; i++) {
        c[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[3 + i % 3] +
               a[i / 3 * 3 + 2] * b[6 + i % 3];
    }
    memcpy(ret, c, sizeof c);
}

static void transpose(const double *a, double *ret) {
    double c[9];
    for (int i = 0; i < 9; i++) {
        c[i] = a[i % 3 * 3 + i / 3];
    }
    memcpy(ret, c, sizeof c);
}

static void apply(const double *a, const double *x, double *ret) {
    double y[3];
    for (int i = 0; i < 3; i++) {
        y[i] = a[3 * i] * x[0] + a[3 * i + 1] * x[1] + a[3 * i + 2] * x[2];
    }
    memcpy(ret, y, sizeof y);
}

/* The inverse by cofactors; its determinant. */
static double invert(const double *a, double *ret) {
    double c[9];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int p = (j + 1) % 3, q = (j + 2) % 3, r = (i + 1) % 3, s = (i + 2) % 3;
            c[3 * i + j] = a[3 * p + r] * a[3 * q + s] - a[3 * p + s] * a[3 * q + r];
        }
    }
    double det = a[0] * c[0] + a[1] * c[3] + a[2] * c[6];
    for (int i = 0; i < 9; i++) {
        ret[i] = c[i] / det;
    }
    return det;
}

static dt_status singular(dt_error *error, const char *what) {
    return dt_error_set(error, DT_ERR_SINGULAR,
                        "convert grain: %s does not describe a lattice: its determinant must be "
                        "finite and above 0",
                        what);
}

static bool is_good(double det) {
    return isfinite(det) && det > 0;
}

/* M = R P with a rotation R and a symmetric P: Newton's iteration R <- (R + R^-T) / 2 (N. J.
 * Higham, SIAM J. Sci. Stat. Comput. 7, 1160 (1986), doi:10.1137/0907079). */
static bool polar(const double *m, double *ret_r, double *ret_p) {
    double r[9], inverse[9], change = 1;
    memcpy(r, m, sizeof r);
    for (int step = 0; step < POLAR_STEPS && change > 1e-16; step++) {
        if (!is_good(invert(r, inverse))) {
            return false;
        }
        change = 0;
        for (int i = 0; i < 9; i++) {
            double next = (r[i] + inverse[i % 3 * 3 + i / 3]) / 2;
            change += (next - r[i]) * (next - r[i]);
            r[i] = next;
        }
    }
    memcpy(ret_r, r, sizeof r);
    transpose(r, r);
    multiply(r, m, ret_p);
    return true;
}

static void turn(int axis, double angle, double *ret) {
    int p = (axis + 1) % 3, q = (axis + 2) % 3;
    memset(ret, 0, 9 * sizeof *ret);
    ret[4 * axis] = 1;
    ret[4 * p] = ret[4 * q] = cos(angle);
    ret[3 * q + p] = sin(angle);
    ret[3 * p + q] = -sin(angle);
}

static const int voigt[6][2] = {{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}};

static void matrix_of(const double *six, double off_diagonal, double *ret) {
    for (int i = 0; i < 6; i++) {
        double x = six[i] * (i < 3 ? 1 : off_diagonal);
        ret[3 * voigt[i][0] + voigt[i][1]] = ret[3 * voigt[i][1] + voigt[i][0]] = x;
    }
}

/* Both halves of a matrix that is symmetric but for rounding. */
static void six_of(const double *m, double off_diagonal, double *ret) {
    for (int i = 0; i < 6; i++) {
        double x = (m[3 * voigt[i][0] + voigt[i][1]] + m[3 * voigt[i][1] + voigt[i][0]]) / 2;
        ret[i] = x * (i < 3 ? 1 : off_diagonal);
    }
}

/* (1 + e)^-1 of a grain. */
static dt_status inverse_deformation(const dt_grain *grain, double *ret, dt_error *error) {
    double m[9];
    matrix_of(grain->strain, 1, m);
    for (int i = 0; i < 3; i++) {
        m[4 * i] += 1;
    }
    return is_good(invert(m, ret)) ? DT_OK : singular(error, "1 + strain");
}

/* Strain from (1 + e)^-1. */
static dt_status strain_from_inverse(const double *inverse, double *ret, dt_error *error) {
    double m[9];
    if (!is_good(invert(inverse, m))) {
        return singular(error, "the strain");
    }
    for (int i = 0; i < 3; i++) {
        m[4 * i] -= 1;
    }
    six_of(m, 1, ret);
    return DT_OK;
}

/* -- HEXRD ------------------------------------------------------------------------------------- */

/* Rows: our coordinates in HEXRD's axes. */
static const double to_hexrd[9] = {0, -1, 0, 0, 0, 1, -1, 0, 0};

void dt_hexrd_from_lab(const double x[3], double ret[3]) {
    apply(to_hexrd, x, ret);
}

void dt_lab_from_hexrd(const double x[3], double ret[3]) {
    double back[9];
    transpose(to_hexrd, back);
    apply(back, x, ret);
}

/* Our sample frame from HEXRD's, which lies before the tilt; the axis. */
static void hexrd_frame(double chi, double *ret, double *ret_axis) {
    double tilt[9], back[9];
    turn(0, chi, tilt);
    transpose(to_hexrd, back);
    multiply(back, tilt, ret);
    if (ret_axis != NULL) {
        static const double y[3] = {0, 1, 0};
        apply(ret, y, ret_axis);
    }
}

/* Rotation vector of a matrix: Shepperd's quaternion, then its angle. */
static void vector_from_matrix(const double *r, double *ret) {
    double trace = r[0] + r[4] + r[8], q[4];
    int big = 0; /* 0: w; else x, y, z */
    for (int i = 0; i < 3; i++) {
        big = r[4 * i] > (big == 0 ? trace : r[4 * (big - 1)]) ? i + 1 : big;
    }
    if (big == 0) {
        q[0] = 1 + trace;
        q[1] = r[7] - r[5];
        q[2] = r[2] - r[6];
        q[3] = r[3] - r[1];
    } else {
        int i = big - 1, j = (i + 1) % 3, k = (i + 2) % 3;
        q[0] = r[3 * k + j] - r[3 * j + k];
        q[1 + i] = 1 + r[4 * i] - r[4 * j] - r[4 * k];
        q[1 + j] = r[3 * j + i] + r[3 * i + j];
        q[1 + k] = r[3 * k + i] + r[3 * i + k];
    }
    double sine = sqrt(q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
    double sign = q[0] < 0 ? -1 : 1;
    double factor = sine == 0 ? 0 : sign * 2 * atan2(sine, fabs(q[0])) / sine;
    for (int i = 0; i < 3; i++) {
        ret[i] = factor * q[1 + i];
    }
}

/* Rodrigues: 1 + sin t K + (1 - cos t) K^2. */
static void matrix_from_vector(const double *v, double *ret) {
    double t = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    double half = t == 0 ? 0.5 : sin(t / 2) / t, a = t == 0 ? 1 : sin(t) / t, b = 2 * half * half;
    const double k[9] = {0, -v[2], v[1], v[2], 0, -v[0], -v[1], v[0], 0};
    double square[9];
    multiply(k, k, square);
    for (int i = 0; i < 9; i++) {
        ret[i] = (i % 4 == 0) + a * k[i] + b * square[i];
    }
}

dt_status dt_hexrd_from_grain(const dt_grain *grain, double chi, dt_hexrd_grain *ret,
                              double *ret_axis, dt_error *error) {
    double frame[9], back[9], rotation[9], stretch[9], turned_back[9];
    dt_status status = inverse_deformation(grain, stretch, error);
    if (status != DT_OK) {
        return status;
    }
    hexrd_frame(chi, frame, ret_axis);
    transpose(frame, back);
    multiply(back, grain->rotation, rotation);
    vector_from_matrix(rotation, ret->exp_map);
    apply(back, grain->position, ret->position);
    transpose(rotation, turned_back);
    multiply(rotation, stretch, stretch);
    multiply(stretch, turned_back, stretch);
    six_of(stretch, SQRT2, ret->inverse_stretch);
    return DT_OK;
}

dt_status dt_grain_from_hexrd(const dt_hexrd_grain *grain, double chi, dt_grain *ret,
                              double *ret_axis, dt_error *error) {
    double frame[9], rotation[9], back[9], stretch[9];
    matrix_from_vector(grain->exp_map, rotation);
    transpose(rotation, back);
    matrix_of(grain->inverse_stretch, 1 / SQRT2, stretch);
    multiply(back, stretch, stretch);
    multiply(stretch, rotation, stretch);
    dt_grain made;
    dt_status status = strain_from_inverse(stretch, made.strain, error);
    if (status == DT_OK) {
        hexrd_frame(chi, frame, ret_axis);
        multiply(frame, rotation, made.rotation);
        apply(frame, grain->position, made.position);
        *ret = made;
    }
    return status;
}

/* -- lattices in the sample -------------------------------------------------------------------- */

/* R (1 + e)^-1 B, without 2 pi: hkl to 1/d in the sample frame. */
static dt_status sample_lattice(const dt_grain *grain, const double *cell, double *ret,
                                dt_error *error) {
    dt_cell metric;
    dt_status status = dt_cell_init(cell, &metric, error);
    if (status == DT_OK) {
        status = inverse_deformation(grain, ret, error);
    }
    if (status == DT_OK) {
        double b[9];
        transpose(metric.fractional, b);
        multiply(ret, b, ret);
        multiply(grain->rotation, ret, ret);
    }
    return status;
}

/* Rotation and strain of such a matrix. */
static dt_status split_lattice(const double *lattice, const double *cell, double *ret_rotation,
                               double *ret_strain, dt_error *error) {
    dt_cell metric;
    dt_status status = dt_cell_init(cell, &metric, error);
    if (status != DT_OK) {
        return status;
    }
    double m[9], p[9];
    multiply(lattice, metric.axes,
             m); /* the rows a, b, c are the inverse of the columns a* b* c* */
    if (!polar(m, ret_rotation, p)) {
        return singular(error, "the matrix");
    }
    return strain_from_inverse(p, ret_strain, error);
}

/* -- ImageD11 ---------------------------------------------------------------------------------- */

static void imaged11_frame(double wedge, double chi, double *ret, double *ret_axis) {
    double tilt[9];
    turn(1, -wedge * degree, ret);
    turn(0, chi * degree, tilt);
    multiply(ret, tilt, ret);
    if (ret_axis != NULL) {
        static const double z[3] = {0, 0, 1};
        apply(ret, z, ret_axis);
    }
}

dt_status dt_imaged11_from_grain(const dt_grain *grain, const double cell[6], double wedge,
                                 double chi, dt_imaged11_grain *ret, double *ret_axis,
                                 dt_error *error) {
    double frame[9], ub[9];
    dt_status status = sample_lattice(grain, cell, ub, error);
    if (status != DT_OK) {
        return status;
    }
    imaged11_frame(wedge, chi, frame, ret_axis);
    transpose(frame, frame);
    multiply(frame, ub, ub);
    invert(ub, ret->ubi);
    apply(frame, grain->position, ret->translation);
    for (int i = 0; i < 3; i++) {
        ret->translation[i] *= 1000;
    }
    return DT_OK;
}

dt_status dt_grain_from_imaged11(const dt_imaged11_grain *grain, const double cell[6], double wedge,
                                 double chi, dt_grain *ret, double *ret_axis, dt_error *error) {
    double frame[9], ub[9];
    dt_grain made;
    if (!is_good(invert(grain->ubi, ub))) {
        return singular(error, "UBI");
    }
    imaged11_frame(wedge, chi, frame, ret_axis);
    multiply(frame, ub, ub);
    dt_status status = split_lattice(ub, cell, made.rotation, made.strain, error);
    if (status == DT_OK) {
        apply(frame, grain->translation, made.position);
        for (int i = 0; i < 3; i++) {
            made.position[i] /= 1000;
        }
        *ret = made;
    }
    return status;
}

/* -- MIDAS ------------------------------------------------------------------------------------- */

/* B with a* along x and b* in the xy plane: the upper triangular root of the reciprocal metric (W.
 * R. Busing, H. A. Levy, Acta Cryst. 22, 457 (1967), doi:10.1107/S0365110X67000970). */
static dt_status busing_levy(const double *cell, double *ret, dt_error *error) {
    dt_cell metric;
    dt_status status = dt_cell_init(cell, &metric, error);
    if (status != DT_OK) {
        return status;
    }
    double g[9], back[9];
    transpose(metric.fractional, back);
    multiply(metric.fractional, back, g); /* rows of `fractional` are a*, b*, c* */
    memset(ret, 0, 9 * sizeof *ret);
    ret[0] = sqrt(g[0]);
    ret[1] = g[1] / ret[0];
    ret[2] = g[2] / ret[0];
    ret[4] = sqrt(g[4] - ret[1] * ret[1]);
    ret[5] = (g[5] - ret[1] * ret[2]) / ret[4];
    ret[8] = sqrt(g[8] - ret[2] * ret[2] - ret[5] * ret[5]);
    return DT_OK;
}

/* Edges and angles of the lattice whose reciprocal vectors are the columns of a matrix. */
static void cell_of(const double *lattice, double *ret) {
    double direct[9]; /* rows: lattice vectors */
    invert(lattice, direct);
    double dot[3][3];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            dot[i][j] = direct[3 * i] * direct[3 * j] + direct[3 * i + 1] * direct[3 * j + 1] +
                        direct[3 * i + 2] * direct[3 * j + 2];
        }
    }
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        ret[i] = sqrt(dot[i][i]);
        ret[3 + i] = acos(dot[j][k] / sqrt(dot[j][j] * dot[k][k])) / degree;
    }
}

/* Its axis tilts about y as ImageD11's wedge does; orientation and position turn with it. */
dt_status dt_midas_from_grain(const dt_grain *grain, const double cell[6], double wedge,
                              dt_midas_grain *ret, double *ret_axis, dt_error *error) {
    double frame[9], lattice[9], b[9], inverse[9];
    dt_midas_grain made;
    dt_status status = sample_lattice(grain, cell, lattice, error);
    if (status == DT_OK) {
        cell_of(lattice, made.cell);
        status = busing_levy(made.cell, b, error);
    }
    if (status == DT_OK) {
        imaged11_frame(wedge, 0, frame, ret_axis);
        transpose(frame, frame);
        multiply(frame, lattice, lattice);
        invert(b, inverse);
        multiply(lattice, inverse, made.orientation);
        apply(frame, grain->position, made.position);
        for (int i = 0; i < 3; i++) {
            made.position[i] *= 1000;
        }
        *ret = made;
    }
    return status;
}

dt_status dt_grain_from_midas(const dt_midas_grain *grain, const double cell[6], double wedge,
                              dt_grain *ret, double *ret_axis, dt_error *error) {
    double frame[9], lattice[9];
    dt_grain made;
    dt_status status = busing_levy(grain->cell, lattice, error);
    if (status == DT_OK) {
        imaged11_frame(wedge, 0, frame, ret_axis);
        multiply(grain->orientation, lattice, lattice);
        multiply(frame, lattice, lattice);
        status = split_lattice(lattice, cell, made.rotation, made.strain, error);
    }
    if (status == DT_OK) {
        apply(frame, grain->position, made.position);
        for (int i = 0; i < 3; i++) {
            made.position[i] /= 1000;
        }
        *ret = made;
    }
    return status;
}
