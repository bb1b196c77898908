/* test_hedm_detector.c - rays on panels against plain geometry, pixels there and back, and rays
 * that miss. */
#include "hedm_case.h"

#include <math.h>
#include <string.h>

enum { N = 400 };

/* Leaves of a tilted panel. */
typedef struct tilted_panel {
    dt_tensor *p[4]; /* location, Euler angles, centre, size */
    dt_panel panel;
} tilted_panel;

static const double location[3] = {4.6, 0.02, -0.01}, center[2] = {524, 1010},
                    size[2] = {0.004, 0.005}, angles[3] = {1.6, 1.55, 0.02};

static tilted_panel panel_new(dt_tape *tape) {
    tilted_panel u = {.p = {dt_parameter(tape, DT_F64, 1, (int64_t[]){3}, location),
                            dt_parameter(tape, DT_F64, 1, (int64_t[]){3}, angles),
                            dt_parameter(tape, DT_F64, 1, (int64_t[]){2}, center),
                            dt_parameter(tape, DT_F64, 1, (int64_t[]){2}, size)}};
    u.panel = (dt_panel){.location = u.p[0],
                         .rotation = dt_rotation_from_euler(u.p[1], "ZXZ"),
                         .beam_center = u.p[2],
                         .pixel_size = u.p[3]};
    return u;
}

/* Directions of every kind: forwards, backwards, along the panel. */
static void rays(double (*origin)[3], double (*direction)[3]) {
    for (int64_t i = 0; i < N; i++) {
        double length = 0;
        for (int d = 0; d < 3; d++) {
            origin[i][d] = 0.2 * noise(61, 3 * i + d);
            direction[i][d] = noise(62, 3 * i + d) + (d == 0 && i % 4 != 0 ? 1.5 : 0);
            length += direction[i][d] * direction[i][d];
        }
        for (int d = 0; d < 3; d++) {
            direction[i][d] /= sqrt(length);
        }
    }
}

