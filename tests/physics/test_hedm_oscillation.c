/* test_hedm_oscillation.c - oscillation angles: values, labels, identities, shapes and refusals. */
#include "hedm_case.h"

#include <math.h>
#include <string.h>

/* Made with Python's mpmath: zeros of |k_in + R(w) g|^2 - k^2, bracketed on a grid of 2000 points
 * and refined with 40 digits; R from the axis and angle, labels from (axis x beam).R(w) g, which is
 * q. */
static const struct {
    double g[3], energy, chi, axis[3], omega[2], q;
} known[] = {
    {{1.475, 2.901, 3.542},
     50.02099,
     0,
     {0, 0, 1},
     {0.61107366583465361, -2.81190421686690184},
     3.22229027447187273},
    {{5.309, 2.879, 5.068},
     80.725,
     0.01,
     {0, 0, 1},
     {1.20849203929424, -2.20229603380383817},
     5.98445788058853429},
    {{-5.652, -0.413, 5.32},
     30.25,
     -0.5,
     {0, 0, 1},
     {-1.76061553501525514, 1.61473185387633454},
     4.93939115680974796},
    {{1.788, 4.811, -4.642},
     50.02099,
     0.5,
     {0, 0, 1},
     {0.0674763114820254105, -2.49741103362918201},
     4.31823968705355466},
    {{-0.371, -3.041, 0.525},
     80.725,
     0,
     {0, 0, 1},
     {-2.98164086242725711, 0.0828470446504760781},
     3.06127091934823533},
    {{0.887, -5.843, -3.399},
     30.25,
     0.01,
     {0, 0, 1},
     {-3.03876160613511236, -0.404141699290535363},
     5.72079808811522245},
    {{-2.646, 4.996, 3.189},
     50.02099,
     -0.5,
     {-0.41, 0.36, 2},
     {-0.867902730809411239, -2.83665883967391147},
     3.02637337485215059},
    {{-4.335, 1.409, -4.48},
     80.725,
     0.5,
     {-0.6, 0.45, 2},
     {-1.26754501778835103, 1.88925176296245331},
     5.68186077735326101},
    {{-3.487, -3.414, 5.789},
     30.25,
     0,
     {0.45, -0.25, 2},
     {-1.47975839251137155, 0.455195142054106698},
     4.37703255074612547},
    {{5.538, 0.471, 2.134},
     50.02099,
     0.01,
     {-0.35, 0.53, 2},
     {1.67192930874112895, -1.64575028995475416},
     5.73056326511560179},
};
enum { N_KNOWN = sizeof known / sizeof *known };

static dt_tensor *scalar_of(dt_tape *tape, double x) {
    return dt_parameter(tape, DT_F64, 0, NULL, &x);
}

static dt_tensor *vectors(dt_tape *tape, int64_t n, const double *g) {
    return dt_parameter(tape, DT_F64, 2, (int64_t[]){n, 3}, g);
}

Test(hedm_oscillation, angles_and_q_are_those_found_with_40_digits) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int i = 0; i < N_KNOWN; i++) {
        const dt_oscillation_options options = {
            .chi = scalar_of(tape, known[i].chi),
            .axis = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, known[i].axis)};
        dt_oscillation o = dt_oscillation_angles(vectors(tape, 1, known[i].g),
                                                 scalar_of(tape, known[i].energy), &options);
        const double *omega = dt_data_f64(o.omega), *q = dt_data_f64(o.q);
        tape_is_fine(tape);
        cr_assert(dt_data_bool(o.seen)[0]);
        for (int k = 0; k < 2; k++) {
            cr_assert(fabs(omega[k] - known[i].omega[k]) < 2e-15, "case %d root %d: %.17g", i, k,
                      omega[k]);
        }
        cr_assert(fabs(q[0] - known[i].q) < 1e-14, "case %d: q = %.17g", i, q[0]);
        if (known[i].axis[0] == 0) {
            double pair[2], slope;
            cr_assert(
                dt_oscillation_pair(known[i].g, known[i].energy, known[i].chi, 0, pair, &slope));
            cr_assert(fabs(pair[0] - known[i].omega[0]) < 2e-15);
            cr_assert(fabs(pair[1] - known[i].omega[1]) < 2e-15);
            cr_assert(fabs(slope - known[i].q) < 1e-14);
        }
    }
    dt_tape_free(tape);
}

