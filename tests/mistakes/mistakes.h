/* mistakes.h - what newcomers get wrong, each made once on a tape of its own. */
#ifndef TEST_MISTAKES_H
#define TEST_MISTAKES_H

#include <difftape/difftape.h>

#define SHAPE(...)                                                                                 \
    (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]) {                 \
        __VA_ARGS__                                                                                \
    }

struct mistake {
    const char *what;
    /** Makes the mistake, which fails the tape; or fills the error itself, for those made
     *  elsewhere. */
    void (*make)(dt_tape *tape, dt_error *error);
};

/** Lists that end with an entry without a name. */
extern const struct mistake shape_mistakes[];     /* shapes, types, axes, indices */
extern const struct mistake gradient_mistakes[];  /* derivatives, lifetimes, memory */
extern const struct mistake numerical_mistakes[]; /* matrices, transforms, spectra, optimisers */

/** Zeros or ones: parameters and constants of a shape. */
dt_tensor *param(dt_tape *tape, int ndim, const int64_t *shape);
dt_tensor *real(dt_tape *tape, int ndim, const int64_t *shape);
dt_tensor *cplx(dt_tape *tape, int ndim, const int64_t *shape);
dt_tensor *integers(dt_tape *tape, int64_t n, const int64_t *entries);

#endif
