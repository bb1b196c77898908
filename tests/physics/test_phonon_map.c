/* test_phonon_map.c - what every map of a network must obey. */
#include "network_case.h"

#include <difftape/one_phonon.h>

#include <stdlib.h>

enum { N = 10 };

typedef struct fixture {
    dt_crystal *crystal;
    dt_network *network;
    dt_points *points;
    dt_phonon_map *map;
    dt_tape *tape;
} fixture;

static fixture setup(const char *group, const dt_network_options *network, dt_points *points,
                     const dt_phonon_map_options *options) {
    fixture f = {.crystal = crystal_with(group, N, false), .points = points};
    f.network = network_of(f.crystal, network);
    f.map = map_of(f.network, points, options);
    f.tape = dt_tape_new(NULL);
    return f;
}

static void teardown(fixture *f) {
    dt_tape_free(f->tape);
    dt_phonon_map_free(f->map);
    dt_points_free(f->points);
    dt_network_free(f->network);
    dt_crystal_free(f->crystal);
}

/* The map for springs 1 + c/4 of class c; *ret_springs may be NULL. */
static dt_tensor *evaluate(fixture *f, int columns, dt_tensor **ret_springs) {
    int64_t classes = dt_network_get_sizes(f->network).classes;
    double *k = malloc((size_t)(2 * classes) * sizeof *k);
    cr_assert(k != NULL);
    for (int64_t c = 0; c < 2 * classes; c++) {
        k[c] = 1.0 + 0.25 * (double)(c % 7);
    }
    dt_phonon_map_parameters p = {
        .network.springs = dt_parameter(f->tape, DT_F64, columns, (int64_t[]){classes, 2}, k)};
    free(k);
    if (ret_springs) {
        *ret_springs = p.network.springs;
    }
    dt_tensor *map = dt_phonon_map_intensity(f->map, &p);
    tape_is_fine(f->tape);
    return map;
}

static const dt_grid around = {{-1, 0, -1}, {1, 2, 1}, {3, 2, 4}};

/* Isotropic U of the model and tensors of the network: two ways, which hold the same motions where
 * all bodies weigh the same. */
static void check_displacements(fixture *f, const dt_one_phonon *model, const char *group) {
    dt_tensor *xyz = dt_constant(f->tape, DT_F64, 2, (int64_t[]){N, 3}, f->crystal->xyz);
    const dt_network_parameters p = {
        .springs = dt_constant(f->tape, DT_F64, 1, (int64_t[]){2}, (double[]){1.0, 1.25})};
    dt_tensor *u =
        dt_one_phonon_displacements(model, dt_scalar(f->tape, 1.0), dt_scalar(f->tape, 1.25), xyz);
    dt_tensor *t = dt_network_displacements(f->network, &p, around.samples, DT_CLASSICAL);
    tape_is_fine(f->tape);
    double off = 0.0;
    for (int j = 0; j < N; j++) {
        const double *x = dt_data_f64(t) + 9 * j;
        off = fmax(off, fabs((x[0] + x[4] + x[8]) / (3.0 * dt_data_f64(u)[j]) - 1.0));
    }
    cr_log_info("%s: displacements of model and network differ by %.2g\n", group, off);
    cr_assert(off < 1e-12, "%s: %g", group, off);
}

