/* test_vibrations.c - frequencies, densities of states, and displacements joined to the map. */
#include "network_case.h"

#include <difftape/gradcheck.h>
#include <difftape/vibrations.h>

#include <stdlib.h>

/* Two kinds of atoms on a line along a, too far from the next line to feel it. */
static dt_crystal *chain(void) {
    static const double zeros[8] = {0}, xyz[6] = {1, 1, 1, 3, 1, 1}, mass[2] = {12.0, 30.0};
    const dt_crystal_input in = {.cell = {5, 20, 20, 90, 90, 90},
                                 .n_ops = 1,
                                 .op_rot = (const int[]){1, 0, 0, 0, 1, 0, 0, 0, 1},
                                 .op_tran = zeros,
                                 .n_atoms = 2,
                                 .xyz = xyz,
                                 .u_iso = zeros,
                                 .ff_a = zeros,
                                 .ff_b = zeros,
                                 .ff_c = mass,
                                 .mass = mass};
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s", error.message);
    return crystal;
}

/* nu = omega / 2 pi of branch b in THz for springs in N/m and masses in dalton: C. Kittel,
 * Introduction to Solid State Physics, chapter 4, with two springs. */
static double analytic(double k1, double k2, double m1, double m2, double k, int branch) {
    const double pi = 3.14159265358979323846, dalton = 1.66053906660e-27;
    double s = (k1 + k2) * (1 / m1 + 1 / m2) / 2, half = sin(pi * k);
    double root = sqrt(s * s - 4 * k1 * k2 * half * half / (m1 * m2));
    /* s - root, without the cancellation */
    double x = branch ? s + root : 4 * k1 * k2 * half * half / (m1 * m2) / (s + root);
    return 1e-12 * sqrt(x / dalton) / (2 * pi);
}

static const double two_springs[2] = {3.0, 1.8};

Test(vibrations, of_a_diatomic_chain_have_the_analytic_frequencies_in_terahertz) {
    dt_crystal *crystal = chain();
    const dt_network_options options = {.cutoff = 3.5, .atoms = true, .unit = DT_SPRING_SI};
    dt_network *network = network_of(crystal, &options);
    dt_tape *tape = dt_tape_new(NULL);
    dt_network_parameters p = {.springs = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, two_springs),
                               .temperature = dt_scalar(tape, 173.0)};
    const double corners[6] = {0, 0, 0, 0.5, 0.25, 0};
    dt_tensor *k = dt_wavevector_path(tape, 2, corners, 20);
    const double *nu = dt_data_f64(dt_network_frequencies(network, &p, k));
    tape_is_fine(tape);
    cr_assert(dt_network_get_sizes(network).contacts == 4 && dt_shape(k)[0] == 21);
    double worst_error = 0.0;
    for (int i = 0; i <= 20; i++) {
        cr_assert(fabs(dt_data_f64(k)[3 * i] - 0.025 * i) < 1e-15);
        for (int branch = 0; branch < 6; branch++) { /* three directions, all alike */
            double want = analytic(two_springs[0], two_springs[1], 12, 30, 0.025 * i, branch / 3);
            double got = nu[6 * i + branch];
            cr_assert(fabs(got - want) <= 1e-10 * want, "point %d, branch %d: %.15g, not %.15g", i,
                      branch, got, want);
            worst_error = fmax(worst_error, want > 0.0 ? fabs(got / want - 1.0) : 0.0);
        }
    }
    cr_log_info("dispersion of a diatomic chain: worst relative error %.2g\n", worst_error);
    dt_tape_free(tape);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

