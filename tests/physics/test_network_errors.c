/* test_network_errors.c - what networks, points and phonon maps refuse, and what they say. */
#include "network_case.h"

#include <stdlib.h>

enum { N = 6 };

static void expect(dt_status got, const dt_error *error, const char *says) {
    cr_assert_eq(got, DT_ERR_ARGUMENT, "%s", error->message);
    cr_assert(strstr(error->message, says), "'%s' is not in: %s", says, error->message);
}

/* -- networks ---------------------------------------------------------------------------------- */

static void refused(dt_network_options options, const char *says) {
    dt_crystal *crystal = crystal_with("P21", N, false);
    dt_network *untouched = (dt_network *)(void *)crystal, *network = untouched;
    dt_error error = DT_ERROR_INIT;
    expect(dt_network_new(crystal, &options, &network, &error), &error, says);
    cr_assert_eq(network, untouched);
    dt_crystal_free(crystal);
}

Test(network, refuses_options_out_of_range) {
    const int64_t high[N] = {0, 0, 3, 0, 0, 0};
    refused((dt_network_options){.cutoff = 0}, "cutoff is 0 Angstrom");
    refused((dt_network_options){.cutoff = 0.01}, "no two atoms are within 0.01");
    refused((dt_network_options){.cutoff = 4.5, .cell_range = -1}, "cell range is -1");
    refused((dt_network_options){.cutoff = 4.5, .decay = -1}, "decay -1");
    refused((dt_network_options){.cutoff = 4.5, .reference = NAN}, "must be finite");
    refused((dt_network_options){.cutoff = 4.5, .taper = 5}, "taper of 5 Angstrom");
    refused((dt_network_options){.cutoff = 4.5, .form = (dt_spring_form)7}, "form 7");
    refused((dt_network_options){.cutoff = 4.5, .classes = DT_CLASSES_LABELS}, "need a label");
    refused(
        (dt_network_options){
            .cutoff = 4.5, .classes = DT_CLASSES_LABELS, .label = high, .n_labels = 3},
        "label of atom 3 (counted from 1) is 3");
}

Test(network, refuses_tables_that_are_missing_or_not_symmetric) {
    const int64_t label[N] = {0, 1, 0, 1, 0, 1}, bad[8] = {0, 1, 1, 0, 0, 1, 2, 0};
    const int64_t none[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
    dt_network_options o = {
        .cutoff = 4.5, .classes = DT_CLASSES_TABLE, .label = label, .n_labels = 2};
    refused(o, "table of classes is missing");
    o.table = bad;
    refused(o, "has 1 for labels (0, 1) but 2 for (1, 0)");
    o.table = none;
    refused(o, "has a spring between bodies");
}

Test(network, refuses_more_coordinates_than_a_dense_matrix_should_have) {
    refused((dt_network_options){.cutoff = 4.5, .atoms = true, .most_freedom = 35},
            "6 rigid groups in 2 asymmetric units have 36 coordinates, more than 35");
}

/* Two copies of an atom on a twofold axis are at one place. */
static dt_crystal *special_position(void) {
    static const double xyz[9] = {0, 2, 0, 2, 1, 2, 1, 4, 2}, u[12] = {0}, a[12] = {0},
                        c[3] = {6, 6, 6};
    const dt_crystal_input in = {
        .cell = {8, 9, 8, 90, 90, 90},
        .n_ops = 2,
        .op_rot = (const int[]){1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, 1, 0, 0, 0, -1},
        .op_tran = (const double[]){0, 0, 0, 0, 0, 0},
        .n_atoms = 3,
        .xyz = xyz,
        .u_iso = u,
        .ff_a = a,
        .ff_b = a,
        .ff_c = c};
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s", error.message);
    return crystal;
}

Test(network, refuses_springs_without_a_direction) {
    dt_crystal *crystal = special_position();
    dt_network_options options = {.cutoff = 5, .form = DT_SPRING_PARALLEL};
    dt_network *network = NULL;
    dt_error error = DT_ERROR_INIT;
    expect(dt_network_new(crystal, &options, &network, &error), &error,
           "atom 1 of copy 1 and atom 1 of copy 2 (counted from 1) are at the same place");
    options.form = DT_SPRING_ISOTROPIC; /* these need none */
    cr_assert_eq(dt_network_new(crystal, &options, &network, NULL), DT_OK);
    dt_network_free(network);
    dt_network_free(NULL);
    dt_crystal_free(crystal);
}

/* -- points and maps --------------------------------------------------------------------------- */

Test(points, refuse_what_is_not_there) {
    dt_points *points = NULL;
    dt_error e[6] = {DT_ERROR_INIT, DT_ERROR_INIT, DT_ERROR_INIT,
                     DT_ERROR_INIT, DT_ERROR_INIT, DT_ERROR_INIT};
    const double hkl[6] = {0, 1, 2, 3, INFINITY, 5}, flat[3] = {0.5, 0, 0.5};
    const dt_grid zone = {{-0.5, -0.5, -0.5}, {0.5, 0.5, 0.5}, {2, 2, 2}},
                  backwards = {{1, 0, 0}, {0, 0, 0}, {0, 1, 1}};
    expect(dt_points_from_list(0, hkl, NULL, &points, &e[0]), &e[0], "0 points");
    expect(dt_points_from_list(2, hkl, NULL, &points, &e[1]), &e[1], "k of point 2");
    expect(dt_points_from_list(1, hkl, flat, &points, &e[2]), &e[2], "0 long along k");
    expect(dt_points_from_blocks(0, hkl, &zone, &points, &e[3]), &e[3], "0 blocks");
    expect(dt_points_from_blocks(2, hkl, &zone, &points, &e[4]), &e[4], "centre 2");
    expect(dt_points_from_grid(&backwards, &points, &e[5]), &e[5], "samples");
    cr_assert_null(points);
    dt_points_free(NULL);
}

static const dt_grid some = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}};

