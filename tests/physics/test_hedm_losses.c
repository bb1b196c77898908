/* test_hedm_losses.c - wrapped and smooth distances of angles, the Ewald residual, misorientation.
 * */
#include "hedm_case.h"

#include <math.h>

TestSuite(hedm_losses);

static dt_tensor *numbers(dt_tape *tape, int64_t n, const double *x) {
    return dt_parameter(tape, DT_F64, 1, &n, x);
}

Test(hedm_losses, differences_of_angles_are_wrapped_with_slope_one) {
    static const double a[6] = {3.1, -3.1, 0.5, 7, 2 * PI, 1e-3}, b[6] = {-3.1, 3.1, 0.2, 0, 0, 0};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = numbers(tape, 6, a), *y = numbers(tape, 6, b);
    dt_tensor *d = dt_wrapped_difference(x, y), *c = dt_cosine_distance(x, y);
    dt_backward(dt_sum(dt_add(d, c), DT_ALL));
    tape_is_fine(tape);
    for (int i = 0; i < 6; i++) {
        double want = remainder(a[i] - b[i], 2 * PI);
        cr_expect(fabs(dt_data_f64(d)[i] - want) < 1e-15, "%.17g", dt_data_f64(d)[i]);
        cr_expect(fabs(dt_data_f64(c)[i] - (1 - cos(a[i] - b[i]))) < 4e-16);
        cr_expect(fabs(dt_data_f64(dt_gradient(x))[i] - 1 - sin(a[i] - b[i])) < 2e-15);
        cr_expect(fabs(dt_data_f64(dt_gradient(y))[i] + 1 + sin(a[i] - b[i])) < 2e-15);
    }
    /* 2 sin^2 keeps the digits that 1 - cos loses. */
    cr_expect(fabs(dt_data_f64(c)[5] / 4.9999995833333472e-07 - 1) < 1e-15);
    dt_tape_free(tape);
}

/* At every root of the 136 reflections the residual is 0; elsewhere it is the sum written out. */
Test(hedm_losses, ewald_residual_vanishes_at_the_roots_about_any_axis) {
    static const double v[3] = {0.3, -0.2, 0.7}, axis[3] = {0.1, 0.05, 1.2};
    for (int tilted = 0; tilted < 2; tilted++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *energy = dt_scalar(tape, BEAM_ENERGY);
        dt_oscillation_options options = {.chi = dt_scalar(tape, 0.02),
                                          .axis = tilted ? numbers(tape, 3, axis) : NULL};
        dt_tensor *g = gold_vectors(tape, dt_rotation_from_vector(numbers(tape, 3, v)));
        dt_oscillation o = dt_oscillation_angles(g, energy, &options);
        dt_tensor *both = dt_ewald_residual(g, o.omega, energy, &options);
        dt_tensor *first = dt_ewald_residual(g, dt_select(o.omega, -1, 0), energy, &options);
        tape_is_fine(tape);
        int seen = 0;
        for (int i = 0; i < GOLD_REFLECTIONS; i++) {
            if (dt_data_bool(o.seen)[i]) {
                seen++;
                cr_expect(fabs(dt_data_f64(both)[2 * i]) < 2e-14, "%g", dt_data_f64(both)[2 * i]);
                cr_expect(fabs(dt_data_f64(both)[2 * i + 1]) < 2e-14);
                cr_expect(fabs(dt_data_f64(first)[i]) < 2e-14);
            }
        }
        cr_expect(seen > 120, "%d seen", seen);
        dt_tape_free(tape);
    }
}

