/* dtype.c - sizes, names and promotion of the six element types. */
#include "view.h"

typedef struct dtype_info {
    const char *name;
    size_t size;
} dtype_info;

static const dtype_info table[DT_DTYPE_COUNT] = {
    [DT_F32] = {"f32", 4},    [DT_F64] = {"f64", 8}, [DT_C64] = {"c64", 8},
    [DT_C128] = {"c128", 16}, [DT_I64] = {"i64", 8}, [DT_BOOL] = {"bool", 1},
};

/* A value outside the enumeration (from a cast or a file) must not read past the table. */
static const dtype_info unknown = {"unknown", 0};

static const dtype_info *info(dt_dtype dtype) {
    return (int)dtype >= 0 && (int)dtype < DT_DTYPE_COUNT ? &table[dtype] : &unknown;
}

size_t dt_dtype_size(dt_dtype dtype) {
    return info(dtype)->size;
}

const char *dt_dtype_name(dt_dtype dtype) {
    return info(dtype)->name;
}

bool dti_dtype_promote(dt_dtype a, dt_dtype b, dt_dtype *ret_dtype) {
    if (info(a) == &unknown || info(b) == &unknown) {
        return false;
    }
    if (a == b) {
        *ret_dtype = a;
        return true;
    }
    bool same_precision = dt_dtype_real(a) == dt_dtype_real(b);
    if (same_precision && dt_dtype_is_float(a)) {
        *ret_dtype = dt_dtype_complex(a);
        return true;
    }
    return false;
}
