/* symmetry.c - groups of symmetry operations from centring and generators, in whole numbers. */
#include <difftape/reflections.h>

#include <ctype.h>
#include <math.h>
#include <string.h>

typedef struct operation {
    int w[9], t[3]; /* t in twenty-fourths */
} operation;

static int modulo(int x) {
    return (x % 24 + 24) % 24;
}

static int determinant(const int *w) {
    return w[0] * (w[4] * w[8] - w[5] * w[7]) - w[1] * (w[3] * w[8] - w[5] * w[6]) +
           w[2] * (w[3] * w[7] - w[4] * w[6]);
}

/* a after b. */
static operation product(const operation *a, const operation *b) {
    operation c;
    for (int i = 0; i < 3; i++) {
        int t = a->t[i];
        for (int j = 0; j < 3; j++) {
            c.w[3 * i + j] = 0;
            for (int k = 0; k < 3; k++) {
                c.w[3 * i + j] += a->w[3 * i + k] * b->w[3 * k + j];
            }
            t += a->w[3 * i + j] * b->t[j];
        }
        c.t[i] = modulo(t);
    }
    return c;
}

static operation get(const dt_symmetry *s, int i) {
    operation o;
    memcpy(o.w, s->rotation[i], sizeof o.w);
    memcpy(o.t, s->translation[i], sizeof o.t);
    return o;
}

static bool contains(const dt_symmetry *s, const operation *o) {
    for (int i = 0; i < s->n; i++) {
        if (memcmp(s->rotation[i], o->w, sizeof o->w) == 0 &&
            memcmp(s->translation[i], o->t, sizeof o->t) == 0) {
            return true;
        }
    }
    return false;
}

/* Add an operation unless it is there. Entries of symmetry matrices are small: larger ones cannot
 * belong to a finite group, and would overflow in products. */
static dt_status add(dt_symmetry *s, const operation *o, dt_error *error) {
    bool small = true;
    for (int i = 0; i < 9; i++) {
        small = small && o->w[i] >= -8 && o->w[i] <= 8;
    }
    if (!small || s->n == DT_MAX_OPERATORS) {
        if (contains(s, o)) {
            return DT_OK;
        }
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "symmetry: the generators make more than %d operations, which no space "
                            "group has",
                            DT_MAX_OPERATORS);
    }
    if (!contains(s, o)) {
        memcpy(s->rotation[s->n], o->w, sizeof o->w);
        memcpy(s->translation[s->n++], o->t, sizeof o->t);
    }
    return DT_OK;
}

/* All products with a generator until nothing new comes: s grows while it is walked. */
static dt_status close_group(dt_symmetry *s, int n_generators, const operation *generators,
                             dt_error *error) {
    for (int i = 0; i < s->n; i++) {
        for (int g = 0; g < n_generators; g++) {
            operation element = get(s, i), next = product(&generators[g], &element);
            dt_status status = add(s, &next, error);
            if (status != DT_OK) {
                return status;
            }
        }
    }
    return DT_OK;
}

static const operation identity = {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 0, 0}};

/* -- centring ---------------------------------------------------------------------------------- */

/* Translations of the centrings, twenty-fourths. */
static const struct {
    char letter;
    int n, t[3][3];
} centrings[] = {{'P', 0, {{0}}},
                 {'H', 0, {{0}}},
                 {'A', 1, {{0, 12, 12}}},
                 {'B', 1, {{12, 0, 12}}},
                 {'C', 1, {{12, 12, 0}}},
                 {'I', 1, {{12, 12, 12}}},
                 {'F', 3, {{0, 12, 12}, {12, 0, 12}, {12, 12, 0}}},
                 {'R', 2, {{16, 8, 8}, {8, 16, 16}}}};

