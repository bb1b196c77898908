/* test_reference.c - the reference files: intensities and gradients. */
#include "reference_cases.h"

#include <difftape/one_phonon.h>

#include <math.h>
#include <stdlib.h>

static dt_tensor *parameter(dt_tape *tape, int ndim, const int64_t *shape, const double *x) {
    return dt_parameter(tape, DT_F64, ndim, shape, x);
}

static void check_intensity(const crystal_case *c, const dt_npz *npz, dt_tensor *map,
                            const bool *valid) {
    dt_array want = get_array(npz, "true_I");
    const double *x = dt_data_f64(map), *y = want.data;
    int64_t compared = 0;
    double error = 0.0;
    cr_assert_eq(dt_size(map), dt_array_size(&want));
    for (int64_t p = 0; p < dt_size(map); p++) {
        cr_assert_eq(valid[p], isfinite(y[p]), "%s: validity of voxel %lld", c->file, (long long)p);
        if (!valid[p]) {
            cr_assert_eq(x[p], 0.0);
            continue;
        }
        compared++;
        error = fmax(error, fabs(x[p] / y[p] - 1.0));
    }
    cr_assert(compared > 20000 && error < 1e-10, "%s: %lld voxels, worst relative error %g",
              c->file, (long long)compared, error);
    cr_log_info("%s: %lld voxels, worst relative error %g\n", c->file, (long long)compared, error);
    dt_array_free(&want);
}

static void check_gradient(const crystal_case *c, const dt_npz *npz, const char *name,
                           dt_tensor *leaf) {
    dt_array want = get_array(npz, name);
    const double *got = dt_data_f64(dt_gradient(leaf));
    double error = relative_norm(got, want.data, dt_array_size(&want));
    cr_assert(error < 1e-8, "%s %s: relative error %g in norm", c->file, name, error);
    cr_log_info("%s %s: relative error %g in norm\n", c->file, name, error);
    dt_array_free(&want);
}

/* The cotangent of sum_i w_i I(pick_i) / s, scattered on the map. */
static dt_tensor *cotangent_of(dt_tape *tape, const dt_npz *npz, dt_tensor *map) {
    dt_array pick = get_array(npz, "true_pick"), weights = get_array(npz, "loss_weights");
    int64_t s = dt_array_size(&pick), n = dt_size(map);
    double *cotangent = calloc((size_t)n, sizeof *cotangent);
    cr_assert(cotangent != NULL);
    for (int64_t i = 0; i < s; i++) {
        cotangent[((int64_t *)pick.data)[i]] += ((double *)weights.data)[i] / (double)s;
    }
    dt_tensor *result = dt_constant(tape, DT_F64, 3, dt_shape(map), cotangent);
    free(cotangent);
    dt_array_free(&pick);
    dt_array_free(&weights);
    return result;
}

static void check_case(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_crystal *crystal = crystal_from_npz(npz, true);
    dt_one_phonon *model = NULL;
    dt_error error = DT_ERROR_INIT;
    dt_one_phonon_options options = {.cutoff = 4.0, .cell_range = REFERENCE_CELLS};
    dt_status status = dt_one_phonon_new(crystal, &c->grid, &options, &model, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    dt_tape *tape = dt_tape_new(NULL);
    int64_t n = crystal->n_atoms;
    dt_tensor *intra = parameter(tape, 0, NULL, &c->gamma_intra);
    dt_tensor *inter = parameter(tape, 0, NULL, &c->gamma_inter);
    dt_tensor *u = parameter(tape, 1, &n, crystal->u_iso);
    dt_tensor *xyz = parameter(tape, 2, (int64_t[]){n, 3}, crystal->xyz);
    dt_tensor *map = dt_one_phonon_intensity(model, intra, inter, u, xyz);
    tape_is_fine(tape);
    check_intensity(c, npz, map, dt_one_phonon_valid(model));
    dt_backward_from(map, cotangent_of(tape, npz, map));
    tape_is_fine(tape);
    check_gradient(c, npz, "grad_gamma_intra", intra);
    check_gradient(c, npz, "grad_gamma_inter", inter);
    check_gradient(c, npz, "grad_U", u);
    check_gradient(c, npz, "grad_xyz", xyz);
    dt_tape_free(tape);
    dt_one_phonon_free(model);
    dt_crystal_free(crystal);
    dt_npz_close(npz);
}

Test(reference, one_phonon_map_and_gradients_of_3al1_are_those_of_the_formulas) {
    check_case(&cases[0]);
}

Test(reference, one_phonon_map_and_gradients_of_5zck_are_those_of_the_formulas) {
    check_case(&cases[1]);
}

Test(reference, one_phonon_map_and_gradients_of_7n2h_are_those_of_the_formulas) {
    check_case(&cases[3]);
}

Test(reference, one_phonon_map_and_gradients_of_5zck_on_its_large_grid) {
    check_case(&cases[2]);
}
