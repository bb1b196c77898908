/* test_quirks.c - the flags: their names and sets, what each one does, and what is refused. */
#include "literal_case.h"

#include <string.h>

#define STRUCTURE DT_SOURCE_DIR "/examples/data/3al1.pdb"

static const dt_grid small = {{0, 0, 0}, {1, 1, 1}, {2, 2, 2}};

Test(quirks, every_flag_has_a_name_and_a_place_in_a_preset) {
    const unsigned eryx = dt_preset_quirks(DT_PRESET_ERYX);
    const unsigned torch = dt_preset_quirks(DT_PRESET_ERYX_TORCH);
    cr_assert_eq(dt_preset_quirks(DT_PRESET_PHYSICAL), 0);
    cr_assert_eq(eryx | torch, (1u << DT_QUIRK_COUNT) - 1);
    for (unsigned i = 0; i < DT_QUIRK_COUNT; i++) {
        for (unsigned j = 0; j < i; j++) {
            cr_assert(strcmp(dt_quirk_name(1u << i), dt_quirk_name(1u << j)) != 0);
        }
        cr_assert(dt_quirk_name(1u << i)[0] != '?');
    }
    cr_assert_str_eq(dt_quirk_name(DT_QUIRK_NO_2PI), "NO_2PI");
    cr_assert_str_eq(dt_quirk_name(DT_QUIRK_PINV_EPSILON), "PINV_EPSILON");
    cr_assert_str_eq(dt_quirk_name(0), "?");
    cr_assert_str_eq(dt_quirk_name(3), "?");
    cr_assert_str_eq(dt_quirk_name(1u << DT_QUIRK_COUNT), "?");
    /* Right in the port, wrong in eryx; and the other way round. */
    cr_assert((eryx & DT_QUIRK_CUMULATIVE_A) && !(torch & DT_QUIRK_CUMULATIVE_A));
    cr_assert((torch & DT_QUIRK_NO_2PI) && !(eryx & DT_QUIRK_NO_2PI));
}

/* -- refusals ---------------------------------------------------------------------------------- */

static dt_structure *structure(void) {
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_structure_read(&s, STRUCTURE, NULL, &error), DT_OK, "%s", error.message);
    return s;
}

static void crystal_refused(const dt_crystal_input *in, const char *says) {
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(in, &crystal, &error), DT_ERR_ARGUMENT, "%s", says);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
    cr_assert_null(crystal);
}

Test(quirks, a_file_without_the_records_is_refused_and_told_why) {
    dt_structure *s = structure();
    const dt_crystal_input whole = dt_crystal_input_from(s);
    const dt_preset presets[] = {DT_PRESET_ERYX, DT_PRESET_ERYX_TORCH};
    for (int i = 0; i < 2; i++) {
        dt_crystal_input in = whole;
        in.quirks = dt_preset_quirks(presets[i]);
        in.n_remark_ops = 0;
        crystal_refused(&in, "no symmetry operators in REMARK 290");
        in = whole;
        in.quirks = dt_preset_quirks(presets[i]);
        in.scale = NULL;
        crystal_refused(&in, "no SCALE records; eryx reads its fractionalisation matrix from them");
    }
    dt_structure_free(s);
}

Test(quirks, records_that_make_no_sense_are_refused) {
    dt_structure *s = structure();
    dt_crystal_input in = dt_crystal_input_from(s);
    in.quirks = dt_preset_quirks(DT_PRESET_ERYX);
    double scale[12], op[24];
    memcpy(scale, s->scale, sizeof scale);
    memcpy(op, s->remark_op, sizeof op);
    scale[6] = NAN;
    in.scale = scale;
    crystal_refused(&in, "SCALE2 has a number that is not finite");
    in.scale = s->scale;
    op[13] = INFINITY;
    in.remark_op = op;
    crystal_refused(&in, "operator 2 of REMARK 290 (counted from 1)");
    in.remark_op = s->remark_op;
    in.remark_rot = s->remark_rot + 9;
    in.n_remark_ops = 1;
    crystal_refused(&in, "first symmetry operator is not the identity");
    in.remark_rot = s->remark_rot;
    in.n_remark_ops = 193;
    in.remark_op = s->remark_op;
    in.quirks = DT_QUIRK_SCALE_RECORD;
    in.n_ops = 193;
    crystal_refused(&in, "193 symmetry operators");
    dt_structure_free(s);
}

static void model_refused(const dt_crystal *crystal, dt_grid grid, dt_one_phonon_options options,
                          const char *says) {
    dt_one_phonon *model = NULL;
    dt_error error = DT_ERROR_INIT;
    options.cutoff = 4.0;
    cr_assert_eq(dt_one_phonon_new(crystal, &grid, &options, &model, &error), DT_ERR_ARGUMENT, "%s",
                 says);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
}

