/* one_phonon_case.h - a small crystal with a model and a tape, for the one-phonon tests. */
#ifndef TEST_PHYSICS_ONE_PHONON_CASE_H
#define TEST_PHYSICS_ONE_PHONON_CASE_H

#include "support.h"

#include <difftape/one_phonon.h>

typedef struct one_phonon_case {
    dt_crystal *crystal;
    dt_one_phonon *model;
    dt_tape *tape;
    dt_tensor *leaf[4]; /* gamma_intra, gamma_inter, u_iso, xyz */
} one_phonon_case;

static inline one_phonon_case one_phonon_setup(const char *group, int64_t n, dt_grid grid,
                                               double d_min, double intra, double inter) {
    one_phonon_case c = {.crystal = synthetic_crystal(group, n), .tape = dt_tape_new(NULL)};
    dt_one_phonon_options options = {.cutoff = 4.5, .d_min = d_min};
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_one_phonon_new(c.crystal, &grid, &options, &c.model, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    c.leaf[0] = dt_parameter(c.tape, DT_F64, 0, NULL, &intra);
    c.leaf[1] = dt_parameter(c.tape, DT_F64, 0, NULL, &inter);
    c.leaf[2] = dt_parameter(c.tape, DT_F64, 1, &n, c.crystal->u_iso);
    c.leaf[3] = dt_parameter(c.tape, DT_F64, 2, (int64_t[]){n, 3}, c.crystal->xyz);
    return c;
}

static inline dt_tensor *one_phonon_map(const one_phonon_case *c) {
    return dt_one_phonon_intensity(c->model, c->leaf[0], c->leaf[1], c->leaf[2], c->leaf[3]);
}

static inline void one_phonon_teardown(one_phonon_case *c) {
    dt_tape_free(c->tape);
    dt_one_phonon_free(c->model);
    dt_crystal_free(c->crystal);
}

#endif
