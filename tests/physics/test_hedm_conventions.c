/* test_hedm_conventions.c - converted grains diffract at the same angles as in the other programs'
 * own equations, which are written out here and solved by bisection. */
#include "hedm_case.h"

#include <math.h>

TestSuite(hedm_conventions);

static const double cell[6] = {4.9134, 5.21, 6.02, 83, 97, 101};
static const double wavenumber = BEAM_ENERGY * DT_WAVENUMBER_CODATA;

static void product(const double *a, const double *b, double *ret) {
    double c[9];
    for (int i = 0; i < 9; i++) {
        c[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[3 + i % 3] +
               a[i / 3 * 3 + 2] * b[6 + i % 3];
    }
    memcpy(ret, c, sizeof c);
}

static void act(const double *a, const double *x, double *ret) {
    for (int i = 0; i < 3; i++) {
        ret[i] = a[3 * i] * x[0] + a[3 * i + 1] * x[1] + a[3 * i + 2] * x[2];
    }
}

/* What another program does at angle omega: the scattering vector (with 2 pi) in its laboratory. */
typedef void vector_at(const void *grain, const double *hkl, double omega, double *ret);

/* F(omega) = |g|^2 / 2k + beam.g, negative inside the Ewald sphere. */
static double residual(vector_at *fn, const void *grain, const double *hkl, double omega,
                       const double *beam) {
    double g[3];
    fn(grain, hkl, omega, g);
    return (g[0] * g[0] + g[1] * g[1] + g[2] * g[2]) / (2 * wavenumber) + g[0] * beam[0] +
           g[1] * beam[1] + g[2] * beam[2];
}

/* All roots in (-pi, pi], found on a fine grid; how many. */
static int roots(vector_at *fn, const void *grain, const double *hkl, const double *beam,
                 double *ret) {
    enum { STEPS = 720 };
    int n = 0;
    for (int i = 0; i < STEPS; i++) {
        double a = -PI + 2 * PI * i / STEPS, b = -PI + 2 * PI * (i + 1) / STEPS;
        double fa = residual(fn, grain, hkl, a, beam);
        if ((fa < 0) == (residual(fn, grain, hkl, b, beam) < 0)) {
            continue;
        }
        for (int halving = 0; halving < 60; halving++) {
            double m = (a + b) / 2;
            if ((residual(fn, grain, hkl, m, beam) < 0) == (fa < 0)) {
                a = m;
            } else {
                b = m;
            }
        }
        ret[n++] = (a + b) / 2;
    }
    return n;
}

static dt_grain some_grain(int seed) {
    dt_grain grain;
    dt_tape *tape = dt_tape_new(NULL);
    double v[3] = {noise(1, seed), 2 * noise(2, seed), 3 * noise(3, seed)};
    memcpy(grain.rotation,
           dt_data_f64(dt_rotation_from_vector(dt_constant(tape, DT_F64, 1, (int64_t[]){3}, v))),
           sizeof grain.rotation);
    dt_tape_free(tape);
    for (int i = 0; i < 6; i++) {
        grain.strain[i] = 0.01 * noise(4, 6 * seed + i);
    }
    for (int i = 0; i < 3; i++) {
        grain.position[i] = noise(5, 3 * seed + i);
    }
    return grain;
}

/* Our angles of a grain about an axis are the other program's. */
static int compare(const dt_grain *grain, const double *axis, vector_at *fn, const void *other,
                   const double *beam) {
    enum { N = 124 };
    double hkl[3 * N], worst_error = 0, in_radians[6];
    int n = 0, compared = 0;
    for (int h = -2; h <= 2; h++) {
        for (int k = -2; k <= 2; k++) {
            for (int l = -2; l <= 2; l++) {
                if (h != 0 || k != 0 || l != 0) {
                    hkl[n++] = h, hkl[n++] = k, hkl[n++] = l;
                }
            }
        }
    }
    dt_tape *tape = dt_tape_new(NULL);
    for (int i = 0; i < 6; i++) {
        in_radians[i] = cell[i] * (i < 3 ? 1 : PI / 180);
    }
    dt_tensor *lattice = dt_strained_lattice(
        dt_reciprocal_lattice(dt_constant(tape, DT_F64, 1, (int64_t[]){6}, in_radians)),
        dt_constant(tape, DT_F64, 1, (int64_t[]){6}, grain->strain));
    dt_oscillation_options options = {.axis = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, axis)};
    dt_oscillation o =
        dt_omegas_from_reflections(dt_constant(tape, DT_F64, 2, (int64_t[]){N, 3}, hkl), lattice,
                                   dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, grain->rotation),
                                   dt_scalar(tape, BEAM_ENERGY), &options);
    tape_is_fine(tape);
    for (int i = 0; i < N; i++) {
        double found[8];
        int count = roots(fn, other, hkl + 3 * i, beam, found);
        bool seen = dt_data_bool(o.seen)[i];
        cr_expect(count == (seen ? 2 : 0), "reflection %d: %d roots there, %d here", i, count,
                  seen);
        for (int r = 0; r < 2 && seen && count == 2; r++) {
            double w = dt_data_f64(o.omega)[2 * i + r];
            double error =
                fmin(fabs(remainder(w - found[0], 2 * PI)), fabs(remainder(w - found[1], 2 * PI)));
            worst_error = fmax(worst_error, error);
            compared++;
        }
    }
    cr_expect(worst_error < 2e-12, "angles differ by %g rad", worst_error);
    dt_tape_free(tape);
    return compared;
}

