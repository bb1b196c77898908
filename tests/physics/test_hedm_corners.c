/* test_hedm_corners.c - reflections that are never or only just seen: finite, exactly zero where
 * hidden, and without influence on others. */
#include "hedm_case.h"

#include <math.h>
#include <string.h>

/* Rows of every kind: along the axis, zero, beyond 2k, hidden by the tilt, around tangency. */
enum { N_CORNERS = 16, N_GOOD = 50 };

/* gy so that r = sqrt(gy^2) = |g|^2 / 2k up to the given number of units in the last place: with gx
 * = 0, gy^2 - 2k |gy| + gz^2 = 0 at tangency; the c and r of the test are searched, not assumed. */
static double tangent(double k, double gz, int units) {
    double y = gz * gz / (k + sqrt(k * k - gz * gz)); /* the smaller root */
    for (int i = 0; i < abs(units); i++) {
        y = nextafter(y, units > 0 ? HUGE_VAL : 0);
    }
    return y;
}

static void corners(double (*ret)[3]) {
    const double k = DT_WAVENUMBER_CODATA * BEAM_ENERGY;
    const double rows[N_CORNERS][3] = {{0, 0, 3},
                                       {0, 0, -3},
                                       {0, 0, 0},
                                       {-0.0, 0, 2},
                                       {2.5 * k, 0, 0},
                                       {0, 1.9 * k, 1.9 * k},
                                       {1e-300, 0, 1},
                                       {0, 1e-200, 1e-200},
                                       {0, 2 * k, 0},
                                       {2 * k, 0, 0},
                                       {0, tangent(k, 3, -1), 3},
                                       {0, tangent(k, 3, 0), 3},
                                       {0, tangent(k, 3, 1), 3},
                                       {tangent(k, 5, -1), 0, 5},
                                       {tangent(k, 5, 0), 0, 5},
                                       {tangent(k, 5, 1), 0, 5}};
    memcpy(ret, rows, sizeof rows);
}

/* Ordinary rows between the corners, or instead of them. */
static void mixed(double (*ret)[3], bool with_corners) {
    double odd[N_CORNERS][3];
    corners(odd);
    for (int64_t i = 0; i < N_CORNERS + N_GOOD; i++) {
        bool corner = i % 4 == 1 && i / 4 < N_CORNERS;
        for (int d = 0; d < 3; d++) {
            ret[i][d] = corner && with_corners ? odd[i / 4][d] : 3 * noise(51, 3 * i + d);
        }
    }
}

enum { N_MIXED = N_CORNERS + N_GOOD };

typedef struct outcome {
    double omega[N_MIXED][2], q[N_MIXED], gradient[N_MIXED][3], energy, chi;
    bool seen[N_MIXED];
} outcome;

/* Angles and gradients of sum(omega), recorded or not. */
static outcome run_rows(const double (*g)[3], double chi, double q_min, bool recorded) {
    outcome r;
    const double keV = BEAM_ENERGY;
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *p[] = {dt_parameter(tape, DT_F64, 2, (int64_t[]){N_MIXED, 3}, g),
                      dt_parameter(tape, DT_F64, 0, NULL, &keV),
                      dt_parameter(tape, DT_F64, 0, NULL, &chi)};
    const dt_oscillation_options options = {.chi = p[2], .q_min = q_min};
    dt_oscillation o = dt_oscillation_angles(p[0], p[1], &options);
    dt_tensor *loss = dt_sum(o.omega, DT_ALL), *bar[3];
    if (recorded) {
        dt_vjp(loss, dt_scalar(tape, 1), 3, p, bar);
    } else {
        dt_backward(loss);
        for (int i = 0; i < 3; i++) {
            bar[i] = dt_gradient(p[i]);
        }
    }
    memcpy(r.omega, dt_data_f64(o.omega), sizeof r.omega);
    memcpy(r.q, dt_data_f64(o.q), sizeof r.q);
    memcpy(r.seen, dt_data_bool(o.seen), sizeof r.seen);
    memcpy(r.gradient, dt_data_f64(bar[0]), sizeof r.gradient);
    r.energy = dt_item(bar[1]);
    r.chi = dt_item(bar[2]);
    tape_is_fine(tape);
    dt_tape_free(tape);
    return r;
}

