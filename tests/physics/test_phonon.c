/* test_phonon.c - masses, zone, modes, covariance and the network atom by atom, by other ways. */
#include "one_phonon_case.h"

#include <difftape/gradcheck.h>
#include <difftape/ops.h>
#include <difftape/phonon.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const dt_grid around = {{-1, 0, 0.5}, {1, 1, 1.5}, {3, 2, 2}};

/* -- cells ------------------------------------------------------------------------------------- */

Test(cells, ids_run_in_c_order_and_come_back) {
    const int extent[3] = {1, 0, 2};
    int64_t id = 0;
    for (int h = -1; h <= 1; h++) {
        for (int l = -2; l <= 2; l++, id++) {
            int cell[3];
            cr_assert_eq(dt_cell_id(extent, (int[]){h, 0, l}), id);
            cr_assert(dt_cell_of_id(extent, id, cell));
            cr_assert(cell[0] == h && cell[1] == 0 && cell[2] == l);
        }
    }
    int untouched[3] = {7, 7, 7};
    cr_assert_eq(id, 15);
    cr_assert_eq(dt_cell_id(extent, (int[]){0, 1, 0}), -1);
    cr_assert_eq(dt_cell_id(extent, (int[]){-2, 0, 0}), -1);
    cr_assert_eq(dt_cell_id((int[]){0, -1, 0}, (int[]){0, 0, 0}), -1);
    cr_assert_not(dt_cell_of_id(extent, 15, untouched));
    cr_assert_not(dt_cell_of_id(extent, -1, untouched));
    cr_assert_eq(untouched[0], 7);
}

Test(cells, a_copy_in_another_cell_is_the_packed_copy_moved_by_lattice_vectors) {
    dt_crystal *crystal = synthetic_crystal("P31", 5);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x = dt_constant(tape, DT_F64, 2, (int64_t[]){5, 3}, crystal->xyz);
    dt_tensor *all = dt_expand_symmetry(crystal, x);
    dt_tensor *moved = dt_asu_positions(crystal, x, 2, (int[]){2, -1, 3});
    tape_is_fine(tape);
    for (int i = 0; i < 15; i++) {
        const double *a = crystal->cell.axes + i % 3;
        double want = dt_data_f64(all)[30 + i] + 2 * a[0] - a[3] + 3 * a[6];
        cr_assert(fabs(dt_data_f64(moved)[i] - want) < 1e-12);
    }
    dt_asu_positions(crystal, x, 3, (int[]){0, 0, 0});
    cr_assert(strstr(dt_tape_message(tape), "asymmetric unit 3; there are 3, counted from 0"));
    dt_tape_free(tape);
    dt_crystal_free(crystal);
}

/* -- zone -------------------------------------------------------------------------------------- */

Test(zone, wavevectors_are_those_that_the_grid_groups_voxels_by) {
    const dt_grid grid = {{-2, -1, 0}, {2, 1, 1}, {3, 2, 4}};
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *zone = dt_brillouin_zone(tape, grid.samples);
    dt_wavevectors groups;
    cr_assert_eq(dt_group_by_wavevector(&grid, NULL, &groups, NULL), DT_OK);
    cr_assert(dt_shape(zone)[0] == 24 && groups.n == 24);
    int found = 0;
    for (int i = 0; i < 24; i++) {
        for (int j = 0; j < 24; j++) {
            found += memcmp(dt_data_f64(zone) + 3 * i, groups.k + 3 * j, 3 * sizeof(double)) == 0;
        }
    }
    cr_assert_eq(found, 24);
    for (int d = 0; d < 3; d++) {
        cr_assert_eq(dt_data_f64(zone)[d], 0.0);
    }
    dt_wavevectors_free(&groups);
    dt_tape_free(tape);
}

Test(zone, impossible_numbers_of_samples_are_refused) {
    const int bad[3][3] = {{0, 1, 1}, {1, -1, 1}, {1000, 1000, 1000}};
    for (int i = 0; i < 3; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        dt_brillouin_zone(tape, bad[i]);
        cr_assert(strstr(dt_tape_message(tape), "wavevectors; there must be 1 to 16777216"));
        dt_tape_free(tape);
    }
    cr_assert(isnan(dt_center_wavenumber(3, 3)) && isnan(dt_center_wavenumber(-1, 3)) &&
              isnan(dt_center_wavenumber(0, 0)));
    cr_assert(dt_center_wavenumber(2, 4) == -0.5 && dt_center_wavenumber(1, 3) == 1.0 / 3);
}

