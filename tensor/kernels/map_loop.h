/* map_loop.h - the shape every map kernel has, a loop over one tile, and its table. */
#ifndef DTI_MAP_LOOP_H
#define DTI_MAP_LOOP_H

#include "kernels.h"
#include "set.h"

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
    DTI_MIXED(name, out_type, in_type, in_type, expression)

#define DTI_MIXED(name, out_type, a_type, b_type, expression)                                      \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        (void)attr;                                                                                \
        out_type *restrict y = out;                                                                \
        const a_type *restrict pa = in[0];                                                         \
        const b_type *restrict pb = in[1];                                                         \
        for (int64_t i = 0; i < n; i++) {                                                          \
            const a_type a = pa[i];                                                                \
            const b_type b = pb[i];                                                                \
            y[i] = (expression);                                                                   \
        }                                                                                          \
    }

/* A real kernel that is one vector function. */
#define DTI_VECTOR_KERNEL(name, type)                                                              \
    static void name(int64_t n, void *out, const void *const *in, const void *attr) {              \
        (void)attr;                                                                                \
        dti_vec_##name(n, (type *)out, in[0]);                                                     \
    }

/* Tables of kernels name_f32, name_f64, ...: of the four float types, of real ones, of all six,
 * of those with an order, of bool. */
#define FLOAT_TABLE(name)                                                                          \
    dt_map_fn *const DTI_OF_SET(dti_k_##name)[DT_DTYPE_COUNT] = {[DT_F32] = name##_f32,            \
                                                                 [DT_F64] = name##_f64,            \
                                                                 [DT_C64] = name##_c64,            \
                                                                 [DT_C128] = name##_c128}

#define COMPLEX_TABLE(name)                                                                        \
    dt_map_fn *const DTI_OF_SET(dti_k_##name)[DT_DTYPE_COUNT] = {                                  \
        [DT_C64] = name##_c64, [DT_C128] = name##_c128}

#define REAL_TABLE(name)                                                                           \
    dt_map_fn *const DTI_OF_SET(dti_k_##name)[DT_DTYPE_COUNT] = {                                  \
        [DT_F32] = name##_f32, [DT_F64] = name##_f64}

#define FULL_TABLE(name)                                                                           \
    dt_map_fn *const DTI_OF_SET(dti_k_##name)[DT_DTYPE_COUNT] = {                                  \
        [DT_F32] = name##_f32,   [DT_F64] = name##_f64, [DT_C64] = name##_c64,                     \
        [DT_C128] = name##_c128, [DT_I64] = name##_i64, [DT_BOOL] = name##_bool}

#define ORDERED_TABLE(name)                                                                        \
    dt_map_fn *const DTI_OF_SET(dti_k_##name)[DT_DTYPE_COUNT] = {[DT_F32] = name##_f32,            \
                                                                 [DT_F64] = name##_f64,            \
                                                                 [DT_I64] = name##_i64,            \
                                                                 [DT_BOOL] = name##_bool}

#define BOOL_TABLE(name)                                                                           \
    dt_map_fn *const DTI_OF_SET(dti_k_##name)[DT_DTYPE_COUNT] = {[DT_BOOL] = name##_bool}

#endif
