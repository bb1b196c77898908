/* program.c - how a program begins and ends. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int exit_code_of(dt_status status) {
    switch (status) {
    case DT_OK: return 0;
    case DT_ERR_MEMORY: return EXIT_MEMORY;
    case DT_ERR_CANCELLED: return EXIT_INTERRUPTED;
    case DT_ERR_IO:
    case DT_ERR_FORMAT: return EXIT_INPUT;
    case DT_ERR_ARGUMENT: return EXIT_USAGE;
    default: return EXIT_NUMERICS;
    }
}

void streams_prepare(void) {
    /* A shell may start a program with a stream closed (>&-); the next file opened would then take
     * its number, and reports would end up in it. Read-only, so that writing still fails. */
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 2 ? O_RDWR : O_RDONLY) != fd) {
            _exit(EXIT_INPUT);
        }
    }
    /* A file that grows beyond the limit (ulimit -f) is then an error like a full disk. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
}

int streams_finish(int code, dt_error *error) {
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (code != 0 || !failed) {
        return code;
    }
    dt_error_set(error, DT_ERR_IO, "cannot write standard output: %s",
                 errno != 0 ? strerror(errno) : "the output is incomplete");
    return EXIT_INPUT;
}

void complain(const char *program, int code, const dt_error *error) {
    if (code != 0) {
        fprintf(stderr, "%s: error: %s\n", program,
                error->status != DT_OK ? error->message : "out of memory");
    }
    if (code == EXIT_USAGE) {
        fprintf(stderr, "Try '%s --help'.\n", program);
    }
}

int read_config(dt_options *options, const char *path, dt_error *error) {
    if (path == NULL || dt_options_read_json(options, path, error) == DT_OK) {
        return 0;
    }
    return error->status == DT_ERR_IO ? EXIT_INPUT : EXIT_USAGE;
}

dt_status try_output(const char *path, dt_error *error) {
    dt_npz_writer *trial = NULL; /* a file begun and given up */
    if (path == NULL) {
        return DT_OK;
    }
    dt_status status = dt_npz_create(&trial, path, error);
    dt_npz_abort(trial);
    return status;
}

void row(const char *label, const char *format, ...) {
    va_list args;
    va_start(args, format);
    printf("%-18s", label);
    vprintf(format, args);
    printf("\n");
    va_end(args);
}
