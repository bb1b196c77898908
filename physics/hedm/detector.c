/* detector.c - rays onto flat panels, and pixels. */
#include <difftape/detector.h>

#include "components.h"

#include <math.h>

/* Rays whose direction makes a smaller cosine with the normal graze. */
#define GRAZING 0.001

/* A panel by components: J, K and normal after rotation, location, centre and size of pixels. */
typedef struct frame {
    dt_tensor *axis[3][3]; /* J, K, N */
    dt_tensor *location[3], *center[2], *size[2];
} frame;

/* J0, K0 and their vector product as the columns of a matrix; false unless perpendicular. */
static bool unrotated(const dt_panel *panel, double ret[9]) {
    static const double usual[2][3] = {{1, 0, 0}, {0, -1, 0}};
    const double *given[2] = {panel->j_axis, panel->k_axis};
    double axis[3][3];
    for (int i = 0; i < 2; i++) {
        const double *a = given[i];
        a = a[0] == 0 && a[1] == 0 && a[2] == 0 ? usual[i] : a;
        double length = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
        for (int d = 0; d < 3; d++) {
            axis[i][d] = a[d] / length;
        }
    }
    for (int d = 0; d < 3; d++) {
        int e = (d + 1) % 3, f = (d + 2) % 3;
        axis[2][d] = axis[0][e] * axis[1][f] - axis[0][f] * axis[1][e];
    }
    for (int i = 0; i < 9; i++) {
        ret[i] = axis[i % 3][i / 3];
    }
    double overlap = 0;
    for (int d = 0; d < 3; d++) {
        overlap += axis[0][d] * axis[1][d];
    }
    return fabs(overlap) < 1e-9; /* false for a NaN too */
}

static bool frame_of(dt_tape *tape, const dt_panel *panel, frame *ret) {
    double columns[9];
    if (!has_shape(tape, panel->location, "panel: location", 1, (const int64_t[]){3}) ||
        !has_shape(tape, panel->rotation, "panel: rotation", 2, (const int64_t[]){3, 3}) ||
        !has_shape(tape, panel->beam_center, "panel: beam_center", 1, (const int64_t[]){2}) ||
        !has_shape(tape, panel->pixel_size, "panel: pixel_size", 1, (const int64_t[]){2})) {
        return false;
    }
    if (!unrotated(panel, columns)) {
        dt_tape_fail(
            tape, DT_ERR_ARGUMENT,
            "panel: the J and K axes (%g %g %g), (%g %g %g) must be perpendicular; all zero "
            "stands for the usual ones",
            panel->j_axis[0], panel->j_axis[1], panel->j_axis[2], panel->k_axis[0],
            panel->k_axis[1], panel->k_axis[2]);
        return false;
    }
    dt_dtype dtype = dt_dtype_of(panel->rotation);
    dt_tensor *basis = dt_constant(tape, DT_F64, 2, (const int64_t[]){3, 3}, columns), *column[3];
    dt_unstack(dt_matmul(panel->rotation, dt_cast(basis, dtype)), 3, -1, column);
    for (int i = 0; i < 3; i++) {
        dt_unstack(column[i], 3, -1, ret->axis[i]);
    }
    dt_unstack(panel->location, 3, -1, ret->location);
    dt_unstack(panel->beam_center, 2, -1, ret->center);
    dt_unstack(panel->pixel_size, 2, -1, ret->size);
    return dt_tape_status(tape) == DT_OK;
}

/* Pixel coordinates i of a point given from the panel's location. */
static dt_tensor *coordinate(const frame *f, int i, dt_tensor *const *from_location) {
    return dt_add(dt_div(dot3(from_location, f->axis[i]), f->size[i]), f->center[i]);
}

/* Is the nearest pixel centre one of n? All are with n = 0. */
static dt_tensor *within(dt_tensor *x, int64_t n, dt_tensor *hit) {
    if (n <= 0) {
        return hit;
    }
    dt_tensor *low = dt_compare(x, DT_GE, number_like(x, -0.5));
    dt_tensor *high = dt_compare(x, DT_LT, number_like(x, (double)n - 0.5));
    return dt_logic(hit, DT_AND, dt_logic(low, DT_AND, high));
}