Test(zone, the_map_of_wavenumbers_is_zero_at_whole_indices_only) {
    dt_cell cell;
    dt_grid_axis axis[3];
    dt_array map;
    cr_assert_eq(dt_cell_init((double[]){8.8, 9.6, 10.4, 74, 103, 116}, &cell, NULL), DT_OK);
    cr_assert_eq(dt_grid_axes(&around, axis, NULL, NULL), DT_OK);
    cr_assert_eq(dt_wavenumber_map(axis, &cell, &map, NULL), DT_OK);
    int whole = 0;
    for (int64_t p = 0; p < dt_array_size(&map); p++) {
        int64_t ijk[3];
        double h[3], q[3];
        dt_grid_position(axis, p, ijk);
        for (int d = 0; d < 3; d++) {
            h[d] = dt_axis_miller(&axis[d], ijk[d]);
            h[d] -= floor(h[d] + 0.5); /* [-1/2, 1/2), as the zone */
        }
        dt_scattering_vector(&cell, h, q);
        double want = sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
        cr_assert(fabs(((double *)map.data)[p] - want) < 1e-13);
        whole += want == 0.0;
    }
    cr_assert_eq(whole, 3 * 2 * 1);
    dt_array_free(&map);
}

/* -- masses ------------------------------------------------------------------------------------ */

Test(mass, matrix_is_the_kinetic_energy_of_a_moving_body) {
    dt_crystal *crystal = synthetic_crystal("P21", 6);
    dt_tape *tape = dt_tape_new(NULL);
    int64_t n = 6;
    dt_tensor *x = dt_constant(tape, DT_F64, 2, (int64_t[]){n, 3}, crystal->xyz);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(crystal, x));
    dt_tensor *mass = dt_constant(tape, DT_F64, 1, &n, crystal->mass);
    dt_tensor *m = dt_rigid_body_mass(body, mass, 0);
    dt_tensor *more = dt_rigid_body_mass(body, mass, DT_QUIRK_MASS_EPSILON);
    double w[12], energy = 0.0, quadratic = 0.0;
    for (int p = 0; p < 12; p++) {
        w[p] = noise(11, p);
    }
    const double *b = dt_data_f64(body), *got = dt_data_f64(m);
    for (int i = 0; i < 12; i++) { /* u = t + lambda cross x */
        const double *t = w + 6 * (i / 6), *l = t + 3, *r = b + 4 * i + 1;
        double u[3] = {t[0] + l[1] * r[2] - l[2] * r[1], t[1] + l[2] * r[0] - l[0] * r[2],
                       t[2] + l[0] * r[1] - l[1] * r[0]};
        energy += crystal->mass[i % 6] * (u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
    }
    for (int p = 0; p < 144; p++) {
        quadratic += w[p / 12] * got[p] * w[p % 12];
        double off = dt_data_f64(more)[p] - got[p] - (p % 13 == 0 ? 1e-6 : 0.0);
        cr_assert(fabs(off) < 1e-9);
    }
    cr_assert(fabs(quadratic / energy - 1.0) < 1e-13, "%g, not %g", quadratic, energy);
    dt_tensor *whitening = dt_mass_whitening(m);
    dt_tensor *one = dt_matmul(whitening, dt_matmul_flags(m, DT_N, whitening, DT_T));
    cr_assert(worst(dt_data_f64(one), dt_data_f64(dt_eye(tape, DT_F64, 12)), 144, false) < 1e-12);
    dt_tensor *diagonal = dt_atom_mass(mass, 2);
    tape_is_fine(tape);
    cr_assert_eq(dt_size(diagonal), 36);
    for (int i = 0; i < 36; i++) {
        cr_assert_eq(dt_data_f64(diagonal)[i], crystal->mass[i / 3 % 6]);
    }
    dt_tape_free(tape);
    dt_crystal_free(crystal);
}

/* -- modes ------------------------------------------------------------------------------------- */

static dt_tensor *single(const one_phonon_case *c, int64_t mode, dt_one_phonon **ret_model) {
    dt_one_phonon_options options = {.cutoff = 4.5, .single_mode = mode};
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_one_phonon_new(c->crystal, &around, &options, ret_model, &error), DT_OK, "%s",
                 error.message);
    return dt_one_phonon_intensity(*ret_model, c->leaf[0], c->leaf[1], c->leaf[2], c->leaf[3]);
}

