/* parse.c - grids and versions on a command line. */
#include "parse.h"

#include <limits.h>
#include <stdlib.h>

/* One "H0:H1:N"; *text moves behind it. */
static bool parse_axis(const char **text, double *lo, double *hi, int *samples) {
    char *end;
    *lo = strtod(*text, &end);
    if (end == *text || *end != ':') {
        return false;
    }
    const char *at = end + 1;
    *hi = strtod(at, &end);
    if (end == at || *end != ':') {
        return false;
    }
    at = end + 1;
    long n = strtol(at, &end, 10);
    if (end == at || n < INT_MIN || n > INT_MAX) {
        return false;
    }
    *samples = (int)n;
    *text = end;
    return true;
}

dt_status parse_grid_text(const char *text, unsigned quirks, dt_grid *ret_grid, dt_error *error) {
    dt_grid grid;
    const char *at = text;
    for (int axis = 0; axis < 3; axis++) {
        if (!parse_axis(&at, &grid.lo[axis], &grid.hi[axis], &grid.samples[axis]) ||
            *at != (axis < 2 ? ',' : '\0')) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "expected H0:H1:N,K0:K1:N,L0:L1:N (limits in Miller indices, N >= "
                                "1 samples per unit), got '%s'",
                                text);
        }
        at += axis < 2;
    }
    dt_grid_axis axes[3];
    dt_status status = dt_grid_axes_literal(&grid, quirks, axes, NULL, error);
    if (status == DT_OK) {
        *ret_grid = grid;
    }
    return status;
}

dt_status parse_version(const char *text, const char *program, int known, int64_t *ret_version,
                        dt_error *error) {
    char *end;
    long version = strtol(text, &end, 10);
    if (end == text || *end != '\0' || version < 1) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "expected a version from 1 on, got '%s'", text);
    }
    if (version > known) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "these options are of version %ld, this program knows version %d: use "
                            "a newer %s",
                            version, known, program);
    }
    *ret_version = version;
    return DT_OK;
}
