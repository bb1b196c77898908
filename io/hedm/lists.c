/* lists.c - structure files, ranges of omega, lists of orientations: rows of numbers. */
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { HEAVIEST = 118 };

static dt_status no_memory(const dti_text *t) {
    return dt_error_set(t->error, DT_ERR_MEMORY, "%s: no memory for its rows", t->name);
}

/* The next line must be there. */
static dt_status need_line(dti_text *t, const char *what) {
    return dti_text_next(t) ? DT_OK : dti_text_refuse(t, "the file ends before %s", what);
}

/* -- structures -------------------------------------------------------------------------------- */

static dt_status read_cell(dti_text *t, double *cell) {
    static const char *const what[2] = {"the edges a, b, c (Angstrom)",
                                        "the angles alpha, beta, gamma (degrees)"};
    dt_status status = DT_OK;
    for (int row = 0; row < 2 && status == DT_OK; row++) {
        status = need_line(t, what[row]);
        if (status == DT_OK) {
            status = dti_text_numbers(t, 0, 3, what[row], cell + 3 * row);
        }
        for (int i = 0; i < 3 && status == DT_OK; i++) {
            double x = cell[3 * row + i];
            if (!(x > 0) || (row == 1 && !(x < 180))) {
                status = dti_text_refuse(t, "%s: %g is impossible", what[row], x);
            }
        }
    }
    return status;
}

typedef struct atom {
    double xyz[3];
    int z;
} atom;

static dt_status read_atom(const dti_text *t, atom *ret) {
    int64_t z;
    dt_status status = dti_text_whole(t, 0, "the atomic number", 1, HEAVIEST, &z);
    if (status == DT_OK) {
        ret->z = (int)z;
        status = dti_text_numbers(t, 1, 3, "the position (fractions)", ret->xyz);
    }
    return status;
}

static dt_status keep_atoms(const dti_text *t, const atom *atoms, int64_t n, dt_unit_cell *ret) {
    ret->n = n;
    ret->z = malloc((size_t)(n + 1) * sizeof *ret->z);
    ret->xyz = malloc((size_t)(n + 1) * 3 * sizeof *ret->xyz);
    if (ret->z == NULL || ret->xyz == NULL) {
        dt_unit_cell_free(ret);
        return no_memory(t);
    }
    for (int64_t i = 0; i < n; i++) {
        ret->z[i] = atoms[i].z;
        memcpy(ret->xyz + 3 * i, atoms[i].xyz, sizeof atoms[i].xyz);
    }
    return DT_OK;
}

dt_status dti_unit_cell_parse(dti_text *t, dt_unit_cell *ret) {
    dt_unit_cell made = {.n = 0};
    void *atoms = NULL;
    int64_t n = 0, capacity = 0, announced;
    t->separators = ",#";
    t->hash_comments = false;
    dt_status status = read_cell(t, made.cell);
    if (status == DT_OK) {
        status = need_line(t, "the number of atoms");
    }
    if (status == DT_OK) {
        status = dti_text_whole(t, 0, "the number of atoms", 0, DTI_MAX_TEXT, &announced);
    }
    while (status == DT_OK && dti_text_next(t)) {
        status = dti_text_grow(&atoms, n, &capacity, sizeof(atom))
                     ? read_atom(t, (atom *)atoms + n++)
                     : no_memory(t);
    }
    if (status == DT_OK) {
        status = keep_atoms(t, atoms, n, &made);
    }
    if (status == DT_OK) {
        *ret = made;
    }
    free(atoms);
    return status;
}

void dt_unit_cell_free(dt_unit_cell *cell) {
    free(cell->z);
    free(cell->xyz);
    cell->z = NULL;
    cell->xyz = NULL;
    cell->n = 0;
}

/* -- omega ------------------------------------------------------------------------------------- */

typedef struct interval {
    double end[2]; /* low, high */
    int64_t line;
} interval;

static int by_start(const void *a, const void *b) {
    const interval *x = a, *y = b;
    return (x->end[0] > y->end[0]) - (x->end[0] < y->end[0]);
}

/* Neighbours in order of omega must not overlap by more than rounding. */
static dt_status check_overlap(dti_text *t, const interval *ranges, int64_t n) {
    interval *sorted = malloc((size_t)(n + 1) * sizeof *sorted);
    if (sorted == NULL) {
        return no_memory(t);
    }
    dt_status status = DT_OK;
    if (n > 0) {
        memcpy(sorted, ranges, (size_t)n * sizeof *sorted);
        qsort(sorted, (size_t)n, sizeof *sorted, by_start);
    }
    for (int64_t i = 1; i < n && status == DT_OK; i++) {
        const interval *a = &sorted[i - 1], *b = &sorted[i];
        if (b->end[0] < a->end[1] - 1e-6) {
            t->line = a->line > b->line ? a->line : b->line;
            status = dti_text_refuse(t,
                                     "the ranges %g to %g and %g to %g degrees, in lines %lld and "
                                     "%lld, overlap",
                                     a->end[0], a->end[1], b->end[0], b->end[1], (long long)a->line,
                                     (long long)b->line);
        }
    }
    free(sorted);
    return status;
}

