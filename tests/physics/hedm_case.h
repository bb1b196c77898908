/* hedm_case.h - gold at the setting all HEDM tests share. */
#ifndef TEST_PHYSICS_HEDM_CASE_H
#define TEST_PHYSICS_HEDM_CASE_H

#include "support.h"

#include <difftape/difftape.h>

#define PI          3.14159265358979323846
#define BEAM_ENERGY 50.02099
#define GOLD_EDGE   4.0782

enum { GOLD_REFLECTIONS = 136 };

/* hkl of gold up to |g| = 8 1/Angstrom as doubles: (136, 3). */
static inline void gold_indices(double *ret) {
    const double cell[6] = {GOLD_EDGE, GOLD_EDGE, GOLD_EDGE, 90, 90, 90};
    dt_symmetry s;
    dt_reflections list;
    cr_assert_eq(dt_symmetry_generate('F', "-y,x,z; z,x,y; -x,-y,-z", &s, NULL), DT_OK);
    cr_assert_eq(dt_reflections_list(cell, &s, 8, NULL, &list, NULL), DT_OK);
    cr_assert_eq(list.n, GOLD_REFLECTIONS);
    for (int64_t i = 0; i < 3 * list.n; i++) {
        ret[i] = (double)list.hkl[i];
    }
    dt_reflections_free(&list);
}

/* Their scattering vectors after a rotation: (136, 3). */
static inline dt_tensor *gold_vectors(dt_tape *tape, dt_tensor *rotation) {
    static const double cell[6] = {GOLD_EDGE, GOLD_EDGE, GOLD_EDGE, PI / 2, PI / 2, PI / 2};
    double hkl[3 * GOLD_REFLECTIONS];
    gold_indices(hkl);
    return dt_scattering_vectors(
        dt_constant(tape, DT_F64, 2, (int64_t[]){GOLD_REFLECTIONS, 3}, hkl),
        dt_reciprocal_lattice(dt_constant(tape, DT_F64, 1, (int64_t[]){6}, cell)), rotation);
}

#endif
