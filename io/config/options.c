/* options.c - the state of a program's options: table check, defaults, setting one value. */
#include "options_internal.h"

#include <stdlib.h>
#include <string.h>

int dti_options_find(const dt_options *options, const char *name, size_t length) {
    for (int i = 0; i < options->n_rows; i++) {
        if (strlen(options->names[i]) == length && !memcmp(options->names[i], name, length)) {
            return i;
        }
    }
    return -1;
}

static char *copy_text(const char *text) {
    char *copy = malloc(strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

dt_status dti_options_set(dt_options *options, int row, const char *text, dt_option_source source,
                          dt_error *error) {
    const dt_option *option = &options->program->options[row];
    if (!text) {
        text = "true";
    }
    dti_option_value value = {0};
    dt_status status = dti_option_convert(option, text, &value, error);
    if (status || source < options->source[row]) {
        return status;
    }

    char *copy = copy_text(text);
    if (!copy) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for the value '%s'", text);
    }
    switch (option->kind) {
    case DT_OPTION_FLAG: *(bool *)option->target = value.flag; break;
    case DT_OPTION_INT: *(int64_t *)option->target = value.integer; break;
    case DT_OPTION_DOUBLE: *(double *)option->target = value.real; break;
    case DT_OPTION_CHOICE: *(int *)option->target = value.choice; break;
    case DT_OPTION_STRING: *(const char **)option->target = copy; break;
    case DT_OPTION_CUSTOM: status = option->parse(text, option->target, error); break;
    }
    if (status) {
        free(copy);
        return status;
    }
    free(options->text[row]);
    options->text[row] = copy;
    options->source[row] = source;
    return DT_OK;
}

/* A wrong row is a programming error, but it is reported like any other: the first run shows it. */
static dt_status check_row(const dt_option *row, const dt_option *first, dt_error *error) {
    const char *wrong = NULL;
    bool flag = row->kind == DT_OPTION_FLAG;
    if (!row->target) {
        wrong = "has no target";
    } else if (!row->help) {
        wrong = "has no help text";
    } else if (flag != !row->placeholder) {
        wrong = "needs a placeholder unless it is a flag";
    } else if (row->kind == DT_OPTION_CHOICE && !row->choices) {
        wrong = "has no choices";
    } else if (row->kind == DT_OPTION_CUSTOM && !row->parse) {
        wrong = "has no parse function";
    } else if (row->stops && !flag) {
        wrong = "stops without being a flag";
    }
    for (const dt_option *other = first; other < row && !wrong; other++) {
        if (!strcmp(other->name, row->name)) {
            wrong = "appears twice";
        } else if (row->letter && other->letter == row->letter) {
            wrong = "has another option's letter";
        }
    }
    if (!wrong) {
        return DT_OK;
    }
    return dt_error_set(error, DT_ERR_ARGUMENT, "option table: '%s' %s", row->name, wrong);
}

static dt_status set_defaults(dt_options *options, dt_error *error) {
    const dt_option *rows = options->program->options;
    for (int i = 0; i < options->n_rows; i++) {
        dt_status status = check_row(&rows[i], rows, error);
        if (status) {
            return status;
        }
        const char *text = rows[i].default_text;
        if (!text && rows[i].kind == DT_OPTION_FLAG) {
            text = "false";
        }
        if (!text) {
            continue;
        }
        status = dti_options_set(options, i, text, DT_FROM_DEFAULT, error);
        if (status) {
            dt_error_context(error, "option table: default of '%s'", rows[i].name);
            return status;
        }
    }
    return DT_OK;
}

dt_status dt_options_new(dt_options **ret_options, const dt_program *program, dt_error *error) {
    int n = 0;
    while (program->options[n].name) {
        n++;
    }
    dt_options *options = calloc(1, sizeof *options);
    if (!options) {
        return dt_error_set(error, DT_ERR_MEMORY, "no memory for %d options", n);
    }
    options->program = program;
    options->n_rows = n;
    /* one more than the rows, so that a table without rows asks for memory too */
    options->source = calloc((size_t)n + 1, sizeof *options->source);
    options->text = calloc((size_t)n + 1, sizeof *options->text);
    options->names = calloc((size_t)n + 1, sizeof *options->names);
    dt_status status = DT_OK;
    if (!options->source || !options->text || !options->names) {
        status = dt_error_set(error, DT_ERR_MEMORY, "no memory for %d options", n);
    }
    for (int i = 0; i < n && !status; i++) {
        options->names[i] = program->options[i].name;
    }
    if (!status) {
        status = set_defaults(options, error);
    }
    if (status) {
        dt_options_free(options);
        return status;
    }
    *ret_options = options;
    return DT_OK;
}

void dt_options_free(dt_options *options) {
    if (!options) {
        return;
    }
    for (int i = 0; options->text && i < options->n_rows; i++) {
        free(options->text[i]);
    }
    free(options->text);
    free(options->source);
    free(options->names);
    free(options->arguments);
    free(options);
}

dt_option_source dt_options_source(const dt_options *options, const char *name) {
    int row = dti_options_find(options, name, strlen(name));
    return row < 0 ? DT_FROM_DEFAULT : options->source[row];
}

int dt_options_argument_count(const dt_options *options) {
    return options->n_arguments;
}

const char *dt_options_argument(const dt_options *options, int index) {
    return index >= 0 && index < options->n_arguments ? options->arguments[index] : NULL;
}
