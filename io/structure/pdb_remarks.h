/* pdb_remarks.h - symmetry and fractionalisation as a PDB file writes them out. */
#ifndef DTI_PDB_REMARKS_H
#define DTI_PDB_REMARKS_H

#include <difftape/structure.h>

/* Fill n_remark_ops, remark_rot, remark_op, has_scale and scale of *s from checked text. Records
 * that are absent, damaged or incomplete leave the fields at zero: they are extra information.
 * Errors: DT_ERR_MEMORY. */
dt_status dti_pdb_remarks(const char *data, size_t size, const char *name, dt_structure *s,
                          dt_error *error);

#endif
