/* config.h - a program's options as one table, read from the command line and from a JSON file. */
#ifndef DIFFTAPE_CONFIG_H
#define DIFFTAPE_CONFIG_H

#include <difftape/base.h>
#include <difftape/status.h>

#include <stdio.h>

DT_BEGIN_DECLS

/** What an option's value is, and the type its target points to.
 *
 * - FLAG: no value on the command line, true or false in JSON; `bool`.
 * - INT: `int64_t`.
 * - DOUBLE: a finite `double`.
 * - STRING: `const char *`, owned by the dt_options.
 * - CHOICE: one word of a list; `int` receives its place.
 * - CUSTOM: whatever the row's parse function writes. */
typedef enum dt_option_kind {
    DT_OPTION_FLAG,
    DT_OPTION_INT,
    DT_OPTION_DOUBLE,
    DT_OPTION_STRING,
    DT_OPTION_CHOICE,
    DT_OPTION_CUSTOM
} dt_option_kind;

/** Lower bound of a number: `{.kind = DT_BOUND_ABOVE, .value = 0}` admits only numbers > 0. */
typedef enum dt_bound_kind { DT_BOUND_NONE, DT_BOUND_AT_LEAST, DT_BOUND_ABOVE } dt_bound_kind;
typedef struct dt_bound {
    dt_bound_kind kind;
    double value;
} dt_bound;

/** Read `text` into `target`, which is changed only on success. On failure set an error that says
 * what was expected and what came, "expected H0:H1:N, got '3'"; the caller puts the option's name
 * in front. */
typedef dt_status (*dt_option_parse)(const char *text, void *target, dt_error *error);

/** One option. The command line, the JSON file and the help text are all made from this row. */
typedef struct dt_option {
    const char *name; /**< long name without dashes, also the JSON key; NULL ends a table */
    char letter;      /**< short name, or 0 */
    dt_option_kind kind;
    const char *placeholder;    /**< what the value is called in the help, "A"; NULL for a flag */
    void *target;               /**< where the value goes; see dt_option_kind */
    const char *default_text;   /**< set through the same parser at the start and shown as
                                     [text]; NULL leaves the target as the program set it
                                     (a FLAG becomes false) */
    const char *help;           /**< one sentence, with the unit; wrapped when printed */
    const char *group;          /**< heading that begins at this row, or NULL */
    const char *const *choices; /**< CHOICE: the words, ended by NULL */
    dt_option_parse parse;      /**< CUSTOM: the parse function */
    dt_bound lower;             /**< INT and DOUBLE: lower bound */
    bool command_line_only;     /**< refused in a JSON file (--config, --help) */
    bool stops;                 /**< FLAG: nothing after it is read, nothing is missing (--help) */
} dt_option;

/** A program: what the help says besides the rows, and how many plain arguments it takes. All
 * strings and the table must outlive the dt_options made from it. */
typedef struct dt_program {
    const char *name;      /**< "onephonon" */
    const char *arguments; /**< plain arguments in the usage line, "STRUCTURE"; NULL for none */
    int min_arguments, max_arguments;
    const char *purpose;         /**< one sentence */
    const dt_option *options;    /**< rows, ended by one whose name is NULL */
    const char *const *examples; /**< command lines, ended by NULL; or NULL */
    const char *footer;          /**< closing paragraph, or NULL */
} dt_program;

/** Where an option's present value came from. Later ones win over earlier ones. */
typedef enum dt_option_source {
    DT_FROM_DEFAULT,
    DT_FROM_CONFIG,
    DT_FROM_COMMAND_LINE
} dt_option_source;

/** The state of one program run: which options were given, and the strings they point to. */
typedef struct dt_options dt_options;

/** Check the table and set every default. Release with dt_options_free.
 *
 * Errors: DT_ERR_ARGUMENT (a row without target, two rows of one name or letter, a default its own
 * row refuses), DT_ERR_MEMORY. */
DT_API dt_status dt_options_new(dt_options **ret_options, const dt_program *program,
                                dt_error *error);

/** Release the state and every string that STRING targets point to. NULL is fine. */
DT_API void dt_options_free(dt_options *options);

/** Read the command line by the GNU conventions: --name=VALUE, --name VALUE, -oVALUE, -o VALUE,
 * flags in a bundle (-ab), options and plain arguments in any order, everything after `--` plain, a
 * lone `-` plain. The value of an option is the next argument whatever it looks like. Names are not
 * abbreviated. An option given twice takes the last value. argv[0] is skipped.
 *
 * Errors, all DT_ERR_ARGUMENT: unknown option, with the nearest name; missing value; value given to
 * a flag; a value the row refuses; too few or too many plain arguments. */
DT_API dt_status dt_options_parse_args(dt_options *options, int argc, char *const *argv,
                                       dt_error *error);

/** Read a JSON file: one object whose keys are the long names; keys that begin with "//" are
 * comments. Call it after dt_options_parse_args: options given on the command line keep their value
 * (the file's is still checked, except in CUSTOM rows). Rows before a bad one are already set.
 *
 * - DT_ERR_IO: cannot be read.
 * - DT_ERR_FORMAT: not JSON (the message has file:line:column, index is the line), larger than
 *   1 MiB, or not an object.
 * - DT_ERR_ARGUMENT: unknown key, with the nearest name; key given twice; wrong type; a value the
 *   row refuses. File and key are named. */
DT_API dt_status dt_options_read_json(dt_options *options, const char *path, dt_error *error);

/** The values now in effect as a JSON object that dt_options_read_json reads back (rows marked
 * command_line_only and rows without any value are left out). Release the text with free().
 * Errors: DT_ERR_MEMORY. */
DT_API dt_status dt_options_write_json(const dt_options *options, char **ret_text, dt_error *error);

/** Where the value of a row came from; DT_FROM_DEFAULT for a name that is not in the table. */
DT_API dt_option_source dt_options_source(const dt_options *options, const char *name);

/** The plain arguments in order: pointers into argv. */
DT_API int dt_options_argument_count(const dt_options *options);
DT_API const char *dt_options_argument(const dt_options *options, int index);

/** Usage line, purpose, options in groups with aligned columns and [defaults], examples, footer. */
DT_API void dt_options_print_help(const dt_program *program, FILE *stream);

/** The name in `names` (ended by NULL) nearest to `text`, or NULL if none is near enough to be a
 * slip: Damerau-Levenshtein distance at most a third of the length, at least 1, ignoring case; or a
 * unique completion of `text`. */
DT_API const char *dt_nearest_name(const char *text, const char *const *names);

DT_END_DECLS

#endif