static dt_status read_range(const dti_text *t, interval *ret) {
    double *end = ret->end;
    dt_status status = dti_text_numbers(t, 0, 2, "a range of omega (degrees)", end);
    if (status == DT_OK && end[0] == end[1]) {
        status = dti_text_refuse(t, "the range from %g to %g degrees is empty", end[0], end[1]);
    }
    if (status == DT_OK && end[0] > end[1]) {
        double low = end[1];
        end[1] = end[0];
        end[0] = low;
    }
    ret->line = t->line;
    return status;
}

static dt_status make_ranges(const dti_text *t, const interval *ranges, int64_t n, dt_array *ret) {
    dt_array made;
    if (dt_array_new(&made, DT_F64, 2, (const int64_t[]){n, 2}, NULL) != DT_OK) {
        return no_memory(t);
    }
    for (int64_t i = 0; i < n; i++) {
        memcpy((double *)made.data + 2 * i, ranges[i].end, sizeof ranges[i].end);
    }
    *ret = made;
    return DT_OK;
}

dt_status dti_omega_ranges_parse(dti_text *t, int64_t n_detectors, dt_array *ret) {
    void *ranges = NULL;
    int64_t n = 0, capacity = 0, number;
    dt_status status = need_line(t, "its header");
    for (int64_t d = 0; d < n_detectors && status == DT_OK; d++) {
        status = need_line(t, "the file numbers of every detector");
        for (int i = 0; i < 2 && status == DT_OK; i++) {
            status = dti_text_whole(t, i, "first and last file number", 0, 1000000000, &number);
        }
    }
    while (status == DT_OK && dti_text_next(t)) {
        status = dti_text_grow(&ranges, n, &capacity, sizeof(interval))
                     ? read_range(t, (interval *)ranges + n++)
                     : no_memory(t);
    }
    if (status == DT_OK) {
        status = check_overlap(t, ranges, n);
    }
    if (status == DT_OK) {
        status = make_ranges(t, ranges, n, ret);
    }
    free(ranges);
    return status;
}

int64_t dt_omega_range_find(const dt_array *ranges, double omega) {
    for (int64_t i = 0; i < ranges->shape[0]; i++) {
        const double *range = (const double *)ranges->data + 2 * i;
        if (omega >= range[0] && omega < range[1]) {
            return i;
        }
    }
    return -1;
}

/* -- orientations ------------------------------------------------------------------------------ */

static dt_status make_list(const dti_text *t, const double *rows, int64_t n, dt_array *ret) {
    dt_array made;
    if (dt_array_new(&made, DT_F64, 2, (const int64_t[]){n, 3}, NULL) != DT_OK) {
        return no_memory(t);
    }
    if (n > 0) {
        memcpy(made.data, rows, (size_t)n * 3 * sizeof *rows);
    }
    *ret = made;
    return DT_OK;
}

dt_status dti_orientation_list_parse(dti_text *t, dt_array *ret) {
    void *rows = NULL;
    int64_t n = 0, capacity = 0;
    dt_status status = DT_OK;
    while (status == DT_OK && dti_text_next(t)) {
        status = dti_text_grow(&rows, n, &capacity, 3 * sizeof(double))
                     ? dti_text_numbers(t, 0, 3, "an orientation (Euler angles in degrees)",
                                        (double *)rows + 3 * n++)
                     : no_memory(t);
    }
    if (status == DT_OK) {
        status = make_list(t, rows, n, ret);
    }
    free(rows);
    return status;
}

/* -- files ------------------------------------------------------------------------------------- */

dt_status dt_unit_cell_read(const char *path, dt_unit_cell *ret_cell, dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_unit_cell_parse(&text, ret_cell);
        free(data);
    }
    return status;
}

dt_status dt_omega_ranges_read(const char *path, int64_t n_detectors, dt_array *ret_ranges,
                               dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_omega_ranges_parse(&text, n_detectors, ret_ranges);
        free(data);
    }
    return status;
}

dt_status dt_orientation_list_read(const char *path, dt_array *ret_euler, dt_error *error) {
    char *data;
    size_t size;
    dt_status status = dti_text_load(path, &data, &size, error);
    if (status == DT_OK) {
        dti_text text = dti_text_new(path, data, size, error);
        status = dti_orientation_list_parse(&text, ret_euler);
        free(data);
    }
    return status;
}
