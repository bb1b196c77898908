/* loose.c - why springs do not hold a crystal: it is a graph of bodies whose edges carry whole
 * lattice vectors. A walk numbers the bodies of a piece and the cell each is reached in; an edge
 * that closes a loop joins the piece to its translate by what is left over. The crystal is one if
 * there is one piece, and those translations make up the whole lattice. */
#include "loose.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_spring(const dtp_blocks *b, int64_t block) {
    const double *h = b->force_constants + block * b->w * b->w;
    for (int64_t i = 0; i < b->w * b->w; i++) {
        if (h[i] != 0.0) {
            return true;
        }
    }
    return false;
}

/* The body whose springs add up to something negative, or -1. */
static int64_t negative_body(const dtp_blocks *b) {
    for (int64_t i = 0; i < b->n_bodies * b->w; i++) {
        int64_t body = i / b->w, c = i % b->w;
        if (b->force_constants[(b->n_blocks + body) * b->w * b->w + c * b->w + c] < 0.0) {
            return body;
        }
    }
    return -1;
}

/* Translations in triangular form: row d begins at axis d, or is 0. */
typedef struct lattice {
    double row[3][3];
} lattice;

static void add_translation(lattice *l, const double t[3]) {
    double v[3] = {t[0], t[1], t[2]};
    for (int d = 0; d < 3; d++) {
        double *r = l->row[d];
        while (v[d] != 0.0) { /* Euclid's algorithm on whole numbers */
            if (r[d] == 0.0) {
                memcpy(r, v, sizeof v);
                return;
            }
            double times = trunc(v[d] / r[d]);
            for (int i = 0; i < 3; i++) {
                v[i] -= times * r[i];
            }
            if (v[d] != 0.0) {
                double swap[3];
                memcpy(swap, r, sizeof swap);
                memcpy(r, v, sizeof v);
                memcpy(v, swap, sizeof v);
            }
        }
    }
}

/* Reach bodies from those in the cells they have; repeated until nothing is new. */
static void walk(const dtp_blocks *b, bool *reached, double *cell, lattice *l) {
    for (bool news = true; news;) {
        news = false;
        for (int64_t e = 0; e < b->n_blocks; e++) {
            int64_t i = b->pair[e] / b->n_bodies, j = b->pair[e] % b->n_bodies;
            if (reached[i] && !reached[j] && has_spring(b, e)) {
                for (int d = 0; d < 3; d++) {
                    cell[3 * j + d] = cell[3 * i + d] + b->cells[3 * b->cell[e] + d];
                }
                reached[j] = news = true;
            }
        }
    }
    for (int64_t e = 0; e < b->n_blocks; e++) {
        int64_t i = b->pair[e] / b->n_bodies, j = b->pair[e] % b->n_bodies;
        if (reached[i] && has_spring(b, e)) {
            double left[3];
            for (int d = 0; d < 3; d++) {
                left[d] = cell[3 * i + d] + b->cells[3 * b->cell[e] + d] - cell[3 * j + d];
            }
            add_translation(l, left);
        }
    }
}

/* "group 3 of copy 2", "copy 2 of the asymmetric unit". */
static void name_body(const dtp_blocks *b, int64_t body, char *text, size_t size) {
    long long copy = body / b->bodies_per_unit + 1, group = body % b->bodies_per_unit + 1;
    if (b->bodies_per_unit == 1) {
        snprintf(text, size, "copy %lld of the asymmetric unit", copy);
    } else {
        snprintf(text, size, "rigid group %lld of copy %lld", group, copy);
    }
}

static bool say_pieces(const dtp_blocks *b, const bool *reached, const lattice *l, char *reason) {
    char first[64], other[64];
    int64_t lone = 0;
    while (lone < b->n_bodies && reached[lone]) {
        lone++;
    }
    name_body(b, 0, first, sizeof first);
    if (lone < b->n_bodies) {
        name_body(b, lone, other, sizeof other);
        snprintf(reason, DTP_REASON, "no chain of springs joins %s to %s", other, first);
        return true;
    }
    double volume = fabs(l->row[0][0] * l->row[1][1] * l->row[2][2]);
    if (volume == 0.0) {
        int loose = l->row[2][2] == 0.0 ? 2 : l->row[1][1] == 0.0 ? 1 : 0;
        snprintf(reason, DTP_REASON, "no chain of springs joins %s to the next one along %c", first,
                 "abc"[loose]);
    } else if (volume > 1.0) {
        snprintf(reason, DTP_REASON,
                 "the network falls into %.0f that stand within one another, with no springs "
                 "between them",
                 volume);
    }
    return volume != 1.0;
}

bool dtp_say_what_is_loose(const dtp_blocks *b, char reason[DTP_REASON]) {
    int64_t negative = b->force_constants ? negative_body(b) : -1;
    if (negative >= 0) {
        char body[64];
        name_body(b, negative, body, sizeof body);
        snprintf(reason, DTP_REASON,
                 "the springs of %s add up to a negative stiffness, so one of the constants is "
                 "negative",
                 body);
        return true;
    }
    lattice l = {{{0.0}}};
    bool *reached = calloc((size_t)b->n_bodies, sizeof *reached), said = false;
    double *cell = calloc((size_t)(3 * b->n_bodies), sizeof *cell);
    if (reached && cell && b->force_constants) {
        reached[0] = true;
        walk(b, reached, cell, &l);
        said = say_pieces(b, reached, &l, reason);
    }
    free(reached);
    free(cell);
    return said;
}
