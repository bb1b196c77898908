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

DT_END_DECLS

#endif
