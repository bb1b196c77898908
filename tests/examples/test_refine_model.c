/* test_refine_model.c - every option of the model that refine passes on reaches the map, and what
 * it adds is found again. */
#include "refine_case.h"

#include <difftape/difftape.h>

TestSuite(refine_model, .init = enter_folder, .fini = leave_fits, .timeout = 280);

#define SMALL " --hkl=-2:2:3,-2:2:3,-2:2:2 "

/* The phonon map for what the options say, made here with the library. */
struct made {
    dt_network_options network;
    dt_phonon_map_options map;
    double temperature, springs[2], tensor[6];
    bool tensors;
};

static dt_array library_map(struct made made) {
    const dt_grid grid = {.lo = {-2, -2, -2}, .hi = {2, 2, 2}, .samples = {3, 3, 2}};
    dt_error error = DT_ERROR_INIT;
    dt_structure *s = NULL;
    dt_crystal *crystal = NULL;
    dt_network *network = NULL;
    dt_points *points = NULL;
    dt_phonon_map *map = NULL;
    cr_assert(dt_structure_read(&s, CRYSTAL, NULL, &error) == DT_OK, "%s", error.message);
    dt_crystal_input input = dt_crystal_input_from(s);
    made.network.cutoff = 4;
    made.map.bragg_springs = made.springs;
    cr_assert(dt_crystal_new(&input, &crystal, &error) == DT_OK &&
                  dt_network_new(crystal, &made.network, &network, &error) == DT_OK &&
                  dt_points_from_grid(&grid, &points, &error) == DT_OK &&
                  dt_phonon_map_new(network, points, &made.map, &map, &error) == DT_OK,
              "%s", error.message);
    dt_tape *tape = dt_tape_new(NULL);
    int64_t n = crystal->n_atoms, two = 2;
    double *u = malloc((size_t)(9 * n) * sizeof *u);
    cr_assert(u != NULL);
    static const int at[9] = {0, 5, 4, 5, 1, 3, 4, 3, 2};
    for (int64_t i = 0; i < 9 * n; i++) {
        double atom = made.tensors ? s->u_aniso[i] : i % 9 % 4 == 0 ? s->u_iso[i / 9] : 0;
        u[i] = atom + made.tensor[at[i % 9]];
    }
    const dt_phonon_map_parameters parameters = {
        .network.springs = dt_constant(tape, DT_F64, 1, &two, made.springs),
        .network.temperature = dt_scalar(tape, made.temperature),
        .u = dt_constant(tape, DT_F64, 3, (const int64_t[]){n, 3, 3}, u)};
    const dt_array view = dt_array_of(dt_phonon_map_intensity(map, &parameters));
    dt_array copy;
    cr_assert(view.data != NULL, "%s", dt_tape_message(tape));
    cr_assert(dt_array_new(&copy, DT_F64, 3, view.shape, &error) == DT_OK);
    cr_assert(dt_array_copy(&copy, &view, &error) == DT_OK);
    free(u);
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
    dt_structure_free(s);
    return copy;
}

/* refine's map with these options is that of the library, and not that without them. */
static void expect_map(const char *options, struct made made) {
    char arguments[512];
    must_run("--simulate=target.npz" SMALL CRYSTAL);
    snprintf(arguments, sizeof arguments, "--target=target.npz --iterations=0 %s-o fit " CRYSTAL,
             options);
    must_run(arguments);
    must_run("--target=target.npz --iterations=0 --springs=1,0.5 -o again " CRYSTAL);
    dt_array have = member("fit/model.npz", "intensity"), want = library_map(made);
    dt_array plain = member("again/model.npz", "intensity");
    int64_t n = dt_array_size(&want);
    cr_assert(n == 13 * 13 * 9 && n == dt_array_size(&have));
    double worst = 0, change = 0;
    for (int64_t i = 0; i < n; i++) {
        double a = ((double *)have.data)[i], b = ((double *)want.data)[i];
        worst = fmax(worst, fabs(a - b) / fmax(fabs(b), 1e-9));
        change = fmax(change, fabs(a - ((double *)plain.data)[i]) / fmax(fabs(b), 1e-9));
    }
    cr_expect(worst < 1e-10, "%s: worst %g", options, worst);
    cr_expect(change > 1e-4, "%s: changes nothing", options);
    dt_array_free(&have);
    dt_array_free(&want);
    dt_array_free(&plain);
}

