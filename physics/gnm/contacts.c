/* contacts.c - all pairs of atoms within a cutoff in a periodic crystal, by a cell list. */
#include <difftape/gnm.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double most_contacts = 2e8;
static const double farthest_cell = 1e6;

/* One contact while the list is made. */
typedef struct contact {
    int64_t i, j;
    int64_t asu_i, asu_j;
    int32_t cell[3];
} contact;

/* Atoms in bins of the cell, linked bin by bin. Positions are x = A^T (wrapped + turns). */
typedef struct bin_list {
    const dt_cell *cell;
    const double *xyz;
    double cutoff;
    int cell_range;
    int64_t n, n_per_asu;
    int64_t bins[3];  /* bins along each axis */
    int64_t reach[3]; /* bins the cutoff spans, at least 1 */
    int32_t *turns;   /* (n,3) whole cells an atom is away from the reference cell */
    int64_t *bin;     /* (n,3) */
    int64_t *head;    /* (bins) first atom, -1 for none */
    int64_t *next;    /* (n) */
    contact *found;
    int64_t n_found, capacity;
} bin_list;

static double row_length(const double *row) {
    return sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);
}

/* Bins are about as wide as the cutoff, but never many more than atoms. */
static void choose_bins(bin_list *list) {
    double per_axis = ceil(cbrt((double)list->n)) + 1.0;
    for (int d = 0; d < 3; d++) {
        double width =
            1.0 / row_length(list->cell->fractional + 3 * d); /* between lattice planes */
        double bins = fmin(floor(width / list->cutoff), 2.0 * per_axis);
        list->bins[d] = bins < 1.0 ? 1 : (int64_t)bins;
        /* One more than needed: rounding may put an atom into the neighbouring bin. */
        list->reach[d] = (int64_t)floor(list->cutoff * (double)list->bins[d] / width + 1e-9) + 1;
    }
}

static void fill_bins(bin_list *list) {
    const double *b = list->cell->fractional;
    int64_t total = list->bins[0] * list->bins[1] * list->bins[2];
    for (int64_t k = 0; k < total; k++) {
        list->head[k] = -1;
    }
    for (int64_t i = list->n - 1; i >= 0; i--) {
        const double *r = list->xyz + 3 * i;
        int64_t *bin = list->bin + 3 * i;
        for (int d = 0; d < 3; d++) {
            double f = b[3 * d] * r[0] + b[3 * d + 1] * r[1] + b[3 * d + 2] * r[2];
            double turns = floor(f);
            int64_t k = (int64_t)((f - turns) * (double)list->bins[d]);
            list->turns[3 * i + d] = (int32_t)turns;
            bin[d] = k < list->bins[d] ? k : list->bins[d] - 1;
        }
        int64_t *head = &list->head[(bin[0] * list->bins[1] + bin[1]) * list->bins[2] + bin[2]];
        list->next[i] = *head;
        *head = i;
    }
}

static bool append(bin_list *list, int64_t i, int64_t j, const int32_t cell[3]) {
    if (list->n_found == list->capacity) {
        int64_t capacity = list->capacity > 0 ? 2 * list->capacity : 1024;
        contact *grown = realloc(list->found, (size_t)capacity * sizeof *grown);
        if (!grown) {
            return false;
        }
        list->found = grown;
        list->capacity = capacity;
    }
    list->found[list->n_found++] =
        (contact){i, j, i / list->n_per_asu, j / list->n_per_asu, {cell[0], cell[1], cell[2]}};
    return true;
}

/* r_j + A^T n - r_i, written so that the reversed contact gives the same numbers with the other
 * sign. */
static double distance_squared(const bin_list *list, int64_t i, int64_t j, const int32_t n[3]) {
    const double *a = list->cell->axes, *ri = list->xyz + 3 * i, *rj = list->xyz + 3 * j;
    double sum = 0.0;
    for (int d = 0; d < 3; d++) {
        double t = (rj[d] - ri[d]) + (n[0] * a[d] + n[1] * a[3 + d] + n[2] * a[6 + d]);
        sum += t * t;
    }
    return sum;
}

