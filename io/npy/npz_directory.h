/* npz_directory.h - the directory of a ZIP archive: which members there are and where they lie. */
#ifndef DTI_NPZ_DIRECTORY_H
#define DTI_NPZ_DIRECTORY_H

#include "npy_stream.h"

typedef struct dti_npz_entry {
    char *name; /* without ".npy" */
    uint32_t flags, method, checksum;
    int64_t stored, size; /* bytes in the archive, bytes when inflated */
    int64_t offset;       /* of the local header */
    int64_t name_size;    /* bytes of the name as it is in the archive */
} dti_npz_entry;

typedef struct dti_npz_directory {
    int64_t count;
    dti_npz_entry *entries;        /* in file order */
    const dti_npz_entry **by_name; /* sorted, for look-up */
    char *names;                   /* the memory that the entries' names lie in */
    int64_t offset;                /* where the directory begins: members end before it */
} dti_npz_directory;

/* Errors: DT_ERR_FORMAT (not an archive, damaged, split, equal names), DT_ERR_IO, DT_ERR_MEMORY. */
dt_status dti_npz_directory_read(const dti_npy_file *file, dti_npz_directory *ret_directory,
                                 dt_error *error);
void dti_npz_directory_free(dti_npz_directory *directory);

/* NULL if there is no such member. */
const dti_npz_entry *dti_npz_directory_find(const dti_npz_directory *directory, const char *name);

#endif
