/* csv.c - columns of numbers as comma-separated text. */
#include <difftape/csv.h>

#include "atomic_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static dt_status check(int n, const char *const *names, const dt_array *columns, dt_error *error) {
    if (n < 1 || names == NULL || columns == NULL) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "csv: needs at least one column, got %d", n);
    }
    for (int i = 0; i < n; i++) {
        const dt_array *c = &columns[i];
        if (names[i] == NULL || names[i][0] == '\0' || strpbrk(names[i], ",\"\n\r") != NULL) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "csv: column %d: a name must not be empty or hold commas, quotes "
                                "or newlines, got '%s'",
                                i, names[i] != NULL ? names[i] : "");
        }
        if (c->ndim != 1 || c->shape[0] != columns[0].shape[0]) {
            char shape[64];
            return dt_error_set(error, DT_ERR_SHAPE,
                                "csv: column '%s' has shape %s, it must have one dimension and the "
                                "length of the first, %lld",
                                names[i], dt_shape_format(shape, sizeof shape, c->ndim, c->shape),
                                columns[0].ndim == 1 ? (long long)columns[0].shape[0] : 0);
        }
        if (c->dtype != DT_F64 && c->dtype != DT_I64) {
            return dt_error_set(error, DT_ERR_DTYPE, "csv: column '%s' holds %s, not f64 or i64",
                                names[i], dt_dtype_name(c->dtype));
        }
    }
    return DT_OK;
}

/* A failed write is remembered by the file and reported at its end. */
static void write_text(dti_atomic_file *file, const char *text) {
    dti_atomic_write(file, text, strlen(text), NULL);
}

static void write_comment(dti_atomic_file *file, const char *comment) {
    while (comment != NULL && *comment != '\0') {
        size_t length = strcspn(comment, "\n");
        write_text(file, "# ");
        dti_atomic_write(file, comment, length, NULL);
        write_text(file, "\n");
        comment += length + (comment[length] == '\n');
    }
}

static void write_number(dti_atomic_file *file, const dt_array *column, int64_t row) {
    char text[40];
    int64_t at = row * column->strides[0];
    if (column->dtype == DT_I64) {
        snprintf(text, sizeof text, "%" PRId64, ((const int64_t *)column->data)[at]);
    } else {
        double x = ((const double *)column->data)[at];
        snprintf(text, sizeof text, isnan(x) ? "nan" : "%.17g", x); /* printf may sign a NaN */
        char *comma = strchr(text, ',');
        if (comma != NULL) {
            *comma = '.'; /* the caller's locale */
        }
    }
    write_text(file, text);
}

dt_status dt_csv_write(const char *path, const char *comment, int n, const char *const *names,
                       const dt_array *columns, dt_error *error) {
    dt_status status = check(n, names, columns, error);
    dti_atomic_file *file = NULL;
    status = status == DT_OK ? dti_atomic_open(path, &file, error) : status;
    if (status != DT_OK) {
        return status;
    }
    write_comment(file, comment);
    for (int i = 0; i < n; i++) {
        write_text(file, names[i]);
        write_text(file, i + 1 < n ? "," : "\n");
    }
    for (int64_t row = 0; row < columns[0].shape[0]; row++) {
        for (int i = 0; i < n; i++) {
            write_number(file, &columns[i], row);
            write_text(file, i + 1 < n ? "," : "\n");
        }
    }
    return dti_atomic_commit(file, error);
}
