/* test_reference_eryx.c - the presets against what eryx itself returned: reference files. */
#include "literal_case.h"
#include "reference_cases.h"

/* The file of a case, or a skipped test. 5zck_run_debug is 5zck on another grid. */
static literal_case open_case(const crystal_case *c, dt_preset preset) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%.4s.pdb", DT_STRUCTURES_DIR, c->file);
    FILE *probe = fopen(path, "rb");
    if (!probe)
        cr_skip_test("%s is absent: set the Meson option structures_dir", path);
    fclose(probe);
    return literal_open(path, preset, c->gamma_intra, c->gamma_inter);
}

/* eryx masks 7N2H at 2 Angstrom and no other map. */
static double map_d_min(const crystal_case *c) {
    return c->file[0] == '7' ? 2.0 : 0.0;
}

static void check(const crystal_case *c, const dt_npz *npz, const char *name, dt_tensor *got,
                  double tolerance) {
    tape_is_fine(dt_tape_of(got));
    dt_array want = get_array(npz, name);
    cr_assert_eq(dt_size(got), dt_array_size(&want), "%s %s", c->file, name);
    double error = of_largest(dt_data_f64(got), want.data, dt_array_size(&want));
    cr_log_info("%s %s: %g of the largest\n", c->file, name, error);
    cr_assert(error < tolerance, "%s %s: %g of the largest", c->file, name, error);
    dt_array_free(&want);
}

/* The 27 cells in eryx's order, as a tensor (27,3). */
static dt_tensor *cells_27(dt_tape *tape) {
    double cells[81];
    for (int id = 0; id < 27; id++) {
        int cell[3];
        cr_assert(dt_cell_of_id((int[]){1, 1, 1}, id, cell));
        for (int d = 0; d < 3; d++) {
            cells[3 * id + d] = cell[d];
        }
    }
    return dt_constant(tape, DT_F64, 2, (int64_t[]){27, 3}, cells);
}

/* (C,d,d) with C cells to eryx's (n_asu,6,C,n_asu,6). */
static dt_tensor *by_asu(dt_tensor *x, int64_t n_asu) {
    x = dt_reshape(x, 5, (int64_t[]){dt_shape(x)[0], n_asu, 6, n_asu, 6});
    return dt_permute(x, (int[]){1, 2, 0, 3, 4});
}

/* (n_cells,..) of the network's cells to the 27, zero where it has none. */
static dt_tensor *in_27(const dt_gnm *gnm, dt_tensor *x) {
    dt_tape *tape = dt_tape_of(x);
    int64_t place[27], n = gnm->n_cells;
    cr_assert(n <= 27);
    for (int64_t i = 0; i < n; i++) {
        const double *cell = gnm->cells + 3 * i;
        place[i] = dt_cell_id((int[]){1, 1, 1}, (int[]){(int)cell[0], (int)cell[1], (int)cell[2]});
        cr_assert(place[i] >= 0);
    }
    return dt_scatter_add(x, dt_constant(tape, DT_I64, 1, &n, place), 0, 27);
}

static dt_gnm *network(const literal_case *l) {
    dt_gnm *gnm = NULL;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gnm_new(l->crystal, 4.0, 1, &gnm, &error), DT_OK, "%s", error.message);
    return gnm;
}

/* 1/omega^2, with eryx's NaN as our 0. */
static void check_weights(const crystal_case *c, const dt_npz *npz, dt_tensor *weight) {
    dt_array want = get_array(npz, "eryx_Winv");
    const double *x = dt_data_f64(weight), *y = want.data;
    int64_t acoustic = 0, compared = 0;
    double error = 0.0;
    tape_is_fine(dt_tape_of(weight));
    cr_assert_eq(dt_size(weight), dt_array_size(&want));
    for (int64_t i = 0; i < dt_size(weight); i++) {
        if (isnan(y[i])) {
            cr_assert_eq(x[i], 0.0);
            acoustic++;
        } else {
            error = fmax(error, fabs(x[i] / y[i] - 1.0));
            compared++;
        }
    }
    cr_assert(acoustic == 3 && compared > 300 && error < 1e-11, "%s Winv: %g", c->file, error);
    cr_log_info("%s Winv: %lld modes, worst relative error %g\n", c->file, (long long)compared,
                error);
    dt_array_free(&want);
}

