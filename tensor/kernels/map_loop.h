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

/* The table dti_k_NAME of a kernel by element type, from functions NAME_f32, NAME_f64, ...; for float
 * types, real ones, those with an order, all six, bool. */
#define DTI_ENTRY(tag, name, suffix) [tag] = name##_##suffix
#define FLOAT_TABLE(name)                                                                          \
    dt_map_fn *const dti_k_##name[DT_DTYPE_COUNT] = {                                              \
        DTI_ENTRY(DT_F32, name, f32), DTI_ENTRY(DT_F64, name, f64), DTI_ENTRY(DT_C64, name, c64),  \
        DTI_ENTRY(DT_C128, name, c128)}
#define REAL_TABLE(name)                                                                           \
    dt_map_fn *const dti_k_##name[DT_DTYPE_COUNT] = {DTI_ENTRY(DT_F32, name, f32),                 \
                                                     DTI_ENTRY(DT_F64, name, f64)}
#define ORDERED_TABLE(name)                                                                        \
    dt_map_fn *const dti_k_##name[DT_DTYPE_COUNT] = {                                              \
        DTI_ENTRY(DT_F32, name, f32), DTI_ENTRY(DT_F64, name, f64), DTI_ENTRY(DT_I64, name, i64),  \
        DTI_ENTRY(DT_BOOL, name, bool)}
#define SIX_TABLE(name)                                                                            \
    dt_map_fn *const dti_k_##name[DT_DTYPE_COUNT] = {                                              \
        DTI_ENTRY(DT_F32, name, f32), DTI_ENTRY(DT_F64, name, f64),                                \
        DTI_ENTRY(DT_C64, name, c64), DTI_ENTRY(DT_C128, name, c128),                              \
        DTI_ENTRY(DT_I64, name, i64), DTI_ENTRY(DT_BOOL, name, bool)}
#define BOOL_TABLE(name)                                                                           \
    dt_map_fn *const dti_k_##name[DT_DTYPE_COUNT] = {DTI_ENTRY(DT_BOOL, name, bool)}

#endif
