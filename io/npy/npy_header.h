/* npy_header.h - what the header of a .npy file says: element type, order and shape. */
#ifndef DTI_NPY_HEADER_H
#define DTI_NPY_HEADER_H

#include <difftape/array.h>

typedef struct dti_npy_header {
    char kind;          /* NumPy's letter: f c i u b S */
    int64_t item_size;  /* bytes per element in the file */
    bool big_endian;    /* never set where elements are single bytes */
    bool fortran_order; /* the first index runs fastest */
    int ndim;
    int64_t shape[DT_MAX_DIMS];
    int64_t count;     /* elements */
    int64_t data_size; /* count * item_size */
} dti_npy_header;

/* The bytes before the text: magic, version, length of the text (2 bytes in version 1, else 4). */
enum { DTI_NPY_PREFIX_MAX = 12, DTI_NPY_MAGIC_SIZE = 8, DTI_NPY_TEXT_MAX = 1 << 20 };

/* Parse the text: a Python dict literal with exactly the keys descr, fortran_order and shape.
 * Errors: DT_ERR_FORMAT, DT_ERR_DTYPE, DT_ERR_SHAPE. */
dt_status dti_npy_parse(const char *text, size_t size, dti_npy_header *ret_header, dt_error *error);

/* Write magic, version 1.0 and text for a C-order array; returns the length, a multiple of 64. */
enum { DTI_NPY_HEADER_MAX = 320 };
size_t dti_npy_format(char buffer[DTI_NPY_HEADER_MAX], const char *descr, int ndim,
                      const int64_t *shape);

#endif
