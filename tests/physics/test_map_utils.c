/* test_map_utils.c - grids by integers, wavevectors, resolution. */
#include "support.h"

#include <difftape/gradcheck.h>
#include <difftape/map_utils.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void refused(dt_grid grid, const char *says) {
    dt_grid_axis axis[3];
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_grid_axes(&grid, axis, NULL, &error), DT_ERR_ARGUMENT, "%s", says);
    cr_assert(strstr(error.message, says), "wanted '%s', got: %s", says, error.message);
}

Test(grid, bad_limits_and_samplings_are_refused_and_named) {
    refused((dt_grid){{0, 0, 0}, {1, 1, 1}, {0, 3, 3}}, "0 samples per unit of h");
    refused((dt_grid){{0, 0, 0}, {1, 1, 1}, {3, -2, 3}}, "-2 samples per unit of k");
    refused((dt_grid){{0, 0, 2}, {1, 1, 1}, {3, 3, 3}},
            "l runs from 2 down to 1, which is an empty");
    refused((dt_grid){{0, NAN, 0}, {1, 1, 1}, {3, 3, 3}}, "limits nan to 1 of k");
    refused((dt_grid){{0, 0, 0}, {1, INFINITY, 1}, {3, 3, 3}}, "of k must be finite");
    refused((dt_grid){{0, 0, 0}, {1, 1, 2e6}, {3, 3, 3}}, "of l must be finite and at most");
    refused((dt_grid){{-1e6, -1e6, -1e6}, {1e6, 1e6, 1e6}, {99, 99, 99}}, "voxels");
}

Test(grid, a_range_that_is_not_whole_steps_is_refused_with_the_nearest_limits) {
    refused((dt_grid){{-1, 0, 0}, {1.25, 1, 1}, {2, 3, 3}}, "are 1 and 1.5");
    refused((dt_grid){{0, 0, 0}, {1, 1, 1.1}, {3, 3, 3}}, "of l");
}

Test(grid, points_run_from_limit_to_limit) {
    dt_grid grid = {{-1.5, 0.25, -1.0 / 3}, {2, 0.25, 5.0 / 3}, {2, 4, 3}};
    dt_grid_axis axis[3];
    int64_t voxels;
    cr_assert_eq(dt_grid_axes(&grid, axis, &voxels, NULL), DT_OK);
    cr_assert_eq(voxels, 8 * 1 * 7);
    for (int d = 0; d < 3; d++) {
        double first = dt_axis_miller(&axis[d], 0), last = dt_axis_miller(&axis[d], axis[d].n - 1);
        cr_assert(fabs(first - grid.lo[d]) < 1e-15, "%g, not %g", first, grid.lo[d]);
        cr_assert(fabs(last - grid.hi[d]) < 1e-15, "%g, not %g", last, grid.hi[d]);
    }
}

Test(grid, index_and_position_are_inverse_in_c_order) {
    dt_grid grid = {{0, 0, 0}, {1, 2, 3}, {2, 1, 2}};
    dt_grid_axis axis[3];
    int64_t voxels, p = 0;
    cr_assert_eq(dt_grid_axes(&grid, axis, &voxels, NULL), DT_OK);
    for (int64_t i = 0; i < 3; i++) {
        for (int64_t j = 0; j < 3; j++) {
            for (int64_t k = 0; k < 7; k++, p++) {
                int64_t back[3];
                dt_grid_position(axis, p, back);
                cr_assert_eq(dt_grid_index(axis, (int64_t[]){i, j, k}), p);
                cr_assert(back[0] == i && back[1] == j && back[2] == k);
            }
        }
    }
    cr_assert_eq(p, voxels);
}

Test(grid, limits_typed_with_a_few_digits_mean_the_fraction_they_are_near) {
    dt_grid grid = {{-0.33333333333, 0, 0}, {1.66666666667, 1, 1}, {3, 3, 3}};
    dt_grid_axis axis[3];
    cr_assert_eq(dt_grid_axes(&grid, axis, NULL, NULL), DT_OK);
    cr_assert(axis[0].offset == 0.0 && axis[0].base == -1 && axis[0].n == 7);
    cr_assert(dt_axis_is_integer(&axis[0], 1) && !dt_axis_is_integer(&axis[0], 0));
    cr_assert(dt_axis_is_integer(&axis[0], 4));
}

/* For one point: the wavevector is h modulo whole numbers, in integers and in doubles, and centred.
 */
