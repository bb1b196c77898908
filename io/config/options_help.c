/* options_help.c - the --help text, made from the option table. */
#include <difftape/config.h>

#include <stdlib.h>
#include <string.h>

/* Columns: the help texts begin at one column, short enough for an 80-column terminal. */
#define LINE_WIDTH      80
#define LABEL_COLUMN    6  /* "  -o, " */
#define HELP_COLUMN_MAX 34 /* a longer label has its help on the next line */
#define LABEL_SIZE      128

/* "--hkl=H0:H1:N" */
static int make_label(const dt_option *row, char label[LABEL_SIZE]) {
    const char *equals = row->placeholder ? "=" : "";
    snprintf(label, LABEL_SIZE, "--%s%s%s", row->name, equals,
             row->placeholder ? row->placeholder : "");
    return (int)strlen(label);
}

static int help_column(const dt_option *rows) {
    int widest = 0;
    char label[LABEL_SIZE];
    for (; rows->name; rows++) {
        int column = LABEL_COLUMN + make_label(rows, label) + 2;
        if (column > widest && column <= HELP_COLUMN_MAX) {
            widest = column;
        }
    }
    return widest > 0 ? widest : HELP_COLUMN_MAX;
}

/* Print words from column `at` on; further lines begin at `indent`, and so does what follows a
 * newline in the text. Returns the column reached. */
static int print_words(FILE *stream, const char *text, int at, int indent) {
    while (*text) {
        int length = (int)strcspn(text, " \n");
        int gap = at > indent ? 1 : 0;
        if (length > 0 && gap && at + gap + length > LINE_WIDTH) {
            fprintf(stream, "\n%*s", indent, "");
            at = indent;
            gap = 0;
        }
        if (length > 0) {
            fprintf(stream, "%s%.*s", gap ? " " : "", length, text);
            at += gap + length;
        }
        text += length;
        if (*text == '\n') {
            fprintf(stream, "\n%*s", indent, "");
            at = indent;
        }
        if (*text) {
            text++;
        }
    }
    return at;
}

static void print_row(FILE *stream, const dt_option *row, int column) {
    char label[LABEL_SIZE];
    int at = LABEL_COLUMN + make_label(row, label);
    if (row->letter) {
        fprintf(stream, "  -%c, %s", row->letter, label);
    } else {
        fprintf(stream, "%*s%s", LABEL_COLUMN, "", label);
    }
    if (at + 2 > column) {
        fputc('\n', stream);
        at = 0;
    }
    fprintf(stream, "%*s", column - at, "");
    at = print_words(stream, row->help, column, column);
    if (row->kind == DT_OPTION_CHOICE && !(row->placeholder && strchr(row->placeholder, '|'))) {
        for (int i = 0; row->choices[i]; i++) { /* "(one, two)", unless the label lists them */
            char word[LABEL_SIZE];
            snprintf(word, sizeof word, "%s%s%s", i == 0 ? "(" : "", row->choices[i],
                     row->choices[i + 1] ? "," : ")");
            at = print_words(stream, word, at, column);
        }
    }
    if (row->default_text && row->kind != DT_OPTION_FLAG) {
        char shown[LABEL_SIZE];
        snprintf(shown, sizeof shown, "[%s]", row->default_text);
        print_words(stream, shown, at, column);
    }
    fputc('\n', stream);
}

void dt_options_print_help(const dt_program *program, FILE *stream) {
    fprintf(stream, "Usage: %s [options]%s%s\n", program->name, program->arguments ? " " : "",
            program->arguments ? program->arguments : "");
    if (program->purpose) {
        print_words(stream, program->purpose, 0, 0);
        fputc('\n', stream);
    }
    int column = help_column(program->options);
    for (const dt_option *row = program->options; row->name; row++) {
        if (row->group) {
            fprintf(stream, "\n%s:\n", row->group);
        } else if (row == program->options) {
            fputs("\nOptions:\n", stream);
        }
        print_row(stream, row, column);
    }
    if (program->examples && program->examples[0]) {
        fputs("\nExamples:\n", stream);
        for (const char *const *example = program->examples; *example; example++) {
            fprintf(stream, "  %s\n", *example);
        }
    }
    if (program->footer) {
        fputc('\n', stream);
        print_words(stream, program->footer, 0, 0);
        fputc('\n', stream);
    }
}
