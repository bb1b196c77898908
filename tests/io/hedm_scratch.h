/* hedm_scratch.h - a text as a file in the current folder, and away again. */
#ifndef TEST_IO_HEDM_SCRATCH_H
#define TEST_IO_HEDM_SCRATCH_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A name of this process's own. */
static inline const char *scratch_path(void) {
    static char path[64];
    snprintf(path, sizeof path, "hedm-test-%ld.tmp", (long)getpid());
    return path;
}

static inline const char *scratch(const char *text) {
    FILE *file = fopen(scratch_path(), "wb");
    cr_assert(file != NULL && fwrite(text, 1, strlen(text), file) == strlen(text) &&
              fclose(file) == 0);
    return scratch_path();
}

/* What stands in it; at most 64 kB. */
static inline const char *scratch_text(void) {
    static char text[65536];
    FILE *file = fopen(scratch_path(), "rb");
    cr_assert(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static inline void scratch_remove(void) {
    unlink(scratch_path());
}

#endif
