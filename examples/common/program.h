/* program.h - what the programs share: exit codes, streams, complaints, lines of a table. */
#ifndef EXAMPLES_PROGRAM_H
#define EXAMPLES_PROGRAM_H

#include <difftape/difftape.h>

/* Exit codes. */
enum { EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_NUMERICS = 4, EXIT_MEMORY = 5, EXIT_INTERRUPTED = 130 };

/* The exit code that fits an error. */
int exit_code_of(dt_status status);

/* Streams are checked at the start; at the end, an answer that did not reach standard output turns
 * success into a failure. */
void streams_prepare(void);
int streams_finish(int code, dt_error *error);

/* The sentence on standard error, for exit codes other than 0. */
void complain(const char *program, int code, const dt_error *error);

/* Read options from a JSON file, NULL: from none. Returns an exit code. */
int read_config(dt_options *options, const char *path, dt_error *error);

/* Can a file of this name be written? Tried before the computation; NULL is fine. */
dt_status try_output(const char *path, dt_error *error);

/* A line of a table. */
void row(const char *label, const char *format, ...) DT_PRINTF(2, 3);

#endif
