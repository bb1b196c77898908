/* test_supercell.c - the one-phonon map equals that of a brute-force supercell. */
#include "../physics/support.h"
#include "supercell.h"

#include <difftape/one_phonon.h>

#include <math.h>

/* Compare all valid voxels of a grid with three samples per unit, where the supercell's own waves
 * are. */
static void check(const char *name, const dt_crystal *crystal, double cutoff, const double lo[3],
                  const double hi[3]) {
    const double springs[2] = {1.7, 0.6};
    dt_grid grid = {{lo[0], lo[1], lo[2]}, {hi[0], hi[1], hi[2]}, {3, 3, 3}};
    dt_one_phonon *model = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_one_phonon_options options = {.cutoff = cutoff};
    dt_status status = dt_one_phonon_new(crystal, &grid, &options, &model, &error);
    cr_assert_eq(status, DT_OK, "%s: %s", name, error.message);
    dt_tape *tape = dt_tape_new(NULL);
    int64_t n = crystal->n_atoms;
    dt_tensor *map =
        dt_one_phonon_intensity(model, dt_scalar(tape, springs[0]), dt_scalar(tape, springs[1]),
                                dt_constant(tape, DT_F64, 1, &n, crystal->u_iso),
                                dt_constant(tape, DT_F64, 2, (int64_t[]){n, 3}, crystal->xyz));
    tape_is_fine(tape);
    supercell *brute = supercell_new(crystal, cutoff, springs[0], springs[1]);
    cr_assert(brute != NULL, "%s: the supercell is not stable", name);
    cr_assert(supercell_translation_residue(brute) < 1e-12, "%s: no zero modes", name);
    dt_grid_axis axis[3];
    cr_assert_eq(dt_grid_axes(&grid, axis, NULL, NULL), DT_OK);
    double worst_error = 0.0;
    int64_t compared = 0;
    for (int64_t p = 0; p < dt_size(map); p++) {
        if (!dt_one_phonon_valid(model)[p]) {
            continue;
        }
        int64_t ijk[3];
        double hkl[3];
        dt_grid_position(axis, p, ijk);
        for (int d = 0; d < 3; d++) {
            hkl[d] = dt_axis_miller(&axis[d], ijk[d]);
        }
        double want = supercell_intensity(brute, hkl), got = dt_data_f64(map)[p];
        cr_assert(fabs(got - want) < 1e-10 * want, "%s: at (%g,%g,%g) %.15g, supercell %.15g", name,
                  hkl[0], hkl[1], hkl[2], got, want);
        worst_error = fmax(worst_error, fabs(got / want - 1.0));
        compared++;
    }
    cr_assert(compared >= 100, "%s: only %lld voxels", name, (long long)compared);
    cr_log_info("%s: %lld voxels, worst relative difference %g\n", name, (long long)compared,
                worst_error);
    supercell_free(brute);
    dt_tape_free(tape);
    dt_one_phonon_free(model);
}

static void check_synthetic(const char *group, int64_t n) {
    dt_crystal *crystal = synthetic_crystal(group, n);
    check(group, crystal, 4.5, (const double[]){-1, 1, -2}, (const double[]){1, 3, 0});
    dt_crystal_free(crystal);
}

Test(supercell, one_phonon_map_of_an_oblique_crystal_with_one_asymmetric_unit) {
    check_synthetic("P1", 13);
}

Test(supercell, one_phonon_map_of_an_oblique_crystal_with_a_screw_axis) {
    check_synthetic("P21", 11);
}

Test(supercell, one_phonon_map_of_a_hexagonal_crystal_with_a_threefold_screw_axis) {
    check_synthetic("P31", 9);
}

Test(supercell, one_phonon_map_of_a_triclinic_crystal_with_inversion) {
    check_synthetic("P-1", 12);
}

Test(supercell, one_phonon_map_of_3al1) {
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_npz_open(&npz, DT_SOURCE_DIR "/tests/physics/golden_3al1.npz", &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    dt_crystal *crystal = crystal_from_npz(npz, false);
    check("3AL1", crystal, 4.0, (const double[]){2, -1, 3}, (const double[]){4, 0, 4});
    dt_crystal_free(crystal);
    dt_npz_close(npz);
}