static dt_status centre(char letter, int *n, operation *ret_generators, dt_error *error) {
    for (size_t c = 0; c < sizeof centrings / sizeof *centrings; c++) {
        if (centrings[c].letter == letter) {
            for (int i = 0; i < centrings[c].n; i++) {
                ret_generators[*n] = identity;
                memcpy(ret_generators[(*n)++].t, centrings[c].t[i], sizeof identity.t);
            }
            return DT_OK;
        }
    }
    return dt_error_set(error, DT_ERR_ARGUMENT,
                        "symmetry: centring '%c' is none of P, A, B, C, I, F, R, H", letter);
}

/* -- triplets ---------------------------------------------------------------------------------- */

typedef struct reader {
    const char *text, *at;
    dt_error *error;
} reader;

static dt_status complain(const reader *r, const char *what) {
    return dt_error_set(r->error, DT_ERR_ARGUMENT,
                        "symmetry: %s at character %d of \"%s\"; operations read like "
                        "\"-y, x-y, z+1/3\"",
                        what, (int)(r->at - r->text) + 1, r->text);
}

static void skip_blanks(reader *r) {
    while (isspace((unsigned char)*r->at)) {
        r->at++;
    }
}

/* A number like 1, 1/3 or 0.25 in twenty-fourths. */
static dt_status read_number(reader *r, int *ret) {
    const char *start = r->at;
    double value = 0, scale = 1;
    for (; isdigit((unsigned char)*r->at) && value < 1e6; r->at++) {
        value = 10 * value + (*r->at - '0');
    }
    if (*r->at == '.') {
        for (r->at++; isdigit((unsigned char)*r->at) && scale > 1e-12; r->at++) {
            scale /= 10;
            value += scale * (*r->at - '0');
        }
    } else if (*r->at == '/') {
        int divisor = 0;
        for (r->at++; isdigit((unsigned char)*r->at) && divisor < 1000; r->at++) {
            divisor = 10 * divisor + (*r->at - '0');
        }
        value = divisor == 0 ? NAN : value / divisor;
    }
    double parts = 24 * value;
    if (!(fabs(parts - round(parts)) < 1e-3) || fabs(parts) > 1e6) {
        r->at = start;
        return complain(r, "the translation is no multiple of 1/24");
    }
    *ret = (int)round(parts);
    return DT_OK;
}

/* One of the three expressions: signed letters and numbers. */
static dt_status read_row(reader *r, int *ret_w, int *ret_t) {
    int terms = 0;
    for (skip_blanks(r); *r->at != '\0' && *r->at != ',' && *r->at != ';'; skip_blanks(r)) {
        int sign = *r->at == '-' ? -1 : 1, number = 0;
        if (*r->at == '+' || *r->at == '-') {
            r->at++;
            skip_blanks(r);
        } else if (terms > 0) {
            return complain(r, "a + or - is missing");
        }
        int letter = tolower((unsigned char)*r->at);
        if (letter >= 'x' && letter <= 'z') {
            ret_w[letter - 'x'] += sign;
            r->at++;
        } else if (isdigit((unsigned char)*r->at) || *r->at == '.') {
            dt_status status = read_number(r, &number);
            if (status != DT_OK) {
                return status;
            }
            *ret_t = modulo(*ret_t + sign * number);
        } else {
            return complain(r, "an x, y, z or a number is expected");
        }
        if (++terms > 8) {
            return complain(r, "an expression has too many terms");
        }
    }
    return terms > 0 ? DT_OK : complain(r, "an expression is empty");
}

static dt_status read_operation(reader *r, operation *ret) {
    const char *start = r->at;
    *ret = (operation){{0}, {0}};
    for (int i = 0; i < 3; i++) {
        dt_status status = read_row(r, ret->w + 3 * i, ret->t + i);
        if (status != DT_OK) {
            return status;
        }
        if (*r->at != (i < 2 ? ',' : ';') && !(i == 2 && *r->at == '\0')) {
            return complain(r, i < 2 ? "a comma is expected" : "more than three expressions stand");
        }
        r->at += *r->at == '\0' ? 0 : 1;
    }
    if (determinant(ret->w) != 1 && determinant(ret->w) != -1) {
        r->at = start;
        return complain(r, "an operation whose determinant is not 1 or -1 begins");
    }
    return DT_OK;
}

