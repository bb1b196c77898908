/* test_reference_maps.c - the reference files: symmetry of reciprocal space, limits, distances. */
#include "reference_cases.h"

#include <math.h>
#include <string.h>

/* Every number of a result is that of the reference, exactly. */
static void equal(const crystal_case *c, const dt_npz *npz, const char *name, const dt_array *got) {
    dt_array want = get_array(npz, name);
    int64_t n = dt_array_size(got);
    cr_assert(n > 0 && n == dt_array_size(&want) && got->dtype == want.dtype,
              "%s %s: %lld, not %lld", c->file, name, (long long)n,
              (long long)dt_array_size(&want));
    if (got->dtype == DT_F64) { /* -0 and 0 are the same index */
        cr_assert_eq(worst(got->data, want.data, n, false), 0.0, "%s %s", c->file, name);
    } else {
        cr_assert_eq(memcmp(got->data, want.data, (size_t)n * dt_dtype_size(want.dtype)), 0,
                     "%s %s", c->file, name);
    }
    dt_array_free(&want);
}

/* The operators in the order of the reference, as whole numbers. */
static int64_t operators(const dt_npz *npz, int ret_rot[9 * 12]) {
    dt_array array = get_array(npz, "sym_ops");
    int64_t n = array.shape[0];
    cr_assert(n <= 12);
    for (int64_t i = 0; i < 9 * n; i++) {
        ret_rot[i] = (int)((double *)array.data)[i];
    }
    dt_array_free(&array);
    return n;
}

static void check_symmetry(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    const dt_grid grid = {{-2, -2, -2}, {2, 2, 2}, {2, 2, 2}};
    int rot[9 * 12];
    int64_t n = operators(npz, rot);
    dt_array hkl = get_array(npz, "small_hkl"), equivalents, index, multiplicity, mask;
    dt_grid_box box;
    cr_assert_eq(dt_get_symmetry_equivalents(&hkl, n, rot, true, &equivalents, NULL), DT_OK);
    equal(c, npz, "small_sym", &equivalents);
    cr_assert_eq(dt_get_ravel_indices(&equivalents, grid.samples, &index, &box, NULL), DT_OK);
    equal(c, npz, "small_ravel", &index);
    const dt_array shape = dt_array_wrap(DT_I64, 1, (int64_t[]){3}, box.shape);
    equal(c, npz, "small_ravel_shape", &shape);
    cr_assert_eq(dt_compute_multiplicity(&grid, n, rot, true, &multiplicity, NULL), DT_OK);
    equal(c, npz, "small_multiplicity", &multiplicity);
    cr_assert_eq(dt_get_asu_mask(&hkl, n, rot, &mask, NULL), DT_OK);
    equal(c, npz, "small_asu_mask", &mask);
    dt_array_free(&hkl);
    dt_array_free(&equivalents);
    dt_array_free(&index);
    dt_array_free(&multiplicity);
    dt_array_free(&mask);
    dt_npz_close(npz);
}

static void check_limits(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_array cell_numbers = get_array(npz, "cell");
    dt_cell cell;
    dt_grid grid, centred;
    dt_grid_axis axis[3];
    cr_assert_eq(dt_cell_init(cell_numbers.data, &cell, NULL), DT_OK);
    cr_assert_eq(dt_get_hkl_extents(&cell, 3.0, (int[]){2, 2, 2}, &grid, NULL), DT_OK);
    cr_assert_eq(dt_grid_axes(&c->grid, axis, NULL, NULL), DT_OK);
    cr_assert_eq(dt_get_centered_sampling((int64_t[]){axis[0].n, axis[1].n, axis[2].n},
                                          c->grid.samples, &centred, NULL),
                 DT_OK);
    int64_t limits[9];
    double numbers[9];
    for (int d = 0; d < 3; d++) {
        limits[3 * d] = (int64_t)grid.lo[d];
        limits[3 * d + 1] = (int64_t)grid.hi[d];
        limits[3 * d + 2] = grid.samples[d];
        numbers[3 * d] = centred.lo[d];
        numbers[3 * d + 1] = centred.hi[d];
        numbers[3 * d + 2] = centred.samples[d];
    }
    const dt_array extents = dt_array_wrap(DT_I64, 1, (int64_t[]){9}, limits);
    const dt_array sampling = dt_array_wrap(DT_F64, 1, (int64_t[]){9}, numbers);
    equal(c, npz, "hkl_extents_3A", &extents);
    equal(c, npz, "centered_sampling", &sampling);
    dt_array_free(&cell_numbers);
    dt_npz_close(npz);
}

/* The reference rounds distances to 1e-8 and measures from the rounded indices, which in 3AL1 is
 * not always the nearest peak. Rounding ours as well must leave nothing. */
static void check_distances(const crystal_case *c) {
    dt_npz *npz = open_reference(c->file);
    dt_array cell_numbers = get_array(npz, "cell"), hkl = get_array(npz, "hkl_pick");
    dt_array want = get_array(npz, "dq_pick"), rounded, near;
    dt_cell cell;
    cr_assert_eq(dt_cell_init(cell_numbers.data, &cell, NULL), DT_OK);
    cr_assert_eq(dt_get_dq_map(&cell, &hkl, DT_ROUNDED_PEAK, &rounded, NULL), DT_OK);
    cr_assert_eq(dt_get_dq_map(&cell, &hkl, DT_NEAREST_PEAK, &near, NULL), DT_OK);
    int64_t n = dt_array_size(&want), nearer = 0;
    const double *x = rounded.data, *y = want.data, *z = near.data;
    double error = 0.0;
    cr_assert(n > 300 && dt_array_size(&rounded) == n);
    for (int64_t i = 0; i < n; i++) {
        error = fmax(error, fabs(rint(x[i] * 1e8) / 1e8 - y[i]));
        cr_assert(z[i] <= x[i] * (1.0 + 1e-14));
        nearer += z[i] < x[i] - 1e-9;
    }
    cr_assert(error < 1e-15, "%s: off by %g after rounding", c->file, error);
    cr_assert_eq(nearer, strcmp(c->file, "3al1") == 0 ? 51 : 0, "%s: %lld", c->file,
                 (long long)nearer);
    cr_log_info("%s dq: %g after rounding; %lld of %lld peaks are not the nearest\n", c->file,
                error, (long long)nearer, (long long)n);
    dt_array_free(&cell_numbers);
    dt_array_free(&hkl);
    dt_array_free(&want);
    dt_array_free(&rounded);
    dt_array_free(&near);
    dt_npz_close(npz);
}

Test(reference, symmetry_of_reciprocal_space_is_that_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_symmetry(&cases[i]);
    }
}

Test(reference, limits_are_those_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_limits(&cases[i]);
    }
}

Test(reference, distances_from_bragg_peaks_are_those_of_the_reference) {
    for (int i = 0; i < N_CASES; i++) {
        check_distances(&cases[i]);
    }
}