static void check_point(const dt_grid_axis *axis, int64_t i) {
    int64_t c = dt_axis_wavenumber(axis, i), whole = axis->base + i - c;
    double k = ((double)c + axis->offset) / (double)axis->samples;
    double h = dt_axis_miller(axis, i), turns = round(h - k);
    cr_assert_eq(whole % axis->samples, 0, "h - k = %lld/%lld", (long long)whole,
                 (long long)axis->samples);
    cr_assert(fabs(h - turns - k) < 1e-12, "h %.17g, k %.17g", h, k);
    cr_assert(k >= -0.5 && k < 0.5, "k %.17g is outside [-1/2,1/2)", k);
    cr_assert_eq(dt_axis_is_integer(axis, i), c == 0 && axis->offset == 0.0);
}

Test(grid, wavevectors_of_ten_thousand_random_grids_are_congruent_without_error) {
    int64_t checked = 0;
    for (int64_t g = 0; g < 10000; g++) {
        dt_grid grid;
        for (int d = 0; d < 3; d++) {
            int64_t at = 12 * g + 4 * d;
            int samples = 1 + (int)(6.0 * (1.0 + noise(7, at)));
            double lo = 60.0 * noise(7, at + 1);
            int kind = (int)(1.5 * (1.0 + noise(7, at + 2))); /* whole, fraction, anything */
            lo = kind == 0 ? round(lo) : kind == 1 ? round(lo * samples) / samples : lo;
            grid.samples[d] = samples;
            grid.lo[d] = lo;
            grid.hi[d] = lo + (double)(int)(20.0 * (1.0 + noise(7, at + 3))) / samples;
        }
        dt_grid_axis axis[3];
        dt_error error = DT_ERROR_INIT;
        cr_assert_eq(dt_grid_axes(&grid, axis, NULL, &error), DT_OK, "%s", error.message);
        for (int d = 0; d < 3; d++) {
            for (int64_t i = 0; i < axis[d].n; i++, checked++) {
                check_point(&axis[d], i);
            }
        }
    }
    cr_assert(checked > 300000, "%lld points", (long long)checked);
}

Test(grid, even_samplings_include_minus_one_half) {
    dt_grid grid = {{0, 0, 0}, {1, 1, 1}, {2, 4, 1}};
    dt_grid_axis axis[3];
    cr_assert_eq(dt_grid_axes(&grid, axis, NULL, NULL), DT_OK);
    cr_assert_eq(dt_axis_wavenumber(&axis[0], 1), -1);
    cr_assert_eq(dt_axis_wavenumber(&axis[1], 2), -2);
    cr_assert_eq(dt_axis_wavenumber(&axis[1], 1), 1);
    cr_assert_eq(dt_axis_wavenumber(&axis[2], 1), 0);
}

static void check_groups(dt_grid grid, int64_t wavevectors) {
    dt_grid_axis axis[3];
    int64_t voxels, seen = 0;
    dt_wavevectors groups;
    cr_assert_eq(dt_grid_axes(&grid, axis, &voxels, NULL), DT_OK);
    cr_assert_eq(dt_group_by_wavevector(&grid, NULL, &groups, NULL), DT_OK);
    cr_assert(groups.n == wavevectors && groups.n_voxels == voxels, "%lld wavevectors",
              (long long)groups.n);
    bool *met = calloc((size_t)voxels, sizeof *met);
    cr_assert(met != NULL);
    for (int64_t g = 0; g < groups.n; g++) {
        for (int64_t at = groups.first[g]; at < groups.first[g + 1]; at++, seen++) {
            int64_t p = groups.voxel[at], ijk[3];
            cr_assert(!met[p] && (at == groups.first[g] || groups.voxel[at - 1] < p));
            met[p] = true;
            dt_grid_position(axis, p, ijk);
            for (int d = 0; d < 3; d++) {
                double off = dt_axis_miller(&axis[d], ijk[d]) - groups.k[3 * g + d];
                cr_assert(fabs(off - round(off)) < 1e-12, "h - k = %.17g", off);
            }
        }
    }
    cr_assert_eq(seen, voxels);
    free(met);
    dt_wavevectors_free(&groups);
}

Test(grid, every_voxel_is_listed_once_under_its_wavevector) {
    check_groups((dt_grid){{-2, -1, 0}, {2, 1, 1}, {3, 2, 4}}, 24);
    check_groups((dt_grid){{-0.37, 0.5, 0}, {2.63, 1, 0}, {3, 4, 7}}, 9);
    check_groups((dt_grid){{0, 0, 0}, {0, 0, 0}, {5, 5, 5}}, 1);
}

