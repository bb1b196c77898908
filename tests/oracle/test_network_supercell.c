/* test_network_supercell.c - maps of any network equal those of a brute-force supercell. */
#include "../physics/network_case.h"
#include "network_supercell.h"

#include <difftape/vibrations.h>

static const double mode_weights[5] = {0.3, 2.0, 1.1, 0.0, 1.6};
static const double perp[2] = {0.9, 0.4}, par[2] = {2.1, 1.3};

/* The constants that a form of springs gives the oracle. */
static void set_constants(oracle_network *o, dt_spring_form form) {
    for (int c = 0; c < 2; c++) {
        o->perp[c] = form == DT_SPRING_PARALLEL ? 0.0 : perp[c];
        o->par[c] = form == DT_SPRING_ISOTROPIC ? perp[c] : par[c];
    }
}

typedef struct setting {
    const char *name, *group;
    int64_t n;
    bool masses;
    dt_network_options network;
    dt_phonon_map_options map;
    dt_grid grid;
    bool tensors; /* displacement tensors instead of U */
    double temperature;
    double tolerance;
} setting;

static void fill_tensors(double *u, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < 9; d++) {
            int64_t a = d / 3, b = d % 3;
            double x = 0.01 * noise(41, 9 * i + (a < b ? 3 * a + b : 3 * b + a));
            u[9 * i + d] = a == b ? 0.06 + x : x;
        }
    }
}

/* Groups by the number of their first atom, counted. */
static int64_t number_groups(const setting *s, int64_t *ret) {
    int64_t n = 0;
    for (int64_t i = 0; i < s->n; i++) {
        int64_t j = 0;
        while (j < i && (s->network.atoms || s->network.group[j] != s->network.group[i])) {
            j++;
        }
        ret[i] = j == i ? n++ : ret[j];
    }
    return n;
}

/* The oracle of a setting, on the supercell whose waves the grid has. */
static oracle *brute_force(const setting *s, const dt_crystal *crystal) {
    int64_t atom_group[64];
    oracle_network o = {.cells = {s->grid.samples[0], s->grid.samples[1], s->grid.samples[2]},
                        .cutoff = s->network.cutoff,
                        .decay = s->network.decay,
                        .reference = s->network.reference,
                        .taper = s->network.taper,
                        .drop_within = s->network.drop_within};
    if (s->network.atoms || s->network.group) {
        o.n_groups = number_groups(s, atom_group);
        o.group = atom_group;
    }
    if (s->map.occupation == DT_QUANTUM) { /* hbar / (2 sqrt(kT A^2 Da)) */
        o.quantum = 1.054571817646156e-34 /
                    (2.0 * sqrt(1.380649e-23 * s->temperature * 1e-20 * 1.66053906660e-27));
    }
    o.n_weights = s->map.n_weights;
    o.weights_from = s->map.weights_from;
    o.weights_to = s->map.weights_to;
    memcpy(o.weights, mode_weights, sizeof mode_weights);
    /* sqrt(kT / (A^2 Da)) / 2 pi */
    o.terahertz = 1e-12 * sqrt(1.380649e-23 * s->temperature / (1e-20 * 1.66053906660e-27)) /
                  (2 * acos(-1.0));
    set_constants(&o, s->network.form);
    oracle *brute = oracle_new(crystal, &o);
    cr_assert(brute != NULL, "%s: the supercell is not stable", s->name);
    return brute;
}

