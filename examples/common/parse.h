/* parse.h - values of options that are more than a number or a word. */
#ifndef EXAMPLES_PARSE_H
#define EXAMPLES_PARSE_H

#include <difftape/difftape.h>

/* "H0:H1:N,K0:K1:N,L0:L1:N"; `quirks` say which ranges fit their samples. */
dt_status parse_grid_text(const char *text, unsigned quirks, dt_grid *ret_grid, dt_error *error);

/* The version of a program's options, for files that outlive it: 1 to `known`. */
dt_status parse_version(const char *text, const char *program, int known, int64_t *ret_version,
                        dt_error *error);

#endif
