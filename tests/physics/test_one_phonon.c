/* test_one_phonon.c - what every one-phonon map must obey. */
#include "one_phonon_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const dt_grid around_zero = {{-2, -2, -2}, {2, 2, 2}, {3, 2, 4}};

Test(one_phonon, voxels_are_valid_or_exactly_zero_and_all_are_counted) {
    one_phonon_case c = one_phonon_setup("P21", 10, around_zero, 2.5, 1.7, 0.6);
    dt_tensor *map = one_phonon_map(&c);
    tape_is_fine(c.tape);
    dt_one_phonon_sizes s = dt_one_phonon_get_sizes(c.model);
    const bool *valid = dt_one_phonon_valid(c.model);
    int64_t n_valid = 0;
    cr_assert(dt_shape(map)[0] == 13 && dt_shape(map)[1] == 9 && dt_shape(map)[2] == 17);
    for (int64_t p = 0; p < dt_size(map); p++) {
        double x = dt_data_f64(map)[p];
        cr_assert(valid[p] ? isfinite(x) && x > 0.0 : x == 0.0, "voxel %lld is %g", (long long)p,
                  x);
        n_valid += valid[p];
    }
    cr_assert_eq(s.voxels, 13 * 9 * 17);
    cr_assert_eq(s.bragg, 125);
    cr_assert_eq(s.valid, n_valid);
    cr_assert(s.beyond_d_min > 0 && s.valid + s.bragg + s.beyond_d_min == s.voxels);
    cr_assert(s.wavevectors <= 23 && s.n_asu == 2 && s.n_atoms == 10 && s.contacts > 0);
    one_phonon_teardown(&c);
}

Test(one_phonon, the_resolution_limit_is_that_of_the_mask) {
    one_phonon_case c = one_phonon_setup("P-1", 10, around_zero, 3.0, 1.7, 0.6);
    dt_array q;
    cr_assert_eq(dt_generate_grid(&around_zero, &c.crystal->cell, NULL, &q, NULL), DT_OK);
    dt_tensor *d = dt_compute_resolution(dt_constant_view(c.tape, &q));
    const bool *mask = dt_data_bool(dt_get_resolution_mask(d, 3.0));
    dt_grid_axis axis[3];
    cr_assert_eq(dt_grid_axes(&around_zero, axis, NULL, NULL), DT_OK);
    for (int64_t p = 0; p < q.shape[0]; p++) {
        int64_t ijk[3];
        dt_grid_position(axis, p, ijk);
        bool bragg = true;
        for (int e = 0; e < 3; e++) {
            bragg = bragg && dt_axis_is_integer(&axis[e], ijk[e]);
        }
        cr_assert_eq(dt_one_phonon_valid(c.model)[p], mask[p] && !bragg, "voxel %lld",
                     (long long)p);
    }
    dt_array_free(&q);
    one_phonon_teardown(&c);
}

/* In a cube of 8 Angstrom d is computed without rounding: 16 at (1/2,0,0), 32 at (1/4,0,0). */
Test(one_phonon, a_voxel_exactly_at_the_resolution_limit_is_not_valid) {
    const dt_grid line = {{0, 0, 0}, {0.5, 0, 0}, {4, 1, 1}};
    one_phonon_case c = one_phonon_setup("cube", 10, line, 16.0, 1.7, 0.6);
    const bool *valid = dt_one_phonon_valid(c.model);
    cr_assert(valid[1] && !valid[2], "d = 32 valid: %d, d = 16 valid: %d", valid[1], valid[2]);
    one_phonon_teardown(&c);
    c = one_phonon_setup("cube", 10, line, nextafter(16.0, 0.0), 1.7, 0.6);
    cr_assert(dt_one_phonon_valid(c.model)[2], "d = 16 is not valid just below the limit");
    one_phonon_teardown(&c);
}