/* Cells outside the range the caller allows, which is normally all of them. */
static bool out_of_range(const bin_list *list, const int32_t n[3]) {
    int most = list->cell_range;
    return most > 0 && (abs(n[0]) > most || abs(n[1]) > most || abs(n[2]) > most);
}

/* Contacts of atom i with the atoms of one bin that lies `away` cells from the reference cell. */
static bool search_bin(bin_list *list, int64_t i, int64_t bin, const int64_t away[3]) {
    const double limit = list->cutoff * list->cutoff;
    for (int64_t j = list->head[bin]; j >= 0; j = list->next[j]) {
        int32_t n[3];
        for (int d = 0; d < 3; d++) {
            n[d] = (int32_t)(away[d] + list->turns[3 * i + d] - list->turns[3 * j + d]);
        }
        if ((i == j && n[0] == 0 && n[1] == 0 && n[2] == 0) || out_of_range(list, n)) {
            continue;
        }
        if (distance_squared(list, i, j, n) <= limit && !append(list, i, j, n)) {
            return false;
        }
    }
    return true;
}

/* A bin position that may lie outside the cell: the cell it is in, and the bin within it. */
static int64_t wrap(int64_t position, int64_t bins, int64_t *ret_away) {
    int64_t away = position / bins - (position % bins < 0);
    *ret_away = away;
    return position - away * bins;
}

static bool search_atom(bin_list *list, int64_t i) {
    const int64_t *bin = list->bin + 3 * i, *reach = list->reach;
    int64_t away[3], p[3];
    for (int64_t x = -reach[0]; x <= reach[0]; x++) {
        p[0] = wrap(bin[0] + x, list->bins[0], &away[0]);
        for (int64_t y = -reach[1]; y <= reach[1]; y++) {
            p[1] = wrap(bin[1] + y, list->bins[1], &away[1]);
            for (int64_t z = -reach[2]; z <= reach[2]; z++) {
                p[2] = wrap(bin[2] + z, list->bins[2], &away[2]);
                int64_t at = (p[0] * list->bins[1] + p[1]) * list->bins[2] + p[2];
                if (!search_bin(list, i, at, away)) {
                    return false;
                }
            }
        }
    }
    return true;
}

static int order(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* Cell, asymmetric units, atoms. */
static int compare(const void *x, const void *y) {
    const contact *a = x, *b = y;
    int c = 0;
    for (int d = 0; d < 3 && c == 0; d++) {
        c = order(a->cell[d], b->cell[d]);
    }
    c = c ? c : order(a->asu_i, b->asu_i);
    c = c ? c : order(a->asu_j, b->asu_j);
    c = c ? c : order(a->i, b->i);
    return c ? c : order(a->j, b->j);
}

static dt_status copy_found(const bin_list *list, dt_contacts *ret_contacts, dt_error *error) {
    size_t n = (size_t)list->n_found;
    dt_contacts c = {.n = list->n_found,
                     .i = malloc(n * sizeof *c.i),
                     .j = malloc(n * sizeof *c.j),
                     .cell = malloc(3 * n * sizeof *c.cell),
                     .intra = malloc(n * sizeof *c.intra)};
    if (!c.i || !c.j || !c.cell || !c.intra) {
        dt_contacts_free(&c);
        return dt_error_set(error, DT_ERR_MEMORY, "contacts: no memory for %lld contacts",
                            (long long)list->n_found);
    }
    for (int64_t e = 0; e < list->n_found; e++) {
        const contact *f = &list->found[e];
        c.i[e] = f->i;
        c.j[e] = f->j;
        memcpy(c.cell + 3 * e, f->cell, sizeof f->cell);
        c.intra[e] = f->asu_i == f->asu_j && f->cell[0] == 0 && f->cell[1] == 0 && f->cell[2] == 0;
    }
    *ret_contacts = c;
    return DT_OK;
}

static dt_status search(bin_list *list, dt_contacts *ret_contacts, dt_error *error) {
    int64_t total = list->bins[0] * list->bins[1] * list->bins[2];
    list->turns = malloc((size_t)(3 * list->n) * sizeof *list->turns);
    list->bin = malloc((size_t)(3 * list->n) * sizeof *list->bin);
    list->next = malloc((size_t)list->n * sizeof *list->next);
    list->head = malloc((size_t)total * sizeof *list->head);
    bool enough = list->turns && list->bin && list->next && list->head;
    if (enough) {
        fill_bins(list);
    }
    for (int64_t i = 0; enough && i < list->n; i++) {
        enough = search_atom(list, i);
    }
    if (!enough) {
        return dt_error_set(error, DT_ERR_MEMORY, "contacts: no memory after %lld contacts",
                            (long long)list->n_found);
    }
    if (list->n_found == 0) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "contacts: no two atoms are within %g Angstrom of each other, so nothing "
            "holds the crystal together; use a longer cutoff",
            list->cutoff);
    }
    qsort(list->found, (size_t)list->n_found, sizeof *list->found, compare);
    return copy_found(list, ret_contacts, error);
}

