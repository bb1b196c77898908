/* test_space_groups.c - crystals of any space group: operators from tables, the symmetry of maps,
 * and random crystals against the supercell. */
#include "../physics/network_case.h"
#include "network_supercell.h"

#include <difftape/difftape.h>

#include <stdio.h>
#include <stdlib.h>

/* -- crystals ---------------------------------------------------------------------------------- */

/* What the file of a crystal would say: operators of the group as gemmi has it. */
static dt_structure *group_by_name(const char *name, const double cell[6]) {
    char text[256];
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    int size = snprintf(text, sizeof text,
                        "CRYST1%9.3f%9.3f%9.3f%7.2f%7.2f%7.2f %-11s\n"
                        "ATOM      1  CA  ALA A   1       1.000   2.000   3.000  1.00 10.00"
                        "           C  \n",
                        cell[0], cell[1], cell[2], cell[3], cell[4], cell[5], name);
    dt_status status = dt_structure_read_memory(&s, text, (size_t)size, name, NULL, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    return s;
}

/* n atoms scattered over a ball around a general position, in a cell of 40 n Angstrom^3 a unit. */
static dt_crystal *random_crystal(const char *name, const double shape[6], int64_t n,
                                  uint64_t seed) {
    dt_structure *s = group_by_name(name, shape);
    double cell[6], xyz[3 * 16], u[16], a[4 * 16], b[4 * 16], c[16], mass[16];
    dt_cell unit;
    cr_assert(n <= 16 && dt_cell_init(shape, &unit, NULL) == DT_OK);
    double volume = 40.0 * (double)(n * s->n_ops), scale = cbrt(volume / unit.volume);
    for (int d = 0; d < 6; d++) {
        cell[d] = d < 3 ? shape[d] * scale : shape[d];
    }
    cr_assert_eq(dt_cell_init(cell, &unit, NULL), DT_OK);
    double radius = 0.75 * cbrt(40.0 * (double)n);
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < 3; d++) {
            xyz[3 * i + d] = radius * noise(seed, 3 * i + d) + 0.31 * unit.axes[d] +
                             0.17 * unit.axes[3 + d] + 0.23 * unit.axes[6 + d];
        }
        u[i] = 0.05;
        c[i] = 0.3;
        mass[i] = 12.0 + 4.0 * (double)(i % 2);
        for (int g = 0; g < 4; g++) {
            a[4 * i + g] = 1.0 + noise(seed + 1, 4 * i + g);
            b[4 * i + g] = 8.0 + 7.0 * noise(seed + 2, 4 * i + g);
        }
    }
    dt_crystal_input in = {.n_ops = s->n_ops,
                           .op_rot = s->op_rot,
                           .op_tran = s->op_tran,
                           .n_atoms = n,
                           .xyz = xyz,
                           .u_iso = u,
                           .ff_a = a,
                           .ff_b = b,
                           .ff_c = c,
                           .mass = mass};
    memcpy(in.cell, cell, sizeof in.cell);
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s: %s", name, error.message);
    dt_structure_free(s);
    return crystal;
}

/* -- random crystals against the supercell ----------------------------------------------------- */