Test(hedm_corners, hidden_rows_are_zero_and_leave_others_bit_for_bit) {
    double with[N_MIXED][3], without[N_MIXED][3];
    mixed(with, true);
    mixed(without, false);
    const double tilts[] = {0, 0.5, -0.5, 0.01};
    int hidden = 0, compared = 0;
    for (int c = 0; c < 8; c++) {
        outcome a = run_rows(with, tilts[c / 2], 0, c % 2);
        outcome b = run_rows(without, tilts[c / 2], 0, c % 2);
        cr_assert(isfinite(a.energy) && isfinite(a.chi));
        for (int i = 0; i < N_MIXED; i++) {
            bool corner = memcmp(with[i], without[i], sizeof with[i]) != 0;
            for (int d = 0; d < 3; d++) {
                cr_assert(isfinite(a.gradient[i][d]), "row %d: %g %g %g", i, with[i][0], with[i][1],
                          with[i][2]);
            }
            cr_assert(isfinite(a.omega[i][0]) && isfinite(a.omega[i][1]) && isfinite(a.q[i]));
            if (!a.seen[i]) {
                cr_assert(a.omega[i][0] == 0 && a.omega[i][1] == 0 && a.q[i] == 0);
                cr_assert(a.gradient[i][0] == 0 && a.gradient[i][1] == 0 && a.gradient[i][2] == 0);
                hidden += corner;
            }
            if (!corner) {
                cr_assert(memcmp(a.omega[i], b.omega[i], sizeof a.omega[i]) == 0);
                cr_assert(memcmp(a.gradient[i], b.gradient[i], sizeof a.gradient[i]) == 0);
                cr_assert(a.q[i] == b.q[i] && a.seen[i] == b.seen[i]);
                compared++;
            }
        }
    }
    cr_assert(hidden > 60, "%d", hidden);
    cr_assert_eq(compared, 8 * N_GOOD);
}

/* Vectors along the axis, zero (or so short that squares underflow), or longer than 2k are hidden
 * for a level beam. */
Test(hedm_corners, what_cannot_diffract_is_not_seen) {
    double g[N_MIXED][3];
    memset(g, 0, sizeof g);
    corners(g);
    outcome r = run_rows(g, 0, 0, false);
    for (int i = 0; i < 8; i++) { /* rows 8 and 9 lie at |g| = 2k: rounding decides */
        cr_assert(!r.seen[i], "row %d", i);
    }
}

/* Vectors whose squares overflow are hidden like all that are too long, in both precisions, and the
 * energy they share keeps its gradient. */
Test(hedm_corners, what_overflows_is_hidden_and_poisons_nothing) {
    static const double g[2][6][3] = {
        {{1, 2, 1},
         {1e160, 0, 1},
         {1e308, 1e308, 1e308},
         {0, 0, -1e200},
         {1e154, 0, 0},
         {1e20, 0, 0}},
        {{1, 2, 1}, {1e25, 0, 1}, {3e38, 3e38, 3e38}, {0, 0, -1e30}, {1.5e19, 0, 0}, {1e10, 0, 0}}};
    for (int single = 0; single < 2; single++) {
        double by_energy[2];
        for (int alone = 0; alone < 2; alone++) {
            const double keV = BEAM_ENERGY, tilt = 0.01;
            dt_dtype dtype = single ? DT_F32 : DT_F64;
            dt_tape *tape = dt_tape_new(NULL);
            int64_t n = alone ? 1 : 6;
            dt_tensor *v = dt_parameter(tape, DT_F64, 2, (int64_t[]){n, 3}, g[single]);
            dt_tensor *e = dt_parameter(tape, DT_F64, 0, NULL, &keV);
            const dt_oscillation_options options = {
                .chi = dt_cast(dt_constant(tape, DT_F64, 0, NULL, &tilt), dtype)};
            dt_oscillation o =
                dt_oscillation_angles(dt_cast(v, dtype), dt_cast(e, dtype), &options);
            dt_tensor *sum = dt_sum(o.omega, DT_ALL), *recorded[2];
            dt_vjp(sum, dt_cast(dt_scalar(tape, 1), dtype), 2, (dt_tensor *const[]){v, e},
                   recorded);
            dt_backward(sum);
            const double *w = dt_data_f64(dt_cast(o.omega, DT_F64)),
                         *bar = dt_data_f64(dt_gradient(v)), *again = dt_data_f64(recorded[0]);
            tape_is_fine(tape);
            cr_expect(isfinite(dt_item(recorded[1])));
            by_energy[alone] = dt_item(dt_gradient(e));
            for (int64_t i = 0; i < n; i++) {
                cr_expect_eq(dt_data_bool(o.seen)[i], i == 0, "row %d", (int)i);
                cr_expect(i == 0 || (w[2 * i] == 0 && w[2 * i + 1] == 0), "row %d: %g", (int)i,
                          w[2 * i]);
                for (int d = 0; d < 3; d++) {
                    double x = bar[3 * i + d];
                    cr_expect(i == 0 ? isfinite(x) && (d == 2 || x != 0) : x == 0, "row %d: %g",
                              (int)i, x);
                    cr_expect(i == 0 ? isfinite(again[3 * i + d]) : again[3 * i + d] == 0);
                }
            }
            dt_tape_free(tape);
        }
        cr_expect(by_energy[0] == by_energy[1] && isfinite(by_energy[0]), "%g and %g", by_energy[0],
                  by_energy[1]);
    }
}