Test(phonon_map, of_the_gaussian_network_is_that_of_dt_one_phonon) {
    static const char *const groups[] = {"P1", "P21", "P31", "P-1"};
    for (int g = 0; g < 4; g++) {
        fixture f =
            setup(groups[g], &(dt_network_options){.cutoff = 4.5}, points_of(&around), NULL);
        dt_one_phonon *model = NULL;
        const dt_one_phonon_options options = {.cutoff = 4.5};
        cr_assert_eq(dt_one_phonon_new(f.crystal, &around, &options, &model, NULL), DT_OK);
        dt_tensor *map = evaluate(&f, 1, NULL);
        dt_tensor *same = dt_one_phonon_intensity(
            model, dt_scalar(f.tape, 1.0), dt_scalar(f.tape, 1.25),
            dt_constant(f.tape, DT_F64, 1, (int64_t[]){N}, f.crystal->u_iso),
            dt_constant(f.tape, DT_F64, 2, (int64_t[]){N, 3}, f.crystal->xyz));
        tape_is_fine(f.tape);
        int64_t compared = 0;
        for (int64_t p = 0; p < dt_size(map); p++) {
            double x = dt_data_f64(map)[p], y = dt_data_f64(same)[p];
            cr_assert_eq(dt_phonon_map_valid(f.map)[p], dt_one_phonon_valid(model)[p]);
            cr_assert(fabs(x - y) <= 1e-12 * y, "%s: %.15g and %.15g", groups[g], x, y);
            compared += y > 0.0;
        }
        cr_assert(compared > 200);
        if (g != 2) { /* this mesh has no threefold axis: there, copies differ */
            check_displacements(&f, model, groups[g]);
        }
        dt_one_phonon_free(model);
        teardown(&f);
    }
}

/* -- springs ----------------------------------------------------------------------------------- */

static const int64_t residues[N] = {0, 0, 0, 1, 1, 2, 2, 3, 3, 3};

static void check_identity(dt_network_options options, int64_t least_classes) {
    fixture f = setup("P21", &options, points_of(&around), NULL);
    dt_tensor *springs;
    dt_tensor *map = evaluate(&f, options.form == DT_SPRING_HYBRID ? 2 : 1, &springs);
    double dot = 0.0, sum = 0.0, scale = 0.0;
    double *w = malloc((size_t)dt_size(map) * sizeof *w);
    cr_assert(w != NULL);
    for (int64_t p = 0; p < dt_size(map); p++) {
        w[p] = noise(61, p);
        dot += w[p] * dt_data_f64(map)[p];
        scale += fabs(w[p]) * dt_data_f64(map)[p];
    }
    dt_backward_from(map, dt_constant(f.tape, DT_F64, 3, dt_shape(map), w));
    tape_is_fine(f.tape);
    int64_t with_gradient = 0;
    for (int64_t c = 0; c < dt_size(springs); c++) {
        double g = dt_data_f64(dt_gradient(springs))[c];
        sum += dt_data_f64(springs)[c] * g;
        with_gradient += g != 0.0;
    }
    cr_assert(scale > 0.0 && fabs(sum + dot) < 1e-12 * scale, "%.17g and %.17g", sum, -dot);
    cr_assert(dt_network_get_sizes(f.network).classes >= least_classes && with_gradient > 1);
    cr_log_info("%lld classes: identity to %.2g\n",
                (long long)dt_network_get_sizes(f.network).classes, fabs(sum + dot) / scale);
    free(w);
    teardown(&f);
}

Test(springs, times_their_gradients_add_up_to_minus_the_intensity) {
    check_identity((dt_network_options){.cutoff = 4.5, .classes = DT_CLASSES_INTERFACES}, 3);
    check_identity((dt_network_options){.cutoff = 4.5,
                                        .form = DT_SPRING_HYBRID,
                                        .classes = DT_CLASSES_INTERFACES,
                                        .label = residues,
                                        .n_labels = 4},
                   20);
    check_identity((dt_network_options){.cutoff = 8,
                                        .form = DT_SPRING_PARALLEL,
                                        .decay = 3,
                                        .taper = 1,
                                        .classes = DT_CLASSES_LABELS,
                                        .label = residues,
                                        .n_labels = 4},
                   10);
    check_identity((dt_network_options){.cutoff = 4.5, .atoms = true}, 2);
    check_identity((dt_network_options){.cutoff = 4.5, .group = residues}, 2);
}

/* Relative change of the map when the springs within the asymmetric unit become ten times stiffer.
 * */
