/* csv.h - columns of numbers as text, for spreadsheets and plots. */
#ifndef DIFFTAPE_CSV_H
#define DIFFTAPE_CSV_H

#include <difftape/array.h>
#include <difftape/base.h>
#include <difftape/status.h>

DT_BEGIN_DECLS

/** Write n columns of equal length: first every line of `comment` behind "# " (NULL: none), then
 *  the names, then a line per row, all separated by commas (RFC 4180 with comments). Columns are
 *  1-dimensional, f64 (17 significant digits, so that reading gives the same numbers; nan, inf) or
 *  i64, any strides. Writing is atomic. Errors: DT_ERR_ARGUMENT (n < 1, a name that is empty or
 *  has a comma, quote or newline), DT_ERR_SHAPE (not 1-dimensional, unequal lengths),
 *  DT_ERR_DTYPE, DT_ERR_IO, DT_ERR_MEMORY. */
DT_API dt_status dt_csv_write(const char *path, const char *comment, int n,
                              const char *const *names, const dt_array *columns, dt_error *error);

/** The columns of a table (rows, n) as views of it, for dt_csv_write. */
static inline void dt_csv_columns(const dt_array *table, dt_array *columns) {
    for (int64_t i = 0; i < table->shape[1]; i++) {
        const int64_t rows = table->shape[0];
        char *first = (char *)table->data;
        columns[i] =
            dt_array_wrap(table->dtype, 1, &rows,
                          first + (size_t)(i * table->strides[1]) * dt_dtype_size(table->dtype));
        columns[i].strides[0] = table->strides[0];
    }
}

/** Read columns of a CSV file whose first line names them, into (rows, n) f64 in the order asked
 *  for. A column whose entry in `defaults` is a number may be absent and then has that number
 *  everywhere; NAN there, or defaults == NULL, means it must be present. Other columns are refused
 *  by name. Lines that begin with # are comments. A column asked for as NULL becomes the number of
 *  the line that the row stands on, for complaints about values. */
DT_API dt_status dt_csv_read(const char *path, int n, const char *const *columns,
                             const double *defaults, dt_array *ret_table, dt_error *error);

DT_END_DECLS

#endif
