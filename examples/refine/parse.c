/* parse.c - options whose value is more than a number or a word: grids, lists, versions. */
#include "settings.h"

#include "../common/parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const kind_names[] = {"springs", "u-scale", "u",      "u-tensor",
                                  "scale",   "flat",    "radial", NULL};

dt_status parse_grid(const char *text, void *target, dt_error *error) {
    return parse_grid_text(text, 0, target, error);
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
    return parse_version(text, "refine", 1, target, error);
}
