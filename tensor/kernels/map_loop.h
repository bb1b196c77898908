/* map_loop.h - the shape every map kernel has: a loop over one tile. */
#ifndef DTI_MAP_LOOP_H
#define DTI_MAP_LOOP_H

#include "kernels.h"

/* Kernels with one, two or three inputs; the expression sees a, b, c (elements) and attr. */
#define DTI_UNARY(name, out_type, a_type, expression)                                              \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        (void)attr;                                                                                \
        out_type *restrict y = out;                                                                \
        const a_type *restrict pa = in[0];                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const a_type a = pa[i];                                                                \
            y[i] = (expression);                                                                   \
        }                                                                                          \
    }

#define DTI_BINARY(name, out_type, in_type, expression)                                            \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        (void)attr;                                                                                \
        out_type *restrict y = out;                                                                \
        const in_type *restrict pa = in[0];                                                        \
        const in_type *restrict pb = in[1];                                                        \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const in_type a = pa[i], b = pb[i];                                                    \
            y[i] = (expression);                                                                   \
        }                                                                                          \
    }

#endif