static dt_status check(const dt_cell *cell, int64_t n, const double *xyz, double cutoff,
                       dt_error *error) {
    if (!isfinite(cutoff) || cutoff <= 0.0) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "contacts: the cutoff is %g Angstrom; it must be finite and greater than 0", cutoff);
    }
    if (n < 1) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "contacts: there are no atoms");
    }
    for (int64_t i = 0; i < n; i++) {
        const double *r = xyz + 3 * i;
        for (int d = 0; d < 3; d++) {
            const double *b = cell->fractional + 3 * d;
            if (!(fabs(b[0] * r[0] + b[1] * r[1] + b[2] * r[2]) <= farthest_cell)) {
                return dt_error_set(
                    error, DT_ERR_ARGUMENT,
                    "contacts: atom %lld (counted from 1) at %g %g %g Angstrom is not "
                    "finite or more than %g cells away",
                    (long long)(i + 1), r[0], r[1], r[2], farthest_cell);
            }
        }
    }
    double expected = (double)n * (double)n * 4.19 * cutoff * cutoff * cutoff / cell->volume;
    if (expected > most_contacts) {
        return dt_error_set(
            error, DT_ERR_ARGUMENT,
            "contacts: a cutoff of %g Angstrom makes about %.2g contacts, more than %.2g; "
            "4 to 8 Angstrom are usual",
            cutoff, expected, most_contacts);
    }
    return DT_OK;
}

dt_status dt_find_contacts(const dt_cell *cell, int64_t n_asu, int64_t n_atoms, const double *xyz,
                           double cutoff, int cell_range, dt_contacts *ret_contacts,
                           dt_error *error) {
    int64_t n = n_asu * n_atoms;
    dt_status status = check(cell, n, xyz, cutoff, error);
    if (status != DT_OK) {
        return status;
    }
    if (cell_range < 0) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "contacts: the cell range is %d; it must be 0 (no limit) or more",
                            cell_range);
    }
    bin_list list = {.cell = cell,
                     .xyz = xyz,
                     .cutoff = cutoff,
                     .cell_range = cell_range,
                     .n = n,
                     .n_per_asu = n_atoms};
    choose_bins(&list);
    status = search(&list, ret_contacts, error);
    free(list.turns);
    free(list.bin);
    free(list.next);
    free(list.head);
    free(list.found);
    return status;
}

void dt_contacts_free(dt_contacts *contacts) {
    if (!contacts) {
        return;
    }
    free(contacts->i);
    free(contacts->j);
    free(contacts->cell);
    free(contacts->intra);
    *contacts = (dt_contacts){0};
}