static double influence_within(dt_spring_form form) {
    const dt_network_options options = {.cutoff = 7, .form = form};
    fixture f = setup("P21", &options, points_of(&around), NULL);
    dt_tensor *map[2];
    for (int i = 0; i < 2; i++) {
        const double k[2] = {i ? 10.0 : 1.0, 0.7};
        const dt_phonon_map_parameters p = {.network.springs =
                                                dt_constant(f.tape, DT_F64, 1, (int64_t[]){2}, k)};
        map[i] = dt_phonon_map_intensity(f.map, &p);
    }
    tape_is_fine(f.tape);
    double result = worst(dt_data_f64(map[0]), dt_data_f64(map[1]), dt_size(map[0]), true);
    teardown(&f);
    return result;
}

Test(springs, along_contacts_within_a_rigid_body_do_nothing) {
    cr_assert(influence_within(DT_SPRING_PARALLEL) < 1e-12);
    cr_assert(influence_within(DT_SPRING_ISOTROPIC) > 1e-2); /* they resist rotation */
}

Test(springs, that_are_parallel_do_not_resist_the_rotation_of_a_whole_body) {
    /* e.(u_i - u_j) = 0 for every contact of a body that turns: not left out, but computed. */
    const int64_t pair[N] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    const dt_network_options options = {
        .cutoff = 30, .cell_range = 1, .form = DT_SPRING_PARALLEL, .group = pair, .decay = 2};
    fixture f = setup("layers", &options, points_of(&around), NULL);
    const dt_contacts *c = dt_network_contacts(f.network, NULL);
    int64_t within = 0;
    for (int64_t e = 0; e < c->n; e++) {
        within += c->intra[e];
    }
    cr_assert_eq(within, 50); /* 5 x 5 pairs of atoms both ways: those between the groups */
    dt_tensor *springs = dt_constant(f.tape, DT_F64, 1, (int64_t[]){2}, (double[]){1.0, 0.0});
    const dt_network_parameters p = {.springs = springs};
    dt_tensor *h = dt_network_force_constants(f.network, &p);
    dt_tensor *k = dt_select(
        dt_network_stiffness(f.network, h, dt_zeros(f.tape, DT_F64, 2, (int64_t[]){1, 3})), 0, 0);
    tape_is_fine(f.tape);
    /* Both groups turn about the origin by lambda: t = lambda x centroid, lambda. */
    double w[12], energy = 0.0, scale = 0.0;
    const double lambda[3] = {0.3, -0.7, 0.5};
    for (int g = 0; g < 2; g++) {
        double centre[3] = {0, 0, 0};
        for (int i = 5 * g; i < 5 * g + 5; i++) {
            for (int d = 0; d < 3; d++) {
                centre[d] += f.crystal->xyz[3 * i + d] / 5.0;
            }
        }
        for (int d = 0; d < 3; d++) {
            int e = (d + 1) % 3, l = (d + 2) % 3;
            w[6 * g + d] = lambda[e] * centre[l] - lambda[l] * centre[e];
            w[6 * g + 3 + d] = lambda[d];
        }
    }
    for (int i = 0; i < 144; i++) {
        double x = w[i / 12] * dt_data_c128(k)[i].re * w[i % 12];
        energy += x;
        scale += fabs(x);
    }
    cr_assert(scale > 1.0 && fabs(energy) < 1e-13 * scale, "%g of %g", energy, scale);
    teardown(&f);
}

/* -- classes ----------------------------------------------------------------------------------- */