static void check(const char *name, const double shape[6], const int cells[3], uint64_t seed) {
    const double perp[2] = {1.1, 0.5}, par[2] = {2.3, 1.4};
    dt_crystal *crystal = random_crystal(name, shape, 7, seed);
    const dt_network_options options = {.cutoff = 6.5, .form = DT_SPRING_HYBRID, .taper = 1.5};
    dt_network *network = network_of(crystal, &options);
    dt_grid grid = {{-1, 1, 0}, {1, 2, 2}, {cells[0], cells[1], cells[2]}};
    dt_points *points = points_of(&grid);
    dt_phonon_map *map =
        map_of(network, points, &(dt_phonon_map_options){.bragg = DT_BRAGG_DROP_ACOUSTIC});
    dt_tape *tape = dt_tape_new(NULL);
    const dt_phonon_map_parameters p = {.network.springs =
                                            springs_of(tape, DT_SPRING_HYBRID, perp, par)};
    const double *got = dt_data_f64(dt_phonon_map_intensity(map, &p));
    tape_is_fine(tape);
    const oracle_network o = {.cells = {cells[0], cells[1], cells[2]},
                              .cutoff = options.cutoff,
                              .taper = options.taper,
                              .perp = {perp[0], perp[1]},
                              .par = {par[0], par[1]}};
    oracle *brute = oracle_new(crystal, &o);
    cr_assert(brute != NULL, "%s: the supercell is not stable", name);
    /* Systematic absences are zero but for rounding: compare with the mean. */
    int64_t n = dt_phonon_map_get_sizes(map).points, compared = 0;
    double mean = 0.0, worst_error = 0.0;
    for (int64_t i = 0; i < n; i++) {
        mean += got[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        double hkl[3];
        dt_points_get(points, i, hkl);
        double want = oracle_intensity(brute, hkl, NULL);
        double error = fabs(got[i] - want) / fmax(want, 1e-3 * mean);
        worst_error = fmax(worst_error, error);
        cr_assert(error < 1e-10, "%s, seed %d: at (%g,%g,%g) %.15g, supercell %.15g", name,
                  (int)seed, hkl[0], hkl[1], hkl[2], got[i], want);
        compared += want > 1e-3 * mean;
    }
    cr_assert(compared > 20);
    cr_log_info("%s, seed %d: %lld copies, %lld points, worst relative difference %.2g\n", name,
                (int)seed, (long long)crystal->n_asu, (long long)n, worst_error);
    oracle_free(brute);
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

/* Three crystals of a group, in cells of random shape. */
static void check_group(const char *name, const double shape[6], const int free_angles[3],
                        const int free_edges[3], const int cells[3]) {
    for (uint64_t seed = 1; seed <= 3; seed++) {
        double random[6];
        for (int d = 0; d < 3; d++) {
            double f = noise(70 + seed, d), g = noise(80 + seed, d);
            random[d] = shape[d] * (free_edges[d] ? 1.0 + 0.3 * f : 1.0);
            random[3 + d] = shape[3 + d] + (free_angles[d] ? 12.0 * g : 0.0);
        }
        check(name, random, cells, seed);
    }
}

Test(space_groups, random_crystals_of_p21_are_those_of_the_supercell) {
    check_group("P 1 21 1", (const double[]){1, 1.2, 1.1, 90, 105, 90}, (const int[]){0, 1, 0},
                (const int[]){1, 1, 1}, (const int[]){2, 3, 2});
}

Test(space_groups, random_crystals_of_c2_are_those_of_the_supercell) {
    check_group("C 1 2 1", (const double[]){1.4, 1, 1.1, 90, 110, 90}, (const int[]){0, 1, 0},
                (const int[]){1, 1, 1}, (const int[]){2, 2, 2});
}

Test(space_groups, random_crystals_of_p31_are_those_of_the_supercell) {
    check_group("P 31", (const double[]){1, 1, 1.3, 90, 90, 120}, (const int[]){0, 0, 0},
                (const int[]){0, 0, 1}, (const int[]){2, 2, 3});
}

Test(space_groups, random_crystals_of_r3_are_those_of_the_supercell) {
    check_group("H 3", (const double[]){1, 1, 1.2, 90, 90, 120}, (const int[]){0, 0, 0},
                (const int[]){0, 0, 1}, (const int[]){2, 2, 1});
}

Test(space_groups, random_crystals_of_r3_in_its_rhombohedral_cell_are_those_of_the_supercell) {
    check_group("R 3", (const double[]){10, 10, 10, 76, 76, 76}, (const int[]){0, 0, 0},
                (const int[]){0, 0, 0}, (const int[]){2, 3, 2});
}

Test(space_groups, random_crystals_of_p43212_are_those_of_the_supercell) {
    check_group("P 43 21 2", (const double[]){1, 1, 0.9, 90, 90, 90}, (const int[]){0, 0, 0},
                (const int[]){0, 0, 1}, (const int[]){2, 1, 2});
}

/* -- all groups -------------------------------------------------------------------------------- */

static const double *shape_of(int number) {
    static const double shapes[6][6] = {{1, 1.1, 1.2, 82, 101, 95}, {1, 1.1, 1.2, 90, 104, 90},
                                        {1, 1.1, 1.2, 90, 90, 90},  {1, 1, 1.2, 90, 90, 90},
                                        {1, 1, 1.2, 90, 90, 120},   {1, 1, 1, 90, 90, 90}};
    return shapes[number <= 2     ? 0
                  : number <= 15  ? 1
                  : number <= 74  ? 2
                  : number <= 142 ? 3
                  : number <= 194 ? 4
                                  : 5];
}

/* Every operator carries the set of copies of a point to itself. */
static void check_closure(const dt_structure *s) {
    const double x[3] = {0.1234, 0.3456, 0.2789};
    double copy[192][3];
    for (int64_t op = 0; op < s->n_ops; op++) {
        for (int i = 0; i < 3; i++) {
            const int *r = s->op_rot + 9 * op + 3 * i;
            copy[op][i] = r[0] * x[0] + r[1] * x[1] + r[2] * x[2] + s->op_tran[3 * op + i];
        }
    }
    for (int64_t op = 0; op < s->n_ops; op++) {
        for (int64_t of = 0; of < s->n_ops; of++) {
            int64_t found = 0;
            for (int64_t to = 0; to < s->n_ops; to++) {
                double off = 0.0;
                for (int i = 0; i < 3; i++) {
                    const int *r = s->op_rot + 9 * op + 3 * i;
                    double y = r[0] * copy[of][0] + r[1] * copy[of][1] + r[2] * copy[of][2] +
                               s->op_tran[3 * op + i] - copy[to][i];
                    off = fmax(off, fabs(y - round(y)));
                }
                found += off < 1e-9;
            }
            cr_assert_eq(found, 1, "%s: operators %lld and %lld", s->space_group, (long long)op,
                         (long long)of);
        }
    }
}

/* I(h) = I(R^T h) for two operators of the group, at a general h; and Friedel's law. */
static void check_symmetry(const dt_structure *s, const dt_crystal *crystal) {
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 7});
    const double h[3] = {1.2, 0.4, 2.3};
    double hkl[12];
    for (int i = 0; i < 3; i++) {
        hkl[i] = h[i];
        hkl[3 + i] = -h[i];
    }
    for (int64_t k = 0; k < 2; k++) {
        const int *r = s->op_rot + 9 * ((s->n_ops - 1) / (k + 1));
        for (int i = 0; i < 3; i++) {
            hkl[6 + 3 * k + i] = h[0] * r[i] + h[1] * r[3 + i] + h[2] * r[6 + i];
        }
    }
    dt_points *points = NULL;
    cr_assert_eq(dt_points_from_list(4, hkl, NULL, &points, NULL), DT_OK);
    dt_phonon_map *map = map_of(network, points, NULL);
    dt_tape *tape = dt_tape_new(NULL);
    const double springs[2] = {1.7, 0.6};
    const dt_phonon_map_parameters p = {.network.springs =
                                            dt_constant(tape, DT_F64, 1, (int64_t[]){2}, springs)};
    const double *x = dt_data_f64(dt_phonon_map_intensity(map, &p));
    cr_assert(x != NULL, "%s: %s", s->space_group, dt_tape_message(tape));
    for (int i = 1; i < 4; i++) {
        cr_assert(fabs(x[i] - x[0]) < 1e-9 * x[0], "%s: %.15g and %.15g", s->space_group, x[0],
                  x[i]);
    }
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
}

