/* test_map_limits.c - grids from a resolution or a shape, distances from Bragg peaks, resized maps.
 */
#include "support.h"

#include <difftape/gradcheck.h>
#include <difftape/map_utils.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static dt_cell oblique(void) {
    dt_cell cell;
    cr_assert_eq(dt_cell_init((double[]){8.3, 11.2, 9.7, 71, 112, 58}, &cell, NULL), DT_OK);
    return cell;
}

static double d_spacing(const dt_cell *cell, const double h[3]) {
    double q[3];
    dt_scattering_vector(cell, h, q);
    return 2.0 * acos(-1.0) / sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
}

Test(limits, extents_hold_every_reflection_and_are_the_smallest) {
    const dt_cell cell = oblique();
    const double d_min = 1.3;
    dt_grid grid;
    cr_assert_eq(dt_get_hkl_extents(&cell, d_min, (int[]){1, 2, 3}, &grid, NULL), DT_OK);
    double largest[3] = {0, 0, 0};
    int64_t reflections = 0;
    for (int i = 0; i < 41 * 41 * 41; i++) {
        const double h[3] = {i / 1681 - 20, i / 41 % 41 - 20, i % 41 - 20};
        if (d_spacing(&cell, h) >= d_min) {
            reflections++;
            for (int d = 0; d < 3; d++) {
                largest[d] = fmax(largest[d], h[d]);
            }
        }
    }
    cr_assert(reflections > 500);
    for (int d = 0; d < 3; d++) {
        cr_assert(grid.lo[d] == -grid.hi[d] && grid.samples[d] == d + 1);
        cr_assert(grid.hi[d] >= largest[d] && grid.hi[d] <= largest[d] + 1, "%g, %g", grid.hi[d],
                  largest[d]);
    }
}

Test(limits, extents_are_the_edges_over_the_resolution) {
    dt_cell cell;
    dt_grid grid;
    cr_assert_eq(dt_cell_init((double[]){27.2, 27.2, 4.83, 90, 90, 120}, &cell, NULL), DT_OK);
    cr_assert_eq(dt_get_hkl_extents(&cell, 3.0, (int[]){2, 2, 2}, &grid, NULL), DT_OK);
    cr_assert(grid.hi[0] == 9 && grid.hi[1] == 9 && grid.hi[2] == 1 && grid.lo[2] == -1);
    cr_assert_eq(dt_get_hkl_extents(&cell, 100.0, (int[]){2, 2, 2}, &grid, NULL), DT_OK);
    cr_assert(grid.hi[0] == 0 && grid.lo[0] == 0 && !signbit(grid.lo[0]));
}

Test(limits, centred_samplings_have_the_origin_in_the_middle) {
    dt_grid grid;
    dt_grid_axis axis[3];
    cr_assert_eq(dt_get_centered_sampling((int64_t[]){37, 4, 1}, (int[]){3, 2, 5}, &grid, NULL),
                 DT_OK);
    cr_assert(grid.lo[0] == -6 && grid.hi[0] == 6 && grid.lo[1] == -0.75 && grid.hi[1] == 0.75);
    cr_assert(grid.lo[2] == 0 && grid.hi[2] == 0 && grid.samples[2] == 5);
    cr_assert_eq(dt_grid_axes(&grid, axis, NULL, NULL), DT_OK);
    cr_assert(axis[0].n == 37 && axis[1].n == 4 && axis[2].n == 1);
}

static void says(dt_status status, const dt_error *error, const char *part) {
    cr_assert_eq(status, DT_ERR_ARGUMENT, "%s", error->message);
    cr_assert(strstr(error->message, part), "wanted '%s', got: %s", part, error->message);
}