/* The diffracted beams have unit length, the angle 2 theta to the incoming one, and R(w) g turned
 * about any axis keeps its length: the elastic condition, not the formula. */
Test(hedm_oscillation, diffracted_beams_are_elastic_about_any_axis) {
    dt_tape *tape = dt_tape_new(NULL);
    for (int i = 0; i < N_KNOWN; i++) {
        dt_tensor *energy = scalar_of(tape, known[i].energy), *g = vectors(tape, 1, known[i].g);
        const dt_oscillation_options options = {
            .chi = scalar_of(tape, known[i].chi),
            .axis = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, known[i].axis)};
        dt_oscillation o = dt_oscillation_angles(g, energy, &options);
        const double *u = dt_data_f64(dt_diffracted_directions(&o, energy, &options));
        const double *turned = dt_data_f64(dt_turned_points(
            &o, dt_constant(tape, DT_F64, 1, (int64_t[]){3}, known[i].g), &options));
        double theta = dt_item(dt_bragg_angles(g, energy, 0));
        double k = DT_WAVENUMBER_CODATA * known[i].energy,
               in[3] = {cos(known[i].chi), 0, sin(known[i].chi)};
        tape_is_fine(tape);
        for (int root = 0; root < 2; root++) {
            const double *d = u + 3 * root, *t = turned + 3 * root;
            double length = 0, along = 0;
            for (int j = 0; j < 3; j++) {
                length += d[j] * d[j];
                along += d[j] * in[j];
                cr_assert(fabs(k * (d[j] - in[j]) - t[j]) < 1e-14 * k, "case %d", i);
            }
            cr_assert(fabs(length - 1) < 1e-15 * 8, "case %d: length^2 - 1 = %g", i, length - 1);
            cr_assert(fabs(along - cos(2 * theta)) < 1e-15 * 8, "case %d", i);
        }
    }
    dt_tape_free(tape);
}

/* d/d(angle about z) of an angle is -1 where it is seen, also among reflections parallel to z, for
 * which the recipe this replaces gives NaN. The sum over one root of the first n reflections. */
static double slope_about_z(bool by_vector, int root, int n) {
    dt_tape *tape = dt_tape_new(NULL);
    const double angle = 0.1, turn[3] = {0, 0, 0.1};
    dt_tensor *p = by_vector ? dt_parameter(tape, DT_F64, 1, (int64_t[]){3}, turn)
                             : dt_parameter(tape, DT_F64, 1, (int64_t[]){1}, &angle);
    dt_tensor *zeros = dt_zeros(tape, DT_F64, 1, (int64_t[]){2});
    dt_tensor *v = by_vector ? p : dt_concat(2, (dt_tensor *const[]){zeros, p}, 0);
    dt_tensor *g = gold_vectors(tape, dt_rotation_from_vector(v));
    dt_oscillation o =
        dt_oscillation_angles(dt_slice(g, 0, 0, n, 1), dt_scalar(tape, BEAM_ENERGY), NULL);
    dt_backward(dt_sum(dt_select(o.omega, -1, root), DT_ALL));
    double slope = dt_data_f64(dt_gradient(p))[by_vector ? 2 : 0];
    tape_is_fine(tape);
    dt_tape_free(tape);
    return slope;
}

Test(hedm_oscillation, all_136_gold_reflections_turned_about_z_sum_to_minus_132) {
    for (int root = 0; root < 2; root++) {
        double by_angle = slope_about_z(false, root, GOLD_REFLECTIONS);
        double by_vector = slope_about_z(true, root, GOLD_REFLECTIONS);
        cr_log_info("sum of gradients: %.17g and %.17g", by_angle, by_vector);
        cr_assert(fabs(by_angle + 132) < 1e-12, "%.17g", by_angle);
        cr_assert(fabs(by_vector + 132) < 1e-12, "%.17g", by_vector);
        cr_assert(fabs(slope_about_z(false, root, 3) + 3) < 1e-14);
    }
}

