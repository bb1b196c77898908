/* literal.h - symmetry, metric and packing as eryx reads them. */
#ifndef DT_CRYSTAL_LITERAL_H
#define DT_CRYSTAL_LITERAL_H

#include <difftape/crystal.h>

#define MAX_OPERATORS 192 /* the most any space group has: Fm-3m, centring included */

/* Put the records a quirk asks for in the place of tables and CRYST1: *in gets the operators of
 * REMARK 290, *cell the matrix of SCALE. Errors: DT_ERR_ARGUMENT where they are missing. */
dt_status dtp_literal_input(dt_crystal_input *in, dt_cell *cell, dt_error *error);

/* From operators packed by whole lattice vectors, (n_ops,3,3) and (n_ops,3) with their shifts, to
 * those the quirks ask for: `packed` and `network` get the translations for scattering and for the
 * network; `translation` is used up. */
void dtp_literal_operators(const dt_crystal_input *in, const dt_cell *cell,
                           const double centroid[3], double *rotation, double *translation,
                           double *shift, double *packed, double *network);

#endif