Test(classes, of_interfaces_are_those_of_the_symmetry_operations) {
    fixture f = setup("P21", &(dt_network_options){.cutoff = 4.5, .classes = DT_CLASSES_INTERFACES},
                      points_of(&around), NULL);
    const int64_t *class_of;
    const dt_contacts *c = dt_network_contacts(f.network, &class_of);
    int64_t classes = dt_network_get_sizes(f.network).classes, compared = 0;
    cr_assert(classes > 2 && c->n > 20);
    for (int64_t e = 0; e < c->n; e++) {
        cr_assert_eq(class_of[e] == 0, c->intra[e]); /* within the unit comes first */
        for (int64_t d = 0; d < c->n; d++) {
            bool reverse = c->i[d] == c->j[e] && c->j[d] == c->i[e];
            bool translated = c->i[d] / N == c->i[e] / N && c->j[d] / N == c->j[e] / N;
            bool opposite = true, same = true;
            for (int x = 0; x < 3; x++) {
                opposite = opposite && c->cell[3 * d + x] == -c->cell[3 * e + x];
                same = same && c->cell[3 * d + x] == c->cell[3 * e + x];
            }
            if ((reverse && opposite) || (translated && same)) {
                cr_assert_eq(class_of[d], class_of[e]);
                compared++;
            }
        }
        cr_assert(class_of[e] >= 0 && class_of[e] < classes);
    }
    cr_assert(compared > c->n);
    /* The screw axis maps contacts of copy 0 with its translates to those of copy 1. */
    int64_t of_translation[2] = {0, 0};
    for (int64_t e = 0; e < c->n; e++) {
        if (!c->intra[e] && c->i[e] / N == c->j[e] / N) {
            of_translation[c->i[e] / N]++;
        }
    }
    cr_assert_eq(of_translation[0], of_translation[1]);
    teardown(&f);
}

/* I with classes by interface equals I with two classes if all interfaces have one constant, and
 * the gradient by interface adds up to that of the class "between". */
Test(classes, of_interfaces_add_up_to_one) {
    fixture f = setup("P31", &(dt_network_options){.cutoff = 4.5, .classes = DT_CLASSES_INTERFACES},
                      points_of(&around), NULL);
    fixture two = setup("P31", &(dt_network_options){.cutoff = 4.5}, points_of(&around), NULL);
    int64_t classes = dt_network_get_sizes(f.network).classes;
    double k[64], sum = 0.0;
    cr_assert(classes > 2 && classes <= 64);
    for (int64_t c = 0; c < classes; c++) {
        k[c] = c == 0 ? 1.4 : 0.6;
    }
    dt_phonon_map_parameters p = {.network.springs = dt_parameter(f.tape, DT_F64, 1, &classes, k)};
    dt_phonon_map_parameters q = {.network.springs =
                                      dt_parameter(two.tape, DT_F64, 1, (int64_t[]){2}, k)};
    dt_tensor *a = dt_phonon_map_intensity(f.map, &p);
    dt_tensor *b = dt_phonon_map_intensity(two.map, &q);
    dt_backward(dt_sum(a, DT_ALL));
    dt_backward(dt_sum(b, DT_ALL));
    tape_is_fine(f.tape);
    tape_is_fine(two.tape);
    int64_t compared = 0;
    for (int64_t i = 0; i < dt_size(a); i++) {
        double x = dt_data_f64(a)[i], y = dt_data_f64(b)[i];
        cr_assert(fabs(x - y) <= 1e-12 * y);
        compared += y > 0.0;
    }
    cr_assert(compared > 200);
    for (int64_t c = 1; c < classes; c++) {
        sum += dt_data_f64(dt_gradient(p.network.springs))[c];
    }
    double want = dt_data_f64(dt_gradient(q.network.springs))[1];
    cr_assert(fabs(sum - want) < 1e-11 * fabs(want), "%.15g and %.15g", sum, want);
    teardown(&f);
    teardown(&two);
}

