/* options_args.c - the command line, by the GNU conventions. */
#include "options_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest option name quoted in a message. */
#define NAME_SHOWN 80

/* The command line and the next argument to look at. */
typedef struct cursor {
    int argc, at;
    char *const *argv;
    bool stopped; /* an option that stops was met */
} cursor;

static dt_status set(dt_options *options, cursor *args, int row, const char *value,
                     const char *shown, dt_error *error) {
    const dt_option *option = &options->program->options[row];
    dt_status status = dti_options_set(options, row, value, DT_FROM_COMMAND_LINE, error);
    if (status) {
        dt_error_context(error, "%s", shown);
    } else if (option->stops) {
        args->stopped = true;
    }
    return status;
}

/* The value of a row is the next argument, whatever it looks like. */
static dt_status take_value(const dt_option *row, cursor *args, const char *shown,
                            const char **ret_value, dt_error *error) {
    if (args->at >= args->argc) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "%s: a value is missing: %s %s", shown, shown,
                            row->placeholder);
    }
    *ret_value = args->argv[args->at++];
    return DT_OK;
}

static dt_status read_long(dt_options *options, cursor *args, const char *text, dt_error *error) {
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    char name[NAME_SHOWN + 1], shown[NAME_SHOWN + 3];
    snprintf(name, sizeof name, "%.*s", length < NAME_SHOWN ? (int)length : NAME_SHOWN, text);
    snprintf(shown, sizeof shown, "--%s", name);
    int row = dti_options_find(options, text, length);
    if (row < 0) {
        const char *near = dt_nearest_name(name, options->names);
        if (near) {
            return dt_error_set(error, DT_ERR_ARGUMENT, "unknown option '%s'; did you mean '--%s'?",
                                shown, near);
        }
        return dt_error_set(error, DT_ERR_ARGUMENT, "unknown option '%s'; see --help", shown);
    }
    const dt_option *option = &options->program->options[row];
    const char *value = equals ? equals + 1 : NULL;
    if (option->kind == DT_OPTION_FLAG && value) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "%s: takes no value, got '%s'", shown, value);
    }
    if (option->kind != DT_OPTION_FLAG && !value) {
        dt_status status = take_value(option, args, shown, &value, error);
        if (status) {
            return status;
        }
    }
    return set(options, args, row, value, shown, error);
}

static int find_letter(const dt_options *options, char letter) {
    for (int i = 0; i < options->n_rows; i++) {
        if (options->program->options[i].letter == letter) {
            return i;
        }
    }
    return -1;
}

/* A letter without a row; with one dash too few ("-dmin=2") the long name was meant. */
static dt_status unknown_letter(const dt_options *options, const char *letters, char letter,
                                dt_error *error) {
    size_t length = strcspn(letters, "=");
    if (length > 1 && dti_options_find(options, letters, length) >= 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "unknown option '-%s'; did you mean '--%s'?",
                            letters, letters);
    }
    if (letters[1]) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "unknown option '-%c' in '-%s'; see --help",
                            letter, letters);
    }
    return dt_error_set(error, DT_ERR_ARGUMENT, "unknown option '-%c'; see --help", letter);
}

/* "-abc": flags a, b and c; or, where one of them takes a value, that value is the rest. */
static dt_status read_letters(dt_options *options, cursor *args, const char *letters,
                              dt_error *error) {
    dt_status status = DT_OK;
    for (const char *at = letters; *at && !status && !args->stopped; at++) {
        const char shown[] = {'-', *at, '\0'};
        int row = find_letter(options, *at);
        if (row < 0) {
            return unknown_letter(options, letters, *at, error);
        }
        const dt_option *option = &options->program->options[row];
        if (option->kind == DT_OPTION_FLAG) {
            status = set(options, args, row, NULL, shown, error);
            continue;
        }
        const char *value = at[1] ? at + 1 : NULL;
        if (!value) {
            status = take_value(option, args, shown, &value, error);
        }
        return status ? status : set(options, args, row, value, shown, error);
    }
    return status;
}

static dt_status check_count(const dt_options *options, dt_error *error) {
    const dt_program *program = options->program;
    const char *expected = program->arguments ? program->arguments : "no argument";
    if (options->n_arguments < program->min_arguments) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "missing argument: expected %s; see --help",
                            expected);
    }
    if (options->n_arguments > program->max_arguments) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "unexpected argument '%s': expected %s",
                            options->arguments[program->max_arguments], expected);
    }
    return DT_OK;
}

dt_status dt_options_parse_args(dt_options *options, int argc, char *const *argv, dt_error *error) {
    const char **arguments = calloc(argc > 0 ? (size_t)argc : 1, sizeof *arguments);
    if (!arguments) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for %d arguments", argc);
    }
    free(options->arguments);
    options->arguments = arguments;
    options->n_arguments = 0;

    cursor args = {.argc = argc, .at = 1, .argv = argv, .stopped = false};
    bool only_arguments = false;
    while (args.at < args.argc && !args.stopped) {
        const char *text = args.argv[args.at++];
        dt_status status = DT_OK;
        if (only_arguments || text[0] != '-' || !text[1]) {
            arguments[options->n_arguments++] = text;
        } else if (text[1] != '-') {
            status = read_letters(options, &args, text + 1, error);
        } else if (text[2]) {
            status = read_long(options, &args, text + 2, error);
        } else {
            only_arguments = true;
        }
        if (status) {
            return status;
        }
    }
    return args.stopped ? DT_OK : check_count(options, error);
}
