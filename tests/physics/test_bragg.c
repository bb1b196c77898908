/* test_bragg.c - the mean over a voxel around a Bragg point, by default, is within one per cent of
 * what fine grids converge to: real and synthetic crystals, stiff and soft, isotropic and not. */
#include "network_case.h"

#include <difftape/difftape.h>

#include <stdio.h>
#include <stdlib.h>

static const double bragg[3][3] = {{2, -1, 3}, {1, 0, 0}, {0, 1, 2}};

typedef struct bragg_case {
    const char *crystal; /* a synthetic one, or a file.pdb */
    dt_network_options network;
    double springs[4]; /* of the two classes */
    int samples;
} bragg_case;

static dt_tensor *springs_in(dt_tape *tape, const bragg_case *c) {
    return dt_constant(tape, DT_F64, c->network.form == DT_SPRING_HYBRID ? 2 : 1, (int64_t[]){2, 2},
                       c->springs);
}

/* The map of n points. */
static void intensities(const dt_network *network, const bragg_case *c, int64_t n,
                        const double *hkl, const double *voxel,
                        const dt_phonon_map_options *options, double *ret) {
    dt_points *points = NULL;
    cr_assert_eq(dt_points_from_list(n, hkl, voxel, &points, NULL), DT_OK);
    dt_phonon_map *map = map_of(network, points, options);
    dt_tape *tape = dt_tape_new(NULL);
    const dt_phonon_map_parameters p = {.network.springs = springs_in(tape, c)};
    dt_tensor *x = dt_phonon_map_intensity(map, &p);
    tape_is_fine(tape);
    memcpy(ret, dt_data_f64(x), (size_t)n * sizeof *ret);
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
}

/* The mean over a voxel by the midpoint rule in m^3 parts, m even, so that none has its middle on
 * the peak: no quadrature of the library takes part. Its error near the peak falls as 1/m and
 * further away as 1/m^2, so that three sizes give the limit. */
static double fine_mean(const dt_network *network, const bragg_case *c, const double h[3],
                        const double voxel[3], int m) {
    const int64_t n = (int64_t)m * m * m;
    double *hkl = malloc((size_t)(4 * n) * sizeof *hkl), sum = 0.0;
    cr_assert(hkl != NULL);
    for (int64_t p = 0; p < n; p++) {
        const int64_t i[3] = {p / m / m, p / m % m, p % m};
        for (int d = 0; d < 3; d++) {
            hkl[3 * p + d] = h[d] + voxel[d] * (((double)i[d] + 0.5) / m - 0.5);
        }
    }
    intensities(network, c, n, hkl, NULL, NULL, hkl + 3 * n);
    for (int64_t p = 0; p < n; p++) {
        sum += hkl[3 * n + p];
    }
    free(hkl);
    return sum / (double)n;
}

/* With a + b/m + c/m^2 through m, 2 m, 4 m. */
static double limit_of_fine_means(const dt_network *network, const bragg_case *c, const double h[3],
                                  const double voxel[3], int m) {
    double x = fine_mean(network, c, h, voxel, m), y = fine_mean(network, c, h, voxel, 2 * m);
    double z = fine_mean(network, c, h, voxel, 4 * m);
    return (8 * z - 6 * y + x) / 3;
}

static dt_crystal *crystal_of(const char *name, dt_structure **ret_structure) {
    *ret_structure = NULL;
    if (!strchr(name, '.')) {
        return crystal_with(name, 10, false);
    }
    char path[4096];
    dt_error error = DT_ERROR_INIT;
    dt_crystal *crystal = NULL;
    snprintf(path, sizeof path, "%s/%s",
             strcmp(name, "3al1.pdb") == 0 ? DT_SOURCE_DIR "/examples/data" : DT_STRUCTURES_DIR,
             name);
    FILE *probe = fopen(path, "rb");
    if (!probe) {
        cr_skip_test("%s is absent: set the Meson option structures_dir", path);
    }
    fclose(probe);
    cr_assert_eq(dt_structure_read(ret_structure, path, NULL, &error), DT_OK, "%s", error.message);
    const dt_crystal_input in = dt_crystal_input_from(*ret_structure);
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s", error.message);
    return crystal;
}

/* The default against order 12, and that against fine grids from m on (0: not). */
static void check(const bragg_case *c, int m) {
    dt_structure *structure;
    dt_crystal *crystal = crystal_of(c->crystal, &structure);
    dt_network *network = network_of(crystal, &c->network);
    const double size = 1.0 / c->samples, voxel[3] = {size, size, size};
    dt_phonon_map_options options = {.bragg = DT_BRAGG_AVERAGE};
    double plain[3], told[3], fine[3], off[3] = {0, 0, 0};
    intensities(network, c, 3, bragg[0], voxel, &options, plain);
    options.bragg_springs = c->springs;
    intensities(network, c, 3, bragg[0], voxel, &options, told);
    options.bragg_order = 12;
    intensities(network, c, 3, bragg[0], voxel, &options, fine);
    for (int i = 0; i < 3; i++) {
        cr_assert(isfinite(fine[i]) && fine[i] > 0.0);
        off[0] = fmax(off[0], fabs(plain[i] / fine[i] - 1));
        off[1] = fmax(off[1], fabs(told[i] / fine[i] - 1));
    }
    if (m > 0) {
        off[2] = fabs(fine[0] / limit_of_fine_means(network, c, bragg[0], voxel, m) - 1);
    }
    cr_log_info("%s, form %d, cutoff %g, springs %g, %g: by default within %.2g, told the springs "
                "%.2g; order 12 of fine grids %.2g\n",
                c->crystal, (int)c->network.form, c->network.cutoff, c->springs[0], c->springs[1],
                off[0], off[1], off[2]);
    cr_assert(off[0] < 1e-2 && off[1] < 1e-2 && off[2] < 2e-3, "%s, form %d: %g, %g, %g",
              c->crystal, (int)c->network.form, off[0], off[1], off[2]);
    dt_network_free(network);
    dt_crystal_free(crystal);
    dt_structure_free(structure);
}

