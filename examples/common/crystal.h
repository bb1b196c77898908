/* crystal.h - what programs of crystals and their phonons share: sentences about what cannot be. */
#ifndef EXAMPLES_CRYSTAL_H
#define EXAMPLES_CRYSTAL_H

#include "program.h"

/* An asymmetric unit that overlaps itself is not one: 0 or an exit code. `path` is the file of the
 * structure that the crystal was made from. */
int check_overlaps(const dt_crystal *crystal, const dt_structure *structure, const char *path,
                   dt_error *error);

/* Springs that do not hold the crystal: the sentence of the model without the pivot that it was
 * noticed at. The first negative of these constants is named; n is 0 where there can be none. Other
 * errors stay as they are. */
void complete_numerics(dt_error *error, const double *springs, int64_t n);

#endif
