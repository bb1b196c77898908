/* npz_records.h - the records of a ZIP archive around and behind the members' data, as bytes. */
#ifndef DTI_NPZ_RECORDS_H
#define DTI_NPZ_RECORDS_H

#include <difftape/base.h>

typedef struct dti_npz_member {
    char *name; /* with ".npy", at most DTI_NPZ_NAME_MAX bytes */
    uint32_t checksum;
    uint64_t stored, size, offset; /* bytes in the archive, bytes inflated, of the local header */
    int method;
    bool zip64; /* its local header has 64-bit sizes */
    bool force; /* and so has everything else, needed or not */
} dti_npz_member;

enum { DTI_NPZ_NAME_MAX = 65000, DTI_NPZ_RECORD_MAX = DTI_NPZ_NAME_MAX + 100 };

/* Each fills `buffer` (DTI_NPZ_RECORD_MAX bytes) and returns the length. Deflated members state
 * checksum and sizes in the descriptor behind their data. */
size_t dti_npz_put_local(unsigned char *buffer, const dti_npz_member *member);
size_t dti_npz_put_descriptor(unsigned char *buffer, const dti_npz_member *member);
size_t dti_npz_put_central(unsigned char *buffer, const dti_npz_member *member);

/* The end of an archive whose directory of `count` members lies at `offset`. */
size_t dti_npz_put_end(unsigned char *buffer, uint64_t count, uint64_t offset, uint64_t size,
                       bool force);

/* True if the value needs 64 bits in a ZIP record. */
bool dti_npz_is_large(uint64_t value);

#endif
