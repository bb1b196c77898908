/* test_single_mode.c - maps of one phonon of every wavevector, and what a map is said to cost. */
#include "network_case.h"

#include <difftape/gradcheck.h>

#include <stdlib.h>

enum { N = 8, N_WEIGHTS = 4, MOST = 64 };

static const int64_t groups[N] = {0, 0, 0, 0, 1, 1, 1, 1};
static const dt_grid grid = {{0, 0, 0}, {1, 1, 0.75}, {2, 3, 4}};

typedef struct fixture {
    dt_crystal *crystal;
    dt_network *network;
    dt_points *points;
    dt_phonon_map *map;
    dt_tape *tape;
} fixture;

static fixture setup(const dt_network_options *network) {
    fixture f = {.crystal = crystal_with("P21", N, true), .tape = dt_tape_new(NULL)};
    f.network = network_of(f.crystal, network);
    f.points = points_of(&grid);
    return f;
}

static void teardown(fixture *f) {
    dt_tape_free(f->tape);
    dt_phonon_map_free(f->map);
    dt_points_free(f->points);
    dt_network_free(f->network);
    dt_crystal_free(f->crystal);
}

/* The map under these options, copied, with springs that are all different. */
static void evaluate(fixture *f, const dt_phonon_map_options *options, int columns,
                     double *ret_map) {
    static const double weights[N_WEIGHTS] = {1.0, 0.4, 2.0, 1.5};
    int64_t classes = dt_network_get_sizes(f->network).classes;
    double springs[MOST];
    cr_assert(columns * classes <= MOST);
    for (int64_t c = 0; c < columns * classes; c++) {
        springs[c] = 1.2 + 0.5 * noise(61, c);
    }
    dt_phonon_map_free(f->map);
    f->map = map_of(f->network, f->points, options);
    dt_tape_free(f->tape);
    f->tape = dt_tape_new(NULL);
    dt_phonon_map_parameters p = {
        .network = {.springs =
                        dt_constant(f->tape, DT_F64, columns, (int64_t[]){classes, 2}, springs),
                    .temperature = dt_scalar(f->tape, 40.0)}};
    if (options->n_weights > 0) {
        p.mode_weights = dt_constant(f->tape, DT_F64, 1, (int64_t[]){N_WEIGHTS}, weights);
    }
    dt_tensor *map = dt_phonon_map_intensity(f->map, &p);
    tape_is_fine(f->tape);
    memcpy(ret_map, dt_data_f64(map), (size_t)dt_size(map) * sizeof *ret_map);
}

/* Phonons first ... last, added up, are the map with all: largest difference of its largest. */
static void add_up(const dt_network_options *network, dt_phonon_map_options options, int columns,
                   int64_t first, dt_bragg_policy whole) {
    enum { VOXELS = 3 * 4 * 4 };
    fixture f = setup(network);
    double all[VOXELS], one[VOXELS], sum[VOXELS] = {0.0}, largest = 0.0, off = 0.0;
    int64_t last = dt_network_get_sizes(f.network).freedom, compared = 0;
    options.bragg = whole;
    evaluate(&f, &options, columns, all);
    options.bragg = DT_BRAGG_INVALID;
    for (int64_t mode = first; mode <= last; mode++) {
        options.single_mode = mode;
        evaluate(&f, &options, columns, one);
        for (int p = 0; p < VOXELS; p++) {
            sum[p] += one[p];
        }
    }
    for (int64_t p = 0; p < VOXELS; p++) {
        bool bragg = p % 4 == 0 && p / 4 % 4 % 3 == 0 && p / 16 % 2 == 0;
        if (bragg == (whole == DT_BRAGG_DROP_ACOUSTIC)) {
            cr_assert((all[p] > 0.0 || p == 0) && one[p] >= 0.0);
            largest = fmax(largest, all[p]);
            off = fmax(off, fabs(all[p] - sum[p]));
            compared++;
        }
    }
    cr_log_info("%lld phonons in %lld voxels: %.2g\n", (long long)last, (long long)compared,
                off / largest);
    cr_assert(compared == (whole == DT_BRAGG_DROP_ACOUSTIC ? 4 : 44) && off < 1e-10 * largest,
              "off by %g of %g in %lld voxels", off, largest, (long long)compared);
    teardown(&f);
}

