/* structure_cell.h - checks of a unit cell (A, degrees) before anything is computed with it. */
#ifndef DTI_STRUCTURE_CELL_H
#define DTI_STRUCTURE_CELL_H

#include "gemmi_bridge.h"

/* Cell and space group as a file gives them, and where it does, for messages. */
typedef struct dti_symmetry_source {
    const double *cell;
    const char *space_group;
    const char *cell_place; /* "CRYST1" */
    char group_place[64];   /* "CRYST1 (line 12)" */
} dti_symmetry_source;

/* Fill cell, space group and operators of *s. Refused are the 1 x 1 x 1 placeholder, cells without
 * a volume, unknown groups, and a cell that an operator of its group does not map onto itself. */
dt_status dti_set_symmetry(dt_structure *s, const dti_symmetry_source *source, const char *name,
                           dt_error *error);

#endif
