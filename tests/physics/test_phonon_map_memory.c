/* test_phonon_map_memory.c - voxels of grids are walked through, not listed: every one is found,
 * and memory is that of the map. */
#include "network_case.h"

static const double constants[2] = {1.0, 1.25};

static dt_tensor *evaluate(const dt_phonon_map *map, dt_tape *tape) {
    const dt_phonon_map_parameters p = {
        .network.springs = dt_parameter(tape, DT_F64, 1, (int64_t[]){2}, constants)};
    return dt_phonon_map_intensity(map, &p);
}

/* -- every voxel ------------------------------------------------------------------------------- */

/* The same points as a list, whose voxels are sorted. */
static dt_points *list_of(const dt_points *points, const dt_grid *grid) {
    int ndim;
    int64_t shape[4], n = dt_points_shape(points, &ndim, shape);
    double *hkl = malloc((size_t)(3 * n) * sizeof *hkl), voxel[3];
    dt_points *list = NULL;
    cr_assert(hkl != NULL);
    for (int64_t p = 0; p < n; p++) {
        dt_points_get(points, p, hkl + 3 * p);
    }
    for (int d = 0; d < 3; d++) {
        voxel[d] = 1.0 / grid->samples[d];
    }
    cr_assert_eq(dt_points_from_list(n, hkl, voxel, &list, NULL), DT_OK);
    free(hkl);
    return list;
}

static void compare(const dt_network *network, const dt_grid *grid,
                    const dt_phonon_map_options *options) {
    dt_points *points = points_of(grid), *list = list_of(points, grid);
    dt_phonon_map *a = map_of(network, points, options), *b = map_of(network, list, options);
    dt_tape *tape = dt_tape_new(NULL);
    const dt_phonon_map_sizes s = dt_phonon_map_get_sizes(a), t = dt_phonon_map_get_sizes(b);
    cr_assert(s.points == t.points && s.valid == t.valid && s.bragg == t.bragg &&
              s.wavevectors == t.wavevectors && s.evaluations == t.evaluations);
    const double *x = dt_data_f64(evaluate(a, tape)), *y = dt_data_f64(evaluate(b, tape));
    tape_is_fine(tape);
    int64_t found = 0;
    for (int64_t p = 0; p < s.points; p++) {
        bool valid = dt_phonon_map_valid(a)[p];
        cr_assert(valid == dt_phonon_map_valid(b)[p] && (valid || x[p] == 0.0));
        cr_assert(fabs(x[p] - y[p]) <= 1e-12 * y[p], "point %lld: %.17g, in a list %.17g",
                  (long long)p, x[p], y[p]);
        found += valid;
    }
    cr_assert(found > 20 && found == s.valid);
    dt_tape_free(tape);
    dt_phonon_map_free(a);
    dt_phonon_map_free(b);
    dt_points_free(points);
    dt_points_free(list);
}

Test(voxels, are_all_found_whatever_the_grid) {
    dt_crystal *crystal = crystal_with("P21", 9, true);
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 7});
    static const dt_grid grids[] = {
        {{-1, -1, -1}, {1, 1, 1}, {4, 3, 5}},               /* many wavevectors, few voxels each */
        {{-6, -7, -5}, {6, 7, 8}, {1, 2, 2}},               /* few with many, in several slices */
        {{0.25, -8.4, -9.5}, {20.25, 8.6, 9.5}, {1, 1, 1}}, /* one wavevector, none whole */
        {{0.2, 0.5, -0.5}, {1.2, 0.5, 17.5}, {7, 4, 2}},    /* one layer, of a broken limit */
    };
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
        for (int bragg = 0; bragg < 3; bragg++) {
            const dt_phonon_map_options all = {.bragg = (dt_bragg_policy)bragg, .bragg_order = 2},
                                        some = {.bragg = (dt_bragg_policy)bragg,
                                                .bragg_order = 2,
                                                .d_min = g == 0 ? 9 : 2.7};
            if (g != 1 || bragg < 2) { /* an average at very many Bragg points takes long */
                compare(network, &grids[g], &all);
            }
            compare(network, &grids[g], &some);
        }
    }
    dt_network_free(network);
    dt_crystal_free(crystal);
}

