/* test_reference_arrays.c - the reference files: scatter and grid arrays, copies, contacts. */
#include "reference_cases.h"

#include <difftape/gnm.h>
#include <difftape/scatter.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static dt_tensor *constant(dt_tape *tape, const dt_npz *npz, const char *name) {
    dt_array array = get_array(npz, name);
    dt_tensor *x = dt_constant(tape, array.dtype, array.ndim, array.shape, array.data);
    dt_array_free(&array);
    return x;
}

/* Largest difference from a reference array, or from its first elements, relative to its largest
 * modulus; and entry by entry. */
static void check(const crystal_case *c, const dt_npz *npz, const char *name, dt_tensor *got) {
    tape_is_fine(dt_tape_of(got));
    dt_array want = get_array(npz, name);
    int64_t n = dt_size(got), parts = want.dtype == DT_C128 ? 2 : 1;
    cr_assert(n > 0 && n <= dt_array_size(&want) && dt_dtype_of(got) == want.dtype, "%s %s",
              c->file, name);
    const double *x = dt_data(got), *y = want.data;
    double largest = 0.0, entry = 0.0, error = worst(x, y, n * parts, false);
    for (int64_t i = 0; i < n; i++) {
        double modulus = parts == 2 ? hypot(y[2 * i], y[2 * i + 1]) : fabs(y[i]);
        double off = parts == 2 ? hypot(x[2 * i] - y[2 * i], x[2 * i + 1] - y[2 * i + 1])
                                : fabs(x[i] - y[i]);
        largest = fmax(largest, modulus);
        entry = fmax(entry, off > 0.0 ? off / modulus : 0.0);
    }
    cr_log_info("%s %s: %g of the largest, %g entry by entry\n", c->file, name, error / largest,
                entry);
    cr_assert(error < 1e-12 * largest, "%s %s: off by %g, largest %g", c->file, name, error,
              largest);
    dt_array_free(&want);
}

static void check_scatter(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *q = constant(tape, npz, "q_pick"), *u = constant(tape, npz, "U");
    dt_tensor *xyz = dt_select(constant(tape, npz, "xyz"), 0, 0);
    dt_tensor *f = dt_compute_form_factors(
        q, constant(tape, npz, "ff_a"), constant(tape, npz, "ff_b"), constant(tape, npz, "ff_c"));
    check(c, npz, "form_factors", f);
    check(c, npz, "sf_sum", dt_structure_factors(q, xyz, f, u, NULL));
    check(c, npz, "sf_sum_noU", dt_structure_factors(q, xyz, f, NULL, NULL));
    dt_tensor *a = constant(tape, npz, "ff_a"), *b = constant(tape, npz, "ff_b");
    dt_tensor *coefficient = constant(tape, npz, "ff_c");
    check(c, npz, "sf_sum", dt_structure_factors_batched(q, xyz, a, b, coefficient, u, NULL, 64));
    dt_tensor *q8 = dt_slice(q, 0, 0, 8, 1), *f8 = dt_slice(f, 0, 0, 8, 1);
    check(
        c, npz, "sf_atoms_8",
        dt_structure_factors(q8, xyz, f8, u, &(dt_structure_factor_options){.kind = DT_PER_ATOM}));
    check(c, npz, "sf_qF_8",
          dt_structure_factors(q8, xyz, f8, u,
                               &(dt_structure_factor_options){.kind = DT_PER_ATOM_TIMES_Q}));
    dt_structure_factor_options projected = {
        .kind = DT_PER_ATOM_TIMES_Q, .components = dt_select(constant(tape, npz, "eryx_A"), 0, 0)};
    check(c, npz, "sf_projected", dt_structure_factors(q, xyz, f, u, &projected));
    check(c, npz, "sf_projected",
          dt_structure_factors_batched(q, xyz, a, b, coefficient, u, &projected, 64));
    dt_tape_free(tape);
    dt_npz_close(npz);
}

