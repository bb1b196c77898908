/* common.h - what hedm_omegas and hedm_refine share: exit codes, streams, crystals, numbers. */
#ifndef HEDM_COMMON_H
#define HEDM_COMMON_H

#include <difftape/difftape.h>

/* Exit codes. */
enum { EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_NUMERICS = 4, EXIT_MEMORY = 5 };

#define DEGREE 0.017453292519943295 /* in radians */

/* The exit code that fits an error. */
int exit_code_of(dt_status status);

/* Streams are checked at the start; at the end, an answer that did not reach standard output turns
 * success into a failure. Then the complaint on standard error, if any. */
void streams_prepare(void);
int finish(const char *program, int code, dt_error *error);

/* Options of exactly 3, 4 or 6 numbers, separated by commas. */
dt_status parse_3(const char *text, void *target, dt_error *error);
dt_status parse_4(const char *text, void *target, dt_error *error);
dt_status parse_6(const char *text, void *target, dt_error *error);

/* The reflections of a cell with the symmetry of a space group (number or symbol). */
dt_status list_reflections(const double cell[6], const char *group, double q_max,
                           dt_space_group *ret_group, dt_reflections *ret_list, dt_error *error);

/* "1 1 1": the representative of a family. */
const char *family_name(const dt_reflections *list, int64_t family, char buffer[64]);

/* Can a file of this name be written? Tried before the computation; NULL is fine. */
dt_status try_output(const char *path, dt_error *error);

/* A line of a table. */
void row(const char *label, const char *format, ...) DT_PRINTF(2, 3);

#endif