static void check_matrices(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    literal_case l = open_case(c, DT_PRESET_ERYX);
    int64_t n_asu = l.crystal->n_asu, n = l.crystal->n_atoms;
    dt_tensor *xyz = dt_expand_symmetry(l.crystal, l.xyz);
    check(c, npz, "xyz", xyz, 1e-11);
    dt_tensor *true_body = dt_rigid_body_coordinates(xyz), *body = dt_cumulative_body(true_body);
    check(c, npz, "eryx_A", dt_rigid_body_projector(body), 1e-11);
    check(c, npz, "true_A", dt_rigid_body_projector(true_body), 1e-11);
    dt_tensor *mass = dt_constant(l.tape, DT_F64, 1, &n, l.crystal->mass);
    check(c, npz, "M_allatoms_diag", dt_atom_mass(mass, n_asu), 1e-11);
    dt_tensor *whitening = dt_mass_whitening(dt_rigid_body_mass(body, mass, 0));
    check(c, npz, "eryx_Linv", whitening, 1e-11);
    check(c, npz, "true_Linv", dt_mass_whitening(dt_rigid_body_mass(true_body, mass, 0)), 1e-11);
    dt_gnm *gnm = network(&l);
    dt_tensor *h = dt_gnm_force_constants(gnm, body, l.intra, l.inter);
    check(c, npz, "eryx_hessian", by_asu(in_27(gnm, dt_gnm_hessian(gnm, h)), n_asu), 1e-11);
    dt_tensor *port = dt_gnm_force_constants(gnm, true_body, l.intra, l.inter);
    check(c, npz, "port_hessian", by_asu(in_27(gnm, dt_gnm_hessian(gnm, port)), n_asu), 1e-11);
    dt_tensor *zone = dt_brillouin_zone(l.tape, c->grid.samples), *omega2, *v;
    dt_tensor *stiffness = dt_gnm_stiffness(gnm, h, zone);
    dt_phonon_modes(stiffness, whitening, &omega2, &v);
    check_weights(c, npz, dt_phonon_weight(omega2, 1e-12));
    /* V^H K V is diagonal with omega^2: V in columns, free of its phases. */
    dt_tensor *modes = dt_matmul_flags(v, DT_C, dt_matmul(stiffness, v), DT_N);
    double off = of_largest((const double *)dt_data_c128(modes),
                            (const double *)dt_data_c128(dt_cast(dt_diag(omega2), DT_C128)),
                            2 * dt_size(modes));
    cr_assert(off < 1e-11, "%s: V^H K V is off by %g of the largest", c->file, off);
    dt_gnm_free(gnm);
    literal_close(&l);
    dt_npz_close(npz);
}

static void check_covariance(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    literal_case l = open_case(c, DT_PRESET_ERYX);
    literal_model(&l, &c->grid, map_d_min(c), 0);
    dt_tensor *covariance =
        dt_one_phonon_covariance(l.model, l.intra, l.inter, l.xyz, cells_27(l.tape));
    check(c, npz, "eryx_covar", by_asu(covariance, l.crystal->n_asu), 1e-6);
    check(c, npz, "eryx_ADP", dt_one_phonon_displacements(l.model, l.intra, l.inter, l.xyz), 1e-11);
    literal_close(&l);
    dt_npz_close(npz);
}

/* A map at the voxels `pick` (NULL: all) against a member of the archive. */
static void check_map(const crystal_case *c, const dt_npz *npz, literal_case *l, const char *name,
                      const char *pick, dt_tensor *u, double relative, double of_the_largest) {
    dt_array want = get_array(npz, name), voxels = {0};
    if (pick) {
        voxels = get_array(npz, pick);
    }
    dt_tensor *map = literal_map(l, u);
    map_agreement a = compare_map(dt_data_f64(map), dt_one_phonon_valid(l->model), voxels.data,
                                  want.data, dt_array_size(&want));
    cr_log_info("%s %s: %lld voxels, %lld invalid, %g relative, %g of the largest\n", c->file, name,
                (long long)a.compared, (long long)a.invalid, a.relative, a.of_largest);
    cr_assert(a.compared > 300 && a.relative < relative && a.of_largest < of_the_largest,
              "%s %s: %g relative, %g of the largest", c->file, name, a.relative, a.of_largest);
    dt_array_free(&want);
    dt_array_free(&voxels);
}

