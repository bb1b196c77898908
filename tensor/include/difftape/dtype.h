/* dtype.h - the six element types and how they relate. */
#ifndef DIFFTAPE_DTYPE_H
#define DIFFTAPE_DTYPE_H

#include <difftape/base.h>

DT_BEGIN_DECLS

/** Element types. f32/f64/c64/c128 carry gradients; i64 holds indices and bool (one byte, 0 or 1)
 *  holds masks. */
typedef enum dt_dtype { DT_F32, DT_F64, DT_C64, DT_C128, DT_I64, DT_BOOL } dt_dtype;

/** Number of element types: the length of a table indexed by dt_dtype. */
#define DT_DTYPE_COUNT 6

/** Bytes per element. */
DT_API size_t dt_dtype_size(dt_dtype dtype);

/** Short name: "f32", "f64", "c64", "c128", "i64", "bool". */
DT_API const char *dt_dtype_name(dt_dtype dtype);

/** True for c64 and c128. */
static inline bool dt_dtype_is_complex(dt_dtype dtype) {
    return dtype == DT_C64 || dtype == DT_C128;
}

/** True for the four types that carry gradients: f32, f64, c64, c128. */
static inline bool dt_dtype_is_float(dt_dtype dtype) {
    return dtype == DT_F32 || dtype == DT_F64 || dt_dtype_is_complex(dtype);
}

/** The real type of the same precision (c128 -> f64); any other type is returned unchanged. */
static inline dt_dtype dt_dtype_real(dt_dtype dtype) {
    return dtype == DT_C64 ? DT_F32 : dtype == DT_C128 ? DT_F64 : dtype;
}

/** The complex type of the same precision (f64 -> c128); i64 and bool are returned unchanged. */
static inline dt_dtype dt_dtype_complex(dt_dtype dtype) {
    return dtype == DT_F32 ? DT_C64 : dtype == DT_F64 ? DT_C128 : dtype;
}

DT_END_DECLS

#endif