Test(modes, single_modes_add_up_to_the_whole_map) {
    one_phonon_case c = one_phonon_setup("P-1", 7, around, 0.0, 1.7, 0.6);
    dt_tensor *whole = one_phonon_map(&c), *sum = NULL;
    const bool *valid = dt_one_phonon_valid(c.model);
    dt_one_phonon *model[12];
    int64_t bragg = dt_one_phonon_get_sizes(c.model).bragg;
    for (int m = 0; m < 12; m++) {
        dt_tensor *map = single(&c, m + 1, &model[m]);
        tape_is_fine(c.tape);
        sum = sum ? dt_add(sum, map) : map;
        dt_one_phonon_sizes s = dt_one_phonon_get_sizes(model[m]);
        cr_assert(s.bragg == (m < 3 ? bragg : 0) && s.beyond_d_min == 0, "mode %d", m);
        for (int64_t p = 0; p < s.voxels; p++) {
            cr_assert_eq(dt_one_phonon_valid(model[m])[p], m < 3 ? valid[p] : true);
        }
    }
    int compared = 0;
    for (int64_t p = 0; p < dt_size(whole); p++) {
        if (valid[p]) {
            double error = dt_data_f64(sum)[p] / dt_data_f64(whole)[p] - 1.0;
            cr_assert(fabs(error) < 1e-11, "voxel %lld: %g", (long long)p, error);
            compared++;
        }
    }
    cr_assert(compared > 30 && bragg == 6);
    for (int m = 0; m < 12; m++) {
        dt_one_phonon_free(model[m]);
    }
    one_phonon_teardown(&c);
}

/* The acoustic modes at k = 0 have no weight, and no gradient flows there. */
Test(modes, weights_of_modes_without_energy_are_zero) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *w =
        dt_parameter(tape, DT_F64, 1, (int64_t[]){4}, (double[]){-1e-17, 0.0, 1e-9, 4.0});
    dt_tensor *weight = dt_phonon_weight(w, 1e-12);
    dt_backward(dt_sum(weight, 0));
    tape_is_fine(tape);
    const double want[4] = {0.0, 0.0, 1e9, 0.25}, slope[4] = {0.0, 0.0, -1e18, -0.0625};
    for (int i = 0; i < 4; i++) {
        cr_assert(fabs(dt_data_f64(weight)[i] - want[i]) <= 1e-14 * want[i]);
        cr_assert(fabs(dt_data_f64(dt_gradient(w))[i] - slope[i]) <= -1e-14 * slope[i]);
    }
    dt_tape_free(tape);
}

/* -- gradients --------------------------------------------------------------------------------- */

static dt_tensor *map_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_one_phonon_intensity(user, in[0], in[1], in[2], in[3]);
}

static dt_tensor *displacements_of(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    return dt_one_phonon_displacements(user, in[0], in[1], in[2]);
}

/* The map with the model's own displacements: one spring joins both. */
static dt_tensor *joined(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)tape;
    dt_tensor *u = dt_one_phonon_displacements(user, in[0], in[1], in[2]);
    return dt_one_phonon_intensity(user, in[0], in[1], dt_scale(u, 1e-2), in[2]);
}