Test(hedm_oscillation, opposite_vectors_diffract_half_a_turn_later) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { N = 500 };
    double g[2][N][3];
    for (int64_t i = 0; i < N; i++) {
        for (int d = 0; d < 3; d++) {
            g[0][i][d] = 5 * noise(11, 3 * i + d);
            g[1][i][d] = -g[0][i][d];
        }
    }
    dt_tensor *energy = dt_scalar(tape, BEAM_ENERGY);
    dt_oscillation a = dt_oscillation_angles(vectors(tape, N, g[0][0]), energy, NULL);
    dt_oscillation b = dt_oscillation_angles(vectors(tape, N, g[1][0]), energy, NULL);
    const double *w = dt_data_f64(a.omega), *v = dt_data_f64(b.omega);
    const bool *seen = dt_data_bool(a.seen);
    int compared = 0;
    for (int i = 0; i < 2 * N; i++) {
        if (seen[i / 2]) {
            cr_assert(fabs(sin(0.5 * (v[i] - w[i] - PI))) < 1e-14);
            compared++;
        }
    }
    cr_assert(compared > 500);
    dt_tape_free(tape);
}

/* An axis tilted to (sin W, 0, cos W) is a beam tilted by chi = W, but for a turn of the
 * laboratory. */
Test(hedm_oscillation, a_wedge_is_a_tilted_beam_in_a_turned_laboratory) {
    dt_tape *tape = dt_tape_new(NULL);
    enum { N = 100 };
    const double tilt = 0.07, axis[3] = {sin(tilt), 0, cos(tilt)};
    double g[2][N][3];
    for (int64_t i = 0; i < N; i++) {
        for (int d = 0; d < 3; d++) {
            g[0][i][d] = 4 * noise(12, 3 * i + d);
        }
        g[1][i][0] = cos(tilt) * g[0][i][0] + sin(tilt) * g[0][i][2];
        g[1][i][1] = g[0][i][1];
        g[1][i][2] = cos(tilt) * g[0][i][2] - sin(tilt) * g[0][i][0];
    }
    dt_tensor *energy = dt_scalar(tape, BEAM_ENERGY);
    const dt_oscillation_options beam = {.chi = dt_scalar(tape, tilt)};
    const dt_oscillation_options wedge = {.axis =
                                              dt_constant(tape, DT_F64, 1, (int64_t[]){3}, axis)};
    dt_oscillation a = dt_oscillation_angles(vectors(tape, N, g[0][0]), energy, &beam);
    dt_oscillation b = dt_oscillation_angles(vectors(tape, N, g[1][0]), energy, &wedge);
    const bool *seen = dt_data_bool(a.seen), *seen_b = dt_data_bool(b.seen);
    const double *q = dt_data_f64(a.q), *w = dt_data_f64(a.omega), *v = dt_data_f64(b.omega);
    int compared = 0;
    for (int i = 0; i < 2 * N; i++) {
        cr_assert_eq(seen[i / 2], seen_b[i / 2]);
        if (seen[i / 2] && q[i / 2] > 0.1) {
            cr_assert(fabs(sin(0.5 * (v[i] - w[i]))) < 1e-13, "%g", v[i] - w[i]);
            compared++;
        }
    }
    cr_assert(compared > 100);
    dt_tape_free(tape);
}

/* -- shapes ------------------------------------------------------------------------------------ */

enum { GRAINS = 4, ROWS = 37 };

typedef struct batch {
    double g[GRAINS][ROWS][3], energy[GRAINS], chi[GRAINS], axis[GRAINS][3];
} batch;

static batch batch_new(void) {
    batch b;
    for (int64_t i = 0; i < GRAINS * ROWS * 3; i++) {
        b.g[i / (3 * ROWS)][i / 3 % ROWS][i % 3] = 4 * noise(21, i);
    }
    for (int i = 0; i < GRAINS; i++) {
        b.energy[i] = 40 + 10 * i;
        b.chi[i] = 0.02 * (i - 1);
        b.axis[i][0] = 0.1 * i;
        b.axis[i][1] = -0.05 * i;
        b.axis[i][2] = 1;
    }
    return b;
}