static void map_refused(dt_points *points, dt_phonon_map_options options, const char *says) {
    dt_crystal *crystal = crystal_with("P21", N, false);
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 4.5});
    dt_phonon_map *map = NULL;
    dt_error error = DT_ERROR_INIT;
    expect(dt_phonon_map_new(network, points, &options, &map, &error), &error, says);
    cr_assert_null(map);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

Test(phonon_map, refuses_options_that_make_no_sense) {
    const double hkl[3] = {1, 0, 2};
    dt_points *list = NULL;
    map_refused(points_of(&some), (dt_phonon_map_options){.d_min = -1}, "d_min is -1");
    map_refused(points_of(&some), (dt_phonon_map_options){.d_min = 1e9}, "at d <= 1e+09");
    map_refused(points_of(&some), (dt_phonon_map_options){.bragg_order = 17}, "bragg_order is 17");
    map_refused(points_of(&some), (dt_phonon_map_options){.occupation = DT_QUANTUM},
                "the crystal has no masses");
    map_refused(points_of(&some),
                (dt_phonon_map_options){.n_weights = 1, .weights_from = 0, .weights_to = 1},
                "1 mode weights");
    map_refused(points_of(&some), (dt_phonon_map_options){.n_weights = 3}, "from 0 to 0 THz");
    cr_assert_eq(dt_points_from_list(1, hkl, NULL, &list, NULL), DT_OK);
    map_refused(list, (dt_phonon_map_options){.d_min = 0}, "1 lie on whole h, k, l");
    cr_assert_eq(dt_points_from_list(1, hkl, NULL, &list, NULL), DT_OK);
    map_refused(list, (dt_phonon_map_options){.bragg = DT_BRAGG_AVERAGE}, "needs their size");
}

typedef struct small {
    dt_crystal *crystal;
    dt_network *network;
    dt_points *points;
    dt_phonon_map *map;
    dt_tape *tape;
} small;

static small make(dt_crystal *crystal, dt_network_options options) {
    small s = {.crystal = crystal, .points = points_of(&some), .tape = dt_tape_new(NULL)};
    s.network = network_of(crystal, &options);
    s.map = map_of(s.network, s.points, NULL);
    return s;
}

static void unmake(small *s) {
    dt_tape_free(s->tape);
    dt_phonon_map_free(s->map);
    dt_points_free(s->points);
    dt_network_free(s->network);
    dt_crystal_free(s->crystal);
}