static void check_gradient(const char *name, dt_tensor_fn *fn, void *user, int n_in,
                           const dt_array *in) {
    dt_gradcheck_options options = {.tolerance = 1e-7};
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_gradcheck(name, fn, user, n_in, in, &options, &report, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    cr_assert(report.compared > 10);
    cr_log_info("%s: %lld numbers, worst entry %.2g\n", name, (long long)report.compared,
                report.worst_entry);
}

Test(gradients, of_single_modes_and_of_model_displacements_agree_with_differences) {
    one_phonon_case c = one_phonon_setup("P-1", 5, around, 0.0, 1.7, 0.6);
    dt_array in[4], springs_xyz[3];
    for (int i = 0; i < 4; i++) {
        in[i] = dt_array_of(c.leaf[i]);
    }
    springs_xyz[0] = in[0];
    springs_xyz[1] = in[1];
    springs_xyz[2] = in[3];
    const dt_grid off_zero = {{0.25, 0, 0.25}, {1.25, 1, 0.25}, {2, 3, 2}};
    dt_one_phonon_options options = {.cutoff = 4.5, .single_mode = 2};
    dt_one_phonon *model = NULL;
    cr_assert_eq(dt_one_phonon_new(c.crystal, &off_zero, &options, &model, NULL), DT_OK);
    check_gradient("mode 2", map_of, model, 4, in);
    check_gradient("displacements", displacements_of, c.model, 3, springs_xyz);
    check_gradient("map with model displacements", joined, c.model, 3, springs_xyz);
    dt_one_phonon_free(model);
    one_phonon_teardown(&c);
}

/* -- covariance -------------------------------------------------------------------------------- */

Test(covariance, of_one_wavevector_is_the_pseudo_inverse_at_k_0) {
    one_phonon_case c = one_phonon_setup("P21", 9, around, 0.0, 1.7, 0.6);
    const dt_grid whole = {{0, 0, 0.5}, {1, 1, 0.5}, {1, 1, 1}};
    dt_one_phonon_options options = {.cutoff = 4.5};
    dt_one_phonon *model = NULL;
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_one_phonon_new(c.crystal, &whole, &options, &model, NULL), DT_OK);
    cr_assert_eq(dt_gnm_new(c.crystal, 4.5, 0, &gnm, NULL), DT_OK);
    dt_tensor *zero = dt_zeros(c.tape, DT_F64, 2, (int64_t[]){1, 3});
    dt_tensor *cov = dt_one_phonon_covariance(model, c.leaf[0], c.leaf[1], c.leaf[3], zero);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(c.crystal, c.leaf[3]));
    dt_tensor *h = dt_gnm_force_constants(gnm, body, c.leaf[0], c.leaf[1]);
    dt_tensor *by_eigenvalues = dt_real(dt_pinv_hermitian(dt_gnm_stiffness(gnm, h, zero), 1e-10));
    tape_is_fine(c.tape);
    double error = relative_norm(dt_data_f64(cov), dt_data_f64(by_eigenvalues), dt_size(cov));
    cr_assert(error < 1e-10, "%g", error);
    dt_gnm_free(gnm);
    dt_one_phonon_free(model);
    one_phonon_teardown(&c);
}

Test(covariance, falls_with_stiffer_springs_and_chunks_make_no_difference) {
    const dt_grid fine = {{0, 0, 0}, {1, 1, 1}, {5, 4, 5}}; /* 100 wavevectors: two chunks */
    one_phonon_case c = one_phonon_setup("P21", 9, fine, 0.0, 1.7, 0.6);
    const double cell[6] = {0, 0, 0, 1, -1, 2};
    dt_tensor *cells = dt_constant(c.tape, DT_F64, 2, (int64_t[]){2, 3}, cell);
    dt_tensor *cov = dt_one_phonon_covariance(c.model, c.leaf[0], c.leaf[1], c.leaf[3], cells);
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_gnm_new(c.crystal, 4.5, 0, &gnm, NULL), DT_OK);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(c.crystal, c.leaf[3]));
    dt_tensor *h = dt_gnm_force_constants(gnm, body, c.leaf[0], c.leaf[1]);
    dt_tensor *zone = dt_brillouin_zone(c.tape, fine.samples);
    dt_tensor *at_once = dt_displacement_covariance(dt_gnm_stiffness(gnm, h, zone), zone, cells, 0);
    dt_tensor *u = dt_one_phonon_displacements(c.model, c.leaf[0], c.leaf[1], c.leaf[3]);
    dt_tensor *stiff = dt_one_phonon_displacements(c.model, dt_scale(c.leaf[0], 4.0),
                                                   dt_scale(c.leaf[1], 4.0), c.leaf[3]);
    tape_is_fine(c.tape);
    cr_assert(relative_norm(dt_data_f64(cov), dt_data_f64(at_once), dt_size(cov)) < 1e-13);
    for (int64_t i = 0; i < 9; i++) {
        cr_assert(dt_data_f64(u)[i] > 0.0);
        cr_assert(fabs(dt_data_f64(stiff)[i] / dt_data_f64(u)[i] - 0.25) < 1e-12);
    }
    dt_gnm_free(gnm);
    one_phonon_teardown(&c);
}

/* In the periodic crystal of 3 x 2 x 2 cells the covariance inverts the matrix of force constants
 * but for uniform translations: sum over n of H(n) C(m - n) = 1 at m = 0, minus T T^T / 12. No
 * wavevector enters, so the sign of the phases is tested, too. */