static void same_bits(dt_tensor *all, int grain, dt_tensor *one) {
    const double *x = dt_data_f64(all), *y = dt_data_f64(one);
    int64_t n = dt_size(one);
    tape_is_fine(dt_tape_of(all));
    cr_assert(n > 0 && dt_size(all) == GRAINS * n);
    cr_assert(memcmp(x + grain * n, y, (size_t)n * sizeof *x) == 0, "grain %d", grain);
}

/* Values and gradients of a batch of grains against one grain after the other, bit for bit. */
static void compare_batch(bool with_chi, bool with_axis, bool shared_energy) {
    const batch b = batch_new();
    dt_tape *tape = dt_tape_new(NULL);
    const int64_t n[] = {GRAINS, ROWS, 3}, grains[] = {GRAINS}, axes[] = {GRAINS, 3};
    dt_tensor *g = dt_parameter(tape, DT_F64, 3, n, b.g);
    dt_tensor *energy = dt_parameter(tape, DT_F64, shared_energy ? 0 : 1, grains, b.energy);
    dt_oscillation_options options = {
        .chi = with_chi ? dt_parameter(tape, DT_F64, 1, grains, b.chi) : NULL,
        .axis = with_axis ? dt_parameter(tape, DT_F64, 2, axes, b.axis) : NULL};
    dt_oscillation all = dt_oscillation_angles(g, energy, &options);
    dt_backward(dt_sum(all.omega, DT_ALL));
    dt_tensor *gradient = dt_gradient(g);
    for (int i = 0; i < GRAINS; i++) {
        dt_tensor *gi = vectors(tape, ROWS, b.g[i][0]);
        dt_tensor *ei = scalar_of(tape, b.energy[shared_energy ? 0 : i]);
        dt_oscillation_options oi = {
            .chi = with_chi ? scalar_of(tape, b.chi[i]) : NULL,
            .axis = with_axis ? dt_parameter(tape, DT_F64, 1, (int64_t[]){3}, b.axis[i]) : NULL};
        dt_oscillation one = dt_oscillation_angles(gi, ei, &oi);
        dt_backward(dt_sum(one.omega, DT_ALL));
        same_bits(all.omega, i, one.omega);
        same_bits(all.q, i, one.q);
        same_bits(gradient, i, dt_gradient(gi));
    }
    dt_tape_free(tape);
}

Test(hedm_oscillation, batches_are_bit_for_bit_one_grain_after_the_other) {
    for (int c = 0; c < 8; c++) {
        compare_batch(c & 1, c & 2, c & 4);
    }
}

/* (N,3) with (3,3), (N,3) with (B,3,3), and vectors that already are (B,N,3). */
Test(hedm_oscillation, rotations_broadcast_over_grains) {
    dt_tape *tape = dt_tape_new(NULL);
    double hkl[3 * GOLD_REFLECTIONS], turn[GRAINS][3];
    for (int i = 0; i < 3 * GRAINS; i++) {
        turn[i / 3][i % 3] = noise(31, i);
    }
    gold_indices(hkl);
    dt_tensor *h = dt_constant(tape, DT_F64, 2, (int64_t[]){GOLD_REFLECTIONS, 3}, hkl);
    const double cell[6] = {GOLD_EDGE, GOLD_EDGE, GOLD_EDGE, PI / 2, PI / 2, PI / 2};
    dt_tensor *lattice = dt_reciprocal_lattice(dt_constant(tape, DT_F64, 1, (int64_t[]){6}, cell));
    dt_tensor *r =
        dt_rotation_from_vector(dt_constant(tape, DT_F64, 2, (int64_t[]){GRAINS, 3}, turn));
    dt_tensor *energy = dt_scalar(tape, BEAM_ENERGY);
    dt_oscillation all = dt_omegas_from_reflections(h, lattice, r, energy, NULL);
    cr_assert_eq(dt_ndim(all.omega), 3);
    cr_assert_eq(dt_shape(all.omega)[1], GOLD_REFLECTIONS);
    dt_oscillation again = dt_oscillation_angles(all.g, energy, NULL);
    cr_assert(memcmp(dt_data(all.omega), dt_data(again.omega), (size_t)dt_size(all.omega) * 8) ==
              0);
    for (int i = 0; i < GRAINS; i++) {
        dt_oscillation one =
            dt_omegas_from_reflections(h, lattice, dt_select(r, 0, i), energy, NULL);
        same_bits(all.g, i, one.g);
        same_bits(all.omega, i, one.omega);
    }
    dt_tape_free(tape);
}