Test(hedm_losses, ewald_residual_is_the_sum_written_out) {
    static const double g[3] = {1.5, -0.7, 2.1}, w = 0.8, chi = 0.1;
    double k = DT_WAVENUMBER_CODATA * BEAM_ENERGY;
    dt_tape *tape = dt_tape_new(NULL);
    dt_oscillation_options options = {.chi = dt_scalar(tape, chi)};
    dt_tensor *x = dt_parameter(tape, DT_F64, 2, (int64_t[]){1, 3}, g);
    dt_tensor *f = dt_ewald_residual(x, dt_full(tape, DT_F64, 1, (int64_t[]){1}, w),
                                     dt_scalar(tape, BEAM_ENERGY), &options);
    double want = (g[0] * g[0] + g[1] * g[1] + g[2] * g[2]) / (2 * k) + g[2] * sin(chi) +
                  (g[0] * cos(w) - g[1] * sin(w)) * cos(chi);
    cr_expect(fabs(dt_item(f) - want) < 1e-15, "%.17g should be %.17g", dt_item(f), want);
    dt_backward(dt_sum(f, DT_ALL));
    cr_expect(fabs(dt_data_f64(dt_gradient(x))[0] - g[0] / k - cos(w) * cos(chi)) < 1e-15);
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(hedm_losses, spot_residuals_are_in_standard_deviations) {
    static const double p[4] = {10, 20, 30, 40}, q[4] = {9, 22, 30, 40.5};
    static const double w[2] = {3.14, 1}, v[2] = {-3.14, 1.1};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *r = dt_spot_residuals(
        dt_constant(tape, DT_F64, 2, (int64_t[]){2, 2}, p), numbers(tape, 2, w),
        dt_constant(tape, DT_F64, 2, (int64_t[]){2, 2}, q), numbers(tape, 2, v), 0.5, 0.01);
    const double want[6] = {2, -4, 100 * (6.28 - 2 * PI), 0, -1, -10};
    cr_assert(dt_ndim(r) == 2 && dt_shape(r)[0] == 2 && dt_shape(r)[1] == 3);
    for (int i = 0; i < 6; i++) {
        cr_expect(fabs(dt_data_f64(r)[i] - want[i]) < 1e-12, "%d: %.17g", i, dt_data_f64(r)[i]);
    }
    dt_spot_residuals(r, r, r, r, 1, 1);
    cr_expect(strstr(dt_tape_message(tape), "spot_residuals: point: the last axes") != NULL);
    dt_tape_free(tape);
    tape = dt_tape_new(NULL);
    r = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 2}, p);
    dt_spot_residuals(r, numbers(tape, 2, w), r, numbers(tape, 2, w), 0, 1);
    cr_expect(strstr(dt_tape_message(tape), "must be above 0, got 0 and 1") != NULL, "%s",
              dt_tape_message(tape));
    dt_tape_free(tape);
}

/* -- misorientation ---------------------------------------------------------------------------- */

/* The oracle: 2 acos of the largest |w| of q1^-1 q2 S over the 24 rotations of a cube, as
 * quaternions: permutations and signs of (1,0,0,0), (1,1,1,1)/2 and (1,1,0,0)/sqrt 2. */
static double cubic_angle(const double *q1, const double *q2) {
    double p[4] = {q1[0] * q2[0] + q1[1] * q2[1] + q1[2] * q2[2] + q1[3] * q2[3],
                   q1[0] * q2[1] - q1[1] * q2[0] - q1[2] * q2[3] + q1[3] * q2[2],
                   q1[0] * q2[2] - q1[2] * q2[0] - q1[3] * q2[1] + q1[1] * q2[3],
                   q1[0] * q2[3] - q1[3] * q2[0] - q1[1] * q2[2] + q1[2] * q2[1]};
    double best = 0, sum = 0;
    for (int i = 0; i < 4; i++) {
        best = fmax(best, fabs(p[i]));
        sum += fabs(p[i]) / 2;
        for (int j = 0; j < i; j++) {
            best = fmax(best, (fabs(p[i]) + fabs(p[j])) / sqrt(2.0));
        }
    }
    return 2 * acos(fmin(1, fmax(best, sum)));
}

