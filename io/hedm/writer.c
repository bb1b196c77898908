/* writer.c - text files of numbers that are read back bit for bit. */
#include "text.h"

#include "atomic_file.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dti_writer {
    dti_atomic_file *file;
    dt_error *error;
};

dt_status dti_writer_open(const char *path, dti_writer **ret_writer, dt_error *error) {
    dti_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "%s: no memory to write it", path);
    }
    writer->error = error;
    dt_status status = dti_atomic_open(path, &writer->file, error);
    if (status != DT_OK) {
        free(writer);
        return status;
    }
    *ret_writer = writer;
    return DT_OK;
}

/* A failure is remembered by the file and returned by the commit. */
void dti_writer_text(dti_writer *writer, const char *text) {
    dti_atomic_write(writer->file, text, strlen(text), writer->error);
}

void dti_writer_number(dti_writer *writer, double x, int digits) {
    char text[64];
    snprintf(text, sizeof text, "%.*g", digits, x);
    const char *point = localeconv()->decimal_point;
    char *found = strcmp(point, ".") == 0 ? NULL : strstr(text, point);
    if (found != NULL) {
        size_t wide = strlen(point);
        *found = '.';
        memmove(found + 1, found + wide, strlen(found + wide) + 1);
    }
    dti_writer_text(writer, text);
}

dt_status dti_writer_close(dti_writer *writer) {
    dt_status status = dti_atomic_commit(writer->file, writer->error);
    free(writer);
    return status;
}
