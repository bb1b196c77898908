/* convert.c - map kernels: copy, where, cast. */
#include "map_loop.h"

#include <string.h>

/* One word of 8 bytes is selected by one vector lane, a pair of floats is not. */
typedef uint64_t __attribute__((may_alias)) word;

#define COPY(name, type, unit)                                                                     \
    static void copy_##name(int64_t n, void *out, const void *const *in, const void *attr) {       \
        (void)attr;                                                                                \
        memcpy(out, in[0], (size_t)n * sizeof(type));                                              \
    }                                                                                              \
    static void where_##name(int64_t n, void *out, const void *const *in, const void *attr) {      \
        (void)attr;                                                                                \
        unit *restrict y = out;                                                                    \
        const uint8_t *restrict condition = in[0];                                                 \
        const unit *restrict a = in[1];                                                            \
        const unit *restrict b = in[2];                                                            \
        for (int64_t i = 0; i < n; i++) {                                                          \
            y[i] = condition[i] ? a[i] : b[i];                                                     \
        }                                                                                          \
    }

COPY(f32, float, float)
COPY(f64, double, double)
COPY(c64, dt_c64, word)
COPY(c128, dt_c128, dt_c128)
COPY(i64, int64_t, int64_t)
COPY(bool, uint8_t, uint8_t)

/* Truncation towards 0; NaN gives 0 and values beyond the range its ends. */
static inline int64_t to_i64(double x) {
    if (x >= 0x1p63) {
        return INT64_MAX;
    }
    return x >= -0x1p63 ? (int64_t)x : x < 0 ? INT64_MIN : 0;
}

DTI_UNARY(cast_f32_f64, double, float, (double)a)
DTI_UNARY(cast_f32_c64, dt_c64, float, ((dt_c64){a, 0}))
DTI_UNARY(cast_f32_c128, dt_c128, float, ((dt_c128){(double)a, 0}))
DTI_UNARY(cast_f32_i64, int64_t, float, to_i64((double)a))
DTI_UNARY(cast_f32_bool, uint8_t, float, a != 0)

DTI_UNARY(cast_f64_f32, float, double, (float)a)
DTI_UNARY(cast_f64_c64, dt_c64, double, ((dt_c64){(float)a, 0}))
DTI_UNARY(cast_f64_c128, dt_c128, double, ((dt_c128){a, 0}))
DTI_UNARY(cast_f64_i64, int64_t, double, to_i64(a))
DTI_UNARY(cast_f64_bool, uint8_t, double, a != 0)

DTI_UNARY(cast_c64_c128, dt_c128, dt_c64, ((dt_c128){(double)a.re, (double)a.im}))
DTI_UNARY(cast_c128_c64, dt_c64, dt_c128, ((dt_c64){(float)a.re, (float)a.im}))

DTI_UNARY(cast_i64_f32, float, int64_t, (float)a)
DTI_UNARY(cast_i64_f64, double, int64_t, (double)a)
DTI_UNARY(cast_i64_c64, dt_c64, int64_t, ((dt_c64){(float)a, 0}))
DTI_UNARY(cast_i64_c128, dt_c128, int64_t, ((dt_c128){(double)a, 0}))
DTI_UNARY(cast_i64_bool, uint8_t, int64_t, a != 0)

DTI_UNARY(cast_bool_f32, float, uint8_t, (float)a)
DTI_UNARY(cast_bool_f64, double, uint8_t, (double)a)
DTI_UNARY(cast_bool_c64, dt_c64, uint8_t, ((dt_c64){(float)a, 0}))
DTI_UNARY(cast_bool_c128, dt_c128, uint8_t, ((dt_c128){(double)a, 0}))
DTI_UNARY(cast_bool_i64, int64_t, uint8_t, (int64_t)a)

FULL_TABLE(copy);
FULL_TABLE(where);

dt_map_fn *const DTI_OF_SET(dti_k_cast)[DT_DTYPE_COUNT][DT_DTYPE_COUNT] = {
    [DT_F32] = {[DT_F32] = copy_f32,
                [DT_F64] = cast_f32_f64,
                [DT_C64] = cast_f32_c64,
                [DT_C128] = cast_f32_c128,
                [DT_I64] = cast_f32_i64,
                [DT_BOOL] = cast_f32_bool},
    [DT_F64] = {[DT_F32] = cast_f64_f32,
                [DT_F64] = copy_f64,
                [DT_C64] = cast_f64_c64,
                [DT_C128] = cast_f64_c128,
                [DT_I64] = cast_f64_i64,
                [DT_BOOL] = cast_f64_bool},
    [DT_C64] = {[DT_C64] = copy_c64, [DT_C128] = cast_c64_c128},
    [DT_C128] = {[DT_C64] = cast_c128_c64, [DT_C128] = copy_c128},
    [DT_I64] = {[DT_F32] = cast_i64_f32,
                [DT_F64] = cast_i64_f64,
                [DT_C64] = cast_i64_c64,
                [DT_C128] = cast_i64_c128,
                [DT_I64] = copy_i64,
                [DT_BOOL] = cast_i64_bool},
    [DT_BOOL] = {[DT_F32] = cast_bool_f32,
                 [DT_F64] = cast_bool_f64,
                 [DT_C64] = cast_bool_c64,
                 [DT_C128] = cast_bool_c128,
                 [DT_I64] = cast_bool_i64,
                 [DT_BOOL] = copy_bool},
};