Test(single_mode, all_phonons_together_make_the_map_of_any_network) {
    const dt_network_options asu = {.cutoff = 4.5};
    const dt_network_options hybrid = {.cutoff = 4.5,
                                       .form = DT_SPRING_HYBRID,
                                       .group = groups,
                                       .unit = DT_SPRING_SI,
                                       .decay = 1.0};
    const dt_network_options atoms = {.cutoff = 5.5, .atoms = true};
    add_up(&asu, (dt_phonon_map_options){0}, 1, 1, DT_BRAGG_INVALID);
    add_up(&hybrid, (dt_phonon_map_options){0}, 2, 1, DT_BRAGG_INVALID);
    add_up(&hybrid, (dt_phonon_map_options){.occupation = DT_QUANTUM}, 2, 1, DT_BRAGG_INVALID);
    add_up(&atoms, (dt_phonon_map_options){0}, 1, 1, DT_BRAGG_INVALID);
    const dt_phonon_map_options weights = {
        .n_weights = N_WEIGHTS, .weights_from = 0.1, .weights_to = 3.0};
    add_up(&asu, weights, 1, 1, DT_BRAGG_INVALID);
}

Test(single_mode, optical_phonons_make_what_is_left_of_bragg_points_without_acoustic_ones) {
    const dt_network_options hybrid = {.cutoff = 4.5, .form = DT_SPRING_HYBRID, .group = groups};
    add_up(&hybrid, (dt_phonon_map_options){0}, 2, 4, DT_BRAGG_DROP_ACOUSTIC);
    add_up(&hybrid, (dt_phonon_map_options){.occupation = DT_QUANTUM}, 2, 4,
           DT_BRAGG_DROP_ACOUSTIC);
}

static dt_tensor *map_from(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    const dt_phonon_map *map = *(dt_phonon_map *const *)user;
    const dt_phonon_map_parameters p = {.network = {.springs = in[0], .xyz = in[1]}};
    return dt_phonon_map_intensity(map, &p);
}

Test(single_mode, has_right_gradients_in_springs_and_coordinates) {
    const dt_network_options hybrid = {.cutoff = 4.5, .form = DT_SPRING_HYBRID, .group = groups};
    const dt_phonon_map_options options = {.single_mode = 5};
    const double springs[4] = {0.8, 1.5, 0.6, 1.1}, h[6] = {0.3, 0.2, 0.4, 1.1, 0.7, 0.15};
    fixture f = setup(&hybrid);
    dt_points_free(f.points);
    cr_assert_eq(dt_points_from_list(2, h, NULL, &f.points, NULL), DT_OK);
    f.map = map_of(f.network, f.points, &options);
    const dt_array in[2] = {dt_array_wrap(DT_F64, 2, (int64_t[]){2, 2}, springs),
                            dt_array_wrap(DT_F64, 2, (int64_t[]){N, 3}, f.crystal->xyz)};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_gradcheck("single mode", map_from, &f.map, 2, in, NULL, &report, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    cr_assert(report.compared >= 20);
    teardown(&f);
}

static void refused(const dt_network *network, const dt_points *points,
                    dt_phonon_map_options options, const char *says) {
    dt_phonon_map *map = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_phonon_map_new(network, points, &options, &map, &error), DT_ERR_ARGUMENT);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
}

Test(single_mode, that_does_not_exist_or_has_no_frequency_is_refused) {
    const dt_network_options two = {.cutoff = 4.5, .group = groups};
    fixture f = setup(&two);
    refused(f.network, f.points, (dt_phonon_map_options){.single_mode = -1}, "mode number -1");
    refused(f.network, f.points, (dt_phonon_map_options){.single_mode = 25},
            "mode number 25 (rank 24); there must be 1 to 24 (rank 0 to 23)");
    refused(f.network, f.points,
            (dt_phonon_map_options){.single_mode = 4, .bragg = DT_BRAGG_DROP_ACOUSTIC},
            "a single mode is counted from the softest");
    dt_crystal *plain = crystal_with("P21", N, false);
    dt_network *without = network_of(plain, &two);
    refused(without, f.points, (dt_phonon_map_options){.single_mode = 4},
            "a single mode needs atomic masses");
    dt_network_free(without);
    dt_crystal_free(plain);
    teardown(&f);
}

/* -- what is said before anything is computed -------------------------------------------------- */

