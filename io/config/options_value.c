/* options_value.c - one option's value: from text to a number, a flag or a choice. */
#include "options_internal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(char buffer[DTI_EXPECTED_SIZE], const char *text) {
    size_t used = strlen(buffer);
    snprintf(buffer + used, DTI_EXPECTED_SIZE - used, "%s", text);
}

const char *dti_option_expected(const dt_option *row, char buffer[DTI_EXPECTED_SIZE]) {
    buffer[0] = '\0';
    switch (row->kind) {
    case DT_OPTION_FLAG: append(buffer, "true or false"); break;
    case DT_OPTION_INT: append(buffer, "a whole number"); break;
    case DT_OPTION_DOUBLE: append(buffer, "a number"); break;
    case DT_OPTION_STRING: append(buffer, "a text"); break;
    case DT_OPTION_CHOICE:
        append(buffer, "one of ");
        for (int i = 0; row->choices[i]; i++) {
            append(buffer, i > 0 ? ", " : "");
            append(buffer, row->choices[i]);
        }
        break;
    case DT_OPTION_CUSTOM:
        append(buffer, "a text ");
        append(buffer, row->placeholder ? row->placeholder : "");
        break;
    }
    if (row->lower.kind != DT_BOUND_NONE) {
        size_t used = strlen(buffer);
        snprintf(buffer + used, DTI_EXPECTED_SIZE - used, " %s %g",
                 row->lower.kind == DT_BOUND_ABOVE ? ">" : ">=", row->lower.value);
    }
    return buffer;
}

static dt_status refuse(const dt_option *row, const char *text, dt_error *error) {
    char expected[DTI_EXPECTED_SIZE];
    dti_option_expected(row, expected);
    const char *near = row->kind == DT_OPTION_CHOICE ? dt_nearest_name(text, row->choices) : NULL;
    if (near) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "expected %s, got '%s'; did you mean '%s'?",
                            expected, text, near);
    }
    return dt_error_set(error, DT_ERR_ARGUMENT, "expected %s, got '%s'", expected, text);
}

static bool within(dt_bound lower, double value) {
    if (lower.kind == DT_BOUND_AT_LEAST) {
        return value >= lower.value;
    }
    if (lower.kind == DT_BOUND_ABOVE) {
        return value > lower.value;
    }
    return true;
}

/* strtod and strtoll skip leading white space; a value with any is a slip of the pen. */
static bool begins_well(const char *text) {
    return *text && !isspace((unsigned char)*text);
}

static bool to_integer(const char *text, int64_t *ret_value) {
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (!begins_well(text) || *end || errno) {
        return false;
    }
    *ret_value = (int64_t)value;
    return true;
}

static bool to_real(const char *text, double *ret_value) {
    char *end = NULL;
    double value = strtod(text, &end);
    if (!begins_well(text) || *end || !isfinite(value)) {
        return false;
    }
    *ret_value = value;
    return true;
}

dt_status dti_option_convert(const dt_option *row, const char *text, dti_option_value *ret_value,
                             dt_error *error) {
    switch (row->kind) {
    case DT_OPTION_FLAG:
        if (!strcmp(text, "true")) {
            ret_value->flag = true;
        } else if (!strcmp(text, "false")) {
            ret_value->flag = false;
        } else {
            return refuse(row, text, error);
        }
        break;
    case DT_OPTION_INT:
        if (!to_integer(text, &ret_value->integer) ||
            !within(row->lower, (double)ret_value->integer)) {
            return refuse(row, text, error);
        }
        break;
    case DT_OPTION_DOUBLE:
        if (!to_real(text, &ret_value->real) || !within(row->lower, ret_value->real)) {
            return refuse(row, text, error);
        }
        break;
    case DT_OPTION_CHOICE:
        ret_value->choice = 0;
        while (row->choices[ret_value->choice] && strcmp(row->choices[ret_value->choice], text)) {
            ret_value->choice++;
        }
        if (!row->choices[ret_value->choice]) {
            return refuse(row, text, error);
        }
        break;
    case DT_OPTION_STRING:
    case DT_OPTION_CUSTOM: break;
    }
    return DT_OK;
}