Test(voxels, have_gradients_that_fit_differences_where_slices_are_shared) {
    dt_crystal *crystal = crystal_with("P21", 9, true);
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 7});
    const dt_grid grid = {{-1, -1, -1}, {1, 1, 1}, {3, 2, 2}};
    const dt_phonon_map_options average = {.bragg = DT_BRAGG_AVERAGE, .bragg_order = 3};
    dt_points *points = points_of(&grid);
    dt_phonon_map *map = map_of(network, points, &average);
    double sum[3], slope = 0;
    const double step = 1e-5;
    for (int i = 0; i < 3; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_tensor *springs =
            dt_parameter(tape, DT_F64, 1, (int64_t[]){2},
                         (const double[]){1.0 + (i - 1) * step, 1.25 + 0.5 * (i - 1) * step});
        dt_tensor *scale = dt_parameter(tape, DT_F64, 0, NULL, &(const double){2.0});
        const dt_phonon_map_parameters p = {.network.springs = springs, .scale = scale};
        dt_tensor *total = dt_sum(dt_phonon_map_intensity(map, &p), DT_ALL);
        sum[i] = dt_item(total);
        dt_backward(total);
        tape_is_fine(tape);
        if (i == 1) {
            const double *g = dt_data_f64(dt_gradient(springs));
            slope = g[0] + 0.5 * g[1];
            cr_assert_float_eq(2.0 * dt_item(dt_gradient(scale)), sum[1], 1e-12 * sum[1]);
        }
        dt_tape_free(tape);
    }
    double difference = (sum[2] - sum[0]) / (2 * step);
    cr_assert(slope != 0 && fabs(slope - difference) <= 1e-7 * fabs(slope),
              "%.12g, should be %.12g", slope, difference);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

/* -- memory ------------------------------------------------------------------------------------ */

/* Most bytes on the tape of a map of (4 half + 1)^3 voxels, and perhaps its gradients. */
static double peak(int half, dt_bragg_policy bragg, bool gradients, double *ret_voxels) {
    dt_crystal *crystal = crystal_with("P21", 9, true);
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 7});
    const dt_grid grid = {{-half, -half, -half}, {half, half, half}, {2, 2, 2}};
    dt_points *points = points_of(&grid);
    const dt_phonon_map_options options = {.bragg = bragg, .bragg_order = 1};
    dt_phonon_map *map = map_of(network, points, &options);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = evaluate(map, tape);
    if (gradients) {
        dt_backward(dt_sum(x, DT_ALL));
    }
    tape_is_fine(tape);
    *ret_voxels = (double)dt_phonon_map_get_sizes(map).points;
    double bytes = (double)dt_tape_get_stats(tape).bytes_peak;
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
    return bytes;
}

/* What 1e5 and 2e6 voxels differ by is `each` bytes a voxel. The whole process is looked at in the
 * test of the program. */
static void grows_by(dt_bragg_policy bragg, bool gradients, double each) {
    dt_set_threads(1);
    double few, many, small = peak(11, bragg, gradients, &few);
    double large = peak(gradients ? 21 : 31, bragg, gradients, &many);
    cr_assert(few < 1e5 && many > 6e5);
    double excess = large - small - each * (many - few);
    cr_expect(fabs(excess) < 0.02 * large, "%g of %g bytes beyond the map", excess, large);
}

Test(memory, of_a_map_is_that_of_its_values) {
    grows_by(DT_BRAGG_INVALID, false, 8);
}

Test(memory, of_gradients_is_that_of_the_cotangent_more) {
    grows_by(DT_BRAGG_INVALID, true, 16);
}

Test(memory, of_averages_over_bragg_voxels_is_that_of_the_map) {
    grows_by(DT_BRAGG_AVERAGE, false, 8);
}
