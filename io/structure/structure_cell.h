/* structure_cell.h - checks of a unit cell (A, degrees) before anything is computed with it. */
#ifndef DTI_STRUCTURE_CELL_H
#define DTI_STRUCTURE_CELL_H

#include "gemmi_bridge.h"

/* Refuse the 1 x 1 x 1 placeholder and cells without a volume. */
dt_status dti_check_cell(const double cell[6], const char *name, dt_error *error);

/* Refuse a cell that an operator of its space group does not map onto itself. */
dt_status dti_check_cell_against_group(const double cell[6], const dti_gemmi_group *group,
                                       const char *name, dt_error *error);

#endif