Test(hedm_oscillation, no_reflections_and_no_grains_are_fine) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *energy = dt_scalar(tape, BEAM_ENERGY);
    const int64_t shapes[2][3] = {{0, 5, 3}, {5, 0, 3}};
    for (int i = 0; i < 2; i++) {
        dt_tensor *g = dt_parameter(tape, DT_F64, 3, shapes[i], NULL);
        dt_oscillation o = dt_oscillation_angles(g, energy, NULL);
        dt_backward(dt_sum(o.omega, DT_ALL));
        cr_assert_eq(dt_size(o.omega), 0);
        cr_assert_eq(dt_size(o.seen), 0);
        cr_assert_eq(dt_size(dt_diffracted_directions(&o, energy, NULL)), 0);
        tape_is_fine(tape);
    }
    dt_tape_free(tape);
}

/* -- derivatives ------------------------------------------------------------------------------- */

static dt_tensor *angles_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    const dt_oscillation_options options = {.chi = in[2], .axis = user ? in[3] : NULL};
    (void)tape;
    dt_oscillation o = dt_oscillation_angles(in[0], in[1], &options);
    return dt_concat(3,
                     (dt_tensor *const[]){dt_sin(dt_reshape(o.omega, 1, (int64_t[]){-1})),
                                          dt_cos(dt_reshape(o.omega, 1, (int64_t[]){-1})), o.q},
                     0);
}

Test(hedm_oscillation, every_input_has_right_derivatives_of_two_orders) {
    double g[N_KNOWN][3], energy = 60, chi = 0.03, axis[3] = {0.1, -0.2, 0.9};
    for (int i = 0; i < N_KNOWN; i++) {
        memcpy(g[i], known[i].g, sizeof g[i]);
    }
    const dt_array in[] = {dt_array_wrap(DT_F64, 2, (int64_t[]){N_KNOWN, 3}, g),
                           dt_array_wrap(DT_F64, 0, NULL, &energy),
                           dt_array_wrap(DT_F64, 0, NULL, &chi),
                           dt_array_wrap(DT_F64, 1, (int64_t[]){3}, axis)};
    for (int tilted = 0; tilted < 2; tilted++) {
        const dt_gradcheck_options options = {.second_order = true, .taylor = true, .replay = true};
        dt_gradcheck_report report;
        dt_error error = DT_ERROR_INIT;
        dt_status status = dt_gradcheck("oscillation", angles_of, tilted ? &energy : NULL,
                                        3 + tilted, in, &options, &report, &error);
        cr_assert_eq(status, DT_OK, "%s", error.message);
        cr_assert(report.compared > 30);
    }
}

/* An unrecorded sweep takes a loop of its own, a recorded one the composed rule: they must agree,
 * for cotangents of angles and of q, on rows seen and hidden. */