/* One unit in the last place decides, and what is seen has a large but finite slope. */
Test(hedm_corners, tangency_is_decided_within_an_ulp_of_r) {
    const double k = DT_WAVENUMBER_CODATA * BEAM_ENERGY, gz = 3;
    double g[N_MIXED][3] = {{0}};
    for (int i = 0; i < N_MIXED; i++) {
        g[i][1] = tangent(k, gz, i - N_MIXED / 2);
        g[i][2] = gz;
    }
    outcome r = run_rows(g, 0, 0, false);
    cr_assert(!r.seen[0] && r.seen[N_MIXED - 1], "both sides must occur");
    double largest = 0;
    for (int i = 0; i < N_MIXED; i++) {
        cr_assert(!r.seen[i] || (r.q[i] > 0 && r.q[i] < 1e-6));
        for (int d = 0; d < 3; d++) {
            cr_assert(isfinite(r.gradient[i][d]));
            largest = fmax(largest, fabs(r.gradient[i][d]));
        }
        cr_assert(!r.seen[i] || fabs(sin(0.5 * (r.omega[i][0] - r.omega[i][1]))) < 1e-6,
                  "the two roots meet");
    }
    cr_assert(largest < 1e12);
    outcome cut = run_rows(g, 0, 1e-3, false);
    for (int i = 0; i < N_MIXED; i++) {
        cr_assert(!cut.seen[i] && cut.omega[i][0] == 0 && cut.gradient[i][1] == 0);
    }
}

/* A cut at the q of a row hides exactly the rows with q up to it. */
Test(hedm_corners, q_min_hides_rows_up_to_it) {
    double g[N_MIXED][3];
    mixed(g, false);
    outcome all = run_rows(g, 0.01, 0, false);
    double limit = all.q[8];
    cr_assert(limit > 0);
    outcome cut = run_rows(g, 0.01, limit, false);
    int hidden = 0, kept = 0;
    for (int i = 0; i < N_MIXED; i++) {
        bool keep = all.q[i] > limit;
        cr_assert_eq(cut.seen[i], keep);
        cr_assert(memcmp(cut.omega[i], keep ? all.omega[i] : (double[]){0, 0}, 16) == 0);
        cr_assert(memcmp(cut.gradient[i], all.gradient[i], 24) == 0 || !keep);
        hidden += !keep && all.seen[i];
        kept += keep;
    }
    cr_assert(hidden > 0 && kept > 0);
}

/* A loss that is infinite on a hidden row does not reach it. */
Test(hedm_corners, infinite_cotangents_of_hidden_rows_are_dropped) {
    dt_tape *tape = dt_tape_new(NULL);
    const double g[2][3] = {{0, 0, 3}, {1, 2, 1}}, weight[2][2] = {{INFINITY, NAN}, {1, 1}};
    dt_tensor *v = dt_parameter(tape, DT_F64, 2, (int64_t[]){2, 3}, g);
    dt_oscillation o = dt_oscillation_angles(v, dt_scalar(tape, BEAM_ENERGY), NULL);
    dt_tensor *bar = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 2}, weight), *recorded;
    dt_vjp(o.omega, bar, 1, &v, &recorded);
    dt_backward_from(o.omega, bar);
    const double *a = dt_data_f64(dt_gradient(v)), *b = dt_data_f64(recorded);
    tape_is_fine(tape);
    for (int i = 0; i < 6; i++) {
        cr_assert(i < 3 ? a[i] == 0 && b[i] == 0 : isfinite(a[i]) && isfinite(b[i]));
    }
    cr_assert(a[3] != 0 && a[4] != 0);
    dt_tape_free(tape);
}