Test(grid, scattering_vectors_are_those_of_the_reciprocal_axes) {
    dt_cell cell;
    dt_array hkl, q;
    dt_grid grid = {{-1, 0, 0.5}, {1, 2, 1}, {2, 1, 2}};
    cr_assert_eq(dt_cell_init((double[]){8, 9, 10, 80, 95, 110}, &cell, NULL), DT_OK);
    cr_assert_eq(dt_generate_grid(&grid, &cell, &hkl, &q, NULL), DT_OK);
    cr_assert_eq(hkl.shape[0], 5 * 3 * 2);
    const double *h = hkl.data, *v = q.data, two_pi = 2.0 * acos(-1.0);
    cr_assert(h[0] == -1.0 && h[1] == 0.0 && h[2] == 0.5 && h[5] == 1.0 && h[7] == 1.0);
    for (int64_t p = 0; p < hkl.shape[0]; p++) {
        for (int d = 0; d < 3; d++) { /* a_d . q = 2 pi h_d */
            double dot = cell.axes[3 * d] * v[3 * p] + cell.axes[3 * d + 1] * v[3 * p + 1] +
                         cell.axes[3 * d + 2] * v[3 * p + 2];
            cr_assert(fabs(dot - two_pi * h[3 * p + d]) < 1e-12, "%g, not %g", dot / two_pi,
                      h[3 * p + d]);
        }
    }
    dt_array_free(&hkl);
    dt_array_free(&q);
}

Test(resolution, is_two_pi_over_q_and_infinite_at_the_origin) {
    dt_tape *tape = dt_tape_new(NULL);
    const double q[9] = {0, 0, 0, 3, 4, 0, 0, 0, -0.5}, pi = acos(-1.0);
    dt_tensor *d = dt_compute_resolution(dt_constant(tape, DT_F64, 2, (int64_t[]){3, 3}, q));
    dt_tensor *mask = dt_get_resolution_mask(d, 2.0 * pi / 5.0);
    tape_is_fine(tape);
    cr_assert(isinf(dt_data_f64(d)[0]) && dt_data_f64(d)[0] > 0);
    cr_assert(fabs(dt_data_f64(d)[1] - 2 * pi / 5) < 1e-15 &&
              fabs(dt_data_f64(d)[2] - 4 * pi) < 1e-14);
    const bool *kept = dt_data_bool(mask);
    cr_assert(kept[0] && kept[2], "the origin and low resolution are kept");
    cr_assert_not(dt_data_bool(dt_get_resolution_mask(d, dt_data_f64(d)[1]))[1],
                  "d > d_min is strict");
    dt_tape_free(tape);
}

Test(resolution, a_bad_limit_fails_the_tape) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_get_resolution_mask(dt_full(tape, DT_F64, 1, (int64_t[]){2}, 1.0), -1.0);
    cr_assert_eq(dt_tape_status(tape), DT_ERR_ARGUMENT);
    dt_tape_free(tape);
}

static dt_tensor *resolution(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_compute_resolution(in[0]);
}

Test(resolution, its_gradient_is_right) {
    const double q[6] = {1, 2, 3, -0.4, 0.2, 0.9};
    dt_array x = dt_array_wrap(DT_F64, 2, (int64_t[]){2, 3}, q);
    dt_error error = DT_ERROR_INIT;
    dt_gradcheck_report report;
    cr_assert_eq(dt_gradcheck("resolution", resolution, NULL, 1, &x, NULL, &report, &error), DT_OK,
                 "%s", error.message);
    cr_assert(report.compared > 0);
}

Test(resolution, its_gradient_at_the_origin_is_zero) {
    dt_tape *tape = dt_tape_new(&(dt_tape_options){.watch_nonfinite = false});
    const double q[3] = {0, 0, 0}, one = 1.0;
    dt_tensor *leaf = dt_parameter(tape, DT_F64, 2, (int64_t[]){1, 3}, q);
    dt_tensor *d = dt_compute_resolution(leaf);
    dt_backward_from(d, dt_constant(tape, DT_F64, 1, (int64_t[]){1}, &one));
    tape_is_fine(tape);
    cr_assert_eq(dt_data_f64(dt_gradient(leaf))[0], 0.0);
    dt_tape_free(tape);
}
