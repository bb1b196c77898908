/* pack.c - packing strided rows into contiguous memory, one loop per pair of element types. */
#include "../iterate.h"
#include "set.h"

#include <string.h>

/* Below this length a loop beats the call to memcpy. */
#define SHORT_ROW 16

#define DEFINE_PACK(name, from_type, to_type, CONVERT, same)                                       \
    static void name(void *dst, const void *src, int64_t n_rows, int64_t row_stride,               \
                     int64_t length, int64_t stride) {                                             \
        to_type *restrict to = dst;                                                                \
        for (int64_t r = 0; r < n_rows; r++, to += length) {                                       \
            const from_type *restrict from = (const from_type *)src + r * row_stride;              \
            if (stride == 1 && (same) && length >= SHORT_ROW) {                                    \
                memcpy(to, from, (size_t)length * sizeof *to);                                     \
            } else if (stride == 1) {                                                              \
                for (int64_t i = 0; i < length; i++) {                                             \
                    to[i] = CONVERT(from[i]);                                                      \
                }                                                                                  \
            } else if (stride == 0) {                                                              \
                const to_type value = CONVERT(*from);                                              \
                for (int64_t i = 0; i < length; i++) {                                             \
                    to[i] = value;                                                                 \
                }                                                                                  \
            } else {                                                                               \
                for (int64_t i = 0; i < length; i++) {                                             \
                    to[i] = CONVERT(from[i * stride]);                                             \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

#define SAME(x)    (x)
#define TO_C64(x)  ((dt_c64){(x), 0})
#define TO_C128(x) ((dt_c128){(x), 0})

DEFINE_PACK(pack_f32, float, float, SAME, true)
DEFINE_PACK(pack_f64, double, double, SAME, true)
DEFINE_PACK(pack_c64, dt_c64, dt_c64, SAME, true)
DEFINE_PACK(pack_c128, dt_c128, dt_c128, SAME, true)
DEFINE_PACK(pack_i64, int64_t, int64_t, SAME, true)
DEFINE_PACK(pack_bool, uint8_t, uint8_t, SAME, true)
DEFINE_PACK(pack_f32_c64, float, dt_c64, TO_C64, false)
DEFINE_PACK(pack_f64_c128, double, dt_c128, TO_C128, false)

dti_pack_fn *const DTI_OF_SET(dti_packs)[DT_DTYPE_COUNT][DT_DTYPE_COUNT] = {
    [DT_F32] = {[DT_F32] = pack_f32, [DT_C64] = pack_f32_c64},
    [DT_F64] = {[DT_F64] = pack_f64, [DT_C128] = pack_f64_c128},
    [DT_C64] = {[DT_C64] = pack_c64},
    [DT_C128] = {[DT_C128] = pack_c128},
    [DT_I64] = {[DT_I64] = pack_i64},
    [DT_BOOL] = {[DT_BOOL] = pack_bool},
};
