/* grid.c - grids in Miller indices as integers: limits, sizes, wavevector classes. */
#include <difftape/map_utils.h>

#include <math.h>

/* Limits typed with a few digits, such as -0.333333333, are meant as the fraction they are near. */
static const double snap = 1e-9;
static const double largest_limit = 1e6;
static const int largest_samples = 1000000;
static const int64_t largest_grid = INT64_C(1) << 40;

static dt_status check_axis(const dt_grid *grid, int d, bool whole_steps, dt_error *error) {
    const char name = "hkl"[d];
    double lo = grid->lo[d], hi = grid->hi[d];
    int samples = grid->samples[d];
    if (samples < 1 || samples > largest_samples) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "grid: %d samples per unit of %c; there must be 1 to %d", samples, name,
                            largest_samples);
    }
    if (!(fabs(lo) <= largest_limit) || !(fabs(hi) <= largest_limit)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "grid: the limits %g to %g of %c must be finite and at most %g", lo, hi,
                            name, largest_limit);
    }
    if (hi < lo) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "grid: %c runs from %g down to %g, which is an empty grid; the upper "
                            "limit must not be below the lower one",
                            name, lo, hi);
    }
    double steps = (hi - lo) * samples;
    if (whole_steps && fabs(steps - round(steps)) > snap) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "grid: the range %.12g to %.12g of %c is %.12g steps of 1/%d, which is not "
            "a whole number; the nearest upper limits that fit are %.12g and %.12g",
            lo, hi, name, steps, samples, lo + floor(steps) / samples, lo + ceil(steps) / samples);
    }
    return DT_OK;
}

/* Points between lo and hi, both included. */
static dt_grid_axis describe(double lo, double hi, int samples) {
    double start = lo * samples, whole = floor(start);
    if (fabs(start - round(start)) < snap) {
        start = whole = round(start);
    }
    return (dt_grid_axis){.n = (int64_t)round((hi - lo) * samples) + 1,
                          .samples = samples,
                          .base = (int64_t)whole,
                          .offset = start - whole};
}

/* The same by position: h = lo + i step, and the wavevector of point i is i / samples. */
static dt_grid_axis describe_by_index(double lo, double hi, int samples, bool truncated) {
    dt_grid_axis axis = {.n = (int64_t)(samples * (hi - lo) + 1.0), .samples = samples, .lo = lo};
    if (!truncated) {
        axis.n = (int64_t)round((hi - lo) * samples) + 1;
    }
    axis.step = truncated && axis.n > 1 ? (hi - lo) / (double)(axis.n - 1) : 1.0 / samples;
    return axis;
}

dt_status dt_grid_axes_literal(const dt_grid *grid, unsigned quirks, dt_grid_axis ret_axis[3],
                               int64_t *ret_voxels, dt_error *error) {
    const bool truncated = quirks & DT_QUIRK_GRID_TRUNCATED,
               by_index = quirks & DT_QUIRK_K_OF_INDEX;
    dt_grid_axis axis[3];
    int64_t voxels = 1;
    if (truncated && !by_index) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "grid: the quirk GRID_TRUNCATED needs K_OF_INDEX: steps that are no "
                            "whole fraction of a unit have no common wavevectors");
    }
    for (int d = 0; d < 3; d++) {
        dt_status status = check_axis(grid, d, !truncated, error);
        if (status != DT_OK) {
            return status;
        }
        double lo = grid->lo[d], hi = grid->hi[d];
        axis[d] = by_index ? describe_by_index(lo, hi, grid->samples[d], truncated)
                           : describe(lo, hi, grid->samples[d]);
        if (axis[d].n > largest_grid / voxels) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "grid: more than %lld voxels; use smaller limits or fewer samples",
                                (long long)largest_grid);
        }
        voxels *= axis[d].n;
    }
    for (int d = 0; d < 3; d++) {
        ret_axis[d] = axis[d];
    }
    if (ret_voxels) {
        *ret_voxels = voxels;
    }
    return DT_OK;
}

dt_status dt_grid_axes(const dt_grid *grid, dt_grid_axis ret_axis[3], int64_t *ret_voxels,
                       dt_error *error) {
    return dt_grid_axes_literal(grid, 0, ret_axis, ret_voxels, error);
}

int64_t dt_grid_index(const dt_grid_axis axis[3], const int64_t ijk[3]) {
    return (ijk[0] * axis[1].n + ijk[1]) * axis[2].n + ijk[2];
}

void dt_grid_position(const dt_grid_axis axis[3], int64_t index, int64_t ret_ijk[3]) {
    ret_ijk[2] = index % axis[2].n;
    ret_ijk[1] = index / axis[2].n % axis[1].n;
    ret_ijk[0] = index / axis[2].n / axis[1].n;
}

double dt_axis_miller(const dt_grid_axis *axis, int64_t i) {
    if (axis->step != 0.0) {
        return axis->lo + (double)i * axis->step;
    }
    return ((double)(axis->base + i) + axis->offset) / (double)axis->samples;
}

bool dt_axis_is_integer(const dt_grid_axis *axis, int64_t i) {
    return axis->offset == 0.0 && (axis->base + i) % axis->samples == 0;
}

int64_t dt_axis_wavenumber(const dt_grid_axis *axis, int64_t i) {
    int64_t n = axis->samples, c = (axis->base + i) % n;
    if (c < 0) {
        c += n;
    }
    return 2.0 * ((double)c + axis->offset) >= (double)n ? c - n : c;
}