dt_spots dt_detector_hits(const dt_panel *panel, dt_tensor *origin, dt_tensor *direction,
                          dt_tensor *valid) {
    dt_spots spots = {0};
    if (origin == NULL || direction == NULL || panel == NULL) {
        return spots;
    }
    dt_tape *tape = dt_tape_of(origin);
    spots = (dt_spots){dt_inert(tape), dt_inert(tape), dt_inert(tape), dt_inert(tape)};
    frame f;
    const int64_t three[] = {3};
    if (!has_shape(tape, origin, "detector_hits: origin", 1, three) ||
        !has_shape(tape, direction, "detector_hits: direction", 1, three) ||
        !frame_of(tape, panel, &f)) {
        return spots;
    }
    dt_tensor *p[3], *u[3], *gap[3], *x[3], *away[3], *pixel[2];
    dt_unstack(origin, 3, -1, p);
    dt_unstack(direction, 3, -1, u);
    dt_tensor *zero = number_like(origin, 0), *one = number_like(origin, 1);
    for (int i = 0; i < 3; i++) {
        gap[i] = dt_sub(f.location[i], p[i]);
    }
    dt_tensor *slope = dot3(u, f.axis[2]), *distance = dot3(gap, f.axis[2]);
    dt_tensor *steep = dt_compare(dt_abs(slope), DT_GE, number_like(origin, GRAZING));
    dt_tensor *ahead = dt_compare(dt_mul(distance, slope), DT_GE, zero);
    dt_tensor *hit = dt_logic(steep, DT_AND, ahead);
    hit = valid == NULL ? hit : dt_logic(hit, DT_AND, valid);
    dt_tensor *t = dt_div(dt_where(hit, distance, zero), dt_where(hit, slope, one));
    for (int i = 0; i < 3; i++) {
        away[i] = dt_sub(dt_mul(t, u[i]), gap[i]);
        x[i] = dt_where(hit, dt_add(p[i], dt_mul(t, u[i])), zero);
    }
    spots.inside = hit;
    for (int i = 0; i < 2; i++) {
        pixel[i] = dt_where(hit, coordinate(&f, i, away), zero);
        spots.inside = within(pixel[i], i == 0 ? panel->n_j : panel->n_k, spots.inside);
    }
    spots.hit = hit;
    spots.pixel = dt_stack(2, pixel, -1);
    spots.position = dt_stack(3, x, -1);
    return spots;
}

dt_spots dt_detector_spots(const dt_panel *panel, const dt_oscillation *o, dt_tensor *points,
                           dt_tensor *energy, const dt_oscillation_options *options) {
    dt_tensor *origin = dt_turned_points(o, points, options);
    dt_tensor *direction = dt_diffracted_directions(o, energy, options);
    dt_tensor *seen = o == NULL || o->seen == NULL ? NULL : dt_expand_dims(o->seen, -1);
    return dt_detector_hits(panel, origin, direction, seen);
}

dt_tensor *dt_pixels_from_lab(const dt_panel *panel, dt_tensor *points) {
    if (panel == NULL || points == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(points);
    frame f;
    if (!has_shape(tape, points, "pixels_from_lab: points", 1, (const int64_t[]){3}) ||
        !frame_of(tape, panel, &f)) {
        return dt_inert(tape);
    }
    dt_tensor *x[3];
    dt_unstack(points, 3, -1, x);
    for (int i = 0; i < 3; i++) {
        x[i] = dt_sub(x[i], f.location[i]);
    }
    return dt_stack(2, (dt_tensor *const[]){coordinate(&f, 0, x), coordinate(&f, 1, x)}, -1);
}

dt_tensor *dt_lab_from_pixels(const dt_panel *panel, dt_tensor *pixels) {
    if (panel == NULL || pixels == NULL) {
        return NULL;
    }
    dt_tape *tape = dt_tape_of(pixels);
    frame f;
    if (!has_shape(tape, pixels, "lab_from_pixels: pixels", 1, (const int64_t[]){2}) ||
        !frame_of(tape, panel, &f)) {
        return dt_inert(tape);
    }
    dt_tensor *c[2], *x[3];
    dt_unstack(pixels, 2, -1, c);
    for (int i = 0; i < 2; i++) {
        c[i] = dt_mul(dt_sub(c[i], f.center[i]), f.size[i]);
    }
    for (int d = 0; d < 3; d++) {
        dt_tensor *inside = dt_add(dt_mul(c[0], f.axis[0][d]), dt_mul(c[1], f.axis[1][d]));
        x[d] = dt_add(f.location[d], inside);
    }
    return dt_stack(3, x, -1);
}
