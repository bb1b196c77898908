/* npy_decode.c - from the bytes of a .npy file to an array: byte order, width, element order. */
#include "npy_decode.h"

#include "npy_bytes.h"
#include "npy_header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024, ITEM_MAX = 16 }; /* elements converted at a time, bytes of the widest */

dt_status dti_npy_report(dt_error *error, const dt_error *failure, const char *context) {
    return dt_error_set(error, failure->status, "%s: %s", context, failure->message);
}

/* Length of the text after magic and version, and those bytes consumed. */
static dt_status read_prefix(dti_npy_stream *stream, int64_t *ret_size, dt_error *error) {
    unsigned char prefix[DTI_NPY_PREFIX_MAX];
    if (stream->remaining < DTI_NPY_MAGIC_SIZE + 2) {
        return dt_error_set(error, DT_ERR_FORMAT, "not a .npy file: only %lld bytes long",
                            (long long)stream->remaining);
    }
    dt_status status = dti_npy_stream_read(stream, prefix, DTI_NPY_MAGIC_SIZE, error);
    if (status != DT_OK) {
        return status;
    }
    if (memcmp(prefix, "PK", 2) == 0) {
        return dt_error_set(
            error, DT_ERR_FORMAT,
            "not a .npy file but a .npz archive of several (hint: numpy.save writes one "
            "array, dt_npz_open reads an archive)");
    }
    if (memcmp(prefix, "\x93NUMPY", 6) != 0) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "not a .npy file: it does not begin with \\x93NUMPY");
    }
    int major = prefix[6], minor = prefix[7];
    if (major < 1 || major > 3 || minor != 0) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "version %d.%d of the .npy format is unknown; 1.0, 2.0 and 3.0 are",
                            major, minor);
    }
    int width = major == 1 ? 2 : 4;
    unsigned char *length = prefix + DTI_NPY_MAGIC_SIZE;
    status = dti_npy_stream_read(stream, length, width, error);
    if (status == DT_OK) {
        *ret_size = width == 2 ? (int64_t)dti_le16(length) : (int64_t)dti_le32(length);
    }
    return status;
}

static dt_status read_header(dti_npy_stream *stream, dti_npy_header *ret_header, dt_error *error) {
    int64_t size = 0;
    dt_status status = read_prefix(stream, &size, error);
    if (status != DT_OK) {
        return status;
    }
    if (size > DTI_NPY_TEXT_MAX || size > stream->remaining) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "the .npy header claims %lld bytes where %lld follow (at most %d are "
                            "accepted)",
                            (long long)size, (long long)stream->remaining, DTI_NPY_TEXT_MAX);
    }
    char *text = malloc((size_t)size + 1);
    if (text == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for the .npy header");
    }
    dti_npy_header header;
    status = dti_npy_stream_read(stream, text, size, error);
    if (status == DT_OK) {
        status = dti_npy_parse(text, (size_t)size, &header, error);
    }
    free(text);
    if (status != DT_OK) {
        return status;
    }
    /* Before any memory is taken for the elements. */
    if (header.data_size != stream->remaining) {
        return dt_error_set(error, DT_ERR_FORMAT,
                            "%s: the header promises %lld bytes of elements, the file has %lld",
                            header.data_size > stream->remaining ? "truncated" : "too long",
                            (long long)header.data_size, (long long)stream->remaining);
    }
    *ret_header = header;
    return DT_OK;
}

static dt_status element_type(const dti_npy_header *header, dt_dtype *ret_dtype, dt_error *error) {
    switch (header->kind) {
    case 'f': *ret_dtype = header->item_size == 4 ? DT_F32 : DT_F64; return DT_OK;
    case 'c': *ret_dtype = header->item_size == 8 ? DT_C64 : DT_C128; return DT_OK;
    case 'b': *ret_dtype = DT_BOOL; return DT_OK;
    case 'i':
    case 'u': *ret_dtype = DT_I64; return DT_OK;
    default:
        return dt_error_set(error, DT_ERR_DTYPE,
                            "it holds byte strings (S), not numbers; read them with "
                            "dt_npy_read_bytes or dt_npz_get_bytes");
    }
}

/* One integer of any width in the machine's byte order; false if it is beyond int64_t. */
static bool load_integer(const unsigned char *raw, char kind, int64_t width, int64_t *ret_value) {
    union {
        int8_t i1;
        int16_t i2;
        int32_t i4;
        int64_t i8;
        uint8_t u1;
        uint16_t u2;
        uint32_t u4;
        uint64_t u8;
    } value;
    memcpy(&value, raw, (size_t)width);
    bool is_signed = kind == 'i';
    switch (width) {
    case 1: *ret_value = is_signed ? (int64_t)value.i1 : (int64_t)value.u1; return true;
    case 2: *ret_value = is_signed ? (int64_t)value.i2 : (int64_t)value.u2; return true;
    case 4: *ret_value = is_signed ? (int64_t)value.i4 : (int64_t)value.u4; return true;
    default: *ret_value = value.i8; return is_signed || value.u8 <= (uint64_t)INT64_MAX;
    }
}

