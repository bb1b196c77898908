/* classes.c - which contacts share a spring constant. */
#include "network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What makes two contacts equal: within or between units, labels, and the operation x' = R x + t
 * that carries the unit of i to that of j; translations in millionths. */
typedef struct key {
    int64_t number[15];
} key;

typedef struct keyed {
    key key;
    int64_t contact;
} keyed;

static int compare_keys(const key *a, const key *b) {
    for (int d = 0; d < 15; d++) {
        if (a->number[d] != b->number[d]) {
            return a->number[d] < b->number[d] ? -1 : 1;
        }
    }
    return 0;
}

static int compare(const void *x, const void *y) {
    const keyed *a = x, *b = y;
    int c = compare_keys(&a->key, &b->key);
    return c ? c : (a->contact > b->contact) - (a->contact < b->contact);
}

/* The operators of a crystal on fractional coordinates, whose rotations are whole numbers. */
typedef struct operators {
    int64_t n;
    int (*rotation)[9];
    int (*inverse)[9];
    double (*translation)[3];
} operators;

static void free_operators(operators *ops) {
    free(ops->rotation);
    free(ops->inverse);
    free(ops->translation);
}

/* The inverse of a matrix of whole numbers with determinant 1 or -1. */
static void invert(const int m[9], int ret[9]) {
    int det = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            int a = (i + 1) % 3, b = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
            ret[3 * j + i] = m[3 * a + c] * m[3 * b + d] - m[3 * a + d] * m[3 * b + c];
        }
        det += m[i] * ret[3 * i];
    }
    for (int i = 0; i < 9; i++) {
        ret[i] *= det;
    }
}

static bool make_operators(const dt_crystal *crystal, operators *ops) {
    size_t n = (size_t)crystal->n_asu;
    *ops = (operators){.n = crystal->n_asu,
                       .rotation = malloc(n * sizeof *ops->rotation),
                       .inverse = malloc(n * sizeof *ops->inverse),
                       .translation = malloc(n * sizeof *ops->translation)};
    if (!ops->rotation || !ops->inverse || !ops->translation) {
        return false;
    }
    const double *b = crystal->cell.fractional, *axes = crystal->cell.axes;
    for (size_t op = 0; op < n; op++) {
        const double *r = crystal->rotation + 9 * op, *t = crystal->translation + 3 * op;
        for (int i = 0; i < 3; i++) {
            double moved = 0.0;
            for (int j = 0; j < 3; j++) {
                double sum = 0.0;
                for (int k = 0; k < 9; k++) {
                    sum += b[3 * i + k / 3] * r[k] * axes[3 * j + k % 3];
                }
                ops->rotation[op][3 * i + j] = (int)round(sum);
                moved += b[3 * i + j] * t[j];
            }
            ops->translation[op][i] = moved;
        }
        invert(ops->rotation[op], ops->inverse[op]);
    }
    return true;
}

/* R_a^-1 (R_b x + t_b + n - t_a): the operation from the unit of i to that of j, both taken back to
 * the asymmetric unit. */
static void relative_operation(const operators *ops, int64_t a, int64_t b, const int32_t cell[3],
                               double sign, int64_t *ret) {
    const int *inverse = ops->inverse[a], *r = ops->rotation[b];
    for (int i = 0; i < 3; i++) {
        double t = 0.0;
        for (int j = 0; j < 3; j++) {
            int sum = 0;
            for (int k = 0; k < 3; k++) {
                sum += inverse[3 * i + k] * r[3 * k + j];
            }
            ret[3 * i + j] = sum;
            t += inverse[3 * i + j] *
                 (ops->translation[b][j] + sign * cell[j] - ops->translation[a][j]);
        }
        ret[9 + i] = llround(1e6 * t);
    }
}

/* The smaller of the keys of a contact and its reverse. */
static key key_of(const dt_network_options *options, const operators *ops, const dt_contacts *c,
                  int64_t n_atoms, int64_t e) {
    key both[2] = {{{0}}, {{0}}};
    int64_t end[2] = {c->i[e], c->j[e]};
    for (int way = 0; way < 2; way++) {
        int64_t i = end[way], j = end[1 - way], *number = both[way].number;
        number[0] = !c->intra[e];
        if (options->label) {
            number[1] = options->label[i % n_atoms];
            number[2] = options->label[j % n_atoms];
        }
        if (ops) {
            relative_operation(ops, i / n_atoms, j / n_atoms, c->cell + 3 * e, way ? -1.0 : 1.0,
                               number + 3);
        }
    }
    return compare_keys(&both[0], &both[1]) <= 0 ? both[0] : both[1];
}

