/* options_internal.h - the state of a program's options, shared by its readers and writers. */
#ifndef DTI_OPTIONS_INTERNAL_H
#define DTI_OPTIONS_INTERNAL_H

#include <difftape/config.h>

struct dt_options {
    const dt_program *program;
    int n_rows;
    dt_option_source *source; /* per row: where its value came from */
    char **text;              /* per row: the value as text, owned; NULL where there is none */
    const char **names;       /* the long names, ended by NULL */
    const char **arguments;   /* plain arguments, pointers into argv */
    int n_arguments;
};

/* The row's place in the table, or -1. `length` bytes of `name` are compared. */
int dti_options_find(const dt_options *options, const char *name, size_t length);

/* Parse `text` (NULL for a flag that is set) by the row's rule and store the value, its text and
 * its source. A row whose present source is stronger is only checked. Errors name what was expected
 * and what came, not the option: the caller knows whether to say "--name" or "file: name". */
dt_status dti_options_set(dt_options *options, int row, const char *text, dt_option_source source,
                          dt_error *error);

/* Check and convert one value without storing it: the number, choice index or flag. */
typedef union dti_option_value {
    bool flag;
    int64_t integer;
    double real;
    int choice;
} dti_option_value;
dt_status dti_option_convert(const dt_option *row, const char *text, dti_option_value *ret_value,
                             dt_error *error);

/* "a number > 0", "a whole number >= 1", "one of hk0, h0l, 0kl", ... */
#define DTI_EXPECTED_SIZE 256
const char *dti_option_expected(const dt_option *row, char buffer[DTI_EXPECTED_SIZE]);

#endif