Test(vibrations, a_density_of_states_is_a_sum_of_lines_that_integrates_to_the_modes) {
    dt_crystal *crystal = chain();
    const dt_network_options options = {.cutoff = 3.5, .atoms = true, .unit = DT_SPRING_SI};
    dt_network *network = network_of(crystal, &options);
    dt_tape *tape = dt_tape_new(NULL);
    dt_network_parameters p = {.springs =
                                   dt_constant(tape, DT_F64, 1, (int64_t[]){2}, two_springs)};
    enum { M = 4001, K = 16 };
    dt_tensor *k = dt_wavevector_mesh(tape, (const int[]){K, 1, 1});
    dt_tensor *frequencies = dt_network_frequencies(network, &p, k);
    dt_tensor *at = dt_linspace(tape, -2.0, 6.0, M);
    const double *g = dt_data_f64(dt_density_of_states(frequencies, at, 0.1));
    tape_is_fine(tape);
    double integral = 0.0, worst_error = 0.0;
    for (int i = 0; i < M; i++) {
        double nu = -2.0 + 8.0 * i / (M - 1), want = 0.0;
        for (int q = 0; q < K; q++) {
            for (int b = 0; b < 2; b++) {
                double away =
                    nu - analytic(two_springs[0], two_springs[1], 12, 30, (double)q / K, b);
                want += 3.0 * exp(-away * away / 0.02) / (0.1 * sqrt(2 * acos(-1.0)) * K);
            }
        }
        worst_error = fmax(worst_error, fabs(g[i] - want));
        integral += g[i] * 8.0 / (M - 1);
    }
    cr_assert(worst_error < 1e-10, "error %g", worst_error);
    cr_assert(fabs(integral - 6.0) < 1e-10, "integral %.15g", integral);
    dt_tape_free(tape);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

/* -- gradients --------------------------------------------------------------------------------- */

enum { N = 8 };

typedef struct joined {
    dt_network *network;
    dt_phonon_map *map;
    dt_occupation occupation;
} joined;

/* One set of springs makes the Debye-Waller factors and the diffuse map. */
static dt_tensor *joined_map(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    const joined *j = user;
    dt_phonon_map_parameters p = {
        .network = {.springs = in[0], .xyz = in[1], .cell = in[2], .temperature = in[3]}};
    p.u = dt_network_displacements(j->network, &p.network, (const int[]){2, 1, 3}, j->occupation);
    return dt_phonon_map_intensity(j->map, &p);
}

static dt_tensor *covariance_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    const joined *j = user;
    const dt_network_parameters p = {
        .springs = in[0], .xyz = in[1], .cell = in[2], .temperature = in[3]};
    return dt_network_covariance(j->network, &p, (const int[]){2, 1, 2}, (const int[]){1, 0, 1},
                                 j->occupation);
}

static dt_tensor *density_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    const joined *j = user;
    const dt_network_parameters p = {
        .springs = in[0], .xyz = in[1], .cell = in[2], .temperature = in[3]};
    dt_tensor *nu =
        dt_network_frequencies(j->network, &p, dt_wavevector_mesh(tape, (const int[]){2, 2, 1}));
    return dt_density_of_states(nu, dt_linspace(tape, 0.3, 4.0, 9), 0.4);
}