/* I(h) = I(sign * h) voxel by voxel on a grid that is symmetric about 0. */
static void check_symmetry(const char *group, const int sign[3]) {
    one_phonon_case c = one_phonon_setup(group, 10, around_zero, 0.0, 1.7, 0.6);
    const double *x = dt_data_f64(one_phonon_map(&c));
    tape_is_fine(c.tape);
    dt_grid_axis axis[3];
    int64_t voxels, compared = 0;
    cr_assert_eq(dt_grid_axes(&around_zero, axis, &voxels, NULL), DT_OK);
    for (int64_t p = 0; p < voxels; p++) {
        int64_t ijk[3];
        dt_grid_position(axis, p, ijk);
        for (int d = 0; d < 3; d++) {
            ijk[d] = sign[d] > 0 ? ijk[d] : axis[d].n - 1 - ijk[d];
        }
        double other = x[dt_grid_index(axis, ijk)];
        compared += x[p] > 0.0;
        cr_assert(fabs(x[p] - other) <= 1e-10 * x[p], "%s: %.15g and %.15g", group, x[p], other);
    }
    cr_assert(compared > 1000);
    one_phonon_teardown(&c);
}

Test(one_phonon, maps_have_inversion_symmetry) {
    check_symmetry("P1", (const int[]){-1, -1, -1});
    check_symmetry("P31", (const int[]){-1, -1, -1});
}

Test(one_phonon, maps_have_the_symmetry_of_the_point_group) {
    check_symmetry("P21", (const int[]){-1, 1, -1});
}

Test(one_phonon, a_shifted_finer_grid_has_the_same_values_where_points_coincide) {
    dt_grid shifted = {{-0.5, 0.5, -1.25}, {1, 1.5, 0.25}, {6, 4, 8}};
    one_phonon_case a = one_phonon_setup("P-1", 10, around_zero, 0.0, 1.7, 0.6);
    one_phonon_case b = one_phonon_setup("P-1", 10, shifted, 0.0, 1.7, 0.6);
    const double *x = dt_data_f64(one_phonon_map(&a)), *y = dt_data_f64(one_phonon_map(&b));
    tape_is_fine(a.tape);
    tape_is_fine(b.tape);
    dt_grid_axis ax[3], bx[3];
    int64_t voxels, compared = 0;
    cr_assert_eq(dt_grid_axes(&around_zero, ax, NULL, NULL), DT_OK);
    cr_assert_eq(dt_grid_axes(&shifted, bx, &voxels, NULL), DT_OK);
    for (int64_t p = 0; p < voxels; p++) {
        int64_t ijk[3];
        bool shared = true;
        dt_grid_position(bx, p, ijk);
        for (int d = 0; d < 3; d++) {
            double i = (dt_axis_miller(&bx[d], ijk[d]) + 2.0) * around_zero.samples[d];
            ijk[d] = (int64_t)round(i);
            shared = shared && fabs(i - round(i)) < 1e-9;
        }
        if (!shared || !dt_one_phonon_valid(b.model)[p]) {
            continue;
        }
        double want = x[dt_grid_index(ax, ijk)];
        cr_assert(fabs(y[p] - want) < 1e-11 * want, "%.15g, not %.15g", y[p], want);
        compared++;
    }
    cr_assert(compared > 50, "%lld points coincide", (long long)compared);
    one_phonon_teardown(&a);
    one_phonon_teardown(&b);
}

/* I k^2 at (1 + 1/n, 1, 0), next to a Bragg peak. */
static double acoustic(int n) {
    const double step = 1.0 / n;
    const dt_grid next = {{1.0 + step, 1.0, 0.0}, {1.0 + step, 1.0, 0.0}, {n, 1, 1}};
    one_phonon_case c = one_phonon_setup("P21", 20, next, 0.0, 1.7, 0.6);
    dt_tensor *map = one_phonon_map(&c);
    tape_is_fine(c.tape);
    double result = dt_item(dt_sum(map, DT_ALL)) * step * step;
    one_phonon_teardown(&c);
    return result;
}

Test(one_phonon, intensities_grow_as_the_inverse_square_of_the_distance_from_a_bragg_peak) {
    double near = acoustic(1000), nearer = acoustic(100000);
    cr_assert(near > 0.0 && fabs(nearer - near) < 1e-2 * near, "I k^2 is %.9g and %.9g", near,
              nearer);
}

