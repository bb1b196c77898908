/* csv_read.c - tables of numbers whose columns have names. */
#include <difftape/csv.h>

#include "hedm/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = -1 };

/* Which column of the result every word of the header is. */
static dt_status read_header(dti_text *t, int n, const char *const *columns, int *ret_place) {
    if (!dti_text_next(t)) {
        return dti_text_refuse(t, "the file is empty; its first line names the columns");
    }
    for (int w = 0; w < t->n; w++) {
        ret_place[w] = NONE;
        for (int c = 0; c < n; c++) {
            if (columns[c] != NULL && dti_text_is(t, w, columns[c])) {
                ret_place[w] = c;
            }
        }
        for (int before = 0; before < w && ret_place[w] != NONE; before++) {
            if (ret_place[before] == ret_place[w]) {
                return dti_text_refuse(t, "the column %s stands twice", columns[ret_place[w]]);
            }
        }
        if (ret_place[w] == NONE) {
            int shown = t->length[w] < 40 ? t->length[w] : 40;
            return dti_text_refuse(t, "'%.*s' is no column of this table", shown, t->word[w]);
        }
    }
    return DT_OK;
}

/* Defaults of the columns that the header does not name. */
static dt_status fill_missing(const dti_text *t, int n, const char *const *columns,
                              const double *defaults, const int *place, double *row) {
    for (int c = 0; c < n; c++) {
        bool there = false;
        for (int w = 0; w < t->n; w++) {
            there = there || place[w] == c;
        }
        row[c] = defaults == NULL ? NAN : defaults[c];
        if (!there && isnan(row[c]) && columns[c] != NULL) {
            return dti_text_refuse(t, "the column %s is missing", columns[c]);
        }
    }
    return DT_OK;
}

static dt_status read_row(const dti_text *t, int words, const char *const *columns,
                          const int *place, double *row) {
    if (t->n != words) {
        return dti_text_refuse(t, "%d values in a table of %d columns", t->n, words);
    }
    dt_status status = DT_OK;
    for (int w = 0; w < words && status == DT_OK; w++) {
        status = dti_text_numbers(t, w, 1, columns[place[w]], &row[place[w]]);
    }
    return status;
}

dt_status dti_csv_parse(dti_text *t, int n, const char *const *columns, const double *defaults,
                        dt_array *ret) {
    int place[DTI_MAX_WORDS];
    double row[DTI_MAX_WORDS];
    void *rows = NULL;
    int64_t count = 0, capacity = 0;
    if (n < 1 || n > DTI_MAX_WORDS) {
        return dt_error_set(t->error, DT_ERR_ARGUMENT, "csv: a table has 1 to %d columns, got %d",
                            DTI_MAX_WORDS, n);
    }
    t->separators = ",";
    dt_status status = read_header(t, n, columns, place);
    int words = t->n;
    if (status == DT_OK) {
        status = fill_missing(t, n, columns, defaults, place, row);
    }
    size_t bytes = (size_t)n * sizeof *row;
    while (status == DT_OK && dti_text_next(t)) {
        status = read_row(t, words, columns, place, row);
        for (int c = 0; c < n; c++) {
            row[c] = columns[c] == NULL ? (double)t->line : row[c];
        }
        if (status == DT_OK && !dti_text_grow(&rows, count, &capacity, bytes)) {
            status = dt_error_set(t->error, DT_ERR_MEMORY, "%s: no memory for its rows", t->name);
        }
        if (status == DT_OK) {
            memcpy((char *)rows + (size_t)count++ * bytes, row, bytes);
        }
    }
    dt_array made;
    if (status == DT_OK) {
        status = dt_array_new(&made, DT_F64, 2, (const int64_t[]){count, n}, t->error);
    }
    if (status == DT_OK) {
        if (count > 0) {
            memcpy(made.data, rows, (size_t)count * bytes);
        }
        *ret = made;
    }
    free(rows);
    return status;
}

dt_status dt_csv_read(const char *path, int n, const char *const *columns, const double *defaults,
                      dt_array *ret_table, dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_csv_parse(&text, n, columns, defaults, ret_table);
        free(data);
    }
    return status;
}