static void expect_same_grain(const dt_grain *a, const dt_grain *b) {
    cr_expect(worst(a->rotation, b->rotation, 9, false) < 3e-15);
    cr_expect(worst(a->strain, b->strain, 6, false) < 3e-15, "%g",
              worst(a->strain, b->strain, 6, false));
    cr_expect(worst(a->position, b->position, 3, false) < 1e-15);
}

/* B in HEXRD: a along x, c* along z, without 2 pi, from the textbook. */
static void hexrd_lattice(double *ret) {
    double ca = cos(cell[3] * PI / 180), cb = cos(cell[4] * PI / 180), cg = cos(cell[5] * PI / 180);
    double sg = sin(cell[5] * PI / 180), v = (ca - cb * cg) / sg, z = sqrt(1 - cb * cb - v * v);
    double a[3] = {cell[0], 0, 0}, b[3] = {cell[1] * cg, cell[1] * sg, 0};
    double c[3] = {cell[2] * cb, cell[2] * v, cell[2] * z};
    const double *e[3] = {a, b, c};
    double volume = a[0] * b[1] * c[2];
    for (int i = 0; i < 3; i++) {
        const double *p = e[(i + 1) % 3], *q = e[(i + 2) % 3];
        for (int d = 0; d < 3; d++) {
            int f = (d + 1) % 3, g = (d + 2) % 3;
            ret[3 * d + i] = (p[f] * q[g] - p[g] * q[f]) / volume;
        }
    }
}

static double hexrd_chi;

/* g = Rx(chi) Ry(omega) V^-1 R B hkl. */
static void hexrd_vector(const void *grain, const double *hkl, double w, double *ret) {
    const dt_hexrd_grain *h = grain;
    double b[9], r[9], x[3],
        t = sqrt(h->exp_map[0] * h->exp_map[0] + h->exp_map[1] * h->exp_map[1] +
                 h->exp_map[2] * h->exp_map[2]);
    double n[3] = {h->exp_map[0] / t, h->exp_map[1] / t, h->exp_map[2] / t}, s = sqrt(2.0);
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            r[3 * i + j] = (i == j) * cos(t) + (1 - cos(t)) * n[i] * n[j];
        }
    }
    r[1] -= sin(t) * n[2], r[3] += sin(t) * n[2], r[2] += sin(t) * n[1];
    r[6] -= sin(t) * n[1], r[5] -= sin(t) * n[0], r[7] += sin(t) * n[0];
    const double *f = h->inverse_stretch;
    const double v[9] = {f[0],     f[5] / s, f[4] / s, f[5] / s, f[1],
                         f[3] / s, f[4] / s, f[3] / s, f[2]};
    const double y[9] = {cos(w), 0, sin(w), 0, 1, 0, -sin(w), 0, cos(w)};
    const double c = cos(hexrd_chi), z = sin(hexrd_chi), tilt[9] = {1, 0, 0, 0, c, -z, 0, z, c};
    hexrd_lattice(b);
    product(r, b, b);
    product(v, b, b);
    product(y, b, b);
    product(tilt, b, b);
    act(b, hkl, x);
    for (int i = 0; i < 3; i++) {
        ret[i] = 2 * PI * x[i];
    }
}

Test(hedm_conventions, hexrd_sees_converted_grains_at_the_same_angles) {
    static const double beam[3] = {0, 0, -1};
    int compared = 0;
    for (int seed = 0; seed < 4; seed++) {
        dt_grain grain = some_grain(seed), back;
        dt_hexrd_grain other;
        double axis[3], again[3];
        hexrd_chi = 0.05 * seed;
        cr_assert_eq(dt_hexrd_from_grain(&grain, hexrd_chi, &other, axis, NULL), DT_OK);
        compared += compare(&grain, axis, hexrd_vector, &other, beam);
        cr_assert_eq(dt_grain_from_hexrd(&other, hexrd_chi, &back, again, NULL), DT_OK);
        expect_same_grain(&grain, &back);
        cr_expect(worst(axis, again, 3, false) == 0);
    }
    cr_expect(compared > 600, "%d angles", compared);
}

