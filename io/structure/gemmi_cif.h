/* gemmi_cif.h - the C face of the mmCIF reader. No exception crosses it. */
#ifndef DTI_GEMMI_CIF_H
#define DTI_GEMMI_CIF_H

#include "gemmi_bridge.h"

DT_BEGIN_DECLS

/* What a structure needs of an mmCIF file: its first block with atoms, and of that the first model.
 * All numbers have been checked. */
typedef struct dti_cif_text {
    double cell[6];
    char space_group[40];
    int64_t n_models, n_atoms;
    dti_gemmi_atom *atoms;
} dti_cif_text;

/* Is this text mmCIF? It is if its first word, comments aside, begins with "data_". */
bool dti_is_cif(const char *data, size_t size);

/* Read a text of `size` bytes. Release ret_text->atoms with free, also after an error. */
dt_status dti_cif_read(const char *data, size_t size, const char *name, dti_cif_text *ret_text,
                       dt_error *error);

DT_END_DECLS

#endif
