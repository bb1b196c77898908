/* test_network_reference.c - the reference files through networks and phonon maps: intensities,
 * gradients, covariances and displacement tensors. */
#include "reference_cases.h"

#include <difftape/one_phonon.h>
#include <difftape/phonon_map.h>

#include <math.h>
#include <stdlib.h>

static double relative_to_largest(const double *got, const dt_array *want) {
    double error = 0.0, largest = 0.0;
    for (int64_t i = 0; i < dt_array_size(want); i++) {
        double w = ((const double *)want->data)[i];
        cr_assert(isfinite(got[i]) && isfinite(w));
        error = fmax(error, fabs(got[i] - w));
        largest = fmax(largest, fabs(w));
    }
    cr_assert(largest > 0.0);
    return error / largest;
}

static void check_array(const crystal_case *c, const dt_npz *npz, const char *name, dt_tensor *got,
                        int64_t n, double tolerance) {
    dt_array want = get_array(npz, name);
    if (n > 0) { /* the first n rows: atoms of the asymmetric unit */
        want.shape[0] = n;
    }
    cr_assert_eq(dt_size(got), dt_array_size(&want));
    double error = relative_to_largest(dt_data_f64(got), &want);
    cr_assert(error < tolerance, "%s %s: relative error %g", c->file, name, error);
    cr_log_info("%s %s: %lld numbers, worst error %.2g of the largest\n", c->file, name,
                (long long)dt_size(got), error);
    dt_array_free(&want);
}

/* Intensities on the whole grid. */
static void check_intensity(const crystal_case *c, const dt_npz *npz, dt_tensor *map,
                            const bool *valid) {
    dt_array want = get_array(npz, "true_I");
    const double *x = dt_data_f64(map), *y = want.data;
    int64_t compared = 0;
    double error = 0.0;
    for (int64_t p = 0; p < dt_size(map); p++) {
        cr_assert_eq(valid[p], isfinite(y[p]));
        compared += valid[p];
        error = valid[p] ? fmax(error, fabs(x[p] / y[p] - 1.0)) : error;
    }
    cr_assert(compared > 20000 && error < 1e-10, "%s: worst relative error %g", c->file, error);
    cr_log_info("%s: %lld voxels, worst relative error %.2g\n", c->file, (long long)compared,
                error);
    dt_array_free(&want);
}

static void check_case(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_crystal *crystal = crystal_from_npz(npz, true);
    dt_network *network = NULL;
    dt_points *points = NULL;
    dt_phonon_map *map = NULL;
    dt_error error = DT_ERROR_INIT;
    const dt_network_options options = {.cutoff = 4.0, .cell_range = REFERENCE_CELLS};
    cr_assert_eq(dt_network_new(crystal, &options, &network, &error), DT_OK, "%s", error.message);
    cr_assert_eq(dt_points_from_grid(&c->grid, &points, &error), DT_OK, "%s", error.message);
    cr_assert_eq(dt_phonon_map_new(network, points, NULL, &map, &error), DT_OK, "%s",
                 error.message);
    dt_tape *tape = dt_tape_new(NULL);
    const double springs[2] = {c->gamma_intra, c->gamma_inter};
    const dt_phonon_map_parameters p = {.network.springs =
                                            dt_constant(tape, DT_F64, 1, (int64_t[]){2}, springs)};
    static const int three[3] = {3, 3, 3}, home[3] = {0, 0, 0};
    dt_tensor *u = dt_network_displacements(network, &p.network, three, DT_CLASSICAL);
    dt_tensor *covariance = dt_network_covariance(network, &p.network, three, home, DT_CLASSICAL);
    tape_is_fine(tape);
    check_array(c, npz, "supercell_cov00", covariance, 0, 1e-10);
    check_array(c, npz, "true_U_aniso_unscaled", u, crystal->n_atoms, 1e-10);
    check_intensity(c, npz, dt_phonon_map_intensity(map, &p), dt_phonon_map_valid(map));
    dt_tape_free(tape);
    dt_phonon_map_free(map);
    dt_points_free(points);
    dt_network_free(network);
    dt_crystal_free(crystal);
    dt_npz_close(npz);
}

Test(reference, network_of_3al1_has_the_covariances_of_the_supercell) {
    check_case(&cases[0]);
}

Test(reference, network_of_5zck_has_the_covariances_of_the_supercell) {
    check_case(&cases[1]);
}

Test(reference, network_of_7n2h_has_the_covariances_of_the_supercell) {
    check_case(&cases[3]);
}