static double wedge, chi; /* degrees */

/* k = W^T C^T Omega^T g, with the matrices of its transform.py and g = UB hkl. */
static void imaged11_vector(const void *grain, const double *hkl, double w, double *ret) {
    const dt_imaged11_grain *g = grain;
    double cw = cos(wedge * PI / 180), sw = sin(wedge * PI / 180), cc = cos(chi * PI / 180),
           sc = sin(chi * PI / 180);
    /* UB hkl solves UBI x = hkl: Cramer's rule. */
    const double *u = g->ubi;
    double det = u[0] * (u[4] * u[8] - u[5] * u[7]) - u[1] * (u[3] * u[8] - u[5] * u[6]) +
                 u[2] * (u[3] * u[7] - u[4] * u[6]);
    double x[3];
    for (int c = 0; c < 3; c++) {
        double m[9];
        memcpy(m, u, sizeof m);
        for (int i = 0; i < 3; i++) {
            m[3 * i + c] = hkl[i];
        }
        x[c] = 2 * PI *
               (m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
                m[2] * (m[3] * m[7] - m[4] * m[6])) /
               det;
    }
    double a[3] = {cos(w) * x[0] - sin(w) * x[1], sin(w) * x[0] + cos(w) * x[1], x[2]};
    double b[3] = {a[0], cc * a[1] - sc * a[2], sc * a[1] + cc * a[2]};
    ret[0] = cw * b[0] - sw * b[2], ret[1] = b[1], ret[2] = sw * b[0] + cw * b[2];
}

Test(hedm_conventions, imaged11_sees_converted_grains_at_the_same_angles) {
    static const double beam[3] = {1, 0, 0};
    int compared = 0;
    for (int seed = 0; seed < 4; seed++) {
        dt_grain grain = some_grain(seed), back;
        dt_imaged11_grain other;
        double axis[3];
        wedge = 2.5 * seed, chi = -1.5 * seed;
        cr_assert_eq(dt_imaged11_from_grain(&grain, cell, wedge, chi, &other, axis, NULL), DT_OK);
        compared += compare(&grain, axis, imaged11_vector, &other, beam);
        cr_assert_eq(dt_grain_from_imaged11(&other, cell, wedge, chi, &back, NULL, NULL), DT_OK);
        expect_same_grain(&grain, &back);
    }
    cr_expect(compared > 600, "%d angles", compared);
}

/* Its B from the strained cell, R_z(omega), and the rotation by -wedge about y from the frame of
 * the stage to the laboratory. */
static void midas_vector(const void *grain, const double *hkl, double w, double *ret) {
    const dt_midas_grain *m = grain;
    const double *c = m->cell;
    double ca = cos(c[3] * PI / 180), cb = cos(c[4] * PI / 180), cg = cos(c[5] * PI / 180);
    double sa = sin(c[3] * PI / 180), sb = sin(c[4] * PI / 180), sg = sin(c[5] * PI / 180);
    double cg_star = (ca * cb - cg) / (sa * sb), cb_star = (cg * ca - cb) / (sg * sa);
    double sg_star = sqrt(1 - cg_star * cg_star), sb_star = sqrt(1 - cb_star * cb_star);
    double volume = c[0] * c[1] * c[2] * sa * sb_star * sg;
    double as = c[1] * c[2] * sa / volume, bs = c[2] * c[0] * sb / volume,
           cs = c[0] * c[1] * sg / volume;
    const double b[9] = {as, bs * cg_star,     cs * cb_star, 0, bs * sg_star, -cs * sb_star * ca, 0,
                         0,  cs * sb_star * sa};
    double x[3], y[3];
    act(b, hkl, x);
    act(m->orientation, x, y);
    double k1 = cos(w) * y[0] - sin(w) * y[1], cw = cos(wedge * PI / 180),
           sw = sin(wedge * PI / 180);
    ret[0] = 2 * PI * (k1 * cw - y[2] * sw);
    ret[1] = 2 * PI * (sin(w) * y[0] + cos(w) * y[1]);
    ret[2] = 2 * PI * (y[2] * cw + k1 * sw);
}