Test(refine_model, springs_in_newton_per_metre_have_a_temperature) {
    expect_map(
        "--springs=0.4,0.2 --spring-unit=N/m --temperature=250 ",
        (struct made){.network.unit = DT_SPRING_SI, .temperature = 250, .springs = {0.4, 0.2}});
}

Test(refine_model, phonons_may_be_quantum) {
    expect_map("--springs=1,0.5 --occupation=quantum --temperature=10 ",
               (struct made){.map.occupation = DT_QUANTUM, .temperature = 10, .springs = {1, 0.5}});
}

/* Voxels cut for equal springs give averages 3 % away from these. */
Test(refine_model, bragg_voxels_may_have_their_average_cut_for_the_starting_springs) {
    expect_map("--springs=1,0.03 --bragg=average --bragg-order=2 ",
               (struct made){.map = {.bragg = DT_BRAGG_AVERAGE, .bragg_order = 2},
                             .temperature = 300,
                             .springs = {1, 0.03}});
}

Test(refine_model, bragg_voxels_may_be_without_acoustic_phonons) {
    expect_map("--springs=1,0.5 --bragg=drop ", (struct made){.map.bragg = DT_BRAGG_DROP_ACOUSTIC,
                                                              .temperature = 300,
                                                              .springs = {1, 0.5}});
}

Test(refine_model, displacements_may_be_tensors_of_the_file_with_one_added_to_all) {
    expect_map("--springs=1,0.5 --adp=data-tensors --u-tensor=0.1,0.05,0.02,0.01,-0.02,0.03 ",
               (struct made){.temperature = 300,
                             .springs = {1, 0.5},
                             .tensors = true,
                             .tensor = {0.1, 0.05, 0.02, 0.01, -0.02, 0.03}});
}

Test(refine_model, bragg_voxels_with_a_value_are_data) {
    const char *out =
        must_run("--simulate=target.npz --bragg=average --bragg-order=2" SMALL CRYSTAL);
    cr_expect(strstr(out, "1521 with data") != NULL, "%s", out); /* 13 x 13 x 9 */
    must_run("--target=target.npz --bragg=average --bragg-order=2 --springs=3,1.5 --quiet "
             "-o fit " CRYSTAL);
    expect_refined("fit", "springs", 0, 1);
    expect_refined("fit", "springs", 1, 1);
}

Test(refine_model, a_tensor_of_all_atoms_is_found_again) {
    static const double truth[6] = {0.3, 0.1, 0.2, 0.05, -0.1, 0.15};
    must_run("--simulate=target.npz --hkl=-4:4:2,-4:4:2,-4:4:2 --springs=1,0.5 --snr=50 "
             "--u-tensor=0.3,0.1,0.2,0.05,-0.1,0.15 " CRYSTAL);
    const char *out = must_run("--target=target.npz --springs=2,1 --refine=springs,u-tensor "
                               "--quiet -o fit " CRYSTAL);
    cr_expect(strstr(out, "u-tensor xx") != NULL && strstr(out, "u-tensor xy") != NULL, "%s", out);
    expect_refined("fit", "springs", 0, 1);
    expect_refined("fit", "springs", 1, 0.5);
    for (int i = 0; i < 6; i++) {
        expect_refined("fit", "u-tensor", i, truth[i]);
        struct refined r = refined("fit", "u-tensor", i);
        cr_expect(r.error < 0.02, "u-tensor %d +- %g", i, r.error);
    }
}

Test(refine_model, springs_of_interfaces_are_found_with_n_per_m_and_quantum_phonons) {
    must_run("--simulate=target.npz --spring-unit=N/m --occupation=quantum --temperature=100 "
             "--springs=0.6,0.3 --snr=20" SMALL CRYSTAL);
    const char *out = must_run("--target=target.npz --spring-unit=N/m --occupation=quantum "
                               "--temperature=100 --springs=2 --quiet -o fit " CRYSTAL);
    cr_expect(strstr(out, " N/m") != NULL, "%s", out);
    expect_refined("fit", "springs", 0, 0.6);
    expect_refined("fit", "springs", 1, 0.3);
}
