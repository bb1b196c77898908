/* test_golden_eryx.c - the presets against numbers of 3AL1 that stand in the repository, made by
 * tests/oracle/golden_eryx.py from eryx's formulas, on a grid that shows its ways with limits. */
#include "literal_case.h"

#define STRUCTURE DT_SOURCE_DIR "/examples/data/3al1.pdb"

static dt_npz *open_golden(void) {
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_npz_open(&npz, DT_SOURCE_DIR "/tests/physics/golden_eryx.npz", &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    return npz;
}

static const dt_grid grid = {{-1.25, -2, -1}, {2.25, 2, 1.9}, {2, 3, 3}};

static dt_array member(const dt_npz *npz, dt_preset preset, const char *name) {
    char full[64];
    snprintf(full, sizeof full, "%s_%s", preset == DT_PRESET_ERYX ? "eryx" : "port", name);
    return get_array(npz, full);
}

static void equal(const dt_npz *npz, dt_preset preset, const char *name, const double *got,
                  double tolerance) {
    dt_array want = member(npz, preset, name);
    double error = of_largest(got, want.data, dt_array_size(&want));
    cr_log_info("preset %d, %s: %g of the largest\n", (int)preset, name, error);
    cr_assert(error < tolerance, "preset %d, %s: %g of the largest", (int)preset, name, error);
    dt_array_free(&want);
}

static void check_map(const dt_npz *npz, literal_case *c, dt_preset preset, const char *name,
                      dt_tensor *u, double tolerance, double of_the_largest) {
    dt_array pick = get_array(npz, "pick"), want = member(npz, preset, name);
    dt_tensor *map = literal_map(c, u);
    map_agreement a = compare_map(dt_data_f64(map), dt_one_phonon_valid(c->model), pick.data,
                                  want.data, dt_array_size(&want));
    cr_log_info("preset %d, %s: %lld voxels, %lld invalid, %g relative, %g of the largest\n",
                (int)preset, name, (long long)a.compared, (long long)a.invalid, a.relative,
                a.of_largest);
    cr_assert(a.compared > 200 && a.relative < tolerance && a.of_largest < of_the_largest,
              "preset %d, %s: %g relative, %g of the largest", (int)preset, name, a.relative,
              a.of_largest);
    dt_array_free(&pick);
    dt_array_free(&want);
}

static void check_preset(dt_preset preset) {
    dt_npz *npz = open_golden();
    literal_case c = literal_open(STRUCTURE, preset, 1.0, 0.5);
    equal(npz, preset, "xyz", dt_data_f64(dt_expand_symmetry(c.crystal, c.xyz)), 1e-14);
    literal_model(&c, &grid, 0.0, 0);
    dt_array contacts = member(npz, preset, "contacts");
    cr_assert_eq(dt_one_phonon_get_sizes(c.model).contacts, *(int64_t *)contacts.data);
    dt_array_free(&contacts);
    check_map(npz, &c, preset, "I", c.u, 1e-11, 1e-12);
    if (preset == DT_PRESET_ERYX) {
        dt_tensor *adp = dt_one_phonon_displacements(c.model, c.intra, c.inter, c.xyz);
        equal(npz, preset, "adp", dt_data_f64(adp), 1e-11);
        dt_tensor *home = dt_zeros(c.tape, DT_F64, 2, (int64_t[]){1, 3});
        dt_tensor *cov = dt_one_phonon_covariance(c.model, c.intra, c.inter, c.xyz, home);
        equal(npz, preset, "cov", dt_data_f64(cov), 1e-9);
        check_map(npz, &c, preset, "I_adp", adp, 1e-11, 1e-12);
    }
    literal_model(&c, &grid, 0.0, 6);
    /* Computed in 34 digits (tests/oracle/single_phonons.py). */
    check_map(npz, &c, preset, "rank5", c.u, 1e-10, 1e-12);
    literal_close(&c);
    dt_npz_close(npz);
}

Test(golden_eryx, the_preset_eryx_gives_its_map_displacements_and_single_modes) {
    check_preset(DT_PRESET_ERYX);
}

Test(golden_eryx, the_preset_eryx_torch_gives_its_map_and_single_modes) {
    check_preset(DT_PRESET_ERYX_TORCH);
}

Test(golden_eryx, operators_and_scale_are_read_from_the_records) {
    dt_npz *npz = open_golden();
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_structure_read(&s, STRUCTURE, NULL, &error), DT_OK, "%s", error.message);
    dt_array rot = get_array(npz, "remark_rot"), op = get_array(npz, "remark_smtry");
    cr_assert_eq(s->n_remark_ops, rot.shape[0]);
    for (int64_t i = 0; i < dt_array_size(&rot); i++) {
        cr_assert_eq(s->remark_rot[i], ((int64_t *)rot.data)[i]);
    }
    cr_assert_eq(worst(s->remark_op, op.data, dt_array_size(&op), false), 0.0);
    cr_assert(s->has_scale && s->scale[0] == 0.048676 && s->scale[1] == 0.025947 &&
              s->scale[5] == 0.054327 && s->scale[11] == 0.0);
    dt_array_free(&rot);
    dt_array_free(&op);
    dt_structure_free(s);
    dt_npz_close(npz);
}

Test(golden_eryx, a_matrix_from_rounded_scale_records_changes_q_and_phases_as_in_eryx) {
    dt_npz *npz = open_golden();
    dt_array scale = get_array(npz, "scale");
    literal_case c = literal_open(STRUCTURE, DT_PRESET_ERYX, 1.0, 0.5);
    cr_assert_eq(worst(c.crystal->cell.fractional, scale.data, 9, false) > 1e-6, true,
                 "SCALE of the file agrees with CRYST1 and is not used");
    double records[12] = {0.0};
    for (int i = 0; i < 9; i++) {
        records[4 * (i / 3) + i % 3] = ((double *)scale.data)[i];
    }
    dt_crystal_input in = dt_crystal_input_from(c.structure);
    in.quirks = dt_preset_quirks(DT_PRESET_ERYX);
    in.scale = records;
    dt_crystal_free(c.crystal);
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_crystal_new(&in, &c.crystal, &error), DT_OK, "%s", error.message);
    cr_assert_eq(worst(c.crystal->cell.fractional, scale.data, 9, false), 0.0);
    literal_model(&c, &grid, 0.0, 0);
    check_map(npz, &c, DT_PRESET_ERYX, "I_scale", c.u, 1e-11, 1e-12);
    dt_array_free(&scale);
    literal_close(&c);
    dt_npz_close(npz);
}
