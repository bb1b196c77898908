/* test_reference_phonon.c - zone, network atom by atom and displacements against reference files.
 * */
#include "literal_case.h"
#include "reference_cases.h"

#include <stdlib.h>
#include <string.h>

static literal_case open_case(const crystal_case *c) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%.4s.pdb", DT_STRUCTURES_DIR, c->file);
    FILE *probe = fopen(path, "rb");
    if (!probe)
        cr_skip_test("%s is absent: set the Meson option structures_dir", path);
    fclose(probe);
    return literal_open(path, DT_PRESET_ERYX, c->gamma_intra, c->gamma_inter);
}

static void equal(const crystal_case *c, const dt_npz *npz, const char *name, const double *got,
                  int64_t n, double tolerance) {
    dt_array want = get_array(npz, name);
    int64_t parts = want.dtype == DT_C128 ? 2 : 1;
    cr_assert_eq(parts * dt_array_size(&want), n, "%s %s: %lld numbers", c->file, name,
                 (long long)n);
    double error = of_largest(got, want.data, n);
    cr_log_info("%s %s: %g of the largest\n", c->file, name, error);
    cr_assert(error <= tolerance, "%s %s: %g of the largest", c->file, name, error);
    dt_array_free(&want);
}

/* -- wavevectors ------------------------------------------------------------------------------- */

static void check_zone(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    literal_case l = open_case(c);
    const dt_cell *cell = &l.crystal->cell;
    dt_tensor *zone = dt_brillouin_zone(l.tape, c->grid.samples);
    dt_grid_axis axis[3];
    dt_wavevectors groups;
    dt_array map;
    int64_t n = dt_shape(zone)[0];
    double kvec[81], norm[27];
    cr_assert(n == 27);
    cr_assert_eq(dt_grid_axes_literal(&c->grid, l.crystal->quirks, axis, NULL, NULL), DT_OK);
    cr_assert_eq(dt_wavenumber_map(axis, cell, &map, NULL), DT_OK);
    for (int64_t i = 0; i < n; i++) {
        dt_scattering_vector(cell, dt_data_f64(zone) + 3 * i, kvec + 3 * i);
        norm[i] = ((double *)map.data)[dt_grid_index(axis, (int64_t[]){i / 9, i / 3 % 3, i % 3})];
    }
    equal(c, npz, "kvec", kvec, 81, 1e-13);
    equal(c, npz, "kvec_norm", norm, 27, 1e-13);
    cr_assert_eq(dt_group_axes_by_wavevector(axis, NULL, &groups, NULL), DT_OK);
    dt_array last = get_array(npz, "at_kvec_last");
    int64_t members = groups.first[27] - groups.first[26];
    cr_assert(groups.n == 27 && members == dt_array_size(&last));
    cr_assert_eq(
        memcmp(groups.voxel + groups.first[26], last.data, (size_t)members * sizeof *groups.voxel),
        0);
    dt_array_free(&last);
    dt_array_free(&map);
    dt_wavevectors_free(&groups);
    literal_close(&l);
    dt_npz_close(npz);
}

static void check_centring(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_array want = get_array(npz, "center_kvec");
    int compared = 0;
    for (int i = 0; i < 144; i++) {
        double x = dt_center_wavenumber(i % 12, i / 12 + 1), y = ((double *)want.data)[i];
        cr_assert(i % 12 > i / 12 ? isnan(x) && isnan(y) : x == y, "%d: %g, not %g", i, x, y);
        compared += !isnan(y);
    }
    cr_assert_eq(compared, 78);
    dt_array_free(&want);
    dt_npz_close(npz);
}

/* -- network atom by atom ---------------------------------------------------------------------- */

static int compare_rows(const void *x, const void *y) {
    return memcmp(x, y, 5 * sizeof(int32_t));
}

