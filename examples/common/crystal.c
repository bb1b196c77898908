/* crystal.c - a crystal that overlaps itself, springs that do not hold. */
#include "crystal.h"

#include <stdio.h>
#include <string.h>

/* Atoms on special positions are on top of their copies; half of them or more are not. */
static void say_special(const dt_overlaps *o, const dt_structure *s, const char *path,
                        dt_error *error) {
    dt_error_set(error, DT_ERR_FORMAT,
                 "%s: %lld of %lld atoms lie on their own symmetry copies, so the asymmetric "
                 "unit overlaps itself (hint: is it the right space group, and are occupancies "
                 "those of special positions?)",
                 path, (long long)o->special, (long long)s->n_atoms);
}

static void say_pair(const dt_overlaps *o, const dt_structure *s, const char *path,
                     dt_error *error) {
    char where[80] = "in the asymmetric unit";
    if (!o->same_unit) {
        snprintf(where, sizeof where, "with copy %lld of the asymmetric unit",
                 (long long)o->copy + 1);
    }
    dt_error_set(error, DT_ERR_FORMAT,
                 "%s: atoms %s and %s are %.3f Angstrom apart %s (%lld such %s), and both "
                 "are there all the time: atoms cannot be nearer than 0.5 Angstrom unless their "
                 "occupancies exclude each other (hint: is it the right space group, and one "
                 "asymmetric unit only?)",
                 path, s->label[o->i], s->label[o->j], o->distance, where, (long long)o->n,
                 o->n == 1 ? "pair" : "pairs");
}

int check_overlaps(const dt_crystal *crystal, const dt_structure *structure, const char *path,
                   dt_error *error) {
    dt_overlaps o;
    if (dt_find_overlaps(crystal, structure->occupancy, 0.5, &o, error) != DT_OK) {
        return EXIT_MEMORY;
    }
    if (o.n > 0) {
        say_pair(&o, structure, path, error);
        return EXIT_INPUT;
    }
    if (2 * o.special >= structure->n_atoms) {
        say_special(&o, structure, path, error);
        return EXIT_INPUT;
    }
    return 0;
}

void complete_numerics(dt_error *error, const double *springs, int64_t n) {
    char *inner = strstr(error->message, "): cholesky: ");
    inner = inner ? inner : strstr(error->message, "): pivot ");
    if (error->status != DT_ERR_NOT_POSITIVE_DEFINITE || inner == NULL) {
        return;
    }
    inner[1] = '\0';
    for (int64_t i = 0; i < n; i++) {
        if (springs[i] < 0.0) {
            size_t used = strlen(error->message);
            snprintf(error->message + used, sizeof error->message - used,
                     "; spring constant %lld of %lld is %g", (long long)i + 1, (long long)n,
                     springs[i]);
            return;
        }
    }
}