Test(quirks, models_that_cannot_be_are_refused_with_the_reason) {
    dt_structure *s = structure();
    dt_crystal_input in = dt_crystal_input_from(s);
    dt_crystal *plain = NULL, *literal = NULL, *weightless = NULL;
    cr_assert_eq(dt_crystal_new(&in, &plain, NULL), DT_OK);
    in.mass = NULL;
    cr_assert_eq(dt_crystal_new(&in, &weightless, NULL), DT_OK);
    in.quirks = dt_preset_quirks(DT_PRESET_ERYX);
    cr_assert_eq(dt_crystal_new(&in, &literal, NULL), DT_OK);
    const unsigned eryx = dt_preset_quirks(DT_PRESET_ERYX);
    model_refused(plain, small, (dt_one_phonon_options){.quirks = eryx},
                  "quirk REMARK_290 is asked for, but the crystal was made without it");
    model_refused(literal, small, (dt_one_phonon_options){0},
                  "quirk REMARK_290 is in the crystal, but the model was not asked for it");
    model_refused(plain, small, (dt_one_phonon_options){.single_mode = -1}, "mode number -1");
    model_refused(plain, small, (dt_one_phonon_options){.single_mode = 13},
                  "mode number 13 (rank 12); there must be 1 to 12 (rank 0 to 11)");
    model_refused(weightless, small, (dt_one_phonon_options){.single_mode = 4},
                  "a single mode needs atomic masses");
    model_refused(literal, small, (dt_one_phonon_options){.quirks = eryx},
                  "a threshold on frequencies needs atomic masses");
    model_refused(plain, small, (dt_one_phonon_options){.quirks = DT_QUIRK_GRID_TRUNCATED},
                  "GRID_TRUNCATED needs K_OF_INDEX");
    const dt_grid odd = {{0, 0, 0}, {1.1, 1, 1}, {2, 2, 2}};
    model_refused(plain, odd, (dt_one_phonon_options){.quirks = DT_QUIRK_K_OF_INDEX},
                  "not a whole number");
    dt_crystal_free(plain);
    dt_crystal_free(literal);
    dt_crystal_free(weightless);
    dt_structure_free(s);
}

Test(quirks, a_soft_mode_that_eryx_gives_no_value_is_refused_and_named) {
    literal_case c = literal_open(STRUCTURE, DT_PRESET_ERYX_TORCH, 1e-6, 1e-6);
    literal_model(&c, &small, 0.0, 0);
    dt_one_phonon_intensity(c.model, c.intra, c.inter, c.u, c.xyz);
    cr_assert_eq(dt_tape_status(c.tape), DT_ERR_NOT_POSITIVE_DEFINITE);
    cr_assert(strstr(dt_tape_message(c.tape), "below the 1e-06 that the preset takes"), "%s",
              dt_tape_message(c.tape));
    literal_close(&c);
}

/* -- single flags ------------------------------------------------------------------------------ */

static const dt_grid grid = {{0, 0, 0}, {2, 2, 2}, {3, 3, 3}};

/* Largest relative change of the map by these flags alone. */
static double effect(unsigned quirks, double intra) {
    literal_case c = literal_open(STRUCTURE, DT_PRESET_PHYSICAL, intra, 0.5);
    literal_model(&c, &grid, 0.0, 0);
    const double *right = dt_data_f64(literal_map(&c, c.u));
    dt_crystal_input in = dt_crystal_input_from(c.structure);
    in.quirks = quirks;
    dt_crystal *crystal = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &crystal, &error), DT_OK, "%s", error.message);
    dt_crystal_free(c.crystal);
    c.crystal = crystal;
    literal_model(&c, &grid, 0.0, 0);
    const double *other = dt_data_f64(literal_map(&c, c.u));
    double most = 0.0;
    for (int64_t p = 0; p < 343; p++) {
        cr_assert_eq(right[p] == 0.0, other[p] == 0.0);
        most = right[p] != 0.0 ? fmax(most, fabs(other[p] / right[p] - 1.0)) : most;
    }
    literal_close(&c);
    return most;
}

Test(quirks, flags_of_the_map_change_it_and_the_others_do_not) {
    const unsigned changing[] = {DT_QUIRK_PACKING,  DT_QUIRK_PACKING | DT_QUIRK_PACKED_TWICE,
                                 DT_QUIRK_CELLS_27, DT_QUIRK_K_SIGN,
                                 DT_QUIRK_NO_2PI,   DT_QUIRK_CUMULATIVE_A};
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
        double e = effect(changing[i], 1.0);
        cr_log_info("flags %#x: %g\n", changing[i], e);
        cr_assert(e > 1e-4, "flags %#x change the map by %g", changing[i], e);
    }
    const unsigned silent = DT_QUIRK_ADP_LINEAR | DT_QUIRK_ADP_SCALE | DT_QUIRK_MASS_EPSILON |
                            DT_QUIRK_PINV_EPSILON | DT_QUIRK_ACOUSTIC_1E12 | DT_QUIRK_K_OF_INDEX |
                            DT_QUIRK_GRID_TRUNCATED | DT_QUIRK_SCALE_RECORD;
    cr_assert(effect(silent, 1.0) < 1e-12, "%g", effect(silent, 1.0));
    /* Operators of the remarks without eryx's packing are those of the table, as in P -1. */
    cr_assert(effect(DT_QUIRK_REMARK_290, 1.0) < 1e-12, "%g", effect(DT_QUIRK_REMARK_290, 1.0));
}

