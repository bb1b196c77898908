/* config.c - a program's options from a strict JSON file, and back to JSON. */
#include "config_internal.h"
#include "options_internal.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A configuration is written by hand; what is larger was given by mistake. */
#define LARGEST_FILE ((size_t)1 << 20)

/* Beyond this doubles no longer hold every integer. */
#define LARGEST_EXACT 9007199254740992.0

static dt_status read_file(const char *path, char **ret_text, dt_error *error) {
    if (path[0] == '\0') {
        return dt_error_set(error, DT_ERR_IO, "the name of the configuration file is empty");
    }
    FILE *file = fopen(path, "rb");
    if (!file) {
        return dt_error_set(error, DT_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
    }
    dt_status status = DT_OK;
    char *text = malloc(LARGEST_FILE + 2);
    size_t size = 0;
    if (!text) {
        status = dt_error_set(error, DT_ERR_MEMORY, "%s: no memory to read it", path);
    } else {
        errno = 0;
        size = fread(text, 1, LARGEST_FILE + 1, file);
        text[size] = '\0';
        if (ferror(file)) {
            status = dt_error_set(error, DT_ERR_IO, "%s: cannot read: %s", path, strerror(errno));
        } else if (size > LARGEST_FILE) {
            status = dt_error_set(error, DT_ERR_FORMAT,
                                  "%s: larger than 1 MiB: not a configuration", path);
        } else if (strlen(text) != size) {
            status =
                dti_config_error_at(path, text, strlen(text), "a NUL byte: not a text file", error);
        }
    }
    fclose(file);
    if (status) {
        free(text);
    } else {
        *ret_text = text;
    }
    return status;
}

static dt_status parse_object(const char *path, const char *text, cJSON **ret_root,
                              dt_error *error) {
    if (text[strspn(text, " \t\r\n")] == '\0') {
        return dt_error_set(error, DT_ERR_FORMAT, "%s: empty: expected a JSON object { ... }",
                            path);
    }
    const char *nul = strstr(text, "\\u0000"); /* would cut a string short in silence */
    if (nul) {
        return dti_config_error_at(path, text, (size_t)(nul - text), "a NUL in a string", error);
    }
    const char *end = text;
    cJSON *root = cJSON_ParseWithLengthOpts(text, strlen(text) + 1, &end, true);
    if (!root) {
        return dti_config_syntax_error(path, text, (size_t)(end - text), error);
    }
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: expected a JSON object { ... } on the outside", path);
    }
    *ret_root = root;
    return DT_OK;
}

/* "the number 4", "the text \"abc\"", "a list", ... */
static const char *describe(const cJSON *item, char *buffer, size_t size) {
    if (cJSON_IsNumber(item)) {
        snprintf(buffer, size, "the number %.15g", item->valuedouble);
    } else if (cJSON_IsString(item)) {
        snprintf(buffer, size, "the text \"%s\"", item->valuestring);
    } else if (cJSON_IsBool(item)) {
        snprintf(buffer, size, "%s", cJSON_IsTrue(item) ? "true" : "false");
    } else if (cJSON_IsArray(item)) {
        snprintf(buffer, size, "a list");
    } else if (cJSON_IsObject(item)) {
        snprintf(buffer, size, "an object");
    } else {
        snprintf(buffer, size, "null");
    }
    return buffer;
}

/* The shortest of two spellings that reads back as the same double. */
static void spell(double value, char *buffer, size_t size) {
    snprintf(buffer, size, "%.15g", value);
    if (strtod(buffer, NULL) != value) {
        snprintf(buffer, size, "%.17g", value);
    }
}