static void check_grid(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_tape *tape = dt_tape_new(NULL);
    dt_array cell_numbers = get_array(npz, "cell"), hkl, q;
    dt_cell cell;
    cr_assert_eq(dt_cell_init(cell_numbers.data, &cell, NULL), DT_OK);
    cr_assert_eq(dt_generate_grid(&c->grid, &cell, &hkl, &q, NULL), DT_OK);
    dt_tensor *pick = constant(tape, npz, "pick");
    check(c, npz, "axes", dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, cell.axes));
    check(c, npz, "A_inv", dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, cell.fractional));
    check(c, npz, "hkl_pick", dt_gather(dt_constant_view(tape, &hkl), pick, 0));
    dt_tensor *q_all = dt_constant_view(tape, &q), *q_pick = dt_gather(q_all, pick, 0);
    check(c, npz, "q_pick", q_pick);
    check(c, npz, "resolution_pick", dt_compute_resolution(q_pick));
    dt_tensor *mask = dt_get_resolution_mask(dt_compute_resolution(q_all), c->mask_d_min);
    dt_tensor *mask_pick = dt_gather(mask, pick, 0);
    tape_is_fine(tape);
    dt_array want = get_array(npz, "res_mask_pick"), count = get_array(npz, "res_mask_count");
    cr_assert_eq(memcmp(dt_data_bool(mask_pick), want.data, (size_t)dt_array_size(&want)), 0);
    int64_t kept = 0;
    for (int64_t p = 0; p < dt_size(mask); p++) {
        kept += dt_data_bool(mask)[p];
    }
    cr_assert_eq(kept, *(int64_t *)count.data, "%s: %lld voxels kept, not %lld", c->file,
                 (long long)kept, (long long)*(int64_t *)count.data);
    dt_array_free(&cell_numbers);
    dt_array_free(&hkl);
    dt_array_free(&q);
    dt_array_free(&want);
    dt_array_free(&count);
    dt_tape_free(tape);
    dt_npz_close(npz);
}

static void check_copies(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_crystal *crystal = crystal_from_npz(npz, true);
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *x0 = dt_constant(tape, DT_F64, 2, (int64_t[]){crystal->n_atoms, 3}, crystal->xyz);
    dt_tensor *copies = dt_expand_symmetry(crystal, x0);
    check(c, npz, "true_xyz", copies);
    dt_array shift = get_array(npz, "true_shift");
    cr_assert_eq(worst(crystal->shift, shift.data, 3 * crystal->n_asu, false), 0.0);
    dt_tensor *body = dt_rigid_body_coordinates(copies);
    /* That file lists the copies in the order of the PDB's remarks; the first is the identity. */
    check(c, npz, "true_A", dt_select(dt_rigid_body_projector(body), 0, 0));
    dt_array_free(&shift);
    dt_tape_free(tape);
    dt_crystal_free(crystal);
    dt_npz_close(npz);
}

static int compare_rows(const void *x, const void *y) {
    return memcmp(x, y, 5 * sizeof(int64_t));
}

static void check_contacts(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_array xyz = get_array(npz, "true_xyz"), cell_numbers = get_array(npz, "cell");
    dt_array want = get_array(npz, "true_pairs"), intra = get_array(npz, "true_pair_intra");
    dt_cell cell;
    dt_contacts found;
    cr_assert_eq(dt_cell_init(cell_numbers.data, &cell, NULL), DT_OK);
    cr_assert_eq(dt_find_contacts(&cell, xyz.shape[0], xyz.shape[1], xyz.data, 4.0, REFERENCE_CELLS,
                                  &found, NULL),
                 DT_OK);
    cr_assert_eq(found.n, want.shape[0], "%s: %lld contacts, not %lld", c->file, (long long)found.n,
                 (long long)want.shape[0]);
    int64_t *rows = malloc((size_t)(5 * found.n) * sizeof *rows), n_intra = 0, want_intra = 0;
    cr_assert(rows != NULL);
    for (int64_t e = 0; e < found.n; e++) {
        rows[5 * e] = found.i[e];
        rows[5 * e + 1] = found.j[e];
        for (int d = 0; d < 3; d++) {
            rows[5 * e + 2 + d] = found.cell[3 * e + d];
        }
        n_intra += found.intra[e];
        want_intra += ((bool *)intra.data)[e];
    }
    qsort(rows, (size_t)found.n, 5 * sizeof *rows, compare_rows);
    qsort(want.data, (size_t)found.n, 5 * sizeof *rows, compare_rows);
    cr_assert_eq(memcmp(rows, want.data, (size_t)(5 * found.n) * sizeof *rows), 0, "%s", c->file);
    cr_assert_eq(n_intra, want_intra);
    cr_log_info("%s: %lld contacts equal\n", c->file, (long long)found.n);
    free(rows);
    dt_contacts_free(&found);
    dt_array_free(&xyz);
    dt_array_free(&cell_numbers);
    dt_array_free(&want);
    dt_array_free(&intra);
    dt_npz_close(npz);
}

Test(reference, scatter_arrays_are_those_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_scatter(&cases[i]);
    }
}

Test(reference, grids_resolutions_and_masks_are_those_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_grid(&cases[i]);
    }
}

Test(reference, packed_copies_and_projectors_are_those_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_copies(&cases[i]);
    }
}

Test(reference, contacts_are_those_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_contacts(&cases[i]);
    }
}