/* A third of the trace of A C A^T, the mean over copies. */
Test(displacements, are_a_third_of_the_trace_of_their_tensors) {
    enum { N = 9 };
    one_phonon_case c = one_phonon_setup("P21", N, around, 0.0, 1.7, 0.6);
    dt_tensor *u = dt_one_phonon_displacements(c.model, c.leaf[0], c.leaf[1], c.leaf[3]);
    dt_tensor *home = dt_zeros(c.tape, DT_F64, 2, (int64_t[]){1, 3});
    dt_tensor *cov = dt_one_phonon_covariance(c.model, c.leaf[0], c.leaf[1], c.leaf[3], home);
    const double *x = dt_data_f64(dt_expand_symmetry(c.crystal, c.leaf[3])), *w = dt_data_f64(cov);
    tape_is_fine(c.tape);
    double centre[6] = {0}, off = 0.0;
    for (int i = 0; i < 6 * N; i++) {
        centre[i / (3 * N) * 3 + i % 3] += x[i] / N;
    }
    for (int j = 0; j < N; j++) {
        double sum = 0.0;
        for (int a = 0; a < 2; a++) {
            for (int d = 0; d < 3; d++) { /* u_d = t_d + (lambda x x)_d */
                double row[12] = {0};
                int e = (d + 1) % 3, f = (d + 2) % 3;
                row[6 * a + d] = 1.0;
                row[6 * a + 3 + e] = x[3 * (N * a + j) + f] - centre[3 * a + f];
                row[6 * a + 3 + f] = -(x[3 * (N * a + j) + e] - centre[3 * a + e]);
                for (int i = 0; i < 144; i++) {
                    sum += row[i / 12] * w[i] * row[i % 12] / 6.0;
                }
            }
        }
        off = fmax(off, fabs(dt_data_f64(u)[j] / sum - 1.0));
    }
    cr_log_info("isotropic U: %.2g from the covariance\n", off);
    cr_assert(off < 1e-12, "%g", off);
    one_phonon_teardown(&c);
}

Test(covariance, inverts_the_force_constants_of_the_periodic_crystal) {
    enum { D = 12, CELLS = 12 };
    const int samples[3] = {3, 2, 2};
    one_phonon_case c = one_phonon_setup("P21", 9, around, 0.0, 1.7, 0.6);
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_gnm_new(c.crystal, 4.5, 0, &gnm, NULL), DT_OK);
    double cells[3 * CELLS];
    for (int i = 0; i < CELLS; i++) {
        cells[3 * i] = i / 4;
        cells[3 * i + 1] = i / 2 % 2;
        cells[3 * i + 2] = i % 2;
    }
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(c.crystal, c.leaf[3]));
    dt_tensor *h = dt_gnm_hessian(gnm, dt_gnm_force_constants(gnm, body, c.leaf[0], c.leaf[1]));
    dt_tensor *cov =
        dt_one_phonon_covariance(c.model, c.leaf[0], c.leaf[1], c.leaf[3],
                                 dt_constant(c.tape, DT_F64, 2, (int64_t[]){CELLS, 3}, cells));
    tape_is_fine(c.tape);
    double worst_off = 0.0;
    for (int m = 0; m < CELLS; m++) {
        double product[D * D] = {0.0};
        for (int64_t n = 0; n < gnm->n_cells; n++) {
            int at = 0;
            for (int d = 0; d < 3; d++) {
                int step = (int)(cells[3 * m + d] - gnm->cells[3 * n + d]) % samples[d];
                at = at * samples[d] + (step + samples[d]) % samples[d];
            }
            const double *left = dt_data_f64(h) + n * D * D, *right = dt_data_f64(cov) + at * D * D;
            for (int e = 0; e < D * D * D; e++) {
                int i = e / (D * D), j = e / D % D, k = e % D;
                product[i * D + j] += left[i * D + k] * right[k * D + j];
            }
        }
        for (int e = 0; e < D * D; e++) {
            int i = e / D, j = e % D;
            double want = (m == 0 && i == j) - (i % 6 == j % 6 && i % 6 < 3 ? 0.5 / CELLS : 0.0);
            worst_off = fmax(worst_off, fabs(product[e] - want));
        }
    }
    cr_assert(worst_off < 1e-10, "off by %g", worst_off);
    dt_gnm_free(gnm);
    one_phonon_teardown(&c);
}

