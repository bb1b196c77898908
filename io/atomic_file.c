/* atomic_file.c - write under a temporary name, rename when all of it is on the disk. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct dti_atomic_file {
    FILE *stream;
    char *path;      /* as the caller gave it, for messages */
    char *target;    /* what the rename replaces: path with symbolic links followed */
    char *temporary; /* NULL where the target is written directly */
    int failure;     /* errno of the first failed write, 0 while there is none */
};

enum { NAME_ATTEMPTS = 1000, REASON_SIZE = 128 };

static dt_status io_error(dt_error *error, const char *path, int code) {
    char reason[REASON_SIZE];
    if (strerror_r(code, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "error %d", code);
    }
    return dt_error_set(error, DT_ERR_IO, "cannot write %s: %s", path, reason);
}

/* The temporary could not be made: that is about the folder, not about the file. */
static dt_status folder_error(dt_error *error, const char *path, int code) {
    const char *rule = code == ENOENT                    ? "its folder does not exist"
                       : code == EACCES || code == EPERM ? "its folder is not writable"
                       : code == EROFS                   ? "its folder is on a read-only disk"
                                                         : NULL;
    return rule == NULL ? io_error(error, path, code)
                        : dt_error_set(error, DT_ERR_IO, "cannot write %s: %s", path, rule);
}

static dt_status memory_error(dt_error *error, const char *path) {
    return dt_error_set(error, DT_ERR_MEMORY, "cannot write %s: out of memory", path);
}

static void release(dti_atomic_file *file) {
    free(file->path);
    free(file->target);
    free(file->temporary);
    free(file);
}

/* The folder of `target` with a name no other process or thread uses. */
static char *temporary_name(const char *target) {
    static atomic_uint counter;
    const char *slash = strrchr(target, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - target) + 1;
    size_t size = folder + 64;
    char *name = malloc(size);
    if (name != NULL) {
        memcpy(name, target, folder);
        snprintf(name + folder, size - folder, ".difftape-%ld-%u.tmp", (long)getpid(),
                 atomic_fetch_add(&counter, 1));
    }
    return name;
}

/* Open a fresh temporary file; a name left behind by a process of the same id is stepped over. */
static dt_status open_temporary(dti_atomic_file *file, int *ret_fd, dt_error *error) {
    int fd = -1;
    for (int attempt = 0; attempt < NAME_ATTEMPTS && fd < 0; attempt++) {
        free(file->temporary);
        file->temporary = temporary_name(file->target);
        if (file->temporary == NULL) {
            return memory_error(error, file->path);
        }
        fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd < 0) {
        int code = errno;
        free(file->temporary);
        file->temporary = NULL;
        return folder_error(error, file->path, code);
    }
    *ret_fd = fd;
    return DT_OK;
}

/* Decide where the bytes go, by what lies under the name now. */
static dt_status open_descriptor(dti_atomic_file *file, int *ret_fd, dt_error *error) {
    struct stat now;
    bool exists = stat(file->target, &now) == 0;
    if (exists && S_ISDIR(now.st_mode)) {
        return dt_error_set(error, DT_ERR_IO, "cannot write %s: it is a folder", file->path);
    }
    if (exists && !S_ISREG(now.st_mode)) {
        *ret_fd = open(file->target, O_WRONLY | O_CLOEXEC);
        return *ret_fd < 0 ? io_error(error, file->path, errno) : DT_OK;
    }
    if (exists && faccessat(AT_FDCWD, file->target, W_OK, AT_EACCESS) != 0) {
        return io_error(error, file->path, errno); /* a rename would ignore a read-only file */
    }
    dt_status status = open_temporary(file, ret_fd, error);
    if (status == DT_OK && exists && fchmod(*ret_fd, now.st_mode & 0777) != 0) {
        status = io_error(error, file->path, errno);
        close(*ret_fd);
        unlink(file->temporary);
    }
    return status;
}

dt_status dti_atomic_open(const char *path, dti_atomic_file **ret_file, dt_error *error) {
    if (path == NULL || path[0] == '\0') {
        return dt_error_set(error, DT_ERR_ARGUMENT, "cannot write: the file name is empty");
    }
    dti_atomic_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return memory_error(error, path);
    }
    file->path = strdup(path);
    file->target = realpath(path, NULL); /* follows links; fails where there is no file yet */
    if (file->target == NULL) {
        file->target = strdup(path);
    }
    if (file->path == NULL || file->target == NULL) {
        release(file);
        return memory_error(error, path);
    }
    int fd = -1;
    dt_status status = open_descriptor(file, &fd, error);
    if (status != DT_OK) {
        release(file);
        return status;
    }
    file->stream = fdopen(fd, "wb");
    if (file->stream == NULL) {
        status = io_error(error, path, errno);
        close(fd);
        dti_atomic_abort(file);
        return status;
    }
    *ret_file = file;
    return DT_OK;
}

dt_status dti_atomic_write(dti_atomic_file *file, const void *data, size_t size, dt_error *error) {
    if (file->failure == 0 && size > 0) {
        errno = 0;
        if (fwrite(data, 1, size, file->stream) != size) {
            file->failure = errno != 0 ? errno : EIO;
        }
    }
    return file->failure == 0 ? DT_OK : io_error(error, file->path, file->failure);
}

/* Every step that can report a full disk: buffered bytes, the disk's own buffers, the close. */
static int finish_stream(dti_atomic_file *file) {
    int failure = file->failure;
    if (fflush(file->stream) != 0 && failure == 0) {
        failure = errno;
    }
    /* A pipe or device has nothing to sync and says EINVAL. */
    if (failure == 0 && fsync(fileno(file->stream)) != 0 && errno != EINVAL && errno != ENOTSUP) {
        failure = errno;
    }
    if (fclose(file->stream) != 0 && failure == 0) {
        failure = errno;
    }
    file->stream = NULL;
    return failure;
}

dt_status dti_atomic_commit(dti_atomic_file *file, dt_error *error) {
    int failure = finish_stream(file);
    if (failure == 0 && file->temporary != NULL && rename(file->temporary, file->target) != 0) {
        failure = errno;
    }
    if (failure == 0) {
        release(file);
        return DT_OK;
    }
    dt_status status = io_error(error, file->path, failure);
    dti_atomic_abort(file);
    return status;
}

void dti_atomic_abort(dti_atomic_file *file) {
    if (file == NULL) {
        return;
    }
    if (file->stream != NULL) {
        fclose(file->stream);
    }
    if (file->temporary != NULL) {
        unlink(file->temporary);
    }
    release(file);
}