/* Elements as they lie in the file become elements of the array, in place or in `wide`. */
static dt_status convert(const dti_npy_header *header, unsigned char *raw, int64_t n, int64_t *wide,
                         const unsigned char **ret_elements, dt_error *error) {
    size_t item = (size_t)header->item_size;
    if (header->big_endian == dti_machine_is_little()) {
        dti_swap_bytes(raw, (size_t)n * item, header->kind == 'c' ? item / 2 : item);
    }
    *ret_elements = raw;
    if (header->kind == 'b') {
        for (int64_t i = 0; i < n; i++) {
            raw[i] = raw[i] != 0;
        }
    }
    if (header->kind != 'i' && header->kind != 'u') {
        return DT_OK;
    }
    for (int64_t i = 0; i < n; i++) {
        const unsigned char *at = raw + (size_t)i * item;
        if (!load_integer(at, header->kind, header->item_size, &wide[i])) {
            return dt_error_set(error, DT_ERR_DTYPE,
                                "an element is %" PRIu64 ", which does not fit a 64-bit signed "
                                "integer",
                                (uint64_t)wide[i]);
        }
    }
    *ret_elements = (const unsigned char *)wide;
    return DT_OK;
}

/* Where the next element of the file goes: its index, and that index as an offset. */
typedef struct cursor {
    int64_t index[DT_MAX_DIMS];
    int64_t offset;
} cursor;

/* Put elements that come with the first index fastest into a C-contiguous array. */
static void scatter(const dt_array *array, cursor *to, const unsigned char *elements, int64_t n) {
    size_t item = dt_dtype_size(array->dtype);
    for (int64_t i = 0; i < n; i++) {
        memcpy((unsigned char *)array->data + (size_t)to->offset * item,
               elements + (size_t)i * item, item);
        for (int d = 0; d < array->ndim; d++) {
            to->offset += array->strides[d];
            if (++to->index[d] < array->shape[d]) {
                break;
            }
            to->offset -= to->index[d] * array->strides[d];
            to->index[d] = 0;
        }
    }
}

static dt_status read_elements(dti_npy_stream *stream, const dti_npy_header *header,
                               const dt_array *array, dt_error *error) {
    unsigned char raw[CHUNK * ITEM_MAX];
    int64_t wide[CHUNK];
    cursor to = {{0}, 0};
    bool c_order = !header->fortran_order || header->ndim < 2;
    for (int64_t done = 0; done < header->count;) {
        int64_t left = header->count - done;
        int64_t n = left < CHUNK ? left : CHUNK;
        const unsigned char *elements;
        dt_status status = dti_npy_stream_read(stream, raw, n * header->item_size, error);
        if (status == DT_OK) {
            status = convert(header, raw, n, wide, &elements, error);
        }
        if (status != DT_OK) {
            return status;
        }
        if (c_order) {
            size_t item = dt_dtype_size(array->dtype);
            memcpy((unsigned char *)array->data + (size_t)done * item, elements, (size_t)n * item);
        } else {
            scatter(array, &to, elements, n);
        }
        done += n;
    }
    return DT_OK;
}

/* True if the file's bytes are the array's bytes. */
static bool is_verbatim(const dti_npy_header *header) {
    bool native = header->item_size == 1 || header->big_endian != dti_machine_is_little();
    bool same = header->kind == 'f' || header->kind == 'c' ||
                (header->kind == 'i' && header->item_size == (int64_t)sizeof(int64_t));
    return native && same && (!header->fortran_order || header->ndim < 2);
}

dt_status dti_npy_decode(dti_npy_stream *stream, dt_array *ret_array, dt_error *error) {
    dti_npy_header header;
    dt_dtype dtype = DT_F64;
    dt_status status = read_header(stream, &header, error);
    if (status == DT_OK) {
        status = element_type(&header, &dtype, error);
    }
    dt_array array;
    if (status == DT_OK) {
        status = dt_array_new(&array, dtype, header.ndim, header.shape, error);
    }
    if (status != DT_OK) {
        return status;
    }
    status = is_verbatim(&header) ? dti_npy_stream_read(stream, array.data, header.data_size, error)
                                  : read_elements(stream, &header, &array, error);
    if (status == DT_OK) {
        status = dti_npy_stream_finish(stream, error);
    }
    if (status != DT_OK) {
        dt_array_free(&array);
        return status;
    }
    *ret_array = array;
    return DT_OK;
}

dt_status dti_npy_decode_bytes(dti_npy_stream *stream, char **ret_data, size_t *ret_size,
                               dt_error *error) {
    dti_npy_header header;
    dt_status status = read_header(stream, &header, error);
    if (status != DT_OK) {
        return status;
    }
    if (header.kind != 'S' && (header.kind != 'u' || header.item_size != 1)) {
        return dt_error_set(error, DT_ERR_DTYPE,
                            "it holds elements of type %c%lld, not bytes (S or u1)", header.kind,
                            (long long)header.item_size);
    }
    if (header.ndim > 1) {
        return dt_error_set(error, DT_ERR_SHAPE,
                            "its bytes have %d dimensions where at most one is expected",
                            header.ndim);
    }
    char *data = malloc((size_t)header.data_size + 1);
    if (data == NULL) {
        return dt_error_set(error, DT_ERR_MEMORY, "out of memory for %lld bytes",
                            (long long)header.data_size);
    }
    status = dti_npy_stream_read(stream, data, header.data_size, error);
    if (status == DT_OK) {
        status = dti_npy_stream_finish(stream, error);
    }
    if (status != DT_OK) {
        free(data);
        return status;
    }
    data[header.data_size] = '\0';
    *ret_data = data;
    *ret_size = (size_t)header.data_size;
    return DT_OK;
}