static dt_status by_keys(const dt_crystal *crystal, const dt_network_options *options,
                         const dt_contacts *c, int64_t *ret_class, int64_t *ret_n,
                         dt_error *error) {
    operators ops = {0};
    bool with_operations = options->classes == DT_CLASSES_INTERFACES;
    keyed *list = malloc((size_t)c->n * sizeof *list);
    bool enough = list && (!with_operations || make_operators(crystal, &ops));
    for (int64_t e = 0; enough && e < c->n; e++) {
        list[e].contact = e;
        list[e].key = key_of(options, with_operations ? &ops : NULL, c, crystal->n_atoms, e);
    }
    if (enough) {
        qsort(list, (size_t)c->n, sizeof *list, compare);
        *ret_n = 0;
        for (int64_t e = 0; e < c->n; e++) {
            *ret_n += e == 0 || compare_keys(&list[e].key, &list[e - 1].key) != 0;
            ret_class[list[e].contact] = *ret_n - 1;
        }
    }
    free(list);
    free_operators(&ops);
    return enough ? DT_OK
                  : dt_error_set(error, DT_ERR_MEMORY,
                                 "network: no memory for the classes of %lld contacts",
                                 (long long)c->n);
}

static dt_status check_labels(const dt_crystal *crystal, const dt_network_options *options,
                              dt_error *error) {
    bool needed = options->classes == DT_CLASSES_LABELS || options->classes == DT_CLASSES_TABLE;
    if (needed && !options->label) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "network: classes by labels need a label for each of the %lld atoms",
                            (long long)crystal->n_atoms);
    }
    for (int64_t i = 0; options->label && i < crystal->n_atoms; i++) {
        if (options->label[i] < 0 || options->label[i] >= options->n_labels) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "network: the label of atom %lld (counted from 1) is %lld; it must "
                                "lie in [0, n_labels = %lld)",
                                (long long)(i + 1), (long long)options->label[i],
                                (long long)options->n_labels);
        }
    }
    return DT_OK;
}

static dt_status by_table(const dt_crystal *crystal, const dt_network_options *options,
                          const dt_contacts *c, int64_t *ret_class, int64_t *ret_n,
                          dt_error *error) {
    int64_t n = options->n_labels, most = -1;
    if (!options->table) {
        return dt_error_set(error, DT_ERR_ARGUMENT, "network: the table of classes is missing");
    }
    for (int64_t p = 0; p < 2 * n * n; p++) {
        int64_t a = p / n % n, b = p % n, other = options->table[(p / (n * n) * n + b) * n + a];
        if (options->table[p] != other) {
            return dt_error_set(
                error, DT_ERR_ARGUMENT,
                "network: the table of classes has %lld for labels (%lld, %lld) but "
                "%lld for (%lld, %lld); a contact and its reverse are one spring",
                (long long)options->table[p], (long long)a, (long long)b, (long long)other,
                (long long)b, (long long)a);
        }
        most = options->table[p] > most ? options->table[p] : most;
    }
    if (most >= 2 * n * n) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "network: the table of classes has the number %lld; it has %lld "
                            "entries, so that numbers from 0 to %lld are enough",
                            (long long)most, (long long)(2 * n * n), (long long)(2 * n * n - 1));
    }
    for (int64_t e = 0; e < c->n; e++) {
        int64_t a = options->label[c->i[e] % crystal->n_atoms];
        int64_t b = options->label[c->j[e] % crystal->n_atoms];
        int64_t k = options->table[((c->intra[e] ? 0 : 1) * n + a) * n + b];
        ret_class[e] = k < 0 ? -1 : k;
    }
    *ret_n = most + 1;
    return DT_OK;
}

dt_status dtp_spring_classes(const dt_crystal *crystal, const dt_network_options *options,
                             const dt_contacts *c, int64_t *ret_class, int64_t *ret_n,
                             dt_error *error) {
    dt_status status = check_labels(crystal, options, error);
    if (status != DT_OK) {
        return status;
    }
    switch (options->classes) {
    case DT_CLASSES_INTERFACES:
    case DT_CLASSES_LABELS: return by_keys(crystal, options, c, ret_class, ret_n, error);
    case DT_CLASSES_TABLE: return by_table(crystal, options, c, ret_class, ret_n, error);
    default: break;
    }
    for (int64_t e = 0; e < c->n; e++) {
        ret_class[e] = options->classes == DT_CLASSES_SINGLE || c->intra[e] ? 0 : 1;
    }
    *ret_n = options->classes == DT_CLASSES_SINGLE ? 1 : 2;
    return DT_OK;
}