Test(hedm_losses, misorientation_of_cubes_agrees_with_quaternions) {
    enum { N = 2000 };
    static const double cell[6] = {4, 4, 4, 90, 90, 90};
    static double q[2][4 * N];
    dt_symmetry cubic;
    cr_assert_eq(dt_symmetry_generate('F', "-y,x,z; z,x,y; -x,-y,-z", &cubic, NULL), DT_OK);
    for (int i = 0; i < 8 * N; i += 4) {
        double length = 0, *x = &q[i / (4 * N)][i % (4 * N)];
        for (int d = 0; d < 4; d++) {
            x[d] = noise(7, i + d);
            length += x[d] * x[d];
        }
        for (int d = 0; d < 4; d++) {
            x[d] /= sqrt(length);
        }
    }
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t shape[2] = {N, 4};
    dt_tensor *angle = dt_misorientation(
        dt_rotation_from_quaternion(dt_constant(tape, DT_F64, 2, shape, q[0])),
        dt_rotation_from_quaternion(dt_constant(tape, DT_F64, 2, shape, q[1])), &cubic, cell);
    tape_is_fine(tape);
    double largest = 0, error = 0;
    for (int i = 0; i < N; i++) {
        double have = dt_data_f64(angle)[i];
        largest = fmax(largest, have);
        double off = fabs(have - cubic_angle(q[0] + 4 * i, q[1] + 4 * i));
        error = fmax(error, off * sin(have / 2)); /* the oracle's acos loses digits as 1 / sin */
    }
    cr_expect(error < 2e-15, "%g", error);
    /* No two cubes are farther apart than 62.8 degrees (J. K. Mackenzie, Biometrika 45 (1958)). */
    cr_expect(largest < 62.8 * PI / 180 + 1e-3 && largest > 1, "%g", largest);
    dt_tape_free(tape);
}

/* A hexagonal lattice: 60 degrees about c is no turn at all, 1e-9 more is 1e-9. */
Test(hedm_losses, misorientation_keeps_all_digits_of_small_angles_and_half_turns) {
    static const double hexagonal[6] = {3, 3, 5, 90, 90, 120},
                        triclinic[6] = {3, 4, 5, 80, 95, 100};
    dt_symmetry six, none;
    cr_assert_eq(dt_symmetry_generate('P', "x-y,x,z; -x,-y,-z", &six, NULL), DT_OK);
    cr_assert_eq(dt_symmetry_generate('P', NULL, &none, NULL), DT_OK);
    const struct {
        const dt_symmetry *s;
        const double *cell, v[3], want;
    } cases[] = {{&six, hexagonal, {0, 0, PI / 3 + 1e-9}, 1e-9},
                 {&six, hexagonal, {0.01, 0, 0}, 0.01},
                 {&none, triclinic, {0, 0, PI - 1e-9}, PI - 1e-9},
                 {&none, triclinic, {0, 1e-12, 0}, 1e-12},
                 {&none, triclinic, {0, 0, 0}, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *v = numbers(tape, 3, cases[i].v), *one = dt_eye(tape, DT_F64, 3);
        dt_tensor *angle =
            dt_misorientation(one, dt_rotation_from_vector(v), cases[i].s, cases[i].cell);
        dt_backward(angle);
        tape_is_fine(tape);
        cr_expect(fabs(dt_item(angle) - cases[i].want) < 5e-16, "case %zu: %.17g", i,
                  dt_item(angle));
        const double *slope = dt_data_f64(dt_gradient(v));
        double length = sqrt(slope[0] * slope[0] + slope[1] * slope[1] + slope[2] * slope[2]);
        cr_expect(fabs(length - (cases[i].want == 0 ? 0 : 1)) < 1e-6, "case %zu: slope %g", i,
                  length);
        dt_tape_free(tape);
    }
}

Test(hedm_losses, misorientation_refuses_wrong_shapes_and_cells) {
    static const double bad[6] = {4, 4, -4, 90, 90, 90};
    dt_symmetry s;
    cr_assert_eq(dt_symmetry_generate('P', NULL, &s, NULL), DT_OK);
    for (int i = 0; i < 2; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *one = dt_eye(tape, DT_F64, 3);
        dt_misorientation(i == 0 ? one : dt_eye(tape, DT_F64, 2), one, &s, bad);
        cr_expect(strstr(dt_tape_message(tape),
                         i == 0 ? "misorientation: " : "misorientation: a: the last axes") != NULL,
                  "%s", dt_tape_message(tape));
        dt_tape_free(tape);
    }
}