static void fails(dt_tape *tape, dt_status status, const char *says) {
    cr_assert_eq(dt_tape_status(tape), status, "%s", dt_tape_message(tape));
    cr_assert(strstr(dt_tape_message(tape), says), "'%s' is not in: %s", says,
              dt_tape_message(tape));
    dt_tape_reset(tape);
}

Test(phonon_map, names_parameters_of_the_wrong_shape_or_type) {
    small s = make(crystal_with("P21", N, false), (dt_network_options){.cutoff = 4.5});
    for (int which = 0; which < 9; which++) {
        static const char *const says[9] = {"springs must be (classes); here are 2 classes",
                                            "springs must be f64",
                                            "xyz must be (atoms,3)",
                                            "cell must be (6)",
                                            "temperature must be a scalar",
                                            "u must be (atoms) or (atoms,3,3)",
                                            "occupancy must be (atoms)",
                                            "scale must be a scalar",
                                            "mode_weights must be as many numbers"};
        dt_tensor *two = dt_ones(s.tape, DT_F64, 1, (int64_t[]){2});
        dt_tensor *bad = dt_ones(s.tape, DT_F64, 1, (int64_t[]){5});
        dt_phonon_map_parameters p = {.network.springs = two};
        dt_tensor **place[9] = {&p.network.springs,     &p.network.springs,
                                &p.network.xyz,         &p.network.cell,
                                &p.network.temperature, &p.u,
                                &p.occupancy,           &p.scale,
                                &p.mode_weights};
        *place[which] = which == 1 ? dt_ones(s.tape, DT_F32, 1, (int64_t[]){2}) : bad;
        dt_phonon_map_intensity(s.map, &p);
        fails(s.tape, which == 1 ? DT_ERR_DTYPE : DT_ERR_SHAPE, says[which]);
    }
    unmake(&s);
}

Test(phonon_map, names_the_wavevector_where_springs_do_not_hold) {
    small s = make(crystal_with("P21", N, false),
                   (dt_network_options){.cutoff = 4.5, .form = DT_SPRING_PARALLEL});
    dt_phonon_map_parameters p = {.network.springs = dt_ones(s.tape, DT_F64, 1, (int64_t[]){2})};
    p.network.springs = dt_mul(p.network.springs, dt_scalar(s.tape, -1.0));
    dt_phonon_map_intensity(s.map, &p);
    fails(s.tape, DT_ERR_NOT_POSITIVE_DEFINITE, "not positive definite at k = (");
    unmake(&s);
    /* Within the units only: the crystal falls apart into molecules. */
    s = make(crystal_with("P21", N, false), (dt_network_options){.cutoff = 4.5});
    p.network.springs = dt_constant(s.tape, DT_F64, 1, (int64_t[]){2}, (double[]){1, 0});
    dt_phonon_map_intensity(s.map, &p);
    fails(s.tape, DT_ERR_NOT_POSITIVE_DEFINITE, "no chain of springs joins copy 2 of the asym");
    unmake(&s);
}

/* Springs to (1,1,0) and its like, none to (1,0,0): two crystals within one another, which only
 * k = (1/2,1/2,1/2) moves against each other. */
Test(phonon_map, finds_networks_that_stand_within_one_another) {
    small s = make(crystal_with("cube", N, false),
                   (dt_network_options){.cutoff = 9, .classes = DT_CLASSES_INTERFACES});
    const int64_t *class_of;
    const dt_contacts *c = dt_network_contacts(s.network, &class_of);
    int64_t classes = dt_network_get_sizes(s.network).classes;
    double k[64];
    cr_assert(classes > 10 && classes <= 64);
    for (int64_t e = 0; e < c->n; e++) {
        const int32_t *n = c->cell + 3 * e;
        k[class_of[e]] = (n[0] + n[1] + n[2]) % 2 == 0 ? 1.0 : 0.0;
    }
    dt_phonon_map_parameters p = {.network.springs = dt_constant(s.tape, DT_F64, 1, &classes, k)};
    dt_phonon_map_intensity(s.map, &p);
    const char *message = dt_tape_message(s.tape);
    cr_assert(strstr(message, "at k = (-0.5, -0.5, -0.5)"), "%s", message);
    fails(s.tape, DT_ERR_NOT_POSITIVE_DEFINITE, "the network falls into 2 that stand within");
    unmake(&s);
}

/* -- overlaps ---------------------------------------------------------------------------------- */

