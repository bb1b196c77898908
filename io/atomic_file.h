/* atomic_file.h - a file that appears under its name whole or not at all: written under a temporary
 * name in the same folder, then renamed over the old one. */
#ifndef DTI_ATOMIC_FILE_H
#define DTI_ATOMIC_FILE_H

#include <difftape/status.h>

typedef struct dti_atomic_file dti_atomic_file;

/* Begin. On success *ret_file is to be ended by exactly one of commit and abort. A symbolic link is
 * followed (replaced if it leads nowhere), an existing file keeps its permissions, a new one gets
 * 0666 less the umask. Something that is neither file nor folder (a pipe, /dev/null) is written
 * directly. Errors: DT_ERR_IO with path and reason (folder missing or not writable, path is a
 * folder), DT_ERR_ARGUMENT for an empty path, DT_ERR_MEMORY. */
dt_status dti_atomic_open(const char *path, dti_atomic_file **ret_file, dt_error *error);

/* Append bytes. The first failure is remembered, returned by every later call and by commit. */
dt_status dti_atomic_write(dti_atomic_file *file, const void *data, size_t size, dt_error *error);

/* Flush, fsync, close, rename, and release `file` in every case. On failure the old file is intact
 * and the temporary one is gone. Errors: DT_ERR_IO. */
dt_status dti_atomic_commit(dti_atomic_file *file, dt_error *error);

/* Give up: the temporary is removed, `file` released, the old file intact. NULL is fine. */
void dti_atomic_abort(dti_atomic_file *file);

#endif