#define ISOTROPIC(length)                                                                          \
    { .cutoff = length }
#define PARALLEL(length)                                                                           \
    { .cutoff = length, .form = DT_SPRING_PARALLEL }
#define HYBRID(length)                                                                             \
    { .cutoff = length, .form = DT_SPRING_HYBRID }

Test(bragg, means_of_synthetic_crystals_are_those_of_fine_grids) {
    static const bragg_case cases[] = {
        /* directions in which hardly anything holds it */
        {"P21", ISOTROPIC(4.5), {1, 1.25}, 3},
        {"P21", ISOTROPIC(4.5), {1, 0.05}, 3},
        {"P21", HYBRID(4.5), {0.01, 0.05, 0.01, 0.05}, 3},
        {"P21", PARALLEL(6.5), {1, 1}, 2},
        {"P31", ISOTROPIC(4.5), {1, 0.01}, 3},
        {"P31", PARALLEL(6), {1, 1}, 3},
        {"P-1", PARALLEL(6.5), {1, 1}, 3},
        {"P1", ISOTROPIC(4.5), {0.01, 1.25}, 1},
        {"cube", ISOTROPIC(4.5), {1, 1}, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(&cases[i], 6);
    }
}

Test(bragg, means_of_3al1_are_those_of_fine_grids) {
    static const bragg_case cases[] = {{"3al1.pdb", ISOTROPIC(4), {1, 1.25}, 3},
                                       {"3al1.pdb", PARALLEL(8), {1, 1}, 3},
                                       {"3al1.pdb", HYBRID(6), {0.01, 1, 0.01, 1}, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(&cases[i], i == 0 ? 6 : 0);
    }
}

/* Flat voxels, and directions a hundred times softer than others. */
Test(bragg, means_of_5zck_are_within_one_per_cent) {
    check(&(bragg_case){"5zck.pdb", ISOTROPIC(4), {1, 1}, 3}, 6);
    check(&(bragg_case){"5zck.pdb", ISOTROPIC(3.4), {1, 0.01}, 3}, 0);
    check(&(bragg_case){"5zck.pdb", PARALLEL(6), {1, 1}, 3}, 0);
    check(&(bragg_case){"5zck.pdb", HYBRID(6), {0.01, 1, 0.01, 1}, 3}, 0);
}

Test(bragg, means_of_7n2h_are_within_one_per_cent) {
    check(&(bragg_case){"7n2h.pdb", ISOTROPIC(4), {1, 1}, 3}, 10);
    check(&(bragg_case){"7n2h.pdb", PARALLEL(6), {1, 1}, 3}, 0);
    check(&(bragg_case){"7n2h.pdb", HYBRID(6), {0.1, 10, 0.01, 1}, 3}, 0);
}

Test(bragg, means_of_1hel_are_within_one_per_cent) {
    check(&(bragg_case){"1hel.pdb", ISOTROPIC(4), {1, 1}, 3}, 0);
}

/* -- what does not change ---------------------------------------------------------------------- */

Test(bragg, other_points_are_as_they_were) {
    const dt_grid grid = {{0, 1, -1}, {2, 2, 1}, {3, 2, 2}};
    dt_crystal *crystal = crystal_with("P21", 10, false);
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 4.5});
    dt_points *points = points_of(&grid);
    dt_phonon_map *with =
                      map_of(network, points, &(dt_phonon_map_options){.bragg = DT_BRAGG_AVERAGE}),
                  *without = map_of(network, points, NULL);
    dt_tape *tape = dt_tape_new(NULL);
    const dt_phonon_map_parameters p = {.network.springs =
                                            dt_ones(tape, DT_F64, 1, (int64_t[]){2})};
    dt_tensor *x = dt_phonon_map_intensity(with, &p), *y = dt_phonon_map_intensity(without, &p);
    tape_is_fine(tape);
    const dt_phonon_map_sizes s = dt_phonon_map_get_sizes(with);
    int64_t averages = 0;
    for (int64_t i = 0; i < s.points; i++) {
        double a = dt_data_f64(x)[i], b = dt_data_f64(y)[i];
        cr_assert(dt_phonon_map_valid(without)[i] ? a == b : b == 0.0 && a > 0.0 && isfinite(a));
        averages += b == 0.0;
    }
    int64_t nodes = (s.evaluations - (s.points - 18)) / 18; /* of two pyramids, 4 x 4 x 3 each */
    cr_assert(s.valid == s.points && s.bragg == 18 && averages == 18);
    cr_assert(nodes % 96 == 0 && nodes > 288 && nodes <= 40 * 96, "%lld", (long long)nodes);
    dt_tape_free(tape);
    dt_phonon_map_free(with);
    dt_phonon_map_free(without);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
}
