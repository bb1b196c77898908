/* reflections.c - which reflections a crystal has, and which belong together. */
#include <difftape/crystal.h>
#include <difftape/reflections.h>

#include "../crystal/metric.h"
#include "../shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CANDIDATES (INT64_C(1) << 24)

/* |g| that differ by less count as equal in the order, and at the limit. */
#define SAME_LENGTH 1e-12

typedef struct reflection {
    int64_t hkl[3], representative[3];
    double q;
    int64_t place; /* in the sorted list */
} reflection;

static int compare_indices(const int64_t *a, const int64_t *b) {
    for (int i = 0; i < 3; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

static int by_length(const void *a, const void *b) {
    const reflection *x = a, *y = b;
    return x->q != y->q ? (x->q < y->q ? -1 : 1) : compare_indices(x->hkl, y->hkl);
}

static int by_indices(const void *a, const void *b) {
    return compare_indices(((const reflection *)a)->hkl, ((const reflection *)b)->hkl);
}

static int by_family(const void *a, const void *b) {
    const reflection *x = a, *y = b;
    int order = compare_indices(x->representative, y->representative);
    return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

static int by_place(const void *a, const void *b) {
    const reflection *x = a, *y = b;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* The largest index triple of the orbit. Rotations hkl W; with Friedel's law also -hkl W. */
static void find_representative(const dt_symmetry *s, bool proper_only, reflection *r) {
    memcpy(r->representative, r->hkl, sizeof r->hkl);
    for (int o = 0; o < s->n; o++) {
        const int *w = s->rotation[o];
        int64_t image[3];
        for (int j = 0; j < 3; j++) {
            image[j] = r->hkl[0] * w[j] + r->hkl[1] * w[3 + j] + r->hkl[2] * w[6 + j];
        }
        int determinant = w[0] * (w[4] * w[8] - w[5] * w[7]) - w[1] * (w[3] * w[8] - w[5] * w[6]) +
                          w[2] * (w[3] * w[7] - w[4] * w[6]);
        for (int sign = 1; sign >= -1; sign -= 2) {
            const int64_t signed_image[3] = {sign * image[0], sign * image[1], sign * image[2]};
            bool allowed = proper_only ? sign == 1 && determinant == 1 : true;
            if (allowed && compare_indices(signed_image, r->representative) > 0) {
                memcpy(r->representative, signed_image, sizeof signed_image);
            }
        }
    }
}

/* |2 pi B^T hkl|. */
static double length_of(const dt_cell *cell, const int64_t hkl[3]) {
    double square = 0;
    for (int d = 0; d < 3; d++) {
        double x = 0;
        for (int i = 0; i < 3; i++) {
            x += (double)hkl[i] * cell->fractional[3 * i + d];
        }
        square += x * x;
    }
    return TWO_PI * sqrt(square);
}

/* Largest |h|, |k|, |l|: h = a.g / 2 pi, for oblique cells too. */
static dt_status find_limits(const dt_cell *cell, double q_max, int64_t ret_limit[3],
                             dt_error *error) {
    double candidates = 1;
    for (int i = 0; i < 3; i++) {
        double most = floor(q_max * cell->parameters[i] / TWO_PI * (1 + SAME_LENGTH));
        candidates *= 2 * most + 1;
        ret_limit[i] = most < 1e9 ? (int64_t)most : INT64_C(1000000000);
    }
    if (!(candidates <= (double)MOST_CANDIDATES)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "reflections: %g candidates up to |g| = %g 1/Angstrom are more than "
                            "%lld: is q_max in 1/Angstrom?",
                            candidates, q_max, (long long)MOST_CANDIDATES);
    }
    return DT_OK;
}

/* Present reflections within q_max; fills `list` if it is not NULL. Returns their number. */
static int64_t collect(const dt_cell *cell, const dt_symmetry *symmetry, double q_max,
                       bool proper_only, const int64_t limit[3], reflection *list) {
    int64_t n = 0;
    reflection r = {{0}, {0}, 0, 0};
    for (r.hkl[0] = -limit[0]; r.hkl[0] <= limit[0]; r.hkl[0]++) {
        for (r.hkl[1] = -limit[1]; r.hkl[1] <= limit[1]; r.hkl[1]++) {
            for (r.hkl[2] = -limit[2]; r.hkl[2] <= limit[2]; r.hkl[2]++) {
                r.q = length_of(cell, r.hkl);
                if (r.q == 0 || r.q > q_max * (1 + SAME_LENGTH) ||
                    dt_reflection_is_absent(symmetry, r.hkl)) {
                    continue;
                }
                if (list != NULL) {
                    find_representative(symmetry, proper_only, &r);
                    list[n] = r;
                }
                n++;
            }
        }
    }
    return n;
}

/* By |g|, runs of equal |g| by indices. */
static void sort(int64_t n, reflection *list) {
    qsort(list, (size_t)n, sizeof *list, by_length);
    for (int64_t first = 0, i = 1; i <= n; i++) {
        if (i == n || list[i].q - list[i - 1].q > SAME_LENGTH * list[i].q) {
            qsort(list + first, (size_t)(i - first), sizeof *list, by_indices);
            first = i;
        }
    }
    for (int64_t i = 0; i < n; i++) {
        list[i].place = i;
    }
}

/* Families get the place of their first member as a number, then numbers in that order. */
static void number_families(int64_t n, reflection *list, dt_reflections *out) {
    qsort(list, (size_t)n, sizeof *list, by_family);
    for (int64_t i = 0, first = 0; i < n; i++) {
        bool new_family =
            i == 0 || compare_indices(list[i].representative, list[i - 1].representative) != 0;
        first = new_family ? list[i].place : first;
        out->family[list[i].place] = first;
    }
    qsort(list, (size_t)n, sizeof *list, by_place);
    for (int64_t i = 0; i < n; i++) {
        memcpy(out->hkl + 3 * i, list[i].hkl, sizeof list[i].hkl);
        out->q[i] = list[i].q;
        if (out->family[i] == i) {
            int64_t f = out->n_families++;
            memcpy(out->representative + 3 * f, list[i].representative, sizeof list[i].hkl);
            out->multiplicity[f] = 0;
            out->family[i] = f;
        } else {
            out->family[i] = out->family[out->family[i]];
        }
        out->multiplicity[out->family[i]]++;
    }
}

static dt_status check(const dt_cell *cell, const dt_symmetry *symmetry, double q_max,
                       dt_error *error) {
    if (!(q_max > 0)) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "reflections: q_max is %g 1/Angstrom; it must be greater than 0",
                            q_max);
    }
    for (int o = 0; o < symmetry->n; o++) {
        if (!keeps_metric(cell, symmetry->rotation[o])) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "reflections: symmetry operation %d (counted from 1) does not keep "
                                "the cell %g %g %g %g %g %g; cell and space group do not belong "
                                "together",
                                o + 1, cell->parameters[0], cell->parameters[1],
                                cell->parameters[2], cell->parameters[3], cell->parameters[4],
                                cell->parameters[5]);
        }
    }
    return DT_OK;
}