/* A quarter turn about the axis and, in the frame of the stage, about z: the same place. */
static void expect_turned_position(const dt_grain *grain, const double *axis, const double *um) {
    double lab[3], cw = cos(wedge * PI / 180), sw = sin(wedge * PI / 180);
    const double *e = axis, *p = grain->position, stage[3] = {-um[1], um[0], um[2]};
    double along = e[0] * p[0] + e[1] * p[1] + e[2] * p[2];
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        lab[i] = 1000 * (e[i] * along + e[j] * p[k] - e[k] * p[j]);
    }
    cr_expect(fabs(stage[0] * cw - stage[2] * sw - lab[0]) < 1e-12);
    cr_expect(fabs(stage[1] - lab[1]) < 1e-12);
    cr_expect(fabs(stage[2] * cw + stage[0] * sw - lab[2]) < 1e-12);
}

Test(hedm_conventions, midas_sees_converted_grains_at_the_same_angles) {
    static const double beam[3] = {1, 0, 0};
    int compared = 0;
    for (int seed = 0; seed < 4; seed++) {
        dt_grain grain = some_grain(seed), back;
        dt_midas_grain other;
        double axis[3], again[3];
        wedge = 3.5 * (seed - 1);
        cr_assert_eq(dt_midas_from_grain(&grain, cell, wedge, &other, axis, NULL), DT_OK);
        compared += compare(&grain, axis, midas_vector, &other, beam);
        cr_assert_eq(dt_grain_from_midas(&other, cell, wedge, &back, again, NULL), DT_OK);
        cr_expect(worst(axis, again, 3, false) == 0);
        cr_expect(fabs(axis[0] + sin(wedge * PI / 180)) < 1e-15 && axis[1] == 0 && axis[2] > 0);
        cr_expect(worst(grain.strain, back.strain, 6, false) < 1e-14, "%g",
                  worst(grain.strain, back.strain, 6, false));
        cr_expect(worst(grain.rotation, back.rotation, 9, false) < 1e-14);
        cr_expect(worst(grain.position, back.position, 3, false) < 1e-15);
        expect_turned_position(&grain, axis, other.position);
    }
    cr_expect(compared > 600, "%d angles", compared);
}

Test(hedm_conventions, axes_of_the_laboratory_are_named_correctly) {
    static const double beam[3] = {1, 0, 0}, up[3] = {0, 0, 1}, left[3] = {0, 1, 0};
    static const double want[3][3] = {{0, 0, -1}, {0, 1, 0}, {-1, 0, 0}};
    const double *ours[3] = {beam, up, left};
    for (int i = 0; i < 3; i++) {
        double h[3], back[3];
        dt_hexrd_from_lab(ours[i], h);
        dt_lab_from_hexrd(h, back);
        cr_expect(worst(h, want[i], 3, false) == 0 && worst(back, ours[i], 3, false) == 0);
    }
}

/* A vector of half a turn has two answers; both are the same rotation. */
Test(hedm_conventions, half_turns_keep_their_rotation) {
    static const double turns[3][9] = {{1, 0, 0, 0, -1, 0, 0, 0, -1},
                                       {-1, 0, 0, 0, 1, 0, 0, 0, -1},
                                       {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
    for (int i = 0; i < 3; i++) {
        dt_grain grain = {.strain = {0}}, back;
        dt_hexrd_grain other;
        memcpy(grain.rotation, turns[i], sizeof grain.rotation);
        cr_assert_eq(dt_hexrd_from_grain(&grain, 0, &other, NULL, NULL), DT_OK);
        cr_assert_eq(dt_grain_from_hexrd(&other, 0, &back, NULL, NULL), DT_OK);
        expect_same_grain(&grain, &back);
    }
}

Test(hedm_conventions, what_is_no_lattice_is_refused) {
    dt_grain grain = some_grain(1), back;
    dt_hexrd_grain h;
    dt_imaged11_grain u = {.ubi = {1, 2, 3, 2, 4, 6, 0, 0, 1}};
    dt_midas_grain m = {.cell = {4, 4, 4, 90, 90, 190}};
    dt_error error = DT_ERROR_INIT;
    grain.strain[0] = -1.5;
    cr_expect(dt_hexrd_from_grain(&grain, 0, &h, NULL, &error) == DT_ERR_SINGULAR);
    cr_expect(strstr(error.message, "1 + strain does not describe a lattice") != NULL, "%s",
              error.message);
    dt_error_clear(&error);
    cr_expect(dt_grain_from_imaged11(&u, cell, 0, 0, &back, NULL, &error) == DT_ERR_SINGULAR);
    cr_expect(strstr(error.message, "UBI does not describe a lattice") != NULL, "%s",
              error.message);
    dt_error_clear(&error);
    cr_expect(dt_grain_from_midas(&m, cell, 0, &back, NULL, &error) == DT_ERR_ARGUMENT, "%s",
              error.message);
}