static void check(const setting *s) {
    dt_crystal *crystal = crystal_with(s->group, s->n, s->masses);
    dt_network *network = network_of(crystal, &s->network);
    dt_points *points = points_of(&s->grid);
    dt_phonon_map *map = map_of(network, points, &s->map);
    dt_tape *tape = dt_tape_new(NULL);
    double u[9 * 64];
    fill_tensors(u, s->n);
    dt_phonon_map_parameters p = {.network.springs = springs_of(tape, s->network.form, perp, par)};
    if (s->tensors) {
        p.u = dt_constant(tape, DT_F64, 3, (int64_t[]){s->n, 3, 3}, u);
    }
    if (s->temperature > 0.0) {
        p.network.temperature = dt_scalar(tape, s->temperature);
    }
    if (s->map.n_weights > 0) {
        p.mode_weights = dt_constant(tape, DT_F64, 1, (int64_t[]){5}, mode_weights);
    }
    dt_tensor *intensity = dt_phonon_map_intensity(map, &p);
    tape_is_fine(tape);
    oracle *brute = brute_force(s, crystal);
    double worst_error = 0.0;
    int64_t compared = 0;
    for (int64_t i = 0; i < dt_size(intensity); i++) {
        double hkl[3], got = dt_data_f64(intensity)[i];
        if (!dt_phonon_map_valid(map)[i]) {
            cr_assert_eq(got, 0.0);
            continue;
        }
        dt_points_get(points, i, hkl);
        if (hkl[0] == 0.0 && hkl[1] == 0.0 && hkl[2] == 0.0) {
            cr_assert_eq(got, 0.0);
            continue;
        }
        double want = oracle_intensity(brute, hkl, s->tensors ? u : NULL);
        worst_error = fmax(worst_error, fabs(got / want - 1.0));
        cr_assert(fabs(got - want) < s->tolerance * want,
                  "%s: at (%g,%g,%g) %.15g, supercell %.15g", s->name, hkl[0], hkl[1], hkl[2], got,
                  want);
        compared++;
    }
    cr_assert(compared >= 20, "%s: only %lld points", s->name, (long long)compared);
    cr_log_info("%s: %lld points, %lld coordinates, worst relative difference %.2g\n", s->name,
                (long long)compared, (long long)dt_network_get_sizes(network).freedom, worst_error);
    oracle_free(brute);
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

static const dt_grid three = {{-1, 1, -1}, {0, 2, 1}, {3, 3, 3}};
static const dt_grid uneven = {{-1, 1, 0}, {1, 2, 2}, {2, 3, 1}};
/* K(k) is real on this one, so that it cannot tell k from -k. */
static const dt_grid two = {{-1, 1, 0}, {1, 2, 2}, {2, 2, 2}};
/* Atoms 3 and 7 are groups of their own, 4 and 8 a pair. */
static const int64_t odd_groups[12] = {5, 5, 5, 2, 9, 5, 5, 1, 9, 6, 6, 6};

Test(supercell, of_isotropic_springs) {
    check(&(setting){.name = "GNM",
                     .group = "P21",
                     .n = 10,
                     .network = {.cutoff = 4.5},
                     .grid = three,
                     .tolerance = 1e-10});
}

Test(supercell, of_parallel_springs) {
    check(&(setting){.name = "ANM",
                     .group = "P21",
                     .n = 12,
                     .network = {.cutoff = 6.5, .form = DT_SPRING_PARALLEL},
                     .grid = three,
                     .tolerance = 1e-10});
}

Test(supercell, of_hybrid_springs_in_a_trigonal_crystal) {
    check(&(setting){.name = "hybrid",
                     .group = "P31",
                     .n = 9,
                     .network = {.cutoff = 4.5, .form = DT_SPRING_HYBRID},
                     .grid = uneven,
                     .tolerance = 1e-10});
}

Test(supercell, of_springs_that_weaken_with_distance) {
    check(&(setting){.name = "weighted GNM",
                     .group = "P-1",
                     .n = 12,
                     .network = {.cutoff = 5, .decay = 6, .reference = 3.5, .taper = 1.5},
                     .grid = uneven,
                     .tolerance = 1e-10});
    check(
        &(setting){.name = "weighted ANM",
                   .group = "P-1",
                   .n = 12,
                   .network = {.cutoff = 7, .form = DT_SPRING_PARALLEL, .decay = 2, .reference = 4},
                   .grid = two,
                   .tolerance = 1e-10});
}

Test(supercell, of_several_rigid_groups_of_all_kinds) {
    check(&(setting){.name = "groups, GNM",
                     .group = "P21",
                     .n = 12,
                     .network = {.cutoff = 4.5, .group = odd_groups},
                     .grid = uneven,
                     .tolerance = 1e-10});
    check(&(setting){.name = "groups, hybrid",
                     .group = "P1",
                     .n = 12,
                     .network = {.cutoff = 4.5,
                                 .form = DT_SPRING_HYBRID,
                                 .group = odd_groups,
                                 .drop_within = true},
                     .grid = three,
                     .tolerance = 1e-10});
}

Test(supercell, of_single_atoms) {
    check(&(setting){.name = "atoms, GNM",
                     .group = "P21",
                     .n = 8,
                     .network = {.cutoff = 5, .atoms = true},
                     .grid = uneven,
                     .tolerance = 1e-10});
    check(&(setting){.name = "atoms, ANM",
                     .group = "P1",
                     .n = 12,
                     .network = {.cutoff = 7, .form = DT_SPRING_PARALLEL, .atoms = true},
                     .grid = uneven,
                     .tolerance = 1e-10});
}

Test(supercell, of_occupancies_and_displacement_tensors) {
    check(&(setting){.name = "tensors",
                     .group = "P31",
                     .n = 8,
                     .network = {.cutoff = 4.5},
                     .grid = uneven,
                     .tensors = true,
                     .tolerance = 1e-10});
}

Test(supercell, without_its_three_translations_at_bragg_points) {
    check(&(setting){.name = "Bragg, equal bodies",
                     .group = "P21",
                     .n = 10,
                     .network = {.cutoff = 4.5},
                     .map = {.bragg = DT_BRAGG_DROP_ACOUSTIC},
                     .grid = two,
                     .tolerance = 1e-10});
    check(&(setting){.name = "Bragg, masses",
                     .group = "P21",
                     .n = 12,
                     .masses = true,
                     .network = {.cutoff = 4.5, .group = odd_groups},
                     .map = {.bragg = DT_BRAGG_DROP_ACOUSTIC},
                     .grid = two,
                     .tolerance = 1e-10});
}

Test(supercell, with_quantum_occupation) {
    check(&(setting){.name = "quantum",
                     .group = "P21",
                     .n = 8,
                     .masses = true,
                     .network = {.cutoff = 4.5},
                     .map = {.occupation = DT_QUANTUM, .bragg = DT_BRAGG_DROP_ACOUSTIC},
                     .grid = uneven,
                     .temperature = 40,
                     .tolerance = 1e-10});
    check(&(setting){.name = "quantum groups",
                     .group = "P1",
                     .n = 12,
                     .masses = true,
                     .network = {.cutoff = 4.5, .form = DT_SPRING_HYBRID, .group = odd_groups},
                     .map = {.occupation = DT_QUANTUM},
                     .grid = uneven,
                     .temperature = 4,
                     .tolerance = 1e-10});
}

Test(supercell, with_modes_weighed_by_their_frequency) {
    check(&(setting){
        .name = "mode weights",
        .group = "P21",
        .n = 8,
        .masses = true,
        .network = {.cutoff = 4.5, .form = DT_SPRING_HYBRID},
        .map = {.occupation = DT_QUANTUM, .n_weights = 5, .weights_from = 0.2, .weights_to = 1.8},
        .grid = uneven,
        .temperature = 60,
        .tolerance = 1e-10});
}

/* -- displacements ----------------------------------------------------------------------------- */

/* The rows of the projector of an atom of a rigid unit, (3,6). */
static void projector(const double *x, double ret[18]) {
    memset(ret, 0, 18 * sizeof *ret);
    for (int d = 0; d < 3; d++) {
        ret[6 * d + d] = 1.0;
        ret[6 * d + 3 + (d + 1) % 3] = x[(d + 2) % 3];
        ret[6 * d + 3 + (d + 2) % 3] = -x[(d + 1) % 3];
    }
}

static void check_displacements(const setting *s) {
    dt_crystal *crystal = crystal_with(s->group, s->n, s->masses);
    dt_network *network = network_of(crystal, &s->network);
    dt_tape *tape = dt_tape_new(NULL);
    dt_network_parameters p = {.springs = springs_of(tape, s->network.form, perp, par)};
    if (s->temperature > 0.0) {
        p.temperature = dt_scalar(tape, s->temperature);
    }
    dt_tensor *u = dt_network_displacements(network, &p, s->grid.samples, s->map.occupation);
    tape_is_fine(tape);
    oracle *brute = brute_force(s, crystal);
    double worst_error = 0.0;
    for (int64_t i = 0; i < s->n; i++) {
        double want[9], trace = 0.0;
        oracle_correlation(brute, i, i, (const int64_t[]){0, 0, 0}, want);
        trace = want[0] + want[4] + want[8];
        for (int d = 0; d < 9; d++) {
            double got = dt_data_f64(u)[9 * i + d];
            worst_error = fmax(worst_error, fabs(got - want[d]) / trace);
        }
    }
    cr_assert(worst_error < 1e-10, "%s: relative error %g", s->name, worst_error);
    cr_log_info("%s: U of %lld atoms, worst error %.2g of the trace\n", s->name, (long long)s->n,
                worst_error);
    oracle_free(brute);
    dt_tape_free(tape);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

Test(supercell, displacement_tensors_of_atoms_in_bodies_of_all_kinds) {
    check_displacements(&(setting){
        .name = "unit", .group = "P21", .n = 10, .grid = three, .network = {.cutoff = 4.5}});
    check_displacements(&(setting){.name = "groups",
                                   .group = "P1",
                                   .n = 12,
                                   .masses = true,
                                   .grid = uneven,
                                   .network = {.cutoff = 4.5, .group = odd_groups}});
    check_displacements(&(setting){.name = "atoms",
                                   .group = "P21",
                                   .n = 8,
                                   .masses = true,
                                   .grid = two,
                                   .network = {.cutoff = 5, .atoms = true}});
    check_displacements(&(setting){.name = "quantum",
                                   .group = "P21",
                                   .n = 8,
                                   .masses = true,
                                   .grid = two,
                                   .temperature = 30,
                                   .network = {.cutoff = 4.5, .form = DT_SPRING_HYBRID},
                                   .map = {.occupation = DT_QUANTUM}});
}

Test(supercell, covariances_of_bodies_in_different_cells) {
    const setting s = {.name = "covariance",
                       .group = "P21",
                       .n = 10,
                       .masses = true,
                       .grid = {{0, 0, 0}, {1, 1, 1}, {3, 2, 4}},
                       .network = {.cutoff = 4.5}};
    dt_crystal *crystal = crystal_with(s.group, s.n, s.masses);
    dt_network *network = network_of(crystal, &s.network);
    dt_tape *tape = dt_tape_new(NULL);
    dt_network_parameters p = {.springs = springs_of(tape, s.network.form, perp, par)};
    dt_tensor *covariance =
        dt_network_covariance(network, &p, s.grid.samples, (const int[]){1, -1, 2}, DT_CLASSICAL);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(
        crystal, dt_constant(tape, DT_F64, 2, (int64_t[]){s.n, 3}, crystal->xyz)));
    tape_is_fine(tape);
    oracle *brute = brute_force(&s, crystal);
    const double *c = dt_data_f64(covariance), *x = dt_data_f64(body);
    double worst_error = 0.0, largest = 0.0;
    for (int64_t i = 0; i < 2 * s.n; i++) {
        int64_t j = (7 * i + 3) % (2 * s.n);
        double want[9], ai[18], aj[18];
        oracle_correlation(brute, i, j, (const int64_t[]){1, -1, 2}, want);
        projector(x + 4 * i + 1, ai);
        projector(x + 4 * j + 1, aj);
        for (int d = 0; d < 9; d++) {
            double got = 0.0;
            for (int pq = 0; pq < 36; pq++) {
                got += ai[6 * (d / 3) + pq / 6] * aj[6 * (d % 3) + pq % 6] *
                       c[(6 * (i / s.n) + pq / 6) * 12 + 6 * (j / s.n) + pq % 6];
            }
            worst_error = fmax(worst_error, fabs(got - want[d]));
            largest = fmax(largest, fabs(want[d]));
        }
    }
    cr_assert(worst_error < 1e-10 * largest, "error %g of %g", worst_error, largest);
    oracle_free(brute);
    dt_tape_free(tape);
    dt_network_free(network);
    dt_crystal_free(crystal);
}
