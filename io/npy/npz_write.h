/* npz_write.h - a door to the archive writer for tests. */
#ifndef DTI_NPZ_WRITE_H
#define DTI_NPZ_WRITE_H

#include <difftape/npy.h>

/* Write the ZIP64 forms of every record from now on, as for members above 4 GiB. */
void dti_npz_force_zip64(dt_npz_writer *writer);

#endif