Test(one_phonon, an_occupancy_weighs_the_whole_form_factor_of_its_atom) {
    enum { N = 10 };
    one_phonon_case c = one_phonon_setup("P1", N, around_zero, 0.0, 1.7, 0.6);
    double occupancy[N], a[4 * N], weighted[N];
    for (int i = 0; i < N; i++) {
        occupancy[i] = 0.25 * (1 + i % 4);
        weighted[i] = occupancy[i] * c.crystal->ff_c[i];
        for (int g = 0; g < 4; g++) {
            a[4 * i + g] = occupancy[i] * c.crystal->ff_a[4 * i + g];
        }
    }
    dt_crystal_input in = {.n_ops = 1,
                           .op_rot = (const int[]){1, 0, 0, 0, 1, 0, 0, 0, 1},
                           .op_tran = (const double[]){0, 0, 0},
                           .n_atoms = N,
                           .xyz = c.crystal->xyz,
                           .u_iso = c.crystal->u_iso,
                           .occupancy = occupancy,
                           .ff_a = c.crystal->ff_a,
                           .ff_b = c.crystal->ff_b,
                           .ff_c = c.crystal->ff_c};
    memcpy(in.cell, c.crystal->cell.parameters, sizeof in.cell);
    dt_tensor *map[3] = {one_phonon_map(&c)};
    dt_crystal *crystal[2];
    dt_one_phonon *model[2];
    const dt_one_phonon_options options = {.cutoff = 4.5};
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(dt_crystal_new(&in, &crystal[i], NULL), DT_OK);
        cr_assert_eq(dt_one_phonon_new(crystal[i], &around_zero, &options, &model[i], NULL), DT_OK);
        map[1 + i] = dt_one_phonon_intensity(model[i], c.leaf[0], c.leaf[1], c.leaf[2], c.leaf[3]);
        in.occupancy = NULL;
        in.ff_a = a;
        in.ff_c = weighted;
    }
    tape_is_fine(c.tape);
    int64_t n = dt_size(map[0]);
    cr_assert(worst(dt_data_f64(map[1]), dt_data_f64(map[2]), n, true) < 1e-13);
    cr_assert(worst(dt_data_f64(map[1]), dt_data_f64(map[0]), n, true) > 0.1);
    for (int i = 0; i < 2; i++) {
        dt_one_phonon_free(model[i]);
        dt_crystal_free(crystal[i]);
    }
    one_phonon_teardown(&c);
}

/* A random cotangent over the whole map; `ret_dot` is its product with the map. */
static dt_tensor *random_cotangent(dt_tensor *map, double *ret_dot, double *ret_scale) {
    int64_t n = dt_size(map);
    double *w = malloc((size_t)n * sizeof *w);
    cr_assert(w != NULL);
    *ret_dot = *ret_scale = 0.0;
    for (int64_t i = 0; i < n; i++) {
        w[i] = noise(23, i);
        *ret_dot += w[i] * dt_data_f64(map)[i];
        *ret_scale += fabs(w[i] * dt_data_f64(map)[i]);
    }
    dt_tensor *cotangent = dt_constant(dt_tape_of(map), DT_F64, 3, dt_shape(map), w);
    free(w);
    return cotangent;
}

Test(one_phonon, springs_times_their_gradients_add_up_to_minus_the_intensity) {
    static const char *const groups[] = {"P1", "P21", "P31", "P-1"};
    for (int g = 0; g < 4; g++) {
        one_phonon_case c = one_phonon_setup(groups[g], 12, around_zero, 0.0, 1.7, 0.6);
        dt_tensor *map = one_phonon_map(&c);
        tape_is_fine(c.tape);
        double dot, scale;
        dt_backward_from(map, random_cotangent(map, &dot, &scale));
        tape_is_fine(c.tape);
        double sum = 1.7 * dt_item(dt_gradient(c.leaf[0])) + 0.6 * dt_item(dt_gradient(c.leaf[1]));
        cr_assert(scale > 0.0 && fabs(sum + dot) < 1e-12 * scale, "%s: %.17g and %.17g", groups[g],
                  sum, -dot);
        one_phonon_teardown(&c);
    }
}

