/* crystal.h - the bundled crystal and a model of it, for programs with a main of their own. */
#ifndef TEST_PLAIN_CRYSTAL_H
#define TEST_PLAIN_CRYSTAL_H

#include <difftape/difftape.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The program ends with a sentence where the condition does not hold. */
#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fprintf(stderr, "\n");                                                                 \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/** Structure, crystal and a model on a grid of `range` Miller indices along each axis. */
struct bundled {
    dt_structure *structure;
    dt_crystal *crystal;
    dt_one_phonon *model;
};

static inline struct bundled bundled_new(double range) {
    struct bundled b = {0};
    dt_error error = DT_ERROR_INIT;
    dt_structure_read(&b.structure, DT_SOURCE_DIR "/examples/data/3al1.pdb", NULL, &error);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    const dt_structure *s = b.structure;
    dt_crystal_input in = dt_crystal_input_from(s);
    const dt_grid grid = {.lo = {0}, .hi = {range, range, range}, .samples = {2, 3, 2}};
    dt_crystal_new(&in, &b.crystal, &error);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    dt_one_phonon_new(b.crystal, &grid, NULL, &b.model, &error);
    REQUIRE(error.status == DT_OK, "%s", error.message);
    return b;
}

static inline void bundled_free(struct bundled *b) {
    dt_one_phonon_free(b->model);
    dt_crystal_free(b->crystal);
    dt_structure_free(b->structure);
}

/** Its four parameters on a tape: springs, displacements, coordinates. */
struct parameters {
    dt_tensor *intra, *inter, *u_iso, *xyz;
};

static inline struct parameters parameters_new(const struct bundled *b, dt_tape *tape) {
    const double one = 1;
    const int64_t n = b->crystal->n_atoms;
    return (struct parameters){
        dt_parameter(tape, DT_F64, 0, NULL, &one), dt_parameter(tape, DT_F64, 0, NULL, &one),
        dt_parameter(tape, DT_F64, 1, &n, b->crystal->u_iso),
        dt_parameter(tape, DT_F64, 2, (const int64_t[]){n, 3}, b->crystal->xyz)};
}

/** Map, loss, gradients: the loss is the sum of squares. Returns it; the map goes to *ret_map. */
static inline double evaluate(const struct bundled *b, const struct parameters *p,
                              dt_tensor **ret_map) {
    dt_tensor *map = dt_one_phonon_intensity(b->model, p->intra, p->inter, p->u_iso, p->xyz);
    dt_tensor *loss = dt_sum(dt_square(map), DT_ALL);
    dt_backward(loss);
    if (ret_map != NULL) {
        *ret_map = map;
    }
    return dt_item(loss);
}

#endif
