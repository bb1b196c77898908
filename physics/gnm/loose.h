/* loose.h - why springs do not hold a crystal, in words. */
#ifndef DT_GNM_LOOSE_H
#define DT_GNM_LOOSE_H

#include <difftape/tape.h>

/* The blocks of a network, and its force constants: (n_blocks + n_bodies, w, w). */
typedef struct dtp_blocks {
    int64_t n_blocks, n_bodies, bodies_per_unit, w;
    const int64_t *pair; /* (n_blocks) from n_bodies + to */
    const int64_t *cell; /* (n_blocks) place in cells */
    const double *cells; /* (.,3) */
    const double *force_constants;
} dtp_blocks;

enum { DTP_REASON = 240 };

/* What is wrong whatever the wavevector: a negative spring, pieces that no spring joins, a
 * direction along which nothing joins cells. false if none of these is. */
bool dtp_say_what_is_loose(const dtp_blocks *b, char ret_reason[DTP_REASON]);

#endif
