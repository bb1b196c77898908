/* parse.c - options whose value is more than a number or a word: grids, lists, versions. */
#include "settings.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const kind_names[] = {"springs", "u-scale", "u",      "u-tensor",
                                  "scale",   "flat",    "radial", NULL};

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

dt_status parse_grid(const char *text, void *target, dt_error *error) {
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
    dt_status status = dt_grid_axes(&grid, axes, NULL, error);
    if (status == DT_OK) {
        *(dt_grid *)target = grid;
    }
    return status;
}

dt_status parse_numbers(const char *text, void *target, dt_error *error) {
    struct numbers list = {0};
    const char *at = text;
    for (char *end; list.n < MOST_NUMBERS; at = end + 1) {
        double value = strtod(at, &end);
        if (end == at || !isfinite(value) || value <= 0 || (*end != ',' && *end != '\0')) {
            break;
        }
        list.value[list.n++] = value;
        if (*end == '\0') {
            *(struct numbers *)target = list;
            return DT_OK;
        }
    }
    return dt_error_set(error, DT_ERR_ARGUMENT,
                        "expected up to %d numbers > 0 with commas between them, got '%s'",
                        MOST_NUMBERS, text);
}

dt_status parse_tensor(const char *text, void *target, dt_error *error) {
    double x[6];
    const char *at = text;
    for (int i = 0; i < 6; i++) {
        char *end;
        x[i] = strtod(at, &end);
        if (end == at || !isfinite(x[i]) || *end != (i < 5 ? ',' : '\0')) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "expected six numbers xx,yy,zz,yz,xz,xy with commas between them, "
                                "got '%s'",
                                text);
        }
        at = end + 1;
    }
    memcpy(target, x, sizeof x);
    return DT_OK;
}

dt_status parse_kinds(const char *text, void *target, dt_error *error) {
    unsigned kinds = 0;
    for (const char *at = text, *end;; at = end + 1) {
        end = at + strcspn(at, ",");
        int kind = 0;
        while (kind < KINDS && (strncmp(at, kind_names[kind], (size_t)(end - at)) != 0 ||
                                kind_names[kind][end - at] != '\0')) {
            kind++;
        }
        if (kind == KINDS) {
            char word[64];
            snprintf(word, sizeof word, "%.*s", (int)(end - at), at);
            const char *near = dt_nearest_name(word, kind_names);
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "'%s' is no parameter; those that can be refined are springs, "
                                "u-scale, u, u-tensor, scale, flat, radial%s%s%s",
                                word, near ? " (did you mean " : "", near ? near : "",
                                near ? "?)" : "");
        }
        kinds |= 1u << kind;
        if (*end == '\0') {
            break;
        }
    }
    *(unsigned *)target = kinds;
    return DT_OK;
}

dt_status parse_format(const char *text, void *target, dt_error *error) {
    enum { KNOWN = 1 };
    char *end;
    long version = strtol(text, &end, 10);
    if (end == text || *end != '\0' || version < 1) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "expected a version from 1 on, got '%s'", text);
    }
    if (version > KNOWN) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "these options are of version %ld, this program knows version %d: use "
                            "a newer refine",
                            version, KNOWN);
    }
    *(int64_t *)target = version;
    return DT_OK;
}
