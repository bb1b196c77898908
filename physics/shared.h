/* shared.h - what several files of physics/ need: two pi, and caller memory as a constant. */
#ifndef PHYSICS_SHARED_H
#define PHYSICS_SHARED_H

#include <difftape/tape.h>

#define TWO_PI 6.28318530717958647692

/* A constant on memory that outlives the tape, without a copy. */
static inline dt_tensor *view(dt_tape *tape, dt_dtype dtype, int ndim, const int64_t *shape,
                              const void *data) {
    const dt_array array = dt_array_wrap(dtype, ndim, shape, data);
    return dt_constant_view(tape, &array);
}

#endif