Test(hedm_oscillation, recorded_and_unrecorded_sweeps_agree) {
    enum { N = 3000 };
    static double g[N][3], cotangent[N][2], weight[N];
    for (int64_t i = 0; i < N; i++) {
        for (int d = 0; d < 3; d++) {
            g[i][d] = i % 17 == 0 && d < 2 ? 0 : 6 * noise(41, 3 * i + d);
        }
        cotangent[i][0] = noise(42, i);
        cotangent[i][1] = noise(43, i);
        weight[i] = noise(44, i);
    }
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *v = vectors(tape, N, g[0]), *energy = scalar_of(tape, BEAM_ENERGY);
    dt_oscillation o = dt_oscillation_angles(v, energy, NULL);
    dt_tensor *bar = dt_constant(tape, DT_F64, 2, (int64_t[]){N, 2}, cotangent);
    dt_tensor *of_q = dt_constant(tape, DT_F64, 1, (int64_t[]){N}, weight);
    dt_tensor *loss =
        dt_add(dt_sum(dt_mul(o.omega, bar), DT_ALL), dt_sum(dt_mul(o.q, of_q), DT_ALL));
    dt_tensor *recorded[2];
    dt_vjp(loss, dt_scalar(tape, 1), 2, (dt_tensor *const[]){v, energy}, recorded);
    const double *a = dt_data_f64(recorded[0]), ea = dt_item(recorded[1]);
    dt_backward(loss);
    const double *b = dt_data_f64(dt_gradient(v)), eb = dt_item(dt_gradient(energy));
    const bool *seen = dt_data_bool(o.seen);
    tape_is_fine(tape);
    int compared = 0, hidden = 0;
    for (int i = 0; i < 3 * N; i++) {
        if (!seen[i / 3]) {
            cr_assert(a[i] == 0 && b[i] == 0);
            hidden++;
        } else {
            cr_assert(fabs(a[i] - b[i]) <= 1e-13 * (1 + fabs(a[i])), "%.17g, %.17g", a[i], b[i]);
            compared++;
        }
    }
    cr_assert(compared > N && hidden > N / 6);
    cr_assert(fabs(ea - eb) <= 1e-12 * fabs(ea), "%.17g, %.17g", ea, eb);
    dt_tape_free(tape);
}

/* -- parameters and refusals ------------------------------------------------------------------- */