enum { MOST_GENERATORS = DT_MAX_OPERATORS + 3 };

dt_status dt_symmetry_generate(char centring, const char *generators, dt_symmetry *ret_symmetry,
                               dt_error *error) {
    operation list[MOST_GENERATORS];
    int n = 0;
    dt_status status = centre(centring, &n, list, error);
    reader r = {generators, generators, error};
    while (status == DT_OK && generators != NULL) {
        skip_blanks(&r);
        if (*r.at == '\0') {
            break;
        }
        status = n == MOST_GENERATORS ? complain(&r, "one operation too many begins")
                                      : read_operation(&r, &list[n++]);
    }
    dt_symmetry s;
    s.n = 0;
    if (status == DT_OK) {
        status = add(&s, &identity, error);
    }
    if (status == DT_OK) {
        status = close_group(&s, n, list, error);
    }
    if (status == DT_OK) {
        *ret_symmetry = s;
    }
    return status;
}

dt_status dt_symmetry_from_operators(int64_t n, const int *rotation, const double *translation,
                                     dt_symmetry *ret_symmetry, dt_error *error) {
    operation list[DT_MAX_OPERATORS];
    if (n < 1 || n > DT_MAX_OPERATORS) {
        return dt_error_set(error, DT_ERR_ARGUMENT,
                            "symmetry: %lld operations; there must be 1 to %d", (long long)n,
                            DT_MAX_OPERATORS);
    }
    for (int64_t i = 0; i < n; i++) {
        memcpy(list[i].w, rotation + 9 * i, sizeof list[i].w);
        bool good = true;
        for (int k = 0; k < 9; k++) {
            good = good && list[i].w[k] >= -8 && list[i].w[k] <= 8;
        }
        for (int d = 0; d < 3; d++) {
            double parts = 24 * translation[3 * i + d];
            if (!(fabs(parts - round(parts)) < 1e-3) || fabs(parts) > 1e6) {
                return dt_error_set(error, DT_ERR_ARGUMENT,
                                    "symmetry: translation %g of operation %lld (counted from 1) "
                                    "is no multiple of 1/24",
                                    translation[3 * i + d], (long long)(i + 1));
            }
            list[i].t[d] = modulo((int)round(parts));
        }
        if (!good || (determinant(list[i].w) != 1 && determinant(list[i].w) != -1)) {
            return dt_error_set(error, DT_ERR_ARGUMENT,
                                "symmetry: the matrix of operation %lld (counted from 1) has "
                                "determinant %d, must be 1 or -1",
                                (long long)(i + 1), good ? determinant(list[i].w) : 0);
        }
    }
    dt_symmetry s;
    s.n = 0;
    dt_status status = add(&s, &identity, error);
    if (status == DT_OK) {
        status = close_group(&s, (int)n, list, error);
    }
    if (status == DT_OK) {
        *ret_symmetry = s;
    }
    return status;
}

/* hkl W = hkl and hkl.t not whole. */
bool dt_reflection_is_absent(const dt_symmetry *s, const int64_t hkl[3]) {
    for (int o = 0; o < s->n; o++) {
        const int *w = s->rotation[o], *t = s->translation[o];
        bool kept = true;
        for (int j = 0; j < 3 && kept; j++) {
            kept = hkl[0] * w[j] + hkl[1] * w[3 + j] + hkl[2] * w[6 + j] == hkl[j];
        }
        if (kept && (hkl[0] % 24 * t[0] + hkl[1] % 24 * t[1] + hkl[2] % 24 * t[2]) % 24 != 0) {
            return true;
        }
    }
    return false;
}
