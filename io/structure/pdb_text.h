/* pdb_text.h - the bytes of a PDB file, read and checked before gemmi sees them. */
#ifndef DTI_PDB_TEXT_H
#define DTI_PDB_TEXT_H

#include <difftape/status.h>

/* What a structure needs from the text. gemmi reads a damaged number as 0 or as its readable
 * beginning, so only records whose numbers have been checked are handed on. */
typedef struct dti_pdb_text {
    char *records; /* ATOM, HETATM and TER records of the first model, columns 1-78 */
    size_t records_size;
    int64_t n_atoms, n_models;
    int64_t cell_line; /* line of CRYST1 */
    double cell[6];
    char space_group[12];
} dti_pdb_text;

/* Read a plain or gzip file whole; at most max_bytes after decompression. Release with free. */
dt_status dti_pdb_load(const char *path, int64_t max_bytes, char **ret_data, size_t *ret_size,
                       dt_error *error);

/* Check the text and keep what is needed. Release with dti_pdb_text_free, also after an error. */
dt_status dti_pdb_check(const char *data, size_t size, const char *name, dti_pdb_text *ret_text,
                        dt_error *error);

void dti_pdb_text_free(dti_pdb_text *text);

/* The end of a long file name, so that a message keeps room for its sentence. */
const char *dti_short_name(const char *name);

#endif
