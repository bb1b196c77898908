/* common.c - lists of numbers, reflections. */
#include "common.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dt_status parse_numbers(const char *text, int n, void *target, dt_error *error) {
    double x[6];
    const char *at = text;
    for (int i = 0; i < n; i++) {
        char *end;
        x[i] = strtod(at, &end);
        if (end == at || !isfinite(x[i]) || *end != (i < n - 1 ? ',' : '\0')) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "expected %d numbers separated by commas, got '%s'", n, text);
        }
        at = end + 1;
    }
    memcpy(target, x, (size_t)n * sizeof *x);
    return DT_OK;
}

dt_status parse_3(const char *text, void *target, dt_error *error) {
    return parse_numbers(text, 3, target, error);
}

dt_status parse_4(const char *text, void *target, dt_error *error) {
    return parse_numbers(text, 4, target, error);
}

dt_status parse_6(const char *text, void *target, dt_error *error) {
    return parse_numbers(text, 6, target, error);
}

dt_status list_reflections(const double cell[6], const char *group, double q_max,
                           dt_space_group *ret_group, dt_reflections *ret_list, dt_error *error) {
    dt_symmetry symmetry;
    dt_status status = dt_space_group_find(group, ret_group, error);
    if (status == DT_OK) {
        status = dt_symmetry_from_operators(ret_group->n_ops, ret_group->op_rot[0],
                                            ret_group->op_tran[0], &symmetry, error);
    }
    if (status == DT_OK) {
        status = dt_reflections_list(cell, &symmetry, q_max, NULL, ret_list, error);
    }
    if (status == DT_OK && ret_list->n == 0) {
        dt_reflections_free(ret_list);
        status = dt_error_set(error, DT_ERR_ARGUMENT,
                              "no reflection has |g| <= %g 1/Angstrom: --qmax is too small", q_max);
    }
    return status;
}

const char *family_name(const dt_reflections *list, int64_t family, char buffer[64]) {
    const int64_t *h = list->representative + 3 * family;
    snprintf(buffer, 64, "%lld %lld %lld", (long long)h[0], (long long)h[1], (long long)h[2]);
    return buffer;
}
