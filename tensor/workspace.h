/* workspace.h - arrays for internal use, without the cost of zeroing. */
#ifndef DTI_WORKSPACE_H
#define DTI_WORKSPACE_H

#include <difftape/array.h>

/* The bytes of a contiguous array of this type and shape, checked: refuses an impossible shape or
 * element type, and a number of bytes that no allocation could have. */
dt_status dti_array_measure(dt_dtype dtype, int ndim, const int64_t *shape, size_t *ret_bytes,
                            dt_error *error);

/* dt_array_new whose elements are zeros only if asked for; released with dt_array_free. */
dt_status dti_array_alloc(dt_array *ret_array, dt_dtype dtype, int ndim, const int64_t *shape,
                          bool zeros, dt_error *error);

#endif