/* A NaN shows in its own row and is not called seen. */
Test(hedm_corners, a_nan_stays_in_its_row_and_is_not_seen) {
    dt_tape *tape = dt_tape_new(NULL);
    const double g[3][3] = {{1, 2, 1}, {NAN, 2, 1}, {1, 2, 1}};
    dt_oscillation o = dt_oscillation_angles(dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, g),
                                             dt_scalar(tape, BEAM_ENERGY), NULL);
    const double *w = dt_data_f64(o.omega);
    const bool *seen = dt_data_bool(o.seen);
    cr_assert(seen[0] && !seen[1] && seen[2]);
    cr_assert(isnan(w[2]) && isnan(w[3]) && w[0] == w[4] && w[1] == w[5]);
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(hedm_corners, single_precision_meets_no_nan_either) {
    double with[N_MIXED][3];
    const double tilts[] = {0, 0.5, -0.5};
    mixed(with, true);
    for (int c = 0; c < 3; c++) {
        dt_tape *tape = dt_tape_new(NULL);
        float g[N_MIXED][3];
        for (int i = 0; i < 3 * N_MIXED; i++) {
            g[i / 3][i % 3] = (float)with[i / 3][i % 3];
        }
        const float energy = (float)BEAM_ENERGY, chi = (float)tilts[c];
        dt_tensor *v = dt_parameter(tape, DT_F32, 2, (int64_t[]){N_MIXED, 3}, g);
        dt_tensor *e = dt_parameter(tape, DT_F32, 0, NULL, &energy);
        const dt_oscillation_options options = {.chi = dt_parameter(tape, DT_F32, 0, NULL, &chi)};
        dt_oscillation o = dt_oscillation_angles(v, e, &options);
        dt_backward(dt_sum(o.omega, DT_ALL));
        const float *w = dt_data_f32(o.omega), *bar = dt_data_f32(dt_gradient(v));
        tape_is_fine(tape);
        for (int i = 0; i < 3 * N_MIXED; i++) {
            cr_assert(isfinite(bar[i]) && (i >= 2 * N_MIXED || isfinite(w[i])), "%d", i);
        }
        cr_assert(isfinite(dt_data_f32(dt_gradient(e))[0]));
        dt_tape_free(tape);
    }
}

/* Forward mode and second derivatives: finite everywhere, zero where hidden. */
Test(hedm_corners, tangents_and_second_derivatives_are_finite_and_zero_where_hidden) {
    double g[N_MIXED][3], along[N_MIXED][3];
    mixed(g, true);
    for (int64_t i = 0; i < 3 * N_MIXED; i++) {
        along[i / 3][i % 3] = noise(91, i);
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *v = dt_parameter(tape, DT_F64, 2, (int64_t[]){N_MIXED, 3}, g);
    dt_tensor *d = dt_constant(tape, DT_F64, 2, (int64_t[]){N_MIXED, 3}, along), *second;
    dt_oscillation o = dt_oscillation_angles(v, dt_scalar(tape, BEAM_ENERGY), NULL);
    const double *tangent_of_omega = dt_data_f64(dt_jvp(o.omega, 1, &v, &d));
    dt_hvp(dt_sum(dt_square(o.omega), DT_ALL), 1, &v, &d, &second);
    const double *curvature = dt_data_f64(second);
    const bool *seen = dt_data_bool(o.seen);
    tape_is_fine(tape);
    int hidden = 0;
    for (int i = 0; i < N_MIXED; i++) {
        for (int k = 0; k < 3; k++) {
            cr_assert(isfinite(curvature[3 * i + k]), "row %d", i);
            cr_assert(seen[i] || curvature[3 * i + k] == 0);
        }
        for (int k = 0; k < 2; k++) {
            cr_assert(isfinite(tangent_of_omega[2 * i + k]), "row %d", i);
            cr_assert(seen[i] || tangent_of_omega[2 * i + k] == 0);
        }
        hidden += !seen[i];
    }
    cr_assert(hidden > 6, "%d", hidden);
    dt_tape_free(tape);
}