/* With 1e-10 on the diagonal the uniform translations have a share of 1e10. */
Test(covariance, with_the_ports_epsilon_is_ruled_by_uniform_translations) {
    one_phonon_case c = one_phonon_setup("P21", 9, around, 0.0, 1.7, 0.6);
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_gnm_new(c.crystal, 4.5, 0, &gnm, NULL), DT_OK);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(c.crystal, c.leaf[3]));
    dt_tensor *h = dt_gnm_force_constants(gnm, body, c.leaf[0], c.leaf[1]);
    dt_tensor *zero = dt_zeros(c.tape, DT_F64, 2, (int64_t[]){1, 3});
    dt_tensor *k = dt_gnm_stiffness(gnm, h, zero);
    dt_tensor *right = dt_displacement_covariance(k, zero, zero, 0);
    dt_tensor *theirs = dt_displacement_covariance(k, zero, zero, DT_QUIRK_PINV_EPSILON);
    tape_is_fine(c.tape);
    for (int e = 0; e < 144; e++) {
        bool uniform = e / 12 % 6 == e % 12 % 6 && e % 12 % 6 < 3;
        double want = dt_data_f64(right)[e] + (uniform ? 0.5e10 : 0.0);
        double error = dt_data_f64(theirs)[e] - want;
        cr_assert(fabs(error) < 1e-5, "element %d: off by %g", e, error);
    }
    dt_gnm_free(gnm);
    one_phonon_teardown(&c);
}

Test(covariance, springs_that_do_not_hold_the_crystal_are_refused) {
    one_phonon_case c = one_phonon_setup("P21", 9, around, 0.0, 1.7, -0.6);
    dt_one_phonon_displacements(c.model, c.leaf[0], c.leaf[1], c.leaf[3]);
    cr_assert_eq(dt_tape_status(c.tape), DT_ERR_NOT_POSITIVE_DEFINITE);
    cr_assert(strstr(dt_tape_message(c.tape), "springs do not hold the crystal"), "%s",
              dt_tape_message(c.tape));
    one_phonon_teardown(&c);
}

/* -- atom by atom ------------------------------------------------------------------------------ */

/* A^T (H x I_3) A of the atoms is the force constants of the bodies, summed without any blocks. */
Test(atoms, force_constants_projected_on_bodies_are_those_of_the_bodies) {
    one_phonon_case c = one_phonon_setup("P31", 6, around, 0.0, 1.7, 0.6);
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_gnm_new(c.crystal, 4.5, 0, &gnm, NULL), DT_OK);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(c.crystal, c.leaf[3]));
    dt_tensor *bodies =
        dt_gnm_hessian(gnm, dt_gnm_force_constants(gnm, body, c.leaf[0], c.leaf[1]));
    dt_tensor *atoms = dt_gnm_atom_force_constants(gnm, c.leaf[0], c.leaf[1]);
    dt_tensor *projector = dt_rigid_body_projector(body);
    tape_is_fine(c.tape);
    const double *a = dt_data_f64(projector), *h = dt_data_f64(atoms), *want = dt_data_f64(bodies);
    int64_t n = 6, m = 18, d = 18;
    double *sum = calloc((size_t)(gnm->n_cells * d * d), sizeof *sum);
    cr_assert(sum != NULL && gnm->n_cells > 3);
    for (int64_t e = 0; e < gnm->n_cells * m * m; e++) {
        int64_t cell = e / (m * m), i = e / m % m, j = e % m;
        for (int pq = 0; pq < 36 && h[e] != 0.0; pq++) {
            double dot = 0.0;
            for (int x = 0; x < 3; x++) {
                dot += a[(3 * i + x) * 6 + pq / 6] * a[(3 * j + x) * 6 + pq % 6];
            }
            sum[(cell * d + 6 * (i / n) + pq / 6) * d + 6 * (j / n) + pq % 6] += h[e] * dot;
        }
    }
    double error = relative_norm(want, sum, gnm->n_cells * d * d);
    cr_assert(error < 1e-13, "%g", error);
    double row = 0.0;
    for (int64_t cell = 0; cell < gnm->n_cells; cell++) {
        for (int64_t j = 0; j < m; j++) {
            row += h[(cell * m + 4) * m + j];
        }
    }
    cr_assert(fabs(row) < 1e-12, "a row adds up to %g", row);
    free(sum);
    dt_gnm_free(gnm);
    one_phonon_teardown(&c);
}