/* The estimate counts what a map of these points has. */
static void is_counted(const dt_network *network, const dt_points *points,
                       dt_phonon_map_options options, bool exact) {
    dt_phonon_map_cost one, two;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_phonon_map_estimate(network, points, &options, 1, &one, &error), DT_OK, "%s",
                 error.message);
    cr_assert_eq(dt_phonon_map_estimate(network, points, &options, 2, &two, &error), DT_OK);
    dt_phonon_map *map = map_of(network, points, &options);
    const dt_phonon_map_sizes got = one.sizes, want = dt_phonon_map_get_sizes(map);
    cr_assert(got.points == want.points && got.bragg >= want.bragg);
    cr_assert(got.valid >= want.valid && got.evaluations >= want.evaluations &&
              got.wavevectors >= want.wavevectors);
    if (exact) {
        cr_assert(got.valid == want.valid && got.evaluations == want.evaluations &&
                      got.wavevectors == want.wavevectors && got.bragg == want.bragg,
                  "%lld %lld %lld %lld", (long long)got.valid, (long long)got.evaluations,
                  (long long)got.wavevectors, (long long)got.bragg);
    }
    cr_assert(one.forward_bytes < one.bytes && one.bytes < two.bytes && one.operations > 0.0);
    cr_assert_eq(one.atom_points, 2.0 * N * (double)got.evaluations);
    dt_phonon_map_free(map);
}

Test(estimate, counts_what_the_map_will_have) {
    const dt_network_options options = {.cutoff = 4.5};
    const double centres[6] = {1, 1, 1, 0, 2, 1}, h[9] = {0, 0, 0, 1, 0.5, 0, 0.25, 0.5, 1};
    const dt_grid zone = {{-0.5, -0.5, -0.5}, {0.5, 0.5, 0.5}, {2, 2, 4}};
    fixture f = setup(&options);
    dt_points *blocks = NULL, *list = NULL;
    cr_assert_eq(dt_points_from_blocks(2, centres, &zone, &blocks, NULL), DT_OK);
    cr_assert_eq(dt_points_from_list(3, h, NULL, &list, NULL), DT_OK);
    const dt_phonon_map_options average = {.bragg = DT_BRAGG_AVERAGE, .bragg_order = 3};
    const dt_phonon_map_options drop = {.bragg = DT_BRAGG_DROP_ACOUSTIC};
    is_counted(f.network, f.points, (dt_phonon_map_options){0}, true);
    is_counted(f.network, f.points, drop, true);
    is_counted(f.network, f.points, average, true);
    is_counted(f.network, f.points, (dt_phonon_map_options){.single_mode = 4}, true);
    is_counted(f.network, f.points, (dt_phonon_map_options){.d_min = 5.0}, false);
    is_counted(f.network, blocks, (dt_phonon_map_options){0}, false);
    is_counted(f.network, list, (dt_phonon_map_options){0}, true);
    is_counted(f.network, list, drop, true);
    dt_phonon_map_cost cost;
    dt_error error = DT_ERROR_INIT;
    const dt_phonon_map_options wrong = {.d_min = -2.0};
    cr_assert_eq(dt_phonon_map_estimate(f.network, f.points, &wrong, 1, &cost, &error),
                 DT_ERR_ARGUMENT);
    cr_assert(strstr(error.message, "d_min is -2"), "%s", error.message);
    dt_points_free(blocks);
    dt_points_free(list);
    teardown(&f);
}

Test(rigid_displacements, are_those_of_networks_without_masses_and_refuse_groups) {
    static const int mesh[3] = {3, 2, 2};
    const double springs[2] = {1.0, 0.7};
    dt_crystal *crystal = crystal_with("P21", N, false);
    for (int with_groups = 0; with_groups < 2; with_groups++) {
        const dt_network_options options = {.cutoff = 4.5, .group = with_groups ? groups : NULL};
        dt_network *network = network_of(crystal, &options);
        dt_tape *tape = dt_tape_new(NULL);
        const dt_network_parameters p = {.springs =
                                             dt_constant(tape, DT_F64, 1, (int64_t[]){2}, springs)};
        dt_tensor *u = dt_rigid_displacements(network, &p, mesh);
        if (with_groups) {
            cr_assert_eq(dt_tape_status(tape), DT_ERR_ARGUMENT);
            cr_assert(strstr(dt_tape_message(tape), "must be one rigid group"), "%s",
                      dt_tape_message(tape));
        } else {
            const double *t = dt_data_f64(dt_network_displacements(network, &p, mesh, 0));
            tape_is_fine(tape);
            for (int64_t i = 0; i < N; i++) {
                double third = (t[9 * i] + t[9 * i + 4] + t[9 * i + 8]) / 3.0;
                cr_assert(fabs(dt_data_f64(u)[i] - third) < 1e-12 * third, "%g", third);
            }
        }
        dt_tape_free(tape);
        dt_network_free(network);
    }
    dt_crystal_free(crystal);
}