Test(limits, impossible_resolutions_and_shapes_are_refused) {
    const dt_cell cell = oblique();
    dt_grid grid;
    dt_error error = DT_ERROR_INIT;
    const int ones[3] = {1, 1, 1};
    says(dt_get_hkl_extents(&cell, 0.0, ones, &grid, &error), &error, "the resolution is 0");
    dt_error_clear(&error);
    says(dt_get_hkl_extents(&cell, NAN, ones, &grid, &error), &error, "the resolution is nan");
    dt_error_clear(&error);
    says(dt_get_hkl_extents(&cell, 1e-300, ones, &grid, &error), &error, "at most 1e+06");
    dt_error_clear(&error);
    says(dt_get_hkl_extents(&cell, 3.0, (int[]){1, 0, 1}, &grid, &error), &error,
         "0 samples per unit of k");
    dt_error_clear(&error);
    says(dt_get_centered_sampling((int64_t[]){3, 0, 3}, ones, &grid, &error), &error,
         "0 points along k");
    dt_error_clear(&error);
    says(dt_get_centered_sampling((int64_t[]){3, 3, 3}, (int[]){1, 1, -2}, &grid, &error), &error,
         "3 points along l with -2 per unit");
}

/* By brute force over more peaks than can be nearest. */
Test(distance, is_that_of_the_nearest_peak_in_an_oblique_cell) {
    const dt_cell cell = oblique();
    enum { N = 200 };
    double h[3 * N];
    int farther = 0;
    for (int i = 0; i < 3 * N; i++) {
        h[i] = i < 150 ? 0.5 * (i % 7) : 12.0 * noise(21, i);
    }
    const dt_array at = dt_array_wrap(DT_F64, 2, (int64_t[]){N, 3}, h);
    dt_array near, rounded;
    cr_assert_eq(dt_get_dq_map(&cell, &at, DT_NEAREST_PEAK, &near, NULL), DT_OK);
    cr_assert_eq(dt_get_dq_map(&cell, &at, DT_ROUNDED_PEAK, &rounded, NULL), DT_OK);
    for (int p = 0; p < N; p++) {
        double best = HUGE_VAL, q[3], x[3];
        for (int i = 0; i < 11 * 11 * 11; i++) {
            const int g[3] = {i / 121 - 5, i / 11 % 11 - 5, i % 11 - 5};
            for (int d = 0; d < 3; d++) {
                x[d] = h[3 * p + d] - rint(h[3 * p + d]) + g[d];
            }
            dt_scattering_vector(&cell, x, q);
            double r = sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2]);
            best = fmin(best, r);
            if (g[0] == 0 && g[1] == 0 && g[2] == 0) {
                cr_assert(fabs(((double *)rounded.data)[p] - r) < 1e-14);
            }
        }
        double got = ((double *)near.data)[p];
        cr_assert(fabs(got - best) < 1e-13, "%d: %.15g, not %.15g", p, got, best);
        farther += ((double *)rounded.data)[p] > best + 1e-6;
    }
    cr_assert(farther > 5, "%d points where the rounded peak is not the nearest", farther);
    dt_array_free(&near);
    dt_array_free(&rounded);
}

Test(distance, bad_points_are_refused) {
    const dt_cell cell = oblique();
    const double h[3] = {1, INFINITY, 0};
    const dt_array at = dt_array_wrap(DT_F64, 1, (int64_t[]){3}, h);
    dt_array dq;
    dt_error error = DT_ERROR_INIT;
    says(dt_get_dq_map(&cell, &at, DT_NEAREST_PEAK, &dq, &error), &error, "k of point 0 is inf");
}

/* -- resize ------------------------------------------------------------------------------------ */

static const dt_grid small = {{-1, 0, 0}, {1, 1, 2}, {3, 2, 1}};          /* 7 x 3 x 3 */
static const dt_grid other = {{-2, 0.5, -1}, {2.0 / 3, 1, 3}, {3, 2, 1}}; /* 9 x 2 x 5 */

static dt_tensor *numbered(dt_tape *tape, const dt_grid *grid) {
    dt_grid_axis axis[3];
    int64_t voxels;
    cr_assert_eq(dt_grid_axes(grid, axis, &voxels, NULL), DT_OK);
    return dt_reshape(dt_arange(tape, 1, (double)voxels + 1, 1), 3,
                      (int64_t[]){axis[0].n, axis[1].n, axis[2].n});
}