Test(one_phonon, stiffer_springs_scale_the_map_down_exactly) {
    one_phonon_case a = one_phonon_setup("P31", 9, around_zero, 0.0, 1.0, 0.5);
    one_phonon_case b = one_phonon_setup("P31", 9, around_zero, 0.0, 4.0, 2.0);
    dt_tensor *x = one_phonon_map(&a), *y = one_phonon_map(&b);
    tape_is_fine(a.tape);
    tape_is_fine(b.tape);
    int64_t compared = 0;
    for (int64_t p = 0; p < dt_size(x); p++) {
        cr_assert_eq(dt_data_f64(x)[p], 4.0 * dt_data_f64(y)[p], "voxel %lld", (long long)p);
        compared += dt_data_f64(x)[p] > 0.0;
    }
    cr_assert(compared > 1000);
    one_phonon_teardown(&a);
    one_phonon_teardown(&b);
}

Test(one_phonon, results_do_not_depend_on_the_number_of_threads) {
    double *first[3] = {NULL, NULL, NULL};
    for (int threads = 1; threads <= 3; threads++) {
        dt_set_threads(threads);
        one_phonon_case c = one_phonon_setup("P21", 40, around_zero, 0.0, 1.7, 0.6);
        dt_tensor *map = one_phonon_map(&c);
        double dot, scale;
        dt_backward_from(map, random_cotangent(map, &dot, &scale));
        tape_is_fine(c.tape);
        dt_tensor *got[3] = {map, dt_gradient(c.leaf[2]), dt_gradient(c.leaf[3])};
        for (int i = 0; i < 3; i++) {
            size_t bytes = (size_t)dt_size(got[i]) * sizeof(double);
            if (threads == 1) {
                first[i] = malloc(bytes);
                cr_assert(first[i] != NULL);
                memcpy(first[i], dt_data(got[i]), bytes);
            }
            cr_assert_eq(memcmp(first[i], dt_data(got[i]), bytes), 0, "%d threads, result %d",
                         threads, i);
        }
        one_phonon_teardown(&c);
    }
    for (int i = 0; i < 3; i++) {
        free(first[i]);
    }
}

Test(one_phonon, a_hundred_iterations_take_no_more_memory_than_a_few) {
    one_phonon_case c =
        one_phonon_setup("P21", 10, (dt_grid){{0, 0, 0}, {1, 1, 1}, {2, 2, 2}}, 0.0, 1.7, 0.6);
    dt_mark mark = dt_tape_mark(c.tape);
    int64_t warm = 0;
    for (int i = 0; i < 100; i++) {
        dt_tensor *map = one_phonon_map(&c);
        dt_backward(dt_sum(map, DT_ALL));
        tape_is_fine(c.tape);
        dt_tape_rewind(c.tape, mark);
        if (i == 4) {
            warm = dt_tape_get_stats(c.tape).system_allocations;
        }
    }
    int64_t end = dt_tape_get_stats(c.tape).system_allocations;
    cr_assert(warm > 0 && end == warm, "%lld allocations after 5 iterations, %lld after 100",
              (long long)warm, (long long)end);
    one_phonon_teardown(&c);
}

Test(one_phonon, the_estimate_has_the_sizes_of_the_model) {
    one_phonon_case c = one_phonon_setup("P31", 9, around_zero, 0.0, 1.7, 0.6);
    dt_one_phonon_sizes s = dt_one_phonon_get_sizes(c.model);
    dt_one_phonon_cost cost, limited;
    cr_assert_eq(dt_one_phonon_estimate(c.crystal, &around_zero, NULL, 2, &cost, NULL), DT_OK);
    cr_assert(cost.sizes.voxels == s.voxels && cost.sizes.valid == s.valid &&
              cost.sizes.bragg == s.bragg && cost.sizes.wavevectors == s.wavevectors);
    cr_assert_eq(cost.atom_voxels, (double)(s.valid * 27));
    cr_assert(cost.bytes > 17.0 * (double)s.voxels && cost.operations > cost.atom_voxels);
    /* 27 cells of 18 x 18 force constants, for every group of slices */
    cr_assert(cost.bytes > cost.forward_bytes + 20 * 27 * 18 * 18 * 8.0, "%g and %g", cost.bytes,
              cost.forward_bytes);
    dt_one_phonon_options options = {.cutoff = 4.0, .d_min = 6.0};
    cr_assert_eq(dt_one_phonon_estimate(c.crystal, &around_zero, &options, 2, &limited, NULL),
                 DT_OK);
    cr_assert(limited.sizes.valid > 0 && limited.sizes.valid < cost.sizes.valid);
    one_phonon_teardown(&c);
}