static void check_groups(int first, int last) {
    int64_t checked = 0;
    for (int number = first; number <= last; number++) {
        char name[16];
        snprintf(name, sizeof name, "%d", number);
        const double *shape = shape_of(number);
        dt_structure *s =
            group_by_name(name, (const double[]){20 * shape[0], 20 * shape[1], 20 * shape[2],
                                                 shape[3], shape[4], shape[5]});
        cr_assert_eq(s->space_group_number, number, "%s", s->space_group);
        check_closure(s);
        dt_crystal *crystal =
            random_crystal(name,
                           (const double[]){20 * shape[0], 20 * shape[1], 20 * shape[2], shape[3],
                                            shape[4], shape[5]},
                           4, 7);
        check_symmetry(s, crystal);
        dt_crystal_free(crystal);
        dt_structure_free(s);
        checked++;
    }
    cr_assert_eq(checked, last - first + 1);
}

Test(space_groups, of_low_symmetry_have_closed_tables_and_symmetric_maps) {
    check_groups(1, 74);
}

Test(space_groups, tetragonal_have_closed_tables_and_symmetric_maps) {
    check_groups(75, 142);
}

Test(space_groups, trigonal_and_hexagonal_have_closed_tables_and_symmetric_maps) {
    check_groups(143, 194);
}

Test(space_groups, cubic_have_closed_tables_and_symmetric_maps) {
    check_groups(195, 230);
}
