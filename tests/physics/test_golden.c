/* test_golden.c - one-phonon numbers of 3AL1 that stand in the repository, made by
 * tests/oracle/golden_3al1.py from the formulas. */
#include "support.h"

#include <difftape/one_phonon.h>
#include <difftape/structure.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static dt_npz *open_golden(void) {
    dt_npz *npz = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_npz_open(&npz, DT_SOURCE_DIR "/tests/physics/golden_3al1.npz", &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    return npz;
}

static dt_array numbered(const dt_npz *npz, const char *name, int which) {
    char full[64];
    snprintf(full, sizeof full, "%s%d", name, which);
    return get_array(npz, full);
}

static dt_grid grid_of(const dt_npz *npz, int which) {
    dt_array limits = numbered(npz, "limits", which);
    const double *x = limits.data;
    dt_grid grid;
    for (int d = 0; d < 3; d++) {
        grid.lo[d] = x[3 * d];
        grid.hi[d] = x[3 * d + 1];
        grid.samples[d] = (int)x[3 * d + 2];
    }
    dt_array_free(&limits);
    return grid;
}

static void check_gradient(const dt_npz *npz, int which, const char *name, dt_tensor *leaf) {
    dt_array want = numbered(npz, name, which);
    double error = relative_norm(dt_data_f64(dt_gradient(leaf)), want.data, dt_array_size(&want));
    cr_log_info("grid %d, %s: relative error %g in norm\n", which, name, error);
    cr_assert(error < 1e-8, "grid %d, %s: relative error %g in norm", which, name, error);
    dt_array_free(&want);
}

/* Intensities at the picked voxels, and the gradient of their weighted sum. */
static void check_map(const dt_npz *npz, int which, dt_tensor *map, dt_tensor *const leaf[4]) {
    static const char *const names[4] = {"grad_gamma_intra", "grad_gamma_inter", "grad_u_iso",
                                         "grad_xyz"};
    dt_array pick = numbered(npz, "pick", which), want = numbered(npz, "intensity", which);
    dt_array weight = numbered(npz, "weights", which);
    double *cotangent = calloc((size_t)dt_size(map), sizeof *cotangent), error = 0.0;
    int64_t n = dt_array_size(&pick);
    cr_assert(cotangent != NULL && n >= 200);
    for (int64_t i = 0; i < n; i++) {
        int64_t p = ((int64_t *)pick.data)[i];
        error = fmax(error, fabs(dt_data_f64(map)[p] / ((double *)want.data)[i] - 1.0));
        cotangent[p] = ((double *)weight.data)[i];
    }
    cr_log_info("grid %d: %lld voxels, worst relative error %g\n", which, (long long)n, error);
    cr_assert(error < 1e-10, "grid %d: worst relative error %g", which, error);
    dt_tape *tape = dt_tape_of(map);
    dt_backward_from(map, dt_constant(tape, DT_F64, 3, dt_shape(map), cotangent));
    tape_is_fine(tape);
    for (int i = 0; i < 4; i++) {
        check_gradient(npz, which, names[i], leaf[i]);
    }
    free(cotangent);
    dt_array_free(&pick);
    dt_array_free(&want);
    dt_array_free(&weight);
}

static void check_golden(int which) {
    dt_npz *npz = open_golden();
    dt_crystal *crystal = crystal_from_npz(npz, false);
    dt_one_phonon *model = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_grid grid = grid_of(npz, which);
    dt_status status = dt_one_phonon_new(crystal, &grid, NULL, &model, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    dt_array pairs = get_array(npz, "pairs");
    cr_assert_eq(dt_one_phonon_get_sizes(model).contacts, pairs.shape[0]);
    dt_array_free(&pairs);
    dt_tape *tape = dt_tape_new(NULL);
    const double springs[2] = {1.0, 0.5};
    int64_t n = crystal->n_atoms;
    dt_tensor *leaf[4] = {dt_parameter(tape, DT_F64, 0, NULL, &springs[0]),
                          dt_parameter(tape, DT_F64, 0, NULL, &springs[1]),
                          dt_parameter(tape, DT_F64, 1, &n, crystal->u_iso),
                          dt_parameter(tape, DT_F64, 2, (int64_t[]){n, 3}, crystal->xyz)};
    dt_tensor *map = dt_one_phonon_intensity(model, leaf[0], leaf[1], leaf[2], leaf[3]);
    tape_is_fine(tape);
    check_map(npz, which, map, leaf);
    dt_tape_free(tape);
    dt_one_phonon_free(model);
    dt_crystal_free(crystal);
    dt_npz_close(npz);
}

static void equal(const dt_npz *npz, const char *name, const double *got, int64_t n) {
    dt_array want = get_array(npz, name);
    cr_assert_eq(dt_array_size(&want), n, "%s", name);
    double error = worst(got, want.data, n, false);
    cr_assert(error < 1e-12, "%s: off by %g", name, error);
    dt_array_free(&want);
}

Test(golden, inputs_are_those_of_the_bundled_structure) {
    dt_npz *npz = open_golden();
    dt_structure *s = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&s, DT_SOURCE_DIR "/examples/data/3al1.pdb", NULL, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    equal(npz, "cell", s->cell, 6);
    equal(npz, "op_tran", s->op_tran, 3 * s->n_ops);
    equal(npz, "xyz", s->xyz, 3 * s->n_atoms);
    equal(npz, "u_iso", s->u_iso, s->n_atoms);
    equal(npz, "ff_a", s->ff_a, 4 * s->n_atoms);
    equal(npz, "ff_b", s->ff_b, 4 * s->n_atoms);
    equal(npz, "ff_c", s->ff_c, s->n_atoms);
    dt_structure_free(s);
    dt_npz_close(npz);
}

Test(golden, map_and_gradients_of_3al1_on_a_grid_with_whole_limits) {
    check_golden(1);
}

Test(golden, map_and_gradients_of_3al1_on_a_grid_with_limits_between_lattice_points) {
    check_golden(2);
}