/* The panel's J, K and normal by three plain rotations. */
static void axes_of(double ret[3][3]) {
    static const double start[3][3] = {{1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    for (int i = 0; i < 3; i++) {
        double v[3] = {start[i][0], start[i][1], start[i][2]};
        for (int turn = 2; turn >= 0; turn--) {
            double c = cos(angles[turn]), s = sin(angles[turn]);
            int a = turn == 1 ? 1 : 0, b = turn == 1 ? 2 : 1; /* about x, about z */
            double x = v[a], y = v[b];
            v[a] = c * x - s * y;
            v[b] = s * x + c * y;
        }
        memcpy(ret[i], v, sizeof v);
    }
}

static double product(const double *a, const double *b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Test(hedm_detector, rays_meet_the_plane_where_geometry_says) {
    dt_tape *tape = dt_tape_new(NULL);
    double origin[N][3], direction[N][3], axis[3][3];
    rays(origin, direction);
    axes_of(axis);
    tilted_panel u = panel_new(tape);
    u.panel.n_j = 1000;
    u.panel.n_k = 2000;
    dt_spots spots =
        dt_detector_hits(&u.panel, dt_constant(tape, DT_F64, 2, (int64_t[]){N, 3}, origin),
                         dt_constant(tape, DT_F64, 2, (int64_t[]){N, 3}, direction), NULL);
    const double *pixel = dt_data_f64(spots.pixel), *position = dt_data_f64(spots.position);
    const bool *hit = dt_data_bool(spots.hit), *inside = dt_data_bool(spots.inside);
    tape_is_fine(tape);
    int hits = 0, insides = 0, misses = 0;
    for (int i = 0; i < N; i++) {
        double gap[3], x[3], slope = product(direction[i], axis[2]);
        for (int d = 0; d < 3; d++) {
            gap[d] = location[d] - origin[i][d];
        }
        double t = product(gap, axis[2]) / slope;
        bool expected = fabs(slope) >= 0.001 && t >= 0;
        cr_assert_eq(hit[i], expected, "ray %d: slope %g, t %g", i, slope, t);
        if (!expected) {
            cr_assert(pixel[2 * i] == 0 && pixel[2 * i + 1] == 0 && position[3 * i] == 0);
            cr_assert(!inside[i]);
            misses++;
            continue;
        }
        for (int d = 0; d < 3; d++) {
            x[d] = t * direction[i][d] - gap[d];
            double lab = origin[i][d] + t * direction[i][d];
            cr_assert(fabs(position[3 * i + d] - lab) <= 1e-12 * (1 + fabs(t)));
        }
        bool within = true;
        for (int k = 0; k < 2; k++) {
            double c = product(x, axis[k]) / size[k] + center[k], index = floor(c + 0.5);
            cr_assert(fabs(pixel[2 * i + k] - c) <= 1e-11 * (1 + fabs(c) + fabs(t) / size[k]),
                      "ray %d: %.17g, %.17g", i, pixel[2 * i + k], c);
            within = within && index >= 0 && index < (k == 0 ? 1000 : 2000);
        }
        cr_assert_eq(inside[i], within);
        insides += within;
        hits++;
    }
    cr_assert(hits > 200 && misses > 30 && insides > 10, "%d %d %d", hits, misses, insides);
    dt_tape_free(tape);
}

/* The file convention: unrotated, the plane is z = 0 and a beam along x misses it; Euler angles 90,
 * 90, 0 put it upright with J along y and K along -z. With other axes it stands by itself. */
Test(hedm_detector, the_usual_axes_lie_flat_and_stand_upright_after_90_90_0) {
    dt_tape *tape = dt_tape_new(NULL);
    const double flat[3] = {0, 0, 0}, right[3] = {PI / 2, PI / 2, 0}, one[2] = {1, 1},
                 far[3] = {100, 0, 0};
    const double start[3] = {0, 0, 0}, along[3] = {1, 0.02, 0.03}, none[2] = {0, 0};
    const int64_t three[] = {3}, two[] = {2};
    dt_tensor *o = dt_constant(tape, DT_F64, 1, three, start),
              *d = dt_constant(tape, DT_F64, 1, three, along);
    const double x_beam[3] = {1, 0, 0};
    dt_panel panel = {.location = dt_constant(tape, DT_F64, 1, three, far),
                      .beam_center = dt_constant(tape, DT_F64, 1, two, none),
                      .pixel_size = dt_constant(tape, DT_F64, 1, two, one)};
    panel.rotation = dt_rotation_from_euler(dt_constant(tape, DT_F64, 1, three, flat), "ZXZ");
    dt_spots lying = dt_detector_hits(&panel, o, dt_constant(tape, DT_F64, 1, three, x_beam), NULL);
    cr_assert(!dt_data_bool(lying.hit)[0]);
    panel.rotation = dt_rotation_from_euler(dt_constant(tape, DT_F64, 1, three, right), "ZXZ");
    const double *upright = dt_data_f64(dt_detector_hits(&panel, o, d, NULL).pixel);
    cr_assert(fabs(upright[0] - 2) < 1e-13 && fabs(upright[1] + 3) < 1e-13, "%g %g", upright[0],
              upright[1]);
    panel.rotation = dt_eye(tape, DT_F64, 3);
    memcpy(panel.j_axis, (double[]){0, 2, 0}, sizeof panel.j_axis);
    memcpy(panel.k_axis, (double[]){0, 0, 0.5}, sizeof panel.k_axis);
    const double *other = dt_data_f64(dt_detector_hits(&panel, o, d, NULL).pixel);
    cr_assert(fabs(other[0] - 2) < 1e-13 && fabs(other[1] - 3) < 1e-13, "%g %g", other[0],
              other[1]);
    tape_is_fine(tape);
    dt_tape_free(tape);
}

/* A pixel ends half a pixel from its centre: -1/2 is within the first, n - 1/2 beyond the last. */
Test(hedm_detector, panels_end_half_a_pixel_from_the_outer_centers) {
    static const double d[8][3] = {{1, -0.5, 0},       {1, -0.5000001, 0}, {1, 9.4999999, 0},
                                   {1, 9.5, 0},        {1, 0, -0.5},       {1, 0, -0.5000001},
                                   {1, 3, 19.4999999}, {1, 3, 19.5}};
    const double far[3] = {1, 0, 0}, none[3] = {0, 0, 0}, one[2] = {1, 1};
    dt_tape *tape = dt_tape_new(NULL);
    dt_panel panel = {.location = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, far),
                      .rotation = dt_eye(tape, DT_F64, 3),
                      .beam_center = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, none),
                      .pixel_size = dt_constant(tape, DT_F64, 1, (int64_t[]){2}, one),
                      .j_axis = {0, 1, 0},
                      .k_axis = {0, 0, 1},
                      .n_j = 10,
                      .n_k = 20};
    dt_spots s = dt_detector_hits(&panel, dt_constant(tape, DT_F64, 1, (int64_t[]){3}, none),
                                  dt_constant(tape, DT_F64, 2, (int64_t[]){8, 3}, d), NULL);
    const bool *inside = dt_data_bool(s.inside), *hit = dt_data_bool(s.hit);
    tape_is_fine(tape);
    for (int i = 0; i < 8; i++) {
        cr_expect(hit[i] && inside[i] == (i % 2 == 0), "ray %d", i);
    }
    dt_tape_free(tape);
}

Test(hedm_detector, pixels_go_to_the_laboratory_and_back) {
    dt_tape *tape = dt_tape_new(NULL);
    double c[N][2];
    for (int64_t i = 0; i < 2 * N; i++) {
        c[i / 2][i % 2] = 2048 * noise(63, i);
    }
    tilted_panel u = panel_new(tape);
    dt_tensor *pixels = dt_constant(tape, DT_F64, 2, (int64_t[]){N, 2}, c);
    dt_tensor *points = dt_lab_from_pixels(&u.panel, pixels);
    dt_tensor *back = dt_pixels_from_lab(&u.panel, points);
    double error = worst(dt_data_f64(back), c[0], 2 * N, false);
    cr_assert(error < 1e-11, "%.3g px", error);
    /* The beam centre is the panel's location. */
    const double *middle = dt_data_f64(
        dt_lab_from_pixels(&u.panel, dt_constant(tape, DT_F64, 1, (int64_t[]){2}, center)));
    cr_assert(worst(middle, location, 3, false) == 0);
    tape_is_fine(tape);
    dt_tape_free(tape);
}

/* -- derivatives ------------------------------------------------------------------------------- */

/* in: location, Euler angles, centre, size, origin, direction */
static dt_tensor *hits(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    const dt_panel panel = {in[0], dt_rotation_from_euler(in[1], "ZXZ"), in[2], in[3], {0}, {0}, 0,
                            0};
    dt_spots s = dt_detector_hits(&panel, in[4], in[5], NULL);
    return dt_concat(2, (dt_tensor *const[]){dt_scale(s.pixel, 0.01), s.position}, -1);
}

static dt_tensor *round_trip(void *user, dt_tape *tape, dt_tensor *const *in) {
    (void)user, (void)tape;
    const dt_panel panel = {in[0], dt_rotation_from_euler(in[1], "ZXZ"), in[2], in[3], {0}, {0}, 0,
                            0};
    dt_tensor *points = dt_lab_from_pixels(&panel, dt_slice(in[4], -1, 0, 2, 1));
    return dt_concat(2, (dt_tensor *const[]){points, dt_pixels_from_lab(&panel, in[5])}, -1);
}

Test(hedm_detector, panels_and_rays_have_right_derivatives_of_two_orders) {
    enum { FEW = 6 };
    double origin[FEW][3], direction[FEW][3];
    for (int64_t i = 0; i < 3 * FEW; i++) {
        origin[i / 3][i % 3] = 0.2 * noise(64, i);
        direction[i / 3][i % 3] = 0.3 * noise(65, i) + (i % 3 == 0 ? 1 : 0);
    }
    const double wide[2] = {0.4, 0.5};
    const dt_array in[] = {dt_array_wrap(DT_F64, 1, (int64_t[]){3}, location),
                           dt_array_wrap(DT_F64, 1, (int64_t[]){3}, angles),
                           dt_array_wrap(DT_F64, 1, (int64_t[]){2}, center),
                           dt_array_wrap(DT_F64, 1, (int64_t[]){2}, wide),
                           dt_array_wrap(DT_F64, 2, (int64_t[]){FEW, 3}, origin),
                           dt_array_wrap(DT_F64, 2, (int64_t[]){FEW, 3}, direction)};
    dt_tensor_fn *const functions[] = {hits, round_trip};
    for (int f = 0; f < 2; f++) {
        const dt_gradcheck_options options = {.second_order = true, .replay = true};
        dt_gradcheck_report report;
        dt_error error = DT_ERROR_INIT;
        cr_assert_eq(dt_gradcheck("detector", functions[f], NULL, 6, in, &options, &report, &error),
                     DT_OK, "%s", error.message);
        cr_assert(report.compared > 40);
    }
}

/* Rays along the plane, away from it, and masked ones: zeros, and others as if they were alone. */
Test(hedm_detector, rays_that_miss_have_zero_gradients_and_touch_nobody) {
    dt_tape *tape = dt_tape_new(NULL);
    const double right[3] = {PI / 2, PI / 2, 0}, far[3] = {5, 0, 0}, none[3] = {0, 0, 0};
    const double direction[6][3] = {{1, 0.1, 0.2},       {0, 1, 0},   {-1, 0.1, 0},
                                    {0.0009, 0.99, 0.1}, {NAN, 0, 0}, {1, -0.2, 0.1}};
    const bool valid[6] = {true, true, true, true, true, false};
    const int64_t three[] = {3}, two[] = {2};
    dt_tensor *d = dt_parameter(tape, DT_F64, 2, (int64_t[]){6, 3}, direction);
    dt_tensor *alone = dt_parameter(tape, DT_F64, 2, (int64_t[]){1, 3}, direction[0]);
    dt_panel panel = {.location = dt_parameter(tape, DT_F64, 1, three, far),
                      .rotation =
                          dt_rotation_from_euler(dt_constant(tape, DT_F64, 1, three, right), "ZXZ"),
                      .beam_center = dt_constant(tape, DT_F64, 1, two, center),
                      .pixel_size = dt_constant(tape, DT_F64, 1, two, size)};
    dt_tensor *origin = dt_constant(tape, DT_F64, 1, three, none);
    dt_spots all =
        dt_detector_hits(&panel, origin, d, dt_constant(tape, DT_BOOL, 1, (int64_t[]){6}, valid));
    dt_spots one = dt_detector_hits(&panel, origin, alone, NULL);
    dt_backward(dt_add(dt_sum(all.pixel, DT_ALL), dt_sum(all.position, DT_ALL)));
    dt_tensor *by_location = dt_gradient(panel.location);
    double kept[3];
    memcpy(kept, dt_data_f64(by_location), sizeof kept);
    dt_tape_zero_gradients(tape);
    dt_backward(dt_add(dt_sum(all.pixel, DT_ALL), dt_sum(all.position, DT_ALL)));
    const double *a = dt_data_f64(dt_gradient(d));
    double of_all[18];
    memcpy(of_all, a, sizeof of_all);
    dt_tape_zero_gradients(tape);
    dt_backward(dt_add(dt_sum(one.pixel, DT_ALL), dt_sum(one.position, DT_ALL)));
    const double *b = dt_data_f64(dt_gradient(alone));
    tape_is_fine(tape);
    const bool *hit = dt_data_bool(all.hit);
    const double *pixel = dt_data_f64(all.pixel);
    for (int i = 0; i < 6; i++) {
        cr_assert_eq(hit[i], i == 0, "ray %d", i);
        for (int k = 0; k < 3; k++) {
            cr_assert(i == 0 ? of_all[k] == b[k] : of_all[3 * i + k] == 0, "ray %d: %g", i,
                      of_all[3 * i + k]);
        }
        cr_assert(i == 0 || (pixel[2 * i] == 0 && pixel[2 * i + 1] == 0));
    }
    cr_assert(memcmp(kept, dt_data_f64(by_location), sizeof kept) == 0, "location");
    dt_tape_free(tape);
}

/* Two grains at once are one after the other, on two panels. */
Test(hedm_detector, grains_broadcast_and_several_distances_are_several_panels) {
    dt_tape *tape = dt_tape_new(NULL);
    const double turn[2][3] = {{0.3, -0.5, 0.2}, {-0.9, 0.1, 0.4}};
    const double place[2][3] = {{0.1, 0.05, 0}, {-0.2, 0.1, 0.03}};
    dt_tensor *r = dt_rotation_from_vector(dt_constant(tape, DT_F64, 2, (int64_t[]){2, 3}, turn));
    dt_tensor *points = dt_constant(tape, DT_F64, 2, (int64_t[]){2, 3}, place);
    dt_tensor *energy = dt_scalar(tape, BEAM_ENERGY);
    tilted_panel u = panel_new(tape);
    for (int distance = 0; distance < 2; distance++) {
        dt_oscillation all = dt_oscillation_angles(gold_vectors(tape, r), energy, NULL);
        dt_spots spots = dt_detector_spots(&u.panel, &all, points, energy, NULL);
        int64_t shape[] = {2, GOLD_REFLECTIONS, 2, 2};
        cr_assert_eq(dt_ndim(spots.pixel), 4);
        cr_assert(memcmp(dt_shape(spots.pixel), shape, sizeof shape) == 0);
        for (int g = 0; g < 2; g++) {
            dt_oscillation o =
                dt_oscillation_angles(gold_vectors(tape, dt_select(r, 0, g)), energy, NULL);
            dt_spots one = dt_detector_spots(&u.panel, &o, dt_select(points, 0, g), energy, NULL);
            int64_t n = dt_size(one.pixel);
            cr_assert(memcmp(dt_data_f64(spots.pixel) + g * n, dt_data(one.pixel),
                             (size_t)n * sizeof(double)) == 0);
        }
        const bool *hit = dt_data_bool(spots.hit), *seen = dt_data_bool(all.seen);
        for (int i = 0; i < 4 * GOLD_REFLECTIONS; i++) {
            cr_assert(!hit[i] || seen[i / 2]);
        }
        const double twice[3] = {2 * location[0], location[1], location[2]};
        u.panel.location = dt_constant(tape, DT_F64, 1, (int64_t[]){3}, twice);
    }
    tape_is_fine(tape);
    dt_tape_free(tape);
}

Test(hedm_detector, wrong_panels_are_refused_with_a_reason) {
    static const char *const says[] = {
        "panel: location: the last axes must be (3), got (2)",
        "panel: rotation",
        "got NULL",
        "panel: pixel_size",
        "(1 0 0), (1 1 0) must be perpendicular",
        "detector_hits: origin: the last axes must be (3), got (3,2)"};
    for (int i = 0; i < 6; i++) {
        dt_tape *tape = dt_tape_new(NULL);
        tilted_panel u = panel_new(tape);
        dt_tensor *two = u.p[2], *three = u.p[0];
        dt_tensor *origin = i == 5 ? dt_zeros(tape, DT_F64, 2, (int64_t[]){3, 2}) : three;
        u.panel.location = i == 0 ? two : three;
        u.panel.rotation = i == 1 ? three : u.panel.rotation;
        u.panel.beam_center = i == 2 ? NULL : two;
        u.panel.pixel_size = i == 3 ? three : u.panel.pixel_size;
        if (i == 4) {
            memcpy(u.panel.j_axis, (double[]){1, 0, 0}, sizeof u.panel.j_axis);
            memcpy(u.panel.k_axis, (double[]){1, 1, 0}, sizeof u.panel.k_axis);
        }
        dt_spots s = dt_detector_hits(&u.panel, origin, three, NULL);
        cr_assert(s.pixel == dt_inert(tape) && s.hit == dt_inert(tape));
        cr_assert(strstr(dt_tape_message(tape), says[i]) != NULL, "\"%s\" does not say \"%s\"",
                  dt_tape_message(tape), says[i]);
        dt_tape_free(tape);
    }
    cr_assert(dt_detector_hits(NULL, NULL, NULL, NULL).hit == NULL);
    cr_assert(dt_pixels_from_lab(NULL, NULL) == NULL && dt_lab_from_pixels(NULL, NULL) == NULL);
}
