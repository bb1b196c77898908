/* npy_decode.h - from the bytes of a .npy file to an array or a byte string. */
#ifndef DTI_NPY_DECODE_H
#define DTI_NPY_DECODE_H

#include "npy_stream.h"

#include <difftape/array.h>

/* Both read the whole stream and finish it; outputs are untouched on failure. */
dt_status dti_npy_decode(dti_npy_stream *stream, dt_array *ret_array, dt_error *error);
dt_status dti_npy_decode_bytes(dti_npy_stream *stream, char **ret_data, size_t *ret_size,
                               dt_error *error);

/* Pass a failure on with "context: " before it; returns its status. */
dt_status dti_npy_report(dt_error *error, const dt_error *failure, const char *context);

#endif