static void check_maps(const crystal_case *c, double tolerance) {
    dt_npz *npz = open_reference(c->file);
    literal_case l = open_case(c, DT_PRESET_ERYX);
    literal_model(&l, &c->grid, map_d_min(c), 0);
    check_map(c, npz, &l, "eryx_Id", NULL, l.u, tolerance, tolerance);
    dt_tensor *adp = dt_one_phonon_displacements(l.model, l.intra, l.inter, l.xyz);
    check_map(c, npz, &l, "eryx_Id_model_adp_pick", "pick", adp, 1e-11, 1e-11);
    /* Single phonons of eryx are themselves good to 6e-13 of the largest, and to 5e-11 of a voxel
     * (3AL1 5.0e-11, 7N2H 5.3e-11, 5ZCK 4e-13), found by computing them in 34 digits
     * (tests/oracle/single_phonons.py); ours are to 3e-13, and to 4.7e-11, 1.6e-11, 8e-13. Levels
     * are as near as 4e-4 of themselves, and faint voxels are what is left of a sum 500 times as
     * large. Where symmetry forbids a mode to scatter both numbers are rounding: voxels are
     * compared one by one only where the phonon has more than 1e-20. */
    literal_model(&l, &c->grid, map_d_min(c), 6);
    check_map(c, npz, &l, "eryx_Id_rank5_pick", "pick", l.u, 1e-10, 1e-12);
    literal_close(&l);
    l = open_case(c, DT_PRESET_ERYX_TORCH);
    literal_model(&l, &c->grid, map_d_min(c), 0);
    check_map(c, npz, &l, "port_Id_pick", "pick", l.u, 1e-11, 1e-11);
    literal_close(&l);
    dt_npz_close(npz);
}

Test(reference_eryx, projectors_masses_force_constants_and_modes_are_those_of_eryx) {
    for (int i = 0; i < N_CASES; i++) {
        check_matrices(&cases[i]);
    }
}

Test(reference_eryx, covariances_and_model_displacements_are_those_of_eryx) {
    for (int i = 0; i < N_CASES; i++) {
        check_covariance(&cases[i]);
    }
}

Test(reference_eryx, maps_of_3al1_5zck_and_7n2h_are_those_of_eryx_and_its_port) {
    check_maps(&cases[0], 1e-11);
    check_maps(&cases[1], 1e-11);
    check_maps(&cases[3], 1e-11);
}

Test(reference_eryx, the_large_map_of_5zck_is_that_of_eryx) {
    check_maps(&cases[2], 1e-10);
    literal_case l = open_case(&cases[2], DT_PRESET_ERYX);
    literal_model(&l, &cases[2].grid, 0.0, 0);
    const dt_one_phonon_sizes s = dt_one_phonon_get_sizes(l.model);
    const double *x = dt_data_f64(literal_map(&l, l.u));
    const bool *valid = dt_one_phonon_valid(l.model);
    double least = HUGE_VAL, most = 0.0;
    for (int64_t p = 0; p < s.voxels; p++) {
        least = valid[p] ? fmin(least, x[p]) : least;
        most = valid[p] ? fmax(most, x[p]) : most;
    }
    cr_log_info("least %.17g, most %.17g\n", least, most);
    cr_assert(s.voxels == 450625 && s.bragg == 18585 && s.valid == 450625 - 18585);
    cr_assert(fabs(least / 2.6517067145813913 - 1.0) < 1e-12, "least %.17g", least);
    cr_assert(fabs(most / 4104.101003470806 - 1.0) < 1e-12, "most %.17g", most);
    literal_close(&l);
}
