/* test_phonon_map_gradients.c - the gradient of a random loss for every parameter of a phonon map
 * against central differences. */
#include "network_case.h"

#include <difftape/gradcheck.h>

enum { SPRINGS, XYZ, CELL, TEMPERATURE, U, OCCUPANCY, SCALE, WEIGHTS, INPUTS };
enum { N = 8, N_WEIGHTS = 5 };

static dt_tensor *map_from(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    const dt_phonon_map *map = *(dt_phonon_map *const *)user;
    bool weights = dt_size(in[WEIGHTS]) > 0;
    const dt_phonon_map_parameters p = {.network = {.springs = in[SPRINGS],
                                                    .xyz = in[XYZ],
                                                    .cell = in[CELL],
                                                    .temperature = in[TEMPERATURE]},
                                        .u = in[U],
                                        .occupancy = in[OCCUPANCY],
                                        .scale = in[SCALE],
                                        .mode_weights = weights ? in[WEIGHTS] : NULL};
    return dt_phonon_map_intensity(map, &p);
}

/* Springs all different, so that every class counts. */
static void fill_springs(double *springs, int64_t n, dt_spring_unit unit) {
    for (int64_t c = 0; c < n; c++) {
        springs[c] = (unit == DT_SPRING_SI ? 0.6 : 1.0) * (1.2 + 0.5 * noise(51, c));
    }
}

static void check(const char *group, dt_network_options network, dt_phonon_map_options options,
                  dt_grid grid, bool tensors, bool second_order) {
    dt_crystal *crystal = crystal_with(group, N, true);
    dt_network *net = network_of(crystal, &network);
    dt_points *points = points_of(&grid);
    dt_phonon_map *map = map_of(net, points, &options);
    int64_t n = N, classes = dt_network_get_sizes(net).classes, n_weights = options.n_weights;
    int columns = network.form == DT_SPRING_HYBRID ? 2 : 1;
    double springs[1024], u[9 * N], weights[N_WEIGHTS], t = 35.0, scale = 1.3;
    cr_assert(columns * classes <= 1024);
    fill_springs(springs, columns * classes, network.unit);
    for (int64_t i = 0; i < 9 * N; i++) {
        int64_t a = i % 9 / 3, b = i % 3;
        u[i] = tensors ? (a == b ? 0.06 : 0.0) + 0.01 * noise(52, i / 9 * 9 + 3 * a + b) : 0.05;
    }
    for (int i = 0; i < N_WEIGHTS; i++) {
        weights[i] = 1.0 + 0.5 * noise(53, i);
    }
    const dt_array in[INPUTS] = {
        [SPRINGS] = dt_array_wrap(DT_F64, columns, (int64_t[]){classes, 2}, springs),
        [XYZ] = dt_array_wrap(DT_F64, 2, (int64_t[]){N, 3}, crystal->xyz),
        [CELL] = dt_array_wrap(DT_F64, 1, (int64_t[]){6}, crystal->cell.parameters),
        [TEMPERATURE] = dt_array_wrap(DT_F64, 0, NULL, &t),
        [U] = dt_array_wrap(DT_F64, tensors ? 3 : 1, (int64_t[]){N, 3, 3}, u),
        [OCCUPANCY] = dt_array_wrap(DT_F64, 1, &n, crystal->occupancy),
        [SCALE] = dt_array_wrap(DT_F64, 0, NULL, &scale),
        [WEIGHTS] = dt_array_wrap(DT_F64, 1, &n_weights, weights)};
    const dt_gradcheck_options how = {.tolerance = 1e-7, .second_order = second_order};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_gradcheck(group, map_from, &map, INPUTS, in, &how, &report, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    cr_assert(report.compared >= classes + 3 * N + 6 + 1 + N + N + 1);
    cr_log_info("%s, %lld classes: %lld numbers, adjoint %.2g, directions %.2g, entries %.2g, "
                "second %.2g\n",
                group, (long long)classes, (long long)report.compared, report.worst_adjoint,
                report.worst_direction, report.worst_entry, report.worst_second);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(net);
    dt_crystal_free(crystal);
}

static const dt_grid some = {{-1, 1, 0.5}, {0, 2, 1.5}, {3, 1, 2}};
static const dt_grid zone_faces = {{0, 0.5, 0}, {1, 1.5, 1}, {2, 1, 2}};
static const int64_t groups[N] = {0, 0, 0, 1, 2, 2, 1, 1};

Test(gradients, of_isotropic_springs_by_interface) {
    check("P21", (dt_network_options){.cutoff = 4.5, .classes = DT_CLASSES_INTERFACES},
          (dt_phonon_map_options){.bragg = DT_BRAGG_DROP_ACOUSTIC}, some, false, false);
}

Test(gradients, of_parallel_springs_that_weaken_with_distance) {
    check("P21",
          (dt_network_options){.cutoff = 8,
                               .form = DT_SPRING_PARALLEL,
                               .decay = 4,
                               .reference = 4,
                               .taper = 2,
                               .unit = DT_SPRING_SI},
          (dt_phonon_map_options){.d_min = 0}, some, true, false);
}

Test(gradients, of_hybrid_springs_between_groups) {
    check("P1",
          (dt_network_options){.cutoff = 5,
                               .form = DT_SPRING_HYBRID,
                               .group = groups,
                               .classes = DT_CLASSES_LABELS,
                               .label = groups,
                               .n_labels = 3},
          (dt_phonon_map_options){.d_min = 0}, some, true, false);
}

Test(gradients, of_single_atoms) {
    check("P-1", (dt_network_options){.cutoff = 5, .atoms = true, .unit = DT_SPRING_SI},
          (dt_phonon_map_options){.bragg = DT_BRAGG_DROP_ACOUSTIC}, some, false, false);
}

/* Symmetry makes phonons degenerate on the faces of the zone; nothing in the gradient minds. */
Test(gradients, where_phonons_are_degenerate) {
    check("P21", (dt_network_options){.cutoff = 4.5, .form = DT_SPRING_HYBRID},
          (dt_phonon_map_options){.occupation = DT_QUANTUM}, zone_faces, false, false);
    check("P31", (dt_network_options){.cutoff = 4.5},
          (dt_phonon_map_options){.bragg = DT_BRAGG_DROP_ACOUSTIC}, zone_faces, false, false);
}

Test(gradients, with_quantum_occupation_and_mode_weights) {
    check(
        "P21", (dt_network_options){.cutoff = 4.5, .unit = DT_SPRING_SI},
        (dt_phonon_map_options){
            .occupation = DT_QUANTUM, .n_weights = N_WEIGHTS, .weights_from = 0.2, .weights_to = 4},
        some, false, false);
    check("P1", (dt_network_options){.cutoff = 5, .group = groups},
          (dt_phonon_map_options){.n_weights = N_WEIGHTS, .weights_from = 0, .weights_to = 3}, some,
          false, false);
}

Test(gradients, of_averages_over_bragg_voxels) {
    check("P21", (dt_network_options){.cutoff = 4.5, .form = DT_SPRING_HYBRID},
          (dt_phonon_map_options){.bragg = DT_BRAGG_AVERAGE, .bragg_order = 1},
          (dt_grid){{1, 1, 0}, {2, 1, 0}, {2, 1, 1}}, false, false);
}

Test(gradients, of_second_order) {
    check("P21", (dt_network_options){.cutoff = 4.5, .form = DT_SPRING_HYBRID, .taper = 1},
          (dt_phonon_map_options){.bragg = DT_BRAGG_DROP_ACOUSTIC},
          (dt_grid){{1, 1, 0}, {2, 1, 0}, {2, 1, 1}}, true, true);
}