Test(classes, of_a_table_are_those_it_says_and_may_leave_springs_out) {
    static const int64_t label[N] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1};
    static const int64_t table[8] = {0, -1, -1, 2, 1, 1, 1, 3};
    const dt_network_options options = {
        .cutoff = 4.5, .classes = DT_CLASSES_TABLE, .label = label, .n_labels = 2, .table = table};
    dt_crystal *crystal = crystal_with("P-1", N, false);
    dt_network *with = network_of(crystal, &options);
    dt_network *all = network_of(crystal, &(dt_network_options){.cutoff = 4.5});
    const int64_t *class_of;
    const dt_contacts *c = dt_network_contacts(with, &class_of);
    const dt_contacts *full = dt_network_contacts(all, NULL);
    int64_t left_out = 0;
    for (int64_t e = 0; e < full->n; e++) {
        left_out += full->intra[e] && label[full->i[e] % N] != label[full->j[e] % N];
    }
    cr_assert(left_out > 0 && c->n == full->n - left_out);
    cr_assert_eq(dt_network_get_sizes(with).classes, 4);
    for (int64_t e = 0; e < c->n; e++) {
        cr_assert_eq(class_of[e],
                     table[4 * !c->intra[e] + 2 * label[c->i[e] % N] + label[c->j[e] % N]]);
    }
    dt_network_free(with);
    dt_network_free(all);
    dt_crystal_free(crystal);
}

/* -- points ------------------------------------------------------------------------------------ */

/* Values at points of b, found in a by their indices, agree to 1e-12. */
static int64_t compare_points(const fixture *a, dt_tensor *x, const fixture *b, dt_tensor *y) {
    int ndim;
    int64_t shape[4], n = dt_points_shape(a->points, &ndim, shape), compared = 0;
    for (int64_t p = 0; p < dt_points_shape(b->points, &ndim, shape); p++) {
        double hp[3], hq[3];
        dt_points_get(b->points, p, hp);
        for (int64_t q = 0; q < n; q++) {
            dt_points_get(a->points, q, hq);
            if (fabs(hp[0] - hq[0]) + fabs(hp[1] - hq[1]) + fabs(hp[2] - hq[2]) < 1e-9) {
                double u = dt_data_f64(x)[q], v = dt_data_f64(y)[p];
                cr_assert_eq(dt_phonon_map_valid(a->map)[q], dt_phonon_map_valid(b->map)[p]);
                cr_assert(fabs(u - v) <= 1e-12 * u, "at (%g,%g,%g): %.16g and %.16g", hp[0], hp[1],
                          hp[2], u, v);
                compared += u > 0.0;
            }
        }
    }
    return compared;
}

Test(points, of_grids_blocks_and_lists_have_the_same_values) {
    const dt_network_options network = {.cutoff = 4.5, .form = DT_SPRING_HYBRID};
    const dt_grid grid = {{-1.5, 0.25, 0}, {2.5, 2.25, 2}, {6, 4, 5}};
    const dt_grid shifted = {{-1.0 / 3, 0.5, 0.4}, {2, 1.25, 1.6}, {3, 4, 5}};
    const dt_grid zone = {{-0.5, -0.5, -0.4}, {0.5, 0.25, 0.4}, {6, 4, 5}};
    const double centres[6] = {1, 1, 1, 0, 2, 1};
    fixture f = setup("P21", &network, points_of(&grid), NULL);
    fixture g = setup("P21", &network, points_of(&shifted), NULL);
    dt_points *blocks = NULL, *list = NULL;
    cr_assert_eq(dt_points_from_blocks(2, centres, &zone, &blocks, NULL), DT_OK);
    fixture b = setup("P21", &network, blocks, NULL);
    /* Points of the grid, in another order, given as scattering vectors. */
    int ndim;
    int64_t shape[4], n = dt_points_shape(f.points, &ndim, shape);
    double *hkl = malloc((size_t)(3 * n) * sizeof *hkl);
    cr_assert(hkl != NULL);
    for (int64_t p = 0; p < n; p++) {
        double h[3], q[3];
        dt_points_get(f.points, p * 7 % n, h);
        dt_scattering_vector(&f.crystal->cell, h, q);
        dt_miller_indices(&f.crystal->cell, q, hkl + 3 * p);
    }
    cr_assert_eq(dt_points_from_list(n, hkl, NULL, &list, NULL), DT_OK);
    fixture l = setup("P21", &network, list, NULL);
    free(hkl);
    dt_tensor *x = evaluate(&f, 2, NULL);
    cr_assert(compare_points(&f, x, &g, evaluate(&g, 2, NULL)) > 50);
    dt_tensor *y = evaluate(&b, 2, NULL);
    cr_assert(dt_ndim(y) == 4 && dt_shape(y)[0] == 2 && dt_shape(y)[1] == 7 &&
              dt_shape(y)[2] == 4 && dt_shape(y)[3] == 5);
    cr_assert(compare_points(&f, x, &b, y) > 100);
    y = evaluate(&l, 2, NULL);
    cr_assert(dt_ndim(y) == 1);
    cr_assert(compare_points(&f, x, &l, y) > 1000);
    /* Rounding of q does not make new wavevectors. */
    cr_assert_eq(dt_phonon_map_get_sizes(l.map).wavevectors,
                 dt_phonon_map_get_sizes(f.map).wavevectors);
    teardown(&f);
    teardown(&g);
    teardown(&b);
    teardown(&l);
}