/* The contacts as eryx lists them, the atom itself included: (asu, cell, asu', atom, atom'). */
static void check_neighbours(const crystal_case *c, const dt_npz *npz, const dt_gnm *gnm) {
    const dt_contacts *e = &gnm->contacts;
    dt_array want = get_array(npz, "neighbours");
    int64_t n = gnm->n_atoms, total = e->n + gnm->n_asu * n;
    cr_assert_eq(total, want.shape[0], "%s: %lld neighbours", c->file, (long long)total);
    cr_assert_eq(want.dtype, DT_I64, "reading widens 32-bit integers");
    int32_t *rows = malloc((size_t)(10 * total) * sizeof *rows), *theirs = rows + 5 * total;
    cr_assert(rows != NULL);
    for (int64_t i = 0; i < total; i++) {
        bool self = i >= e->n;
        int64_t from = self ? i - e->n : e->i[i], to = self ? from : e->j[i];
        const int32_t *cell = e->cell + 3 * (self ? 0 : i);
        int64_t id = self ? 13 : dt_cell_id((int[]){1, 1, 1}, (int[]){cell[0], cell[1], cell[2]});
        const int64_t row[5] = {from / n, id, to / n, from % n, to % n};
        for (int d = 0; d < 5; d++) {
            rows[5 * i + d] = (int32_t)row[d];
            theirs[5 * i + d] = (int32_t)((int64_t *)want.data)[5 * i + d];
        }
    }
    qsort(rows, (size_t)total, 5 * sizeof *rows, compare_rows);
    qsort(theirs, (size_t)total, 5 * sizeof *rows, compare_rows);
    cr_assert_eq(memcmp(rows, theirs, (size_t)(5 * total) * sizeof *rows), 0, "%s", c->file);
    free(rows);
    dt_array_free(&want);
}

/* Every non-zero of their array is ours, and ours has no others. */
static void check_atom_hessian(const crystal_case *c, const dt_npz *npz, const dt_gnm *gnm,
                               dt_tensor *h) {
    dt_array index = get_array(npz, "gnm_hessian_index"),
             value = get_array(npz, "gnm_hessian_value");
    int64_t n = gnm->n_atoms, m = n * gnm->n_asu, count = dt_array_size(&value), nonzero = 0;
    const double *x = dt_data_f64(h);
    cr_assert(count > 1000);
    for (int64_t e = 0; e < count; e++) {
        const int64_t *at = (int64_t *)index.data + 5 * e;
        int64_t place = -1;
        for (int64_t k = 0; k < gnm->n_cells; k++) {
            const double *cell = gnm->cells + 3 * k;
            int64_t id =
                dt_cell_id((int[]){1, 1, 1}, (int[]){(int)cell[0], (int)cell[1], (int)cell[2]});
            place = id == at[2] ? k : place;
        }
        cr_assert(place >= 0);
        double got = x[(place * m + at[0] * n + at[1]) * m + at[3] * n + at[4]];
        double want = ((double *)value.data)[e];
        cr_assert(fabs(got - want) <= 1e-14 * fabs(want), "%s: %g, not %g", c->file, got, want);
    }
    for (int64_t i = 0; i < dt_size(h); i++) {
        nonzero += x[i] != 0.0;
    }
    cr_assert_eq(nonzero, count, "%s: %lld non-zeros", c->file, (long long)nonzero);
    dt_array_free(&index);
    dt_array_free(&value);
}

/* K at three wavevectors and its inverse at the two that are not 0, for small crystals. */
static void check_atom_stiffness(const crystal_case *c, const dt_npz *npz, const dt_gnm *gnm,
                                 dt_tensor *h) {
    dt_tape *tape = dt_tape_of(h);
    dt_array index = get_array(npz, "k_index");
    double k[9];
    for (int i = 0; i < 9; i++) {
        k[i] = dt_center_wavenumber(((int64_t *)index.data)[i], c->grid.samples[i % 3]);
    }
    dt_array_free(&index);
    dt_tensor *cells = dt_constant(tape, DT_F64, 2, (int64_t[]){gnm->n_cells, 3}, gnm->cells);
    dt_tensor *stiffness =
        dt_bloch_sum(h, cells, dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, k));
    dt_tensor *inverse = dt_pinv_hermitian(dt_slice(stiffness, 0, 1, 3, 1), 1e-13);
    tape_is_fine(tape);
    equal(c, npz, "gnm_K", (const double *)dt_data_c128(stiffness), 2 * dt_size(stiffness), 1e-13);
    equal(c, npz, "gnm_Kinv_not_gamma", (const double *)dt_data_c128(inverse), 2 * dt_size(inverse),
          1e-11);
}

