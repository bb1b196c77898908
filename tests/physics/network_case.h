/* network_case.h - a small crystal with masses, a network, points and a map, for the tests of
 * networks. */
#ifndef TEST_PHYSICS_NETWORK_CASE_H
#define TEST_PHYSICS_NETWORK_CASE_H

#include "support.h"

#include <difftape/phonon_map.h>

#include <math.h>
#include <string.h>

/** The synthetic crystal with occupancies and, if `masses`, with masses. */
static inline dt_crystal *crystal_with(const char *group, int64_t n, bool masses) {
    dt_crystal *plain = synthetic_crystal(group, n), *crystal = NULL;
    double mass[64], occupancy[64];
    int rotation[9 * 12];
    double translation[3 * 12];
    const double *a = plain->cell.axes, *b = plain->cell.fractional;
    cr_assert(n <= 64 && plain->n_asu <= 12);
    for (int64_t i = 0; i < n; i++) {
        mass[i] = 20.0 + 8.0 * noise(31, i);
        occupancy[i] = i % 3 ? 1.0 : 0.7;
    }
    for (int64_t op = 0; op < plain->n_asu; op++) {
        for (int i = 0; i < 3; i++) {
            translation[3 * op + i] = -plain->shift[3 * op + i];
            for (int j = 0; j < 3; j++) {
                double sum = 0.0;
                for (int k = 0; k < 9; k++) {
                    sum += b[3 * i + k / 3] * plain->rotation[9 * op + k] * a[3 * j + k % 3];
                }
                rotation[9 * op + 3 * i + j] = (int)round(sum);
                translation[3 * op + i] += b[3 * i + j] * plain->translation[3 * op + j];
            }
        }
    }
    dt_crystal_input in = {.n_ops = plain->n_asu,
                           .op_rot = rotation,
                           .op_tran = translation,
                           .n_atoms = n,
                           .xyz = plain->xyz,
                           .u_iso = plain->u_iso,
                           .occupancy = occupancy,
                           .ff_a = plain->ff_a,
                           .ff_b = plain->ff_b,
                           .ff_c = plain->ff_c,
                           .mass = masses ? mass : NULL};
    memcpy(in.cell, plain->cell.parameters, sizeof in.cell);
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s", error.message);
    dt_crystal_free(plain);
    return crystal;
}

static inline dt_network *network_of(const dt_crystal *crystal, const dt_network_options *options) {
    dt_network *network = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_network_new(crystal, options, &network, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    return network;
}

static inline dt_phonon_map *map_of(const dt_network *network, const dt_points *points,
                                    const dt_phonon_map_options *options) {
    dt_phonon_map *map = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_phonon_map_new(network, points, options, &map, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    return map;
}

static inline dt_points *points_of(const dt_grid *grid) {
    dt_points *points = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_points_from_grid(grid, &points, &error), DT_OK, "%s", error.message);
    return points;
}

/** Constants (k_perp, k_par) for classes within and between, as the form wants them. */
static inline dt_tensor *springs_of(dt_tape *tape, dt_spring_form form, const double perp[2],
                                    const double par[2]) {
    if (form == DT_SPRING_HYBRID) {
        const double both[4] = {perp[0], par[0], perp[1], par[1]};
        return dt_parameter(tape, DT_F64, 2, (int64_t[]){2, 2}, both);
    }
    return dt_parameter(tape, DT_F64, 1, (int64_t[]){2}, form == DT_SPRING_PARALLEL ? par : perp);
}

#endif