static void check_gradients(const char *name, dt_tensor_fn *fn, dt_occupation occupation,
                            dt_network_options network) {
    const dt_grid grid = {{0, 1, 0}, {0.5, 1, 1}, {2, 1, 2}};
    dt_crystal *crystal = crystal_with("P21", N, true);
    dt_points *points = points_of(&grid);
    const dt_phonon_map_options options = {.occupation = occupation};
    joined j = {.network = network_of(crystal, &network), .occupation = occupation};
    j.map = map_of(j.network, points, &options);
    const double springs[4] = {1.1, 0.7, 2.3, 1.9};
    double t = 40.0;
    int columns = network.form == DT_SPRING_HYBRID ? 2 : 1;
    const dt_array in[4] = {dt_array_wrap(DT_F64, columns, (int64_t[]){2, 2}, springs),
                            dt_array_wrap(DT_F64, 2, (int64_t[]){N, 3}, crystal->xyz),
                            dt_array_wrap(DT_F64, 1, (int64_t[]){6}, crystal->cell.parameters),
                            dt_array_wrap(DT_F64, 0, NULL, &t)};
    const dt_gradcheck_options how = {.tolerance = 1e-7};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_gradcheck(name, fn, &j, 4, in, &how, &report, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    cr_assert(report.compared >= 2 + 3 * N + 6 + 1);
    cr_log_info("%s: %lld numbers, directions %.2g, entries %.2g\n", name,
                (long long)report.compared, report.worst_direction, report.worst_entry);
    dt_phonon_map_free(j.map);
    dt_points_free(points);
    dt_network_free(j.network);
    dt_crystal_free(crystal);
}

Test(gradients, of_a_map_whose_debye_waller_factors_come_from_the_same_springs) {
    check_gradients("classical", joined_map, DT_CLASSICAL,
                    (dt_network_options){.cutoff = 4.5, .form = DT_SPRING_HYBRID});
    check_gradients("quantum", joined_map, DT_QUANTUM,
                    (dt_network_options){.cutoff = 4.5, .unit = DT_SPRING_SI});
}

Test(gradients, of_covariances) {
    check_gradients("covariance", covariance_of, DT_CLASSICAL,
                    (dt_network_options){.cutoff = 4.5, .taper = 1});
    check_gradients("quantum covariance", covariance_of, DT_QUANTUM,
                    (dt_network_options){.cutoff = 4.5});
}

Test(gradients, of_densities_of_states) {
    check_gradients("density of states", density_of, DT_CLASSICAL,
                    (dt_network_options){.cutoff = 4.5, .unit = DT_SPRING_SI});
}

/* -- refusals ---------------------------------------------------------------------------------- */

static void expect(dt_tape *tape, dt_status status, const char *says) {
    cr_assert_eq(dt_tape_status(tape), status, "%s", dt_tape_message(tape));
    cr_assert(strstr(dt_tape_message(tape), says), "%s", dt_tape_message(tape));
    dt_tape_reset(tape);
}

Test(vibrations, refuse_what_makes_no_sense) {
    dt_crystal *bare = crystal_with("P21", N, false);
    dt_network *network = network_of(bare, &(dt_network_options){.cutoff = 4.5});
    dt_tape *tape = dt_tape_new(NULL);
    const double ones[2] = {1, 1};
    dt_network_parameters p = {.springs = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, ones)};
    dt_network_frequencies(network, &p, dt_zeros(tape, DT_F64, 2, (int64_t[]){1, 3}));
    expect(tape, DT_ERR_ARGUMENT, "no masses");
    p.springs = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, ones);
    dt_network_frequencies(network, &p, dt_zeros(tape, DT_F64, 1, (int64_t[]){3}));
    expect(tape, DT_ERR_SHAPE, "(K,3)");
    p.springs = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, ones);
    dt_network_displacements(network, &p, (const int[]){1, 0, 1}, DT_CLASSICAL);
    expect(tape, DT_ERR_ARGUMENT, "mesh of 1 x 0 x 1");
    p.springs = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, ones);
    dt_network_displacements(network, &p, (const int[]){1, 1, 1}, DT_QUANTUM);
    expect(tape, DT_ERR_ARGUMENT, "no masses");
    p.springs = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, ones);
    dt_network_mass_factor(network, &p);
    expect(tape, DT_ERR_ARGUMENT, "no masses");
    dt_wavevector_mesh(tape, (const int[]){2, 2, 0});
    expect(tape, DT_ERR_ARGUMENT, "2 x 2 x 0");
    dt_wavevector_path(tape, 2, ones, 0);
    expect(tape, DT_ERR_ARGUMENT, "0 steps");
    dt_density_of_states(dt_zeros(tape, DT_F64, 2, (int64_t[]){1, 3}),
                         dt_zeros(tape, DT_F64, 1, (int64_t[]){3}), 0.0);
    expect(tape, DT_ERR_ARGUMENT, "width is 0");
    dt_tape_free(tape);
    dt_network_free(network);
    dt_crystal_free(bare);
}