static void check_network(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    literal_case l = open_case(c);
    dt_gnm *gnm = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gnm_new(l.crystal, 4.0, 1, &gnm, &error), DT_OK, "%s", error.message);
    dt_tensor *gamma = dt_gnm_gamma(l.crystal->n_asu, l.intra, l.inter);
    equal(c, npz, "gamma", dt_data_f64(gamma), dt_size(gamma), 0.0);
    check_neighbours(c, npz, gnm);
    dt_tensor *h = dt_gnm_atom_force_constants(gnm, l.intra, l.inter);
    tape_is_fine(l.tape);
    check_atom_hessian(c, npz, gnm, h);
    if (l.crystal->n_asu * l.crystal->n_atoms <= 250) {
        check_atom_stiffness(c, npz, gnm, h);
    }
    /* Whatever the name says, the array has the last copy. */
    dt_tensor *copy = dt_asu_positions(l.crystal, l.xyz, l.crystal->n_asu - 1, (int[]){1, 0, -1});
    tape_is_fine(l.tape);
    equal(c, npz, "get_asu_xyz_1_cell_1_0_m1", dt_data_f64(copy), dt_size(copy), 1e-11);
    dt_gnm_free(gnm);
    literal_close(&l);
    dt_npz_close(npz);
}

/* -- the physics: displacements of the brute-force supercell ----------------------------------- */

static void check_supercell(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_crystal *crystal = crystal_from_npz(npz, true);
    dt_one_phonon *model = NULL;
    dt_error error = DT_ERROR_INIT;
    const dt_one_phonon_options options = {.cutoff = 4.0, .cell_range = REFERENCE_CELLS};
    cr_assert_eq(dt_one_phonon_new(crystal, &c->grid, &options, &model, &error), DT_OK, "%s",
                 error.message);
    dt_tape *tape = dt_tape_new(NULL);
    int64_t n = crystal->n_atoms;
    dt_tensor *intra = dt_constant(tape, DT_F64, 0, NULL, &c->gamma_intra);
    dt_tensor *inter = dt_constant(tape, DT_F64, 0, NULL, &c->gamma_inter);
    dt_tensor *xyz = dt_constant(tape, DT_F64, 2, (int64_t[]){n, 3}, crystal->xyz);
    dt_tensor *home = dt_zeros(tape, DT_F64, 2, (int64_t[]){1, 3});
    dt_tensor *cov = dt_one_phonon_covariance(model, intra, inter, xyz, home);
    dt_tensor *body = dt_rigid_body_coordinates(dt_expand_symmetry(crystal, xyz));
    dt_tensor *u = dt_rigid_body_u(body, dt_select(cov, 0, 0));
    dt_tensor *iso = dt_one_phonon_displacements(model, intra, inter, xyz);
    tape_is_fine(tape);
    equal(c, npz, "supercell_cov00", dt_data_f64(cov), dt_size(cov), 1e-10);
    equal(c, npz, "true_U_aniso_unscaled", dt_data_f64(u), dt_size(u), 1e-10);
    for (int64_t i = 0; i < n; i++) {
        double third = 0.0;
        for (int64_t a = 0; a < crystal->n_asu; a++) {
            const double *t = dt_data_f64(u) + 9 * (a * n + i);
            third += (t[0] + t[4] + t[8]) / (3.0 * (double)crystal->n_asu);
        }
        cr_assert(fabs(dt_data_f64(iso)[i] / third - 1.0) < 1e-13, "%s atom %lld", c->file,
                  (long long)i);
    }
    dt_tape_free(tape);
    dt_one_phonon_free(model);
    dt_crystal_free(crystal);
    dt_npz_close(npz);
}

Test(reference_phonon, wavevectors_and_their_voxels_are_those_of_eryx) {
    for (int i = 0; i < N_CASES; i++) {
        check_zone(&cases[i]);
        check_centring(&cases[i]);
    }
}

Test(reference_phonon, springs_neighbours_and_stiffness_atom_by_atom_are_those_of_eryx) {
    for (int i = 0; i < N_CASES; i++) {
        check_network(&cases[i]);
    }
}

Test(reference_phonon, displacements_are_those_of_the_supercell) {
    for (int i = 0; i < N_CASES; i++) {
        check_supercell(&cases[i]);
    }
}