Test(hedm_oscillation, the_wavenumber_is_a_parameter_and_wavelengths_become_energies) {
    dt_tape *tape = dt_tape_new(NULL);
    /* e / (hbar c) from the exact constants of the SI. */
    const double exact = 2 * PI * 1.602176634e-19 / (6.62607015e-34 * 299792458) * 1e-7;
    cr_assert(fabs(DT_WAVENUMBER_CODATA / exact - 1) < 5e-16);
    dt_tensor *energy = dt_energy_from_wavelength(dt_scalar(tape, 0.25), 0);
    cr_assert(fabs(dt_item(energy) * 0.25 - 12.398419843320026) < 4e-15);
    double old[2], current[2];
    const double g[3] = {1.5, 2.5, 0.5};
    const dt_oscillation_options options = {.wavenumber = DT_WAVENUMBER_ICENINE};
    dt_oscillation o =
        dt_oscillation_angles(vectors(tape, 1, g), dt_scalar(tape, BEAM_ENERGY), &options);
    cr_assert(dt_oscillation_pair(g, BEAM_ENERGY, 0, DT_WAVENUMBER_ICENINE, old, NULL));
    cr_assert(dt_oscillation_pair(g, BEAM_ENERGY, 0, 0, current, NULL));
    cr_assert(fabs(dt_data_f64(o.omega)[0] - old[0]) < 1e-15);
    cr_assert(fabs(old[0] - current[0]) > 1e-9);
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(hedm_oscillation, bragg_angles_end_at_twice_the_wavenumber) {
    dt_tape *tape = dt_tape_new(NULL);
    const double k = DT_WAVENUMBER_CODATA * 20, g[5][3] = {{0, 0, 0},
                                                           {k, 0, 0},
                                                           {0, 2 * k * (1 - 1e-15), 0},
                                                           {0, 0, 2 * k},
                                                           {3 * k, 0, 0}};
    dt_tensor *v = vectors(tape, 5, g[0]);
    dt_tensor *theta = dt_bragg_angles(v, dt_scalar(tape, 20), 0);
    const double *x = dt_data_f64(theta);
    dt_backward(dt_sum(theta, DT_ALL));
    const double *slope = dt_data_f64(dt_gradient(v));
    tape_is_fine(tape);
    cr_assert(x[0] == 0 && x[3] == 0 && x[4] == 0);
    cr_assert(fabs(x[1] - PI / 6) < 1e-15);
    cr_assert(fabs(x[2] - PI / 2) < 1e-7);
    for (int i = 0; i < 15; i++) {
        cr_assert(isfinite(slope[i]));
        cr_assert(i / 3 == 1 || i / 3 == 2 || slope[i] == 0);
    }
    /* d asin(x/2k)/dx at 30 degrees */
    cr_assert(fabs(slope[3] - 1 / (2 * k * cos(PI / 6))) < 1e-15);
    dt_tape_free(tape);
}

static void refused(dt_tape *tape, dt_status status, const char *says) {
    cr_assert_eq(dt_tape_status(tape), status, "\"%s\" was expected, got \"%s\"", says,
                 dt_tape_message(tape));
    cr_assert(strstr(dt_tape_message(tape), says) != NULL, "\"%s\" does not say \"%s\"",
              dt_tape_message(tape), says);
    dt_tape_free(tape);
}

Test(hedm_oscillation, wrong_arguments_are_refused_with_a_reason) {
    const int64_t flat[] = {3}, good[] = {5, 3}, bad[] = {5, 4}, two[] = {2};
    dt_tape *tape = dt_tape_new(NULL);
    dt_oscillation o =
        dt_oscillation_angles(dt_zeros(tape, DT_F64, 1, flat), dt_scalar(tape, 50), NULL);
    cr_assert(o.omega == dt_inert(tape) && o.seen == dt_inert(tape) && o.q == dt_inert(tape));
    refused(tape, DT_ERR_SHAPE, "oscillation_angles: g: the last axes must be (-1,3)");
    tape = dt_tape_new(NULL);
    dt_oscillation_angles(dt_zeros(tape, DT_F64, 2, bad), dt_scalar(tape, 50), NULL);
    refused(tape, DT_ERR_SHAPE, "got (5,4)");
    tape = dt_tape_new(NULL);
    dt_oscillation_angles(dt_zeros(tape, DT_F64, 2, good), NULL, NULL);
    refused(tape, DT_ERR_ARGUMENT, "an energy is needed");
    const dt_oscillation_options options[] = {{.wavenumber = -1}, {.q_min = -1}, {.q_min = NAN}};
    const char *const says[] = {"wavenumber per keV, -1", "q_min, -1", "q_min, nan"};
    for (int i = 0; i < 3; i++) {
        tape = dt_tape_new(NULL);
        dt_oscillation_angles(dt_zeros(tape, DT_F64, 2, good), dt_scalar(tape, 50), &options[i]);
        refused(tape, DT_ERR_ARGUMENT, says[i]);
    }
    tape = dt_tape_new(NULL);
    const dt_oscillation_options flat_axis = {.axis = dt_zeros(tape, DT_F64, 1, two)};
    dt_oscillation_angles(dt_zeros(tape, DT_F64, 2, good), dt_scalar(tape, 50), &flat_axis);
    refused(tape, DT_ERR_SHAPE, "oscillation: axis: the last axes must be (3), got (2)");
    tape = dt_tape_new(NULL);
    dt_oscillation_angles(dt_zeros(tape, DT_F32, 2, good), dt_scalar(tape, 50), NULL);
    refused(tape, DT_ERR_DTYPE, "types do not mix");
    tape = dt_tape_new(NULL);
    dt_oscillation_angles(dt_zeros(tape, DT_F64, 2, good), dt_zeros(tape, DT_F64, 1, two), NULL);
    tape_is_fine(tape); /* one grain, two energies */
    dt_bragg_angles(dt_zeros(tape, DT_F64, 2, bad), dt_scalar(tape, 50), 0);
    refused(tape, DT_ERR_SHAPE, "bragg_angles: g");
    cr_assert(dt_oscillation_angles(NULL, NULL, NULL).omega == NULL);
    cr_assert(dt_diffracted_directions(NULL, NULL, NULL) == NULL);
}
