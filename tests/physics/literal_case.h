/* literal_case.h - a structure file read under a preset, and comparisons with what eryx has. */
#ifndef TEST_PHYSICS_LITERAL_CASE_H
#define TEST_PHYSICS_LITERAL_CASE_H

#include "support.h"

#include <difftape/difftape.h>

#include <math.h>

typedef struct literal_case {
    dt_structure *structure;
    dt_crystal *crystal;
    dt_one_phonon *model;
    dt_tape *tape;
    dt_tensor *intra, *inter, *u, *xyz;
} literal_case;

/* The crystal of a file under a preset; the test fails with the sentence if that is refused. */
static inline literal_case literal_open(const char *path, dt_preset preset, double intra,
                                        double inter) {
    literal_case c = {.tape = dt_tape_new(NULL)};
    dt_error error = DT_ERROR_INIT;
    dt_status status = dt_structure_read(&c.structure, path, NULL, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    dt_crystal_input in = dt_crystal_input_from(c.structure);
    in.quirks = dt_preset_quirks(preset);
    status = dt_crystal_new(&in, &c.crystal, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
    int64_t n = c.crystal->n_atoms;
    c.intra = dt_parameter(c.tape, DT_F64, 0, NULL, &intra);
    c.inter = dt_parameter(c.tape, DT_F64, 0, NULL, &inter);
    c.u = dt_parameter(c.tape, DT_F64, 1, &n, c.crystal->u_iso);
    c.xyz = dt_parameter(c.tape, DT_F64, 2, (int64_t[]){n, 3}, c.crystal->xyz);
    return c;
}

/* A model of it: single_mode 0 for all modes. */
static inline void literal_model(literal_case *c, const dt_grid *grid, double d_min,
                                 int64_t single_mode) {
    dt_one_phonon_options options = {
        .cutoff = 4.0, .d_min = d_min, .quirks = c->crystal->quirks, .single_mode = single_mode};
    dt_error error = DT_ERROR_INIT;
    dt_one_phonon_free(c->model);
    c->model = NULL;
    dt_status status = dt_one_phonon_new(c->crystal, grid, &options, &c->model, &error);
    cr_assert_eq(status, DT_OK, "%s", error.message);
}

static inline dt_tensor *literal_map(literal_case *c, dt_tensor *u) {
    dt_tensor *map = dt_one_phonon_intensity(c->model, c->intra, c->inter, u, c->xyz);
    tape_is_fine(c->tape);
    return map;
}

static inline void literal_close(literal_case *c) {
    dt_tape_free(c->tape);
    dt_one_phonon_free(c->model);
    dt_crystal_free(c->crystal);
    dt_structure_free(c->structure);
}

/* Largest difference over the largest modulus of y, n numbers (parts of complex ones, too). */
static inline double of_largest(const double *x, const double *y, int64_t n) {
    double largest = 0.0;
    for (int64_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(y[i]));
    }
    cr_assert(largest > 0.0);
    return worst(x, y, n, false) / largest;
}

/* How a map agrees with one that has NaN where it has no value. */
typedef struct map_agreement {
    int64_t compared, invalid; /* voxels with a value in both; in neither */
    double relative, of_largest;
} map_agreement;

/* Values x at the voxels pick (NULL: all n of them) against y (n); the same voxels are invalid. */
static inline map_agreement compare_map(const double *x, const bool *valid, const int64_t *pick,
                                        const double *y, int64_t n) {
    map_agreement a = {0};
    double largest = 0.0, off = 0.0;
    for (int64_t i = 0; i < n; i++) {
        int64_t p = pick ? pick[i] : i;
        cr_assert_eq(valid[p], !isnan(y[i]), "validity of voxel %lld", (long long)p);
        if (!valid[p]) {
            cr_assert_eq(x[p], 0.0);
            a.invalid++;
            continue;
        }
        cr_assert(isfinite(x[p]), "voxel %lld is %g", (long long)p, x[p]);
        double d = fabs(x[p] - y[i]);
        a.compared++;
        off = fmax(off, d);
        largest = fmax(largest, fabs(y[i]));
        if (d > 0.0 && fabs(y[i]) > 1e-20) { /* less is rounding where symmetry allows nothing */
            a.relative = fmax(a.relative, d / fabs(y[i]));
        }
    }
    cr_assert(a.compared > 0);
    a.of_largest = off / largest;
    return a;
}

#endif