Test(resize, voxels_keep_their_place_in_reciprocal_space) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_grid_axis from[3], to[3];
    int64_t voxels;
    int shared = 0, filled = 0;
    cr_assert_eq(dt_grid_axes(&small, from, NULL, NULL), DT_OK);
    cr_assert_eq(dt_grid_axes(&other, to, &voxels, NULL), DT_OK);
    dt_tensor *map = dt_resize_map(numbered(tape, &small), &small, &other, -7.0);
    tape_is_fine(tape);
    cr_assert_eq(dt_size(map), voxels);
    const double *x = dt_data_f64(map);
    for (int64_t p = 0; p < voxels; p++) {
        int64_t ijk[3], at[3];
        bool inside = true;
        double want = -7.0;
        dt_grid_position(to, p, ijk);
        for (int d = 0; d < 3; d++) {
            double h = dt_axis_miller(&to[d], ijk[d]);
            at[d] = llround((h - small.lo[d]) * small.samples[d]);
            inside = inside && at[d] >= 0 && at[d] < from[d].n;
        }
        if (inside) {
            want = (double)dt_grid_index(from, at) + 1.0;
        }
        shared += inside;
        filled += !inside;
        cr_assert_eq(x[p], want, "voxel %lld is %g, not %g", (long long)p, x[p], want);
    }
    cr_assert(shared == 6 * 2 * 3 && filled == 90 - 36);
    dt_tape_free(tape);
}

Test(resize, the_same_limits_change_nothing) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_tensor *map = numbered(tape, &small), *same = dt_resize_map(map, &small, &small, 0.0);
    tape_is_fine(tape);
    cr_assert_eq(memcmp(dt_data_f64(same), dt_data_f64(map), 63 * sizeof(double)), 0);
    dt_tape_free(tape);
}

static dt_tensor *resized(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user;
    (void)tape;
    return dt_resize_map(in[0], &small, &other, 2.0);
}

Test(resize, its_gradient_is_right) {
    double x[63];
    for (int i = 0; i < 63; i++) {
        x[i] = noise(41, i);
    }
    const dt_array in = dt_array_wrap(DT_F64, 3, (int64_t[]){7, 3, 3}, x);
    dt_gradcheck_report report;
    dt_error error = DT_ERROR_INIT;
    cr_assert_eq(dt_gradcheck("resize_map", resized, NULL, 1, &in, NULL, &report, &error), DT_OK,
                 "%s", error.message);
    cr_assert(report.compared > 60);
}

static void refuses(const dt_grid *from, const dt_grid *to, dt_status want, const char *part) {
    dt_tape *tape = dt_tape_new(NULL);
    dt_resize_map(numbered(tape, &small), from, to, 0.0);
    cr_assert_eq(dt_tape_status(tape), want);
    cr_assert(strstr(dt_tape_message(tape), part), "wanted '%s', got: %s", part,
              dt_tape_message(tape));
    dt_tape_free(tape);
}

Test(resize, grids_that_do_not_fit_are_refused) {
    const dt_grid finer = {{-1, 0, 0}, {1, 1, 2}, {3, 4, 1}};
    const dt_grid moved = {{-1, 0, 0.25}, {1, 1, 2.25}, {3, 2, 1}};
    const dt_grid away = {{-1, 0, 3}, {1, 1, 5}, {3, 2, 1}};
    const dt_grid empty = {{-1, 0, 3}, {1, 1, 2}, {3, 2, 1}};
    refuses(&small, &finer, DT_ERR_ARGUMENT,
            "along k one grid has 2 points per unit from offset 0");
    refuses(&small, &moved, DT_ERR_ARGUMENT, "the other 1 from 0.25");
    refuses(&small, &away, DT_ERR_ARGUMENT, "share no voxel along l");
    refuses(&small, &empty, DT_ERR_ARGUMENT, "resize_map: grid: l runs from 3 down to 2");
    refuses(&other, &small, DT_ERR_SHAPE, "the map must have the shape (9,2,5)");
}