Test(overlaps, are_found_within_and_between_units_unless_occupancies_exclude_them) {
    dt_crystal *plain = crystal_with("P-1", N, false), *crystal = NULL;
    dt_overlaps o = {.n = 7};
    cr_assert_eq(dt_find_overlaps(plain, NULL, 0.5, &o, NULL), DT_OK);
    cr_assert(o.n == 0 && o.special == 0);
    /* Atom 1 on atom 0, atom 3 where the centre puts atom 2, and atom 4 on the centre. */
    double xyz[3 * N], occupancy[N];
    memcpy(xyz, plain->xyz, sizeof xyz);
    for (int d = 0; d < 3; d++) {
        xyz[3 + d] = xyz[d] + 0.2;
        xyz[9 + d] = -xyz[6 + d];
        xyz[12 + d] = 0.0;
    }
    xyz[11] += 0.1;
    for (int i = 0; i < N; i++) {
        occupancy[i] = i == 2 || i == 3 ? 0.5 : 1.0;
    }
    const int rotation[18] = {1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1};
    const double translation[6] = {0};
    dt_crystal_input in = {.n_ops = 2,
                           .op_rot = rotation,
                           .op_tran = translation,
                           .n_atoms = N,
                           .xyz = xyz,
                           .u_iso = plain->u_iso,
                           .ff_a = plain->ff_a,
                           .ff_b = plain->ff_b,
                           .ff_c = plain->ff_c};
    memcpy(in.cell, plain->cell.parameters, sizeof in.cell);
    cr_assert_eq(dt_crystal_new(&in, &crystal, NULL), DT_OK);
    cr_assert_eq(dt_find_overlaps(crystal, NULL, 0.5, &o, NULL), DT_OK);
    cr_assert(o.n == 2 && o.special == 1 && o.i + o.j == 5 && o.copy == 1 && !o.same_unit);
    cr_assert(fabs(o.distance - 0.1) < 1e-12, "%g", o.distance);
    cr_assert_eq(dt_find_overlaps(crystal, occupancy, 0.5, &o, NULL), DT_OK);
    cr_assert(o.n == 1 && o.i + o.j == 1 && o.copy == 0 && o.same_unit);
    cr_assert(fabs(o.distance - 0.2 * sqrt(3.0)) < 1e-12);
    dt_error error = DT_ERROR_INIT;
    expect(dt_find_overlaps(crystal, NULL, NAN, &o, &error), &error, "cutoff");
    dt_crystal_free(crystal);
    dt_crystal_free(plain);
}

Test(phonon_map, asks_for_the_weights_it_was_made_for) {
    dt_crystal *crystal = crystal_with("P21", N, true);
    dt_network *network = network_of(crystal, &(dt_network_options){.cutoff = 4.5});
    dt_points *points = points_of(&some);
    dt_phonon_map *map =
        map_of(network, points, &(dt_phonon_map_options){.n_weights = 4, .weights_to = 2});
    dt_tape *tape = dt_tape_new(NULL);
    dt_phonon_map_parameters p = {.network.springs = dt_ones(tape, DT_F64, 1, (int64_t[]){2})};
    dt_phonon_map_intensity(map, &p);
    fails(tape, DT_ERR_ARGUMENT, "ask for 4 mode weights");
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
}

Test(network, names_force_constants_of_another_network) {
    small s = make(crystal_with("P21", N, false), (dt_network_options){.cutoff = 4.5});
    dt_network_stiffness(s.network, dt_ones(s.tape, DT_F64, 3, (int64_t[]){1, 6, 6}),
                         dt_zeros(s.tape, DT_F64, 2, (int64_t[]){1, 3}));
    fails(s.tape, DT_ERR_SHAPE, "must be those of the network");
    dt_cell_axes(dt_ones(s.tape, DT_F64, 1, (int64_t[]){5}));
    fails(s.tape, DT_ERR_SHAPE, "six f64 numbers");
    dt_expand_symmetry_in(s.crystal, dt_ones(s.tape, DT_F64, 2, (int64_t[]){4, 2}),
                          dt_eye(s.tape, DT_F64, 3));
    fails(s.tape, DT_ERR_SHAPE, "positions must be (atoms,3)");
    unmake(&s);
}