/* Relative difference, in norm, between the maps with the right and the wrong sign of k. */
static double effect_of_sign(dt_grid of) {
    dt_crystal *crystal = synthetic_crystal("P21", 8);
    dt_tape *tape = dt_tape_new(NULL);
    const double springs[2] = {1.3, 0.7};
    int64_t n = crystal->n_atoms;
    dt_one_phonon *model[2] = {NULL, NULL};
    dt_tensor *map[2];
    for (int i = 0; i < 2; i++) {
        dt_one_phonon_options options = {.cutoff = 4.5, .quirks = i ? DT_QUIRK_K_SIGN : 0};
        cr_assert_eq(dt_one_phonon_new(crystal, &of, &options, &model[i], NULL), DT_OK);
        map[i] =
            dt_one_phonon_intensity(model[i], dt_constant(tape, DT_F64, 0, NULL, &springs[0]),
                                    dt_constant(tape, DT_F64, 0, NULL, &springs[1]),
                                    dt_constant(tape, DT_F64, 1, &n, crystal->u_iso),
                                    dt_constant(tape, DT_F64, 2, (int64_t[]){n, 3}, crystal->xyz));
    }
    tape_is_fine(tape);
    double norm = relative_norm(dt_data_f64(map[1]), dt_data_f64(map[0]), dt_size(map[0]));
    dt_tape_free(tape);
    dt_one_phonon_free(model[0]);
    dt_one_phonon_free(model[1]);
    dt_crystal_free(crystal);
    return norm;
}

Test(quirks, the_sign_of_k_matters_except_where_k_and_its_opposite_are_the_same) {
    cr_assert(effect_of_sign(grid) > 0.05, "%g", effect_of_sign(grid));
    cr_assert(effect_of_sign((dt_grid){{0, 0, 0}, {2, 2, 2}, {2, 2, 2}}) < 1e-12);
}

Test(quirks, k_of_index_is_k_of_the_miller_index_where_limits_are_whole) {
    dt_grid_axis by_index[3], exact[3];
    dt_wavevectors a, b;
    cr_assert_eq(dt_grid_axes(&grid, exact, NULL, NULL), DT_OK);
    cr_assert_eq(dt_grid_axes_literal(&grid, DT_QUIRK_K_OF_INDEX | DT_QUIRK_GRID_TRUNCATED,
                                      by_index, NULL, NULL),
                 DT_OK);
    cr_assert_eq(dt_group_axes_by_wavevector(exact, NULL, &a, NULL), DT_OK);
    cr_assert_eq(dt_group_axes_by_wavevector(by_index, NULL, &b, NULL), DT_OK);
    cr_assert(a.n == 27 && b.n == 27 && a.n_voxels == b.n_voxels);
    cr_assert_eq(worst(a.k, b.k, 81, false), 0.0);
    cr_assert_eq(memcmp(a.voxel, b.voxel, (size_t)a.n_voxels * sizeof *a.voxel), 0);
    dt_wavevectors_free(&a);
    dt_wavevectors_free(&b);
}

Test(quirks, a_truncated_grid_has_the_steps_of_eryx) {
    /* (-1, 1.25, 2): int(2 x 2.25 + 1) = 5 points in steps of 0.5625. */
    const dt_grid truncated = {{-1, 0, 0.5}, {1.25, 1, 0.5}, {2, 3, 4}};
    dt_grid_axis axis[3];
    int64_t voxels = 0;
    cr_assert_eq(dt_grid_axes_literal(&truncated, DT_QUIRK_K_OF_INDEX | DT_QUIRK_GRID_TRUNCATED,
                                      axis, &voxels, NULL),
                 DT_OK);
    cr_assert(axis[0].n == 5 && axis[1].n == 4 && axis[2].n == 1 && voxels == 20);
    for (int64_t i = 0; i < 5; i++) {
        cr_assert_eq(dt_axis_miller(&axis[0], i), -1.0 + 0.5625 * (double)i);
        cr_assert_eq(dt_axis_is_integer(&axis[0], i), i % 2 == 0, "its idea of a whole index");
        cr_assert_eq(dt_axis_wavenumber(&axis[0], i), i % 2 == 0 ? 0 : -1);
    }
    cr_assert_eq(dt_axis_miller(&axis[2], 0), 0.5);
}