dt_status dt_reflections_list(const double parameters[6], const dt_symmetry *symmetry, double q_max,
                              const dt_reflections_options *options, dt_reflections *ret_list,
                              dt_error *error) {
    dt_cell cell;
    int64_t limit[3];
    bool proper_only = options != NULL && options->proper_only;
    dt_status status = dt_cell_init(parameters, &cell, error);
    status = status == DT_OK ? check(&cell, symmetry, q_max, error) : status;
    status = status == DT_OK ? find_limits(&cell, q_max, limit, error) : status;
    if (status != DT_OK) {
        return status;
    }
    int64_t n = collect(&cell, symmetry, q_max, proper_only, limit, NULL);
    size_t room = (size_t)n + 1;
    reflection *list = malloc(room * sizeof *list);
    dt_reflections out = {.n = n};
    out.hkl = malloc(3 * room * sizeof *out.hkl);
    out.q = malloc(room * sizeof *out.q);
    out.family = malloc(room * sizeof *out.family);
    out.representative = malloc(3 * room * sizeof *out.representative);
    out.multiplicity = malloc(room * sizeof *out.multiplicity);
    if (list == NULL || out.hkl == NULL || out.q == NULL || out.family == NULL ||
        out.representative == NULL || out.multiplicity == NULL) {
        free(list);
        dt_reflections_free(&out);
        return dt_error_set(error, DT_ERR_MEMORY, "reflections: no memory for %lld reflections",
                            (long long)n);
    }
    collect(&cell, symmetry, q_max, proper_only, limit, list);
    sort(n, list);
    number_families(n, list, &out);
    free(list);
    *ret_list = out;
    return DT_OK;
}

void dt_reflections_free(dt_reflections *list) {
    if (list == NULL) {
        return;
    }
    free(list->hkl);
    free(list->q);
    free(list->family);
    free(list->representative);
    free(list->multiplicity);
    *list = (dt_reflections){0};
}
