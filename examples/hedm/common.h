/* common.h - what hedm_omegas and hedm_refine share: reflections, lists of numbers. */
#ifndef HEDM_COMMON_H
#define HEDM_COMMON_H

#include "../common/program.h"

#define DEGREE 0.017453292519943295 /* in radians */

/* Options of exactly 3, 4 or 6 numbers, separated by commas. */
dt_status parse_3(const char *text, void *target, dt_error *error);
dt_status parse_4(const char *text, void *target, dt_error *error);
dt_status parse_6(const char *text, void *target, dt_error *error);

/* The reflections of a cell with the symmetry of a space group (number or symbol). */
dt_status list_reflections(const double cell[6], const char *group, double q_max,
                           dt_space_group *ret_group, dt_reflections *ret_list, dt_error *error);

/* "1 1 1": the representative of a family. */
const char *family_name(const dt_reflections *list, int64_t family, char buffer[64]);

#endif