Test(atoms, bloch_sums_of_the_bodies_are_their_stiffness) {
    one_phonon_case c = one_phonon_setup("P21", 6, around, 0.0, 1.7, 0.6);
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_gnm_new(c.crystal, 4.5, 0, &gnm, NULL), DT_OK);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(c.crystal, c.leaf[3]));
    dt_tensor *h = dt_gnm_force_constants(gnm, body, c.leaf[0], c.leaf[1]);
    dt_tensor *zone = dt_brillouin_zone(c.tape, (int[]){3, 2, 1});
    dt_tensor *cells = dt_constant(c.tape, DT_F64, 2, (int64_t[]){gnm->n_cells, 3}, gnm->cells);
    dt_tensor *dense = dt_bloch_sum(dt_gnm_hessian(gnm, h), cells, zone);
    dt_tensor *sparse = dt_gnm_stiffness(gnm, h, zone);
    tape_is_fine(c.tape);
    double error = relative_norm((const double *)dt_data_c128(dense),
                                 (const double *)dt_data_c128(sparse), 2 * dt_size(dense));
    cr_assert(error < 1e-13, "%g", error);
    dt_gnm_free(gnm);
    one_phonon_teardown(&c);
}

/* -- refusals ---------------------------------------------------------------------------------- */

typedef enum wrong {
    MASS,
    ATOM_MASS,
    MODES,
    COVARIANCE,
    U,
    BLOCH,
    HESSIAN,
    GAMMA,
    BODY,
    N_WRONG
} wrong;

static void call_wrongly(wrong what, dt_tape *tape, const dt_gnm *gnm) {
    dt_tensor *x = dt_ones(tape, DT_F64, 3, (int64_t[]){2, 5, 3});
    dt_tensor *m = dt_ones(tape, DT_F64, 2, (int64_t[]){4, 4}), *one = dt_scalar(tape, 1.0);
    dt_tensor *omega2;
    switch (what) {
    case MASS: dt_rigid_body_mass(x, one, 0); break;
    case ATOM_MASS: dt_atom_mass(m, 1); break;
    case MODES: dt_phonon_modes(x, m, &omega2, NULL); break;
    case COVARIANCE: dt_displacement_covariance(x, m, m, 0); break;
    case U: dt_rigid_body_u(x, m); break;
    case BLOCH: dt_bloch_sum(x, m, m); break;
    case HESSIAN: dt_gnm_hessian(gnm, x); break;
    case GAMMA: dt_gnm_gamma(0, one, one); break;
    default: dt_cumulative_body(x); break;
    }
}

Test(phonon_errors, arguments_of_other_shapes_are_refused_with_the_rule) {
    static const char *const says[N_WRONG] = {"masses (atoms)",
                                              "masses must be (atoms)",
                                              "stiffness must be (...,d,d)",
                                              "multiple of 6",
                                              "covariance (d,d)",
                                              "matrices must be (cells,m,m)",
                                              "as dt_gnm_force_constants makes them",
                                              "0 asymmetric units",
                                              "(asymmetric units, atoms, 4)"};
    dt_crystal *crystal = synthetic_crystal("P21", 6);
    dt_gnm *gnm = NULL;
    cr_assert_eq(dt_gnm_new(crystal, 4.5, 0, &gnm, NULL), DT_OK);
    for (int i = 0; i < N_WRONG; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        call_wrongly((wrong)i, tape, gnm);
        cr_assert_neq(dt_tape_status(tape), DT_OK, "%s", says[i]);
        cr_assert(strstr(dt_tape_message(tape), says[i]), "wanted '%s', got: %s", says[i],
                  dt_tape_message(tape));
        dt_tape_free(tape);
    }
    dt_gnm_free(gnm);
    dt_crystal_free(crystal);
}

Test(phonon_errors, bodies_on_a_line_have_no_factor_of_their_mass) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *xyz =
        dt_constant(tape, DT_F64, 3, (int64_t[]){1, 2, 3}, (double[]){0, 0, 0, 0, 0, 2});
    dt_tensor *mass = dt_ones(tape, DT_F64, 1, (int64_t[]){2});
    dt_mass_whitening(dt_rigid_body_mass(dt_rigid_body_coordinates(xyz), mass, 0));
    cr_assert_eq(dt_tape_status(tape), DT_ERR_NOT_POSITIVE_DEFINITE);
    cr_assert(strstr(dt_tape_message(tape), "three atoms that do not lie on one line"));
    dt_tape_free(tape);
}
