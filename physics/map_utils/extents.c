/* extents.c - grids from a resolution or a shape, and maps cut to the limits of another grid. */
#include <difftape/map_utils.h>
#include <difftape/ops.h>

#include <math.h>

/* Limits as large as grids may have; a larger quotient is refused by dt_grid_axes. */
static const double beyond_limits = 1e7;

dt_status dt_get_hkl_extents(const dt_cell *cell, double d_min, const int samples[3],
                             dt_grid *ret_grid, dt_error *error) {
    if (!(d_min > 0.0) || !isfinite(d_min)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "hkl extents: the resolution is %g Angstrom; it must be finite and "
                            "greater than 0",
                            d_min);
    }
    dt_grid grid;
    for (int d = 0; d < 3; d++) {
        grid.hi[d] = fmin(floor(cell->parameters[d] / d_min), beyond_limits);
        grid.lo[d] = 0.0 - grid.hi[d];
        grid.samples[d] = samples[d];
    }
    dt_grid_axis axis[3];
    dt_status status = dt_grid_axes(&grid, axis, NULL, error);
    if (status == DT_OK) {
        *ret_grid = grid;
    }
    return status;
}

dt_status dt_get_centered_sampling(const int64_t shape[3], const int samples[3], dt_grid *ret_grid,
                                   dt_error *error) {
    dt_grid grid;
    for (int d = 0; d < 3; d++) {
        if (shape[d] < 1 || samples[d] < 1) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "centred sampling: %lld points along %c with %d per unit; there "
                                "must be at least one of each",
                                (long long)shape[d], "hkl"[d], samples[d]);
        }
        grid.hi[d] = (double)(shape[d] - 1) / samples[d] / 2.0;
        grid.lo[d] = 0.0 - grid.hi[d];
        grid.samples[d] = samples[d];
    }
    dt_grid_axis axis[3];
    dt_status status = dt_grid_axes(&grid, axis, NULL, error);
    if (status == DT_OK) {
        *ret_grid = grid;
    }
    return status;
}

/* Can voxels of one grid be voxels of the other? */
static bool same_points(dt_tape *tape, const dt_grid_axis *from, const dt_grid_axis *to, int d) {
    if (from->samples != to->samples || fabs(from->offset - to->offset) > 1e-9) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT,
                     "resize_map: along %c one grid has %lld points per unit from offset %.9g, the "
                     "other %lld from %.9g; only maps on the same points can be cut or extended",
                     "hkl"[d], (long long)from -> samples, from -> offset, (long long)to -> samples,
                     to -> offset);
        return false;
    }
    if (from->base + from->n <= to->base || to->base + to->n <= from->base) {
        dt_tape_fail(tape, DT_ERR_ARGUMENT, "resize_map: the grids share no voxel along %c",
                     "hkl"[d]);
        return false;
    }
    return true;
}

dt_tensor *dt_resize_map(dt_tensor *map, const dt_grid *from, const dt_grid *to, double fill) {
    dt_tape *tape = dt_tape_of(map);
    dt_grid_axis old[3], new[3];
    dt_error error = DT_ERROR_INIT;
    if (dt_tape_status(tape) != DT_OK) {
        return dt_inert(tape);
    }
    if (dt_grid_axes(from, old, NULL, &error) != DT_OK ||
        dt_grid_axes(to, new, NULL, &error) != DT_OK) {
        dt_tape_fail(tape, error.status, "resize_map: %s", error.message);
        return dt_inert(tape);
    }
    for (int d = 0; d < 3; d++) {
        if (dt_ndim(map) != 3 || dt_shape(map)[d] != old[d].n) {
            dt_tape_fail(tape, DT_ERR_SHAPE,
                         "resize_map: the map must have the shape (%lld,%lld,%lld) of its grid",
                         (long long)old[0].n, (long long)old[1].n, (long long)old[2].n);
            return dt_inert(tape);
        }
        if (!same_points(tape, &old[d], &new[d], d)) {
            return dt_inert(tape);
        }
    }
    for (int d = 0; d < 3; d++) {
        int64_t before = new[d].base - old[d].base, after = before + new[d].n - old[d].n;
        map = dt_slice(map, d, before > 0 ? before : 0, before + new[d].n, 1);
        if (before < 0 || after > 0) {
            map = dt_pad(map, d, before < 0 ? -before : 0, after > 0 ? after : 0, fill);
        }
    }
    return map;
}