/* The value as the text the command line would hold; false if its type does not fit the row. */
static bool as_text(const dt_option *row, const cJSON *item, char *buffer, size_t size,
                    const char **ret_text) {
    bool whole = cJSON_IsNumber(item) && fabs(item->valuedouble) <= LARGEST_EXACT &&
                 floor(item->valuedouble) == item->valuedouble;
    *ret_text = buffer;
    switch (row->kind) {
    case DT_OPTION_FLAG:
        *ret_text = cJSON_IsTrue(item) ? "true" : "false";
        return cJSON_IsBool(item);
    case DT_OPTION_INT:
        if (whole) {
            snprintf(buffer, size, "%.0f", item->valuedouble);
        }
        return whole;
    case DT_OPTION_DOUBLE:
        spell(item->valuedouble, buffer, size);
        return cJSON_IsNumber(item) && isfinite(item->valuedouble);
    case DT_OPTION_CUSTOM: /* a number is as good as its text: the row judges */
        if (cJSON_IsNumber(item) && isfinite(item->valuedouble)) {
            spell(item->valuedouble, buffer, size);
            return true;
        }
        *ret_text = item->valuestring;
        return cJSON_IsString(item);
    case DT_OPTION_STRING:
    case DT_OPTION_CHOICE: *ret_text = item->valuestring; return cJSON_IsString(item);
    }
    return false;
}

static dt_status unknown_key(const dt_options *options, const char *key, dt_error *error) {
    const char *near = dt_nearest_name(key, options->names);
    if (near) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "unknown key \"%s\"; did you mean \"%s\"?", key,
                            near);
    }
    return dt_error_set(error, DT_ERR_ARGUMENT, "unknown key \"%s\"; --help lists the names", key);
}

static dt_status set_key(dt_options *options, const cJSON *item, bool *given, dt_error *error) {
    const char *key = item->string;
    int row = dti_options_find(options, key, strlen(key));
    if (row < 0) {
        return unknown_key(options, key, error);
    }
    const dt_option *option = &options->program->options[row];
    if (given[row]) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "%s: given twice", key);
    }
    if (option->command_line_only) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "%s: can be given on the command line only",
                            key);
    }
    given[row] = true;

    char number[40], expected[DTI_EXPECTED_SIZE], got[120];
    const char *text = NULL;
    dt_status status = DT_ERR_ARGUMENT;
    if (as_text(option, item, number, sizeof number, &text)) {
        status = dti_options_set(options, row, text, DT_FROM_CONFIG, error);
    } else {
        dt_error_set(error, DT_ERR_ARGUMENT, "expected %s, got %s",
                     dti_option_expected(option, expected), describe(item, got, sizeof got));
    }
    if (status) {
        dt_error_context(error, "%s", key);
    }
    return status;
}

dt_status dt_options_read_json(dt_options *options, const char *path, dt_error *error) {
    char *text = NULL;
    cJSON *root = NULL;
    dt_status status = read_file(path, &text, error);
    if (!status) {
        status = parse_object(path, text, &root, error);
    }
    free(text);
    if (status) {
        return status;
    }

    bool *given = calloc((size_t)options->n_rows + 1, sizeof *given);
    if (!given) {
        status = dt_error_set(error, DT_ERR_MEMORY, "no memory for the keys");
    }
    for (const cJSON *item = root->child; item && !status; item = item->next) {
        if (strncmp(item->string, "//", 2)) {
            status = set_key(options, item, given, error);
        }
    }
    if (status) {
        dt_error_context(error, "%s", path);
    }
    free(given);
    cJSON_Delete(root);
    return status;
}

static cJSON *value_to_json(const dt_option *row, const char *text) {
    dti_option_value value = {0};
    dti_option_convert(row, text, &value, NULL);
    if (row->kind == DT_OPTION_FLAG) {
        return cJSON_CreateBool(value.flag);
    }
    if (row->kind == DT_OPTION_DOUBLE) {
        return cJSON_CreateNumber(value.real);
    }
    if (row->kind == DT_OPTION_INT) {
        return cJSON_CreateNumber((double)value.integer);
    }
    return cJSON_CreateString(text);
}

dt_status dt_options_write_json(const dt_options *options, char **ret_text, dt_error *error) {
    cJSON *root = cJSON_CreateObject();
    bool complete = root != NULL;
    for (int i = 0; i < options->n_rows && complete; i++) {
        const dt_option *row = &options->program->options[i];
        if (row->command_line_only || !options->text[i]) {
            continue;
        }
        cJSON *item = value_to_json(row, options->text[i]);
        complete = cJSON_AddItemToObject(root, row->name, item);
        if (!complete) {
            cJSON_Delete(item);
        }
    }
    char *text = complete ? cJSON_Print(root) : NULL;
    cJSON_Delete(root);
    if (!text) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for the options as JSON");
    }
    *ret_text = text;
    return DT_OK;
}