/* -- another cell ------------------------------------------------------------------------------ */

/* A crystal of P21 with the atoms of another one, in this cell. */
static dt_crystal *in_cell(const dt_crystal *like, const double cell[6]) {
    static const int rotation[18] = {1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, 1, 0, 0, 0, -1};
    static const double translation[6] = {0, 0, 0, 0, 0.5, 0};
    dt_crystal_input in = {.n_ops = 2,
                           .op_rot = rotation,
                           .op_tran = translation,
                           .n_atoms = like->n_atoms,
                           .xyz = like->xyz,
                           .u_iso = like->u_iso,
                           .occupancy = like->occupancy,
                           .ff_a = like->ff_a,
                           .ff_b = like->ff_b,
                           .ff_c = like->ff_c};
    memcpy(in.cell, cell, sizeof in.cell);
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s", error.message);
    return crystal;
}

/* The map of a crystal that is told another cell is that of a crystal which has it. */
Test(phonon_map, in_another_cell_is_that_of_a_crystal_with_this_cell) {
    static const double cell[6] = {9.43, 8.08, 10.31, 90, 112.4, 90};
    dt_crystal *crystal = crystal_with("P21", N, false), *other = in_cell(crystal, cell);
    const dt_network_options options = {.cutoff = 4.5, .form = DT_SPRING_HYBRID, .decay = 2};
    dt_network *network[2] = {network_of(crystal, &options), network_of(other, &options)};
    cr_assert_eq(dt_network_get_sizes(network[0]).contacts,
                 dt_network_get_sizes(network[1]).contacts);
    dt_points *points = points_of(&around);
    dt_tape *tape = dt_tape_new(NULL);
    const double k[4] = {1, 2, 0.7, 1.4};
    double u[9 * N];
    for (int i = 0; i < 9 * N; i++) {
        int a = i % 9 / 3, b = i % 3;
        u[i] =
            (a == b ? 0.05 : 0.0) + 0.01 * noise(71, 9 * (i / 9) + (a < b ? 3 * a + b : 3 * b + a));
    }
    for (int tensors = 0; tensors < 2; tensors++) {
        dt_phonon_map *map[2];
        const double *x[2];
        for (int c = 0; c < 2; c++) {
            map[c] = map_of(network[c], points, NULL);
            dt_phonon_map_parameters p = {.network.springs =
                                              dt_constant(tape, DT_F64, 2, (int64_t[]){2, 2}, k)};
            p.network.cell = c == 0 ? dt_constant(tape, DT_F64, 1, (int64_t[]){6}, cell) : NULL;
            p.u = tensors ? dt_constant(tape, DT_F64, 3, (int64_t[]){N, 3, 3}, u) : NULL;
            x[c] = dt_data_f64(dt_phonon_map_intensity(map[c], &p));
        }
        tape_is_fine(tape);
        int64_t n = dt_phonon_map_get_sizes(map[0]).points, compared = 0;
        double off = 0.0;
        for (int64_t i = 0; i < n; i++) {
            off = x[1][i] > 0.0 ? fmax(off, fabs(x[0][i] / x[1][i] - 1.0)) : off;
            compared += x[1][i] > 0.0;
        }
        cr_log_info("another cell: %lld points, worst %.2g\n", (long long)compared, off);
        cr_assert(compared > 100 && off < 1e-11, "%g", off);
        dt_phonon_map_free(map[0]);
        dt_phonon_map_free(map[1]);
    }
    dt_tape_free(tape);
    dt_points_free(points);
    for (int c = 0; c < 2; c++) {
        dt_network_free(network[c]);
    }
    dt_crystal_free(crystal);
    dt_crystal_free(other);
}

