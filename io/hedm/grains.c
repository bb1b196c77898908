/* grains.c - grains as a table: where they are, how they are turned, how they are strained. */
#include <difftape/csv.h>

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRAIN_COLUMNS = 13, READ_COLUMNS };

/* The last, when reading, is the number of the line. */
static const char *const grain_columns[READ_COLUMNS] = {
    "x", "y", "z", "qw", "qx", "qy", "qz", "exx", "eyy", "ezz", "eyz", "exz", "exy", NULL};

dt_status dti_grains_parse(dti_text *t, dt_grain_entry **ret_grains, int64_t *ret_n) {
    static const double defaults[READ_COLUMNS] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN,
                                                  0,   0,   0,   0,   0,   0,   0};
    dt_array table;
    dt_status status = dti_csv_parse(t, READ_COLUMNS, grain_columns, defaults, &table);
    if (status != DT_OK) {
        return status;
    }
    int64_t n = table.shape[0];
    dt_grain_entry *grains = malloc((size_t)(n + 1) * sizeof *grains);
    if (grains == NULL) {
        status = dt_error_set(t->error, DT_ERR_MEMORY, "%s: no memory for its grains", t->name);
    }
    for (int64_t i = 0; i < n && status == DT_OK; i++) {
        const double *row = (const double *)table.data + READ_COLUMNS * i;
        memcpy(grains[i].position, row, sizeof grains[i].position);
        memcpy(grains[i].quaternion, row + 3, sizeof grains[i].quaternion);
        memcpy(grains[i].strain, row + 7, sizeof grains[i].strain);
        const double *q = grains[i].quaternion;
        if (q[0] == 0 && q[1] == 0 && q[2] == 0 && q[3] == 0) {
            t->line = (int64_t)row[GRAIN_COLUMNS];
            status = dti_text_refuse(t, "the quaternion of grain %lld (counted from 1) is 0",
                                     (long long)(i + 1));
        }
    }
    dt_array_free(&table);
    if (status == DT_OK) {
        *ret_grains = grains;
        *ret_n = n;
    } else {
        free(grains);
    }
    return status;
}

dt_status dt_grains_read(const char *path, dt_grain_entry **ret_grains, int64_t *ret_n,
                         dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_grains_parse(&text, ret_grains, ret_n);
        free(data);
    }
    return status;
}

dt_status dt_grains_write(const char *path, const dt_grain_entry *grains, int64_t n,
                          dt_error *error) {
    dt_array table, columns[GRAIN_COLUMNS];
    dt_status status = dt_array_new(&table, DT_F64, 2, (const int64_t[]){n, GRAIN_COLUMNS}, error);
    if (status != DT_OK) {
        return status;
    }
    for (int64_t i = 0; i < n; i++) {
        double *row = (double *)table.data + GRAIN_COLUMNS * i;
        memcpy(row, grains[i].position, sizeof grains[i].position);
        memcpy(row + 3, grains[i].quaternion, sizeof grains[i].quaternion);
        memcpy(row + 7, grains[i].strain, sizeof grains[i].strain);
    }
    dt_csv_columns(&table, columns);
    status = dt_csv_write(path, NULL, GRAIN_COLUMNS, grain_columns, columns, error);
    dt_array_free(&table);
    return status;
}
