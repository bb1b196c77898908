/* labels.c - what the numbers of a parameter are called. */
#include "refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A contact of every class, from an atom of the first copy of the asymmetric unit: every class has
 * one. */
bool labels_make(struct fit *f) {
    int64_t classes = dt_network_get_sizes(f->network).classes;
    const int64_t *class;
    const dt_contacts *c = dt_network_contacts(f->network, &class);
    f->contact = malloc((size_t)(classes > 0 ? classes : 1) * sizeof *f->contact);
    for (int64_t i = 0; f->contact != NULL && i < classes; i++) {
        f->contact[i] = -1;
    }
    for (int64_t e = 0; f->contact != NULL && e < c->n; e++) {
        if (c->i[e] < f->crystal->n_atoms && f->contact[class[e]] < 0) {
            f->contact[class[e]] = e;
        }
    }
    return f->contact != NULL;
}

/* " + t" as a fraction: "+1/2", "-1", "". */
static const char *format_shift(double t, char buffer[24]) {
    for (int denominator = 1; denominator <= 6; denominator++) {
        long long n = llround(t * denominator);
        if (fabs(t * denominator - (double)n) < 1e-4) {
            buffer[0] = '\0';
            if (n != 0 && denominator == 1) {
                snprintf(buffer, 24, "%+lld", n);
            } else if (n != 0) {
                snprintf(buffer, 24, "%+lld/%d", n, denominator);
            }
            return buffer;
        }
    }
    snprintf(buffer, 24, "%+.3f", t);
    return buffer;
}

/* "-x,y+1/2,-z+1": copy `op`, moved by whole cells, as seen from copy 0, which may itself be
 * moved by whole cells: an operation on fractional coordinates of the file. */
static void format_operator(const dt_crystal *crystal, int64_t op, const int32_t cell[3],
                            char *buffer, size_t size) {
    const double *b = crystal->cell.fractional, *axes = crystal->cell.axes;
    const double *r = crystal->rotation + 9 * op, *t = crystal->translation + 3 * op;
    buffer[0] = '\0';
    for (int i = 0; i < 3; i++) {
        double shift = cell[i];
        char letters[12] = "", fraction[24];
        for (int j = 0; j < 3; j++) {
            double sum = 0;
            for (int k = 0; k < 9; k++) {
                sum += b[3 * i + k / 3] * r[k] * axes[3 * j + k % 3];
            }
            shift += b[3 * i + j] * (t[j] - crystal->translation[j]);
            if (fabs(sum) > 0.5) {
                size_t at = strlen(letters);
                snprintf(letters + at, sizeof letters - at, "%s%c",
                         sum < 0  ? "-"
                         : at > 0 ? "+"
                                  : "",
                         "xyz"[j]);
            }
        }
        size_t at = strlen(buffer);
        snprintf(buffer + at, size - at, "%s%s%s", i > 0 ? "," : "", letters,
                 format_shift(shift, fraction));
    }
}

/* "A/GLY 1" of "A/GLY 1/CA". */
static int residue_length(const char *label) {
    const char *slash = strrchr(label, '/');
    return slash != NULL ? (int)(slash - label) : (int)strlen(label);
}

static void format_class(const struct fit *f, int64_t number, char *buffer, size_t size) {
    const int64_t *class;
    const dt_contacts *c = dt_network_contacts(f->network, &class);
    int64_t e = f->contact[number], n = f->crystal->n_atoms;
    if (f->settings->classes == CLASSES_INTRA_INTER) {
        snprintf(buffer, size, "%s", number == 0 ? "intra" : "inter");
    } else if (f->settings->classes == CLASSES_SINGLE) {
        snprintf(buffer, size, "all");
    } else if (e < 0) {
        snprintf(buffer, size, "class %lld", (long long)number);
    } else if (f->settings->classes == CLASSES_INTERFACES && c->intra[e]) {
        snprintf(buffer, size, "within");
    } else if (f->settings->classes == CLASSES_INTERFACES) {
        format_operator(f->crystal, c->j[e] / n, c->cell + 3 * e, buffer, size);
    } else {
        const char *a = f->structure->label[c->i[e]], *b = f->structure->label[c->j[e] % n];
        snprintf(buffer, size, "%.*s - %.*s%s", residue_length(a), a, residue_length(b), b,
                 c->intra[e] ? "" : " of another unit");
    }
}

const char *parameter_label(const struct fit *f, const struct parameter *p, int64_t i, char *buffer,
                            size_t size) {
    static const char *const components[9] = {" xx", " xy", " xz", " yx", " yy",
                                              " yz", " zx", " zy", " zz"};
    static const int diagonals[6] = {0, 4, 8, 5, 2, 1};
    int64_t width = p->ndim == 2 ? 2 : 1;
    char class[48];
    switch (p->kind) {
    case SPRINGS:
        format_class(f, i / width, class, sizeof class);
        snprintf(buffer, size, "%s%s", class, width == 1 ? "" : i % 2 == 0 ? " across" : " along");
        break;
    case U_ATOM:
        snprintf(buffer, size, "%s%s", f->structure->label[p->ndim == 1 ? i : i / 9],
                 p->ndim == 1 ? "" : components[i % 9]);
        break;
    case U_TENSOR: snprintf(buffer, size, "%s", components[diagonals[i]] + 1); break;
    case RADIAL:
        if (f->knots[i] > 0) {
            snprintf(buffer, size, "d = %.4g A", 1 / f->knots[i]);
        } else {
            snprintf(buffer, size, "origin");
        }
        break;
    default: buffer[0] = '\0';
    }
    return buffer;
}