Test(phonon_map, does_not_depend_on_the_number_of_threads) {
    const dt_network_options network = {
        .cutoff = 4.5, .form = DT_SPRING_HYBRID, .group = residues, .taper = 1};
    const dt_phonon_map_options options = {.bragg = DT_BRAGG_AVERAGE, .bragg_order = 2};
    double *first = NULL, *first_gradient = NULL;
    for (int threads = 1; threads <= 3; threads++) {
        dt_set_threads(threads);
        fixture f = setup("P21", &network, points_of(&around), &options);
        dt_tensor *springs, *map = evaluate(&f, 2, &springs);
        dt_backward(dt_sum(dt_square(map), DT_ALL));
        tape_is_fine(f.tape);
        size_t bytes = (size_t)dt_size(map) * sizeof(double), few = 4 * sizeof(double);
        if (threads == 1) {
            first = malloc(bytes);
            first_gradient = malloc(few);
            cr_assert(first && first_gradient);
            memcpy(first, dt_data(map), bytes);
            memcpy(first_gradient, dt_data(dt_gradient(springs)), few);
        }
        cr_assert_eq(memcmp(first, dt_data(map), bytes), 0, "%d threads", threads);
        cr_assert_eq(memcmp(first_gradient, dt_data(dt_gradient(springs)), few), 0, "%d threads",
                     threads);
        teardown(&f);
    }
    free(first);
    free(first_gradient);
}

Test(phonon_map, hundred_iterations_take_no_more_memory_than_a_few) {
    fixture f = setup("P21", &(dt_network_options){.cutoff = 4.5, .form = DT_SPRING_HYBRID},
                      points_of(&(dt_grid){{0, 0, 0}, {1, 1, 1}, {2, 2, 2}}), NULL);
    const double k[4] = {1, 2, 3, 4};
    dt_phonon_map_parameters p = {
        .network = {
            .springs = dt_parameter(f.tape, DT_F64, 2, (int64_t[]){2, 2}, k),
            .cell = dt_parameter(f.tape, DT_F64, 1, (int64_t[]){6}, f.crystal->cell.parameters)}};
    dt_mark mark = dt_tape_mark(f.tape);
    int64_t warm = 0;
    for (int i = 0; i < 100; i++) {
        dt_backward(dt_sum(dt_phonon_map_intensity(f.map, &p), DT_ALL));
        tape_is_fine(f.tape);
        dt_tape_rewind(f.tape, mark);
        if (i == 4) {
            warm = dt_tape_get_stats(f.tape).system_allocations;
        }
    }
    int64_t end = dt_tape_get_stats(f.tape).system_allocations;
    cr_assert(warm > 0 && end == warm, "%lld allocations after 5 iterations, %lld after 100",
              (long long)warm, (long long)end);
    teardown(&f);
}
